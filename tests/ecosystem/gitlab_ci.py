"""The GitLab component, included as docs/ci.md says and run by gitlab-ci-local in a shell, against a server that answers
about one merge request in the shapes of GitLab's published API description."""

import datetime
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACME = ROOT / "fixtures/registers/acme"
ENTRY = "exceptions/2026-q4/syslog-relay-backlog.yaml"
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Maria", "GIT_AUTHOR_EMAIL": "maria@example.com",
    "GIT_COMMITTER_NAME": "Maria", "GIT_COMMITTER_EMAIL": "maria@example.com",
    "GIT_AUTHOR_DATE": "2026-11-20T07:00:00Z", "GIT_COMMITTER_DATE": "2026-11-20T07:00:00Z",
}


NEW = """\
title: Crane panel keeps its old firmware
control: PAT-02
reason: The crane's maker sends its technician on 2 December, and nobody else may open the sealed panel before then.
scope: {system: crane panel cp-02, environment: production}
risk:
  tier: low
  statement: Somebody at the panel could stop the crane.
alternatives:
  - {option: Lock the crane until December, rejected: Two ships wait for it.}
removal: Install firmware 4.2 and test the emergency stop.
requester: "@maria"
owner: "@samir"
approver: "@olek"
decided: 2026-11-20
status: active
starts: 2026-11-20
expires: 2026-12-03
"""
TOKEN = "glcbt-64_local.token"
PATH = "/api/v4/projects/42/merge_requests/8"


def user(login, number):
    return {"id": number, "username": login, "name": login, "state": "active", "locked": False, "avatar_url": None,
            "web_url": f"https://gitlab.example.com/{login}"}


class Server:
    """The part of GitLab that answers about merge request !8 of project 42."""

    def __init__(self, versions):
        self.versions = versions
        self.approvals = []
        self.faults = {}
        self.asked = []
        self.free = False
        self.header = "JOB-TOKEN"
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                server.answer(self)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http.server_port}/api/v4"

    def answer(self, request):
        path, _, query = request.path.partition("?")
        what = path.removeprefix(PATH).strip("/") or "merge request"
        self.asked.append(what)
        headers, status, value = {}, 200, None
        if request.headers.get(self.header) != TOKEN:
            status, value = 401, {"message": "401 Unauthorized"}
        elif what in self.faults:
            status, value = self.faults[what]
        elif what == "merge request":
            value = {"id": 5107, "iid": 8, "project_id": 42, "title": "Ask", "state": "opened", "author": user("maria", 7),
                     "created_at": "2026-11-20T08:00:00.000Z", "sha": self.versions[-1][0], "target_branch": "main",
                     "source_branch": "topic", "draft": False}
        elif what == "approvals":
            value = {"user_has_approved": False, "user_can_approve": False, "approved": bool(self.approvals),
                     "approved_by": [{"user": user(*who), "approved_at": at} for who, at in self.approvals]}
        elif what == "versions":
            newest_first = [
                {"id": 110 + place, "head_commit_sha": head, "base_commit_sha": head, "start_commit_sha": head,
                 "created_at": at, "merge_request_id": 5107, "state": "collected", "real_size": "1"}
                for place, (head, at) in enumerate(self.versions)
            ][::-1]
            page = int(re.search(r"[?&]page=(\d+)", "?" + query).group(1))
            value = newest_first[page - 1:page]
            headers["X-Next-Page"] = str(page + 1) if page < len(newest_first) else ""
        elif what == "approval_state" and not self.free:
            value = {"approval_rules_overwritten": False, "rules": [
                {"id": 1, "name": "All members", "rule_type": "any_approver", "approvals_required": 1,
                 "eligible_approvers": [], "users": [], "groups": [], "contains_hidden_groups": False, "code_owner": False,
                 "approved_by": [user(*who) for who, _ in self.approvals], "approved": bool(self.approvals)}]}
        else:
            status, value = 404, {"message": "404 Not found"}
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            request.send_header(name, text)
        request.end_headers()
        try:
            request.wfile.write(body)
        except ConnectionError:
            # An answer that is too large is not read to its end.
            pass


class Project:
    """A project with a register and the component."""

    def __init__(self, binary, work):
        self.work = work / "gitlab"
        self.tool = work / "npm/node_modules/.bin/gitlab-ci-local"
        (self.work / "path").mkdir(parents=True)
        (self.work / "home").mkdir()
        # Whoever uses a shared runner may leave this behind.
        (self.work / "home/.curlrc").write_text('proxy = "http://127.0.0.1:1"\n')
        shutil.copy(binary, self.work / "path/stopgap")
        self.folder = self.work / "project"
        shutil.copytree(ACME, self.folder)
        (self.folder / ".github/CODEOWNERS").rename(self.folder / "CODEOWNERS")
        owners = (self.folder / "CODEOWNERS").read_text().replace("/.github/CODEOWNERS ", "/CODEOWNERS ")
        (self.folder / "CODEOWNERS").write_text(owners + "/.gitlab-ci.yml  @priya @tobias\n/templates/ @priya @tobias\n")
        shutil.copytree(ROOT / "templates", self.folder / "templates")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", "https://gitlab.example.com/acme/register.git")
        self.inputs = ""

    def git(self, *arguments):
        done = subprocess.run(
            ["git", "-C", self.folder, *arguments], env={**os.environ, **GIT}, check=True, capture_output=True, text=True,
        )
        return done.stdout.strip()

    def commit(self):
        self.git("add", "--all", "--", ".", ":!.gitlab-ci.yml")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def run(self, day="2026-11-23", **variables):
        """Runs the pipeline; returns the exit code of its job, whether there is one, and what was printed."""
        page = (ROOT / "docs/ci.md").read_text()
        text = next(block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "component:" in block)
        for old, new in [
            ("<GROUP>/stopgap/stopgap@<COMMIT>", f"acme/register/stopgap@{self.git('rev-parse', 'HEAD')}"),
            ("image: <REGISTRY>/stopgap@sha256:<DIGEST>\n", f'image: none\n      today: "{day}"\n{self.inputs}'),
        ]:
            assert old in text, old
            text = text.replace(old, new)
        (self.folder / ".gitlab-ci.yml").write_text(text)
        return self.play(**variables)

    def play(self, **variables):
        """Runs the pipeline that is there."""
        for name in ["gl-code-quality-report.json", "stopgap-junit.xml"]:
            (self.folder / name).unlink(missing_ok=True)
        variables = {"GITLAB_CI": "true", **variables}
        given = [part for name, value in variables.items() for part in ["--variable", f"{name}={value}"]]
        done = subprocess.run(
            [self.tool, "--force-shell-executor", "--no-color", *given], cwd=self.folder, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
            env={**GIT, "PATH": f"{self.work / 'path'}:{os.environ['PATH']}", "HOME": str(self.work / "home")},
        )
        said = done.stdout + done.stderr
        failed = re.search(r"^stopgap +finished in .* FAIL (\d+)", said, re.MULTILINE)
        return int(failed.group(1)) if failed else done.returncode, said

    def expect(self, what, ran, code, says):
        if ran[0] != code or says not in ran[1]:
            sys.exit(f"gitlab: {what}: exit code {ran[0]}, not {code}, or no {json.dumps(says)} in\n{ran[1]}")

    def quality(self):
        """The rules in the code quality report that the job leaves."""
        found = list(self.folder.rglob("gl-code-quality-report.json"))
        if not found:
            sys.exit("gitlab: no code quality report")
        return {issue["check_name"] for issue in json.loads(found[0].read_text())}


def sign_off(project):
    """Merge requests that somebody approved, nobody did, and somebody no longer does."""
    project.git("checkout", "--quiet", "-b", "topic", "main")
    base = project.git("rev-parse", "HEAD")
    entry = project.folder / "exceptions/2026-q4/crane-panel-old-firmware.yaml"
    entry.write_text(NEW)
    first = project.commit()
    (project.folder / "notes.md").write_text("Nothing of the register.\n")
    server = Server([(first, "2026-11-20T08:00:00.000Z"), (project.commit(), "2026-11-20T10:00:00.000Z")])
    request = {
        "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_JOB_TOKEN": TOKEN,
        "CI_API_V4_URL": server.url, "CI_MERGE_REQUEST_PROJECT_ID": "42", "CI_MERGE_REQUEST_IID": "8",
    }
    olek, priya = ("olek", 2), ("priya", 3)

    def expect(what, code, says, **more):
        server.asked.clear()
        ran = project.run("2026-11-23", **{**request, **more})
        project.expect(what, ran, code, says)
        if TOKEN in ran[1]:
            sys.exit(f"gitlab: {what}: the token is in the log\n{ran[1]}")
        return ran[1]

    expect("not approved", 1, "approval-missing")
    whole = ["merge request", "approvals", "versions", "versions", "approval_state"]
    if server.asked != whole:
        sys.exit(f"gitlab: {server.asked} was asked, not {whole}")
    server.approvals = [(priya, "2026-11-20T11:00:00.000Z")]
    expect("approved by somebody else", 1, "`@olek` has not approved the exception")
    server.approvals.append((olek, "2026-11-20T11:00:00.000Z"))
    expect("approved", 0, "nothing found in the change")
    server.approvals[-1] = (olek, "2026-11-20T09:00:00.000Z")
    expect("approved before a push of something else", 0, "nothing found in the change")
    server.free = True
    expect("approved on GitLab Free", 0, "nothing found in the change")
    server.free = False
    server.approvals.pop()
    expect("revoked", 1, "`@olek` has not approved the exception")

    server.approvals.append((olek, "2026-11-20T11:00:00.000Z"))
    server.header = "PRIVATE-TOKEN"
    refused = expect("a token that may not read", 2, "which the job's token may not read on every project")
    if "approvals were not checked" in refused or "sign-off was not checked" not in refused:
        sys.exit(f"gitlab: the check does not say what it did not do\n{refused}")
    expect("a token of the project's own", 0, "nothing found in the change", STOPGAP_TOKEN=TOKEN, CI_JOB_TOKEN="")
    server.header = "JOB-TOKEN"
    for what, fault, says in [
        ("approvals", (404, {"message": "404 Not found"}), "Keep a project access token"),
        ("approvals", (200, b'{"approved_by": [{"user"'), "it is not JSON"),
        ("approvals", (200, b'{"message": "404 Not found"}'), "contains the error response `404 Not found`"),
        ("merge request", (404, {"message": "404 Not found"}), "answered 404 about the merge request"),
        ("merge request", (302, {}), "answered 302 about the merge request"),
        ("versions", (200, b"[]"), "contains no versions of the merge request"),
        ("versions", (400, {}), "answered 400 about its versions"),
        ("approval_state", (403, {}), "answered 403 about its approval state"),
        ("approvals", (200, b" " * (33 << 20)), "could not be reached"),
    ]:
        server.faults = {what: fault}
        expect(f"{what} with {fault[0]}", 2, says)
    server.faults = {"approvals": (404, {})}
    project.inputs = "      sign-off: optional\n"
    expect("optional", 0, "approvals were not checked")
    project.inputs = '      sign-off: "off"\n'
    expect("off", 0, "sign-off was not checked")
    if server.asked:
        sys.exit(f"gitlab: `sign-off: off` asked for {server.asked}")
    project.inputs = ""
    server.faults = {}
    for name, value in [
        ("CI_MERGE_REQUEST_IID", "8/../9"), ("CI_MERGE_REQUEST_PROJECT_ID", ""), ("CI_JOB_TOKEN", 'a"\noutput = x'),
        ("CI_API_V4_URL", "file:///etc"), ("CI_API_V4_URL", f"{server.url}/$(touch x)"),
    ]:
        expect(f"{name}={value!r}", 2, "who approved was not checked", **{name: value})
        if server.asked:
            sys.exit(f"gitlab: {name}={value!r} asked for {server.asked}")
    print("gitlab: approved, unapproved and revoked merge requests end as they should")


CARGO = """\
#!/bin/sh
while [ $# -gt 0 ]; do case $1 in --path) from=$2 && shift ;; --root) root=$2 && shift ;; esac; shift; done
grep -q '^name = "stopgap"$' "$from/Cargo.toml" && mkdir -p "$root/bin" && cp BINARY "$root/bin/stopgap"
"""


def set_up(binary, project):
    """What `init` writes into an empty repository, unchanged: green on a clean register, red on an expired one."""
    tools = project.work / "path"
    # No stopgap but the one that the job gets; what would build it gives the one that is built already.
    (tools / "stopgap").unlink()
    (tools / "cargo").write_text(CARGO.replace("BINARY", str(binary)))
    (tools / "cargo").chmod(0o755)
    source = project.work / "source"
    source.mkdir()
    shutil.copy(ROOT / "Cargo.toml", source)
    project.folder = source
    project.git("init", "--quiet", "--initial-branch=main")
    commit = project.commit()
    today = datetime.datetime.now(datetime.timezone.utc).date()
    day = lambda shift: (today + datetime.timedelta(shift)).isoformat()
    for way, register, code, says in [
        ("source", "empty", 0, ""), ("source", "live", 0, "nothing found"), ("source", "late", 1, "expired on"),
        ("unsaid", "empty", 1, "say where stopgap comes from: 'stopgap init --ci gitlab' writes .gitlab/stopgap.yml again"),
    ]:
        project.folder = project.work / f"{way}-{register}"
        project.folder.mkdir()
        project.git("init", "--quiet", "--initial-branch=main")
        project.git("remote", "add", "origin", "https://gitlab.example.com/acme/register.git")
        arguments = ["--source", f"file://{source}@{commit}"] if way == "source" else []
        subprocess.run(
            [binary, "init", "--ci", "gitlab", "--owners", "@olek,@priya", *arguments], cwd=project.folder, check=True,
            capture_output=True,
        )
        if register != "empty":
            ends = 3 if register == "live" else -3
            decided = day(min(0, ends - 4))
            text = NEW.replace("control: PAT-02", "control: PAT-02 Firmware is younger than a year")
            text = text.replace("expires: 2026-12-03", f"expires: {day(ends)}").replace("2026-11-20", decided)
            entry = project.folder / "exceptions/crane-panel-old-firmware.yaml"
            entry.write_text(text.replace("on 2 December", "next week").replace("until December", "for a week"))
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", "set up")
        ran = project.play(CI_PIPELINE_SOURCE="schedule", CI_COMMIT_BRANCH="main", CI_DEFAULT_BRANCH="main")
        project.expect(f"{way}, {register}", ran, code, says)
    print("gitlab: what init writes runs unchanged")


def main(binary, work):
    project = Project(binary, work)
    entry = project.folder / ENTRY
    good = entry.read_text()
    base = project.commit()
    default = {"CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}
    project.expect("a schedule, good", project.run(CI_PIPELINE_SOURCE="schedule", **default), 0, "2 notes")
    late = project.run("2026-12-24", CI_PIPELINE_SOURCE="schedule", **default)
    project.expect("a schedule, expired", late, 1, "expired on")
    if "expired" not in project.quality():
        sys.exit("gitlab: the code quality report misses what has expired")
    # Whoever starts a pipeline may give it variables; what the inputs say stays.
    given = {"TODAY": "2026-11-23", "ROOT": "templates", "POLICY": "none.yaml", "BASE": "HEAD", "SIGN_OFF": "off"}
    given = {f"STOPGAP_{name}": value for name, value in given.items()}
    late = project.run("2026-12-24", CI_PIPELINE_SOURCE="schedule", **default, **given)
    project.expect("a schedule with variables", late, 1, "expired on")
    elsewhere = {"CI_COMMIT_BRANCH": "topic", "CI_DEFAULT_BRANCH": "main", **given}
    for source in ["web", "schedule"]:
        ran = project.run(CI_PIPELINE_SOURCE=source, **elsewhere)
        project.expect(f"{source} on another branch", ran, 2, "neither for a merge request nor on the default branch")
    request = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    project.inputs = '      sign-off: "off"\n'
    entry.write_text(good + "# a comment changes nothing\n")
    project.commit()
    project.expect("a merge request, good", project.run("2026-12-24", **request), 0, "left to the scheduled check")
    entry.write_text(re.sub("^expires: .*$", "expires: 2026-12-01", good, flags=re.MULTILINE))
    head = project.commit()
    project.expect("a merge request, bad", project.run(**request), 1, "expiry-moved")
    pushed = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": base, "CI_COMMIT_BRANCH": "main"}
    project.expect(f"a push of {head}", project.run(**pushed, CI_DEFAULT_BRANCH="main"), 1, "expiry-moved")
    project.inputs = ""
    project.git("reset", "--quiet", "--hard", base)
    print("gitlab: merge requests, a push and schedules of good and bad registers end as they should")
    sign_off(project)
    set_up(binary, project)


main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
