"""Decides how the demo data comes back as it was on the first day: dropped whole, made again.
Only the embedded database is ever dropped, and never in production."""

from __future__ import annotations

import sys
import time

from ops.installation import CannotStart, FolderLock, read_settings
from ops.postgres import PostgresError
from ops.run import Start
from ops.supervisor import Interrupted, PartFailed, say


def main() -> int:
    """Drop the demo data and make it again; Munim must not be running in this folder."""
    began = time.monotonic()
    start: Start | None = None
    try:
        settings = read_settings()
        if not settings.demo:
            raise CannotStart("Demo data is off here (MUNIM_ENV or MUNIM_DEMO), so there is none.")
        if not settings.embedded_database:
            raise CannotStart(
                "DATABASE_URL names your own server; it is never dropped from here. Drop and make "
                "that database yourself, then `make run` fills it again."
            )
        lock = FolderLock(settings)
    except CannotStart as error:
        print(f"munim: {error}", file=sys.stderr)
        return 1
    try:
        start = Start(settings)
        start.make_demo_data_again()
        say(f"The demo data is as on the first day ({time.monotonic() - began:.0f} s)")
        return 0
    except (CannotStart, PartFailed, PostgresError, Interrupted) as error:
        print(f"munim: {error}", file=sys.stderr)
        return 1
    finally:
        if start is not None:
            start.down()
        lock.release()


if __name__ == "__main__":
    sys.exit(main())
