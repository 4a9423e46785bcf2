"""check-jsonschema's opinion of our schemas and of what they accept and refuse."""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures/schema"
FILES = {"exception", "policy", "people", "controls", "baseline", "suppressions"}
ACME = ROOT / "fixtures/registers/acme"

# stopgap reads every scalar as text and an empty value as a missing one, and knows the calendar, the names of tools and
# what a glob matches.
# A schema alone cannot say that.
KNOWN = {
    "valid/empty-optional-values.yaml",
    "valid/plain-numbers-are-text.yaml",
    "invalid/covers-paths-lead-outside.yaml",
    "invalid/covers-paths-match-everything-by-a-choice.yaml",
    "invalid/covers-tool-in-another-spelling.yaml",
    "invalid/covers-tool-misspelt.yaml",
    "invalid/starts-29-february.yaml",
    "invalid/starts-31-november.yaml",
    "invalid/starts-at-25-hours.yaml",
}


def run(tool, *arguments):
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, check=False)


def refused(tool, schema, files):
    """Returns those of the files that do not fit the schema."""
    done = run(tool, "--output-format", "json", "--schemafile", schema, *files)
    report = json.loads(done.stdout)
    faults = report.get("errors", []) + report.get("parse_errors", [])
    return {pathlib.Path(fault["filename"]).resolve() for fault in faults}


def printed(binary, work):
    """Writes every schema that stopgap prints into a folder."""
    shown = subprocess.run([binary, "schema", "--help"], capture_output=True, text=True, check=True).stdout
    names = re.search(r"\[possible values: ([^\]]+)\]", shown)[1].replace("\n", " ").split(",")
    folder = work / "schemas"
    folder.mkdir()
    for name in map(str.strip, names):
        text = subprocess.run([binary, "schema", name], capture_output=True, check=True).stdout
        (folder / f"{name}.schema.json").write_bytes(text)
    return sorted(folder.iterdir())


def main(binary, work):
    tool = work / "venv/bin/check-jsonschema"
    schemas = printed(binary, work)
    meta = run(tool, "--check-metaschema", *schemas)
    if meta.returncode != 0 or len(schemas) != 21:
        sys.exit(f"schemas: not valid themselves:\n{meta.stdout}{meta.stderr}")

    count, differing = 0, set()
    for schema in schemas:
        kind = schema.name.removesuffix(".schema.json")
        # What a command prints is held against its schema by `tests/it/schemas.rs`.
        if kind not in FILES:
            continue
        prefix = "" if kind == "exception" else f"{kind}-"
        for verdict in ["valid", "invalid"]:
            files = sorted((FIXTURES / f"{prefix}{verdict}").glob("*.yaml"))
            if not files:
                sys.exit(f"schemas: no fixture in {prefix}{verdict}")
            no = refused(tool, schema, files)
            wrong = [file for file in files if (file in no) == (verdict == "valid")]
            differing |= {f"{prefix}{verdict}/{file.name}" for file in wrong}
            count += len(files)
        side = ACME / {"policy": "stopgap.yaml"}.get(kind, f"{kind}.yaml")
        acme = sorted(ACME.glob("exceptions/**/*.y*ml")) if kind == "exception" else [side]
        # A register without a gap has no baseline, and a clean repository none of suppressions.
        acme = [] if kind in ("baseline", "suppressions") else acme
        differing |= {str(file.relative_to(ROOT)) for file in (refused(tool, schema, acme) if acme else [])}
        count += len(acme)

    if differing != KNOWN:
        sys.exit(f"schemas: new disagreements {sorted(differing - KNOWN)}, gone {sorted(KNOWN - differing)}")
    print(f"schemas: {len(schemas)} valid, {count} files judged alike but for {len(KNOWN)} known ones")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
