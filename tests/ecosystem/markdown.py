"""Our pages as GitHub's own Markdown parser (cmark-gfm) shows them."""

import html.parser
import pathlib
import re
import sys

import cmarkgfm
from cmarkgfm.cmark import Options

import outputs

TAGS = {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "br", "span"}
ZERO_WIDTH = "\u200b"

# What GitHub looks for in the remaining text, outside code.
FORMS = re.compile(r"@\w|#\d|\$\S|\bgh-\d|://|\bwww\.|\b[0-9a-f]{7,}\b|:\w+:", re.IGNORECASE)


class Page(html.parser.HTMLParser):
    """The cells of the table, and the text outside code."""

    def __init__(self):
        super().__init__()
        self.rows, self.prose, self.code, self.cell = [], [], False, False

    def handle_starttag(self, tag, attributes):
        if tag not in TAGS or attributes:
            sys.exit(f"markdown: a tag of the text became one of the page: {tag} {attributes}")
        self.code = self.code or tag == "code"
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = True
        if tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag):
        self.code = self.code and tag != "code"
        self.cell = self.cell and tag not in ("td", "th")

    def handle_data(self, data):
        if not self.code:
            self.prose.append(data)
        if self.cell:
            self.rows[-1][-1] += data


def plain(text):
    return text.replace("`", "").strip()


def seen(cell):
    return plain(outputs.shown(cell.replace(ZERO_WIDTH, "")))


def main(binary, work):
    options = Options.CMARK_OPT_UNSAFE
    count = 0
    for register in outputs.registers(work):
        page = Page()
        text = outputs.check(binary, register, "markdown").decode()
        page.feed(cmarkgfm.github_flavored_markdown_to_html(text, options))
        formed = [part for part in page.prose if FORMS.search(part)]
        if formed:
            sys.exit(f"markdown: a link, mention or reference forms in {formed[:3]}")
        levels = ["error", "warning", "note"]
        rows = [[cell.strip() for cell in row] for row in page.rows if row[0].strip() in levels]
        known = outputs.findings(binary, register)
        left_out = sum(map(int, re.findall(r"(\d+) (?:error|warning|note)", text.partition("left out: ")[2])))
        if len(rows) + left_out != len(known) or len(text.encode()) >= 65_536:
            sys.exit(f"markdown: {len(rows)} rows and {left_out} left out of {len(known)} in {register.name}")
        owners = {line["path"]: (line["record"] or {}).get("owner", "") for line in outputs.lines(binary, register)}
        said = []
        for finding in known:
            place = f"{finding['path']}:{finding['line']}:{finding['column']}"
            what = finding["message"] + (f"\n{finding['help']}" if finding["help"] else "")
            owner = owners.get(finding["path"], "")
            owner = plain(outputs.folded(owner)) if isinstance(owner, str) else ""
            said.append([finding["level"], finding["rule"], plain(place), owner, plain(what)])
        for row in rows:
            row = [*row[:2], *map(seen, row[2:])]
            if row not in said:
                sys.exit(f"markdown: {row} is not what a finding says")
            said.remove(row)
        order = [levels.index(row[0]) for row in rows]
        if order != sorted(order):
            sys.exit(f"markdown: the levels of {register.name} are not in order")
        count += len(rows)
    print(f"markdown: {count} rows show what the findings say, and nothing else forms")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
