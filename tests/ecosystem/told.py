"""Reminders about hostile texts, rendered by GitHub's own fork of cmark: all that is seen is the text itself."""

import html.parser
import json
import pathlib
import re
import subprocess
import sys

import cmarkgfm
from cmarkgfm.cmark import Options

TEXTS = [
    "Payroll vendor reads the HR export (until Friday), see 4.2.",
    "@everyone @acme/security, a@b.example, fixes #12, acme/x#3, GH-4 and gh-5",
    "[link](https://evil.example) ![x](y) www.evil.example http://evil.example <https://evil.example>",
    "ftp://evil.example mailto:a@evil.example xmpp:a@evil.example WWW.evil.example wwww.evil.example",
    "<script>alert(1)</script> <img src=x onerror=y> <!-- hidden --> &lt;b&gt; &#64;dana &commat;dana &amp;",
    "``` `` ` code ` `` ```",
    "# heading", "- item", "+ item", "1. item", "1) item", "> quote", "===", "---", "~~~", "| a | b |", "[x]: y", "[^1]",
    "**a** __b__ *c* _d_ ~~e~~ ~f~ \\ \\@dana \\# $x$ $$y$$ :tada:",
    "line one\nline two\n\n# three\n\n    four",
    "snake_case_name *.example.com a*b*c 2*3*4 <- -> != a!b",
    "naïve Größe 😀 漢字 – “quoted” …",
    "--> <!-- stopgap:v1 {\"id\":\"x\",\"told\":1} -->",
    "ends in a back-tick `", "` starts with one", "ends in a backslash \\", "",
]

ENTRY = """\
title: {text}
control: {text}
scope: {{system: {text}, environment: {text}}}
removal: {text}
owner: {text}
approver: "@mei"
decided: 2026-11-15
status: active
starts: 2026-11-16
expires: 2026-12-16
"""

PLAIN = {"p", "ul", "li", "strong", "code", "span"}


class Seen(html.parser.HTMLParser):
    """What a reader of rendered Markdown has before their eyes: the elements, the text, and the text outside code."""

    def __init__(self, rendered):
        super().__init__()
        self.elements, self.text, self.outside, self.comments, self.code, self.dollar = set(), "", "", [], 0, False
        self.feed(rendered)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag if not attrs else f"{tag} with {attrs}")
        self.dollar = tag == "span"
        self.code += tag == "code"

    def handle_endtag(self, tag):
        self.code -= tag == "code"

    def handle_data(self, data):
        if data != "$" if self.dollar else "$" in data and not self.code:
            self.elements.add(f"span and {data!r}")
        self.dollar = False
        self.text += data
        self.outside += " " if self.code else data

    def handle_comment(self, data):
        self.comments.append(data)


def look(markdown, comments, what):
    """Renders a text without GitHub's sanitizer and fails if it is more than text."""
    seen = Seen(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
    wrong = [f"element {tag}" for tag in seen.elements - PLAIN]
    wrong += [] if len(seen.comments) == comments else [f"comments {seen.comments}"]
    # GitHub links these in the text as it is shown.
    for pattern in [r"(?<![\w`])@(?!mei\b)[A-Za-z0-9]", r"(?<![\w])#\d", r"\w#\d", r"(?i)\bgh-\d", r"https?://", r"(?i)\bwww\."]:
        wrong += [f"{pattern} at {seen.outside[found.start():][:30]!r}" for found in re.finditer(pattern, seen.outside)]
    if wrong:
        sys.exit(f"told: {what}: {wrong}\n{markdown}")
    return re.sub(r"\s+", " ", seen.text.replace("\u200b", ""))


def main(binary, work):
    root = work / "told"
    (root / "exceptions").mkdir(parents=True)
    for number, text in enumerate(TEXTS):
        (root / "exceptions" / f"entry-{number}.yaml").write_text(ENTRY.format(text=json.dumps(text, ensure_ascii=False)))
    (root / "none.json").write_text("[]")

    def remind(*arguments):
        command = [binary, "remind", "--root", root, "--today", "2026-12-17", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    look(remind("--format", "markdown"), 0, "the list")
    plan = json.loads(remind("--format", "github-plan", "--existing", root / "none.json", "--max-new", "500"))
    for call in plan["calls"]:
        text = TEXTS[int(call["exception"].removeprefix("entry-"))]
        seen = look(call["body"]["body"], 1, call["exception"])
        shown = re.sub(r"\s+", " ", text).strip()
        for key in ["Title", "Control", "System", "Environment", "Removal"]:
            if text and f"{key}: {shown}" not in seen:
                sys.exit(f"told: {key} of {text!r} is shown otherwise:\n{seen}")
    if len(plan["calls"]) != len(TEXTS):
        sys.exit(f"told: {len(plan['calls'])} issues")
    print(f"told: {len(TEXTS)} texts are shown as they are, and do nothing")


main(sys.argv[1], pathlib.Path(sys.argv[2]))
