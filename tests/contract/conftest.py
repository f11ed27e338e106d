"""One sandbox process and one stand-in of the product for all contract tests of a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.sandbox import PATIENT, Providers, Receiver, receiver, running_sandbox


@pytest.fixture(scope="session")
def product() -> Iterator[Receiver]:
    """Where the sandbox delivers its webhooks."""
    with receiver() as kept:
        yield kept


@pytest.fixture(scope="session")
def sandbox_url(tmp_path_factory: pytest.TempPathFactory, product: Receiver) -> Iterator[str]:
    """A running sandbox."""
    home = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(home, f"http://127.0.0.1:{product.port}") as url:
        yield url


@pytest.fixture
def providers(sandbox_url: str) -> Providers:
    """A brand's adapters with short time-outs."""
    return Providers(sandbox_url)


@pytest.fixture
def patient(sandbox_url: str) -> Providers:
    """A brand's adapters that wait for slow answers."""
    return Providers(sandbox_url, settings=PATIENT)
