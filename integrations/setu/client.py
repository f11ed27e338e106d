"""PAN check, penny drop and Aadhaar e-sign over Setu's published HTTP interface.

One set of client keys per brand; each product has its own instance id in the header, which is why
the client holds three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from core.agreement.ports import SignAnswer, SignRequest
from core.kyc.ports import BankAccountAnswer, BankAccountRequest, PanAnswer, PanRequest
from integrations.http import Effect, ProviderHttp, Reply
from integrations.reading import at, mapping, text
from integrations.settings import DOCUMENT_BYTES_MAX
from integrations.setu.mapping import (
    REASON_MIN,
    SIGNERS_MAX,
    bank_account_answer,
    pan_answer,
    sign_answer,
    signer_body,
)

T = TypeVar("T")

PRODUCTION_URL = "https://dg.setu.co"


@dataclass(frozen=True, slots=True)
class SetuProducts:
    """The product instance ids of one brand."""

    pan: str = ""
    bank_account: str = ""
    esign: str = ""


class Setu:
    """One brand's Setu account: PanCheck, BankAccountCheck and ESign."""

    def __init__(self, http: ProviderHttp, products: SetuProducts) -> None:
        self._http = http
        self._products = products

    def check_pan(self, request: PanRequest) -> PanAnswer:
        """Ask for the record of one PAN; a PAN that does not exist is an answer, no error."""
        if len(request.reason) < REASON_MIN:
            raise ValueError(f"the reason for a PAN check has {REASON_MIN} characters or more")
        operation = "pan.check"
        reply = self._http.call(
            "POST",
            "/api/verify/pan",
            operation=operation,
            effect=Effect.READ,
            reference=request.reference,
            body={"pan": request.pan, "consent": "Y", "reason": request.reason},
            headers=_product(self._products.pan),
        )
        if reply.status not in (200, 404):
            raise self._refused(reply, operation)
        return self._read(
            lambda body: pan_answer(body, reply.status), reply, operation, Effect.READ
        )

    def check_bank_account(self, request: BankAccountRequest) -> BankAccountAnswer:
        """Send the penny drop and wait; a rupee moves, so silence is an unknown outcome."""
        operation = "bank_account.check"
        reply = self._http.call(
            "POST",
            "/api/verify/ban",
            operation=operation,
            effect=Effect.ONCE,
            reference=request.reference,
            body={"ifsc": request.ifsc, "accountNumber": request.account_number},
            headers=_product(self._products.bank_account),
        )
        if reply.status >= 400:
            raise self._refused(reply, operation)
        return self._read(bank_account_answer, reply, operation, Effect.ONCE)

    def send(self, request: SignRequest) -> SignAnswer:
        """Upload the PDF, then ask the signers; a lost answer leaves only an unused document."""
        if not 0 < len(request.signers) <= SIGNERS_MAX:
            raise ValueError(f"one to {SIGNERS_MAX} people sign a document")
        headers = _product(self._products.esign)
        operation = "esign.upload"
        reply = self._http.call(
            "POST",
            "/api/documents",
            operation=operation,
            effect=Effect.ONCE,
            reference=request.reference,
            form={"name": request.file_name},
            files={"document": (request.file_name, request.pdf, "application/pdf")},
            headers=headers,
        )
        if reply.status >= 400:
            raise self._refused(reply, operation)
        document = self._read(_document_id, reply, operation, Effect.ONCE)
        operation = "esign.create"
        reply = self._http.call(
            "POST",
            "/api/signature",
            operation=operation,
            effect=Effect.ONCE,
            reference=request.reference,
            body={
                "documentId": document,
                "redirectUrl": request.return_url,
                "signers": [
                    signer_body(signer, request.signature_pages) for signer in request.signers
                ],
            },
            headers=headers,
        )
        if reply.status >= 400:
            raise self._refused(reply, operation)
        return self._read(sign_answer, reply, operation, Effect.ONCE)

    def status(self, provider_reference: str) -> SignAnswer:
        """Ask where a signature request stands."""
        operation = "esign.status"
        reply = self._http.call(
            "GET",
            f"/api/signature/{_path_part(provider_reference)}",
            operation=operation,
            effect=Effect.READ,
            reference=provider_reference,
            headers=_product(self._products.esign),
        )
        if reply.status >= 400:
            raise self._refused(reply, operation)
        return self._read(sign_answer, reply, operation, Effect.READ)

    def signed_document(self, provider_reference: str) -> bytes:
        """Fetch the signed PDF; refused until everyone has signed.

        The download address comes from Setu and must lie on a configured host.
        """
        operation = "esign.download"
        reply = self._http.call(
            "GET",
            f"/api/signature/{_path_part(provider_reference)}/download/",
            operation=operation,
            effect=Effect.READ,
            reference=provider_reference,
            headers=_product(self._products.esign),
        )
        if reply.status >= 400:
            raise self._refused(reply, operation)
        url = self._read(_download_url, reply, operation, Effect.READ)
        file = self._http.call(
            "GET",
            url,
            operation=operation,
            effect=Effect.READ,
            reference=provider_reference,
            max_bytes=DOCUMENT_BYTES_MAX,
        )
        if file.status >= 400:
            raise self._refused(file, operation)
        if not file.body.startswith(b"%PDF-"):
            raise self._http.unreadable(file, operation=operation, effect=Effect.READ)
        return file.body

    def _read(self, read: Callable[[object], T], reply: Reply, operation: str, effect: Effect) -> T:
        try:
            return read(reply.json())
        except ValueError as error:
            raise self._http.unreadable(reply, operation=operation, effect=effect) from error

    def _refused(self, reply: Reply, operation: str) -> Exception:
        try:
            error = at(reply.json(), "error")
        except ValueError:
            error = None
        return self._http.refused(
            reply,
            operation=operation,
            code=text(at(error, "code")),
            sentence=text(at(error, "detail")),
        )


def _product(instance: str) -> Mapping[str, str]:
    return {"x-product-instance-id": instance} if instance else {}


def _document_id(body: object) -> str:
    found = text(mapping(body).get("id"))
    if not found:
        raise ValueError("a document without an id")
    return found


def _download_url(body: object) -> str:
    found = text(mapping(body).get("downloadUrl"))
    if not found.startswith(("https://", "http://")):
        raise ValueError("no download address")
    return found


def _path_part(reference: str) -> str:
    """A vendor's id as one path segment; raises ValueError for anything that is not one."""
    if not reference.replace("-", "").isalnum():
        raise ValueError("not an id of the provider")
    return reference
