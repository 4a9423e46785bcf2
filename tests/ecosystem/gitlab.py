"""Our Code Quality reports, checked by a schema of the documented fields; their fingerprints are unique."""

import json
import pathlib
import subprocess
import sys

import outputs

SCHEMA = pathlib.Path(__file__).with_name("gitlab.schema.json")


def main(binary, work):
    count = 0
    for register in outputs.registers(work):
        report = outputs.check(binary, register, "gitlab")
        if report.startswith(b"\xef\xbb\xbf"):
            sys.exit("gitlab: a byte order mark, which GitLab refuses")
        file = work / f"{register.name}.codequality.json"
        file.write_bytes(report)
        subprocess.run([work / "venv/bin/check-jsonschema", "--quiet", "--schemafile", SCHEMA, file], check=True)
        issues = json.loads(report)
        fingerprints = {issue["fingerprint"] for issue in issues}
        findings = outputs.findings(binary, register)
        if not len(fingerprints) == len(issues) == len(findings):
            sys.exit(f"gitlab: {len(fingerprints)} fingerprints of {len(findings)} findings in {register.name}")
        count += len(issues)
    print(f"gitlab: {count} issues fit the documented fields, and no fingerprint comes twice")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
