"""Deliveries in the vendors' published forms, with values made up for the tests.

One builder per kind of event keeps each test to the one field that it is about.
"""

from __future__ import annotations

import json
from typing import Any


def payout_entity(**changes: Any) -> dict[str, Any]:
    """A RazorpayX payout as the composite interface answers."""
    return {
        "id": "pout_T0000000000001",
        "entity": "payout",
        "fund_account_id": "fa_T0000000000001",
        "amount": 2823000,
        "currency": "INR",
        "notes": {"case": "AP-000012"},
        "fees": 590,
        "tax": 90,
        "status": "processed",
        "purpose": "payout",
        "utr": "632412345678",
        "mode": "IMPS",
        "reference_id": "PO-000012",
        "narration": "Loan disbursal",
        "batch_id": None,
        "failure_reason": None,
        "created_at": 1795156200,
        "status_details": {
            "reason": "payout_processed",
            "description": "The money reached the account",
            "source": "beneficiary_bank",
        },
        **changes,
    }


def payout_event(
    name: str = "payout.processed", created_at: int = 1795156200, **changes: Any
) -> bytes:
    """A payout webhook's body; `account_id` among the changes is the event's own."""
    account = changes.pop("account_id", "acc_T0000000000001")
    return json.dumps(
        {
            "entity": "event",
            "account_id": account,
            "event": name,
            "contains": ["payout"],
            "payload": {"payout": {"entity": payout_entity(**changes)}},
            "created_at": created_at,
        }
    ).encode()


def link_entity(**changes: Any) -> dict[str, Any]:
    """A payment link as Razorpay answers."""
    return {
        "accept_partial": False,
        "amount": 1250000,
        "amount_paid": 1250000,
        "cancelled_at": 0,
        "created_at": 1795150000,
        "currency": "INR",
        "customer": {"contact": "+919000001101", "email": "asha@example.com", "name": "Asha Rao"},
        "description": "Instalment of LN-000012",
        "expire_by": 1795250000,
        "expired_at": 0,
        "id": "plink_T0000000000001",
        "notes": None,
        "reference_id": "PR-000044",
        "short_url": "https://rzp.example/i/T0001",
        "status": "paid",
        "updated_at": 1795156200,
        **changes,
    }


def link_paid_event(created_at: int = 1795156200, **changes: Any) -> bytes:
    """A payment_link.paid webhook's body."""
    payment = {
        "acquirer_data": {"rrn": "632498765432"},
        "amount": 1250000,
        "captured": True,
        "created_at": 1795156190,
        "currency": "INR",
        "entity": "payment",
        "fee": 2500,
        "id": "pay_T0000000000001",
        "method": "upi",
        "order_id": "order_T0000000000001",
        "status": "captured",
        "tax": 450,
        "vpa": "asha@exampleupi",
    }
    return json.dumps(
        {
            "entity": "event",
            "account_id": "acc_T0000000000001",
            "event": "payment_link.paid",
            "contains": ["payment_link", "order", "payment"],
            "created_at": created_at,
            "payload": {
                "payment_link": {"entity": link_entity(**changes)},
                "payment": {"entity": payment},
            },
        }
    ).encode()


def esign_event(
    status: str = "sign_complete", stamp: str = "2026-11-20T12:30:00+05:30", **signer: Any
) -> bytes:
    """A Setu e-sign notification's body."""
    return json.dumps(
        {
            "data": {
                "esign": {
                    "id": "460b4de8-a240-4803-9a5a-000000000001",
                    "documentId": "c79fbf38-392f-4a57-b871-000000000001",
                    "status": status,
                    "signers": [
                        {
                            "displayName": "Asha Rao",
                            "id": "cb504cc9-3c10-4847-9282-000000000001",
                            "identifier": "9000001101",
                            "status": "signed" if status == "sign_complete" else "pending",
                            "errCode": "",
                            "signatureDetails": {"aadhaarName": "Asha Rao"},
                            **signer,
                        }
                    ],
                }
            },
            "event": "ESIGN_WEBHOOK_NOTIFICATION",
            "timeStamp": stamp,
        }
    ).encode()
