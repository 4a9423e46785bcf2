"""Our SARIF, checked by the OASIS schema and by Microsoft's validator with GitHub's own rules."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def accepted():
    """SARIF2005 requires a page about the tool; there is none while Cargo.toml names no repository."""
    manifest = (ROOT / "Cargo.toml").read_text()
    named = any(line.startswith("repository") for line in manifest.splitlines())
    return set() if named else {"SARIF2005"}


def faults(multitool, log, out):
    # The npm wrapper hands its arguments to a shell, so the semicolons need their own quotes.
    rules = ["--rule-kind", '"Sarif;Ghas"', "--level", '"Error;Warning"']
    subprocess.run(
        [multitool, "validate", log, *rules, "-o", out, "--log", "ForceOverwrite"],
        check=True, capture_output=True, text=True,
    )
    run = json.loads(out.read_text(encoding="utf-8-sig"))["runs"][0]
    if not run["invocations"][0]["executionSuccessful"]:
        sys.exit(f"sarif: the validator did not finish on {log.name}")
    return [result for result in run["results"] if result["ruleId"] not in accepted()]


def main(binary, work):
    modules = work / "npm/node_modules"
    schema = next(modules.glob("@microsoft/sarif-multitool-*/sarif-2.1.0.json"))
    registers = [ROOT / "fixtures/registers/acme", ROOT / "fixtures/registers/drift", work / "hostile"]
    results = 0
    for register in registers:
        log = work / f"{register.name}.sarif"
        command = [binary, "check", "--root", register, "--today", "2026-11-23", "--format", "sarif"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if done.returncode > 1:
            sys.exit(f"sarif: no output for {register.name}")
        log.write_bytes(done.stdout)
        results += len(json.loads(done.stdout)["runs"][0]["results"])
        subprocess.run([work / "venv/bin/check-jsonschema", "--quiet", "--schemafile", schema, log], check=True)
        found = faults(modules / ".bin/sarif-multitool", log, work / f"{register.name}.out.sarif")
        if found:
            shown = [(fault["ruleId"], fault["message"], fault["locations"][0]) for fault in found[:5]]
            sys.exit(f"sarif: {len(found)} faults in {register.name}: {json.dumps(shown, indent=1)}")
    print(f"sarif: {results} results of {len(registers)} registers, no error or warning")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
