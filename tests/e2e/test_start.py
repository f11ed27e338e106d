"""Decides that one command brings up every part, and that a browser finds it on any host name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.conftest import ROOT


def test_every_part_is_ready(munim):
    assert munim.health() == {
        "database": "ready",
        "valkey": "ready",
        "worker": "ready",
        "beat": "ready",
        "outbox_relay": "ready",
        "sandbox": "ready",
        "front_end": "ready",
    }


def test_a_second_start_in_the_same_folder_is_refused_in_plain_words(munim):
    second = subprocess.run(
        [sys.executable, "-m", "ops.run"],
        cwd=ROOT,
        env=munim.environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 1
    assert f"Munim already runs in {munim.home}" in second.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "munim.example.test"])
def test_the_login_page_opens_under_any_host_name(munim, new_context, picture, host):
    page = new_context().new_page()
    page.goto(munim.address.replace("127.0.0.1", host) + "/login")
    assert page.get_by_role("heading", name="Log in").is_visible()
    picture(page, "login")


def test_the_login_page_fits_a_phone(munim, phone, picture):
    phone.goto("/login")
    assert phone.get_by_label("E-mail").is_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    picture(phone, "login")
