"""Our SARIF, checked by the OASIS schema and by Microsoft's validator with GitHub's own rules, notes included."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What the validator would like, and we do not: ids that are a few letters and a number, when ours are names that people
# know from the policy; messages that are an id with arguments, when the texts of an exception may hold the braces that
# would then be read as places for arguments.
REFUSED = {"SARIF2009", "SARIF2002"}
# Whether the schema's address answers.
ONLINE = {"SARIF2006"}
SNIPPETS = {"SARIF2010", "SARIF2011"}
# A page about the tool, and a page for each rule.
ADDRESSES = {("SARIF2005", "Warning_ProvideToolnformationUri"), ("SARIF2012", "Note_ProvideHelpUri")}


def named(key):
    """Whether Cargo.toml has an address."""
    return any(line.startswith(key) for line in (ROOT / "Cargo.toml").read_text().splitlines())


def is_accepted(result):
    rule, message = result["ruleId"], result["message"].get("id")
    return rule in REFUSED | ONLINE or (not named("homepage") and (rule, message) in ADDRESSES)


def faults(multitool, log, out):
    # The npm wrapper hands its arguments to a shell, so the semicolons need their own quotes.
    rules = ["--rule-kind", '"Sarif;Ghas;Gh"', "--level", '"Error;Warning;Note"']
    subprocess.run(
        [multitool, "validate", log, *rules, "-o", out, "--log", "ForceOverwrite"],
        check=True, capture_output=True, text=True,
    )
    run = json.loads(out.read_text(encoding="utf-8-sig"))["runs"][0]
    if not run["invocations"][0]["executionSuccessful"]:
        sys.exit(f"sarif: the validator did not finish on {log.name}")
    return [result for result in run["results"] if not is_accepted(result)]


def committed(work):
    """The shipped registers and the hostile one, each in a repository of its own that a job has checked out."""
    sources = [ROOT / "fixtures/registers/acme", ROOT / "fixtures/registers/drift", work / "hostile"]
    for source in sources:
        folder = work / "sarif" / source.name
        shutil.copytree(source, folder)
        git = ["git", "-C", folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        for command in [["init", "--quiet"], ["add", "--all", "--force"], ["commit", "--quiet", "-m", "Begin"]]:
            subprocess.run([*git, *command], check=True)
        yield folder


def main(binary, work):
    modules = work / "npm/node_modules"
    schema = next(modules.glob("@microsoft/sarif-multitool-*/sarif-2.1.0.json"))
    job = {
        "PATH": os.environ["PATH"], "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/register",
    }
    results, logs = 0, 0

    def hold(log):
        nonlocal results, logs
        content = json.loads(log.read_bytes())
        results += len(content["runs"][0]["results"])
        logs += 1
        subprocess.run([work / "venv/bin/check-jsonschema", "--quiet", "--schemafile", schema, log], check=True)
        found = faults(modules / ".bin/sarif-multitool", log, log.with_suffix(".out.sarif"))
        # What hides in a file is not repeated as a snippet.
        found = [fault for fault in found if "hostile" not in log.name or fault["ruleId"] not in SNIPPETS]
        if found:
            shown = [(fault["ruleId"], fault["message"], fault["locations"][0]) for fault in found[:5]]
            sys.exit(f"sarif: {len(found)} faults in {log.name}: {json.dumps(shown, indent=1)}")
        return content["runs"][0]

    categories = set()
    for register in committed(work):
        log = work / f"{register.name}.sarif"
        command = [binary, "check", "--root", register, "--today", "2026-11-23", "--format", "sarif"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False, env=job)
        if done.returncode > 1:
            sys.exit(f"sarif: no output for {register.name}")
        log.write_bytes(done.stdout)
        categories.add(hold(log)["automationDetails"]["id"])

        # What `enforce` prints, and the scanner's log with what the register grants it. As a scanner's log we take our
        # own of the register, because that is known to be in order.
        judged, annotated = work / f"{register.name}.enforce.sarif", work / f"{register.name}.annotated.sarif"
        command = [binary, "enforce", log, "--annotate", annotated, "--root", register, "--today", "2026-11-23"]
        done = subprocess.run([*command, "--format", "sarif"], stdout=subprocess.PIPE, check=False, env=job)
        if done.returncode > 1:
            sys.exit(f"sarif: enforce printed nothing for {register.name}")
        judged.write_bytes(done.stdout)
        categories.add(hold(judged)["automationDetails"]["id"])
        hold(annotated)
    if categories != {"stopgap/", "stopgap-enforce/"}:
        sys.exit(f"sarif: the categories are {categories}")
    print(f"sarif: {results} results in {logs} logs, no error, warning or note")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
