"""Decides how all tests are run: first those without a browser, then those with one.
Two processes, because the browser's driver keeps an event loop that other tests must not see."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from ops.browser import chromium, install
from ops.installation import ROOT

NOTHING_COLLECTED = 5


def _pytest(*arguments: str, **more: str) -> int:
    command = [sys.executable, "-m", "pytest", "-rs", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **more},
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def main(arguments: list[str]) -> int:
    """Run all tests; further arguments go to pytest. The exit code is 0 when all pass."""
    began = time.monotonic()
    reason = ""
    if not chromium():
        print("munim: no Chromium here; trying to install Debian's package", flush=True)
        reason = install()
        if reason:
            print(f"munim: the browser tests will be skipped: {reason}", flush=True)
    codes = [_pytest("tests", "--ignore=tests/e2e", *arguments)]
    codes.append(_pytest("tests/e2e", *arguments, MUNIM_NO_BROWSER=reason))
    failed = any(code not in {0, NOTHING_COLLECTED} for code in codes)
    minutes = (time.monotonic() - began) / 60
    print(f"munim: {'some tests failed' if failed else 'all tests passed'} ({minutes:.1f} minutes)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
