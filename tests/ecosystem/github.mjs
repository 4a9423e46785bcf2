// Our workflow commands, read as GitHub's runner reads them and rewritten by GitHub's toolkit.

import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";

const [binary, work] = process.argv.slice(2);
const core = await import(pathToFileURL(`${work}/npm/node_modules/@actions/core/lib/core.js`).href);

function printed(format, register) {
  const options = { encoding: "utf8", env: {}, stdio: ["ignore", "pipe", "inherit"] };
  try {
    return execFileSync(binary, ["check", "--root", register, "--today", "2026-11-23", "--format", format], options);
  } catch (error) {
    if (error.status === 1) return error.stdout;
    throw error;
  }
}

/** ActionCommand.TryParseV2 of the runner. */
function parse(line) {
  const end = line.indexOf("::", 2);
  const info = line.slice(2, end);
  const space = info.indexOf(" ");
  const data = (text) => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n");
  const property = (text) => data(text).replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%25", "%");
  const pairs = info.slice(space + 1).trim().split(",").map((pair) => {
    const equals = pair.indexOf("=");
    return [pair.slice(0, equals), property(pair.slice(equals + 1))];
  });
  const message = data(line.slice(end + 2)).replaceAll("%25", "%");
  return { name: info.slice(0, space), properties: Object.fromEntries(pairs), message };
}

/** What the toolkit prints for the same annotation. */
function reissue({ name, properties, message }) {
  const { title, file, line, endLine, col, endColumn } = properties;
  const written = [];
  const write = process.stdout.write;
  process.stdout.write = (text) => written.push(text);
  try {
    core[name](message, { title, file, startLine: line, endLine, startColumn: col, endColumn });
  } finally {
    process.stdout.write = write;
  }
  return written.join("");
}

let count = 0;
for (const register of ["../../fixtures/registers/acme", "../../fixtures/registers/drift", `${work}/hostile`]) {
  const findings = JSON.parse(printed("json", register)).findings;
  const lines = printed("github", register).trimEnd().split("\n").filter((line) => line.startsWith("::"));
  if (lines.length !== findings.length) throw new Error(`${lines.length} commands for ${findings.length} findings`);
  for (const line of lines) {
    const again = reissue(parse(line));
    if (again !== `${line}\n`) throw new Error(`we print\n${line}\nthe toolkit\n${again}`);
    count += 1;
  }
}
console.log(`github: ${count} commands are written as the toolkit writes them`);
