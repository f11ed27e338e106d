"""Decides how Munim is run while somebody works on it: new sources go into service by themselves.
The same parts as `make run`; only the pages, the jobs and the web server follow the sources."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ops.installation import ROOT
from ops.run import Start
from ops.run import main as run

FOLDERS = ("core", "integrations", "jobs", "backoffice", "assets")
LOOK_SECONDS = 1.0
# an editor or a git command writes many files; wait until it is through
QUIET_SECONDS = 1.0


class Sources:
    """Notices when files below the product's folders change."""

    def __init__(self) -> None:
        self._known = self._newest()
        self._seen = self._known
        self._seen_at = 0.0
        self._looked_at = 0.0

    def changed(self) -> bool:
        """Whether something changed since the last time this answered yes."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return False
        self._looked_at = now
        newest = self._newest()
        if newest != self._seen:
            self._seen, self._seen_at = newest, now
        if self._seen != self._known and now - self._seen_at >= QUIET_SECONDS:
            self._known = self._seen
            return True
        return False

    @staticmethod
    def _newest() -> tuple[int, int]:
        files: list[Path] = []
        for folder in FOLDERS:
            files += (path for path in (ROOT / folder).rglob("*") if path.suffix != ".pyc")
        times = [path.stat().st_mtime_ns for path in files if path.is_file()]
        return len(times), max(times, default=0)


if __name__ == "__main__":
    sys.exit(run(lambda start: Start.serve_and_follow(start, Sources().changed)))
