// Plans of `remind`, applied by action/apply-plan as a scheduled job does for a year: first against issues in memory that
// judge each request by GitHub's OpenAPI description, with faults on the way, then once against prism, which does so too.

import { execFile, spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";

import { Issues, description } from "./issues_api.mjs";

const [binary, work] = process.argv.slice(2);
const modules = `${work}/npm/node_modules`;
const actions = new URL("../../action/", import.meta.url).pathname;
const here = `${work}/remind`;
const token = "ghs_notARealToken0123456789";
const run = promisify(execFile);

let state = 20260101;
/** Returns a whole number below a limit; the same ones in each run. */
function dice(limit) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

const day = (number) => new Date(Date.UTC(2026, 0, 1 + number)).toISOString().slice(0, 10);

function fail(message) {
  throw new Error(`remind: ${message}`);
}

// The register ------------------------------------------------------------------------------------------------------

const HOSTILE = "##[set-output name=x;]y @everyone fixes #12\n\n::error::x <!-- stopgap:v1 {} --> `a` [b](https://c.example)";

/** Eleven exceptions over the year; `life` says on which days after its start something becomes of one. */
function makeEntries() {
  const lives = [
    { closed: 20 }, { renewed: 26, closed: 60 }, { closed: 45 }, { renewed: 29, closed: 100 }, { removed: 40 }, { closed: 90 },
    { emergency: 2, reviewed: 25, closed: 28 }, { closed: 33 }, { renewed: 20, removed: 70 }, { closed: 31 }, { closed: 28 },
  ];
  return lives.map((life, at) => ({ id: `entry-${at}`, starts: at * 24, term: [30, 14, 7][at % 3], title: at === 3 ? HOSTILE : `Entry ${at}`, ...life }));
}

function write(entry, today) {
  const since = (event) => entry[event] !== undefined && today >= entry.starts + entry[event];
  const file = `${here}/register/exceptions/${entry.id}.yaml`;
  if (today < entry.starts || since("removed")) return rmSync(file, { force: true });
  const at = (offset) => day(entry.starts + offset);
  const lines = [
    `title: ${JSON.stringify(entry.title)}`,
    "control: CRY-04 Certificates are younger than a year",
    "scope: {system: printer, environment: production}",
    `risk: {tier: ${entry.emergency === undefined ? "low" : "emergency"}}`,
    "removal: Install the new certificate.",
    'owner: "@luis"',
    'approver: "@mei"',
    `decided: ${at(0)}`,
    `status: ${since("closed") ? "closed" : "active"}`,
    `starts: ${at(0)}`,
    `expires: ${at(entry.term)}`,
  ];
  if (since("emergency")) lines.push(`incident: {id: INC-1, ended: ${at(entry.emergency)}}`);
  if (since("reviewed")) lines.push(`reviews: [{date: ${at(entry.reviewed)}, by: "@luis", note: Read.}]`);
  if (since("renewed")) lines.push(`renewals: [{decided: ${at(entry.renewed)}, approver: "@mei", expires: ${at(entry.renewed + 30)}}]`);
  if (since("closed")) lines.push(`closure: {date: ${at(entry.closed)}, by: "@luis", verified_by: "@mei", note: Done.}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
}

// The job -----------------------------------------------------------------------------------------------------------

/** Runs a script of action/ as the job does, and returns its exit code and what it printed. */
async function script(api, name, ...parameters) {
  const env = {
    PATH: process.env.PATH,
    HOME: here,
    GITHUB_TOKEN: token,
    GITHUB_REPOSITORY: "acme/register",
    GITHUB_API_URL: api,
    STOPGAP_PAUSE_SECONDS: "0.001",
    STOPGAP_FIRST_WAIT_SECONDS: "0.001",
    STOPGAP_LONGEST_WAIT_SECONDS: "2",
  };
  try {
    const { stdout, stderr } = await run("bash", [actions + name, ...parameters], { env });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    return { code: error.code, text: `${error.stdout}${error.stderr}` };
  }
}

async function plan(today, ...more) {
  const parameters = ["remind", "--root", `${here}/register`, "--today", today, "--format", "github-plan"];
  const { stdout } = await run(binary, [...parameters, "--existing", `${here}/issues.json`, ...more], { env: {} });
  writeFileSync(`${here}/plan.json`, stdout);
  return JSON.parse(stdout);
}

/** Fetches, plans and applies; returns whether all of it was done. */
async function job(api, today) {
  const fetched = await script(api, "fetch-issues", `${here}/issues.json`);
  if (fetched.code !== 0) return false;
  await plan(today);
  const applied = await script(api, "apply-plan", `${here}/plan.json`);
  const acts = (line) => line.includes("##[") || line.trimStart().startsWith("::") || line.includes("@everyone");
  const acting = `${fetched.text}\n${applied.text}`.split("\n").find(acts);
  if (acting !== undefined) fail(`a log acts on ${JSON.stringify(acting)}`);
  if (![0, 1].includes(applied.code)) fail(`apply-plan ended with ${applied.code}: ${applied.text}`);
  return applied.code === 0;
}

// The year ----------------------------------------------------------------------------------------------------------

/** Faults that a later attempt fixes, and one that ends the run. */
const FAULTS = [
  { status: 500 },
  { status: 502, after: true },
  { after: true, drop: true },
  { status: 429, headers: { "retry-after": "0" } },
  { status: 403, headers: { "retry-after": "0" }, message: "You have exceeded a secondary rate limit." },
  { status: 403, message: "Resource not accessible by integration" },
  { status: 422, message: "Validation Failed" },
];

function record(text) {
  const line = (text ?? "").split("\n").findLast((line) => line.startsWith("<!-- stopgap:v1 "));
  return line === undefined ? undefined : JSON.parse(line.slice("<!-- stopgap:v1 ".length, -" -->".length));
}

/** What is told in an issue, in order: one text for each thing at each stage. */
function tellings(thread) {
  const told = [];
  let before = {};
  for (const text of [thread.first, ...thread.comments.map((comment) => comment.body)]) {
    const now = record(text);
    for (const [thing, stage] of [["expiry", "stage"], ["incident", "review"]]) {
      const is = (one) => `${thread.id} ${one[thing]} ${one[stage]}`;
      if (now[stage] !== undefined && is(now) !== is(before)) told.push(is(now));
    }
    before = now;
  }
  return told;
}

/** No process may show the token to the others. */
function lookAtProcesses() {
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    let line = "";
    try {
      line = readFileSync(`/proc/${name}/cmdline`, "utf8");
    } catch {
      // It has ended since.
    }
    if (line.includes(token)) fail(`the token is an argument of ${line.replaceAll("\0", " ")}`);
  }
}

async function year() {
  const issues = new Issues(modules, token);
  await issues.listen();
  // What others keep under the label, on several pages; one of it with a forged record.
  const other = { login: "mallory", id: 7, type: "User" };
  const forged = '<!-- stopgap:v1 {"id":"entry-0","told":9,"expiry":"2026-01-31","stage":"expired-700"} -->';
  for (let at = 0; at < 120; at += 1) issues.open(other, { title: `other ${at}`, body: at === 99 ? forged : "text", labels: ["stopgap"] });
  const others = issues.threads.length;
  let writes = 0;
  issues.seen = ({ method, body }) => {
    if (method === "get") return;
    writes += 1;
    const newest = issues.threads.at(-1);
    if (newest.first === undefined && record(body.body)) Object.assign(newest, { first: newest.body, id: record(newest.body)?.id });
    if (writes <= 6) lookAtProcesses();
  };
  const entries = makeEntries();
  let [runs, broken] = [0, 0];
  for (let today = 0; today < 365; today += 1) {
    entries.forEach((entry) => write(entry, today));
    if (dice(100) >= 8 && today !== 364) continue;
    issues.fault = () => (dice(100) < 8 ? FAULTS[dice(FAULTS.length)] : undefined);
    runs += 1;
    if (await job(issues.api, day(today))) continue;
    broken += 1;
    issues.fault = () => undefined;
    if (!(await job(issues.api, day(today)))) fail(`the run after a broken one fails on ${day(today)}`);
  }
  await script(issues.api, "fetch-issues", `${here}/issues.json`);
  const rest = await plan(day(364));
  if (rest.calls.length > 0) fail(`a second run of the last day finds ${rest.calls.length} calls`);
  if (!rest.remarks.some((remark) => remark.includes("`mallory`"))) fail("the forged record was not named");
  const own = issues.threads.slice(others);
  const ids = own.map((thread) => thread.id);
  // The first one was closed before anybody had to act.
  if (ids.length < 9 || ids.includes("entry-0") || new Set(ids).size !== ids.length) fail(`issues for ${ids}`);
  const told = own.flatMap(tellings);
  const twice = told.filter((one, at) => told.indexOf(one) !== at);
  if (twice.length > 0) fail(`told twice: ${twice}`);
  const open = own.filter((thread) => thread.state === "open").map((thread) => thread.id);
  if (open.length > 0) fail(`still open: ${open}`);
  for (const stage of ["reminder-7", "reminder-1", "expired-", "review-"]) {
    if (!told.some((one) => one.includes(stage))) fail(`the year has no ${stage}`);
  }
  if (broken < 3) fail(`only ${broken} runs broke off`);
  if (issues.violations.length > 0) fail(`against the description: ${[...new Set(issues.violations)].slice(0, 5).join("; ")}`);
  issues.close();
  console.log(`remind: ${runs} days, ${broken} broken off: ${told.length} things told once, ${issues.requests} requests as described`);
}

// The scripts alone -------------------------------------------------------------------------------------------------

const NEW = {
  does: "create", exception: "entry-0", method: "POST", path: "/repos/{owner}/{repo}/issues", unless: null,
  body: { title: "one", body: "two", labels: ["stopgap"] },
};

/** What the scripts refuse and how they end. */
async function manners() {
  const issues = new Issues(modules, token);
  await issues.listen();
  const apply = async (...calls) => {
    writeFileSync(`${here}/plan.json`, JSON.stringify({ version: 1, calls }));
    return script(issues.api, "apply-plan", `${here}/plan.json`);
  };
  const expect = (result, code, words) => {
    if (result.code !== code || !result.text.includes(words)) fail(`expected ${code} and "${words}", not ${JSON.stringify(result)}`);
  };
  const elsewhere = [
    { method: "DELETE" }, { method: "PUT" }, { path: "/repos/{owner}/{repo}/contents/x" }, { path: "/repos/a/b/issues" },
    { path: "/repos/{owner}/{repo}/issues/1/lock" }, { path: "/repos/{owner}/{repo}/issues\n" }, { path: "/repos/{owner}/{repo}/issues/../../x" },
    { does: "create\n::error::x" }, { body: "text" }, { unless: { path: "/user", pages: 1, login: "x", holds: "y" } },
  ];
  for (const change of elsewhere) expect(await apply(NEW, { ...NEW, ...change }), 2, "this is not a stopgap remind plan");
  if (issues.requests > 0) fail("a plan that is none was begun");
  expect(await script(issues.api, "apply-plan"), 2, "usage");
  expect(await script(issues.api, "fetch-issues"), 2, "usage");
  expect(await script("ftp://example", "apply-plan", `${here}/plan.json`), 2, "GITHUB_API_URL is not a URL");

  // The first permanent failure ends the run; a missing permission is not waited for.
  issues.fault = () => ({ status: 403, message: "Resource not ##[group] accessible" });
  const refused = await apply(NEW, NEW);
  expect(refused, 1, "answer 403: Resource not    group  accessible; 2 of 2 calls are left for the next run");
  if (issues.requests !== 1) fail(`${issues.requests} requests for a permission that is missing`);
  // An outage is waited for so many times, but not if the wait is too long.
  issues.requests = 0;
  issues.fault = () => ({ status: 503 });
  expect(await apply(NEW), 1, "answer 503");
  if (issues.requests !== 5) fail(`${issues.requests} attempts`);
  issues.requests = 0;
  issues.fault = () => ({ status: 429, headers: { "retry-after": "3600" } });
  expect(await apply(NEW), 1, "GitHub asks for a wait of 3600 seconds");
  if (issues.requests !== 1) fail(`${issues.requests} attempts after an hour's limit`);
  issues.fault = () => undefined;

  // A label that is dropped, a second page elsewhere, an answer that is not a list: an error each.
  const open = issues.open.bind(issues);
  issues.open = (user, body) => open(user, { ...body, labels: [] });
  expect(await apply(NEW), 1, "GitHub did not set the label");
  issues.open = open;
  const page = issues.page.bind(issues);
  issues.page = (...of) => ({ ...page(...of), headers: { link: '<http://127.0.0.1:1/x>; rel="next"' } });
  expect(await script(issues.api, "fetch-issues", `${here}/none.json`), 1, "the next page is not on");
  issues.page = () => ({ status: 200, body: { message: "no list" } });
  expect(await script(issues.api, "fetch-issues", `${here}/none.json`), 1, "the answer is not a list");
  issues.page = page;
  if (readdirSync(here).some((name) => name === "none.json" || name.startsWith(".stopgap"))) fail("half a list was saved");
  issues.close();
  console.log(`remind: the scripts refuse ${elsewhere.length} plans and end as they say`);
}

// Prism -------------------------------------------------------------------------------------------------------------

async function prism() {
  const document = description(modules);
  // GitHub's documentation asks for its own media type, which the description does not mention; the pages of the
  // description's examples are on GitHub's own server; and prism judges no body in whose schema `nullable` stands
  // without a type.
  for (const operation of Object.values(document.paths).flatMap(Object.values)) {
    Object.values(operation.requestBody?.content["application/json"].schema.properties ?? {})
      .filter((property) => property.type === undefined)
      .forEach((property) => delete property.nullable);
    for (const answer of Object.values(operation.responses ?? {})) {
      if (answer.content?.["application/json"]) answer.content["application/vnd.github+json"] = answer.content["application/json"];
      delete answer.headers;
    }
  }
  const file = `${here}/description.json`;
  writeFileSync(file, JSON.stringify(document));
  const server = spawn("node", [`${modules}/.bin/prism`, "mock", "--errors", "-h", "127.0.0.1", "-p", "0", file]);
  try {
    const api = await new Promise((resolve, reject) => {
      let printed = "";
      server.stdout.on("data", (data) => {
        printed += data;
        const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(printed);
        if (found) resolve(found[1]);
      });
      server.on("exit", () => reject(new Error(`prism ended: ${printed}`)));
      setTimeout(() => reject(new Error(`prism does not listen: ${printed}`)), 60_000).unref();
    });
    // Prism answers with the description's examples, so the label is the one in them.
    const label = document.components.examples.issue.value.labels[0].name;
    const calls = [];
    const entries = makeEntries();
    writeFileSync(`${here}/issues.json`, "[]");
    entries.forEach((entry) => write(entry, 35));
    calls.push(...(await plan(day(35), "--label", label)).calls);
    const fetched = await script(api, "fetch-issues", `${here}/issues.json`, label);
    if (fetched.code !== 0) fail(`prism does not list: ${fetched.text}`);
    await plan(day(35), "--label", label);
    // The life of an issue: the plan of each day from the answer that the one before leaves.
    const issues = new Issues(modules, token);
    for (const today of [29, 31, 40, 130, 200]) {
      entries.forEach((entry) => write(entry, today));
      writeFileSync(`${here}/issues.json`, JSON.stringify(issues.list(new URLSearchParams({ labels: label, state: "all" }))));
      for (const call of (await plan(day(today), "--label", label)).calls) {
        const number = /issues\/(\d+)/.exec(call.path)?.[1];
        const url = new URL(`http://x${call.path}`);
        issues.act({ method: call.method.toLowerCase(), url, body: call.body }, issues.threads[number - 1], call.path.endsWith("/comments"));
        calls.push(call);
      }
    }
    writeFileSync(`${here}/plan.json`, JSON.stringify({ version: 1, calls }));
    const applied = await script(api, "apply-plan", `${here}/plan.json`);
    if (applied.code !== 0) fail(`prism refuses: ${applied.text}`);
    const kinds = new Set(calls.map((call) => call.does));
    if (!["create", "comment", "update", "close"].every((kind) => kinds.has(kind))) fail(`the plan has only ${[...kinds]}`);
    // Prism does judge: a call with a fault in it is refused.
    const update = { ...NEW, does: "close", method: "PATCH", path: `${NEW.path}/1` };
    for (const faulty of [{ ...NEW, body: { body: "two" } }, { ...update, body: { body: "two", state: "shut" } }]) {
      writeFileSync(`${here}/plan.json`, JSON.stringify({ version: 1, calls: [faulty] }));
      const wrong = await script(api, "apply-plan", `${here}/plan.json`);
      if (wrong.code !== 1 || !wrong.text.includes("answer 422")) fail(`prism takes a faulty call: ${wrong.text}`);
    }
    console.log(`remind: prism takes ${calls.length} calls`);
  } finally {
    server.kill();
  }
}

mkdirSync(`${here}/register/exceptions`, { recursive: true });
for (const part of [manners, year, prism]) {
  await part();
}
