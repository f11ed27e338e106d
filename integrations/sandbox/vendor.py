"""The vendors' own HTTP interfaces, answered as they publish them.

Each handler checks the brand's keys first, then does what the test number wants; anything a vendor
would refuse for its form is refused here too, so that a wrong request never looks right in a test.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import json
import re
import secrets
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.reading import items, mapping, text, whole
from integrations.sandbox import credential, outcome, person
from integrations.sandbox.bureau import bureau_report
from integrations.sandbox.outcome import SLOW_S, TIMEOUT_S, Outcome, of
from integrations.sandbox.service import Sandbox, body_hash, token
from integrations.sandbox.signed_pdf import UnreadableDocument, page_count
from integrations.sandbox.store import Record

BODY_BYTES_MAX = 30 * 1024 * 1024
MALFORMED = b'{"status": "ok", "data": {"id": '
IDEMPOTENCY_LENGTHS = range(4, 37)
REFERENCE_MAX = 40
NARRATION_MAX = 30
PAISE_MIN = 100
REASON_MIN = 20
HOLDERS = {
    "P": "Individual",
    "C": "Company",
    "H": "HUF",
    "F": "Firm",
    "A": "AOP",
    "T": "Trust",
    "B": "BOI",
    "L": "Local authority",
    "J": "Artificial juridical person",
    "G": "Government",
}
_BRAND = re.compile(r"[a-z][a-z0-9-]{1,30}")


class Refused(Exception):
    """An answer of a vendor that is no success."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body


Handler = Callable[[Sandbox, Request, str, bytes], Awaitable[Response]]


def sandbox_of(request: Request) -> Sandbox:
    """The app's sandbox."""
    found: Sandbox = request.app.state.sandbox
    return found


def routed(path: str, method: str, handler: Handler) -> Route:
    """A route that logs the call and turns Refused into the vendor's answer."""
    vendor = path.split("/")[1]

    async def serve(request: Request) -> Response:
        sandbox = sandbox_of(request)
        raw = await request.body() if method == "POST" else b""
        brand = ""
        try:
            if len(raw) > BODY_BYTES_MAX:
                raise Refused(413, {"error": {"code": "too_large"}})
            brand = brand_of(vendor, request, raw)
            response = await handler(sandbox, request, brand, raw)
        except Refused as refused:
            response = JSONResponse(refused.body, status_code=refused.status)
        multipart = "multipart" in request.headers.get("content-type", "")
        shown = f"{len(raw)} bytes" if multipart else raw.decode(errors="replace")
        answer = bytes(response.body) if hasattr(response, "body") else b""
        sandbox.store.log_call(
            brand, vendor, method, request.url.path, response.status_code, shown,
            answer.decode(errors="replace"),
        )  # fmt: skip
        return response

    return Route(path, serve, methods=[method])


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def brand_of(vendor: str, request: Request, raw: bytes) -> str:
    """The brand whose keys came with a request; raises Refused in the vendor's form."""
    headers = request.headers
    brand, right = "", False
    match vendor:
        case "razorpay":
            with contextlib.suppress(ValueError, UnicodeDecodeError):
                scheme, _, value = headers.get("authorization", "").partition(" ")
                login = base64.b64decode(value).decode() if scheme.lower() == "basic" else ""
                key_id, _, given = login.partition(":")
                brand = key_id.removeprefix("rzp_test_")
                right = key_id != brand and _known(brand, vendor, "key_secret", given)
            body: Any = _razorpay_error("Authentication failed", code="BAD_REQUEST_ERROR")
        case "setu":
            brand = headers.get("x-client-id", "").removeprefix("setu_")
            right = _known(brand, vendor, "client_secret", headers.get("x-client-secret", ""))
            body = {"error": {"code": "unauthorized", "detail": "Unauthorised", "traceId": _uuid()}}
        case "msg91":
            given = headers.get("authkey", "")
            brand = given.partition(".")[0]
            right = _known(brand, vendor, "authkey", given)
            body = {"type": "error", "message": "Authentication failure", "code": "201"}
        case "gupshup":
            given = headers.get("apikey", "")
            brand = given.partition(".")[0]
            right = _known(brand, vendor, "apikey", given)
            body = {"status": "error", "message": "Authentication Failed"}
        case "sendgrid":
            given = headers.get("authorization", "").removeprefix("Bearer ")
            brand = given.removeprefix("SG.").partition(".")[0]
            right = _known(brand, vendor, "api_key", given)
            message = "The provided authorization grant is invalid, expired, or revoked"
            body = {"errors": [{"message": message, "field": None, "help": None}]}
        case _:
            head = mapping(mapping(_json(raw)).get("RequestHeader"))
            brand = text(head.get("CustomerId"))
            right = _known(brand, vendor, "password", text(head.get("Password")))
            body = {"Error": {"ErrorCode": "E0401", "ErrorDesc": "Invalid credentials"}}
    if not right:
        raise Refused(401, body)
    return brand


def _known(brand: str, vendor: str, name: str, given: str) -> bool:
    if not _BRAND.fullmatch(brand):
        return False
    return _same(given, credential.credentials(brand, vendor)[name])


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw or b"{}")
    except ValueError:
        return {}


def _uuid() -> str:
    return str(uuid.uuid4())


async def misbehave(found: Outcome) -> Response | None:
    """What the technical test numbers do; None for an answer in good form."""
    match found:
        case Outcome.TIMEOUT:
            await asyncio.sleep(TIMEOUT_S)
            return Response(status_code=504)
        case Outcome.SLOW:
            await asyncio.sleep(SLOW_S)
            return None
        case Outcome.MALFORMED:
            return Response(MALFORMED, media_type="application/json")
        case Outcome.ERROR:
            return JSONResponse({"error": {"code": "internal_server_error"}}, status_code=500)
        case _:
            return None


# Razorpay


def _razorpay_error(sentence: str, *, code: str = "BAD_REQUEST_ERROR", reason: str = "") -> Any:
    return {
        "error": {
            "code": code,
            "description": sentence,
            "source": "business",
            "step": None,
            "reason": reason or "input_validation_failed",
            "metadata": {},
        }
    }


def _bad(sentence: str, *, reason: str = "") -> Refused:
    return Refused(400, _razorpay_error(sentence, reason=reason))


async def create_payout(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /v1/payouts, the composite form."""
    key = request.headers.get("x-payout-idempotency", "")
    if len(key) not in IDEMPOTENCY_LENGTHS:
        raise _bad("Idempotency key is required and has 4 to 36 characters")
    asked = mapping(_json(raw))
    _check_payout(brand, asked)
    account = mapping(mapping(asked.get("fund_account")).get("bank_account"))
    number = text(account.get("account_number"))
    found = of(outcome.PAYOUT, number[-4:])
    if found is Outcome.REFUSED:
        raise _bad("The beneficiary bank does not take payouts now", reason="bank_not_allowed")
    if found is Outcome.LOW_BALANCE:
        raise _bad(
            "Your account does not have enough balance to carry out the payout operation.",
            reason="insufficient_funds",
        )
    payout_id = f"pout_{token(14)}"
    bound, bound_hash = sandbox.store.claim_key(brand, key, body_hash(raw), payout_id)
    if bound_hash != body_hash(raw):
        raise _bad("Different request body sent for the same Idempotency Header")
    if bound == payout_id:
        record = _new_payout(sandbox, brand, payout_id, asked, account)
        sandbox.begin(record, found)
    else:
        existing = sandbox.store.record(bound)
        assert existing is not None
        record = existing
    if found is Outcome.UNKNOWN:
        await asyncio.sleep(TIMEOUT_S)
    if found is Outcome.SLOW:
        await asyncio.sleep(SLOW_S)
    return JSONResponse(record.data["entity"])


def _check_payout(brand: str, asked: Mapping[str, Any]) -> None:
    debit = credential.settings(brand, "", "razorpay")["debit_account"]
    fund = mapping(asked.get("fund_account"))
    account = mapping(fund.get("bank_account"))
    amount = asked.get("amount")
    if text(asked.get("account_number")) != debit:
        raise _bad("The account number is not one of yours")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < PAISE_MIN:
        raise _bad("The amount must be at least INR 1.00")
    if asked.get("currency") != "INR" or asked.get("mode") not in ("IMPS", "NEFT", "RTGS"):
        raise _bad("The currency or the mode is not supported")
    if fund.get("account_type") != "bank_account":
        raise _bad("The fund account type is not supported")
    if not re.fullmatch(r"[A-Z]{4}0[A-Z0-9]{6}", text(account.get("ifsc"))):
        raise _bad("The ifsc must be 11 characters.")
    if not re.fullmatch(r"[A-Za-z0-9]{5,35}", text(account.get("account_number"))):
        raise _bad("The account number is not valid")
    if len(text(account.get("name"))) < 3 or not mapping(fund.get("contact")).get("name"):
        raise _bad("The name field is required and has 3 characters or more")
    if len(text(asked.get("reference_id"))) > REFERENCE_MAX:
        raise _bad("The reference id may not be greater than 40 characters.")
    narration = text(asked.get("narration"))
    if len(narration) > NARRATION_MAX or not re.fullmatch(r"[A-Za-z0-9 ]*", narration):
        raise _bad("The narration has at most 30 letters, digits and blanks")


def _new_payout(
    sandbox: Sandbox, brand: str, payout_id: str, asked: Mapping[str, Any], account: Any
) -> Record:
    now = int(sandbox.store.now())
    fund_id, contact_id = f"fa_{token(14)}", f"cont_{token(14)}"
    contact = mapping(mapping(asked.get("fund_account")).get("contact"))
    entity = {
        "id": payout_id,
        "entity": "payout",
        "fund_account_id": fund_id,
        "fund_account": {
            "id": fund_id,
            "entity": "fund_account",
            "contact_id": contact_id,
            "contact": {"id": contact_id, "entity": "contact", **contact, "active": True},
            "account_type": "bank_account",
            "bank_account": {**mapping(account), "bank_name": "Sandbox Bank", "notes": []},
            "active": True,
            "created_at": now,
        },
        "amount": asked["amount"],
        "currency": "INR",
        "notes": asked.get("notes") or [],
        "fees": 0,
        "tax": 0,
        "status": "processing",
        "purpose": text(asked.get("purpose")),
        "utr": None,
        "mode": asked.get("mode"),
        "reference_id": text(asked.get("reference_id")) or None,
        "narration": text(asked.get("narration")),
        "batch_id": None,
        "status_details": None,
        "created_at": now,
        "fee_type": "",
        "error": {"description": None, "source": None, "reason": None},
    }
    return Record(
        id=payout_id,
        brand=brand,
        vendor="razorpay",
        kind="payout",
        title=f"{asked.get('mode')} to {text(mapping(account).get('account_number'))}",
        party=text(mapping(account).get("name")),
        state="processing",
        reference=text(asked.get("reference_id")),
        amount_paise=asked["amount"],
        data={"entity": entity},
    )


def _own(sandbox: Sandbox, brand: str, kind: str, record_id: str) -> Record:
    record = sandbox.store.record(record_id)
    if record is None or record.brand != brand or record.kind != kind:
        raise _bad("The id provided does not exist")
    return record


async def fetch_payout(sandbox: Sandbox, request: Request, brand: str, _raw: bytes) -> Response:
    """GET /v1/payouts/{id}."""
    return JSONResponse(_own(sandbox, brand, "payout", request.path_params["id"]).data["entity"])


async def list_payouts(sandbox: Sandbox, request: Request, brand: str, _raw: bytes) -> Response:
    """GET /v1/payouts?account_number&reference_id."""
    if not request.query_params.get("account_number"):
        raise _bad("The account number field is required.")
    reference = request.query_params.get("reference_id", "")
    found = [one.data["entity"] for one in sandbox.store.by_reference(brand, "payout", reference)]
    return JSONResponse({"entity": "collection", "count": len(found), "items": found})


async def create_link(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /v1/payment_links."""
    asked = mapping(_json(raw))
    amount, reference = asked.get("amount"), text(asked.get("reference_id"))
    now = int(sandbox.store.now())
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < PAISE_MIN:
        raise _bad("The amount must be at least INR 1.00")
    if len(reference) > REFERENCE_MAX:
        raise _bad("reference_id: the length must be no more than 40.")
    expire_by = whole(asked.get("expire_by")) or 0
    if expire_by and expire_by < now:
        raise _bad("expire_by should be at least 15 minutes more than current time")
    if reference and sandbox.store.by_reference(brand, "payment", reference):
        raise _bad(f"payment link with given reference_id ({reference}) already exists")
    customer = mapping(asked.get("customer"))
    found = of(outcome.PAYMENT, text(customer.get("contact"))[-4:])
    if found is Outcome.REFUSED:
        raise _bad("Payment links are not enabled for this merchant", reason="not_enabled")
    link_id = f"plink_{token(14)}"
    entity = {
        "accept_partial": bool(asked.get("accept_partial")),
        "amount": amount,
        "amount_paid": 0,
        "callback_method": text(asked.get("callback_method")),
        "callback_url": text(asked.get("callback_url")),
        "cancelled_at": 0,
        "created_at": now,
        "currency": "INR",
        "customer": dict(customer),
        "description": text(asked.get("description")),
        "expire_by": expire_by,
        "expired_at": 0,
        "first_min_partial_amount": 0,
        "id": link_id,
        "notes": asked.get("notes") or None,
        "notify": {"email": False, "sms": False, "whatsapp": False},
        "order_id": f"order_{token(14)}",
        "payments": None,
        "reference_id": reference,
        "reminder_enable": False,
        "reminders": [],
        "short_url": f"{public_address(request)}/pay/{link_id}",
        "status": "created",
        "updated_at": now,
        "upi_link": False,
        "user_id": "",
        "whatsapp_link": False,
    }
    record = Record(
        id=link_id,
        brand=brand,
        vendor="razorpay",
        kind="payment",
        title=text(asked.get("description")) or "Payment link",
        party=text(customer.get("name")) or text(customer.get("contact")),
        state="created",
        reference=reference,
        amount_paise=amount,
        data={"entity": entity},
    )
    sandbox.begin(record, found)
    if expire_by:
        sandbox.store.set_timer(record, "expire", expire_by - now)
    return JSONResponse(entity)


async def fetch_link(sandbox: Sandbox, request: Request, brand: str, _raw: bytes) -> Response:
    """GET /v1/payment_links/{id}."""
    return JSONResponse(_own(sandbox, brand, "payment", request.path_params["id"]).data["entity"])


async def list_links(sandbox: Sandbox, request: Request, brand: str, _raw: bytes) -> Response:
    """GET /v1/payment_links?reference_id."""
    reference = request.query_params.get("reference_id", "")
    found = [one.data["entity"] for one in sandbox.store.by_reference(brand, "payment", reference)]
    return JSONResponse({"payment_links": found})


async def cancel_link(sandbox: Sandbox, request: Request, brand: str, _raw: bytes) -> Response:
    """POST /v1/payment_links/{id}/cancel."""
    record = _own(sandbox, brand, "payment", request.path_params["id"])
    if record.state == "paid":
        raise _bad("Payment Link cannot be cancelled because it is already paid")
    if record.state == "created":
        sandbox.store.drop_timers(record.id)
        sandbox.cancel_link(record)
    return JSONResponse(record.data["entity"])


# Setu


def _setu_error(code: str, sentence: str) -> Any:
    return {"error": {"code": code, "detail": sentence, "traceId": _uuid()}}


def _name_of_pan(sandbox: Sandbox, pan: str) -> str:
    registered = sandbox.store.person_by(pan=pan)
    if registered is not None:
        return str(registered["name"])
    known = person.by_pan(pan)
    return known.name if known else person.invented_name(pan, pan[4:5])


async def verify_pan(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /api/verify/pan."""
    asked = mapping(_json(raw))
    pan = text(asked.get("pan")).upper()
    if text(asked.get("consent")).upper() != "Y":
        raise Refused(400, _setu_error("consent_not_given", "Consent is required and is Y/y."))
    if len(text(asked.get("reason"))) < REASON_MIN:
        sentence = "Reason should be at least 20 characters in length."
        raise Refused(400, _setu_error("insufficient_reason_length", sentence))
    found = of(outcome.PAN, pan[person.PAN_DIGITS])
    record = _check(brand, "setu", "PAN check", pan, _name_of_pan(sandbox, pan), found)
    sandbox.store.save(record)
    wrong = await misbehave(found)
    if wrong is not None:
        return wrong
    trace = record.id
    if found is Outcome.REFUSED:
        raise Refused(403, _setu_error("product_not_enabled", "PAN is not enabled for you."))
    if found is Outcome.NOT_FOUND:
        raise Refused(404, {"message": "PAN not found.", "verification": "failed"})
    if found is Outcome.INVALID or not re.fullmatch(r"[A-Z]{5}[0-9]{4}[A-Z]", pan):
        return JSONResponse(
            {"verification": "failed", "message": "PAN is invalid", "traceId": trace}
        )
    name = _name_of_pan(sandbox, pan)
    if found is Outcome.NAME_MISMATCH:
        name = person.invented_name(pan + "other")
    first, _, last = name.rpartition(" ")
    return JSONResponse(
        {
            "data": {
                "aadhaar_seeding_status": (
                    "NOT LINKED" if found is Outcome.NOT_LINKED else "LINKED"
                ),
                "category": HOLDERS.get(pan[3], "Individual"),
                "full_name": name.upper(),
                "first_name": first.upper(),
                "last_name": last.upper(),
            },
            "message": "PAN is valid",
            "verification": "success",
            "traceId": trace,
        }
    )


def _check(brand: str, vendor: str, title: str, asked: str, party: str, found: Outcome) -> Record:
    return Record(
        id=_uuid(),
        brand=brand,
        vendor=vendor,
        kind="check",
        title=f"{title} {asked}",
        party=party,
        state="answered" if found is Outcome.NORMAL else found.value,
        data={"outcome": found.value},
    )


async def verify_account(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /api/verify/ban, the synchronous penny drop."""
    asked = mapping(_json(raw))
    number, ifsc = text(asked.get("accountNumber")), text(asked.get("ifsc"))
    found = of(outcome.ACCOUNT, number[-4:])
    registered = sandbox.store.person_by(account=number)
    known = person.by_account(number)
    name = str(registered["name"]) if registered else known.name if known else ""
    if not name:
        name = person.invented_name(number)
    if found is Outcome.NAME_MISMATCH:
        name = person.invented_name(number + "other")
    record = _check(brand, "setu", "Penny drop", f"{ifsc} {number}", name, found)
    record.amount_paise = 100
    sandbox.store.save(record)
    wrong = await misbehave(found)
    if wrong is not None:
        return wrong
    body: dict[str, Any] = {"id": record.id, "traceId": _uuid()}
    failures = {
        Outcome.INVALID: ("BAVM1", "Either ifsc or bank account is invalid"),
        Outcome.BLOCKED: ("BAVM3", "Account blocked/frozen"),
        Outcome.TECHNICAL: ("BAV08", "CBS offline"),
    }
    if found in failures or not re.fullmatch(r"[A-Z]{4}0[A-Z0-9]{6}", ifsc):
        code, message = failures.get(found, ("BAV92", "Invalid ifsc"))
        return JSONResponse({**body, "code": code, "verification": "failed", "message": message})
    bank = next((one for one in person.BANKS if one[0][:4] == ifsc[:4]), None)
    return JSONResponse(
        {
            **body,
            "code": "BAV00",
            "verification": "success",
            "message": "Account exists and is active.",
            "data": {
                "name": name.upper(),
                "bankName": bank[1] if bank else ifsc[:4],
                "branch": bank[2] if bank else "",
                "transactionReference": f"{secrets.randbelow(10**12):012d}",
                "verifiedAt": datetime.fromtimestamp(sandbox.store.now(), UTC).isoformat(),
            },
        }
    )


async def upload_document(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /api/documents, multipart with `name` and the file `document`."""
    async with request.form(max_files=1, max_part_size=BODY_BYTES_MAX) as form:
        file = form.get("document")
        name = form.get("name")
        content = b"" if file is None or isinstance(file, str) else await file.read()
    try:
        page_count(content)
    except UnreadableDocument as error:
        sentence = "Only PDF documents can be signed."
        raise Refused(400, _setu_error("invalid_file", sentence)) from error
    document_id = _uuid()
    folder = sandbox.store.folder / "documents"
    folder.mkdir(exist_ok=True)
    (folder / f"{document_id}.pdf").write_bytes(content)
    return JSONResponse({"id": document_id, "name": str(name or "")}, status_code=201)


async def create_signature(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /api/signature."""
    asked = mapping(_json(raw))
    document = text(asked.get("documentId"))
    path = sandbox.store.folder / "documents" / f"{document}.pdf"
    if not re.fullmatch(r"[0-9a-f-]{36}", document) or not path.exists():
        raise Refused(404, _setu_error("document_not_found", "Document not found."))
    signers = [mapping(one) for one in items(asked.get("signers"))]
    if not signers or not all(text(one.get("identifier")) for one in signers):
        raise Refused(400, _setu_error("invalid_signers", "At least one signer is required."))
    found = of(outcome.ESIGN, text(signers[0].get("identifier"))[-4:])
    if found is Outcome.REFUSED:
        raise Refused(400, _setu_error("esign_not_enabled", "eSign is not enabled for you."))
    request_id = _uuid()
    address = public_address(request)
    body = {
        "documentId": document,
        "id": request_id,
        "redirectUrl": text(asked.get("redirectUrl")),
        "signers": [
            {
                "displayName": text(one.get("displayName")),
                "birthYear": text(one.get("birthYear")),
                "id": (signer_id := _uuid()),
                "identifier": text(one.get("identifier")),
                "signatureDetails": None,
                "status": "pending",
                "url": f"{address}/sign/{request_id}?signerId={signer_id}",
            }
            for one in signers
        ],
        "status": "sign_initiated",
    }
    record = Record(
        id=request_id,
        brand=brand,
        vendor="setu",
        kind="esign",
        title="Document for signature",
        party=text(signers[0].get("displayName")),
        state="sign_initiated",
        data={"request": body, "pages": page_count(path.read_bytes())},
    )
    sandbox.begin(record, found)
    return JSONResponse(body, status_code=201)


def _signature(sandbox: Sandbox, brand: str, request_id: str) -> Record:
    record = sandbox.store.record(request_id)
    if record is None or record.brand != brand or record.kind != "esign":
        sentence = "Signature Request Not Found."
        raise Refused(404, _setu_error("signature_request_not_found", sentence))
    return record


async def fetch_signature(sandbox: Sandbox, request: Request, brand: str, _raw: bytes) -> Response:
    """GET /api/signature/{id}."""
    return JSONResponse(_signature(sandbox, brand, request.path_params["id"]).data["request"])


async def download_signature(
    sandbox: Sandbox, request: Request, brand: str, _raw: bytes
) -> Response:
    """GET /api/signature/{id}/download/: where the signed PDF may be fetched."""
    record = _signature(sandbox, brand, request.path_params["id"])
    if record.state != "sign_complete":
        sentence = "Only signed documents can be downloaded."
        raise Refused(400, _setu_error("document_not_signed", sentence))
    ticket = credential.derive(brand, "setu", f"download {record.id}")
    valid = datetime.fromtimestamp(sandbox.store.now() + 900, UTC).isoformat()
    return JSONResponse(
        {
            # fetched by the product itself, so by the address it called
            "downloadUrl": f"{own_address(request)}/setu/files/{record.id}.pdf?ticket={ticket}",
            "id": record.id,
            "validUpto": valid,
        }
    )


# messages


def _ten_digits(number: str) -> str:
    return re.sub(r"\D", "", number)[-10:]


async def msg91_flow(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /api/v5/flow."""
    asked = mapping(_json(raw))
    recipient = mapping(next(iter(items(asked.get("recipients"))), None))
    number = text(recipient.get("mobiles"))
    if not text(asked.get("template_id")):
        return JSONResponse({"type": "error", "message": "template id missing", "code": "211"})
    if not re.fullmatch(r"91[6-9][0-9]{9}", number):
        return JSONResponse({"type": "error", "message": "invalid mobile number", "code": "202"})
    found = of(outcome.MESSAGE, number[-4:])
    wrong = await misbehave(found)
    if wrong is not None:
        return wrong
    if found is Outcome.REFUSED:
        return JSONResponse(
            {"type": "error", "message": "number is on the do-not-disturb list", "code": "208"}
        )
    variables = {
        key: text(value)
        for key, value in recipient.items()
        if key not in ("mobiles", "text", "CRQID")
    }
    shown = text(recipient.get("text")) or ", ".join(
        f"{key}: {value}" for key, value in variables.items()
    )
    record = Record(
        id=secrets.token_hex(12),
        brand=brand,
        vendor="msg91",
        kind="message",
        title=shown,
        party=_ten_digits(number),
        state="accepted",
        reference=text(recipient.get("CRQID")),
        data={
            "to": number,
            "channel": "sms",
            "template": text(asked.get("template_id")),
            "variables": variables,
        },
    )
    sandbox.begin(record, found)
    return JSONResponse({"type": "success", "message": record.id})


async def gupshup_template(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /wa/api/v1/template/msg, a form."""
    form = await request.form(max_files=0)
    template = mapping(_json(str(form.get("template", "")).encode()))
    destination = str(form.get("destination", ""))
    settings = credential.settings(brand, "", "gupshup")
    if form.get("source") != settings["source"] or form.get("src.name") != settings["app_name"]:
        raise Refused(400, {"status": "error", "message": "Invalid App Details"})
    if not text(template.get("id")):
        raise Refused(400, {"status": "error", "message": "Invalid template"})
    if not re.fullmatch(r"91[6-9][0-9]{9}", destination):
        raise Refused(400, {"status": "error", "message": "Invalid Destination"})
    found = of(outcome.MESSAGE, destination[-4:])
    wrong = await misbehave(found)
    if wrong is not None:
        return wrong
    if found is Outcome.REFUSED:
        raise Refused(400, {"status": "error", "message": "The user has not opted in"})
    parameters = [text(one) for one in items(template.get("params"))]
    record = Record(
        id=_uuid(),
        brand=brand,
        vendor="gupshup",
        kind="message",
        title=" · ".join(parameters) or text(template.get("id")),
        party=_ten_digits(destination),
        state="accepted",
        data={
            "to": destination,
            "channel": "whatsapp",
            "template": text(template.get("id")),
            "media": _json(str(form.get("message", "")).encode()),
        },
    )
    sandbox.begin(record, found)
    return JSONResponse({"status": "submitted", "messageId": record.id}, status_code=202)


async def sendgrid_send(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /v3/mail/send."""
    asked = mapping(_json(raw))
    first = mapping(next(iter(items(asked.get("personalizations"))), None))
    to = mapping(next(iter(items(first.get("to"))), None))
    address = text(to.get("email"))
    contents = [mapping(one) for one in items(asked.get("content"))]
    for right, field, sentence in (
        (bool(address), "personalizations.0.to", "The to array is required"),
        (bool(text(mapping(asked.get("from")).get("email"))), "from.email", "From is required"),
        (bool(text(asked.get("subject"))), "subject", "The subject is required"),
        (bool(contents), "content", "The content is required"),
    ):
        if not right:
            errors = [{"message": sentence, "field": field, "help": None}]
            raise Refused(400, {"errors": errors})
    found = of(outcome.EMAIL, address.partition("@")[0])
    wrong = await misbehave(found)
    if wrong is not None:
        return wrong
    if found is Outcome.REFUSED:
        errors = [{"message": "The address is suppressed", "field": "to", "help": None}]
        raise Refused(400, {"errors": errors})
    texts = {text(one.get("type")): text(one.get("value")) for one in contents}
    record = Record(
        id=token(22),
        brand=brand,
        vendor="sendgrid",
        kind="message",
        title=text(asked.get("subject")),
        party=address,
        state="accepted",
        reference=text(mapping(first.get("custom_args")).get("reference")),
        data={
            "to": address,
            "channel": "email",
            "text": texts.get("text/plain", ""),
            "html": texts.get("text/html", ""),
            "attachments": _keep_attachments(sandbox, asked),
        },
    )
    sandbox.begin(record, found)
    return Response(status_code=202, headers={"x-message-id": record.id})


def _keep_attachments(sandbox: Sandbox, asked: Mapping[str, Any]) -> list[dict[str, str]]:
    kept: list[dict[str, str]] = []
    folder = sandbox.store.folder / "attachments"
    folder.mkdir(exist_ok=True)
    for one in items(asked.get("attachments")):
        found = mapping(one)
        name = secrets.token_hex(12)
        try:
            (folder / name).write_bytes(base64.b64decode(text(found.get("content"))))
        except ValueError as error:
            errors = [{"message": "The attachment is not base64", "field": "attachments"}]
            raise Refused(400, {"errors": errors}) from error
        kept.append(
            {"file": name, "name": text(found.get("filename")), "type": text(found.get("type"))}
        )
    return kept


# bureau


async def equifax_report(sandbox: Sandbox, request: Request, brand: str, raw: bytes) -> Response:
    """POST /cir360service/cir360report."""
    asked = mapping(_json(raw))
    body = mapping(asked.get("RequestBody"))
    identity = mapping(next(iter(items(body.get("IDDetails"))), None))
    pan = text(identity.get("IDValue")).upper()
    found = of(outcome.BUREAU, pan[person.PAN_DIGITS])
    name = f"{text(body.get('FirstName'))} {text(body.get('LastName'))}".strip()
    record = _check(brand, "equifax", "Credit report", pan, name, found)
    record.reference = text(mapping(asked.get("RequestHeader")).get("CustRefField"))
    sandbox.store.save(record)
    wrong = await misbehave(found)
    if wrong is not None:
        return wrong
    if found is Outcome.REFUSED:
        return JSONResponse({"Error": {"ErrorCode": "E0731", "ErrorDesc": "Consent not valid"}})
    registered = sandbox.store.person_by(pan=pan)
    known = person.by_pan(pan)
    score = int(registered["score"]) if registered else known.score if known else 0
    today = datetime.fromtimestamp(sandbox.store.now(), UTC).date()
    return JSONResponse(bureau_report(asked, pan, found, score, today))


def own_address(request: Request) -> str:
    """The address under which the caller reached the sandbox."""
    return f"{request.url.scheme}://{request.url.netloc}"


def public_address(request: Request) -> str:
    """The address for links that people open (`SANDBOX_PUBLIC_URL` where it differs)."""
    configured: str = request.app.state.public_url
    return configured or own_address(request)


routes = [
    routed("/razorpay/v1/payouts", "POST", create_payout),
    routed("/razorpay/v1/payouts", "GET", list_payouts),
    routed("/razorpay/v1/payouts/{id}", "GET", fetch_payout),
    routed("/razorpay/v1/payment_links", "POST", create_link),
    routed("/razorpay/v1/payment_links", "GET", list_links),
    routed("/razorpay/v1/payment_links/{id}", "GET", fetch_link),
    routed("/razorpay/v1/payment_links/{id}/cancel", "POST", cancel_link),
    routed("/setu/api/verify/pan", "POST", verify_pan),
    routed("/setu/api/verify/ban", "POST", verify_account),
    routed("/setu/api/documents", "POST", upload_document),
    routed("/setu/api/signature", "POST", create_signature),
    routed("/setu/api/signature/{id}", "GET", fetch_signature),
    routed("/setu/api/signature/{id}/download/", "GET", download_signature),
    routed("/msg91/api/v5/flow", "POST", msg91_flow),
    routed("/gupshup/wa/api/v1/template/msg", "POST", gupshup_template),
    routed("/sendgrid/v3/mail/send", "POST", sendgrid_send),
    routed("/equifax/cir360service/cir360report", "POST", equifax_report),
]
