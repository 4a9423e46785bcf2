"""The GitLab component, included as docs/ci.md says and run by gitlab-ci-local in a shell."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACME = ROOT / "fixtures/registers/acme"
ENTRY = "exceptions/2026-q4/syslog-relay-backlog.yaml"
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Maria", "GIT_AUTHOR_EMAIL": "maria@example.com",
    "GIT_COMMITTER_NAME": "Maria", "GIT_COMMITTER_EMAIL": "maria@example.com",
}


class Project:
    """A project with a register and the component, on a GitLab server that nobody asks."""

    def __init__(self, binary, work):
        self.work = work / "gitlab"
        self.tool = work / "npm/node_modules/.bin/gitlab-ci-local"
        (self.work / "path").mkdir(parents=True)
        (self.work / "home").mkdir()
        shutil.copy(binary, self.work / "path/stopgap")
        self.folder = self.work / "project"
        shutil.copytree(ACME, self.folder)
        shutil.copytree(ROOT / "templates", self.folder / "templates")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", "https://gitlab.example.com/acme/register.git")

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
            ("GROUP/stopgap/stopgap@0.1.0", f"acme/register/stopgap@{self.git('rev-parse', 'HEAD')}"),
            ("image: REGISTRY/stopgap:0.1.0\n", f'image: none\n      today: "{day}"\n'),
        ]:
            assert old in text, old
            text = text.replace(old, new)
        (self.folder / ".gitlab-ci.yml").write_text(text)
        for name in ["gl-code-quality-report.json", "stopgap-junit.xml"]:
            (self.folder / name).unlink(missing_ok=True)
        given = [part for name, value in variables.items() for part in ["--variable", f"{name}={value}"]]
        done = subprocess.run(
            [self.tool, "--force-shell-executor", "--no-color", *given], cwd=self.folder, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
            env={**GIT, "PATH": f"{self.work / 'path'}:{os.environ['PATH']}", "HOME": str(self.work / "home")},
        )
        return done.returncode, done.stdout + done.stderr

    def expect(self, what, ran, code, says):
        if ran[0] != code or says not in ran[1]:
            sys.exit(f"gitlab: {what}: exit code {ran[0]}, not {code}, or no {json.dumps(says)} in\n{ran[1]}")

    def quality(self):
        """The rules in the code quality report that the job leaves behind."""
        found = list(self.folder.rglob("gl-code-quality-report.json"))
        if not found:
            sys.exit("gitlab: no code quality report")
        return {issue["check_name"] for issue in json.loads(found[0].read_text())}


def main(binary, work):
    project = Project(binary, work)
    entry = project.folder / ENTRY
    good = entry.read_text()
    base = project.commit()
    project.expect("a schedule, good", project.run(CI_PIPELINE_SOURCE="schedule"), 0, "2 notes")
    late = project.run("2026-12-24", CI_PIPELINE_SOURCE="schedule")
    project.expect("a schedule, expired", late, 1, "expired on")
    if "expired" not in project.quality():
        sys.exit("gitlab: the code quality report misses what has expired")
    request = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    entry.write_text(good + "# a comment changes nothing\n")
    project.commit()
    project.expect("a merge request, good", project.run("2026-12-24", **request), 0, "left to the scheduled check")
    entry.write_text(re.sub("^expires: .*$", "expires: 2026-12-01", good, flags=re.MULTILINE))
    head = project.commit()
    project.expect("a merge request, bad", project.run(**request), 1, "expiry-moved")
    pushed = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": base, "CI_COMMIT_BRANCH": "main"}
    project.expect(f"a push of {head}", project.run(**pushed, CI_DEFAULT_BRANCH="main"), 1, "expiry-moved")
    print("gitlab: merge requests, a push and schedules of good and bad registers end as they should")


main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
