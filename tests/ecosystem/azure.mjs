// Our logging commands, read and rewritten by the library that Azure Pipelines' own tasks write them with.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const [binary, work] = process.argv.slice(2);
const require = createRequire(`${work}/npm/node_modules/`);
const { commandFromString, TaskCommand } = require("azure-pipelines-task-lib/taskcommand");

function printed(format, register) {
  const options = { encoding: "utf8", env: {}, stdio: ["ignore", "pipe", "inherit"] };
  try {
    return execFileSync(binary, ["check", "--root", register, "--today", "2026-11-23", "--format", format], options);
  } catch (error) {
    if (error.status === 1) return error.stdout;
    throw error;
  }
}

const readable = (text) => text.split("\n").map((line) => line.replace(/\\/g, "")).join("\n");
let count = 0;
for (const register of ["../../fixtures/registers/acme", "../../fixtures/registers/drift", `${work}/hostile`]) {
  const findings = JSON.parse(printed("json", register)).findings.filter((finding) => finding.level !== "note");
  const lines = printed("azure", register).trimEnd().split("\n").filter((line) => line.startsWith("##vso["));
  if (lines.length !== findings.length) throw new Error(`${lines.length} issues for ${findings.length} findings`);
  const isPlain = register.includes("fixtures");
  const key = (path, ...rest) => [isPlain ? path : "", ...rest].join(" ");
  const known = new Map(findings.map((it) => [key(it.path, it.rule, it.line, it.column), it]));
  for (const line of lines) {
    const { command, properties, message } = commandFromString(line);
    const { sourcepath, code, linenumber, columnnumber } = properties;
    const finding = known.get(key(sourcepath, code, linenumber, columnnumber));
    if (command !== "task.logissue" || !finding) throw new Error(`no finding is behind\n${line}`);
    if (new TaskCommand(command, properties, message).toString() !== line) {
      throw new Error(`we print\n${line}\nthe library\n${new TaskCommand(command, properties, message)}`);
    }
    if (isPlain && !readable(message).startsWith(readable(finding.message))) {
      throw new Error(`${message}\nis not\n${finding.message}`);
    }
    count += 1;
  }
}
console.log(`azure: ${count} issues are written as the library of its tasks writes them`);
