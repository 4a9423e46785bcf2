// Our rdjson, checked by a validator of the format, and its byte columns read back from the files.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [binary, work] = process.argv.slice(2);
const require = createRequire(`${work}/npm/`);
const { RDFormatValidator } = require("@umbrelladocs/rdformat-validator");

function printed(format, register) {
  const options = { encoding: "utf8", env: {}, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] };
  try {
    return execFileSync(binary, ["check", "--root", register, "--today", "2026-11-23", "--format", format], options);
  } catch (error) {
    if (error.status === 1) return error.stdout;
    throw error;
  }
}

/** The text between two places of a file, whose columns are counted by `split`. */
function slice(lines, start, end, split) {
  if (start.line !== end.line) throw new Error(`a range over lines ${start.line} to ${end.line}`);
  return split(lines[start.line - 1].replace(/\r$/, "")).slice(start.column - 1, end.column - 1);
}

const validator = new RDFormatValidator({ strictMode: true, allowExtraFields: false });
let count = 0;
for (const register of ["../../fixtures/registers/acme", "../../fixtures/registers/drift", `${work}/hostile`]) {
  const text = printed("rdjson", register);
  const verdict = await validator.validateString(text);
  if (!verdict.valid) throw new Error(`${register}: ${JSON.stringify(verdict.errors.slice(0, 5), null, 1)}`);
  const findings = JSON.parse(printed("json", register)).findings;
  const { diagnostics } = JSON.parse(text);
  if (diagnostics.length !== findings.length) throw new Error(`${diagnostics.length} of ${findings.length} findings`);
  for (const [at, { location, code }] of diagnostics.entries()) {
    const finding = findings[at];
    if (location.path !== finding.path || code.value !== finding.rule) throw new Error(`${location.path} ${code.value}`);
    const lines = readFileSync(`${register}/${location.path}`, "utf8").replace(/^\ufeff/, "").split("\n");
    const { start, end } = location.range;
    const bytes = slice(lines, start, end, (line) => Buffer.from(line));
    const [from, to] = [[finding.line, finding.column], [finding.end_line, finding.end_column]];
    const characters = slice(lines, { line: from[0], column: from[1] }, { line: to[0], column: to[1] }, (line) => [...line]);
    if (bytes.toString("utf8") !== characters.join("")) throw new Error(`${location.path}:${start.line}: ${bytes}`);
    count += 1;
  }
}
console.log(`rdjson: ${count} diagnostics are valid, and their bytes are the findings' characters`);
