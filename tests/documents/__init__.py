"""Papers that tests read, found by name.

One helper, so that no test knows where the files lie.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


def paper(name: str) -> bytes:
    """The bytes of a test paper."""
    return (FOLDER / name).read_bytes()


def truth(name: str) -> dict[str, Any]:
    """What is printed on a paper, by the paper's name without ending."""
    return json.loads((FOLDER / f"{name}.json").read_text())
