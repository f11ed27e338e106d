"""What a log may show: identifiers and secrets are covered by field name and by shape."""

from __future__ import annotations

import pytest

from core.kernel.redact import COVER, is_personal_field, redact, redact_event, redact_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PAN ABCPE1234F is invalid", "PAN [hidden] is invalid"),
        ("pan abcpe1234f", "pan [hidden]"),
        ("call 9876543210 now", "call [hidden] now"),
        ("call +91 98765 43210 now", "call [hidden] now"),
        ("919876543210", "[hidden]"),
        ("account 50100012345678.", "account [hidden]."),
        ("Aadhaar 9999 4105 7058", "Aadhaar [hidden]"),
        ("Aadhaar 999941057058", "Aadhaar [hidden]"),
        ("write to asha.rao@example.com please", "write to [hidden] please"),
        ("Authorization: Bearer abcdefgh12345", "Authorization: [hidden]"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjoiMSJ9.c2ln", "token [hidden]"),
    ],
)
def test_shapes_are_covered(text: str, expected: str) -> None:
    assert redact_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "loan LN-000012 of 2026-11-20",
        "₹ 12,34,567.00",
        "payout pout_T0000000000001",
        "UTR of 12 minutes",
        "status 400 after 812 ms",
        "trace 1-6346a91a-620cf6cc4f68d2e30316881e",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "pan", "customer_pan", "accountNumber", "account_number", "mobile", "mobiles", "email",
        "otp", "password", "client_secret", "authkey", "Authorization", "x-api-key",
        "X-Razorpay-Signature", "full_name", "displayName", "date_of_birth", "dob", "address",
        "access_token", "aadhaar_last4",
    ],
)  # fmt: skip
def test_personal_fields(name: str) -> None:
    assert is_personal_field(name)


@pytest.mark.parametrize(
    "name", ["company", "expand", "span", "uuid", "status", "amount_paise", "event", "brand_id"]
)
def test_plain_fields(name: str) -> None:
    assert not is_personal_field(name)


def test_values_of_any_shape_are_covered() -> None:
    given = {
        "event": "job failed for 9876543210",
        "pan": "ABCPE1234F",
        "amount_paise": 2823000,
        "customer": {"name": "case", "mobile": "9876543210", "list": ["ABCPE1234F", 7]},
        "raw": b"123",
        "otp": "",
    }
    assert redact(given) == {
        "event": f"job failed for {COVER}",
        "pan": COVER,
        "amount_paise": 2823000,
        "customer": {"name": "case", "mobile": COVER, "list": [COVER, 7]},
        "raw": "3 bytes",
        "otp": "",
    }


def test_the_log_processor_covers_an_event() -> None:
    event = redact_event(None, "info", {"event": "sent to asha@example.com", "otp": "482913"})
    assert event == {"event": f"sent to {COVER}", "otp": COVER}


def test_a_log_line_and_its_traceback_leave_the_process_covered(capsys):
    import structlog

    from core.kernel.redact import cover_logs

    before = structlog.get_config()
    try:
        cover_logs()
        try:
            raise ValueError("PAN ABCPE1234F is known")
        except ValueError as error:
            structlog.get_logger("test").warning("job failed", exc_info=error, case=7)
        printed = capsys.readouterr().out
    finally:
        structlog.configure(**before)
    assert "ABCPE1234F" not in printed
    assert '"case": 7' in printed
    assert "ValueError" in printed
