"""Setu's PAN, bank account and e-sign answers in the words of our ports.

A bank's silence is kept apart from its no: only codes that say something about the account make
it invalid, every technical one stays UNKNOWN and is asked again.
"""

from __future__ import annotations

from core.agreement.ports import SignAnswer, Signer, SignerAnswer, SignStatus
from core.kyc.ports import (
    AadhaarLink,
    BankAccountAnswer,
    BankAccountStatus,
    PanAnswer,
    PanStatus,
)
from integrations.reading import at, items, mapping, text

PROVIDER = "setu"
REASON_MIN = 20
SIGNERS_MAX = 6
SIGNATURE_WIDTH = 180
SIGNATURE_HEIGHT = 60

AADHAAR_LINKS = {
    "LINKED": AadhaarLink.LINKED,
    "Y": AadhaarLink.LINKED,
    "NOT LINKED": AadhaarLink.NOT_LINKED,
    "UNLINKED": AadhaarLink.NOT_LINKED,
    "N": AadhaarLink.NOT_LINKED,
    "NOT APPLICABLE": AadhaarLink.NOT_APPLICABLE,
    "NA": AadhaarLink.NOT_APPLICABLE,
}

#: Codes that are the bank's word on the account itself (Setu's table of BAV codes).
ACCOUNT_INVALID = frozenset(
    {
        "BAV52",
        "BAV84",
        "BAV92",
        "BAV1008",
        "BAVM1",
        "BAVM3",
        "BAVM4",
        "BAVM5",
        "BAVM7",
        "BAVMJ",
        "BAVMS",
        "BAVNR",
    }
)

SIGNER_STATUSES = {
    "pending": SignStatus.PENDING,
    "in_progress": SignStatus.IN_PROGRESS,
    "signed": SignStatus.SIGNED,
}
REQUEST_STATUSES = {
    "sign_initiated": SignStatus.PENDING,
    "sign_pending": SignStatus.PENDING,
    "sign_in_progress": SignStatus.IN_PROGRESS,
    "sign_complete": SignStatus.SIGNED,
}
#: Error codes of a signer that end the attempt; others let her try again on the same link.
SIGNER_ERRORS = {
    "signer_declined": SignStatus.DECLINED,
    "session_expired": SignStatus.EXPIRED,
    "document_not_found": SignStatus.EXPIRED,
    "name_match_error": SignStatus.FAILED,
    "yob_match_error": SignStatus.FAILED,
    "exceeded_otp_retries": SignStatus.FAILED,
    "exceeded_otp_attempt": SignStatus.FAILED,
    "aadhaar_not_linked": SignStatus.FAILED,
    "aadhaar_locked": SignStatus.FAILED,
    "aadhaar_suspended": SignStatus.FAILED,
    "signature_creation_failure": SignStatus.FAILED,
}


def pan_answer(body: object, status: int) -> PanAnswer:
    """The answer to a PAN check; raises ValueError when it does not say how it went."""
    found = mapping(body)
    word = text(found.get("verification")).lower()
    message = text(found.get("message"))
    if status == 404:
        state = PanStatus.NOT_FOUND
    elif word == "success":
        state = PanStatus.VALID
    elif word == "failed":
        state = PanStatus.INVALID
    elif word:
        state = PanStatus.UNKNOWN
    else:
        raise ValueError("no verification in the answer")
    data = mapping(found.get("data"))
    link = text(data.get("aadhaar_seeding_status")).upper().replace("_", " ")
    return PanAnswer(
        status=state,
        full_name=text(data.get("full_name")),
        category=text(data.get("category")),
        aadhaar_link=AADHAAR_LINKS.get(link, AadhaarLink.UNKNOWN),
        message=message,
        provider=PROVIDER,
        provider_reference=text(found.get("traceId")),
        provider_status=word,
    )


def bank_account_answer(body: object) -> BankAccountAnswer:
    """The answer to a penny drop; raises ValueError when it does not say how it went."""
    found = mapping(body)
    word = text(found.get("verification")).lower()
    code = text(found.get("code")).upper()
    if word == "success":
        state = BankAccountStatus.VALID
    elif word == "pending":
        state = BankAccountStatus.PENDING
    elif word == "failed":
        state = BankAccountStatus.INVALID if code in ACCOUNT_INVALID else BankAccountStatus.UNKNOWN
    elif word:
        state = BankAccountStatus.UNKNOWN
    else:
        raise ValueError("no verification in the answer")
    return BankAccountAnswer(
        status=state,
        registered_name=text(at(found, "data", "name")),
        bank_name=text(at(found, "data", "bankName")),
        branch=text(at(found, "data", "branch")),
        bank_reference=text(at(found, "data", "transactionReference")),
        message=text(found.get("message")),
        provider=PROVIDER,
        provider_reference=text(found.get("id")) or text(found.get("traceId")),
        provider_status=code or word,
    )


def signer_body(signer: Signer, pages: tuple[int, ...]) -> dict[str, object]:
    """One signer of a signature request; the last page when no page is named."""
    body: dict[str, object] = {
        "identifier": signer.mobile,
        "displayName": signer.name,
        "signature": {
            "onPages": [str(page) for page in pages] or ["last"],
            "position": "bottom-right",
            "height": SIGNATURE_HEIGHT,
            "width": SIGNATURE_WIDTH,
        },
    }
    if signer.birth_year:
        body["birthYear"] = str(signer.birth_year)
    return body


def sign_answer(body: object) -> SignAnswer:
    """A signature request as it stands; raises ValueError when it has no id.

    A signer's refusal leaves Setu's request pending, so the signers' error codes decide before the
    request's own word does.
    """
    found = mapping(body)
    reference = text(found.get("id"))
    if not reference:
        raise ValueError("a signature request without an id")
    signers = tuple(_signer(one) for one in items(found.get("signers")))
    word = text(found.get("status"))
    state = REQUEST_STATUSES.get(word, SignStatus.UNKNOWN)
    message = ""
    if state is not SignStatus.SIGNED:
        for signer in signers:
            if signer.status in (SignStatus.DECLINED, SignStatus.EXPIRED, SignStatus.FAILED):
                state, message = signer.status, signer.message
                break
    return SignAnswer(
        status=state,
        provider_reference=reference,
        signers=signers,
        document_reference=text(found.get("documentId")),
        message=message,
        provider=PROVIDER,
        provider_status=word,
    )


def _signer(body: object) -> SignerAnswer:
    found = mapping(body)
    word = text(found.get("status"))
    error = text(found.get("errCode"))
    state = SIGNER_STATUSES.get(word, SignStatus.UNKNOWN)
    if state is not SignStatus.SIGNED and error:
        state = SIGNER_ERRORS.get(error, state)
    return SignerAnswer(
        name=text(found.get("displayName")),
        status=state,
        sign_url=text(found.get("url")),
        certificate_name=text(at(found, "signatureDetails", "aadhaarName")),
        message=error.replace("_", " "),
    )
