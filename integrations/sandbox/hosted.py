"""The pages that a customer sees at a provider: paying a link and signing a document.

They follow the order of the real ones (read, agree, one-time password, done, back to the lender)
and do exactly what the buttons on the sandbox's own page do.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from integrations.sandbox import credential
from integrations.sandbox.markup import moment, page, rupees, text
from integrations.sandbox.service import Sandbox
from integrations.sandbox.signed_pdf import page_picture, with_certificate
from integrations.sandbox.store import Record
from integrations.sandbox.vendor import sandbox_of

BANNER = '<div class="banner">Sandbox: no money moves and nothing is signed in law</div>'
METHODS = (("upi", "Pay by UPI"), ("card", "Pay by card"), ("netbanking", "Pay by net banking"))
OTP_DIGITS = 6


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(page(title, f'{BANNER}<div class="narrow">{body}</div>'), status)


def _missing() -> Response:
    return _page("Not found", "<h1>This link does not exist</h1>", 404)


def _record(request: Request, kind: str) -> Record | None:
    found = sandbox_of(request).store.record(request.path_params["id"])
    return found if found is not None and found.kind == kind else None


async def show_payment(request: Request) -> Response:
    """The payment page of a link."""
    record = _record(request, "payment")
    return _missing() if record is None else _payment_page(record)


def _payment_page(record: Record, notice: str = "") -> Response:
    entity = record.data["entity"]
    head = (
        f'<div class="card"><div class="soft">{text(record.brand)}</div>'
        f"<h1>{text(entity['description'] or 'Payment')}</h1>"
        f'<div class="big">{rupees(entity["amount"])}</div>'
        f'<div class="soft">For {text(record.party)} · {text(record.reference)}</div>'
    )
    if record.state == "created":
        buttons = "".join(
            f'<button class="full{" first" if method == "upi" else ""}" name="method" '
            f'value="{method}">{words}</button>'
            for method, words in METHODS
        )
        said = f'<p class="tag bad">{text(notice)}</p>' if notice else ""
        expiry = (
            f'<p class="soft">Open until {moment(entity["expire_by"])}</p>'
            if entity["expire_by"]
            else ""
        )
        return _page(
            "Pay",
            f"{head}{said}{expiry}"
            f'<form method="post">{buttons}<button class="full" name="method" value="fail">'
            "Let the payment fail</button></form></div>",
        )
    said = {
        "paid": "Paid. Thank you.",
        "expired": "This link has expired.",
        "cancelled": "This link was cancelled by the lender.",
    }.get(record.state, record.state)
    back = _payment_return(record)
    link = (
        f'<a class="button full first" href="{text(back)}">Back to the lender</a>' if back else ""
    )
    tone = "good" if record.state == "paid" else "bad"
    return _page("Payment", f'{head}<p class="tag {tone}">{text(said)}</p>{link}</div>')


def _payment_return(record: Record) -> str:
    """The lender's address with Razorpay's signed parameters; "" when it gave none."""
    entity = record.data["entity"]
    url = entity["callback_url"]
    if not url or record.state != "paid":
        return ""
    payment = record.data["payment"]["id"]
    keys = credential.credentials(record.brand, "razorpay")
    message = "|".join((entity["id"], entity["reference_id"], "paid", payment))
    made = hmac.new(keys["key_secret"].encode(), message.encode(), sha256).hexdigest()
    return _with_query(
        url,
        {
            "razorpay_payment_id": payment,
            "razorpay_payment_link_id": entity["id"],
            "razorpay_payment_link_reference_id": entity["reference_id"],
            "razorpay_payment_link_status": "paid",
            "razorpay_signature": made,
        },
    )


def _with_query(url: str, more: Mapping[str, str]) -> str:
    joint = "&" if urlsplit(url).query else "?"
    return f"{url}{joint}{urlencode(more)}"


async def pay(request: Request) -> Response:
    """The customer presses a button of the payment page."""
    record = _record(request, "payment")
    if record is None:
        return _missing()
    async with request.form() as form:
        method = str(form.get("method", ""))
    sandbox = sandbox_of(request)
    if record.state != "created":
        return _payment_page(record)
    if method == "fail":
        sandbox.act(record.id, "fail")
        return _payment_page(record, "The bank refused the payment. You can try again.")
    if method not in dict(METHODS):
        return _payment_page(record, "Choose how to pay.")
    return _payment_page(sandbox.act(record.id, "pay", method=method))


async def show_signature(request: Request) -> Response:
    """The signing page of a document."""
    record = _record(request, "esign")
    return _missing() if record is None else _signature_page(record)


def _signature_page(record: Record, notice: str = "") -> Response:
    body = record.data["request"]
    signer = body["signers"][0]
    head = (
        f'<div class="card"><div class="soft">{text(record.brand)} asks</div>'
        f"<h1>{text(signer['displayName'])}, sign this document</h1>"
    )
    said = f'<p class="tag bad">{text(notice)}</p>' if notice else ""
    if record.state in ("sign_initiated", "sign_in_progress"):
        file = f"/sign/{record.id}/document.pdf"
        # a phone's browser shows no PDF inside a page, so the pages are shown as pictures
        pictures = "".join(
            f'<img src="/sign/{record.id}/page/{number}.png" alt="Page {number} of the document" '
            'loading="lazy">'
            for number in range(1, int(record.data["pages"]) + 1)
        )
        view = (
            f'<div class="paper" tabindex="0">{pictures}</div>'
            f'<p><a href="{file}" target="_blank" rel="noopener">Open the document</a></p>'
        )
        otp = record.data.get("otp")
        if otp is None:
            form = (
                '<form method="post"><label class="check"><input type="checkbox" name="agree" '
                'value="yes" required> I have read the document and agree to sign it with my '
                "Aadhaar.</label>"
                '<button class="full first" name="step" value="otp">Send the OTP</button>'
                '<button class="full" name="step" value="decline" formnovalidate>'
                "I do not want to sign</button></form>"
            )
        else:
            form = (
                f'<form method="post"><p>The OTP was sent to the mobile ending '
                f"{text(signer['identifier'][-4:])}. Here it is <b>{text(otp)}</b>.</p>"
                '<label for="otp">OTP</label><input id="otp" name="otp" inputmode="numeric" '
                'autocomplete="one-time-code" autofocus maxlength="6" required>'
                '<button class="full first" name="step" value="sign">Sign</button>'
                '<button class="full" name="step" value="decline" formnovalidate>'
                "I do not want to sign</button></form>"
            )
        return _page("Sign", f"{head}{said}{view}{form}</div>")
    words = {
        "sign_complete": ("good", "Signed. You will get a copy by e-mail."),
        "sign_declined": ("bad", "You declined to sign."),
        "sign_expired": ("bad", "The time for signing has passed."),
    }.get(record.state, ("bad", "The signature failed: the name does not match the Aadhaar."))
    back = _sign_return(record)
    link = (
        f'<a class="button full first" href="{text(back)}">Back to the lender</a>' if back else ""
    )
    return _page("Signed", f'{head}<p class="tag {words[0]}">{text(words[1])}</p>{link}</div>')


def _sign_return(record: Record) -> str:
    body = record.data["request"]
    signer = body["signers"][0]
    if not body["redirectUrl"]:
        return ""
    signed = record.state == "sign_complete"
    more = {
        "id": body["id"],
        "success": "true" if signed else "false",
        "signerIdentifier": signer["identifier"],
    }
    if not signed:
        more["errCode"] = signer.get("errCode", "")
    return _with_query(body["redirectUrl"], more)


async def sign(request: Request) -> Response:
    """The customer presses a button of the signing page."""
    record = _record(request, "esign")
    if record is None:
        return _missing()
    async with request.form() as form:
        step, otp = str(form.get("step", "")), str(form.get("otp", "")).strip()
        agreed = form.get("agree") == "yes"
    sandbox = sandbox_of(request)
    if record.state not in ("sign_initiated", "sign_in_progress"):
        return _signature_page(record)
    if step == "decline":
        return _signature_page(sandbox.act(record.id, "decline", by_hand=True))
    if step == "otp" and agreed:
        return _signature_page(_send_otp(sandbox, record))
    if step == "sign" and record.data.get("otp"):
        if not hmac.compare_digest(otp.encode(), str(record.data["otp"]).encode()):
            return _signature_page(record, "That is not the OTP. Look again.")
        return _signature_page(sandbox.act(record.id, "sign", by_hand=True))
    return _signature_page(record, "Agree to sign first.")


def _send_otp(sandbox: Sandbox, record: Record) -> Record:
    otp = f"{secrets.randbelow(10**OTP_DIGITS):0{OTP_DIGITS}d}"
    record.data["otp"] = otp
    body = record.data["request"]
    body["signers"][0]["status"] = "in_progress"
    record.state = body["status"] = "sign_in_progress"
    sandbox.note(record, "OTP sent")
    sandbox.store.save(record)
    sandbox.store.save(
        Record(
            id=f"otp-{record.id}",
            brand=record.brand,
            vendor="setu",
            kind="message",
            title=f"{otp} is your OTP to sign the document.",
            party=body["signers"][0]["identifier"],
            state="read",
            data={"channel": "sms", "to": body["signers"][0]["identifier"]},
        )
    )
    return record


async def document(request: Request) -> Response:
    """The document to be signed."""
    record = _record(request, "esign")
    if record is None:
        return Response(status_code=404)
    name = record.data["request"]["documentId"]
    path = sandbox_of(request).store.folder / "documents" / f"{name}.pdf"
    return FileResponse(path, media_type="application/pdf", content_disposition_type="inline")


async def document_page(request: Request) -> Response:
    """One page of the document as a picture."""
    record = _record(request, "esign")
    number = int(request.path_params["number"])
    if record is None or not 1 <= number <= int(record.data["pages"]):
        return Response(status_code=404)
    name = record.data["request"]["documentId"]
    path = sandbox_of(request).store.folder / "documents" / f"{name}.pdf"
    picture = page_picture(path.read_bytes(), number)
    return Response(picture, media_type="image/png", headers={"cache-control": "max-age=3600"})


async def signed_document(request: Request) -> Response:
    """The signed PDF: the document with a page that says who signed it and when."""
    record_id = request.path_params["name"].removesuffix(".pdf")
    record = sandbox_of(request).store.record(record_id)
    ticket = request.query_params.get("ticket", "")
    if record is None or not re.fullmatch(r"[0-9a-f-]{36}", record_id):
        return Response(status_code=404)
    expected = credential.derive(record.brand, "setu", f"download {record.id}")
    if record.state != "sign_complete" or not hmac.compare_digest(ticket, expected):
        return Response(status_code=403)
    folder = sandbox_of(request).store.folder / "documents"
    signed = folder / f"{record.id}-signed.pdf"
    if not signed.exists():
        body = record.data["request"]
        original = (folder / f"{body['documentId']}.pdf").read_bytes()
        names = [one["displayName"] for one in body["signers"]]
        made = with_certificate(original, names, record.id, moment(record.data["signed_at"]))
        signed.write_bytes(made)
    return FileResponse(signed, media_type="application/pdf")


routes = [
    Route("/pay/{id}", show_payment, methods=["GET"]),
    Route("/pay/{id}", pay, methods=["POST"]),
    Route("/sign/{id}", show_signature, methods=["GET"]),
    Route("/sign/{id}", sign, methods=["POST"]),
    Route("/sign/{id}/document.pdf", document),
    Route("/sign/{id}/page/{number:int}.png", document_page),
    Route("/setu/files/{name}", signed_document),
]
