// The site, built and opened in a browser as a reader does: nothing is logged, nothing is fetched from elsewhere, axe-core
// has nothing to say in both themes, the search finds a rule by its name, and every link leads somewhere.

import { execFileSync } from "node:child_process";
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { createRequire } from "node:module";

const [binary, work, browser, mdbook] = process.argv.slice(2);
const modules = createRequire(`${work}/npm/`);
const { chromium } = modules("playwright-core");
const axe = fs.readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");

const ROOT = path.resolve("../..");
const SITE = path.join(ROOT, "target/site");
const TYPES = {
  ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png",
  ".woff2": "font/woff2", ".json": "application/json",
};
let checks = 0;

function check(actual, expected, what) {
  assert.deepEqual(actual, expected, what);
  checks += 1;
}

function holds(condition, what) {
  assert.ok(condition, what);
  checks += 1;
}

execFileSync("cargo", ["xtask", "site"], {
  cwd: ROOT, env: { ...process.env, MDBOOK: mdbook }, stdio: ["ignore", "ignore", "pipe"],
});

const pages = fs.readdirSync(SITE, { recursive: true }).filter((name) => name.endsWith(".html"));
const readers = pages.filter((name) => !["404.html", "toc.html"].includes(name));

/** Every rule and every command has a page of its own, under the name that links from outside use. */
const rules = execFileSync(binary, ["explain"], { encoding: "utf8" }).match(/^ {2}[a-z-]+(?= )/gm).map((id) => id.trim());
for (const rule of rules) {
  const html = fs.readFileSync(path.join(SITE, "rules", `${rule}.html`), "utf8");
  holds(html.includes(`<h1 id="${rule}"`), `the page of ${rule} has its title`);
}
holds(rules.length > 50, `${rules.length} rules`);
check(pages.filter((name) => name.startsWith("rules/")).length, rules.length, "pages of rules");
holds(fs.existsSync(path.join(SITE, "commands/check.html")), "the page of `check`");

/** Links and pictures, and the anchors that they name. */
const ids = new Map();
const anchors = (file) => {
  if (!ids.has(file)) {
    ids.set(file, new Set([...fs.readFileSync(file, "utf8").matchAll(/ id="([^"]*)"/g)].map((match) => match[1])));
  }
  return ids.get(file);
};
const broken = [];
let links = 0;
for (const name of readers) {
  const html = fs.readFileSync(path.join(SITE, name), "utf8").replaceAll(/<(script|noscript)[^>]*>.*?<\/\1>/gs, "");
  for (const [, target] of html.matchAll(/ (?:href|src|srcset)="([^"]*)"/g)) {
    if (/^(https?:|mailto:)/.test(target)) continue;
    const [file, anchor] = target.replaceAll("&amp;", "&").split("#");
    const place = file === "" ? path.join(SITE, name) : path.resolve(path.dirname(path.join(SITE, name)), file);
    links += 1;
    const leads = fs.existsSync(place) && (!anchor || anchors(place).has(decodeURIComponent(anchor)));
    if (!leads) broken.push(`${name}: ${target}`);
  }
}
check(broken, [], "broken links");
holds(links > 2000, `${links} links`);

const server = http.createServer((request, response) => {
  const file = path.join(SITE, decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  if (!file.startsWith(SITE) || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "text/plain" });
  response.end(fs.readFileSync(file));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}`;

const context = await chromium.launchPersistentContext(fs.mkdtempSync(path.join(work, "browser-")), {
  executablePath: browser,
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
  viewport: { width: 1280, height: 900 },
});
const tab = await context.newPage();
const logged = [];
tab.on("console", (message) => logged.push(message.text()));
tab.on("pageerror", (error) => logged.push(error.message));
tab.on("request", (request) => request.url().startsWith(address) || logged.push(`asked for ${request.url()}`));

/** What axe-core says, each thing once, with the first page that has it. */
const said = new Map();
async function judge(name) {
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => globalThis.axe.run());
  for (const { id, nodes } of violations) {
    for (const { html, failureSummary } of nodes) {
      const what = `${id}: ${html.slice(0, 160)}`;
      if (!said.has(what)) said.set(what, `${name}: ${failureSummary}`);
    }
  }
  checks += 1;
}

for (const scheme of ["light", "dark"]) {
  await tab.emulateMedia({ colorScheme: scheme });
  // One page of each kind; the pages of rules are alike.
  const looked = readers.filter((name) => !/^(rules|commands)\//.test(name));
  for (const name of [...looked, "rules/expired.html", "rules/policy-loosened.html", "commands/check.html"]) {
    await tab.goto(`${address}/${name}`, { waitUntil: "load" });
    await judge(`${name}, ${scheme}`);
  }
}
check([...said], [], "what axe-core says");
check(logged, [], "what the pages log and ask for");

/** The search, as it is typed. */
async function search(words) {
  await tab.goto(`${address}/index.html`);
  await tab.keyboard.press("s");
  await tab.keyboard.type(words);
  await tab.waitForSelector("#mdbook-searchresults li a");
  return tab.$$eval("#mdbook-searchresults li a", (found) => found.map((it) => it.getAttribute("href").split("?")[0]));
}
for (const [words, page] of [
  ["self-approval", "rules/self-approval.html"], ["renewal-late", "rules/renewal-late.html"],
  ["back dated", "rules/back-dated.html"], ["suppressions", "suppressions.html"],
]) {
  const found = await search(words);
  holds(found.slice(0, 5).some((it) => it === page), `searched for ${words}: ${found.slice(0, 5)}`);
}
await tab.keyboard.press("Escape");

/** Reading on a phone. */
await tab.setViewportSize({ width: 400, height: 800 });
for (const name of ["index.html", "quickstart.html", "rules.html", "rules/expired.html"]) {
  await tab.goto(`${address}/${name}`);
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  holds(wide <= 0, `${name} is ${wide} pixels wider than a phone`);
}
check(logged, [], "what the pages log and ask for");
await context.close();
server.close();
console.log(`site: ${checks} checks, ${readers.length} pages, ${links} links`);
