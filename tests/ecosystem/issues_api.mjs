// The issues of one repository behind the part of GitHub's REST API that the scripts of action/ use, on loopback.
//
// Each request and each answer is checked by GitHub's published OpenAPI description; what does not fit is noted as a
// violation. Faults can be ordered: an error before or after the request has had its effect.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const PREFIX = "/api/v3";
const BOT = { login: "github-actions[bot]", id: 41898282, type: "Bot" };

/** The description cut to the paths below a repository that are used; everything else in it stays as published. */
export function describe(modules, used) {
  const whole = JSON.parse(readFileSync(`${modules}/@octokit/openapi/generated/api.github.com.json`, "utf8"));
  const paths = used.map((rest) => `/repos/{owner}/{repo}${rest}`);
  return { ...whole, paths: Object.fromEntries(paths.map((path) => [path, whole.paths[path]])) };
}

/** The description of the operations on issues. */
export function description(modules) {
  return describe(modules, ["/issues", "/issues/{issue_number}", "/issues/{issue_number}/comments"]);
}

/** Writes OpenAPI 3.0's `nullable` as JSON Schema says it. */
function asJsonSchema(value) {
  if (Array.isArray(value)) return value.map(asJsonSchema);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([key]) => key !== "nullable");
  const plain = Object.fromEntries(entries.map(([key, inner]) => [key, asJsonSchema(inner)]));
  return value.nullable === true ? { anyOf: [{ type: "null" }, plain] } : plain;
}

/** Judges requests and answers by the description. */
export class Judge {
  constructor(document, modules) {
    const require = createRequire(`${modules}/`);
    this.document = document;
    this.ajv = new (require("ajv").default)({ strict: false, allErrors: true });
    require("ajv-formats").default(this.ajv);
    this.ajv.addSchema({ $id: "github", ...asJsonSchema(document) });
    this.known = new Map();
  }

  /** Says what is wrong with a value, by the schema at a pointer of the description. */
  faults(pointer, value) {
    if (!this.known.has(pointer)) this.known.set(pointer, this.ajv.compile({ $ref: `github#${pointer}` }));
    const judge = this.known.get(pointer);
    return judge(value) ? [] : judge.errors.map((error) => `${error.instancePath} ${error.message}`);
  }

  pointer(path, method, ...rest) {
    const escape = (part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
    return ["", "paths", path, method, ...rest].map(escape).join("/");
  }

  request(path, method, query, body) {
    const operation = this.document.paths[path]?.[method];
    if (!operation) return [`there is no ${method} ${path}`];
    const faults = [];
    const resolve = (item) => (item.$ref ? this.document.components.parameters[item.$ref.split("/").pop()] : item);
    const parameters = operation.parameters.map(resolve).filter((parameter) => parameter.in === "query");
    for (const [name, written] of query) {
      const parameter = parameters.find((one) => one.name === name);
      if (!parameter) faults.push(`the query has no parameter ${name}`);
      else {
        const value = parameter.schema.type === "integer" ? Number(written) : written;
        if (!this.ajv.validate(parameter.schema, value)) faults.push(`${name}=${written}: ${this.ajv.errorsText()}`);
      }
    }
    if (body === undefined) return faults;
    const keys = operation.requestBody.content["application/json"].schema.properties;
    faults.push(...Object.keys(body).filter((key) => !(key in keys)).map((key) => `the body has an unknown key ${key}`));
    const schema = this.pointer(path, method, "requestBody", "content", "application/json", "schema");
    return [...faults, ...this.faults(schema, body)];
  }

  answer(path, method, status, body) {
    return this.faults(this.pointer(path, method, "responses", String(status), "content", "application/json", "schema"), body);
  }
}

/** A repository's issues. */
export class Issues {
  constructor(modules, token) {
    this.document = description(modules);
    this.judge = new Judge(this.document, modules);
    this.token = token;
    this.threads = [];
    this.violations = [];
    this.requests = 0;
    /** Called with each request before it is served; returns what should go wrong. */
    this.fault = () => undefined;
    /** Called with each request that has had its effect. */
    this.seen = () => {};
  }

  async listen() {
    this.server = createServer((request, response) => this.serve(request, response));
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
    this.api = this.origin + PREFIX;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  open(user, body) {
    const number = this.threads.length + 1;
    const thread = { number, user, title: body.title, body: body.body ?? null, state: "open", state_reason: null };
    this.threads.push({ ...thread, labels: body.labels ?? [], comments: [] });
    return this.threads[number - 1];
  }

  async serve(request, response) {
    this.requests += 1;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url, this.origin);
    const text = Buffer.concat(chunks).toString("utf8");
    const call = { method: request.method.toLowerCase(), url, body: text === "" ? undefined : JSON.parse(text) };
    const fault = this.fault(call);
    const send = (status, body, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
      response.end(status === 204 ? undefined : JSON.stringify(body));
    };
    if (fault && !fault.after) return send(fault.status, { message: fault.message ?? "a fault" }, fault.headers);
    const { status, body, headers, path } = this.answer(request, call);
    if (status < 400) {
      // An answer without content has nothing to judge.
      const faults = status === 204 ? [] : this.judge.answer(path, call.method, status, body);
      this.violations.push(...faults.map((fault) => `answer: ${fault}`));
      this.seen(call);
    }
    if (fault?.drop) return request.socket.destroy();
    if (fault) return send(fault.status, { message: "a fault" }, fault.headers);
    send(status, body, headers);
  }

  answer(request, call) {
    const note = (fault) => this.violations.push(`${call.method} ${call.url.pathname}: ${fault}`);
    if (request.headers.authorization !== `Bearer ${this.token}`) return { status: 401, body: { message: "Bad credentials" } };
    if (!request.headers["user-agent"]) note("no user agent");
    if (request.headers.accept !== "application/vnd.github+json") note("another media type");
    if (call.body !== undefined && request.headers["content-type"] !== "application/json") note("the body is not JSON");
    const parts = /^\/api\/v3\/repos\/acme\/register\/issues(?:\/(\d+)(\/comments)?)?$/.exec(call.url.pathname);
    if (!parts) {
      note("no such address");
      return { status: 404, body: { message: "Not Found" } };
    }
    const path = `/repos/{owner}/{repo}/issues${parts[1] ? "/{issue_number}" : ""}${parts[2] ?? ""}`;
    this.judge.request(path, call.method, call.url.searchParams, call.body).forEach(note);
    return { path, ...this.act(call, parts[1] ? this.threads[Number(parts[1]) - 1] : undefined, Boolean(parts[2])) };
  }

  act({ method, url, body }, thread, comments) {
    if (method === "get") {
      const list = comments ? thread.comments.map((one, at) => this.comment(thread, one, at)) : this.list(url.searchParams);
      return this.page(list, url);
    }
    if (body.body?.length > 65536 || body.title?.length > 256 || body.body === "") {
      return { status: 422, body: { message: "Validation Failed" } };
    }
    if (comments) {
      thread.comments.push({ user: BOT, body: body.body });
      return { status: 201, body: this.comment(thread, thread.comments.at(-1), thread.comments.length - 1) };
    }
    if (method === "post") return { status: 201, body: this.issue(this.open(BOT, body)) };
    Object.assign(thread, body);
    return { status: 200, body: this.issue(thread) };
  }

  list(query) {
    const label = query.get("labels");
    const listed = this.threads.filter((thread) => label === null || thread.labels.includes(label));
    const state = query.get("state") ?? "open";
    return listed.filter((thread) => state === "all" || thread.state === state).reverse().map((thread) => this.issue(thread));
  }

  page(list, url) {
    const size = Number(url.searchParams.get("per_page") ?? 30);
    const page = Number(url.searchParams.get("page") ?? 1);
    const address = (number) => {
      const other = new URL(url);
      other.searchParams.set("page", number);
      return `<${other}>`;
    };
    const pages = Math.max(1, Math.ceil(list.length / size));
    const links = [];
    if (page > 1) links.push(`${address(page - 1)}; rel="prev"`, `${address(1)}; rel="first"`);
    if (page < pages) links.push(`${address(page + 1)}; rel="next"`, `${address(pages)}; rel="last"`);
    const headers = links.length > 0 ? { link: links.join(", ") } : {};
    return { status: 200, body: list.slice((page - 1) * size, page * size), headers };
  }

  /** An issue as GitHub writes it: the description's example with our values. */
  issue(thread) {
    const example = structuredClone(this.document.components.examples.issue.value);
    const { number, title, body, state, state_reason, user, labels, comments } = thread;
    const own = { number, title, body, state, state_reason, comments: comments.length, user: { ...example.user, ...user } };
    delete example.pull_request;
    return { ...example, ...own, labels: labels.map((name) => ({ ...example.labels[0], name })) };
  }

  comment(thread, { user, body }, at) {
    const example = structuredClone(this.document.components.examples["issue-comment"].value);
    return { ...example, id: thread.number * 1000 + at, body, user: { ...example.user, ...user } };
  }
}
