"""Decides how our own client code enters Reflex's build, and that the build fits any host and port.
Kept free of every other import of ours, because Reflex's configuration loads it first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

CLIENT_FOLDER = Path(__file__).parent / "ui" / "client"

# the two lines of Reflex's client that decide the address; a new Reflex that words them
# differently must fail the build here rather than serve a client that finds nothing
_PORT_KEPT = "    endpoint.hostname = frontend_hostname;\n"
_PORT_DROPPED = (
    '      endpoint.port = ""; // Assume websocket is on https port via load balancer.\n'
)


def talk_to_own_origin(source: str) -> str:
    """Reflex's client source with the page's own port in place of the baked one."""
    for line in (_PORT_KEPT, _PORT_DROPPED):
        if source.count(line) != 1:
            raise ValueError("Reflex's utils/state.js changed: see backoffice/front_end.py")
    source = source.replace(_PORT_DROPPED, "")
    return source.replace(_PORT_KEPT, _PORT_KEPT + "    endpoint.port = window.location.port;\n")


def _once(source: str) -> str:
    """The same for a file that an earlier build of this folder already changed."""
    return source if "window.location.port" in source else talk_to_own_origin(source)


class SameOriginPlugin(Plugin):
    """Changes the client's address rule at build time."""

    def pre_compile(self, **context: Any) -> None:
        """Called by Reflex before it writes the front end's sources."""
        context["add_modify_task"]("utils/state.js", _once)


class ClientPiecesPlugin(Plugin):
    """Puts every .jsx of backoffice/ui/client under `munim/` of the front end's sources."""

    def get_static_assets(self, **context: Any) -> Sequence[tuple[Path, str | bytes]]:
        """Called by Reflex when it writes the front end's sources."""
        del context
        return [
            (Path("munim") / path.name, path.read_text(encoding="utf-8"))
            for path in sorted(CLIENT_FOLDER.glob("*.js*"))
        ]
