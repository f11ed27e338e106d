"""Decides what a first start finds: two demo brands with people, and cases in every state.
Deterministic, so that a screenshot, a test and a conversation speak of the same case."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time

from core.db.brand_table import now_utc
from core.kernel.business_day import ist_date
from ops.demo_brand import PASSWORD, open_demo_brands

HISTORY_DAYS = 90

__all__ = ["PASSWORD", "main"]


class NotInProduction(SystemExit):
    """Demo data was asked for where real people work."""


def main() -> int:
    """Make the demo data in an empty database; refuses in production."""
    if os.environ.get("MUNIM_ENV") == "production":
        raise NotInProduction("Demo data is not made in production")
    began = time.monotonic()
    now = now_utc()
    today = ist_date(now)
    if os.environ.get("MUNIM_DEMO_HISTORY") == "0":
        open_demo_brands(today, now)
        print(f"Demo data: 2 brands without cases in {time.monotonic() - began:.1f} s")
        return 0
    start = today - dt.timedelta(days=HISTORY_DAYS)
    open_demo_brands(start, now - dt.timedelta(days=HISTORY_DAYS))
    from ops.demo_history import live_through

    cases = live_through(start, today)
    print(f"Demo data: 2 brands, {cases} cases in {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
