"""Starts the sandbox: `python -m integrations.sandbox`, on `HOST` and `SANDBOX_PORT`.

One worker, because the timers and the poster live in it.
"""

from __future__ import annotations

import os
import sys

from granian import Granian
from granian.constants import Interfaces

from integrations.sandbox.app import NotInProduction
from integrations.settings import DEFAULT_SANDBOX_PORT, is_production


def main() -> int:
    """Serve until stopped; 2 when this is a production environment."""
    if is_production():
        print(NotInProduction("The provider sandbox never runs with MUNIM_ENV=production."))
        return 2
    Granian(
        "integrations.sandbox.app:make_app",
        address=os.environ.get("HOST", "127.0.0.1"),
        port=int(os.environ.get("SANDBOX_PORT", DEFAULT_SANDBOX_PORT)),
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        log_access=False,
    ).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
