"""Decides which Chromium the browser tests drive, and installs Debian's where that is permitted.
Nothing is downloaded from anywhere else; without a browser those tests are skipped, saying why."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS_MAX = 600

# no sandbox of its own: containers and root refuse it; no calls home
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The path of a Chromium on this machine (`MUNIM_CHROMIUM` wins); empty when there is none."""
    given = os.environ.get("MUNIM_CHROMIUM", "")
    if given:
        return given if Path(given).exists() else ""
    return next((path for name in NAMES if (path := shutil.which(name))), "")


def install() -> str:
    """Install Debian's chromium; the answer is empty when it worked, else the reason it did not."""
    if shutil.which("apt-get") is None:
        return "no Chromium was found, and this is not a Debian machine to install one on"
    if os.geteuid() == 0:
        prefix: list[str] = []
    elif _sudo_without_password():
        prefix = ["sudo", "-n"]
    else:
        return "no Chromium was found, and installing one needs root (apt-get install chromium)"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        try:
            done = subprocess.run(
                [*prefix, *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"{' '.join(command[:2])} took longer than {INSTALL_SECONDS_MAX} s"
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            return f"{' '.join(command[:2])} failed: {lines[-1] if lines else 'no reason given'}"
    return "" if chromium() else "chromium was installed but cannot be found"


def _sudo_without_password() -> bool:
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
