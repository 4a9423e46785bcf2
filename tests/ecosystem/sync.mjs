// The ignore files of Snyk and of the two auditors of npm, judged by their own code: node sync.mjs BINARY WORK

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [binary, work] = process.argv.slice(2);
const modules = `${work}/npm/node_modules`;
const require = createRequire(`${modules}/`);
const root = `${work}/sync-npm`;
mkdirSync(`${root}/exceptions`, { recursive: true });
writeFileSync(`${root}/stopgap.yaml`, "sync: {snyk: .snyk, better-npm-audit: .nsprc, audit-ci: audit-ci.jsonc}\n");

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

function sync(today, first, last) {
  writeFileSync(
    `${root}/exceptions/season.yaml`,
    `title: The season keeps left-pad
control: DEP-01 No known vulnerabilities
reason: The maker ships the fix on Thursday of next week.
scope: {system: till, environment: production}
risk: {tier: low, exposure: [], statement: A wrong receipt.}
alternatives: [{option: Wait, rejected: The season is over then}]
removal: Take the new version.
requester: "@maria"
owner: "@dana"
approver: "@olek"
decided: ${first}
status: active
starts: ${first}
expires: ${last}
covers:
  - {tool: snyk, id: SNYK-JS-LEFTPAD-1}
  - {tool: better-npm-audit, id: "1234"}
  - {tool: audit-ci, id: GHSA-8c26-wmh5-6g9v}
`,
  );
  execFileSync(binary, ["sync", "--root", root, "--today", today]);
}

async function snyk() {
  const policy = require("snyk-policy");
  const loaded = await policy.load(root);
  const found = [{ id: "SNYK-JS-LEFTPAD-1", from: ["till@1.0.0", "left-pad@1.0.0"], severity: "high" }];
  return loaded.filter({ ok: false, vulnerabilities: found }, root).vulnerabilities.length === 0;
}

function betterNpmAudit() {
  const { processExceptions } = require("better-npm-audit/src/utils/vulnerability");
  return processExceptions(JSON.parse(readFileSync(`${root}/.nsprc`, "utf8")), []).exceptionIds.map(String).includes("1234");
}

async function auditCi() {
  const file = readdirSync(`${modules}/audit-ci/dist`).find((name) => name.startsWith("chunk"));
  const parts = Object.values(await import(`${modules}/audit-ci/dist/${file}`));
  const allowlist = parts.find((part) => typeof part?.mapConfigToAllowlist === "function");
  // The file has no comments here, so plain JSON reads it.
  const config = JSON.parse(readFileSync(`${root}/audit-ci.jsonc`, "utf8"));
  return allowlist.mapConfigToAllowlist(config).advisories.includes("GHSA-8c26-wmh5-6g9v");
}

async function overlooked() {
  return { snyk: await snyk(), betterNpmAudit: betterNpmAudit(), auditCi: await auditCi() };
}

function hold(when, found, wanted) {
  const wrong = Object.entries(found).filter(([, overlooked]) => overlooked !== wanted);
  if (wrong.length > 0) {
    console.error(`sync: ${when}: ${JSON.stringify(found)}`);
    process.exit(1);
  }
}

sync(day(0), day(-1), day(1));
hold("in force", await overlooked(), true);
sync(day(0), day(-1), day(0));
hold("on the last day", await overlooked(), true);
sync("2020-01-10", "2020-01-05", "2020-01-15");
hold("past the written end", await overlooked(), false);
sync(day(0), day(-3), day(-1));
hold("after the end", await overlooked(), false);
console.log("sync: snyk-policy, better-npm-audit and audit-ci overlook what is in force and report it afterwards");
