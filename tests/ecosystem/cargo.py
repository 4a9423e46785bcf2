"""A `cargo` for the tests of what installs stopgap from source.

Installers build with the release profile and a folder of their own, which takes minutes. This one builds the same source
in the folder and with the profile in which everything but stopgap itself is already compiled.
"""

import os
import pathlib
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))


def reusing(folder):
    """Writes it and returns the path on which it is found: one without rustup, which would find the real one."""
    folder.mkdir(parents=True)
    script = f"""\
#!/bin/sh
unset RUSTC
export PATH={shlex.quote(os.environ["PATH"])} CARGO_HOME={home("CARGO_HOME", ".cargo")}
export RUSTUP_HOME={home("RUSTUP_HOME", ".rustup")}
[ "$1" = install ] || exec cargo "$@"
shift
[ "$1" != --profile ] || shift 2
export CARGO_TARGET_DIR={shlex.quote(TARGET)}
exec cargo install --debug "$@"
"""
    (folder / "cargo").write_text(script)
    (folder / "cargo").chmod(0o755)
    # Not rustup's proxy of that name: following it leads to rustup, and so to the real cargo.
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout
    (folder / "rustc").symlink_to(pathlib.Path(sysroot.strip(), "bin/rustc"))
    others = [place for place in os.environ["PATH"].split(":") if not pathlib.Path(place, "rustup").exists()]
    return ":".join([str(folder), *others])


def home(variable, default):
    return shlex.quote(os.environ.get(variable, str(pathlib.Path.home() / default)))
