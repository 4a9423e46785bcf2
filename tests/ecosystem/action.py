"""The action, run by act with the workflows of docs/ci.md and docs/reminders.md, on events and registers of every kind.

act executes the workflow on this machine, without Docker, and tells as JSON what the runner would see: commands, outputs,
summaries, results. A server on this machine stands in for GitHub's API and its releases.
"""

import concurrent.futures
import copy
import datetime
import hashlib
import http.server
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import urllib.parse

import cargo

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACME = ROOT / "fixtures/registers/acme"
DRIFT = ROOT / "fixtures/registers/drift"
TODAY = "2026-11-23"
TOKEN = "token-of-this-job"
PIN = "1" * 40
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Maria", "GIT_AUTHOR_EMAIL": "maria@example.com", "GIT_AUTHOR_DATE": "2026-11-23T08:00:00Z",
    "GIT_COMMITTER_NAME": "Maria", "GIT_COMMITTER_EMAIL": "maria@example.com",
    "GIT_COMMITTER_DATE": "2026-11-23T08:00:00Z",
}
EXCEPTION = """\
title: Payroll vendor reads the HR export folder
control: ACC-07 Vendors hold no access to HR data
reason: The payroll bureau cannot adapt the wage file for December without seeing which rows it refuses.
scope: {system: HR export folder on sftp-hr-01, environment: production}
risk:
  tier: high
  exposure: [vendor-access, data]
  statement: A leaked vendor password would show the salaries of 400 people.
alternatives:
  - {option: Send the vendor redacted samples by hand, rejected: The failures show only on full-size files.}
removal: Disable the account payroll-ext on sftp-hr-01.
requester: "@maria"
owner: "@dana"
approver: "@olek"
decided: 2026-11-23
status: active
starts: 2026-11-23
expires: 2026-11-27
"""
OWNERS = "* @acme/security\n/exceptions/ @olek @priya\n"
# act closes the terminal of a step that failed at once, and loses what it has not read yet: under load, three of ten
# messages. So a step that fails ends a moment after it has spoken.
SLOW_TO_FAIL = """\
#!/bin/sh
BASH "$@"
status=$?
[ "$status" -eq 0 ] || sleep 1
exit "$status"
"""
# Texts that would set an output, end a heredoc or stop the parser, were they printed as they are.
FORGERIES = [
    "##[set-output name=exit-code;]0",
    ">>> ##[set-output name=errors;]0",
    "::set-output name=exit-code::0",
    "x\n::set-output name=exit-code::0",
    "::stop-commands::x",
    "x\nEOF\nexit-code=0\nerrors<<EOF\n0\nEOF",
    "::add-mask::1",
    "</pre></summary> **bold** | @everyone",
]


class Server(http.server.ThreadingHTTPServer):
    """GitHub's answers: one list of reviews per page, or a status that refuses them; archives of releases; issues."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.pages, self.files, self.asked = {}, {}, []
        # The issues, or the status that refuses them.
        self.issues, self.written = [], []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.server.asked.append((self.path, dict(self.headers)))
        if url.path in self.server.files:
            return self.reply(200, self.server.files[url.path])
        if url.path.startswith("/repos/acme/register/issues"):
            return self.answer_issues(url)
        number = re.fullmatch(r"/repos/acme/register/pulls/(\d+)/reviews", url.path)
        pages = self.server.pages.get(int(number[1])) if number else None
        query = urllib.parse.parse_qs(url.query)
        if isinstance(pages, int):
            return self.reply(pages, b'{"message": "Resource not accessible by integration"}')
        if pages is None or self.headers.get("Authorization") != f"Bearer {TOKEN}" or query["per_page"] != ["100"]:
            return self.reply(404, b'{"message": "Not Found"}')
        page = int(query.get("page", ["1"])[0])
        link = f'<{self.server.url}{url.path}?per_page=100&page={page + 1}>; rel="next", <x>; rel="last"'
        headers = {"Link": link if page < len(pages) else '<x>; rel="prev"'}
        return self.reply(200, json.dumps(pages[page - 1]).encode(), headers)

    def do_POST(self):
        self.server.asked.append((self.path, dict(self.headers)))
        self.answer_issues(urllib.parse.urlsplit(self.path))

    do_PATCH = do_POST

    def answer_issues(self, url):
        """Keeps issues as GitHub does, and which of its requests wrote."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
        issues = self.server.issues
        number, comments = re.fullmatch(r"/repos/acme/register/issues(?:/(\d+)(/comments)?)?", url.path).groups()
        if isinstance(issues, int) or self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status = issues if isinstance(issues, int) else 401
            return self.reply(status, b'{"message": "Resource not accessible by integration"}')
        bot = {"login": "github-actions[bot]", "type": "Bot"}
        if self.command == "GET":
            found = issues[int(number) - 1]["thread"] if comments else issues
            return self.reply(200, json.dumps(found).encode())
        self.server.written.append((self.command, url.path, body))
        if self.command == "PATCH":
            issues[int(number) - 1].update(body)
            return self.reply(200, json.dumps(issues[int(number) - 1]).encode())
        made = {"user": bot, "body": body["body"], "id": len(self.server.written)}
        if comments:
            issues[int(number) - 1]["thread"].append(made)
        else:
            labels = [{"name": name} for name in body["labels"]]
            made |= {"number": len(issues) + 1, "title": body["title"], "state": "open", "labels": labels, "thread": []}
            issues.append(made)
        return self.reply(201, json.dumps(made).encode())

    def reply(self, status, body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Repository:
    """A git repository with a register, and the workflow of docs/ci.md."""

    def __init__(self, folder, register=None):
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        if register:
            shutil.copytree(register, folder, dirs_exist_ok=True)
        else:
            self.write("stopgap.yaml", "version: 1\n")
            self.write("CODEOWNERS", OWNERS)
            self.write("exceptions/.keep", "")
            self.write("people.yaml", 'teams: {"@acme/security": ["@olek", "@priya"]}\n'
                       'people: [{handle: "@maria"}, {handle: "@dana"}, {handle: "@olek"}, {handle: "@priya"}]\n')

    def git(self, *arguments):
        done = subprocess.run(
            ["git", "-C", self.folder, *arguments], env={**os.environ, **GIT},
            check=True, capture_output=True, text=True,
        )
        return done.stdout.strip()

    def write(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, message):
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def merge_branch(self, files):
        """Commits files on a branch and checks out what GitHub does: their merge into main. Returns base and head."""
        base = self.commit("register")
        self.git("checkout", "--quiet", "-b", "ask")
        for name, text in files.items():
            self.write(name, text)
        head = self.commit("ask for an exception")
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", "merge", "ask")
        return base, head


class Run:
    """What the runner saw of one run of the workflow."""

    def __init__(self, entries, result):
        self.entries = entries
        self.outputs = json.loads((result / "outputs.json").read_text())
        self.report = json.loads((result / "report.json").read_text()) if self.outputs["report"] else None
        self.sarif = json.loads((result / "sarif.json").read_text()) if self.outputs["sarif"] else None
        self.plan = json.loads((result / "plan.json").read_text()) if self.outputs["plan"] else None
        self.failed = any(entry.get("jobResult") == "failure" for entry in entries)

    def commands(self, *names):
        """The workflow commands that were printed, read as GitHub's runner reads them."""
        found = []
        for entry in self.entries:
            if entry.get("command") in names and "raw" in entry:
                head, message = entry["raw"].rstrip("\n")[2:].split("::", 1)
                title = re.search("title=([^,]*)", head)[1]
                message = message.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
                found.append({"name": entry["command"], "title": title, "message": message})
        return found

    @property
    def summary(self):
        return next((entry["content"] for entry in self.entries if entry.get("command") == "summary"), "")

    @property
    def log(self):
        """What the action printed and the runner did not take for a command."""
        return [entry["msg"].rstrip("\n") for entry in self.entries if entry.get("raw_output")]


class Call:
    """What a script of the action did."""

    def __init__(self, done, place):
        self.code, self.said, self.place = done.returncode, done.stdout + done.stderr, place
        self.annotations = re.findall(r"^::(error|warning|notice) title=stopgap::(.*)$", self.said, re.MULTILINE)
        self.summary = (place / "summary").read_text() if (place / "summary").exists() else ""


def entries(done):
    """What act printed as JSON."""
    return [json.loads(line) for line in (done.stdout + done.stderr).splitlines() if line.startswith("{")]


def shown(page):
    """The first workflow of a page."""
    return re.search(r"```yaml\n((?:#[^\n]*\n)*name: .*?)```", (ROOT / page).read_text(), re.DOTALL)[1]


def workflow(page, inputs):
    """The first workflow of a page with inputs for its action, and a step that keeps what the action set."""
    text = shown(page)
    before, step, own = text.partition("      - uses: <OWNER>/stopgap@<COMMIT> # v0.1.0\n")
    past = own.startswith("        id: stopgap\n      - name: Past the gate\n")
    reminds = own.startswith('        with:\n          remind: "true"\n          fail-on: never')
    assert step and (past or reminds), text
    inputs = {**({} if past else {"remind": "true"}), **inputs}
    lines = "".join(f"          {name}: {json.dumps(value)}\n" for name, value in inputs.items())
    return f"""\
{before}      - uses: acme/stopgap@{PIN} # v0.1.0
        id: gate
        with:
{lines}      - if: always()
        env:
          OUTPUTS: ${{{{ toJSON(steps.gate.outputs) }}}}
          REPORT: ${{{{ steps.gate.outputs.report }}}}
          SARIF: ${{{{ steps.gate.outputs.sarif }}}}
          PLAN: ${{{{ steps.gate.outputs.plan }}}}
        run: |
          printf '%s' "$OUTPUTS" > "$RESULT/outputs.json"
          [ -z "$REPORT" ] || cp "$REPORT" "$RESULT/report.json"
          [ -z "$SARIF" ] || cp "$SARIF" "$RESULT/sarif.json"
          [ -z "$PLAN" ] || cp "$PLAN" "$RESULT/plan.json"
"""


class Bench:
    """Runs workflows."""

    def __init__(self, binary, work):
        self.work = work / "action"
        self.work.mkdir()
        self.numbers = itertools.count(1)
        self.act = work / "venv/bin/act"
        tools = self.work / "path"
        tools.mkdir()
        shutil.copy(binary, tools / "stopgap")
        self.path = f"{tools}:{os.environ['PATH']}"
        self.shell = self.work / "shell"
        self.shell.mkdir()
        (self.shell / "bash").write_text(SLOW_TO_FAIL.replace("BASH", shutil.which("bash")))
        (self.shell / "bash").chmod(0o755)
        # The files of the action alone, as a checkout of a release has them.
        self.action = self.work / "checkout"
        listed = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "-z", "action.yml", "action", "Cargo.toml", "Cargo.lock", "src", "schema", "templates"],
            check=True, capture_output=True, text=True,
        ).stdout
        for name in listed.rstrip("\0").split("\0"):
            (self.action / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.action / name)

    def alone(self):
        """The same with its own server, so that parallel scenarios do not count each other's requests."""
        bench = copy.copy(self)
        bench.server = Server()
        return bench

    def repository(self, name, register=None):
        return Repository(self.work / name / "repository", register)

    def run(self, repository, event, payload, page="docs/ci.md", **inputs):
        inputs = {"version": "system", "today": TODAY, **{name.replace("_", "-"): value for name, value in inputs.items()}}
        place, done = self.play(repository, event, payload, workflow(page, inputs), self.path)
        if not (place / "outputs.json").exists():
            sys.exit(f"action: {place.name} did not run:\n{done.stdout[-5000:]}\n{done.stderr[-2000:]}")
        return Run(entries(done), place)

    def play(self, repository, event, payload, text, path):
        """Runs the text of a workflow; returns the folder of the run, and what act said."""
        place = repository.folder.parent / f"run-{next(self.numbers)}"
        home = place / "home"
        (home / ".config/act").mkdir(parents=True)
        (home / ".config/act/actrc").touch()
        flow = place / "workflow.yml"
        flow.write_text(text)
        (place / "event.json").write_text(json.dumps(payload))
        done = subprocess.run(
            [
                self.act, event, "--json", "--eventpath", place / "event.json", "--workflows", flow,
                "--platform", "ubuntu-24.04=-self-hosted", "--action-offline-mode", "--use-new-action-cache",
                "--local-repository", f"acme/stopgap@{PIN}={self.action}", "--no-cache-server", "--use-gitignore=false",
                "--secret", f"GITHUB_TOKEN={TOKEN}", "--env", f"RESULT={place}",
                "--env", f"GITHUB_API_URL={self.server.url}", "--env", "GITHUB_REPOSITORY=acme/register",
                "--env", "STOPGAP_PAUSE_SECONDS=0.01",
            ],
            cwd=repository.folder, env={**GIT, "PATH": f"{self.shell}:{path}", "HOME": str(home)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )
        return place, done

    def call(self, script, *arguments, home=None, **environment):
        """Runs a script of the action as a step does, without a runner around it."""
        place = self.work / f"call-{next(self.numbers)}"
        place.mkdir()
        # No second attempt, so that a server that is gone costs no time.
        done = subprocess.run(
            ["bash", self.action / "action" / script, *arguments], capture_output=True, text=True, check=False,
            cwd=environment.pop("cwd", place), env={
                **GIT, "PATH": self.path, "HOME": str(home or place), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64",
                "RUNNER_TEMP": str(place), "RUNNER_TOOL_CACHE": str(place / "tools"), "GITHUB_OUTPUT": str(place / "output"),
                "GITHUB_STEP_SUMMARY": str(place / "summary"), "GITHUB_API_URL": self.server.url,
                "GITHUB_REPOSITORY": "acme/register", "STOPGAP_PAUSE_SECONDS": "0", "STOPGAP_MOST_ATTEMPTS": "1",
                **environment,
            },
        )
        return Call(done, place)


def equal(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: {found!r}, not {expected!r}")


def holds(what, text, part):
    if part not in text:
        raise AssertionError(f"{what}: no {part!r} in {text!r}")


def check_outputs(run, code):
    """The outputs are those of the JSON report; the annotations its findings that count."""
    report = run.report
    if report is None:
        raise AssertionError(f"no report, but {run.commands('error')} and {run.log}")
    counts = report["summary"]
    for key in ["errors", "warnings", "notes", "elsewhere", "exceptions", "live"]:
        equal(key, run.outputs[key], str(counts[key]))
    equal("findings", run.outputs["findings"], str(counts["errors"] + counts["warnings"] + counts["notes"]))
    for output, rule in [("expired", "expired"), ("expiring", "expiring-soon")]:
        named = [finding["exception"] for finding in report["findings"] if finding["rule"] == rule]
        equal(output, json.loads(run.outputs[output]), list(dict.fromkeys(named)))
    equal("exit-code", run.outputs["exit-code"], str(code))
    equal("SARIF", len(run.sarif["runs"]), 1)
    return report


def check_annotations(run, report):
    gating = [finding for finding in report["findings"] if finding["gates"]]
    names = {"error": "error", "warning": "warning", "note": "notice"}
    shown = [(command["name"], command["title"].split()[0]) for command in run.commands(*names.values())]
    expected = [(names[finding["level"]], finding["rule"]) for finding in gating]
    equal("annotations", sorted(pair for pair in shown if pair[1] != "stopgap"), sorted(expected))


def check_harmless(run):
    """Nothing that was printed is a command for GitHub's runner, other than annotations (ActionCommand.cs)."""
    for entry in run.entries:
        allowed = {"error", "warning", "notice", "summary", "set-output", "stop-commands", None}
        command = entry.get("command")
        if command not in allowed and not str(command).startswith("stopgap-") and command != "ignored":
            raise AssertionError(f"a command that nobody meant: {entry}")
        # act reports GITHUB_OUTPUT as a command too, but only a printed one is raw.
        if command == "set-output" and "raw" in entry:
            raise AssertionError(f"a forged output: {entry}")
    stopped = False
    for entry in run.entries:
        if entry.get("command") == "stop-commands" or str(entry.get("command")).startswith("stopgap-"):
            stopped = entry["command"] == "stop-commands"
        elif entry.get("raw_output") and not stopped:
            if "##[" in entry["msg"] or entry["msg"].lstrip().startswith("::"):
                raise AssertionError(f"the runner would take this for a command: {entry['msg']!r}")


def schedule(bench):
    repository = bench.repository("clean", ACME)
    repository.commit("register")
    run = bench.run(repository, "schedule", {"schedule": "17 5 * * *"})
    equal("a clean register fails", run.failed, False)
    check_annotations(run, check_outputs(run, 0))
    holds("expiring", run.outputs["expiring"], "harbour-gateway-break-glass")
    holds("summary", run.summary, "expiring-soon")


def schedule_of_a_bad_register(bench):
    repository = bench.repository("bad", DRIFT)
    repository.commit("register")
    payload = {"repository": {"default_branch": "main"}}
    run = bench.run(repository, "workflow_dispatch", payload)
    equal("a bad register fails", run.failed, True)
    report = check_outputs(run, 1)
    check_annotations(run, report)
    check_harmless(run)
    holds("expired", run.outputs["expired"], "office-door-controller")
    for finding in report["findings"][:3]:
        holds("summary", run.summary, finding["rule"])

    run = bench.run(repository, "schedule", {}, fail_on="never", annotations="false", summary="false")
    equal("`fail-on: never` fails", run.failed, False)
    check_outputs(run, 1)
    equal("annotations", run.commands("error", "warning", "notice"), [])
    equal("summary", run.summary, "")
    holds("log", "\n".join(run.log), "office-door-controller.yaml:15:10: error[expired]")


def warnings_fail_where_they_should(bench):
    repository = bench.repository("warnings")
    repository.write("CODEOWNERS", "/exceptions/ @olek\n")
    repository.commit("register")
    for fail_on, failed in [("error", False), ("warning", True)]:
        run = bench.run(repository, "schedule", {}, fail_on=fail_on)
        check_outputs(run, 0)
        equal(f"`fail-on: {fail_on}` with warnings fails", run.failed, failed)


def pull_request_payload(base, head, number):
    return {
        "action": "opened", "number": number,
        "pull_request": {
            "number": number, "draft": False, "user": {"login": "maria", "id": 1, "type": "User"},
            "head": {"sha": head, "ref": "ask"}, "base": {"sha": base, "ref": "main"},
        },
        "repository": {"full_name": "acme/register", "default_branch": "main"},
    }


def review(number, login, state, head):
    return {
        "id": number, "user": {"login": login, "id": 100 + len(login), "type": "User"}, "state": state,
        "submitted_at": f"2026-11-23T09:{number % 60:02}:00Z", "commit_id": head,
    }


def pull_request(bench):
    repository = bench.repository("pull-request")
    base, head = repository.merge_branch({"exceptions/payroll-vendor.yaml": EXCEPTION})
    comments = [review(number, "priya", "COMMENTED", head) for number in range(1, 101)]
    bench.server.pages[7] = [comments, [review(101, "olek", "APPROVED", head)]]
    payload = pull_request_payload(base, head, 7)
    run = bench.run(repository, "pull_request", payload)
    equal(f"an approved exception fails ({run.log})", run.failed, False)
    check_annotations(run, check_outputs(run, 0))
    equal("base", run.report["base"], base)
    if any("not checked" in line for line in run.log):
        raise AssertionError(f"approvals were not checked: {run.log}")

    bench.server.pages[8] = [[review(1, "olek", "APPROVED", head), review(2, "olek", "DISMISSED", head)]]
    payload = pull_request_payload(base, head, 8)
    payload |= {"action": "dismissed", "review": {"state": "dismissed", "user": {"login": "olek", "id": 104}}}
    run = bench.run(repository, "pull_request_review", payload)
    equal("a dismissed approval passes", run.failed, True)
    report = check_outputs(run, 1)
    check_annotations(run, report)
    equal("rules", [finding["rule"] for finding in report["findings"]], ["approval-missing"])

    bench.server.pages[9] = 403
    payload = pull_request_payload(base, head, 9)
    run = bench.run(repository, "pull_request", payload)
    equal("reviews that may not be read pass", run.failed, True)
    check_outputs(run, 2)
    said = [command["message"] for command in run.commands("error")]
    equal("errors", len(said), 1)
    holds("error", said[0], "give the job `pull-requests: read`")
    holds("summary", run.summary, "Approvals were not checked")
    run = bench.run(repository, "pull_request", payload, sign_off="optional")
    equal("`sign-off: optional` fails", run.failed, False)
    check_outputs(run, 0)
    holds("warning", run.commands("warning")[0]["message"], "approvals were not checked")
    holds("summary", run.summary, "Approvals were not checked")
    asked = len(bench.server.asked)
    run = bench.run(repository, "pull_request", payload, sign_off="off")
    equal("`sign-off: off` fails", run.failed, False)
    equal("requests", len(bench.server.asked), asked)
    holds("log", "\n".join(run.log), "approvals were not checked")


def asked_once(bench, before):
    """Only the first page of the reviews was asked for since."""
    paths = [path.split("?")[1] for path, _ in bench.server.asked[before:]]
    equal("requests", paths, ["per_page=100"])


def edited(bench):
    """An edit of the title decides nothing; another base branch counts with its own rule book."""
    repository = bench.repository("edited")
    base, head = repository.merge_branch({"exceptions/payroll-vendor.yaml": EXCEPTION})
    for number, reviews, code in [(7, [review(1, "olek", "APPROVED", head)], 0), (8, [], 1)]:
        bench.server.pages[number] = [reviews]
        payload = pull_request_payload(base, head, number) | {"action": "edited", "changes": {"title": {"from": "x"}}}
        before = len(bench.server.asked)
        run = bench.run(repository, "pull_request", payload)
        equal(f"a pull request whose title was edited fails ({run.log})", run.failed, bool(code))
        check_annotations(run, check_outputs(run, code))
        asked_once(bench, before)

    # The same pull request, moved to a branch whose policy does not allow the exception.
    repository.git("checkout", "--quiet", "-B", "strict", base)
    repository.write("stopgap.yaml", "version: 1\ntiers: {high: 3d}\n")
    strict = repository.commit("allow three days")
    repository.git("checkout", "--quiet", "--detach", "strict")
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "ask")
    payload = pull_request_payload(strict, head, 7) | {"action": "edited", "changes": {"base": {"ref": {"from": "main"}}}}
    payload["pull_request"]["base"]["ref"] = "strict"
    run = bench.run(repository, "pull_request", payload)
    equal("what the new base does not allow passes", run.failed, True)
    report = check_outputs(run, 1)
    equal("base", report["base"], strict)
    holds("rules", [finding["rule"] for finding in report["findings"]], "term-too-long")


def spying(bench, file):
    """Writes a stopgap that shows its environment to the file; returns its path."""
    spy = bench.work / "sign-off/spy"
    spy.write_text(f'#!/bin/sh\nenv > {file}\nexec {bench.work}/path/stopgap "$@"\n')
    spy.chmod(0o755)
    return str(spy)


def sign_off(bench):
    """`required` is never skipped silently, and says nothing if nothing is missing."""
    repository = bench.repository("sign-off")
    base, head = repository.merge_branch({"exceptions/payroll-vendor.yaml": EXCEPTION})
    bench.server.pages[7] = [[review(1, "olek", "APPROVED", head)]]
    merged = repository.git("rev-parse", "HEAD")
    asked = pull_request_payload(base, head, 7)
    repository_of = {"repository": asked["repository"]}
    pushed = {"ref": "refs/heads/main", "before": base, "after": merged, "head_commit": {"id": merged}, **repository_of}
    queue = {"base_sha": base, "head_sha": merged, "base_ref": "refs/heads/main", "head_ref": f"refs/heads/gh-readonly-queue/main/pr-7-{head}"}

    saw = bench.work / "sign-off/saw"
    spy = spying(bench, saw)

    def run(event, payload, ref="refs/heads/main", number="", **inputs):
        (bench.work / "sign-off/event.json").write_text(json.dumps(payload))
        given = {f"STOPGAP_{name.upper()}": value for name, value in inputs.items()}
        return bench.call(
            "run", cwd=repository.folder, GITHUB_ACTIONS="true", GITHUB_EVENT_NAME=event, GITHUB_REF=ref,
            GITHUB_EVENT_PATH=str(bench.work / "sign-off/event.json"), STOPGAP_BINARY=spy,
            STOPGAP_TOKEN=TOKEN, STOPGAP_PULL_REQUEST=number, STOPGAP_DEFAULT_BRANCH="main", STOPGAP_TODAY=TODAY, **given,
        )

    refused = [
        ("pull_request", asked, {"number": "7", "mode": "register"}, "`mode: register` does not look at a pull request's approvals"),
        ("pull_request_review", asked, {"number": "7", "mode": "register"}, "Leave `mode` out"),
        ("pull_request_target", asked, {"number": "7", "mode": "register"}, "Leave `mode` out"),
        ("pull_request", asked, {}, "the event `pull_request` has no pull request number"),
        ("pull_request", asked, {"number": "7\n8"}, "has no pull request number"),
        ("pull_request", asked, {"number": "0/../../7"}, "has no pull request number"),
        ("push", pushed | {"ref": "refs/heads/ask"}, {"ref": "refs/heads/ask"}, "Limit `push` to the default branch"),
        ("push", pushed | {"ref": "refs/tags/main"}, {"ref": "refs/tags/main"}, "Limit `push` to the default branch"),
        ("workflow_dispatch", repository_of, {"ref": "refs/heads/ask"}, "start other runs there"),
        ("workflow_dispatch", repository_of, {"ref": "refs/heads/ask", "mode": "register"}, "start other runs there"),
        ("workflow_dispatch", repository_of, {"ref": ""}, "start other runs there"),
        ("issue_comment", repository_of, {"base": base}, "the event `issue_comment` has no pull request number"),
        ("release", repository_of, {"ref": "refs/tags/v1", "mode": "register"}, "has no pull request number"),
    ]
    for event, payload, inputs, says in refused:
        done = run(event, payload, **inputs)
        equal(f"{event} with {inputs} ({done.said})", done.code, 2)
        holds("error", done.annotations[0][1], says)
        holds("what helps", done.annotations[0][1], "write `sign-off: off`")
        holds("summary", done.summary, "**Approvals were not checked:**")
        done = run(event, payload, sign_off="optional", **inputs)
        equal(f"{event} with {inputs} and `optional` ({done.said})", (done.code, done.annotations[0][0]), (0, "warning"))
        done = run(event, payload, sign_off="off", **inputs)
        equal(f"{event} with {inputs} and `off` ({done.said})", (done.code, done.annotations), (0, []))

    for event, payload, inputs, told in [
        ("pull_request", asked, {"number": "7"}, ""),
        ("pull_request_review", asked | {"review": {"state": "approved", "user": {"login": "olek"}}}, {"number": "7"}, ""),
        ("schedule", {"schedule": "17 5 * * *"}, {}, ""),
        ("workflow_dispatch", repository_of, {}, ""),
        ("repository_dispatch", repository_of, {}, ""),
        ("workflow_run", repository_of, {"mode": "register"}, ""),
        ("push", pushed, {}, "Approvals were not checked in this run"),
        ("merge_group", {"merge_group": queue, **repository_of}, {"ref": queue["head_ref"]}, "before the pull request entered the merge queue"),
    ]:
        done = run(event, payload, **inputs)
        equal(f"{event} with {inputs} ({done.said})", (done.code, done.annotations), (0, []))
        holds("summary", done.summary, told)
        equal("approvals in the summary", "pprovals were" in done.summary, bool(told))
        equal("the program that judges sees the token", TOKEN in saw.read_text(), False)


def tokens(bench):
    """A token that could begin another header or a setting of curl's is refused unused and unprinted; others are used."""
    server = bench.server
    server.pages[7] = [[]]
    stolen = f'header = "X-Stolen: 1"\nurl = "{server.url}/stolen'
    bad = {
        f"ghs_begin\"\n{stolen}": "a line break", "ghs_secretpart\r\nX-Stolen: 1": "a line break", "ghs_secretpart\n": "a line break",
        "ghs_secretpart other": "white space", "ghs_secretpart\t": "white space", 'ghs_secretpart"': "a character that no token has",
        "ghs_secretpart\\": "a character that no token has", "ghs_secretpärt": "a character that no token has",
        "ghs_secretpart\x1b[0m": "a character that no token has", "ghs_secretpart" * 400: "longer than 4096 characters",
        "": "there is no token",
    }
    plan = bench.work / "plan.json"
    plan.write_text('{"version": 1, "calls": []}')
    for token, says in bad.items():
        for script in [["fetch-reviews", "x.json", "7"], ["fetch-issues", "x.json"], ["apply-plan", str(plan)]]:
            done = bench.call(*script, GITHUB_TOKEN=token)
            equal(f"{script} ({done.said})", done.code, 2)
            holds("error", done.said, says)
            if "ghs_" in done.said or "secretp" in done.said:
                raise AssertionError(f"the token is printed: {done.said}")
            equal("a file", (done.place / "x.json").exists(), False)
        done = bench.call(
            "run", cwd=bench.work, GITHUB_EVENT_NAME="pull_request", STOPGAP_BINARY="/bin/true", STOPGAP_PULL_REQUEST="7",
            STOPGAP_TOKEN=token,
        )
        holds("annotation", done.annotations[0][1], says)
        if "ghs_" in done.said + done.summary or "secretp" in done.said + done.summary:
            raise AssertionError(f"the token is printed: {done.said}")
    equal("requests with bad tokens", server.asked, [])
    for token in [TOKEN, "ghs_16C7e42F292c6912E7710c838347Ae178B4a", "github_pat_11ABC_x", "ghs_1_eyJhbGciOi.eyJpc3Mi.sig-_~+/=", "a" * 4096]:
        server.asked.clear()
        done = bench.call("fetch-reviews", "x.json", "7", GITHUB_TOKEN=token)
        # The server knows only one token, and the others arrive unchanged.
        equal(f"a good token ({done.said})", done.code, 0 if token == TOKEN else 1)
        equal("the header", server.asked[0][1].get("Authorization"), f"Bearer {token}")


def settings(bench):
    """The settings of the runner's user change neither what is asked nor how an answer is understood."""
    server = bench.server
    server.pages[7] = [[]]
    home = bench.work / "user"
    home.mkdir()
    curl = f'header = "X-Stolen: 1"\nurl = "{server.url}/stolen"\ncookie = "a=b"\nuser = "a:b"\nnetrc\n'
    for name in [".curlrc", "_curlrc", "curlrc"]:
        (home / name).write_text(curl)
    (home / ".netrc").write_text("machine 127.0.0.1 login thief password thief\n")
    # jq reads this file before every program: each plan would be one that can be applied.
    (home / ".jq").write_text("def all(f): true;\ndef all(g; f): true;\ndef length: 0;\n")
    for places in [{}, {"CURL_HOME": str(home)}, {"XDG_CONFIG_HOME": str(home)}]:
        settings = {"home": home, "GITHUB_TOKEN": TOKEN, **places}
        server.asked.clear()
        done = bench.call("fetch-reviews", "x.json", "7", **settings)
        equal(f"reviews ({done.said})", done.code, 0)
        server.issues = [{"number": 1, "body": "x"}]
        done = bench.call("fetch-issues", "x.json", **settings)
        holds("issues", done.said, "saved 1 pages, 1 issues")
        plan = home / "plan.json"
        call = {"does": "create", "exception": "x", "method": "POST", "path": "/repos/{owner}/{repo}/issues", "body": {"title": "x", "body": "x", "labels": ["stopgap"]}}
        foreign = call | {"path": "/repos/{owner}/{repo}/pulls/7/reviews"}
        server.written.clear()
        for calls, code in [([foreign], 2), ([call], 0)]:
            plan.write_text(json.dumps({"version": 1, "calls": calls}))
            done = bench.call("apply-plan", str(plan), **settings)
            equal(f"a plan ({done.said})", done.code, code)
        equal("written", [path for _, path, _ in server.written], ["/repos/acme/register/issues"])
        server.issues = []
        # The archive is not there: only what is asked matters.
        bench.call("install", home=home, GITHUB_SERVER_URL=server.url, STOPGAP_REPOSITORY="acme/stopgap",
                   STOPGAP_VERSION="9.9.9", STOPGAP_CHECKSUM="0" * 64, **places)
        equal("the archive", [path for path, _ in server.asked if path.startswith("/acme/")],
              ["/acme/stopgap/releases/download/v9.9.9/stopgap-v9.9.9-x86_64-unknown-linux-musl.tar.gz"])
        for path, headers in server.asked:
            odd = {"X-Stolen", "Cookie"} & set(headers) or "stolen" in path or "Basic" in headers.get("Authorization", "")
            if odd:
                raise AssertionError(f"a user's settings took part in {path}: {headers}")


def tools(place, bench, image):
    """Stand-ins for what fetches or builds the program: they check what they are asked for, and give the one that is built
    already. GitHub's client answers from a file if its settings are none of a user's."""
    place.mkdir()
    answer = place / "reviews.json"
    scripts = {
        "cargo": """\
while [ $# -gt 0 ]; do case $1 in --path) from=$2 && shift ;; --root) root=$2 && shift ;; esac; shift; done
grep -q '^name = "stopgap"$' "$from/Cargo.toml" && mkdir -p "$root/bin" && cp BINARY "$root/bin/stopgap"
""",
        "docker": f"""\
case "$*" in
  "create {image}") echo c0ffee ;;
  "cp c0ffee:/usr/local/bin/stopgap "*) cp BINARY "$3" ;;
  *) exit 1 ;;
esac
""",
        "gh": '[ -d "$GH_CONFIG_DIR" ] && [ -z "$(ls -A "$GH_CONFIG_DIR")" ] && '
              f'[ "$*" = "api --paginate repos/acme/register/pulls/7/reviews?per_page=100" ] && cat {answer}\n',
    }
    for name, script in scripts.items():
        (place / name).write_text("#!/bin/sh\n" + script.replace("BINARY", str(bench.work / "path/stopgap")))
        (place / name).chmod(0o755)
    # No stopgap but the one that the workflow gets.
    return answer, f"{place}:{os.environ['PATH']}"


def dated(days):
    """The exception, decided today or before, with so many days to go."""
    day = lambda shift: (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(shift)).isoformat()
    decided = day(min(0, days - 4))
    text = EXCEPTION.replace("2026-11-27", day(days))
    return text.replace("decided: 2026-11-23", f"decided: {decided}").replace("starts: 2026-11-23", f"starts: {decided}")


class SetUp:
    """Empty repositories in which `stopgap init` was run with the same arguments, and nothing else."""

    def __init__(self, bench, name, arguments, path):
        self.bench, self.name, self.arguments, self.path = bench, name, arguments, path
        self.empty = bench.work / f"set-up-{name}"
        self.empty.mkdir()

    def repository(self, register, files):
        repository = self.bench.repository(f"set-up-{self.name}-{register}", self.empty)
        subprocess.run(
            [self.bench.work / "path/stopgap", "init", "--owners", "@olek,@priya", *self.arguments],
            cwd=repository.folder, check=True, capture_output=True,
        )
        for name, text in files.items():
            repository.write(name, text)
        return repository

    def play(self, repository, event, payload, file="stopgap.yml"):
        """Runs a workflow as it was written; returns the results of its jobs, and what was said."""
        text = (repository.folder / ".github/workflows" / file).read_text()
        _, done = self.bench.play(repository, event, payload, text, self.path)
        return [entry["jobResult"] for entry in entries(done) if "jobResult" in entry], done.stdout + done.stderr


def set_up(bench):
    """What `init` writes into an empty repository, unchanged: green on a clean register, red on an expired one."""
    image = f"registry.example.com/acme/stopgap@sha256:{'ab' * 32}"
    answer, path = tools(bench.work / "set-up-path", bench, image)
    source = Repository(bench.work / "set-up-from", bench.action)
    commit = source.commit("the source")
    live, late = ({"exceptions/payroll-vendor.yaml": dated(days)} for days in [3, -3])
    ways = {
        "action": ["--action", f"acme/stopgap@{PIN}"],
        "source": ["--source", f"file://{source.folder}@{commit}"],
        "image": ["--image", image],
        "unsaid": [],
    }
    for way, arguments in ways.items():
        setup = SetUp(bench, way, arguments, path)
        for register, files, red in [("empty", {}, False), ("live", live, False), ("late", late, True)]:
            repository = setup.repository(register, files)
            repository.commit("set up")
            results, said = setup.play(repository, "schedule", {"schedule": "17 5 * * *"})
            red = red or way == "unsaid"
            equal(f"{way}, {register} ({said[-3000:]})", results, ["failure" if red else "success"])
            if way == "unsaid":
                holds("what to do", said, "say where stopgap comes from: 'stopgap init' writes .github/workflows/stopgap.yml again")
            elif red:
                holds("why", said, "expired on `")
            if way not in ["action", "source"] or register == "empty":
                continue
            bench.server.issues = []
            results, said = setup.play(repository, "schedule", {"schedule": "17 5 * * *"}, "stopgap-reminders.yml")
            equal(f"reminders by {way}, {register} ({said[-3000:]})", results, ["success"])
            equal("issues", [issue["state"] for issue in bench.server.issues], ["open"] if register == "late" else [])
    by_command(SetUp(bench, "events", ways["source"], path), live, answer)


def by_command(setup, live, answer):
    """The steps that `init` writes for those who do not use the action, on every event."""
    repository = setup.repository("all", {})
    base, head = repository.merge_branch(live)
    asked = pull_request_payload(base, head, 7)
    merged = repository.git("rev-parse", "HEAD")
    pushed = {"ref": "refs/heads/main", "before": base, "after": merged, "head_commit": {"id": merged}, "repository": asked["repository"]}
    for event, payload, reviews, failed in [
        ("pull_request", asked, [review(1, "olek", "APPROVED", head)], False),
        ("pull_request", asked, [], True),
        ("push", pushed, [], False),
        ("push", pushed | {"ref": "refs/heads/ask"}, [], True),
        ("workflow_dispatch", {"ref": "refs/heads/main", "repository": asked["repository"]}, [], False),
        ("workflow_dispatch", {"ref": "refs/heads/ask", "repository": asked["repository"]}, [], True),
    ]:
        answer.write_text(json.dumps(reviews))
        results, said = setup.play(repository, event, payload)
        equal(f"{event} of {payload.get('ref')} ({said[-3000:]})", results, ["failure" if failed else "success"])


def merge_group(bench):
    repository = bench.repository("merge-group")
    base, head = repository.merge_branch({"exceptions/payroll-vendor.yaml": EXCEPTION.replace("@olek", "@maria")})
    payload = {
        "merge_group": {
            "base_sha": base, "head_sha": repository.git("rev-parse", "HEAD"), "base_ref": "refs/heads/main",
            "head_ref": f"refs/heads/gh-readonly-queue/main/pr-7-{head}",
        },
        "repository": {"full_name": "acme/register", "default_branch": "main"},
    }
    run = bench.run(repository, "merge_group", payload)
    equal("a self-approved exception passes the queue", run.failed, True)
    report = check_outputs(run, 1)
    check_annotations(run, report)
    holds("rules", [finding["rule"] for finding in report["findings"]], "self-approval")
    holds("log", "\n".join(run.log), "the event is about a merge queue")
    holds("summary", "".join(entry["content"] for entry in run.entries if entry.get("command") == "summary"), "entered the merge queue")


def push(bench):
    repository = bench.repository("push")
    repository.write("exceptions/payroll-vendor.yaml", EXCEPTION)
    before = repository.commit("register")
    repository.write("exceptions/payroll-vendor.yaml", EXCEPTION.replace("expires: 2026-11-27", "expires: 2026-11-30"))
    after = repository.commit("move the end")
    payload = {
        "ref": "refs/heads/main", "before": before, "after": after, "head_commit": {"id": after},
        "repository": {"full_name": "acme/register", "default_branch": "main"},
    }
    run = bench.run(repository, "push", payload)
    equal("a moved expiry passes", run.failed, True)
    report = check_outputs(run, 1)
    check_annotations(run, report)
    holds("rules", [finding["rule"] for finding in report["findings"]], "expiry-moved")
    equal("base", report["base"], before)

    # A change that touches nothing is not stopped by what others left behind; a full check is.
    repository.write("README.md", "text\n")
    later = repository.commit("write")
    payload |= {"before": after, "after": later, "head_commit": {"id": later}}
    run = bench.run(repository, "push", payload, today="2026-12-24")
    equal("an unrelated push fails", run.failed, False)
    check_outputs(run, 0)
    equal("expired", run.outputs["expired"], '["payroll-vendor"]')
    equal("elsewhere", run.outputs["elsewhere"], "1")
    run = bench.run(repository, "push", payload, today="2026-12-24", mode="register")
    equal("an expired exception passes", run.failed, True)
    check_annotations(run, check_outputs(run, 1))


def hostile_repository(bench, name):
    repository = bench.repository(name)
    for number, text in enumerate(FORGERIES):
        quoted = json.dumps(text)
        entry = EXCEPTION.replace("2026-11-27", "2026-11-20").replace("2026-11-23", "2026-11-16")
        for key in ["title", "control", "reason", "requester", "owner", "approver"]:
            entry = re.sub(f"^{key}: .*$", lambda _, key=key, quoted=quoted: f"{key}: {quoted}", entry, flags=re.MULTILINE)
        file = text.replace("/", "-").replace("\n", " ")
        repository.write(f"exceptions/{number} {file}.yaml", entry + f"{quoted}: unknown\n")
    repository.commit("register")
    return repository


def hostile(bench):
    repository = hostile_repository(bench, "hostile")
    for annotations in ["true", "false"]:
        run = bench.run(repository, "schedule", {}, annotations=annotations)
        equal("a hostile register passes", run.failed, True)
        report = check_outputs(run, 1)
        check_harmless(run)
        equal("expired", len(json.loads(run.outputs["expired"])), len(FORGERIES))
        if annotations == "true":
            check_annotations(run, report)
    # Outside code spans GitHub's Markdown would act on these.
    bare = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", run.summary)
    for active in ["</pre>", "</summary>", "**bold**", "@everyone"]:
        if re.search(rf"(?<!\\){re.escape(active)}", bare):
            raise AssertionError(f"the summary holds {active} outside code: {bare}")

    # A policy that cannot be read ends the run with its text in the error.
    policy = "".join(f"{json.dumps(text)}: {json.dumps(text)}\n" for text in FORGERIES)
    repository.write("stopgap.yaml", f"{policy}##[set-output name=exit-code;]0: 1\n::set-output name=exit-code::0\n")
    repository.commit("policy")
    run = bench.run(repository, "schedule", {})
    equal("a bad policy passes", run.failed, True)
    equal("exit-code", run.outputs["exit-code"], "2")
    equal("report", run.outputs["report"], "")
    check_harmless(run)
    said = run.commands("error")
    equal("errors", len(said), 1)
    holds("error", said[0]["message"], "stopgap.yaml")
    holds("summary", run.summary, "the check could not run")
    equal("summary ends", run.summary.count("</pre>"), 1)


def reminders(bench):
    """The workflow of docs/reminders.md: told once, nothing on another branch or event, refusals named."""
    server = bench.server
    repository = bench.repository("reminders", ACME)
    repository.commit("register")
    payload = {"schedule": "17 5 * * *"}
    where = {"page": "docs/reminders.md"}
    run = bench.run(repository, "schedule", payload, **where)
    equal(f"reminders fail ({run.commands('error')})", run.failed, False)
    check_outputs(run, 0)
    check_harmless(run)
    told = [issue["title"].split(":")[0] for issue in server.issues]
    equal("issues", told, ["stopgap harbour-gateway-break-glass", "stopgap syslog-relay-backlog"])
    equal("requests that write", [method for method, _, _ in server.written], ["POST", "POST"])
    equal("calls of the plan", len(run.plan["calls"]), 2)
    holds("log", "\n".join(run.log), "stopgap: create for harbour-gateway-break-glass: done, issue 1")
    holds("summary", run.summary, "expiring-soon")
    holds("summary", "".join(entry["content"] for entry in run.entries if entry.get("command") == "summary"), "### Told today")

    server.written.clear()
    run = bench.run(repository, "schedule", payload, **where)
    equal("a second run writes", server.written, [])
    # Three days without a run: what has happened since is told once, though the check fails.
    run = bench.run(repository, "schedule", payload, today="2026-11-26", **where)
    equal("an expired exception passes", run.failed, True)
    check_outputs(run, 1)
    threads = [f"/repos/acme/register/issues/{number}/comments" for number in (1, 2)]
    equal("comments", [path for method, path, _ in server.written if path in threads], threads)
    equal("issues", len({issue["title"] for issue in server.issues}), len(server.issues))

    server.written.clear()
    requests = len(server.asked)
    elsewhere = {"ref": "refs/heads/other", "repository": {"full_name": "acme/register", "default_branch": "other"}}
    run = bench.run(repository, "workflow_dispatch", elsewhere | {"ref": "refs/heads/main"}, **where)
    holds("notices", [command["message"] for command in run.commands("notice")],
          "nobody was reminded: the run is not on the default branch")
    equal("requests of a run elsewhere", server.asked[requests:], [])
    equal("plan", run.plan, None)

    server.issues = 403
    run = bench.run(repository, "schedule", payload, **where)
    equal("issues that may not be read pass", run.failed, True)
    check_outputs(run, 0)
    said = [command["message"] for command in run.commands("error")]
    equal("errors", len(said), 1)
    holds("error", said[0], "the tracking issues could not be read")
    holds("error", said[0], "give the job `issues: write`")

    server.issues = []
    server.written.clear()
    hostile_register = hostile_repository(bench, "hostile-reminders")
    for number in range(2):
        run = bench.run(hostile_register, "schedule", payload, **where)
        equal("a hostile register passes", run.failed, True)
        check_harmless(run)
        equal("issues", len(server.issues), len(FORGERIES))
        equal("requests that write", len(server.written), len(FORGERIES))
    for issue in server.issues:
        # A title is plain text, except for mentions.
        shown = re.sub(r"`[^`\n]*`", "", issue["body"].rpartition("<!--")[0])
        formed = [active for active in ["@everyone", "##[", "</pre>", "**bold**"] if active in shown]
        if formed or "@everyone" in issue["title"]:
            raise AssertionError(f"{formed} in {issue}")
    for inputs, says in [({"remind": "yes"}, "is not one of `true`, `false`"), ({"max_new": "-1"}, "is not a whole number")]:
        run = bench.run(hostile_register, "schedule", payload, **inputs, **where)
        holds("error", "".join(command["message"] for command in run.commands("error")), says)


def bad_inputs(bench):
    repository = bench.repository("inputs", ACME)
    repository.commit("register")
    for inputs, says in [
        ({"mode": "full\n::set-output name=exit-code::0"}, "is not one of `auto`, `change`, `register`"),
        ({"fail_on": "note"}, "is not one of `error`, `warning`, `never`"),
        ({"mode": "register", "base": "main"}, "compares nothing"),
        ({"root": "--help"}, "`--root --help` is not a folder"),
        ({"version": "latest"}, "is not a version"),
    ]:
        run = bench.run(repository, "schedule", {}, **inputs)
        equal(f"{inputs} passes", run.failed, True)
        equal("exit-code", run.outputs["exit-code"], "2")
        equal("errors", len(run.commands("error")), 1)
        holds("error", run.commands("error")[0]["message"], says)
        check_harmless(run)


def install(bench):
    """action/install alone: releases, sums, the tool cache, the source."""
    place = bench.work / "install"
    runner = place / "runner/_actions/acme/stopgap/v0.1.0"
    shutil.copytree(bench.action, runner)
    (place / "temporary").mkdir()
    version = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    name = f"stopgap-v{version}-x86_64-unknown-linux-musl"
    archive = place / f"{name}.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(bench.work / "path/stopgap", f"{name}/stopgap")
    content = archive.read_bytes()
    total = hashlib.sha256(content).hexdigest()
    url = f"/acme/stopgap/releases/download/v{version}/{archive.name}"
    table = runner / "action/checksums.txt"
    empty = table.read_text()

    def call(path=os.environ["PATH"], tools="tools", action=runner, server=bench.server.url, **inputs):
        result = place / "output"
        result.unlink(missing_ok=True)
        given = {f"STOPGAP_{key.upper()}": value for key, value in inputs.items()}
        done = subprocess.run(
            ["bash", action / "action/install"], capture_output=True, text=True, check=False, cwd=place,
            env={
                "PATH": path, "HOME": str(place), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64", "GITHUB_OUTPUT": str(result),
                "RUNNER_TEMP": str(place / "temporary"), "RUNNER_TOOL_CACHE": str(place / tools),
                "GITHUB_SERVER_URL": server, **given,
            },
        )
        return done.returncode, done.stdout + done.stderr, result.read_text() if result.exists() else ""

    table.write_text(f"{empty}{total}  {archive.name}\n")
    bench.server.files[url] = content
    code, said, outputs = call()
    equal(f"a release ({said})", code, 0)
    holds("log", said, f"the release, downloaded; SHA-256 {total} verified")
    binary = outputs.splitlines()[1]
    equal("the binary", pathlib.Path(binary).read_bytes(), (bench.work / "path/stopgap").read_bytes())

    requests = len(bench.server.asked)
    code, said, _ = call(version=f"v{version}")
    holds("log", said, "from the runner's tool cache")
    equal("requests for what is in the tool cache", len(bench.server.asked), requests)
    kept = place / f"tools/stopgap/{version}/{archive.name}"
    kept.write_bytes(b"exchanged")
    code, said, _ = call()
    holds("log", said, "the release, downloaded")
    equal("an exchanged archive stays", kept.read_bytes(), content)

    bench.server.files[url] = content + b"\0"
    code, said, outputs = call(tools="other")
    equal("an archive that was not released", (code, outputs), (2, ""))
    holds("error", said, "is not what was released")
    bench.server.files[url] = content
    code, said, _ = call(tools="other", checksum="0" * 64)
    equal("a sum that the user gave", code, 2)
    code, said, _ = call(version="9.9.9")
    equal("an unknown version", code, 2)
    holds("error", said, "this action has no SHA-256 for stopgap-v9.9.9")
    for line in ["x", f"{total} {archive.name}", f"{total}  ../{archive.name}", f"{total[:-1]}  {archive.name}"]:
        table.write_text(f"{line}\n")
        code, said, _ = call()
        equal(f"a damaged table ({line})", code, 2)
        holds("error", said, "action/checksums.txt is damaged")

    # No cargo on the path, so that what is not in the tool cache cannot be built.
    bare = place / "bare"
    bare.mkdir()
    for tool in ["bash", "sed", "cut", "find", "sort", "tr", "xargs", "sha256sum", "mktemp", "od", "cp", "mv", "mkdir",
                 "dirname", "rm", "curl", "tar", "gzip"]:
        (bare / tool).symlink_to(shutil.which(tool))
    table.write_text(empty)
    code, said, _ = call(path=str(bare))
    equal("no release and no cargo", code, 2)
    holds("error", said, "cargo is not installed")
    build(place, call)
    # What was built is not in the tool cache, where nobody could tell it from what another job put there.
    equal("what is kept of a build", list((place / "built").rglob("*")), [])
    code, said, _ = call(path=str(bare), tools="built")
    equal("what was built before", code, 2)
    table.write_text(f"{total}  {archive.name}\n")
    planted(call, place, kept, content)
    for inputs, says in [
        ({"version": "system", "checksum": total}, "`version: system` uses none"),
        ({"version": "9.9.9", "checksum": total}, "could not be downloaded, and `checksum` allows nothing but that archive"),
        ({"repository": "acme/../other", "action": copy_of(runner, place / "odd")}, "not come from a repository's releases"),
    ]:
        code, said, outputs = call(tools="fresh", **inputs)
        equal(f"{inputs} ({said})", (code, outputs), (2, ""))
        holds("error", said, says)
    code, said, _ = call(path=str(bare), tools="fresh", action=copy_of(runner, place / "workspace"))
    holds("log", said, "this action is a folder in the workspace")


def planted(call, place, kept, content):
    """What another job put into the tool cache is not run, followed or waited for; what was released is."""
    evil, mark, victim = place / "evil", place / "ran", place / "victim"
    evil.write_text(f"#!/bin/sh\ntouch {mark}\n")
    evil.chmod(0o755)
    for folder in [kept.parent, *(kept.parent.with_name(f"{kept.parent.name}-{'0' * 16}") / name for name in ["", "Linux-X64"])]:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(evil, folder / "stopgap")
    victim.write_text("x")
    for plant in [lambda: kept.symlink_to(evil), lambda: kept.symlink_to(victim), lambda: os.mkfifo(kept), kept.mkdir]:
        kept.unlink(missing_ok=True)
        plant()
        code, said, _ = call()
        equal(f"a planted archive ({said})", code, 0)
        holds("log", said, "the release, downloaded")
        if kept.is_dir():
            shutil.rmtree(kept)
    equal("a planted program ran", mark.exists(), False)
    equal("what a planted link leads to", victim.read_text(), "x")
    kept.write_bytes(content)
    holds("log", call()[1], "from the runner's tool cache")


def copy_of(folder, to):
    shutil.copytree(folder, to)
    return to


def build(place, call):
    """Builds the source of this repository, with the profile that is already built."""
    environment = {"path": cargo.reusing(place / "cargo"), "tools": "built", "action": ROOT}
    code, said, outputs = call(**environment)
    equal(f"the source does not build ({said[-2000:]})", code, 0)
    holds("log", said, ", built from this action's source\n")
    subprocess.run([outputs.splitlines()[1], "--version"], check=True, stdout=subprocess.DEVNULL)


SCENARIOS = [
    install, reminders, pull_request, hostile, bad_inputs, push, schedule_of_a_bad_register, warnings_fail_where_they_should,
    merge_group, schedule, sign_off, edited, tokens, settings, set_up,
]


def main(binary, work):
    bench = Bench(binary, work)
    failed = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        runs = {pool.submit(scenario, bench.alone()): scenario.__name__ for scenario in SCENARIOS}
        for done in concurrent.futures.as_completed(runs):
            if done.exception():
                failed.append(f"{runs[done]}: {type(done.exception()).__name__}: {done.exception()}")
    if failed:
        sys.exit("action: " + "\naction: ".join(failed))
    print(f"action: {len(SCENARIOS)} scenarios run as docs/ci.md and docs/reminders.md say")


main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
