"""Which vendor serves a port: the brand's choice, the sandbox outside production, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, text

from core.access.actor import Actor
from core.access.permission import Permission
from core.db.unit_of_work import unit_of_work
from core.kernel.errors import Forbidden, Invalid
from core.kernel.provider import ProviderUnavailable
from core.kyc.ports import PanCheck, PanRequest
from core.provider.service import ChooseProvider, choose_provider
from core.provider.tables import ProviderCall
from integrations import registry
from integrations.http import forget_pools
from integrations.razorpay.client import Razorpay
from integrations.registry import Port
from integrations.sandbox import credential
from integrations.settings import provider_settings
from integrations.setu.client import Setu
from ops.ports import free_port


@pytest.fixture
def with_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A sandbox address nobody listens on."""
    url = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("SANDBOX_URL", url)
    monkeypatch.setenv("PROVIDER_CONNECT_TIMEOUT_S", "0.5")
    forget()
    yield url
    monkeypatch.undo()
    forget()


def forget() -> None:
    """Read settings and choices again."""
    provider_settings.cache_clear()
    registry.forget_choices()
    forget_pools()


def admin(brand: Any) -> Actor:
    """Somebody who may choose providers."""
    return Actor.system(brand.id, "test", [Permission.BRAND_CONFIGURE])


def choose(brand: Any, **command: Any) -> None:
    """Choose a provider and commit."""
    with unit_of_work(admin(brand), "test") as uow:
        choose_provider(uow, ChooseProvider(**command))
        uow.commit()
    registry.forget_choices()


@pytest.mark.parametrize("name", list(Port))
def test_every_port_has_an_adapter_in_the_sandbox(
    brand: Any, with_sandbox: str, name: Port
) -> None:
    assert registry.port(name, brand.id) is not None


def test_a_port_can_be_asked_by_its_protocol(brand: Any, with_sandbox: str) -> None:
    assert isinstance(registry.port(PanCheck, brand.id), Setu)


def test_without_sandbox_and_choice_it_is_said_plainly(
    brand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_URL", "")
    forget()
    with pytest.raises(ProviderUnavailable, match="No provider is set up for payout"):
        registry.payout_gateway(brand.id)
    forget()


def test_production_never_uses_the_sandbox(
    brand: Any, with_sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(brand, port="payout", vendor="razorpay", settings={"environment": "sandbox"})
    monkeypatch.setenv("MUNIM_ENV", "production")
    forget()
    with pytest.raises(ProviderUnavailable):
        registry.payout_gateway(brand.id)
    forget()


def test_a_brands_own_choice_is_used_with_its_keys(brand: Any, with_sandbox: str) -> None:
    keys = {"key_id": "rzp_live_1", "key_secret": "s3cret", "webhook_secret": "hook"}
    choose(
        brand,
        port="payout",
        vendor="razorpay",
        settings={"base_url": "https://api.razorpay.com", "debit_account": "1"},
        credentials=keys,
    )
    assert isinstance(registry.payout_gateway(brand.id), Razorpay)
    sandbox = credential.credentials(brand.code, "razorpay")
    assert registry.webhook_credentials(brand.id, "razorpay") == [keys, sandbox]


def test_keys_are_sealed_in_the_table_and_absent_from_the_audit(brand: Any) -> None:
    choose(brand, port="sms", vendor="msg91", credentials={"authkey": "s3cret-authkey"})
    with unit_of_work(admin(brand), "test") as uow:
        for table in ("provider_choice", "audit_event"):
            rows = uow.session.execute(text(f"SELECT * FROM {table}")).all()
            assert rows
            assert "s3cret-authkey" not in repr(rows)


def test_one_brands_choice_is_not_anothers(
    brand: Any, new_brand: Callable[..., Any], with_sandbox: str
) -> None:
    other = new_brand()
    keys = {"authkey": "x", "webhook_secret": "own"}
    choose(brand, port="sms", vendor="msg91", credentials=keys)
    assert registry.webhook_credentials(brand.id, "msg91") == [keys]
    assert registry.webhook_credentials(other.id, "msg91") == [
        credential.credentials(other.code, "msg91")
    ]


def test_only_who_configures_the_brand_may_choose(brand: Any) -> None:
    actor = Actor.system(brand.id, "test", [Permission.LOAN_LIST])
    with unit_of_work(actor, "test") as uow, pytest.raises(Forbidden):
        choose_provider(uow, ChooseProvider(port="sms", vendor="msg91"))


def test_a_choice_needs_port_and_vendor(brand: Any) -> None:
    with unit_of_work(admin(brand), "test") as uow, pytest.raises(Invalid) as caught:
        choose_provider(uow, ChooseProvider(port="", vendor=""))
    assert set(caught.value.fields) == {"port", "vendor"}


def test_another_vendor_forgets_the_first_ones_keys(brand: Any) -> None:
    choose(brand, port="sms", vendor="msg91", credentials={"authkey": "x"})
    choose(brand, port="sms", vendor="other")
    with unit_of_work(admin(brand), "test") as uow:
        sealed = uow.session.execute(text("SELECT sealed_credentials FROM provider_choice"))
        assert sealed.scalar_one() == ""


def test_calls_are_kept_per_brand_without_a_body(brand: Any, with_sandbox: str) -> None:
    with pytest.raises(ProviderUnavailable):
        registry.pan_check(brand.id).check_pan(PanRequest("ABCPE1234F", "K-1"))
    with unit_of_work(admin(brand), "test") as uow:
        (row,) = uow.session.scalars(select(ProviderCall)).all()
        assert (row.provider, row.operation, row.outcome) == ("setu", "pan.check", "unavailable")
        assert (row.reference, row.attempts) == ("K-1", 3)
        assert "ABCPE1234F" not in repr(row)


@pytest.mark.parametrize(
    ("url", "host", "expected"),
    [
        ("http://127.0.0.1:8001/pay/p1", "192.168.1.7:8000", "http://192.168.1.7:8001/pay/p1"),
        ("http://127.0.0.1:8001/pay/p1", "127.0.0.1:8000", "http://127.0.0.1:8001/pay/p1"),
        ("http://127.0.0.1:8001/pay/p1", "", "http://127.0.0.1:8001/pay/p1"),
        ("https://rzp.io/i/x", "192.168.1.7:8000", "https://rzp.io/i/x"),
        ("http://localhost:8001/s?a=1", "munim.lan", "http://munim.lan:8001/s?a=1"),
    ],
)
def test_a_phone_can_open_the_sandboxs_links(url: str, host: str, expected: str) -> None:
    assert registry.customer_link(url, host) == expected
