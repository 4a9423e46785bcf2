"""action/fetch-pulls against a server that answers as GitHub does, and `history --pulls` on what it saved."""

import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKEN = "ghs_notARealToken0123456789"
ENTRY = """title: Ticket kiosk runs without disk encryption
control: DEV-06 Disks of devices in public rooms are encrypted
scope: {system: %s, environment: production}
approver: "@olek"
decided: 2026-11-21
status: active
starts: 2026-11-22
expires: 2026-12-12
"""


class Hub:
    """GitHub's answers by path and page; `faults` are statuses that come first."""

    def __init__(self):
        self.answers, self.asked, self.faults = {}, [], []
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                hub.serve(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, request):
        path, page = re.fullmatch(r"/repos/acme/register/(.*)\?per_page=100&page=(\d+)", request.path).groups()
        self.asked.append((path, int(page)))
        status, pages = 200, self.answers.get(path)
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            status = 401
        elif self.faults:
            status = self.faults.pop(0)
        elif pages is None:
            status = 404
        body = pages[int(page) - 1] if status == 200 else {"message": "##[error]Not Found\n::error::x"}
        request.send_response(status)
        if status == 200 and int(page) < len(pages):
            request.send_header("Link", f'<{self.url}/repos/acme/register/{path}?per_page=100&page={int(page) + 1}>; rel="next"')
        request.end_headers()
        request.wfile.write(json.dumps(body).encode())


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"pulls: {what}: {found!r}, not {wanted!r}")


def main(binary, work):
    folder = work / "pulls"
    clone, saved, listed = folder / "clone", folder / "pulls.jsonl", folder / "history.json"
    (clone / "exceptions").mkdir(parents=True)

    def git(*arguments):
        identity = ["-c", "user.name=Nadia", "-c", "user.email=nadia@example.com"]
        days = {"GIT_AUTHOR_DATE": "2026-11-21T12:00:00Z", "GIT_COMMITTER_DATE": "2026-11-21T12:00:00Z"}
        environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **days}
        command = ["git", *identity, *arguments]
        return subprocess.run(command, cwd=clone, env=environment, check=True, capture_output=True, text=True).stdout

    def commit(name):
        (clone / f"exceptions/{name}.yaml").write_text(ENTRY % name)
        git("add", "--all")
        git("commit", "--quiet", "--message", name)
        return git("rev-parse", "HEAD").strip()

    git("init", "--quiet")
    commit("first")
    merged, pushed = commit("merged"), commit("pushed")

    def history(*arguments):
        done = subprocess.run([binary, "history", *arguments], cwd=clone, check=False, capture_output=True, text=True)
        return done.returncode, done.stdout

    listed.write_text(history("--format", "json")[1])
    same("the commits", json.loads(listed.read_text())["decided"], [merged, pushed])

    hub = Hub()

    def fetch(**more):
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/register",
            "GITHUB_API_URL": hub.url, "STOPGAP_FIRST_WAIT_SECONDS": "0.001", **more,
        }
        hub.asked.clear()
        script = [ROOT / "action/fetch-pulls", saved, listed]
        done = subprocess.run(script, env=environment, check=False, capture_output=True, text=True)
        log = done.stdout + done.stderr
        if "##[" in log or any(line.lstrip().startswith("::") for line in log.splitlines()) or TOKEN in log:
            sys.exit(f"pulls: a log acts: {log}")
        return done.returncode, log

    def account(login):
        return {"login": login, "id": len(login), "type": "User", "avatar_url": "x"}

    pull = {
        "number": 12, "title": "Ask", "user": account("nadia"), "head": {"sha": merged, "ref": "ask"}, "base": {"ref": "main"},
        "merged_at": "2099-11-22T09:41:00Z", "merge_commit_sha": merged,
    }
    note = {
        "id": 1, "user": account("lena"), "state": "COMMENTED", "commit_id": merged, "submitted_at": "2026-11-22T08:00:00Z",
        "body": "::error::x",
    }
    approval = {**note, "id": 2, "user": account("olek"), "state": "APPROVED"}
    hub.answers = {
        f"commits/{merged}/pulls": [[pull]],
        f"commits/{pushed}/pulls": [[]],
        "pulls/12/reviews": [[note], [approval]],
    }
    (folder / ".curlrc").write_text("fail\noutput = /dev/null\n")
    # It ends at a fault, and the next run asks only for what is missing.
    hub.faults = [500]
    code, _ = fetch(STOPGAP_MOST_REQUESTS="2")
    same("the bound", (code, len(hub.asked)), (1, 3))
    code, _ = history("--pulls", str(saved))
    same("a file that is begun", code, 2)
    # A line that was cut off is fetched again.
    saved.write_text(saved.read_text() + '{"repository": "acme/reg')
    hub.faults = [403]
    code, log = fetch()
    same("a refusal", (code, hub.asked), (1, [("pulls/12/reviews", 1)]))
    code, log = fetch()
    same("the rest", (code, hub.asked), (0, [("pulls/12/reviews", 1), ("pulls/12/reviews", 2)]))
    code, log = fetch()
    same("nothing left", (code, hub.asked), (0, []))
    same("no text of others is kept", "::error::" in saved.read_text(), False)
    code, found = history("--format", "concise", "--quiet", "--pulls", str(saved))
    same("the findings", (code, found.count("\n"), pushed[:12] in found, "without a pull request" in found), (1, 1, True, True))

    # A page that went missing, and a pull request that is gone.
    lines = saved.read_text().splitlines(keepends=True)
    saved.write_text("".join(line for line in lines if '"page":2' not in line))
    same("a missing page", history("--pulls", str(saved))[0], 2)
    same("a missing page is fetched", (fetch()[0], hub.asked), (0, [("pulls/12/reviews", 2)]))
    saved.unlink()
    del hub.answers["pulls/12/reviews"]
    code, log = fetch()
    same("a pull request that is gone", (code, "reviews of pull 12: answer 404" in log), (1, True))
    same("which is no silent pass", history("--pulls", str(saved))[0], 2)
    saved.write_text('{"repository":"acme/other","pull":1,"page":1,"last":true,"reviews":[]}\n')
    same("another repository", fetch()[0], 2)
    saved.write_text("[]\n")
    same("another file", fetch()[0], 2)
    same("a broken token", fetch(GITHUB_TOKEN='x"\n')[0], 2)
    listed.write_text("{}")
    same("another history", fetch()[0], 2)
    print("pulls: fetched, continued and judged")


main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
