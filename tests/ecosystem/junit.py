"""Our JUnit reports, checked by Jenkins' xUnit schema and a reader of such reports.

The schema is the copy that the source archive of pytest 8.4.2 ships, whose own reports it is tested with."""

import pathlib
import subprocess
import sys
import tarfile

import junitparser
import xmlschema

import outputs


def schema(work):
    """Returns junit-10.xsd of the xUnit plugin for Jenkins."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-binary", "pytest", "-d", work, "pytest==8.4.2"], check=True)
    with tarfile.open(work / "pytest-8.4.2.tar.gz") as archive:
        text = archive.extractfile("pytest-8.4.2/testing/example_scripts/junit-10.xsd").read()
    return xmlschema.XMLSchema(text.decode())


def main(binary, work):
    xsd = schema(work)
    tests = 0
    for register in outputs.registers(work):
        report = outputs.check(binary, register, "junit").decode()
        xsd.validate(report)
        expected = outputs.findings(binary, register)
        suites = junitparser.JUnitXml.fromstring(report.encode())
        suites.update_statistics()
        cases = [case for suite in suites for case in suite]
        failures = sum(finding["level"] == "error" for finding in expected)
        if (suites.tests, suites.failures, suites.errors) != (len(expected), failures, 0):
            sys.exit(f"junit: {suites.tests} tests and {suites.failures} failures in {register.name}")
        for finding, case in zip(expected, cases, strict=True):
            result = case.result[0]
            seen = (case.classname, case.name.split(" ")[0], result.type, outputs.shown(result.message))
            known = (finding["exception"], finding["rule"], finding["level"], finding["message"])
            if (outputs.shown(seen[0]), *seen[1:]) != known:
                sys.exit(f"junit: {seen} is not {known}")
        tests += len(cases)
    print(f"junit: {tests} tests fit the schema of Jenkins and say what the findings say")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
