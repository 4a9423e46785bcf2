// action/fetch-rulesets against answers that GitHub's published OpenAPI description allows, and `stopgap doctor` on what it
// saves: every setting that the doctor reads has the name that GitHub gives it.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { promisify } from "node:util";

import { Judge, describe } from "./issues_api.mjs";

const [binary, work] = process.argv.slice(2);
const modules = `${work}/npm/node_modules`;
const script = new URL("../../action/fetch-rulesets", import.meta.url).pathname;
const here = `${work}/rulesets`;
const token = "ghs_notARealToken0123456789";
const run = promisify(execFile);

function fail(message) {
  throw new Error(`rulesets: ${message}`);
}

const PATHS = {
  repository: "",
  rules: "/rules/branches/{branch}",
  list: "/rulesets",
  ruleset: "/rulesets/{ruleset_id}",
  protection: "/branches/{branch}/protection",
};
const judge = new Judge(describe(modules, Object.values(PATHS)), modules);

const source = { ruleset_source_type: "Repository", ruleset_source: "acme/register", ruleset_id: 42 };
const reviews = {
  type: "pull_request",
  parameters: {
    dismiss_stale_reviews_on_push: true,
    require_code_owner_review: true,
    require_last_push_approval: false,
    required_approving_review_count: 1,
    required_review_thread_resolution: false,
    required_reviewers: [{ file_patterns: ["exceptions/**"], minimum_approvals: 1, reviewer: { id: 7, type: "Team" } }],
  },
};
const checks = {
  type: "required_status_checks",
  parameters: {
    required_status_checks: [{ context: "Exceptions", integration_id: 15368 }],
    strict_required_status_checks_policy: true,
  },
};
const rules = [reviews, checks, { type: "non_fast_forward" }, { type: "deletion" }].map((rule) => ({ ...rule, ...source }));
const ruleset = {
  id: 42,
  name: "main",
  target: "branch",
  source_type: "Repository",
  source: "acme/register",
  enforcement: "active",
  bypass_actors: [{ actor_id: null, actor_type: "OrganizationAdmin", bypass_mode: "always" }],
  conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
  rules: [reviews, checks],
};
const url = "https://api.github.com/repos/acme/register/branches/main/protection";
const protection = {
  url,
  required_status_checks: { url, strict: true, contexts: ["Exceptions"], checks: [{ context: "Exceptions", app_id: 15368 }] },
  enforce_admins: { url, enabled: true },
  required_pull_request_reviews: { url, dismiss_stale_reviews: true, require_code_owner_reviews: true },
  allow_force_pushes: { enabled: false },
  allow_deletions: { enabled: false },
};
const refusal = (message) => ({ status: 403, body: { message } });
const none = { status: 404, body: { message: "Branch not protected", status: "404" } };

/** Answers as GitHub does for one repository; `world` says how each question is answered. */
function serve(world) {
  const asked = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://x");
    const page = Number(searchParams.get("page") ?? "1");
    const path = pathname.replace("/api/v3/repos/acme/register", "");
    const name = Object.keys(PATHS).find((name) => new RegExp(`^${PATHS[name].replaceAll(/{.*?}/g, "[^/]+")}$`).test(path));
    asked.push(request.url);
    if (request.headers.authorization !== `Bearer ${token}`) fail("another token");
    if (request.method !== "GET") fail(`it writes: ${request.method} ${request.url}`);
    if (name === undefined) fail(`no such address: ${request.url}`);
    const faults = judge.request(`/repos/{owner}/{repo}${PATHS[name]}`, "get", searchParams, undefined);
    if (faults.length > 0) fail(`${request.url}: ${faults}`);
    let answer = world[name];
    const headers = { "content-type": "application/json; charset=utf-8" };
    if (Array.isArray(answer)) {
      // One item per page, so that every page must be requested.
      if (page < answer.length) headers.link = `<http://${request.headers.host}${pathname}?page=${page + 1}>; rel="next"`;
      answer = { body: answer.slice(page - 1, page) };
    }
    const { status = 200, body } = answer;
    if (status === 200 && typeof body === "object" && name !== "repository") {
      const faults = judge.answer(`/repos/{owner}/{repo}${PATHS[name]}`, "get", 200, body);
      if (faults.length > 0) fail(`this is no answer of GitHub's: ${name} ${faults}`);
    }
    response.writeHead(status, headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ server, asked })));
}

/** Runs the script and returns its exit code, what it printed, and what was asked. */
async function fetched(world, more = []) {
  const { server, asked } = await serve(world);
  const env = {
    PATH: process.env.PATH,
    HOME: here,
    GITHUB_TOKEN: token,
    GITHUB_REPOSITORY: "acme/register",
    GITHUB_API_URL: `http://127.0.0.1:${server.address().port}/api/v3`,
    STOPGAP_FIRST_WAIT_SECONDS: "0.001",
    STOPGAP_MOST_ATTEMPTS: "2",
  };
  rmSync(`${here}/settings.json`, { force: true });
  try {
    const { stdout, stderr } = await run("bash", [script, `${here}/settings.json`, ...more], { env });
    return { code: 0, text: stdout + stderr, asked };
  } catch (error) {
    return { code: error.code, text: `${error.stdout}${error.stderr}`, asked };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Returns the statuses that the doctor gives, by check. */
async function diagnosed() {
  const parameters = ["doctor", "--branch", "main", "--rulesets", "settings.json", "--format", "json"];
  const { stdout } = await run(binary, parameters, { cwd: here, env: {} }).catch((error) => error);
  const lines = JSON.parse(stdout).lines;
  return Object.fromEntries(lines.map((line) => [line.check, line.status]));
}

async function expect(world, statuses, more) {
  const { code, text, asked } = await fetched(world, more);
  if (code !== 0) fail(`it ended with ${code}: ${text}`);
  const found = await diagnosed();
  for (const [check, status] of Object.entries(statuses)) {
    if (found[check] !== status) fail(`${check} is ${found[check]}, not ${status}: ${readFileSync(`${here}/settings.json`)}`);
  }
  return { text, asked };
}

mkdirSync(here, { recursive: true });
writeFileSync(`${here}/people.yaml`, 'people: [{handle: "@olek"}, {handle: "@priya"}]\n');
await run(binary, ["init", "--owners", "@olek,@priya"], { cwd: here, env: {} });

const repository = { body: { default_branch: "main" } };
const item = { id: 42, name: "main", source_type: "Repository", source: "acme/register", enforcement: "active" };
const sound = { repository, rules, list: [item], ruleset: { body: ruleset }, protection: none };
const good = { "check-required": "ok", "code-owner-review": "ok", "stale-approvals": "ok", "force-push": "ok", deletion: "ok", "up-to-date": "ok" };

const { asked } = await expect(sound, { ...good, bypass: "advice", reviewers: "unknown" });
if (asked.length !== 8) fail(`it asked ${asked.length} times: ${asked}`);
const { asked: named } = await expect(sound, good, ["release/1"]);
if (!named.some((one) => one.includes("/rules/branches/release%2F1?"))) fail(`it asked of another branch: ${named}`);

const { bypass_actors: _, ...hidden } = ruleset;
await expect({ ...sound, ruleset: { body: hidden } }, { ...good, bypass: "unknown" });
await expect({ ...sound, ruleset: refusal("Resource not accessible by integration") }, { ...good, bypass: "unknown" });
const classic = { ...sound, rules: { body: [] }, list: { body: [] }, protection: { body: protection } };
await expect(classic, { ...good, bypass: "ok" });
const unseen = await expect({ ...classic, protection: refusal("Resource not accessible by integration") }, { "check-required": "unknown", "force-push": "unknown" });
if (!unseen.text.includes("only an administrator")) fail(`it does not say what is missing: ${unseen.text}`);
await expect({ ...classic, protection: none }, { "check-required": "wrong", "force-push": "wrong" });

// Whatever is not an answer leaves no file behind.
for (const world of [
  { ...sound, rules: refusal("Resource not accessible by integration") },
  { ...sound, rules: { body: "<html>" } },
  { ...sound, rules: { body: '[{"type": "deletion"' } },
  { ...sound, list: { status: 500, body: "" } },
  { ...sound, ruleset: { body: "[]" } },
  { ...sound, repository: { body: {} } },
]) {
  const { code, text } = await fetched(world);
  if (code !== 1) fail(`it ended with ${code}: ${text}`);
  if (existsSync(`${here}/settings.json`)) fail("it saved an answer that it did not get");
}
const { code } = await run("bash", [script], { env: { PATH: process.env.PATH } }).catch((error) => error);
if (code !== 2) fail(`without a file it ended with ${code}`);
console.log("rulesets: GitHub's answers are saved and read as its description names them; nothing is written on a refusal");
