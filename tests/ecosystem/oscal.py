"""compliance-trestle reads the documents of OSCAL, from the shipped registers and from hostile texts."""

import json
import pathlib
import subprocess
import sys

from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.poam import PlanOfActionAndMilestones

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = {"oscal-poam": PlanOfActionAndMilestones, "oscal-ar": AssessmentResults}


def export(binary, register, style):
    command = [binary, "export", "--format", style, "--today", "2026-11-23", "--root", register]
    return subprocess.run(command, capture_output=True, check=True).stdout


def uuids(value):
    """Returns the UUIDs that a document defines, and those that it refers to."""
    defined, named = [], []
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "uuid":
                defined.append(inner)
            elif key.endswith("-uuid"):
                named.append(inner)
            else:
                more = uuids(inner)
                defined += more[0]
                named += more[1]
    elif isinstance(value, list):
        for inner in value:
            more = uuids(inner)
            defined += more[0]
            named += more[1]
    return defined, named


def main(binary, work):
    empty = work / "oscal-empty"
    (empty / "exceptions").mkdir(parents=True)
    registers = [ROOT / "fixtures/registers/acme", ROOT / "fixtures/registers/drift", work / "hostile", empty]
    count = 0
    for register in registers:
        for style, model in MODELS.items():
            document = export(binary, register, style)
            if document != export(binary, register, style):
                sys.exit(f"oscal: {style} of {register} differs from one run to the next")
            path = work / f"{style}.json"
            path.write_bytes(document)
            read = model.oscal_read(path)
            if read is None:
                sys.exit(f"oscal: trestle does not read {style} of {register}")
            plain = json.loads(document)
            # What trestle writes again is what it has read.
            if json.loads(read.oscal_serialize_json()).keys() != plain.keys():
                sys.exit(f"oscal: {style} of {register} is not what trestle makes of it")
            defined, named = uuids(plain)
            if len(defined) != len(set(defined)) or not set(named) <= set(defined):
                sys.exit(f"oscal: {style} of {register} has a UUID twice or names one that is not there")
            count += 1
    print(f"oscal: compliance-trestle reads {count} documents")


main(sys.argv[1], pathlib.Path(sys.argv[2]))
