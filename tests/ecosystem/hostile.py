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
    "=cmd|' /C calc'!A0; @SUM(1);-1",
    "@octocat a@evil.example GH-1 #1 o/r#2 https://evil.example www.evil.example 0123456789abcdef",
    "`one` | ``two`` \\| $x$ :tada: <!-- --> ]]> \ufffe",
    "a\\b;c,d END:VEVENT",
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
expires: {expires}
references: [{text}]
{text}: unknown
"""


def main(root):
    folder = root / "exceptions" / "a b"
    folder.mkdir(parents=True)
    (root / "people.yaml").write_text("people: [{name: Dana Ortiz}]\n")
    (root / "controls.yaml").write_text("controls: [{id: ACC-07, name: Vendors hold no access}]\n")
    for number, text in enumerate(TEXTS):
        value = json.dumps(text)
        written = EXCEPTION.format(text=value, expires=value)
        name = text.replace("/", "-")
        (root / "exceptions" / f"entry-{number}.yaml").write_text(written)
        (folder / f"{name}.yaml").write_text(written)
        # Only what has an end is in a calendar.
        dated = EXCEPTION.format(text=value, expires="2026-12-16")
        (root / "exceptions" / f"dated-{number}.yaml").write_text(dated)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
