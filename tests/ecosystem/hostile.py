"""Writes a register whose texts and file names try to act on whoever prints them."""

import json
import pathlib
import sys

TEXTS = [
    "\x1b[2J\x1b]0;owned\x07",
    "::error::x",
    "##[set-output name=exit-code;]0",
    ">>>   ##[group]",
    "two\nlines\r\n::error::x",
    "100%, a:b %0A%25%3A%2C, c;d]",
    "\u202edetrever\u2066 \u200bzero\u200d \U000e0041",
    "[link](1) [other](javascript:alert(1)) {0} {1}",
    "<script>alert(1)</script> `code` | table | @everyone",
    "Größe 😀 naïve 漢字",
]

EXCEPTION = """\
title: {text}
control: {text}
reason: {text}
scope: {{system: {text}, environment: production}}
risk: {{tier: {text}, statement: A forged printer could print wrong labels.}}
alternatives: [{{option: Print in hall 2, rejected: The belt there is full.}}]
removal: Install the new certificate.
requester: {text}
owner: {text}
approver: {text}
decided: 2026-11-15
status: active
starts: 2026-11-16
expires: {text}
references: [{text}]
{text}: unknown
"""


def main(root):
    folder = root / "exceptions" / "a b"
    folder.mkdir(parents=True)
    (root / "people.yaml").write_text("people: [{name: Dana Ortiz}]\n")
    (root / "controls.yaml").write_text("controls: [{id: ACC-07, name: Vendors hold no access}]\n")
    for number, text in enumerate(TEXTS):
        written = EXCEPTION.format(text=json.dumps(text))
        name = text.replace("/", "-")
        (root / "exceptions" / f"entry-{number}.yaml").write_text(written)
        (folder / f"{name}.yaml").write_text(written)


main(pathlib.Path(sys.argv[1]))
