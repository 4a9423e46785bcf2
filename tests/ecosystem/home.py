"""The whole program with a home: built with `repository` and `homepage`, every link that it can print is there and leads
to a page that the site has; built as Cargo.toml is, without the two, none is.

A copy of the tree in `target/home` is built, with the crates that were built for this one.
"""

import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

import outputs

ROOT = outputs.ROOT
REPOSITORY = "https://github.com/acme-tools/stopgap"
DOCS = "https://docs.stopgap.example/book"
RULE = re.compile(re.escape(DOCS) + r"/rules/([a-z0-9-]+)\.html")
# What a page for people to fill in has in place of a value.
PLACEHOLDERS = re.compile(r"<OWNER>|OWNER/|example\.com/stopgap", re.IGNORECASE)


def fail(why):
    sys.exit(f"home: {why}")


def copied():
    """The tree as it is here, with both addresses, and with another name for the program: the one that was built without
    them stays where it is."""
    folder = ROOT / "target/home"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".", ":!docs", ":!tests"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout.rstrip("\0").split("\0")
    wanted = {name for name in names if (ROOT / name).is_file()}
    for old in folder.rglob("*"):
        if old.is_file() and str(old.relative_to(folder)) not in wanted:
            old.unlink()
    for name in wanted:
        text, to = (ROOT / name).read_bytes(), folder / name
        if name == "Cargo.toml":
            text = with_home(text.decode()).encode()
        # What is as it was keeps its time, so that it is not compiled again.
        if not to.is_file() or to.read_bytes() != text:
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(text)
    return folder


def with_home(manifest):
    package = tomllib.loads(manifest)["package"]
    for key in ("repository", "homepage"):
        if key in package:
            manifest = re.sub(rf"(?m)^{key} = .*\n", "", manifest, count=1)
    manifest = manifest.replace("[package]\n", f'[package]\nrepository = "{REPOSITORY}"\nhomepage = "{DOCS}"\n', 1)
    manifest, count = re.subn(r'(\[\[bin\]\]\nname = )"stopgap"', r'\1"stopgap-with-home"', manifest)
    if count != 1:
        fail("Cargo.toml has no [[bin]] named stopgap")
    # Targets whose files are not copied.
    return re.sub(r"(?m)^\[\[test\]\]\n(?:.+\n)+", "", manifest)


def built():
    folder = copied()
    done = subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "--bin", "stopgap-with-home", "--message-format", "json"],
        cwd=folder, env={**os.environ, "CARGO_TARGET_DIR": str(ROOT / "target")}, check=True, stdout=subprocess.PIPE, text=True,
    )
    lines = map(json.loads, done.stdout.splitlines())
    return pathlib.Path(next(line["executable"] for line in lines if line.get("executable")))


def printed(binary, *arguments, status=(0, 1)):
    done = subprocess.run([binary, *arguments], env={}, stdout=subprocess.PIPE, check=False, cwd=ROOT)
    if done.returncode not in status:
        fail(f"exit code {done.returncode} of {' '.join(map(str, arguments))}")
    return done.stdout.decode()


def in_terminal(binary, *arguments):
    """What it draws in a terminal that shows links."""
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        [binary, *arguments], stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.DEVNULL, cwd=ROOT,
        env={"TERM": "xterm-256color", "FORCE_HYPERLINK": "1", "COLUMNS": "100", "NO_COLOR": "1"},
    )
    os.close(writer)
    parts = []
    try:
        while part := os.read(reader, 1 << 16):
            parts.append(part)
    except OSError:
        pass  # the other end was closed
    os.close(reader)
    process.wait()
    return b"".join(parts).decode()


def check(binary, register, form):
    return printed(binary, "check", "--root", register, "--today", "2026-11-23", "--format", form)


def formats(binary, register):
    """What links to rules and to the program in each format, as pairs of a name and a text, with the links it must have."""
    terminal = in_terminal(binary, "check", "--root", register, "--today", "2026-11-23")
    links = re.findall(r"\x1b\]8;;([^\x1b]*)\x1b\\+", terminal)
    if links and len(links) % 2:
        fail("a link in the terminal is not closed")
    yield "text", terminal, [link for link in links if link]

    log = json.loads(check(binary, register, "sarif"))
    drivers = [run["tool"]["driver"] for run in log["runs"]]
    found = [rule["helpUri"] for driver in drivers for rule in driver["rules"] if "helpUri" in rule]
    yield "sarif", json.dumps(log), found + [driver["informationUri"] for driver in drivers if "informationUri" in driver]

    page = check(binary, register, "markdown")
    yield "markdown", page, re.findall(r"\]\((http[^)]*)\)", page)

    report = json.loads(check(binary, register, "rdjson"))
    found = [item["code"]["url"] for item in report["diagnostics"] if "url" in item["code"]]
    yield "rdjson", json.dumps(report), found + [url for url in [report["source"].get("url")] if url]

    report = json.loads(check(binary, register, "gitlab"))
    found = [item["content"]["body"] for item in report if "content" in item]
    yield "gitlab", json.dumps(report), found


def reads_right(binary, register, home):
    wanted = {finding["rule"] for finding in json.loads(check(binary, register, "json"))["findings"]}
    for name, text, links in formats(binary, register):
        linked = {found[1] for found in map(RULE.fullmatch, links) if found}
        strange = [link for link in links if not RULE.fullmatch(link) and link not in (DOCS, REPOSITORY)]
        if home and not wanted <= linked:
            fail(f"{name} has no link for {', '.join(sorted(wanted - linked))}")
        if strange or (not home and links):
            fail(f"{name} has the link {(strange or links)[0]}")
        if home and name in ("sarif", "rdjson") and DOCS not in links:
            fail(f"{name} does not lead to the program's page")
        sound(name, text)

    # Annotations are plain text, and what a program reads has ids.
    for name in ("github", "azure", "json", "junit"):
        text = check(binary, register, name)
        if DOCS in text or REPOSITORY in text:
            fail(f"{name} has a link where nothing shows one")
        sound(name, text)

    every = json.loads(printed(binary, "explain", "--format", "json"))
    items = every["rules"] if isinstance(every, dict) else every
    pages = {item["id"]: item.get("page") for item in items}
    if not wanted <= set(pages):
        fail("explain does not know each rule that was found")
    for rule, page in pages.items():
        told = re.findall(r"(?m)^More: (.*)$", printed(binary, "explain", rule))
        right = [f"{DOCS}/rules/{rule}.html"] if home else []
        if told != right or [page] * (page is not None) != right:
            fail(f"explain {rule} leads to {told} and {page}")
    for schema in ("exception", "policy"):
        text = printed(binary, "schema", schema)
        if bool(RULE.search(text)) != home:
            fail(f"the schema {schema} {'has no link' if home else 'has a link'} to a rule")
    return pages


def starts_right(binary, home):
    """What `init` writes into a repository on GitHub, told where stopgap comes from, and not told."""
    action = "acme-tools/stopgap@" + "1" * 40
    for arguments in (["--action", action], []):
        texts = started(binary, arguments)
        schemas = [text for name, text in texts.items() if name.endswith(".schema.json")]
        if not schemas or any(RULE.search(text) for text in schemas) != home:
            fail(f"the schemas that init writes have {'no links' if home else 'links'}")
        workflow = "".join(text for name, text in texts.items() if name.startswith(".github/workflows/"))
        if arguments and f"uses: {action}" not in workflow:
            fail("the workflow does not use the action that was named")
        if not arguments and f"{'acme-tools' if home else '<OWNER>'}/stopgap@<COMMIT>" not in workflow:
            fail("the workflow does not say how to name the action")
        for name, text in texts.items():
            # What fails until somebody has said it shows what is to be said.
            sound(name, text if arguments or home else text.replace("<OWNER>/stopgap@<COMMIT>", ""))


def started(binary, arguments):
    """What `init` writes by path, and what it says."""
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", folder], env=git, check=True)
        done = subprocess.run(
            [binary, "init", "--ci", "github", *arguments], cwd=folder, env=git, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        if done.returncode:
            fail(f"init: {done.stdout}")
        files = [file for file in folder.rglob("*") if file.is_file() and file.relative_to(folder).parts[0] != ".git"]
        return {"what init says": done.stdout, **{str(file.relative_to(folder)): file.read_text() for file in files}}


def sound(name, text):
    """No placeholder and no address that is none."""
    if found := PLACEHOLDERS.search(text):
        fail(f"{name} has the placeholder {found[0]}")
    if found := re.search(r"https?://(?=[\s\"')\]>]|$)|//rules/|[^:/]//rules|book//", text):
        fail(f"{name} has half an address: {found[0]}")


def on_the_site(pages):
    """Each rule's page is one that `cargo xtask site` makes; see site.mjs for the site itself."""
    index = (ROOT / "docs/rules.md").read_text()
    missing = [rule for rule in pages if not re.search(rf"(?m)^#+ `?{re.escape(rule)}`?", index)]
    if missing:
        fail(f"docs/rules.md has no section for {', '.join(missing)}")


def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        # Outside of this repository, so that no line has an address of its own.
        register = pathlib.Path(folder) / "drift"
        shutil.copytree(ROOT / "fixtures/registers/drift", register)
        at_home = built()
        pages = reads_right(at_home, register, True)
        starts_right(at_home, True)
        on_the_site(pages)
        if not {"repository", "homepage"} & set(tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]):
            reads_right(binary, register, False)
            starts_right(binary, False)
    print(f"home: {len(pages)} rules are linked in five formats, by explain, the schemas and what init writes")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
