"""Our tables as Python's csv reads them, and our JSON Lines checked by the schema of an exception."""

import csv
import io
import json
import pathlib
import re
import subprocess
import sys

import outputs

SCHEMA = outputs.ROOT / "schema/exception.schema.json"
SIGNS = "[=+@＝＋－＠-]"


def plain(cell):
    """Removes the apostrophe before a sign that would begin a formula."""
    return re.sub(rf"(^|;)(\s*)'(?='*{SIGNS})", r"\1\2", cell)


def texts(record):
    """The texts of a record by their column."""
    for key, value in (record or {}).items():
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, dict):
            yield from ((f"{key}.{inner}", text) for inner, text in value.items() if isinstance(text, str))


def compare(rows, lines, name):
    count = 0
    for row, line in zip(rows, lines, strict=True):
        if outputs.shown(plain(row["id"])) != outputs.folded(line["id"]):
            sys.exit(f"table: the row of {line['id']} in {name} is that of {row['id']}")
        for column, cell in row.items():
            if column != "days_left" and re.search(rf"(^|;)\s*{SIGNS}", cell):
                sys.exit(f"table: {column} of {line['id']} in {name} is a formula: {cell}")
        for column, text in texts(line["record"]):
            if column in row:
                seen, wanted = outputs.shown(plain(row[column])), outputs.folded(text)
            else:
                seen, wanted = True, outputs.folded(text) in outputs.shown(plain(row["other"]))
            if seen != wanted:
                sys.exit(f"table: {column} of {line['id']} in {name} is {seen!r}, not {wanted!r}")
            count += 1
    return count


def valid(work, lines, name):
    """Checks the records of a register without findings by our own schema."""
    files = []
    for line in lines:
        file = work / f"{name}-{line['id']}.json"
        file.write_text(json.dumps(line["record"]))
        files.append(file)
    subprocess.run([work / "venv/bin/check-jsonschema", "--quiet", "--schemafile", SCHEMA, *files], check=True)


def main(binary, work):
    cells = 0
    for register in outputs.registers(work):
        text = outputs.export(binary, register, "csv").decode()
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        lines = outputs.lines(binary, register)
        files = sorted(register.glob("exceptions/**/*.y*ml"))
        if not len(files) == len(rows) == len(lines):
            sys.exit(f"table: {len(rows)} rows and {len(lines)} lines for {len(files)} files of {register.name}")
        cells += compare(rows, lines, register.name)
        if register.name == "acme":
            valid(work, lines, register.name)
    print(f"table: {cells} cells are read back as they were written, no formula among them")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
