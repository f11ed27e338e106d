"""Decides what `make bench` runs: every comparison on a fresh embedded database, a line each."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ops import postgres
from ops.ports import free_port
from tests.bench import form

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE = "munim_bench"


def main() -> int:
    """Run all comparisons; the exit code is 1 when one misses its aim."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="munim-bench-") as folder:
        home = Path(folder)
        server = postgres.Postgres(home / "data", free_port(), secrets.token_hex(16))
        # loading is not what is measured, so it need not be safe
        settings = {**postgres.THROW_AWAY, "shared_buffers": "256MB", "autovacuum": "off"}
        process = server.start(log=home / "log", settings=settings)
        try:
            lines = _lines(server)
        finally:
            postgres.stop(process)
    print(form.row(form.HEADINGS))
    for line in lines:
        print(line)
    print(f"munim: {len(lines)} comparisons in {time.monotonic() - began:.0f} s")
    return 0 if all(line.reached for line in lines) else 1


def _lines(server: postgres.Postgres) -> list[form.Line]:
    passwords = {role: secrets.token_hex(16) for role in postgres.ROLES}
    server.create_roles(passwords)
    server.create_database(DATABASE)
    urls = {role: server.url(role, passwords[role], DATABASE) for role in postgres.ROLES}
    os.environ["DATABASE_URL"] = urls[postgres.APPLICATION]
    os.environ.setdefault("MUNIM_DATA_KEYS", "t1:" + "11" * 32)
    os.environ.setdefault("MUNIM_INDEX_KEY", "22" * 32)
    subprocess.run(
        [sys.executable, "-m", "ops.migrate"],
        cwd=ROOT,
        env={**os.environ, "MIGRATION_DATABASE_URL": urls[postgres.OWNER]},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    from tests.bench import list_page
    from tests.world import open_test_brand

    brands = (open_test_brand("bench-one").id, open_test_brand("bench-two").id)

    def settle() -> None:
        with server.connect(DATABASE) as connection:
            connection.execute("VACUUM (ANALYZE)")

    line = list_page.measure(urls[postgres.APPLICATION], urls[postgres.BACKUP], brands, settle)
    return [line]


if __name__ == "__main__":
    sys.exit(main())
