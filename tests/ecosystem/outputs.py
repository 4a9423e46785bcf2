"""Our reports and exports of the registers that the other scripts look at."""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def registers(work):
    return [ROOT / "fixtures/registers/acme", ROOT / "fixtures/registers/drift", work / "hostile"]


def printed(binary, command, register, form):
    arguments = [binary, command, "--root", register, "--today", "2026-11-23", "--format", form]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if done.returncode > 1:
        sys.exit(f"{form}: no output for {register.name}")
    return done.stdout


def check(binary, register, form):
    return printed(binary, "check", register, form)


def findings(binary, register):
    return json.loads(check(binary, register, "json"))["findings"]


def export(binary, register, form):
    return printed(binary, "export", register, form)


def lines(binary, register):
    return [json.loads(line) for line in export(binary, register, "jsonl").splitlines()]


def shown(text):
    """Undoes what makes a text visible and harmless in a log: `\\u{1b}`, `##\\[` and `\\::`."""
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"#\\(#[^\[]*\[)|^\\(::)", lambda found: ("#" + found[1]) if found[1] else found[2], text)


def folded(text):
    """A text as an export puts it on one line."""
    parts = re.split("[\t-\r\x85\u2028\u2029]", text.strip())
    return " ".join(part.strip() for part in parts if part.strip())
