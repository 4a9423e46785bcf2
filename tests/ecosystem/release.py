""".ci/verify-release on drafts that must not be published; a stand-in for GitHub's client answers it."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARCHIVE = "stopgap-v0.1.0-x86_64-unknown-linux-musl.tar.gz"
WHEEL = "stopgap-0.1.0-py3-none-any.whl"
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Maria", "GIT_AUTHOR_EMAIL": "maria@example.com",
    "GIT_COMMITTER_NAME": "Maria", "GIT_COMMITTER_EMAIL": "maria@example.com",
}
# `release download TAG --repo R --dir FOLDER`, and `attestation verify FILE …` that prints the commit of each.
CLIENT = """\
#!/bin/sh
case "$1" in
  release) mkdir -p "$7" && cp "$DRAFT"/* "$7" ;;
  attestation) grep -F "$(basename "$3")" "$ATTESTED" | cut -d ' ' -f 2 | grep . ;;
esac
"""


class Release:
    """A repository at its tag, the draft, and what was attested."""

    def __init__(self, folder):
        self.folder, self.draft, self.repository = folder, folder / "draft", folder / "repository"
        for place in [folder / "path", self.draft, self.repository / "action"]:
            place.mkdir(parents=True)
        (folder / "path/gh").write_text(CLIENT)
        (folder / "path/gh").chmod(0o755)
        self.git("init", "--quiet")
        self.write("Cargo.toml", '[package]\nname = "stopgap"\nversion = "0.1.0"\n')
        built = self.commit()
        sums = {}
        for name in [ARCHIVE, WHEEL]:
            (self.draft / name).write_text(f"content of {name}")
            sums[name] = hashlib.sha256((self.draft / name).read_bytes()).hexdigest()
        (self.draft / "SHA256SUMS").write_text("".join(f"{total}  {name}\n" for name, total in sums.items()))
        self.attested = {ARCHIVE: built, WHEEL: built}
        self.write("action/checksums.txt", f"# table\n{sums[ARCHIVE]}  {ARCHIVE}\n")
        self.commit()

    def git(self, *arguments):
        done = subprocess.run(
            ["git", "-C", self.repository, *arguments], env={**os.environ, **GIT}, check=True, capture_output=True, text=True,
        )
        return done.stdout.strip()

    def write(self, name, text):
        (self.repository / name).write_text(text)

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def verify(self, tag="v0.1.0"):
        attested = self.folder / "attested"
        attested.write_text("".join(f"{name} {commit}\n" for name, commit in self.attested.items()))
        shutil.rmtree(self.folder / "downloaded", ignore_errors=True)
        done = subprocess.run(
            [ROOT / ".ci/verify-release", tag, self.folder / "downloaded"], cwd=self.repository, capture_output=True, text=True,
            check=False, env={
                **GIT, "PATH": f"{self.folder / 'path'}:{os.environ['PATH']}", "GITHUB_REPOSITORY": "acme/stopgap",
                "DRAFT": str(self.draft), "ATTESTED": str(attested),
            },
        )
        return done.returncode, done.stdout + done.stderr


def spoil_wheel(release):
    (release.draft / WHEEL).write_text("exchanged")


def add_file(release):
    (release.draft / "extra").write_text("x")


def change_table(release):
    release.write("action/checksums.txt", f"{'0' * 64}  {ARCHIVE}\n")
    release.commit()


def change_source(release):
    release.write("build.rs", "fn main() {}\n")
    release.commit()


def lack_attestation(release):
    release.attested[WHEEL] = ""


def mix_commits(release):
    release.attested[WHEEL] = "1" * 40


def main(work):
    code, said = Release(work / "release/good").verify()
    if code != 0 or "was built from" not in said:
        sys.exit(f"release: a good draft: exit code {code}: {said}")
    code, said = Release(work / "release/tag").verify("v0.2.0")
    if code != 1 or "the tag is v0.2.0" not in said:
        sys.exit(f"release: another tag: exit code {code}: {said}")
    faults = {
        spoil_wheel: f"{WHEEL}: FAILED", add_file: "that SHA256SUMS does not list",
        change_table: "does not list the archives of the draft", change_source: "changes more than action/checksums.txt",
        lack_attestation: "were not all built by", mix_commits: "were not all built by",
    }
    for spoil, says in faults.items():
        release = Release(work / "release" / spoil.__name__)
        spoil(release)
        code, said = release.verify()
        if code == 0 or says not in said:
            sys.exit(f"release: {spoil.__name__}: exit code {code}, or no {says!r} in {said}")
    print(f"release: a good draft is let through, {len(faults) + 1} others are not")


main(pathlib.Path(sys.argv[1]).resolve())
