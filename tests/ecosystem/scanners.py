"""Real scanners and the scan gate: covered while the exception lives, back the day after it ended.

Each tool runs on a small project of its own. What it reports is judged by a register that covers everything it
found on the last covered day and on the day after, and once by a register that covers nothing. A tool that reports what
it was told to overlook in the source is run on such a source too; the tool's own switch is the oracle.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

EXCEPTION = """\
title: Demo stays as it is until the workshop
control: SEC-01 Findings of scanners are mended
reason: The workshop on Thursday shows each of these mistakes in the running demo to new colleagues.
scope: {system: demo of the workshop, environment: staging}
risk: {tier: low, exposure: [], statement: The demo holds no data and is not reachable from outside.}
alternatives: [{option: Show pictures, rejected: Nobody can try it out.}]
removal: Delete the demo.
requester: Hanna Vogel
owner: Luis Prado
approver: Mei Tanaka
decided: 2026-11-15
status: active
starts: 2026-11-16
expires: 2026-11-30
covers:
"""

TERRAFORM = 'resource "aws_s3_bucket" "logs" {\n  bucket = "logs"\n  acl    = "public-read"SKIP\n}\n'
PYTHON = "import subprocess\n\n\ndef run(command):\n    return subprocess.call(command, shell=True)SKIP\n"
DOCKERFILE = "FROM debian:12\nSKIPRUN apt-get update && apt-get install curl\n"
JAVASCRIPT = "export function run(text) {\n  return eval(text);SKIP\n}\n"
# In two parts, so that nobody's scanner finds it here.
KEY = 'token = "ghp_' + 'R4nd0mT0k3nF0rT3st1ngPurp0s3sAb12Cd34"SKIP\n'
ESLINT = 'export default [{rules: {"no-eval": "error"}}];\n'
RULES = """\
rules:
  - id: no-shell
    languages: [python]
    severity: ERROR
    message: a shell is started
    pattern: subprocess.call(..., shell=True, ...)
"""


def run(*arguments, cwd, good=(0, 1), stdout=None):
    done = subprocess.run([str(it) for it in arguments], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode not in good:
        sys.exit(f"scanners: {arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    if stdout:
        (cwd / stdout).write_text(done.stdout)
    return done


def checkov(tools, at):
    run(tools / "checkov", "--directory", ".", "--output", "sarif", "--output-file-path", ".", "--skip-download",
        "--framework", "terraform", "--soft-fail", "--quiet", cwd=at)
    shutil.move(at / "results_sarif.sarif", at / "a.sarif")


def bandit(tools, at):
    run(tools / "bandit", "-q", "-r", "app", "-f", "sarif", "-o", "a.sarif", cwd=at)


def semgrep(tools, at):
    run(tools / "semgrep", "scan", "--config", "rules.yaml", "--metrics=off", "--disable-version-check", "--quiet",
        "--sarif", "--output", "a.sarif", "app", cwd=at)


def hadolint(tools, at):
    run(tools / "hadolint", "--format", "sarif", "Dockerfile", cwd=at, stdout="a.sarif")


def gitleaks(tools, at):
    run(tools / "gitleaks", "dir", "app", "--no-banner", "--report-format", "sarif", "--report-path", "a.sarif", cwd=at)


def trivy(tools, at):
    run(tools / "trivy", "config", "--quiet", "--skip-check-update", "--skip-version-check", "--disable-telemetry",
        "--format", "sarif", "--output", "a.sarif", ".", cwd=at)


def eslint(tools, at):
    modules = tools.parents[1] / "npm/node_modules"
    (at / "node_modules").symlink_to(modules)
    run(modules / ".bin/eslint", "--format", "@microsoft/eslint-formatter-sarif", "--output-file", "a.sarif", "app",
        cwd=at)


# The tool, its files, what makes it overlook the finding in the source, and whether it reports that.
PROJECTS = [
    ("checkov", checkov, {"main.tf": TERRAFORM}, " #checkov:skip=CKV_AWS_20:workshop", True),
    ("bandit", bandit, {"app/run.py": PYTHON}, "  # nosec", False),
    ("semgrep", semgrep, {"app/run.py": PYTHON, "rules.yaml": RULES}, "  # nosemgrep", True),
    ("hadolint", hadolint, {"Dockerfile": DOCKERFILE}, "# hadolint ignore=DL3008,DL3009,DL3015,DL3014\n", False),
    ("trivy", trivy, {"Dockerfile": DOCKERFILE}, "#trivy:ignore:DS-0029\n", False),
    ("eslint", eslint, {"app/run.js": JAVASCRIPT, "eslint.config.mjs": ESLINT}, " // eslint-disable-line no-eval", True),
    ("gitleaks", gitleaks, {"app/config.py": KEY}, "  # gitleaks:allow", False),
]


def project(files, skip):
    at = pathlib.Path(tempfile.mkdtemp())
    for path, text in files.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_text(text.replace("SKIP", skip))
    (at / "exceptions").mkdir()
    (at / "stopgap.yaml").write_text("enforce: {level: note}\n")
    return at


def enforce(binary, at, today, *more):
    done = run(binary, "enforce", "a.sarif", "--today", today, "--format", "json", *more, cwd=at)
    return done.returncode, json.loads(done.stdout)["findings"]


def results(at):
    log = json.loads((at / "a.sarif").read_text())
    return [result for one in log["runs"] for result in one["results"]]


def place(result):
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return uri.removeprefix("file://").removeprefix("/")


def covers(tool, at):
    """Returns a cover for each rule that reported something, as somebody would write it from the log."""
    lines = set()
    for result in results(at):
        name = pathlib.PurePosixPath(place(result)).name
        path = next(str(file.relative_to(at)) for file in sorted(at.rglob(name)) if "node_modules" not in file.parts)
        lines.add(f'  - {{tool: {tool}, id: "{result["ruleId"]}", paths: ["{path}"]}}\n')
    return "".join(sorted(lines))


def valid(tools, annotated, log):
    """Refuses an annotated log of which the multitool says more than of the scanner's own."""
    tool = tools.parents[1] / "npm/node_modules/.bin/sarif-multitool"
    said = []
    for path in [log, annotated]:
        out = path.with_suffix(".faults")
        run(tool, "validate", path, "--rule-kind", "Sarif", "--level", "Error", "-o", out, "--log", "ForceOverwrite",
            cwd=path.parent)
        one = json.loads(out.read_text(encoding="utf-8-sig"))["runs"][0]
        said.append(sorted(result["ruleId"] for result in one["results"]))
    if said[0] != said[1]:
        sys.exit(f"scanners: the annotated log has {said[1]}, the scanner's own {said[0]}")


def judge(binary, tool, scan, files, skip, is_reported, tools):
    at = project(files, "")
    scan(tools, at)
    found = results(at)
    if not found:
        sys.exit(f"scanners: {tool} found nothing")
    code, findings = enforce(binary, at, "2026-11-23")
    rules = [finding["rule"] for finding in findings]
    if code != 1 or rules != ["unregistered-finding"] * len(found):
        sys.exit(f"scanners: {tool}: {len(found)} results without an exception gave {findings}")
    if any(finding["path"] == "a.sarif" for finding in findings):
        sys.exit(f"scanners: {tool}: a result has no place: {findings}")
    (at / "exceptions/demo.yaml").write_text(EXCEPTION + covers(tool, at))
    for today, expected in [("2026-11-23", 0), ("2026-11-30", 0), ("2026-12-01", 1)]:
        code, findings = enforce(binary, at, today, "--annotate", "annotated.sarif")
        if code != expected:
            sys.exit(f"scanners: {tool} on {today}: {findings}")
        log = json.loads((at / "annotated.sarif").read_text())
        valid(tools, at / "annotated.sarif", at / "a.sarif")
        granted = [result for one in log["runs"] for result in one["results"] if result.get("suppressions")]
        if len(granted) != (len(found) if expected == 0 else 0):
            sys.exit(f"scanners: {tool} on {today}: {len(granted)} of {len(found)} results are suppressed")
    code, findings = enforce(binary, at, "2026-12-01", "--baseline", "a.sarif")
    if code != 0:
        sys.exit(f"scanners: {tool}: what was there before is not let be: {findings}")

    silent = project(files, skip)
    scan(tools, silent)
    obeyed = [result for result in results(silent) if result.get("suppressions")]
    if bool(obeyed) != is_reported:
        sys.exit(f"scanners: {tool} reports {len(obeyed)} suppressions")
    code, findings = enforce(binary, silent, "2026-11-23")
    told = [finding for finding in findings if finding["rule"] == "unregistered-suppression"]
    if len(told) != len(obeyed):
        sys.exit(f"scanners: {tool}: {len(obeyed)} suppressions gave {findings}")
    shutil.rmtree(at)
    shutil.rmtree(silent)
    return len(found), len(obeyed)


def main(binary, work):
    tools = work / "scanners/bin"
    said = []
    for tool, scan, files, skip, is_reported in PROJECTS:
        found, obeyed = judge(binary, tool, scan, files, skip, is_reported, tools)
        said.append(f"{tool} {found}" + (f" and {obeyed} told to overlook" if obeyed else ""))
    print(f"scanners: covered until the last day, back the day after: {', '.join(said)}")


main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]))
