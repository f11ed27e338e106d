"""Files over plain HTTP as a browser sends them: through the gate, the check and the service.

Every refusal is one sentence with its status, and nothing is stored for a refused file.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from backoffice.document.document_routes import routes
from backoffice.security.access import SESSION_COOKIE
from backoffice.security.gates import OriginGate, UploadGate
from core.access.actor import Actor
from core.access.session import open_party_session
from core.brand.tables import Brand
from core.db.brand_table import now_utc
from core.db.unit_of_work import run_command
from core.document.tables import Document
from tests.document_world import new_business, use_blob_folder
from tests.documents import paper

PDF = "application/pdf"
LOCKED = "salaried_6m_password_TEST0101.pdf"


@pytest.fixture(autouse=True)
def _blobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: object) -> None:
    use_blob_folder(monkeypatch, tmp_path)


@pytest.fixture
def web() -> Iterator[TestClient]:
    with TestClient(
        OriginGate(UploadGate(Starlette(routes=routes()))),  # type: ignore[arg-type]
        base_url="http://munim.test",
        raise_server_exceptions=False,
        follow_redirects=False,
    ) as client:
        yield client


@pytest.fixture
def business(brand: Brand) -> Actor:
    return new_business(brand)


def log_in(web: TestClient, actor: Actor) -> TestClient:
    assert actor.id is not None
    made = open_party_session(
        actor.brand_id,
        str(actor.kind),
        actor.id,
        actor.name,
        address="testclient",
        device="testclient",
        now=now_utc(),
    )
    web.cookies.set(SESSION_COOKIE, made.cookie_value)
    return web


def send(web: TestClient, name: str, content: bytes, **fields: str) -> tuple[int, str]:
    answer = web.post("/files/upload/invoice", files={"file": (name, content)}, data=fields)
    try:
        said = answer.json()
    except ValueError:
        return answer.status_code, answer.text
    return answer.status_code, said.get("error") or said.get("number")


def documents(brand: Brand) -> int:
    return run_command(
        Actor.system(brand.id, "test"),
        "count",
        lambda uow: uow.session.scalar(select(func.count()).select_from(Document)) or 0,
    )


def test_an_invoice_of_a_business_is_taken(web: TestClient, brand: Brand, business: Actor) -> None:
    log_in(web, business)
    assert send(web, "bill.pdf", paper("inv_0003_professional.pdf")) == (200, "INV-000001")
    assert documents(brand) == 1


def test_nobody_uploads_without_logging_in(web: TestClient, brand: Brand) -> None:
    status, said = send(web, "bill.pdf", paper("inv_0003_professional.pdf"))
    assert (status, said) == (401, "Log in before you upload a file.")
    assert documents(brand) == 0


def test_another_site_cannot_upload(web: TestClient, business: Actor) -> None:
    log_in(web, business)
    answer = web.post(
        "/files/upload/invoice",
        files={"file": ("bill.pdf", paper("inv_0003_professional.pdf"))},
        headers={"origin": "http://elsewhere.test"},
    )
    assert answer.status_code == 403


def test_60_megabytes_are_refused_before_they_are_read(
    web: TestClient, brand: Brand, business: Actor
) -> None:
    log_in(web, business)
    status, said = send(web, "bill.pdf", b"%PDF-1.7" + bytes(60 * 1024 * 1024))
    assert (status, said) == (413, "This file is too large. The limit is 25 MB.")
    assert documents(brand) == 0


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"", "The file is empty. Choose the file again."),
        ("a.pdf", b"hello", "This is not a PDF, JPEG, PNG or TIFF file. Upload one of these."),
        (
            "a.pdf",
            photo(),
            "The name says a PDF, but the content is a JPEG picture. Upload the original file; "
            "renaming does not convert it.",
        ),
        (
            "a.pdf",
            paper("salaried_6m.pdf") + b"<script>alert(1)</script>",
            "The file holds a second file inside its bytes and is refused for safety. Save it "
            "anew as a PDF or a picture.",
        ),
        (
            "a.pdf",
            paper("salaried_6m.pdf")[:900],
            "The file is damaged and cannot be opened. Download or scan it again.",
        ),
        ("a.pdf", paper(LOCKED), "This PDF is protected. Enter its password."),
    ],
    ids=["empty", "text", "renamed picture", "polyglot", "truncated", "encrypted"],
)
def test_a_bad_file_is_refused_in_one_sentence(
    web: TestClient, brand: Brand, business: Actor, name: str, content: bytes, sentence: str
) -> None:
    log_in(web, business)
    assert send(web, name, content) == (422, sentence)
    assert documents(brand) == 0


def test_the_password_goes_with_the_file(web: TestClient, brand: Brand, business: Actor) -> None:
    log_in(web, business)
    assert send(web, "a.pdf", paper(LOCKED), password="WRONG") == (
        422,
        "This password does not open the PDF.",
    )
    assert send(web, "a.pdf", paper(LOCKED), password="TEST0101")[0] == 200
    assert documents(brand) == 1


def test_the_same_file_twice_is_a_conflict_with_the_earlier_number(
    web: TestClient, business: Actor
) -> None:
    log_in(web, business)
    send(web, "bill.pdf", paper("inv_0003_professional.pdf"))
    status, said = send(web, "copy.pdf", paper("inv_0003_professional.pdf"))
    assert status == 409
    assert said.startswith("This invoice is the same as INV-000001, uploaded on")


def document_id(brand: Brand) -> int:
    return run_command(
        Actor.system(brand.id, "test"),
        "look",
        lambda uow: uow.session.scalar(select(Document.id)) or 0,
    )


def test_the_owner_opens_the_file_through_a_link_that_holds_its_bytes(
    web: TestClient, brand: Brand, business: Actor
) -> None:
    log_in(web, business)
    send(web, "bill.pdf", paper("inv_0003_professional.pdf"))
    redirect = web.get(f"/files/document/{document_id(brand)}")
    assert redirect.status_code == 303
    opened = web.get(redirect.headers["location"])
    assert opened.content == paper("inv_0003_professional.pdf")
    assert opened.headers["content-type"] == PDF
    assert opened.headers["content-disposition"] == "inline; filename*=UTF-8''bill.pdf"
    assert opened.headers["cache-control"] == "private, no-store"


def test_a_page_is_shown_as_a_picture(web: TestClient, brand: Brand, business: Actor) -> None:
    log_in(web, business)
    send(web, "bill.pdf", paper("inv_0003_professional.pdf"))
    picture = web.get(f"/files/document/{document_id(brand)}/page/0")
    assert picture.headers["content-type"] == "image/webp"
    assert web.get(f"/files/document/{document_id(brand)}/page/7").status_code == 422


def test_another_business_and_a_stranger_find_nothing(
    web: TestClient, brand: Brand, business: Actor
) -> None:
    log_in(web, business)
    send(web, "bill.pdf", paper("inv_0003_professional.pdf"))
    number = document_id(brand)
    log_in(web, new_business(brand, "9876500002"))
    assert web.get(f"/files/document/{number}").status_code == 404
    assert web.get(f"/files/document/{number}/page/0").status_code == 404
    web.cookies.clear()
    assert web.get(f"/files/document/{number}/page/0").status_code == 401


def test_a_business_of_another_brand_finds_nothing(
    web: TestClient, new_brand: Callable[..., Brand], brand: Brand, business: Actor
) -> None:
    log_in(web, business)
    send(web, "bill.pdf", paper("inv_0003_professional.pdf"))
    number = document_id(brand)
    log_in(web, new_business(new_brand()))
    assert web.get(f"/files/document/{number}").status_code == 404


def test_a_forged_link_opens_nothing(web: TestClient) -> None:
    assert web.get("/files/blob/abc.def/bill.pdf").status_code == 403
