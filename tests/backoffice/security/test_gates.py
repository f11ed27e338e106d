"""Decides that the doors beside the socket are shut as well: uploads, foreign posts and stored
files, each refused before anything of it is read."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest

MEGABYTE = 1024 * 1024


def test_an_upload_without_a_session_is_refused_before_its_body_is_read(served):
    parts = urlsplit(served)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as raw:
        head = (
            f"POST /files/upload/anything HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Origin: {served}\r\nContent-Type: application/octet-stream\r\n"
            f"Content-Length: {300 * MEGABYTE}\r\n\r\n"
        )
        raw.sendall(head.encode())
        answer = raw.recv(4096).decode(errors="replace")
    assert answer.startswith("HTTP/1.1 401")


def test_reflexs_own_upload_is_refused_without_a_session(served):
    answer = httpx.post(f"{served}/_upload", content=b"x", headers={"Origin": served})
    assert answer.status_code == 401


def test_an_upload_larger_than_the_limit_is_refused_by_its_length(served, staff, logged_in):
    from backoffice.security.gates import UPLOAD_BYTES_MAX

    cookie = logged_in(staff("admin"))
    parts = urlsplit(served)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as raw:
        head = (
            f"POST /files/upload/anything HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Origin: {served}\r\nCookie: munim_session={cookie}\r\n"
            f"Content-Length: {UPLOAD_BYTES_MAX + 1}\r\n\r\n"
        )
        raw.sendall(head.encode())
        answer = raw.recv(4096).decode(errors="replace")
    assert answer.startswith("HTTP/1.1 413")
    assert "The limit is 25 MB" in answer


def test_files_that_reflex_would_show_to_anybody_are_not_there(served):
    assert httpx.get(f"{served}/_upload/anything.pdf").status_code == 404


@pytest.mark.parametrize("path", ["/auth/login", "/auth/logout", "/auth/switch-brand"])
def test_a_post_from_another_site_is_refused(served, path):
    answer = httpx.post(
        f"{served}{path}", data={"email": "a"}, headers={"Origin": "http://elsewhere.example"}
    )
    assert answer.status_code == 403


def test_a_post_that_names_the_asked_host_as_origin_is_heard(served):
    answer = httpx.post(
        f"{served}/auth/login",
        data={"email": "nobody@example.test", "password": "wrong"},
        headers={"Origin": served},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_no_other_site_may_read_our_answers(served):
    answer = httpx.get(f"{served}/login", headers={"Origin": "http://elsewhere.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_every_answer_carries_the_headers_that_keep_a_browser_honest(served):
    headers = httpx.get(f"{served}/login").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_a_wrong_password_puts_no_address_of_a_person_into_the_url(served):
    answer = httpx.post(
        f"{served}/auth/login",
        data={"email": "asha@example.test", "password": "wrong"},
        headers={"Origin": served},
    )
    assert "asha" not in answer.headers["location"]


def test_the_session_cookie_is_out_of_reach_of_scripts(served, brand, staff):
    from core.access.password import hash_password
    from core.access.session import platform_session
    from core.access.tables import Staff

    person = staff("admin")
    with platform_session() as session:
        session.get_one(Staff, person.id).password_hash = hash_password("correct horse battery")
        session.commit()
    answer = httpx.post(
        f"{served}/auth/login",
        data={"email": person.email, "password": "correct horse battery"},
        headers={"Origin": served},
    )
    cookies = [c for c in answer.headers.get_list("set-cookie") if c.startswith("munim_session")]
    assert answer.headers["location"] == f"/{brand.code}"
    assert "HttpOnly" in cookies[0]
    assert "SameSite=lax" in cookies[0]
    assert answer.headers["clear-site-data"] == '"storage"'


def test_demo_people_cannot_be_chosen_when_demo_data_is_off(served, staff):
    answer = httpx.post(
        f"{served}/auth/demo", data={"staff": str(staff("admin").id)}, headers={"Origin": served}
    )
    assert answer.status_code == 404


def test_a_login_leads_only_inside_this_product(served):
    page = httpx.get(f"{served}/login?next=https://elsewhere.example/x").text
    assert "elsewhere.example" not in page
