"""The hooks of .pre-commit-hooks.yaml, installed and run by prek with the configuration of docs/ci.md."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import cargo

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACME = ROOT / "fixtures/registers/acme"
ENTRY = "exceptions/2026-q4/syslog-relay-backlog.yaml"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name != "CI"}, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Maria", "GIT_AUTHOR_EMAIL": "maria@example.com",
    "GIT_COMMITTER_NAME": "Maria", "GIT_COMMITTER_EMAIL": "maria@example.com",
}


def git(folder, *arguments):
    done = subprocess.run(
        ["git", "-C", folder, *arguments], env=ENVIRONMENT, check=True, capture_output=True, text=True,
    )
    return done.stdout.strip()


def commit_all(folder):
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "all")
    return git(folder, "rev-parse", "HEAD")


def repository_of_hooks(folder):
    """This repository as it is here, in one commit."""
    for name in git(ROOT, "ls-files", "-z", "--", ".", ":!fixtures", ":!tests").rstrip("\0").split("\0"):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return commit_all(folder)


def configuration(hooks, rev, hook, day):
    page = (ROOT / "docs/ci.md").read_text()
    text = next(block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "hooks:" in block)
    for old, new in [
        ("https://github.com/<OWNER>/stopgap", str(hooks)), ("<COMMIT>", rev),
        ("      - id: stopgap\n", f"      - id: {hook}\n        args: [--today, {day}]\n"),
    ]:
        assert old in text, old
        text = text.replace(old, new)
    return text


class Register:
    def __init__(self, work, prek, rev, path):
        self.folder, self.hooks, self.prek, self.rev = work / "register", work / "stopgap", prek, rev
        shutil.copytree(ACME, self.folder)
        self.environment = {
            **ENVIRONMENT, "PREK_HOME": str(work / "prek"), "NO_COLOR": "1", "PATH": path,
        }
        commit_all(self.folder)
        (self.folder / "README.md").write_text("text\n")
        commit_all(self.folder)

    def run(self, hook, day="2026-11-23"):
        """Runs a hook over what is staged; returns its exit code and what it printed."""
        (self.folder / ".pre-commit-config.yaml").write_text(configuration(self.hooks, self.rev, hook, day))
        git(self.folder, "add", "--all")
        done = subprocess.run(
            [self.prek, "run"], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def expect(self, what, ran, code, says):
        if ran[0] != code or says not in ran[1]:
            sys.exit(f"hooks: {what}: exit code {ran[0]}, not {code}, or no {json.dumps(says)} in\n{ran[1]}")


def main(work):
    prek = work / "venv/bin/prek"
    work = work / "hooks"
    (work / "stopgap").mkdir(parents=True)
    rev = repository_of_hooks(work / "stopgap")
    register = Register(work, prek, rev, cargo.reusing(work / "path"))
    # The wheel that lint.py built, where a released one would come from PyPI.
    wheels = work.parent / "wheels"
    if not list(wheels.glob("stopgap-*.whl")):
        sys.exit("hooks: lint.py has built no wheel")
    register.environment |= {"UV_FIND_LINKS": str(wheels), "PIP_FIND_LINKS": str(wheels)}
    entry = register.folder / ENTRY
    good = entry.read_text()

    (register.folder / "README.md").write_text("another text\n")
    register.expect("a file outside the register", register.run("stopgap-wheel"), 0, "Passed")
    entry.write_text(good + "# a comment changes nothing\n")
    register.expect("a good change", register.run("stopgap-wheel"), 0, "Passed")
    entry.write_text(re.sub("^expires: .*$", "expires: 2026-12-01", good, flags=re.MULTILINE))
    register.expect("a moved expiry", register.run("stopgap-wheel"), 1, "expiry-moved")

    # A container in which somebody works may say that it is a job.
    register.environment["CI"] = "true"
    register.expect("a moved expiry where CI is set", register.run("stopgap-wheel"), 1, "expiry-moved")
    del register.environment["CI"]

    entry.unlink()
    register.expect("a deleted record", register.run("stopgap-wheel"), 1, "record-removed")

    entry.write_text(good + "# a comment changes nothing\n")
    register.expect("a good register", register.run("stopgap-register-wheel"), 0, "Passed")
    later = register.run("stopgap-register-wheel", "2026-12-24")
    register.expect("an expired exception of somebody else", later, 1, "expired on")
    register.expect("the same, for a change", register.run("stopgap-wheel", "2026-12-24"), 0, "Passed")

    entry.write_text(re.sub("^expires: .*$", "expires: 2026-12-01", good, flags=re.MULTILINE))
    register.expect("a moved expiry, built from source", register.run("stopgap"), 1, "expiry-moved")
    entry.write_text(good + "# a comment changes nothing\n")
    register.expect("a good register, built from source", register.run("stopgap-register"), 0, "Passed")
    print("hooks: prek took the wheel and built stopgap, and ran all hooks on good and bad registers")


main(pathlib.Path(sys.argv[1]).resolve())
