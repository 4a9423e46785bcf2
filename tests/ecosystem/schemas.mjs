// The printed schemas under Ajv's strict mode, and what editors make of the register's: the YAML language server, asked
// over its standard input as an editor asks it.
import { spawn, execFileSync } from "node:child_process";
import { readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [binary, work] = process.argv.slice(2);
const require = createRequire(path.join(work, "npm/"));
const Ajv = require("ajv/dist/2020").default;
const formats = require("ajv-formats").default;
const EDITOR = ["markdownDescription", "patternErrorMessage", "defaultSnippets", "enumDescriptions", "markdownEnumDescriptions"];

function fail(message) {
  console.error(`schemas: ${message}`);
  process.exit(1);
}

const printed = (name) => execFileSync(binary, ["schema", name], { encoding: "utf8" });
const help = execFileSync(binary, ["schema", "--help"], { encoding: "utf8" });
const names = help.match(/\[possible values: ([^\]]+)\]/)[1].split(",").map((name) => name.trim());

// A value may be of two types, such as a path or a list of paths; that is the only thing which is allowed in addition.
for (const name of names) {
  const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true });
  formats(ajv);
  ajv.addVocabulary(EDITOR);
  try {
    ajv.compile(JSON.parse(printed(name)));
  } catch (error) {
    fail(`${name}: ${error.message}`);
  }
}

const root = path.join(work, "editor");
const FILES = { exception: "exceptions/a.yaml", policy: "stopgap.yaml", people: "people.yaml" };
mkdirSync(root, { recursive: true });
const settings = {};
for (const [name, file] of Object.entries(FILES)) {
  const schema = path.join(root, `${name}.schema.json`);
  writeFileSync(schema, printed(name));
  settings[pathToFileURL(schema).href] = `**/${file}`;
}

const main = require.resolve("yaml-language-server/bin/yaml-language-server");
const server = spawn(process.execPath, [main, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
let buffer = Buffer.alloc(0);
let last = 0;
const waiting = new Map();
const diagnostics = new Map();
let told = () => {};
const send = (message) => {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};
const ask = (method, params) => new Promise((resolve) => {
  waiting.set(++last, resolve);
  send({ id: last, method, params });
});
server.stdout.on("data", (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const end = buffer.indexOf("\r\n\r\n");
    const length = end < 0 ? 0 : Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, end).toString())[1]);
    if (end < 0 || buffer.length < end + 4 + length) return;
    const message = JSON.parse(buffer.subarray(end + 4, end + 4 + length));
    buffer = buffer.subarray(end + 4 + length);
    if (message.method === "textDocument/publishDiagnostics") {
      diagnostics.set(message.params.uri, message.params.diagnostics);
      told();
    } else if (message.method === "workspace/configuration") {
      send({ id: message.id, result: message.params.items.map((item) => configuration[item.section] ?? null) });
    } else if (message.method && message.id !== undefined) {
      send({ id: message.id, result: null });
    } else if (waiting.has(message.id)) {
      waiting.get(message.id)(message.result);
      waiting.delete(message.id);
    }
  }
});
const configuration = {
  yaml: {
    schemas: settings, completion: true, hover: true, validate: true, format: { enable: false },
    schemaStore: { enable: false, url: "" },
  },
  http: {}, "[yaml]": {}, editor: {}, files: {},
};

await ask("initialize", {
  processId: process.pid,
  rootUri: pathToFileURL(root).href,
  workspaceFolders: [{ uri: pathToFileURL(root).href, name: "register" }],
  capabilities: {
    textDocument: {
      completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown"] } },
      hover: { contentFormat: ["markdown"] }, publishDiagnostics: {},
    },
    workspace: { configuration: true, didChangeConfiguration: {} },
  },
});
send({ method: "initialized", params: {} });
send({ method: "workspace/didChangeConfiguration", params: { settings: configuration } });

// Opens a text, in a folder of its own, in which `|` is the cursor, and returns what the server says there.
let opened = 0;
async function open(name, marked) {
  const at = marked.indexOf("|");
  const text = at < 0 ? marked : marked.slice(0, at) + marked.slice(at + 1);
  const before = text.slice(0, Math.max(at, 0)).split("\n");
  const position = { line: before.length - 1, character: before.at(-1).length };
  const uri = pathToFileURL(path.join(root, String(++opened), FILES[name])).href;
  const item = { uri, languageId: "yaml", version: 1, text };
  const arrived = new Promise((resolve) => { told = () => diagnostics.has(uri) && resolve(); });
  send({ method: "textDocument/didOpen", params: { textDocument: item } });
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no diagnostics")), 30000).unref());
  await Promise.race([arrived, late]).catch((error) => fail(`${name}: ${error.message}`));
  const document = { textDocument: { uri }, position };
  const result = {
    found: diagnostics.get(uri).map((one) => one.message),
    completion: at < 0 ? [] : (await ask("textDocument/completion", document)).items,
    hover: at < 0 ? "" : JSON.stringify((await ask("textDocument/hover", document))?.contents ?? ""),
  };
  send({ method: "textDocument/didClose", params: { textDocument: { uri } } });
  return result;
}

let asked = 0;
const expect = (condition, what, seen) => {
  asked += 1;
  if (!condition) fail(`${what}: ${JSON.stringify(seen).slice(0, 2000)}`);
};

// An exception.
const empty = await open("exception", "|");
const snippet = empty.completion.find((item) => item.label === "Security exception");
expect(snippet && !/payroll|sftp/i.test(snippet.insertText), "a snippet without example sentences", empty.completion.map((item) => item.label));
const keys = snippet.insertText.split("\n").filter((line) => /^\w/.test(line)).map((line) => line.split(":")[0]);
const document = JSON.parse(printed("exception"));
const required = [...document.required, ...document.allOf[0].then.required].sort();
expect(JSON.stringify([...keys].sort()) === JSON.stringify(required), "exactly the required keys", snippet.insertText);
const status = await open("exception", "title: x\nstatus: |\n");
const choices = status.completion.map((item) => item.label);
expect(["active", "expired", "closed", "rejected"].every((value) => choices.includes(value)), "the values of status", choices);
expect(/the rule is followed again/.test(JSON.stringify(status.completion)), "what each value means", status.completion);
const hovered = await open("exception", "ti|tle: x\n");
expect(/What is being allowed/.test(hovered.hover) && /`placeholder-text`/.test(hovered.hover), "a hover with Markdown", hovered.hover);
const wrong = await open("exception", "title: x\nstarts: tomorrow\nrisk: {tier: tiny}\nowners: x\n");
for (const part of ["Write a day such as 2026-11-23", "active|low", "owners", "control"]) {
  const said = wrong.found.some((message) => part.split("|").some((word) => message.includes(word)));
  expect(said, `a diagnostic on ${part}`, wrong.found);
}
const shipped = readFileSync(new URL("../../fixtures/schema/valid/minimal-active.yaml", import.meta.url), "utf8");
const fine = await open("exception", shipped.replace(/^# yaml-language-server:.*\n/, ""));
expect(fine.found.length === 0, "nothing against a valid exception", fine.found);

// A policy.
const rules = await open("policy", "rules:\n  |\n");
const listed = rules.completion.map((item) => item.label);
expect(["expired", "self-approval", "long-reason"].every((id) => listed.includes(id)), "the rules", listed);
expect(/Reports /.test(JSON.stringify(rules.completion)), "a sentence on each rule", rules.completion.slice(0, 2));
const rule = await open("policy", "rules:\n  expi|red: note\n");
expect(/Reports /.test(rule.hover), "what a rule reports", rule.hover);
const unknown = await open("policy", "rules:\n  expird: note\n  expired: fatal\ntiers: {low: 3 weeks}\n");
expect(unknown.found.some((message) => message.includes("expird")), "a rule that does not exist", unknown.found);
expect(unknown.found.some((message) => message.includes("Write a whole number of days")), "a term in words", unknown.found);

// The roster.
const person = await open("people", "people:\n  - |\n");
expect(person.completion.some((item) => item.label === "handle"), "the keys of a person", person.completion.map((item) => item.label));
const team = await open("people", "people:\n  - {handle: '@dana', email: nobody}\n");
expect(team.found.some((message) => message.includes("Write an e-mail address")), "an address", team.found);

server.kill();
console.log(`schemas: ${names.length} compile under Ajv strict, and the YAML language server agrees in ${asked} points`);
process.exit(0);
