// Our pages and comments as remark reads them with GitHub's mentions, references and addresses.

import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";

const [binary, work] = process.argv.slice(2);
const load = async (name) => (await import(pathToFileURL(`${work}/npm/node_modules/${name}/index.js`).href)).default;
const [{ remark }, gfm, github] = [
  await import(pathToFileURL(`${work}/npm/node_modules/remark/index.js`).href),
  await load("remark-gfm"),
  await load("remark-github"),
];

function printed(format) {
  const options = { encoding: "utf8", env: {}, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] };
  const place = ["--root", `${work}/hostile`, "--today", "2026-11-23"];
  try {
    return execFileSync(binary, ["check", ...place, "--format", format], options);
  } catch (error) {
    if (error.status === 1) return error.stdout;
    throw error;
  }
}

const reader = remark().use(gfm).use(github, { repository: "acme/register" });
async function nodes(markdown) {
  const found = [];
  const visit = (node) => {
    found.push(node);
    node.children?.forEach(visit);
  };
  visit(await reader.run(reader.parse(markdown)));
  return found;
}

// A reader that finds nothing proves nothing.
const links = (await nodes("@octocat o/r#2 https://evil.example")).filter((node) => node.type === "link");
if (links.length !== 3) throw new Error(`remark finds ${links.length} of 3 links`);

const texts = [printed("markdown"), ...JSON.parse(printed("rdjson")).diagnostics.map(({ message }) => message)];
for (const text of texts) {
  const bad = (await nodes(text)).filter(
    ({ type, value }) => ["link", "image", "delete", "emphasis", "strong"].includes(type) || (type === "html" && value !== "<br>"),
  );
  if (bad.length > 0) throw new Error(`${JSON.stringify(bad[0])} forms in\n${text.slice(0, 2000)}`);
}
console.log(`mentions: ${texts.length} texts form no link, mention, reference or markup`);
