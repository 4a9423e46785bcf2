"""Other people's linters over action.yml, all workflows (those of the documentation too), the GitLab component and the shell."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PIN = "1" * 40
# Fails if a CycloneDX 1.6 validator finds anything.
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))
"""
VERSION = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]


def run(tool, *arguments, folder=ROOT):
    """Ends the test if a tool complains."""
    done = subprocess.run(
        [tool, *arguments], cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        sys.exit(f"lint: {pathlib.Path(tool).name} {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
    return done.stdout


def tracked(*names):
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *names)
    return [name for name in listed.rstrip("\0").split("\0") if (ROOT / name).is_file()]


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def collect(binary, work):
    """Puts everything that GitHub or GitLab would read into one folder, as a repository has it."""
    folder = work / "lint"
    workflows = folder / ".github/workflows"
    workflows.mkdir(parents=True)
    for name in tracked(".github/workflows", "action.yml"):
        shutil.copy(ROOT / name, folder / name)
    named = 0
    # docs/rules.md shows what is wrong, docs/recipes.md what other systems read.
    for page in tracked("README.md", "docs/*.md", ":!docs/rules.md", ":!docs/recipes.md"):
        for text in blocks(page, "yaml"):
            for line in re.findall(r"uses: <OWNER>/stopgap.*", text):
                if line != f"uses: <OWNER>/stopgap@<COMMIT> # v{VERSION}":
                    sys.exit(f"lint: {page} shows `{line}`, and the version is {VERSION}")
                named += 1
            if re.search("^on:", text, re.MULTILINE):
                name = f"{pathlib.Path(page).stem}-{len(list(workflows.iterdir()))}.yml"
                (workflows / name).write_text(text.replace("@<COMMIT>", f"@{PIN}").replace("<OWNER>", "acme"))
            elif text.startswith("include:"):
                (folder / ".gitlab-ci.yml").write_text(text)
            elif text.startswith("repos:"):
                (folder / ".pre-commit-config.yaml").write_text(text)
    if named < 3:
        sys.exit("lint: README.md and docs/ci.md no longer show the action")
    # What `init` writes into a repository of somebody who has none of these pages.
    fresh = work / "init"
    ways = [
        [], ["--action", f"acme/stopgap@{PIN}"], ["--source", f"https://git.example.com/acme/stopgap@{PIN}"],
        ["--image", f"registry.example.com/acme/stopgap@sha256:{'ab' * 32}"],
    ]
    for number, way in enumerate(ways):
        run("git", "init", "--quiet", fresh / str(number))
        run(binary, "init", "--owners", "@acme/security", *way, folder=fresh / str(number))
        for written in (fresh / str(number) / ".github/workflows").iterdir():
            shutil.copy(written, workflows / f"init-{number}-{written.name}")
    header, job = (ROOT / "templates/stopgap.yml").read_text().split("---\n")
    (folder / "spec.gitlab-ci.yml").write_text(header)
    (folder / "job.gitlab-ci.yml").write_text(job)
    return folder


def documented():
    """docs/ci.md names every input and output of the action and every input of the component."""
    page = (ROOT / "docs/ci.md").read_text()
    action = (ROOT / "action.yml").read_text()
    inputs, outputs = re.search(r"\ninputs:\n(.*)\noutputs:\n(.*)\nruns:\n", action, re.DOTALL).groups()
    component = (ROOT / "templates/stopgap.yml").read_text().split("---\n")[0]
    names = re.findall(r"^  ([a-z-]+):$", f"{inputs}\n{outputs}", re.MULTILINE)
    names += re.findall(r"^    ([a-z-]+):$", component, re.MULTILINE)
    rows = {name for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for name in re.findall("`([a-z-]+)`", row)}
    missing = [name for name in names if name not in rows]
    if missing or len(names) < 25:
        sys.exit(f"lint: docs/ci.md has no row for {missing}")
    return len(names)


def recipes(venv, work):
    """Each recipe fits what its system's own schema allows, and the scripts in it are sound."""
    kinds = ["azure-pipelines", "bitbucket-pipelines", "circle-ci", "github-workflows"]
    shown = blocks("docs/recipes.md", "yaml")
    if len(shown) != len(kinds):
        sys.exit(f"lint: docs/recipes.md has {len(shown)} recipes in YAML, not {len(kinds)}")
    for kind, text in zip(kinds, shown):
        recipe = work / f"recipe-{kind}.yml"
        # To Azure every scalar is a text, and its schema says so.
        text = re.sub(r": (true|false|\d+)$", r': "\1"', text, flags=re.MULTILINE) if kind == "azure-pipelines" else text
        recipe.write_text(text)
        transform = ["--data-transform", kind, "--regex-variant", "python"] if kind == "azure-pipelines" else []
        run(venv / "bin/check-jsonschema", *transform, "--builtin-schema", f"vendor.{kind}", recipe)
    # Forgejo's runners have labels of their own.
    run(venv / "bin/actionlint", "-shellcheck", "shellcheck", "-ignore", 'label "docker" is unknown', recipe)
    for number, text in enumerate(blocks("docs/recipes.md", "sh")):
        script = work / f"recipe-{number}.sh"
        script.write_text(f"# shellcheck shell=sh\n{text}")
        run("shellcheck", script)
    forms = [ROOT / name for name in tracked(".github/ISSUE_TEMPLATE") if not name.endswith("config.yml")]
    run(venv / "bin/check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", *forms)
    run(venv / "bin/check-jsonschema", "--builtin-schema", "vendor.github-issue-config", ROOT / ".github/ISSUE_TEMPLATE/config.yml")
    return len(shown)


def wheel(venv, work):
    """maturin's wheel contains a stopgap that runs; its profile is the one that is already built."""
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    host = re.search("^host: (.*)$", run("rustc", "-vV"), re.MULTILINE)[1]
    run("env", f"CARGO_TARGET_DIR={target}", ROOT / ".ci/wheel", venv / "bin/maturin", host, work / "wheels")
    built = next((work / "wheels").glob(f"stopgap-{VERSION}-py3-none-*.whl"))
    run(venv / "bin/twine", "check", "--strict", built)
    with zipfile.ZipFile(built) as opened:
        within = f"stopgap-{VERSION}.dist-info"
        metadata = opened.read(f"{within}/METADATA").decode()
        kept = {name.rpartition("/")[2] for name in opened.namelist() if name.startswith(f"{within}/licenses/")}
    for header in ["Summary", "Keywords", "License-Expression", "Requires-Python", "Description-Content-Type", "Classifier"]:
        if not re.search(f"^{header}: .", metadata, re.MULTILINE):
            sys.exit(f"lint: the wheel has no {header}:\n{metadata[:2000]}")
    if kept != {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES.md"}:
        sys.exit(f"lint: the wheel has these licence texts: {sorted(kept)}")
    run(sys.executable, "-m", "venv", work / "wheel")
    run(work / "wheel/bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", built)
    says = run(work / "wheel/bin/stopgap", "--version")
    if says != f"stopgap {VERSION}\n":
        sys.exit(f"lint: the wheel's stopgap says {says!r}")


def archive(binary, work):
    """The archive of a release has the binary where action/install looks for it, and says what it contains of others."""
    run(ROOT / ".ci/package", binary, "x86_64-unknown-linux-musl", work / "archive")
    name = f"stopgap-v{VERSION}-x86_64-unknown-linux-musl"
    listed = run("tar", "-tzf", work / f"archive/{name}.tar.gz").splitlines()
    commands = re.findall(r"^  ([a-z-]+) +\S", run(binary, "--help"), re.MULTILINE)
    pages = [f"man/stopgap-{command}.1" for command in commands if command not in {"help", "stopgap"}]
    if len(pages) < 15:
        sys.exit(f"lint: only these commands were found: {pages}")
    others = ["LICENSE-MIT", "THIRD-PARTY-NOTICES.md", "stopgap.cdx.json", "completions/stopgap.bash", "man/stopgap.1"]
    for file in ["stopgap", *others, *pages]:
        if f"{name}/{file}" not in listed:
            sys.exit(f"lint: the archive has no {file}: {json.dumps(listed)}")
    text = run("tar", "-xzOf", work / f"archive/{name}.tar.gz", f"{name}/stopgap.cdx.json")
    (work / "stopgap.cdx.json").write_text(text)
    run(work / "venv/bin/python", "-c", VALIDATE, work / "stopgap.cdx.json")
    # Each crate of the list is named in the notices, unless it only helped to build.
    page = run("tar", "-xzOf", work / f"archive/{name}.tar.gz", f"{name}/THIRD-PARTY-NOTICES.md")
    parts = json.loads(text)["components"]
    missing = [it["name"] for it in parts if it["scope"] == "required" and page.count(f"{it['name']} {it['version']}") < 2]
    if missing or not any(it["name"] == "granit-parser" for it in parts):
        sys.exit(f"lint: THIRD-PARTY-NOTICES.md has no licence text for {missing}")
    # The allocator is C that a crate brings.
    if "Microsoft Corporation" not in page:
        sys.exit("lint: THIRD-PARTY-NOTICES.md has no licence text for mimalloc itself")


def separated():
    """In release.yml, no job that may write compiles, and each that publishes waits for a reviewer."""
    text = (ROOT / ".github/workflows/release.yml").read_text()
    jobs = re.split(r"^  (\S+):\n", text.split("\njobs:\n", 1)[1], flags=re.MULTILINE)[1:]
    found = {name: job for name, job in zip(jobs[::2], jobs[1::2]) if re.search(r"^      \S+: write", job, re.MULTILINE)}
    for name, job in found.items():
        if re.search(r"cargo (build|test|package|install|run|check)|maturin|\.ci/(run|wheel)|cargo publish (?!.*--no-verify)", job):
            sys.exit(f"lint: the job {name} of release.yml may write, and compiles")
        if name != "verify" and not re.search("^    environment: [a-z-]+$", job, re.MULTILINE):
            sys.exit(f"lint: the job {name} of release.yml may write, and waits for nobody")
    if not {"draft", "verify", "crates-io", "pypi", "image", "publish"} <= set(found):
        sys.exit(f"lint: of release.yml only these jobs may write: {sorted(found)}")


def main(binary, work):
    venv = work / "venv"
    folder = collect(binary, work)
    workflows = sorted((folder / ".github/workflows").iterdir())
    run(venv / "bin/actionlint", "-shellcheck", "shellcheck", *workflows)
    run(venv / "bin/zizmor", "--offline", "--quiet", "--persona", "auditor", ".", folder=folder)
    check = venv / "bin/check-jsonschema"
    run(check, "--builtin-schema", "vendor.dependabot", ROOT / ".github/dependabot.yml")
    run(check, "--builtin-schema", "vendor.github-workflows", *workflows)
    run(check, "--builtin-schema", "vendor.github-actions", folder / "action.yml")
    gitlab = [folder / name for name in [".gitlab-ci.yml", "spec.gitlab-ci.yml", "job.gitlab-ci.yml"]]
    run(check, "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", *gitlab)
    run(venv / "bin/prek", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    run(venv / "bin/prek", "validate-config", folder / ".pre-commit-config.yaml")

    shell = [name for name in tracked() if re.match(rb"#!.*\b(ba)?sh\n|# shellcheck shell=", (ROOT / name).read_bytes())]
    known = {"fetch-issues", "fetch-reviews", "github.bash", "install", "log", "remind", "run"}
    if not {".ci/run", "tests/ecosystem/run", *(f"action/{name}" for name in known)} <= set(shell):
        sys.exit(f"lint: not all scripts were found: {shell}")
    run("shellcheck", "--external-sources", *shell)

    run(work / "scanners/bin/hadolint", "Containerfile")
    separated()
    shown = recipes(venv, work)
    names = documented()
    wheel(venv, work)
    archive(binary, work)
    print(f"lint: {len(workflows)} workflows, {len(shell)} scripts, action, component, hooks, wheel and {shown} recipes pass; {names} inputs and outputs documented")


main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
