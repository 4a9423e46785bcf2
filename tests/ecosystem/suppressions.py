"""Holds `stopgap suppressions` against what the tools themselves obey: each runs once as it is and once with its own
switch that ignores suppressions, and the lines that differ are those that must be listed, no more and no fewer.

    suppressions.py STOPGAP WORK

The tools are looked for beside the Python that runs this, and ESLint in WORK/npm.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

STOPGAP, WORK = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
TOOLS = Path(sys.executable).parent

PYTHON = [
    "eval(x)",
    "eval(x)  # nosec",
    "eval(x)  #nosec",
    "eval(x)  # nosec B307",
    "eval(x)  # nosec: B307",
    "eval(x)  # nosec B101",
    "eval(x)  # nosec B999",
    "eval(x)  # nosec eval",
    "eval(x)  # nosec B307 # stopgap: a",
    "eval(x)  # nosec stopgap: a",
    "eval(x)  # NOSEC",
    "eval(x)  # because # nosec",
    "eval('# nosec')",
    "eval(x)  # nosecurity",
]
SEMGREP = [
    "eval(x)",
    "eval(x)  # nosemgrep",
    "eval(x)  # nosem",
    "eval(x)  # NoSemGrep",
    "eval(x)  #nosemgrep",
    "eval(x)  # nosemgrep: no-eval",
    "eval(x)  # nosemgrep: no-eval  stopgap: a",
    "eval(x)  # nosemgrep: no-eval -- stopgap: a",
    "eval(' nosemgrep')",
    "eval(x)  # see nosemgrep",
]
DOCKER = [
    ("# hadolint ignore=DL3020", True),
    ("# hadolint ignore=DL3020 # stopgap: a", True),
    ("# hadolint ignore=DL3020 stopgap: a", False),
    ("#hadolint ignore=DL3020", True),
    ("# hadolint ignore = DL3020 , DL3021", True),
    ("# Hadolint ignore=DL3020", False),
    ("# see hadolint ignore=DL3020", False),
    ("#", False),
]
SECRETS = [
    'a = "{secret}"',
    'b = "{secret}"  # gitleaks:allow',
    'c = "{secret}"  # gitleaks:allow stopgap: a',
    'd = "{secret}"  # Gitleaks:allow',
    'e = "{secret}gitleaks:allow"',
    'f = "{secret}"  # gitleaks: allow',
]
ESLINT = [
    "eval(a)",
    "eval(a) // eslint-disable-line no-eval",
    "eval(a) // eslint-disable-line no-eval -- stopgap: a",
    "eval(a) // eslint-disable-line no-eval stopgap: a",
    "eval(a) // eslint-disable-line",
    "eval(a) /* eslint-disable-line no-eval */",
    "eval(a) // see eslint-disable-line no-eval",
    "eval(a) // eslint-disable no-eval",
    'eval("// eslint-disable-line no-eval")',
    "eval(a) // eslint-disable-line no-new-func",
    "eval(`// ${a} eslint-disable-line no-eval`)",
    "eval(a) //eslint-disable-line no-eval",
    "eval(a) // ESLINT-disable-line no-eval",
]


def run(*command, cwd):
    environment = {**os.environ, "SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, env=environment)
    return done.stdout


def listed(folder, tool, rule=None):
    """The lines that stopgap says are suppressed, of suppressions that can mean the rule."""
    found = json.loads(run(STOPGAP, "suppressions", "--tool", tool, "--format", "json", cwd=folder))
    lines = set()
    for one in found["suppressions"]:
        if one["id"] is None or rule is None or one["id"].split(".")[-1] == rule:
            lines.add(one["line"] + (1 if one["reach"] == "next" else 0))
    return lines


def project(name):
    folder = WORK / "suppressions" / name
    (folder / "exceptions").mkdir(parents=True)
    return folder


def bandit(folder):
    (folder / "a.py").write_text("\n".join(PYTHON) + "\n")

    def lines(*more):
        out = json.loads(run(TOOLS / "bandit", "-q", "-f", "json", *more, "a.py", cwd=folder))
        return {it["line_number"] for it in out["results"]}

    return lines("--ignore-nosec") - lines(), listed(folder, "bandit", "B307")


def semgrep(folder):
    (folder / "a.py").write_text("\n".join(SEMGREP) + "\n")
    (folder / "rules.json").write_text(json.dumps({"rules": [
        {"id": "no-eval", "languages": ["python"], "severity": "ERROR", "message": "no", "pattern": "eval(...)"}]}))

    def lines(*more):
        command = ["semgrep", "scan", "--json", "--quiet", "--metrics=off", "--disable-version-check"]
        out = json.loads(run(TOOLS / command[0], *command[1:], "--config", "rules.json", *more, "a.py", cwd=folder))
        return {it["start"]["line"] for it in out["results"]}

    return lines("--disable-nosem") - lines(), listed(folder, "semgrep", "no-eval")


def hadolint(folder):
    text = "FROM debian:12\n" + "".join(f"{comment}\nADD a{at} /a{at}\n" for at, (comment, _) in enumerate(DOCKER))
    (folder / "Dockerfile").write_text(text)

    def lines(*more):
        out = json.loads(run(TOOLS / "hadolint", "-f", "json", *more, "Dockerfile", cwd=folder))
        return {it["line"] for it in out if it["code"] == "DL3020"}

    return lines("--disable-ignore-pragma") - lines(), listed(folder, "hadolint", "DL3020")


def gitleaks(folder):
    secret = "ghp_" + "".join("aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC2"[at] for at in range(36))
    (folder / "a.py").write_text("\n".join(line.format(secret=secret) for line in SECRETS) + "\n")

    def lines(*more):
        report = folder / "report.json"
        run(TOOLS / "gitleaks", "dir", ".", "--no-banner", "-f", "json", "-r", report, *more, cwd=folder)
        out = json.loads(report.read_text())
        report.unlink()
        return {it["StartLine"] for it in out if it["File"].endswith("a.py")}

    return lines("--ignore-gitleaks-allow") - lines(), listed(folder, "gitleaks")


def eslint(folder):
    (folder / "a.js").write_text("\n".join(ESLINT) + "\n")
    (folder / "eslint.config.mjs").write_text(
        "export default [{linterOptions: {reportUnusedDisableDirectives: 'off'}, rules: {'no-eval': 2}}];\n")

    def lines(*more):
        out = json.loads(run(WORK / "npm/node_modules/.bin/eslint", "-f", "json", *more, "a.js", cwd=folder))
        return {it["line"] for it in out[0]["messages"] if it["ruleId"] == "no-eval"}

    return lines("--no-inline-config") - lines(), listed(folder, "eslint", "no-eval")


failed = False
for check in [bandit, semgrep, hadolint, gitleaks, eslint]:
    obeyed, ours = check(project(check.__name__))
    if obeyed == ours and obeyed:
        print(f"ok    {check.__name__} obeys {len(obeyed)} suppressions, and these are listed")
    else:
        failed = True
        print(f"FAIL  {check.__name__} obeys lines {sorted(obeyed)}, listed are {sorted(ours)}")
sys.exit(failed)
