"""The ignore files and VEX documents that stopgap writes, as the tools that read them do."""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib

import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

HERE = pathlib.Path(__file__).parent
POLICY = """\
sync:
  trivy: [.trivyignore.yaml, .trivyignore]
  gitleaks: .gitleaks.toml
  osv-scanner: osv-scanner.toml
  cargo-deny: deny.toml
  cargo-audit: .cargo/audit.toml
  grype: .grype.yaml
  bundler-audit: .bundler-audit.yml
  inspec: waivers.yaml
  kyverno: policies.yaml
  kubescape: kubescape.json
  azure: exemptions.json
"""
RECORD = """\
title: Season stays as it is
control: ACC-07 Images run without root
reason: The base image is replaced on Thursday of next week.
scope: {{system: till, environment: production}}
risk: {{tier: low, exposure: [], statement: A shell in the till.}}
alternatives: [{{option: Wait, rejected: The season is over then}}]
removal: Take the new base image.
requester: "@maria"
owner: "@dana"
approver: "@olek"
decided: {first}
status: active
starts: {first}
expires: {last}
covers:
  - {{tool: trivy, id: DS-0002, paths: [Dockerfile]}}
  - {{tool: trivy, id: CVE-2026-1, kind: vulnerability, purls: ["pkg:npm/left-pad"]}}
  - {{tool: trivy, id: DS-0026}}
  - {{tool: gitleaks, id: generic-api-key, paths: ["src/*.py"]}}
  - {{tool: osv-scanner, id: GHSA-8c26-wmh5-6g9v}}
  - {{tool: cargo-deny, id: RUSTSEC-2026-0001}}
  - {{tool: cargo-audit, id: RUSTSEC-2026-0001}}
  - {{tool: grype, id: CVE-2026-1, package: libc6}}
  - {{tool: bundler-audit, id: CVE-2026-1}}
  - {{tool: inspec, id: c1}}
  - {{tool: kyverno, id: no-root}}
  - {{tool: kubescape, id: C-0057}}
  - {{tool: azure, id: deny-ip, scope: /subscriptions/0}}
"""
# Not a secret: letters and digits without a pattern, in two parts so that nobody's scanner stops at this file.
SECRET = "api_key = '" + "zq8T4vXw2LmN" + "7rYb1KsD9fGh3JpC" + "'\n"


def run(arguments, good=(0,), folder=None):
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, cwd=folder)
    if done.returncode not in good:
        sys.exit(f"sync: {arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def trivy(root, ignore):
    out = run([
        root.parent / "scanners/bin/trivy", "config", "--quiet", "--format", "json", "--skip-check-update",
        "--skip-version-check", "--disable-telemetry", "--ignorefile", root / ignore, root,
    ])
    results = json.loads(out).get("Results") or []
    return {found["ID"].removeprefix("AVD-") for result in results for found in result.get("Misconfigurations") or []}


def gitleaks(root):
    report = root / "leaks.json"
    run([
        root.parent / "scanners/bin/gitleaks", "dir", "--no-banner", "--log-level", "error", "--config",
        root / ".gitleaks.toml", "--report-path", report, "--report-format", "json", ".",
    ], (0, 1), root)
    found = json.loads(report.read_text())
    report.unlink()
    return {leak["RuleID"] for leak in found}


ADVISORY = """\
```toml
[advisory]
id = "RUSTSEC-2026-0001"
package = "leftpad"
date = "2026-01-01"

[versions]
patched = []
```

# It pads to the left

Only that.
"""
# A name that no server has: git is told that it is a folder here.
ADVISORIES = "https://advisories.example.com/db"
REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"


def cargo_deny_begin(root, work):
    """A database of one advisory, a graph with its crate, and a configuration that somebody has written by hand."""
    database, shop = work / "advisories", work / "shop"
    for path, text in {
        database / "crates/leftpad/RUSTSEC-2026-0001.md": ADVISORY,
        shop / "src/lib.rs": "",
        shop / "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
        root / "deny.toml": "[advisories]\n# Ours.\n",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    run(["git", "init", "--quiet", "-b", "main", "."], folder=database)
    run(["git", "add", "--all"], folder=database)
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    run(["git", *author, "commit", "--quiet", "-m", "one"], folder=database)

    def package(name, version, source, place):
        origin = f"{REGISTRY}#{name}@{version}" if source else f"path+file://{shop}#{version}"
        empty = dict.fromkeys(["license_file", "description", "metadata", "publish", "readme", "repository", "homepage",
                               "documentation", "links", "default_run", "rust_version"])
        return empty | {
            "name": name, "version": version, "id": origin, "license": "MIT", "source": source, "dependencies": [],
            "targets": [], "features": {}, "manifest_path": f"{place}/Cargo.toml", "authors": [], "categories": [],
            "keywords": [], "edition": "2021",
        }

    own, other = package("shop", "0.1.0", None, shop), package("leftpad", "1.0.0", REGISTRY, "/leftpad")
    own["dependencies"] = [{"name": "leftpad", "source": REGISTRY, "req": "^1", "kind": None, "rename": None,
                            "optional": False, "uses_default_features": True, "features": [], "target": None,
                            "registry": None}]
    edge = {"name": "leftpad", "pkg": other["id"], "dep_kinds": [{"kind": None, "target": None}]}
    graph = {
        "packages": [own, other], "workspace_members": [own["id"]], "workspace_default_members": [own["id"]],
        "resolve": {"root": own["id"], "nodes": [
            {"id": own["id"], "dependencies": [other["id"]], "deps": [edge], "features": []},
            {"id": other["id"], "dependencies": [], "deps": [], "features": []},
        ]},
        "target_directory": f"{shop}/target", "version": 1, "workspace_root": str(shop), "metadata": None,
    }
    (work / "graph.json").write_text(json.dumps(graph))


def cargo_deny(root, work):
    """Returns whether cargo-deny lets the advisory be."""
    # Another database and yanked versions are suppressions too, so the file that stopgap writes does not have them.
    more = f'db-path = "{work}/cache"\ndb-urls = ["{ADVISORIES}"]\ngit-fetch-with-cli = true\nyanked = "allow"\n'
    text = (root / "deny.toml").read_text().replace("[advisories]\n", f"[advisories]\n{more}", 1)
    (work / "deny.toml").write_text(text)
    redirected = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.file://{work}/advisories.insteadOf",
                  "GIT_CONFIG_VALUE_0": ADVISORIES}
    done = subprocess.run(
        [work / "scanners/bin/cargo-deny", "--manifest-path", work / "shop/Cargo.toml", "--metadata-path",
         work / "graph.json", "--config", work / "deny.toml", "check", "advisories"],
        capture_output=True, text=True, env=os.environ | redirected,
    )
    if done.returncode not in (0, 1) or (done.returncode == 1) != ("It pads to the left" in done.stderr):
        sys.exit(f"sync: cargo-deny: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def main(binary, work):
    root = pathlib.Path(work) / "sync"
    for folder in ["exceptions", "src"]:
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "stopgap.yaml").write_text(POLICY)
    (root / "Dockerfile").write_text("FROM debian:12.5\nRUN true\n")
    (root / "src/till.py").write_text(SECRET)
    record = root / "exceptions/season.yaml"

    def sync(today, first, last):
        record.write_text(RECORD.format(first=first, last=last))
        run([binary, "sync", "--root", root, "--today", today])

    work = pathlib.Path(work).resolve()
    cargo_deny_begin(root, work)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    day = datetime.timedelta(days=1)
    # In force: the tools overlook it. Written long ago, with an end that has passed: those that know ends report it.
    sync(today, today - day, today + day)
    during = trivy(root, ".trivyignore.yaml"), trivy(root, ".trivyignore"), gitleaks(root)
    sync("2020-01-10", "2020-01-05", "2020-01-15")
    past = trivy(root, ".trivyignore.yaml"), trivy(root, ".trivyignore")
    # The last covered day is today; then the day after it.
    sync(today, today - day, today)
    last = trivy(root, ".trivyignore.yaml")
    if not cargo_deny(root, work) or "# Ours." not in (root / "deny.toml").read_text():
        sys.exit("sync: cargo-deny reports what is in force, or a comment is gone")
    read_back(root, today + day)
    vex(binary, root, work, today)
    sync(today + day, today - day, today)
    after = trivy(root, ".trivyignore.yaml"), trivy(root, ".trivyignore"), gitleaks(root)
    if cargo_deny(root, work):
        sys.exit("sync: cargo-deny overlooks what has ended")
    if "DS-0002" in during[0] | last or "DS-0026" in during[1] or during[2]:
        sys.exit(f"sync: reported in force: {during}, {last}")
    if "DS-0002" not in past[0] or "DS-0026" not in past[1]:
        sys.exit(f"sync: overlooked past the written end: {past}")
    if "DS-0002" not in after[0] or "DS-0026" not in after[1] or not after[2]:
        sys.exit(f"sync: overlooked after the end: {after}")
    print("sync: trivy, gitleaks and cargo-deny overlook what is in force and report it afterwards; VEX is valid")


def read_back(root, end):
    """Formats whose tools no registry has, by the parsers of their formats."""
    osv = tomllib.loads((root / "osv-scanner.toml").read_text())["IgnoredVulns"]
    deny = tomllib.loads((root / "deny.toml").read_text())["advisories"]["ignore"]
    audit = tomllib.loads((root / ".cargo/audit.toml").read_text())["advisories"]["ignore"]
    waiver = yaml.safe_load((root / "waivers.yaml").read_text())["c1"]
    grype = yaml.safe_load((root / ".grype.yaml").read_text())["ignore"]
    bundler = yaml.safe_load((root / ".bundler-audit.yml").read_text())["ignore"]
    (policy,) = yaml.safe_load_all((root / "policies.yaml").read_text())
    path = root / "policies.json"
    path.write_text(json.dumps(policy))
    checker = pathlib.Path(sys.executable).parent / "check-jsonschema"
    run([checker, "--schemafile", HERE / "kyverno.schema.json", path])
    path.unlink()
    kubescape = json.loads((root / "kubescape.json").read_text())
    azure = json.loads((root / "exemptions.json").read_text())["exemptions"]
    facts = {
        "osv-scanner": (set(osv[0]), osv[0]["ignoreUntil"].isoformat()) == ({"id", "ignoreUntil", "reason"}, f"{end}T00:00:00+00:00"),
        "cargo-deny": [set(entry) for entry in deny] == [{"id", "reason"}],
        "cargo-audit": audit == ["RUSTSEC-2026-0001"],
        "inspec": (waiver["expiration_date"].isoformat(), waiver["run"]) == (f"{end}T00:00:00+00:00", False),
        "grype": (grype[0]["vulnerability"], grype[0]["package"]) == ("CVE-2026-1", {"name": "libc6"}),
        "bundler-audit": bundler == ["CVE-2026-1"],
        "kyverno": (policy["spec"]["expiresAt"], policy["spec"]["policyRefs"])
        == (f"{end}T00:00:00Z", [{"name": "no-root", "kind": "ValidatingPolicy"}])
        and bool(re.fullmatch("[a-z0-9]([-a-z0-9]*[a-z0-9])?", policy["metadata"]["name"])),
        "kubescape": kubescape[0]["posturePolicies"] == [{"controlID": "C-0057"}],
        "azure": (azure[0]["expiresOn"], azure[0]["policyDefinitionName"]) == (f"{end}T00:00:00Z", "deny-ip"),
    }
    for tool, holds in facts.items():
        if not holds:
            sys.exit(f"sync: {tool} reads something else")


def vex(binary, root, work, today):
    for form in ["openvex", "cyclonedx-vex"]:
        text = run([binary, "export", "--format", form, "--root", root, "--today", today])
        if text != run([binary, "export", "--format", form, "--root", root, "--today", today]):
            sys.exit(f"sync: {form} differs from run to run")
        path = pathlib.Path(work) / f"{form}.json"
        path.write_text(text)
        if form == "openvex":
            checker = pathlib.Path(sys.executable).parent / "check-jsonschema"
            run([checker, "--schemafile", HERE / "openvex.schema.json", path])
        elif error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
            sys.exit(f"sync: {form}: {error}")


main(*sys.argv[1:])
