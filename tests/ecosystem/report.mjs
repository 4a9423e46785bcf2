// The pages in a browser, checked by axe-core: the report, the evidence and the case file. The report's Markdown rendered
// by another renderer.

import { execFileSync } from "node:child_process";
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [binary, work, browser] = process.argv.slice(2);
const modules = createRequire(`${work}/npm/`);
const { chromium } = modules("playwright-core");
const axe = fs.readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
const { micromark } = await import(pathToFileURL(`${work}/npm/node_modules/micromark/index.js`).href);
const { gfm, gfmHtml } = await import(pathToFileURL(`${work}/npm/node_modules/micromark-extension-gfm/index.js`).href);

const TODAY = "2026-11-23";
const DAY = 86_400_000;
// Copies, because the page of a register in git has its repository's links and past.
const FIXTURES = path.join(work, "registers");
fs.cpSync("../../fixtures/registers", FIXTURES, { recursive: true });
let checks = 0;

function check(actual, expected, what) {
  assert.deepEqual(actual, expected, what);
  checks += 1;
}

function holds(condition, what) {
  assert.ok(condition, what);
  checks += 1;
}

function report(register, format, today = TODAY) {
  const options = { encoding: "utf8", env: {}, maxBuffer: 1 << 26 };
  return execFileSync(binary, ["report", "--root", register, "--today", today, "--format", format], options);
}

/** Writes a register; JSON is YAML too. */
function write(name, entries) {
  const root = path.join(work, name);
  fs.mkdirSync(path.join(root, "exceptions"), { recursive: true });
  for (const [id, entry] of Object.entries(entries)) {
    fs.writeFileSync(path.join(root, "exceptions", `${id}.yaml`), JSON.stringify(entry, null, 1));
  }
  return root;
}

function page(name, html) {
  const file = path.join(work, `${name}.html`);
  fs.writeFileSync(file, html);
  return pathToFileURL(file).href;
}

const entry = (fields) => ({
  title: "Label printer keeps its old certificate",
  control: "CRY-04 Certificates are younger than a year",
  reason: "The maker ships the tool that installs a new certificate on Thursday next week.",
  scope: { system: "label printer lp-07 in hall 3", environment: "production" },
  risk: { tier: "low", statement: "A forged printer could print wrong parcel labels." },
  alternatives: [{ option: "Print in hall 2", rejected: "The belt there is full until Friday." }],
  removal: "Install the new certificate and print a test label.",
  requester: "Hanna Vogel",
  owner: "Luis Prado",
  approver: "Mei Tanaka",
  decided: "2026-11-01",
  status: "active",
  starts: "2026-11-02",
  expires: "2026-12-01",
  ...fields,
});

const ARGUMENTS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** Opens a new browser and a page that records what it logs and requests. */
async function open(options = {}) {
  const folder = fs.mkdtempSync(path.join(work, "browser-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: browser, args: ARGUMENTS, viewport: { width: 1280, height: 900 }, ...options,
  });
  const tab = await context.newPage();
  const seen = { console: [], requests: [], dialogs: 0 };
  tab.on("console", (message) => seen.console.push(message.text()));
  tab.on("pageerror", (error) => seen.console.push(error.message));
  tab.on("request", (request) => seen.requests.push(request.url()));
  tab.on("dialog", (dialog) => {
    seen.dialogs += 1;
    dialog.dismiss();
  });
  return { context, tab, seen };
}

/** Opens an address; nothing may be logged, and nothing but the page itself requested. */
async function visit({ tab, seen }, url) {
  seen.console.length = 0;
  seen.requests.length = 0;
  await tab.goto(url);
  check(seen.console, [], `console of ${url}`);
  check(seen.requests, [url], `requests of ${url}`);
}

const visible = (tab) => tab.$$eval("#rows tbody tr", (rows) =>
  rows.filter((row) => !row.hidden).map((row) => row.querySelector("code").textContent));
const column = (tab, index) => tab.$$eval("#rows tbody tr:not([hidden])", (rows, index) =>
  rows.map((row) => row.cells[index].innerText.split("\n")[0].trim()), index);

async function tabTo(tab, test) {
  for (let presses = 0; presses < 200; presses += 1) {
    await tab.keyboard.press("Tab");
    if (await tab.evaluate(test)) return;
  }
  assert.fail(`the Tab key never reaches ${test}`);
}

/** Sorting and filtering without a pointer. */
async function keyboard(it, url) {
  const { tab } = it;
  await visit(it, url);
  const all = (await visible(tab)).length;
  check(all, 40, "every file has a row");
  const said = () => tab.textContent("[role=status]");
  check(await said(), "40 of 40 rows are shown");

  await tabTo(tab, () => document.activeElement.id === "find");
  const outline = await tab.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  holds(outline !== "none", "the focus is seen");
  await tab.keyboard.type("vendor COULD switch compressors");
  check(await visible(tab), ["cooling-vendor-probe"], "what the table does not show is searched too");
  for (let letters = 0; letters < 31; letters += 1) await tab.keyboard.press("Backspace");
  await tab.keyboard.type("ILSE cold");
  check(await visible(tab), ["cooling-vendor-probe"], "words are searched for without case, all of them");
  check(await said(), "1 of 40 rows are shown");
  for (let letters = 0; letters < 9; letters += 1) await tab.keyboard.press("Backspace");
  check((await visible(tab)).length, 40);

  await tab.keyboard.press("Tab");
  check(await tab.evaluate(() => document.activeElement.id), "standing");
  await tab.keyboard.type("expired");
  check(await visible(tab), ["office-door-controller", "harbour-gateway-break-glass", "gpu-node-kernel-hold"]);
  check(await said(), "3 of 40 rows are shown");
  await tab.keyboard.press("Home");
  check((await visible(tab)).length, 40);

  const sorted = async (name, index, key) => {
    await tabTo(tab, `document.activeElement.closest("th")?.innerText.trim().startsWith(${JSON.stringify(name)})`);
    for (const [press, direction] of [["Enter", "ascending"], ["Space", "descending"]]) {
      await tab.keyboard.press(press);
      const marks = await tab.$$eval("#rows th[aria-sort]", (cells) =>
        cells.map((cell) => [cell.dataset.name, cell.getAttribute("aria-sort")]));
      check(marks, [[name, direction]], "one column says how it is sorted");
      const keys = (await column(tab, index)).map(key);
      const known = keys.filter((one) => one !== null);
      const expected = [...known].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0) * (direction === "ascending" ? 1 : -1));
      check(known, expected, `${name}, ${direction}`);
      check(keys.slice(known.length), Array(keys.length - known.length).fill(null), "what says nothing comes last");
      holds((await said()).endsWith(`, sorted by ${name.toLowerCase()}, ${direction}`), "the order is announced");
    }
  };
  const date = (text) => (text === "" ? null : Date.parse(`${text} UTC`));
  await sorted("Starts", 2, date);
  await sorted("Last day", 3, date);
  await sorted("Tier", 4, (text) => (text === "" ? null : ["low", "moderate", "high", "emergency"].indexOf(text)));
  await sorted("Owner", 5, (text) => (text === "" || text === "not stated" ? null : text.toLowerCase()));
  await sorted("Renewals", 8, (text) => (text === "" ? null : Number(text.split(" ")[0])));
}

/** Bars, in days: the DOM compared with dates that are computed here. */
async function timeline(it) {
  const closed = { status: "closed", closure: { date: "2026-11-12", by: "Luis Prado", verified_by: "Mei Tanaka", note: "New one." } };
  const root = write("known", {
    "a-plain": entry({}),
    "b-overdue": entry({ starts: "2026-10-05", decided: "2026-10-05", expires: "2026-11-03" }),
    "c-renewed": entry({
      starts: "2026-09-20", decided: "2026-09-20", expires: "2026-10-15",
      renewals: [
        { requested: "2026-10-10", decided: "2026-10-12", expires: "2026-10-31" },
        { requested: "2026-11-04", decided: "2026-11-05", expires: "2026-12-10" },
      ],
    }),
    "d-closed-early": entry({ ...closed, expires: "2026-11-20" }),
    "e-closed-late": entry({ ...closed, expires: "2026-11-10" }),
    "f-starts-at-noon": entry({ starts: "2026-11-18T12:00", expires: "2026-12-01T00:00" }),
    "g-ends-today": entry({ starts: "2026-11-16", expires: "2026-11-23" }),
    "h-next-year": entry({ starts: "2026-12-20", decided: "2026-11-20", expires: "2027-01-18" }),
    "i-far-away": entry({ starts: "2027-02-20", decided: "2026-11-20", expires: "2027-03-18" }),
  });
  const expected = {
    "a-plain": [["term", "2026-11-02", "2026-12-01"]],
    "b-overdue": [["term", "2026-10-23", "2026-11-03"], ["lapsed", "2026-11-04", "2026-11-23"]],
    "c-renewed": [
      ["renewal", "2026-10-23", "2026-10-31"],
      ["lapsed", "2026-11-01", "2026-11-04"], ["renewal", "2026-11-05", "2026-12-10"],
    ],
    "d-closed-early": [["term", "2026-11-02", "2026-11-12"], ["closure", "2026-11-12", "2026-11-12"]],
    "e-closed-late": [
      ["term", "2026-11-02", "2026-11-10"], ["lapsed", "2026-11-11", "2026-11-12"], ["closure", "2026-11-12", "2026-11-12"],
    ],
    "f-starts-at-noon": [["term", "2026-11-18", "2026-11-30"]],
    "g-ends-today": [["term", "2026-11-16", "2026-11-23"]],
    "h-next-year": [["term", "2026-12-20", "2026-12-24"]],
    "i-far-away": [],
  };
  // Where a bar or all of them lie outside the month before and after today, an arrow says so.
  const arrows = { "b-overdue": 1, "c-renewed": 1, "h-next-year": 1, "i-far-away": 1 };
  const html = report(root, "html");
  for (const width of [1280, 800]) {
    await it.tab.setViewportSize({ width, height: 900 });
    await visit(it, page("known", html));
    const drawn = await it.tab.evaluate(() => {
      const box = (element) => {
        const { left, right } = element.getBoundingClientRect();
        return { left, right, middle: (left + right) / 2 };
      };
      const months = [...document.querySelectorAll(".axis.above text:not(.now)")].map((text) => [text.textContent, box(text).middle]);
      const rows = [...document.querySelectorAll(".timeline ol li")].map((row) => {
        const target = document.querySelector(row.querySelector("a").getAttribute("href"));
        const marks = [...row.querySelectorAll(".bars > rect:not(.today), .bars > circle")];
        return {
          id: target.querySelector("code").textContent,
          marks: marks.map((mark) => ({ kind: mark.getAttribute("class"), ...box(mark) })),
          today: box(row.querySelector(".today")),
          arrows: row.querySelectorAll(".beyond, .away").length,
          ticks: [...row.querySelectorAll(".tick")].map((tick) => box(tick).middle),
          inside: box(row.querySelector(".bars")),
        };
      });
      return { months, rows };
    });
    // The axis says where two Mondays are; every other place follows from these two.
    const place = Object.fromEntries(drawn.months);
    const monday = Date.parse("2026-11-02");
    const perDay = (place["30 Nov"] - place["2 Nov"]) / 28;
    const at = (day, after = 0) => place["2 Nov"] + ((Date.parse(day) - monday) / DAY + after) * perDay;
    const near = (actual, wanted, what) => holds(Math.abs(actual - wanted) < 0.8, `${what} at ${width}: ${actual}, not ${wanted}`);
    holds(Math.abs(place["21 Dec"] - at("2026-12-21")) < 0.8, "the axis is even");
    check(drawn.months.length, 9, "a month before today and a month after it");
    check(drawn.rows.map((row) => row.id).sort(), Object.keys(expected).sort());
    for (const { id, marks, arrows: drawn_arrows, today, ticks, inside } of drawn.rows) {
      check(drawn_arrows, arrows[id] ?? 0, `arrows of ${id}`);
      check(marks.map((mark) => mark.kind), expected[id].map(([kind]) => kind), id);
      marks.forEach((mark, index) => {
        const [kind, from, to] = expected[id][index];
        if (kind === "closure") {
          near(mark.middle, at(from, 0.5), `${id} closure`);
        } else {
          near(mark.left, at(from), `${id} ${kind} from`);
          near(mark.right, at(to, 1), `${id} ${kind} to`);
        }
        holds(mark.left > inside.left - 6 && mark.right < inside.right + 6, `${id} stays in its row`);
      });
      near(today.left, at(TODAY), "today");
      near(today.right, at(TODAY, 1), "the end of today");
      check(ticks.length, drawn.months.length);
      near(ticks[drawn.months.findIndex(([name]) => name === "2 Nov")], place["2 Nov"], "the line of a Monday");
    }
  }
  await it.tab.setViewportSize({ width: 1280, height: 900 });
  // One row per exception, most urgent first.
  const order = await it.tab.$$eval(".timeline ol li a", (links) => links.map((link) => document.querySelector(link.hash).querySelector("code").textContent));
  check(order, ["b-overdue", "g-ends-today", "f-starts-at-noon", "a-plain", "c-renewed", "h-next-year", "i-far-away", "d-closed-early", "e-closed-late"]);
}

const TEXTS = [
  "<script>window.pwned = 1</script>",
  "</title></desc></svg></style></script><img src=x onerror=\"window.pwned=1\">",
  "\" onmouseover=\"window.pwned=1\" style=\"position:fixed\" x=\"",
  "' autofocus onfocus='window.pwned=1' '",
  "<svg onload=window.pwned=1><iframe src=https://evil.example></iframe>",
  "&lt;script&gt; &amp; &#60;b&#62; &notit;",
  "]]><!-- --><base href=https://evil.example><meta http-equiv=refresh content=0>",
  "javascript:window.pwned=1 {{7*7}} ${7*7}",
  "\u001b[2J \u202edetrever\u2066 \u200bzero",
  "@everyone o/r#12 #7 GH-7 https://evil.example www.evil.example a@evil.example :bomb: 0123456789abcdef",
  "[link](https://evil.example) ![image](https://evil.example) <https://evil.example> [^1] [x] $1$",
  "| cell `code` *strong* _em_ ~~gone~~ **b** __c__ \\",
  "- list",
  "1. list",
  "# heading",
  "> quote",
  "Größe 漢字 😀 naïve",
];

/** What a reader sees of a text: hostile characters are written out. */
const shown = (text) => text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/g,
  (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

function hostile() {
  const entries = {};
  TEXTS.forEach((text, index) => {
    const fields = { title: text, control: text, removal: text, owner: text, approver: text };
    entries[`late-${index}`] = entry({ ...fields, starts: "2026-10-01", decided: "2026-10-01", expires: "2026-11-01" });
    entries[`new-${index}`] = entry({ ...fields, decided: "2026-11-20" });
  });
  const root = write("hostile-report", entries);
  const name = "a<img src=x onerror=alert(1)>`&@all#1|*b*.yaml";
  fs.writeFileSync(path.join(root, "exceptions", name), "title: [");
  return root;
}

/** Text of an entry stays text in the page. */
async function inert(it, root) {
  await visit(it, page("hostile", report(root, "html")));
  const found = await it.tab.evaluate(() => {
    const all = [...document.querySelectorAll("*")];
    return {
      pwned: window.pwned,
      names: [...new Set(all.map((element) => element.localName))],
      attributes: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
      addresses: all.flatMap((element) => [element.getAttribute("href"), element.getAttribute("src")]).filter(Boolean),
      scripts: document.scripts.length,
      sheets: document.styleSheets.length,
      comments: document.evaluate("count(//comment())", document).numberValue,
    };
  });
  const plain = await open();
  await visit(plain, page("plain", report(`${FIXTURES}/drift`, "html")));
  const usual = await plain.tab.evaluate(() => {
    const all = [...document.querySelectorAll("*")];
    return {
      names: [...new Set(all.map((element) => element.localName))],
      attributes: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
    };
  });
  await plain.context.close();
  check(found.names.filter((name) => !usual.names.includes(name)), [], "elements");
  check(found.attributes.filter((name) => !usual.attributes.includes(name)), [], "attributes");
  check(found.attributes.filter((name) => name.startsWith("on") || name === "style" || name === "src"), []);
  holds(found.addresses.every((address) => /^#[a-z]+[0-9]*$/.test(address)), "links stay on the page");
  check([found.pwned, found.scripts, found.sheets, found.comments, it.seen.dialogs], [undefined, 1, 1, 0, 0]);
  for (const [index, text] of TEXTS.entries()) {
    const row = await it.tab.evaluate((id) => {
      const row = [...document.querySelectorAll("#rows tbody tr")].find((row) => row.querySelector("code").textContent === id);
      return [row.cells[0].firstChild.textContent, row.cells[5].textContent, row.cells[6].textContent, row.cells[7].textContent];
    }, `late-${index}`);
    check(row, Array(4).fill(shown(text)), text);
  }
}

/** What somebody puts into the page later does not run, load or restyle. */
async function policy(it) {
  const html = report(`${FIXTURES}/drift`, "html");
  const evil = "<script>window.pwned=1</script><img src=\"https://evil.example/x\" onerror=\"window.pwned=1\">" +
    "<p id=\"styled\" style=\"color: rgb(1, 2, 3)\">x</p><style>#styled { background: rgb(1, 2, 3) }</style>" +
    "<link rel=stylesheet href=\"https://evil.example/x.css\"><iframe src=\"https://evil.example\"></iframe>" +
    "<form id=\"evil\" action=\"https://evil.example\"><button>go</button></form>";
  const { tab, seen } = it;
  seen.requests.length = 0;
  const url = page("injected", html.replace("<main>", `<main>${evil}`));
  await tab.goto(url);
  const after = await tab.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.pwned = 2";
    document.body.append(script);
    document.body.setAttribute("onclick", "window.pwned = 3");
    document.body.click();
    let fetched = "fetched";
    try {
      await fetch("https://evil.example/x");
    } catch {
      fetched = "refused";
    }
    const styled = getComputedStyle(document.getElementById("styled"));
    return [window.pwned, styled.color === "rgb(1, 2, 3)", styled.backgroundColor === "rgb(1, 2, 3)", fetched];
  });
  check(after, [undefined, false, false, "refused"], "the policy holds");
  await tab.evaluate(() => document.getElementById("evil").requestSubmit());
  await tab.waitForTimeout(100);
  check(tab.url(), url, "no form leads away");
  check(seen.requests.filter((address) => address !== url && !address.startsWith("https://evil.example")), []);
  const answered = seen.console.filter((line) => line.includes("Content Security Policy")).length;
  holds(answered >= 5, `the browser says what it refused, ${answered} times`);
  // The page's own script still runs.
  holds(await tab.isVisible("#find"), "the page works all the same");
  seen.console.length = 0;
}

async function accessible(it, url, what) {
  for (const colorScheme of ["light", "dark"]) {
    await it.tab.emulateMedia({ colorScheme });
    await visit(it, url);
    await it.tab.evaluate(axe);
    const result = await it.tab.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
    const found = result.violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes[0].html.slice(0, 200)}`);
    check(found, [], `${what}, ${colorScheme}`);
    holds(result.passes.length > 20, "axe has looked at something");
  }
  await it.tab.emulateMedia({ colorScheme: null });
}

async function without_script(url) {
  const it = await open({ javaScriptEnabled: false });
  await visit(it, url);
  check(await it.tab.locator("#rows tbody tr:visible").count(), 40, "all rows are there without a script");
  check(await it.tab.locator("form:visible, #rows button").count(), 0, "no field that does nothing");
  check(await it.tab.locator(".bars:visible").count() > 30, true, "the timeline is drawn without a script");
  await it.context.close();
}

async function on_paper(it, url) {
  await it.tab.emulateMedia({ media: "print", colorScheme: "dark" });
  await visit(it, url);
  const look = await it.tab.evaluate(() => ({
    page: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.body).color,
    form: getComputedStyle(document.getElementById("controls")).display,
    row: getComputedStyle(document.querySelector("#rows tbody tr")).breakInside,
    head: getComputedStyle(document.querySelector("#rows thead")).display,
    wide: document.documentElement.scrollWidth <= document.documentElement.clientWidth,
  }));
  check(look, { page: "rgb(255, 255, 255)", ink: "rgb(27, 31, 36)", form: "none", row: "avoid", head: "table-header-group", wide: true });
  const pdf = await it.tab.pdf({ preferCSSPageSize: true });
  holds(pdf.subarray(0, 5).toString() === "%PDF-" && pdf.length > 20_000, "it prints");
  await it.tab.emulateMedia({ media: null, colorScheme: null });
}

/** Findings and forged names are seen without colour; nothing is broken inside a word or cut off. */
async function legible(it, url) {
  await visit(it, url);
  const signs = await it.tab.$$eval("#rows .chip", (chips) => [...new Set(chips.map((chip) => chip.textContent.split(" ")[0]))]);
  check(signs.sort(), ["▲", "?", "◆", "●", "○", "✓", "✕"].sort(), "each standing has a shape of its own");
  const forged = await it.tab.$$eval("#rows .forged", (names) => names.map((name) => name.parentElement.textContent));
  check(forged, ["@оlek⚠ U+043E looks like `o`"], "a forged name is written out");
  const accused = await it.tab.$$eval("#rows tr", (rows) => rows.filter((row) => row.textContent.includes("⚠ self-approval")).length);
  check(accused, 2, "findings are in the register too");
  // Wider letters stand for other fonts: WCAG 2.2, 1.4.12, asks that this spacing loses nothing.
  const spaced = "* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 !important; }";
  for (const [width, style] of [[1280, ""], [900, ""], [760, ""], [400, ""], [320, ""], [1280, spaced], [400, spaced]]) {
    await it.tab.setViewportSize({ width, height: 900 });
    await it.tab.evaluate((style) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      document.adoptedStyleSheets = [sheet];
    }, style);
    const found = await it.tab.evaluate(() => {
      const broken = [];
      const cut = [];
      const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode;
        const parent = node.parentElement;
        if (parent.closest("svg, .unseen, .sheet, option, [hidden]") || parent.closest(".do code")) continue;
        // A line may end behind a hyphen or a slash.
        for (const word of node.data.matchAll(/[^\s\-/]+/g)) {
          const range = document.createRange();
          range.setStart(node, word.index);
          range.setEnd(node, word.index + word[0].length);
          const boxes = [...range.getClientRects()];
          if (new Set(boxes.map((box) => Math.round(box.top))).size > 1) broken.push(word[0]);
          // A table between a telephone's and a desk's width scrolls by itself.
          if (parent.closest(".wide") && innerWidth > 760 && innerWidth < 1280) continue;
          if (boxes.some((box) => box.right > document.documentElement.clientWidth + 1)) cut.push(word[0]);
        }
      }
      return { broken, cut };
    });
    check(found.broken, [], `words broken at ${width} ${style}`);
    check(found.cut, [], `words cut off at ${width} ${style}`);
  }
  await it.tab.setViewportSize({ width: 1280, height: 900 });
}

/** Two pages for the meeting, whatever the register, and the rest behind them. */
async function two_pages(it, url, what) {
  await visit(it, url);
  const pages = (pdf) => [...pdf.toString("latin1").matchAll(/\/Type\s*\/Page\b/g)].length;
  const all = pages(await it.tab.pdf({ preferCSSPageSize: true }));
  await it.tab.evaluate(() => document.querySelector(".annex").remove());
  await it.tab.evaluate(() => document.querySelector("footer").remove());
  const meeting = pages(await it.tab.pdf({ preferCSSPageSize: true }));
  holds(meeting <= 2, `${what}: the meeting has ${meeting} pages`);
  holds(all > meeting, `${what}: the annex is behind them, ${all} pages in all`);
}

async function calm(it, url) {
  await it.tab.emulateMedia({ reducedMotion: "reduce" });
  await visit(it, url);
  check(await it.tab.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
  check(await it.tab.evaluate(() => document.getAnimations().length), 0);
  await it.tab.emulateMedia({ reducedMotion: null });
  for (const width of [360, 768, 1280]) {
    await it.tab.setViewportSize({ width, height: 900 });
    const fits = await it.tab.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
    holds(fits, `nothing sticks out at ${width} pixels`);
  }
  await it.tab.setViewportSize({ width: 1280, height: 900 });
}

/** A register of thousands opens, sorts and filters without a wait. */
async function large(it) {
  const entries = {};
  for (let number = 0; number < 2_500; number += 1) {
    const owner = `Owner ${number % 97}`;
    const closure = { date: "2026-09-01", by: owner, verified_by: "Mei Tanaka", note: "Done." };
    const over = { status: "closed", decided: "2026-08-01", starts: "2026-08-01", expires: "2026-09-01", closure };
    entries[`entry-${number}`] = entry({ title: `Printer ${number}`, owner, ...(number < 800 ? {} : over) });
  }
  const url = page("large", report(write("large", entries), "html"));
  const started = Date.now();
  await visit(it, url);
  const opened = Date.now() - started;
  const sorted = await it.tab.evaluate(() => {
    const started = performance.now();
    document.querySelectorAll("#rows th button")[5].click();
    document.body.getBoundingClientRect();
    return performance.now() - started;
  });
  check(await it.tab.textContent("[role=status]"), "2000 of 2000 rows are shown, sorted by owner, ascending");
  holds(opened < 20_000 && sorted < 20_000, `opened in ${opened} ms, sorted in ${sorted} ms`);
  return `2000 rows open in ${opened} ms and sort in ${Math.round(sorted)} ms`;
}

/** Markdown, rendered with raw HTML let through: nothing but our own elements, nothing for GitHub to link. */
async function markdown(it, root) {
  for (const register of [root, `${FIXTURES}/drift`, `${work}/hostile`]) {
    const text = report(register, "markdown");
    holds(Buffer.byteLength(text) <= 1 << 20, "it fits into a step summary");
    const html = micromark(text, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
    const { names, attributes, texts, dollars } = await it.tab.evaluate((html) => {
      const parsed = new DOMParser().parseFromString(html, "text/html");
      const all = [...parsed.body.querySelectorAll("*")];
      const walker = parsed.createTreeWalker(parsed.body, NodeFilter.SHOW_TEXT);
      const texts = [];
      // Nothing is linked in code.
      while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("code")) texts.push(walker.currentNode.data);
      return {
        names: [...new Set(all.map((element) => element.localName))].sort(),
        attributes: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
        texts,
        dollars: [...parsed.querySelectorAll("span")].every((span) => span.textContent === "$"),
      };
    }, html);
    const ours = ["br", "code", "h1", "h2", "p", "span", "strong", "table", "tbody", "td", "th", "thead", "tr"];
    check(names.filter((name) => !ours.includes(name)), [], "elements");
    check(attributes.filter((name) => name !== "align"), [], "attributes");
    holds(dollars, "only a dollar stands in a span");
    const references = [
      /(^|\W)@[a-z0-9]/i, /(^|\W)#\d/, /\bGH-\d/i, /\w+:\/\//, /\bwww\./i, /\b[0-9a-f]{7,40}\b/, /:[a-z0-9_+-]+:/i, /\$[^ ]/,
    ];
    for (const one of texts) {
      for (const reference of references) holds(!reference.test(one), `${reference} in ${JSON.stringify(one)}`);
    }
    // A text that needs no separating is on the page as it is in the record.
    if (register === root) {
      const removals = texts.map((one) => one.replaceAll("\u200b", ""));
      for (const text of TEXTS.filter((text) => !text.includes("$"))) holds(removals.includes(shown(text)), text);
    }
  }
}

/** A register in git whose past has a step of every kind, some of them with hostile texts. */
function past() {
  const root = path.join(work, "past");
  fs.mkdirSync(path.join(root, "exceptions"), { recursive: true });
  const git = (day, ...args) => execFileSync("git", args, {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH, HOME: work, GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Luis <b>Prado", GIT_AUTHOR_EMAIL: "luis@example.com", GIT_AUTHOR_DATE: `${day}T09:00:00Z`,
      GIT_COMMITTER_NAME: "Luis Prado", GIT_COMMITTER_EMAIL: "luis@example.com", GIT_COMMITTER_DATE: `${day}T09:00:00Z`,
    },
  });
  const commit = (day, subject, entries) => {
    for (const [id, fields] of Object.entries(entries)) {
      fs.writeFileSync(path.join(root, "exceptions", `${id}.yaml`), JSON.stringify(entry(fields), null, 1));
    }
    git(day, "add", "--all");
    git(day, "commit", "--quiet", "--allow-empty", "-m", subject);
  };
  git("2026-10-01", "init", "--quiet", "--initial-branch", "main");
  fs.writeFileSync(path.join(root, "stopgap.yaml"), "version: 1\n");
  commit("2026-10-01", "Begin", {});
  const first = { decided: "2026-10-02", starts: "2026-10-02", expires: "2026-10-20" };
  const renewals = [{
    requested: "2026-10-18", requester: "Luis Prado", reason: "The maker is late.", risk_check: "Nobody reached it.",
    approver: "Mei Tanaka", decided: "2026-10-19", expires: "2026-11-10",
  }];
  const reviews = [{ date: "2026-10-22", by: "Luis Prado", note: TEXTS[1] }];
  const closure = { date: "2026-11-12", by: "Luis Prado", verified_by: "Mei Tanaka", note: TEXTS[0] };
  const evil = { title: TEXTS[0], reason: TEXTS[4], control: TEXTS[2], owner: TEXTS[5], ...first };
  const lossless = { title: "x".repeat(200), decided: "2026-10-05", starts: "2026-10-05", expires: "2026-10-25" };
  commit("2026-10-02", "Ask (#1)", { printer: first });
  commit("2026-10-03", `${TEXTS[1]} (#2)`, { evil });
  commit("2026-10-05", "Ask for a long one", { "a-very-long-name-that-nobody-would-type-twice-but-somebody-did-once": lossless });
  commit("2026-10-19", "Renew (#3)", { printer: { ...first, renewals } });
  commit("2026-10-22", "Review", { printer: { ...first, renewals, reviews } });
  commit("2026-10-25", "Slip in", { evil: { ...evil, reason: TEXTS[5] } });
  commit("2026-11-12", "Close (#4)", { printer: { ...first, renewals, reviews, status: "closed", closure } });
  return root;
}

/** The page of the evidence and the case files: inert, accessible, legible on every width and on paper. */
async function others(it) {
  const root = past();
  const options = { encoding: "utf8", env: { PATH: process.env.PATH }, maxBuffer: 1 << 26, cwd: root };
  const pack = path.join(work, "pack");
  execFileSync(binary, ["evidence", "--from", "2026-10-01", "--to", "2026-11-20", "--output", pack], options);
  const show = (id) => execFileSync(binary, ["show", id, "--today", TODAY, "--format", "html"], options);
  const pages = {
    evidence: pathToFileURL(path.join(pack, "evidence.html")).href,
    "case file": page("case", show("printer")),
    "hostile case file": page("evil-case", show("evil")),
    "long case file": page("long-case", show("a-very-long-name-that-nobody-would-type-twice-but-somebody-did-once")),
  };
  for (const [what, url] of Object.entries(pages)) {
    await accessible(it, url, what);
    await visit(it, url);
    const found = await it.tab.evaluate(() => {
      const all = [...document.querySelectorAll("*")];
      const headings = [...document.querySelectorAll("h1, h2, h3")].map((heading) => Number(heading.localName[1]));
      return {
        pwned: window.pwned,
        scripts: [...document.scripts].map((script) => script.textContent.trim()),
        attributes: all.flatMap((element) => element.getAttributeNames()).filter((name) => /^on|^style$|^src$/.test(name)),
        forbidden: all.filter((element) => ["img", "iframe", "base", "form", "object"].includes(element.localName)).length,
        addresses: all.map((element) => element.getAttribute("href")).filter(Boolean),
        jumps: headings.filter((level, at) => at > 0 && level > headings[at - 1] + 1).length,
        firsts: headings.filter((level) => level === 1).length,
        main: document.querySelectorAll("main").length,
      };
    });
    check([found.pwned, found.scripts, found.attributes, found.forbidden], [undefined, [""], [], 0], `${what} is inert`);
    check([found.jumps, found.firsts, found.main], [0, 1, 1], `${what} has an outline`);
    holds(found.addresses.every((address) => /^register\/[a-z0-9-]+\.(csv|json)$/.test(address)), `${what}: ${found.addresses}`);
    for (const width of [400, 768, 1280]) {
      await it.tab.setViewportSize({ width, height: 900 });
      const fits = await it.tab.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
      holds(fits, `nothing of ${what} sticks out at ${width} pixels`);
    }
    await it.tab.setViewportSize({ width: 1280, height: 900 });
    await it.tab.emulateMedia({ media: "print", colorScheme: "dark" });
    await visit(it, url);
    const colours = await it.tab.evaluate(() => [...document.querySelectorAll("body, th, td, dd, dt, h2, h3, p, li, code, a, strong")].map((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      const [red, green, blue] = color.match(/[\d.]+/g).map(Number);
      const [, , , alpha = 1] = backgroundColor.match(/[\d.]+/g).map(Number);
      const light = backgroundColor.match(/[\d.]+/g).slice(0, 3).every((part) => Number(part) > 200);
      return { dark: 0.3 * red + 0.6 * green + 0.1 * blue < 130, white: alpha === 0 || light };
    }));
    check(colours.filter(({ dark, white }) => !dark || !white), [], `${what} is dark on white on paper`);
    const pdf = await it.tab.pdf({ preferCSSPageSize: true });
    holds(pdf.subarray(0, 5).toString() === "%PDF-" && pdf.length > 5_000, `${what} prints`);
    await it.tab.emulateMedia({ media: null, colorScheme: null });
  }
  await visit(it, pages.evidence);
  const tables = await it.tab.evaluate(() => Object.fromEntries(["register", "decisions", "events", "findings", "slips"].map((id) =>
    [id, document.querySelectorAll(`section[aria-labelledby=${id}] tbody tr`).length])));
  const lines = (name) => fs.readFileSync(path.join(pack, name), "utf8").trim().split("\n").length - 1;
  holds(tables.register >= 3 && tables.decisions >= 4 && tables.slips >= 1, `the evidence has rows: ${JSON.stringify(tables)}`);
  const decided = JSON.parse(fs.readFileSync(path.join(pack, "decisions.json"), "utf8"));
  holds(lines("decisions.csv") >= tables.decisions && JSON.stringify(decided).includes("renewal 1"), "page and tables tell of the same decisions");
  await visit(it, pages["case file"]);
  const steps = await it.tab.$$eval("ol.story > li h3", (steps) => steps.map((step) => step.textContent.replace(/^[0-9A-Za-z ]*2026 /, "")));
  for (const step of ["asked", "decided", "renewed", "reviewed", "closed"]) {
    holds(steps.some((one) => one.includes(step)), `the story says ${step}: ${steps}`);
  }
  await visit(it, pages["hostile case file"]);
  const said = await it.tab.evaluate(() => document.body.innerText);
  for (const text of [TEXTS[0], TEXTS[5]]) holds(said.includes(text), `the case file shows ${text}`);
}

const it = await open();
const drift = page("drift", report(`${FIXTURES}/drift`, "html"));
const acme = page("acme", report(`${FIXTURES}/acme`, "html"));
const empty = path.join(work, "empty");
fs.mkdirSync(path.join(empty, "exceptions"), { recursive: true });
const evil = hostile();
await keyboard(it, drift);
await timeline(it);
await inert(it, evil);
await policy(it);
await accessible(it, drift, "drift");
await accessible(it, acme, "acme");
await accessible(it, page("hostile", report(evil, "html")), "hostile");
await accessible(it, page("empty", report(empty, "html")), "an empty register");
await without_script(drift);
await on_paper(it, drift);
await two_pages(it, drift, "drift");
await two_pages(it, acme, "acme");
await two_pages(it, page("hostile", report(evil, "html")), "hostile");
await legible(it, drift);
await calm(it, drift);
await others(it);
const speed = await large(it);
await markdown(it, evil);
await it.context.close();
console.log(`report: ${checks} checks in a browser, ${speed}`);
