// The approval cards: as remark reads them with GitHub's mentions and references, and as action/comment keeps them on a
// pull request, against a server that judges each request by GitHub's OpenAPI description.

import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { Issues, Judge, describe } from "./issues_api.mjs";

const [binary, work] = process.argv.slice(2);
const modules = `${work}/npm/node_modules`;
const actions = new URL("../../action/", import.meta.url).pathname;
const here = `${work}/comment`;
const repo = `${here}/repo`;
const token = "ghs_notARealToken0123456789";
const BOT = { login: "github-actions[bot]", id: 41898282, type: "Bot" };
const STRANGER = { login: "mallory", id: 666, type: "User" };
const MARKER = "<!-- stopgap:card . -->";
const run = promisify(execFile);

function fail(message) {
  throw new Error(`comment: ${message}`);
}

// A change with something to decide -----------------------------------------------------------------------------------

const HOSTILE = [
  "##[set-output name=x;]y @everyone fixes #12 and acme/register#7",
  "::error::x <!-- stopgap:card . --> `a` [b](https://c.example) | cell",
  "</details><img src=x onerror=alert(1)> $x$ :tada: 0123456789abcdef",
  "```suggestion evil ``` **bold** _it_ ~~gone~~ www.evil.example",
];

function entry(id, fields) {
  const own = {
    title: `The press ${id} keeps its maker's password`, control: "AUT-03 Devices have a password of their own",
    reason: `Only the maker may set it, and the ${id} is visited in the second week of the month.`, removal: `Set a password on ${id}.`,
    statement: `Somebody in hall ${id} could stop it.`, rejected: `The belt of ${id} stands still then.`, decided: "2026-11-20", ...fields,
  };
  const text = JSON.stringify;
  return [
    `title: ${text(own.title)}`, `control: ${text(own.control)}`, `reason: ${text(own.reason)}`,
    `scope: {system: ${text(`press ${id}`)}, environment: production}`,
    `risk: {tier: low, exposure: [], statement: ${text(own.statement)}}`,
    `alternatives: [{option: Unplug it, rejected: ${text(own.rejected)}}]`, `removal: ${text(own.removal)}`,
    'requester: "@hanna"', 'owner: "@luis"', 'approver: "@mei"', `decided: ${own.decided}`, "status: active",
    "starts: 2026-11-20", "expires: 2026-12-15", ...(own.more ?? []), "",
  ].join("\n");
}

const RENEWAL = [
  "renewals:", "  - requested: 2026-11-20", '    requester: "@hanna"', `    reason: ${JSON.stringify(HOSTILE[0])}`,
  "    risk_check: Port list unchanged since October.", '    approver: "@mei"', "    decided: 2026-11-20", "    expires: 2026-12-20",
];

function git(...parameters) {
  const env = { PATH: process.env.PATH, HOME: here, GIT_CONFIG_NOSYSTEM: "1" };
  const who = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...who, "-C", repo, ...parameters], { env, encoding: "utf8" }).trim();
}

/** Writes the register, and commits it. */
function commit(entries) {
  mkdirSync(`${repo}/exceptions`, { recursive: true });
  for (const [id, text] of Object.entries(entries)) writeFileSync(`${repo}/exceptions/${id}.yaml`, text);
  git("add", "-A");
  git("commit", "-qm", "a change");
  return git("rev-parse", "HEAD");
}

/** Judges the head as the action does, and returns the report and the page. */
function check(head, reviews = []) {
  const event = {
    action: "synchronize", number: 1,
    pull_request: { number: 1, draft: false, user: { login: "hanna", id: 1, type: "User" }, created_at: "2026-11-20T08:00:00Z",
      head: { ref: "topic", sha: head }, base: { ref: "main", sha: git("rev-parse", "main") } },
  };
  writeFileSync(`${here}/event.json`, JSON.stringify(event));
  writeFileSync(`${here}/reviews.json`, JSON.stringify(reviews));
  const parameters = ["check", "--root", repo, "--today", "2026-11-23", "--base", "main", "--event", `${here}/event.json`, "--reviews",
    `${here}/reviews.json`, "--output", `json=${here}/report.json`, "--output", `markdown=${here}/page.md`, "--quiet", "--format", "concise"];
  try {
    execFileSync(binary, parameters, { env: { PATH: process.env.PATH }, stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    if (error.status !== 1) throw error;
  }
  return { report: JSON.parse(readFileSync(`${here}/report.json`, "utf8")), page: readFileSync(`${here}/page.md`, "utf8") };
}

// GitHub's renderer ---------------------------------------------------------------------------------------------------

async function harmless(page) {
  const load = async (name) => (await import(pathToFileURL(`${modules}/${name}/index.js`).href)).default;
  const { remark } = await import(pathToFileURL(`${modules}/remark/index.js`).href);
  const reader = remark().use(await load("remark-gfm")).use(await load("remark-github"), { repository: "acme/register" });
  const found = [];
  const visit = (node) => (found.push(node), node.children?.forEach(visit));
  visit(await reader.run(reader.parse(page)));
  const ours = /^[a-z ]+:?$/i;
  const bad = found.filter(({ type, value, lang, children }) =>
    ["link", "image", "delete", "emphasis", "blockquote"].includes(type) ||
    (type === "html" && !["<br>", "<span>", "</span>", MARKER].includes(value)) ||
    (type === "strong" && !ours.test(children[0].value)) || (type === "code" && lang !== "suggestion"));
  if (bad.length > 0) fail(`${JSON.stringify(bad[0])} forms in\n${page}`);
  const cards = found.filter(({ type, depth }) => type === "heading" && depth === 3);
  if (cards.length === 0) fail("the page has no card");
  return found;
}

// The comment ---------------------------------------------------------------------------------------------------------

/** The comments of pull request 1, beside issues. */
class Comments extends Issues {
  constructor() {
    super(modules, token);
    this.document = describe(modules, ["/issues/{issue_number}/comments", "/issues/comments/{comment_id}", "/pulls/{pull_number}/comments",
      "/pulls/comments/{comment_id}"]);
    this.judge = new Judge(this.document, modules);
    this.notes = { issues: [], pulls: [] };
    this.next = 1;
    this.writes = [];
  }

  add(kind, user, body, more = {}) {
    const note = { id: this.next++, user, body, ...more };
    this.notes[kind].push(note);
    return note;
  }

  answer(request, call) {
    const note = (fault) => this.violations.push(`${call.method} ${call.url.pathname}: ${fault}`);
    if (request.headers.authorization !== `Bearer ${this.token}`) return { status: 401, body: { message: "Bad credentials" } };
    const parts = /^\/api\/v3\/repos\/acme\/register\/(issues|pulls)\/(?:(1)\/comments|comments\/(\d+))$/.exec(call.url.pathname);
    if (!parts) {
      note("no such address");
      return { status: 404, body: { message: "Not Found" } };
    }
    const [, kind, , id] = parts;
    const path = `/repos/{owner}/{repo}/${kind}/${id ? "comments/{comment_id}" : `${kind === "issues" ? "{issue_number}" : "{pull_number}"}/comments`}`;
    this.judge.request(path, call.method, call.url.searchParams, call.body).forEach(note);
    if (call.method !== "get") this.writes.push(`${call.method} ${kind}${id ? ` ${id}` : ""}`);
    return { path, ...this.serveNotes(call, kind, id ? Number(id) : undefined) };
  }

  serveNotes({ method, url, body }, kind, id) {
    const notes = this.notes[kind];
    if (method === "get") return this.page(notes.map((one) => this.shape(kind, one)), url);
    if (body?.body?.length > 65536) return { status: 422, body: { message: "Validation Failed" } };
    if (method === "post") {
      const { body: text, ...more } = body;
      return { status: 201, body: this.shape(kind, this.add(kind, BOT, text, kind === "pulls" ? { start_line: null, ...more } : {})) };
    }
    const at = notes.findIndex((one) => one.id === id);
    if (at < 0) return { status: 404, body: { message: "Not Found" } };
    if (method === "delete") return notes.splice(at, 1), { status: 204, body: null };
    notes[at].body = body.body;
    return { status: 200, body: this.shape(kind, notes[at]) };
  }

  shape(kind, { user, ...own }) {
    const name = kind === "issues" ? "issue-comment" : "pull-request-review-comment";
    const example = structuredClone(this.document.components.examples[name].value);
    return { ...example, ...own, user: { ...example.user, ...user } };
  }
}

async function script(api, name, parameters, more = {}) {
  const env = {
    PATH: process.env.PATH, HOME: here, RUNNER_TEMP: here, GITHUB_TOKEN: token, GITHUB_REPOSITORY: "acme/register", GITHUB_API_URL: api,
    STOPGAP_PAUSE_SECONDS: "0.001", STOPGAP_FIRST_WAIT_SECONDS: "0.001", STOPGAP_LONGEST_WAIT_SECONDS: "2", ...more,
  };
  try {
    const { stdout, stderr } = await run("bash", [actions + name, ...parameters], { env });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    return { code: error.code, text: `${error.stdout}${error.stderr}` };
  }
}

rmSync(here, { recursive: true, force: true });
mkdirSync(repo, { recursive: true });
git("init", "-q", "-b", "main");
commit({ old: entry("old", {}) });
git("checkout", "-q", "-b", "topic");
const hostile = Object.fromEntries(HOSTILE.map((text, at) =>
  [`new-${at}`, entry(`new-${at}`, { title: text, reason: text, statement: text, rejected: text, removal: text, control: text })]));
const head = commit({ ...hostile, old: entry("old", { more: RENEWAL }) });
const { report, page } = check(head);
if (report.cards.length !== 5) fail(`${report.cards.length} cards of 5`);
await harmless(page);
for (const { id } of report.cards) {
  const card = execFileSync(binary, ["card", id, "--root", repo, "--today", "2026-11-23", "--format", "markdown"], { encoding: "utf8", env: {} });
  await harmless(card);
  const text = execFileSync(binary, ["card", id, "--root", repo, "--today", "2026-11-23"], { encoding: "utf8", env: {} });
  const acts = text.split("\n").find((line) => line.includes("##[") || line.trimStart().startsWith("::") || [...line].length > 80);
  if (acts !== undefined) fail(`a log acts on ${JSON.stringify(acts)}, or it is too wide`);
}

const api = new Comments();
await api.listen();
const forged = api.add("issues", STRANGER, `${MARKER}\nApproved by everybody.`);
const other = api.add("issues", BOT, `Coverage is 81 %.\n${MARKER}`);
const asked = api.add("pulls", STRANGER, "<!-- stopgap:decided . -->\nmine", { path: "exceptions/old.yaml", line: 1 });
const untouched = JSON.stringify([forged, other, asked]);
const ours = () => api.notes.issues.filter(({ user, body }) => user.login === BOT.login && body.startsWith(`${MARKER}\n`));
const settle = async (what, parameters, { code = 0, writes, more } = {}) => {
  api.writes = [];
  const done = await script(api.api, parameters[0], parameters.slice(1), more);
  if (done.code !== code) fail(`${what}: ended with ${done.code}: ${done.text}`);
  if (writes && JSON.stringify(api.writes) !== JSON.stringify(writes)) fail(`${what}: wrote ${api.writes}`);
  if (JSON.stringify([forged, other, asked]) !== untouched) fail(`${what}: somebody else's comment was touched`);
  if (api.violations.length > 0) fail(`${what}: ${api.violations[0]}`);
  const acts = done.text.split("\n").find((line) => line.includes("##["));
  if (acts !== undefined) fail(`a log acts on ${JSON.stringify(acts)}`);
  return done;
};
const comment = ["put-comment", `${here}/page.md`, "1", "."];
await settle("nothing to say", [...comment, "update"], { writes: [] });
await settle("the first run", comment, { writes: ["post issues"] });
if (ours().length !== 1) fail("the comment is not there once");
const [first] = ours();
await settle("the same again", comment, { writes: [] });
writeFileSync(`${here}/page.md`, `${page}\nmore\n`);
await settle("another page", comment, { writes: [`patch issues ${first.id}`] });
if (!ours()[0].body.endsWith("more")) fail("the comment was not updated");
// GitHub keeps the line ends of whoever edited a comment in the browser.
first.body = first.body.replaceAll("\n", "\r\n");
await settle("other line ends", comment, { writes: [] });
const second = api.add("issues", BOT, `${MARKER}\nof a run at the same time`);
await settle("two at once", comment, { writes: [`delete issues ${second.id}`] });
api.notes.issues = api.notes.issues.filter((one) => one !== first);
// Many comments before ours, and faults on the way.
for (let at = 0; at < 230; at++) api.add("issues", STRANGER, `talk ${at}`);
let faults = [{ status: 502, after: true }, { status: 500 }, { after: true, drop: true }];
for (const fault of faults) {
  let once = true;
  api.fault = ({ method }) => (method === "post" && once ? ((once = false), fault) : undefined);
  api.notes.issues = api.notes.issues.filter((one) => !ours().includes(one));
  await settle("a fault", comment);
  if (ours().length !== 1) fail(`${ours().length} comments after a fault`);
}
api.fault = ({ method }) => (method === "get" ? undefined : { status: 403, message: "Resource not accessible by integration" });
writeFileSync(`${here}/page.md`, page);
const refused = await settle("no permission", comment, { code: 1 });
if (!refused.text.includes("answer 403: Resource not accessible by integration")) fail(refused.text);

// The step: it warns and does not fail, and does nothing outside a pull request.
const step = { STOPGAP_COMMENT: "true", GITHUB_EVENT_NAME: "pull_request", STOPGAP_PULL_REQUEST: "1", STOPGAP_HEAD: head, STOPGAP_TOKEN: token,
  STOPGAP_REPORT: `${here}/report.json`, STOPGAP_PAGE: `${here}/page.md`, GITHUB_TOKEN: "" };
const warned = await settle("the step without permission", ["comment"], { more: step });
if (!warned.text.includes("pull-requests: write") || !warned.text.includes("::warning")) fail(warned.text);
api.fault = () => undefined;
await settle("a push", ["comment"], { more: { ...step, GITHUB_EVENT_NAME: "push" }, writes: [] });
api.notes.issues = api.notes.issues.filter((one) => !ours().includes(one));
await settle("the step", ["comment"], { more: step });
const suggestions = () => api.notes.pulls.filter(({ user }) => user.login === BOT.login);
if (ours().length !== 1 || suggestions().length !== 5) fail(`${ours().length} comments, ${suggestions().length} suggestions`);
for (const { path, start_line: first, line, body } of suggestions()) {
  const file = readFileSync(`${repo}/${path}`, "utf8").split("\n");
  const block = /```suggestion\n([^]*)\n```$/.exec(body);
  const written = file.slice((first ?? line) - 1, line).join("\n");
  if (!block || block[1] !== written.replaceAll("2026-11-20", "2026-11-23")) fail(`${path}:${line} gets ${body}`);
}
await settle("the step again", ["comment"], { more: step, writes: [] });
// The approver commits one suggestion: the rest stays, and that one goes.
const accepted = suggestions().find(({ path }) => path.endsWith("old.yaml"));
const after = commit({ old: entry("old", { more: RENEWAL }).replace("    decided: 2026-11-20", "    decided: 2026-11-23") });
check(after);
await settle("one accepted", ["comment"], { more: { ...step, STOPGAP_HEAD: after } });
if (suggestions().length !== 4 || suggestions().includes(accepted)) fail(`${suggestions().length} suggestions are left`);
api.close();
console.log(`comment: ${report.cards.length} cards form nothing, and are written once and kept up to date`);
