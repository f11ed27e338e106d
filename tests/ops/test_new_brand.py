"""Decides that an installation without demo data can open a brand, and that its administrator
can then log in with the printed password."""

from __future__ import annotations

import itertools
import secrets

import pytest

from core.access.permission import Permission
from core.access.session import log_in_staff
from core.db.brand_table import now_utc
from core.kernel.errors import Invalid
from ops.new_brand import open_brand

numbers = itertools.count(1)


@pytest.fixture
def code(database):
    del database
    return f"n{secrets.token_hex(3)}{next(numbers)}"


def test_the_first_administrator_logs_in_with_the_printed_password(code):
    password = open_brand(code, "Acme Finance", f"{code}@acme.example", "A. Rao")
    session = log_in_staff(
        f"{code}@acme.example", password, address="127.0.0.1", device="test", now=now_utc()
    )
    assert session.actor.name == "A. Rao"
    assert session.actor.can(Permission.STAFF_MANAGE)


def test_a_reserved_word_is_no_code_for_a_brand(database):
    del database
    with pytest.raises(Invalid):
        open_brand("healthz", "Acme Finance", "a@acme.example", "A. Rao")


def test_a_try_that_stopped_half_way_can_be_repeated(code):
    with pytest.raises(Invalid):
        open_brand(code, "Acme Finance", "no address", "A. Rao")
    assert open_brand(code, "Acme Finance", f"{code}@acme.example", "A. Rao") != ""
