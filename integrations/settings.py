"""Where providers are found and how long they may take, read once from the environment.

Vendors' addresses and keys belong to a brand's provider choice; here are only the limits and the
sandbox, which must never be reachable from a production installation.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 20.0
TOTAL_TIMEOUT_S = 45.0
RESPONSE_BYTES_MAX = 2 * 1024 * 1024
DOCUMENT_BYTES_MAX = 25 * 1024 * 1024
DEFAULT_SANDBOX_PORT = 8001


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Limits of every call and the sandbox's address ("" when there is none)."""

    production: bool
    sandbox_url: str
    egress_proxy: str
    connect_timeout_s: float
    read_timeout_s: float
    total_timeout_s: float


def is_production() -> bool:
    """Whether this installation serves real people."""
    return os.environ.get("MUNIM_ENV", "development") == "production"


@lru_cache(maxsize=1)
def provider_settings() -> ProviderSettings:
    """Read `SANDBOX_URL` (or `SANDBOX_PORT`), `EGRESS_PROXY` and `PROVIDER_…_TIMEOUT_S`."""
    production = is_production()
    port = os.environ.get("SANDBOX_PORT", "")
    sandbox = os.environ.get("SANDBOX_URL", f"http://127.0.0.1:{port}" if port else "").rstrip("/")
    return ProviderSettings(
        production=production,
        sandbox_url="" if production else sandbox,
        egress_proxy=os.environ.get("EGRESS_PROXY", ""),
        connect_timeout_s=float(os.environ.get("PROVIDER_CONNECT_TIMEOUT_S", CONNECT_TIMEOUT_S)),
        read_timeout_s=float(os.environ.get("PROVIDER_READ_TIMEOUT_S", READ_TIMEOUT_S)),
        total_timeout_s=float(os.environ.get("PROVIDER_TOTAL_TIMEOUT_S", TOTAL_TIMEOUT_S)),
    )


def public_url(path: str) -> str:
    """An address of ours as a customer's browser reaches it: `PUBLIC_URL`, else this machine."""
    base = os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    return f"{base.rstrip('/')}/{path.lstrip('/')}"
