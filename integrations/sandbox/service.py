"""What happens to a record in the sandbox: who acts on it, what follows, what is told to whom.

Buttons, hosted pages and timers all go through `act`, so a thing done by hand and one done by
itself are the same thing; the modes only decide whether a timer is set.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from integrations.razorpay.webhook import HEADER, signature
from integrations.sandbox import credential
from integrations.sandbox.outcome import LATE_S, Outcome
from integrations.sandbox.store import Record, Store
from integrations.sendgrid.webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER
from integrations.setu.webhook import ESIGN_EVENT
from integrations.setu.webhook import signature as setu_signature

AUTOMATIC = "automatic"
MANUAL = "manual"
#: How a kind answers until somebody switches it: people sign and pay, machines answer.
DEFAULT_MODES = {
    "message": AUTOMATIC,
    "payout": AUTOMATIC,
    "payment": MANUAL,
    "esign": MANUAL,
}
ANSWER_DELAY_S = {"message": 0.8, "payout": 2.0, "payment": 4.0, "esign": 4.0}
REVERSAL_DELAY_S = 6.0
DUPLICATES = 3
RUPEE_FEE_PAISE = 590
RUPEE_TAX_PAISE = 90

#: What may be done to a record of a kind in a state; the first is the good one.
ACTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "payout": {
        "processing": ("process", "fail", "reject"),
        "processed": ("reverse",),
    },
    "payment": {
        "created": ("pay", "fail", "expire"),
    },
    "esign": {
        "sign_initiated": ("sign", "decline", "expire", "mismatch"),
        "sign_in_progress": ("sign", "decline", "expire", "mismatch"),
    },
    "message": {
        "accepted": ("deliver", "fail"),
        "sent": ("deliver", "fail"),
        "delivered": ("read",),
    },
}
WORDS = {
    "process": "Process",
    "fail": "Fail",
    "reject": "Reject",
    "reverse": "Reverse",
    "pay": "Pay",
    "expire": "Expire",
    "sign": "Sign",
    "decline": "Decline",
    "mismatch": "Name mismatch",
    "deliver": "Deliver",
    "read": "Read",
}


class Sandbox:
    """The sandbox's behaviour on its store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def mode(self, kind: str) -> str:
        """Whether a kind answers by itself."""
        return self.store.setting(f"mode:{kind}", DEFAULT_MODES.get(kind, AUTOMATIC))

    def actions(self, record: Record) -> tuple[str, ...]:
        """What a person may do to a record now."""
        return ACTIONS.get(record.kind, {}).get(record.state, ())

    def begin(self, record: Record, outcome: Outcome) -> Record:
        """Keep a new record and set off what happens by itself.

        A documented test number always behaves as documented; an ordinary one follows the mode.
        """
        record.data["outcome"] = outcome.value
        self.store.save(record)
        delay = ANSWER_DELAY_S.get(record.kind, 1.0)
        good = next(iter(self.actions(record)), "")
        fixed = {
            ("payout", Outcome.FAILED): "fail",
            ("payment", Outcome.PAID): "pay",
            ("payment", Outcome.FAILED): "fail",
            ("esign", Outcome.DECLINED): "decline",
            ("esign", Outcome.EXPIRED): "expire",
            ("esign", Outcome.NAME_MISMATCH): "mismatch",
            ("message", Outcome.FAILED): "fail",
        }.get((record.kind, outcome))
        if outcome is Outcome.SILENT:
            return record
        if fixed or outcome is not Outcome.NORMAL:
            self.store.set_timer(record, fixed or good, delay)
        elif good and self.mode(record.kind) == AUTOMATIC:
            self.store.set_timer(record, good, delay)
        return record

    def act(self, record_id: str, action: str, *, by_hand: bool = False, **given: str) -> Record:
        """Do one thing to a record; LookupError when it is not there, ValueError when it may not.

        `repeat` posts the last webhook again and `late` posts it after half a minute.
        """
        record = self.store.record(record_id)
        if record is None:
            raise LookupError("there is no such record")
        if by_hand:
            self.store.drop_timers(record_id)
        if action in ("repeat", "late"):
            self._post_again(record, LATE_S if action == "late" else 0.0)
            return record
        if action not in self.actions(record):
            raise ValueError(f"a {record.kind} that is {record.state} cannot {action}")
        doing: Mapping[str, Callable[[Record, str, Mapping[str, str]], None]] = {
            "payout": self._payout,
            "payment": self._payment,
            "esign": self._esign,
            "message": self._message,
        }
        doing[record.kind](record, action, given)
        return record

    def note(self, record: Record, words: str) -> None:
        """Add a line to a record's history."""
        history: list[Any] = record.data.setdefault("history", [])
        history.append([self.store.now(), words])

    def _payout(self, record: Record, action: str, _given: Mapping[str, str]) -> None:
        entity = record.data["entity"]
        details = {
            "process": ("processed", "payout_processed", "The money is in the account."),
            "fail": ("failed", "bank_account_closed", "The beneficiary's account is closed."),
            "reject": ("rejected", "beneficiary_bank_rejected", "The bank rejected the payout."),
            "reverse": ("reversed", "beneficiary_bank_offline", "The bank sent the money back."),
        }
        state, reason, sentence = details[action]
        record.state = entity["status"] = state
        entity["status_details"] = {
            "reason": reason,
            "description": sentence,
            "source": "beneficiary_bank",
        }
        if action == "process":
            entity["utr"] = entity["utr"] or f"{secrets.randbelow(10**12):012d}"
            entity["fees"], entity["tax"] = RUPEE_FEE_PAISE, RUPEE_TAX_PAISE
        self.note(record, state)
        self.store.save(record)
        self.tell(record, f"payout.{state}", {"payout": {"entity": entity}})
        if action == "process" and record.data.get("outcome") == Outcome.REVERSED.value:
            self.store.set_timer(record, "reverse", REVERSAL_DELAY_S)

    def _payment(self, record: Record, action: str, given: Mapping[str, str]) -> None:
        entity = record.data["entity"]
        now = int(self.store.now())
        if action == "fail":
            # a failed try leaves the link open, as it does at Razorpay
            record.data["failures"] = int(record.data.get("failures", 0)) + 1
            self.note(record, "a try to pay failed")
            self.store.save(record)
            return
        entity["updated_at"] = now
        if action == "expire":
            record.state = entity["status"] = "expired"
            entity["expired_at"] = now
            self.note(record, "expired")
            self.store.save(record)
            self.tell(record, "payment_link.expired", {"payment_link": {"entity": entity}})
            return
        method = given.get("method", "upi")
        payment = {
            "id": f"pay_{token(14)}",
            "entity": "payment",
            "amount": entity["amount"],
            "currency": "INR",
            "status": "captured",
            "captured": True,
            "order_id": entity["order_id"],
            "method": method,
            "vpa": "customer@exampleupi" if method == "upi" else None,
            "contact": entity["customer"].get("contact"),
            "email": entity["customer"].get("email"),
            "acquirer_data": {"rrn": f"{secrets.randbelow(10**12):012d}"},
            "fee": RUPEE_FEE_PAISE,
            "tax": RUPEE_TAX_PAISE,
            "notes": [],
            "created_at": now,
        }
        record.state = entity["status"] = "paid"
        entity["amount_paid"] = entity["amount"]
        entity["payments"] = [
            {
                "payment_id": payment["id"],
                "amount": payment["amount"],
                "status": "captured",
                "method": method,
                "created_at": now,
            }
        ]
        record.data["payment"] = payment
        self.note(record, f"paid by {method}")
        self.store.save(record)
        order = {
            "id": entity["order_id"],
            "entity": "order",
            "amount": entity["amount"],
            "amount_paid": entity["amount"],
            "amount_due": 0,
            "currency": "INR",
            "receipt": entity["reference_id"],
            "status": "paid",
        }
        self.tell(
            record,
            "payment_link.paid",
            {
                "payment_link": {"entity": entity},
                "order": {"entity": order},
                "payment": {"entity": payment},
            },
        )

    def cancel_link(self, record: Record) -> None:
        """The product's own call: cancel a link that is not paid."""
        entity = record.data["entity"]
        record.state = entity["status"] = "cancelled"
        entity["cancelled_at"] = entity["updated_at"] = int(self.store.now())
        self.note(record, "cancelled by the lender")
        self.store.save(record)
        self.tell(record, "payment_link.cancelled", {"payment_link": {"entity": entity}})

    def _esign(self, record: Record, action: str, _given: Mapping[str, str]) -> None:
        request = record.data["request"]
        signer = request["signers"][0]
        if action == "sign":
            signer["status"], signer["errCode"] = "signed", ""
            signer["signatureDetails"] = {
                "aadhaarName": signer["displayName"],
                "aadhaarSuffix": "1234",
                "birthYear": signer.get("birthYear", ""),
                "gender": "",
                "postalCode": "560001",
            }
            record.state = request["status"] = "sign_complete"
            record.data["signed_at"] = self.store.now()
            self.note(record, "signed")
        else:
            error = {
                "decline": "signer_declined",
                "expire": "session_expired",
                "mismatch": "name_match_error",
            }[action]
            signer["errCode"] = error
            record.state = "sign_" + {"decline": "declined", "expire": "expired"}.get(
                action, "failed"
            )
            request["status"] = "sign_pending"
            self.note(record, error.replace("_", " "))
        self.store.save(record)
        moment = datetime.fromtimestamp(self.store.now(), UTC).isoformat()
        told = {key: request[key] for key in ("id", "documentId", "status")}
        told["signers"] = [
            {key: one.get(key, "") for key in (
                "displayName", "id", "identifier", "status", "errCode", "signatureDetails",
            )}
            for one in request["signers"]
        ]  # fmt: skip
        self._queue(
            record,
            f"esign {request['status']}",
            {"data": {"esign": told}, "event": ESIGN_EVENT, "timeStamp": moment},
        )

    def _message(self, record: Record, action: str, _given: Mapping[str, str]) -> None:
        record.state = {"deliver": "delivered", "fail": "failed", "read": "read"}[action]
        self.note(record, record.state)
        self.store.save(record)
        now = int(self.store.now())
        reason = "Number does not exist" if action == "fail" else ""
        if record.vendor == "msg91":
            body: Any = {
                "requestId": record.id,
                "CRQID": record.reference,
                "number": record.data["to"],
                "date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S"),
                "senderId": "MUNIM",
                "status": "2" if action == "fail" else "1",
                "desc": "FAILED" if action == "fail" else "DELIVERED",
                "failedReason": reason,
            }
        elif record.vendor == "gupshup":
            payload: dict[str, Any] = {
                "id": f"wamid.{record.id}",
                "gsId": record.id,
                "type": record.state,
                "destination": record.data["to"],
                "payload": {"ts": now},
            }
            if reason:
                payload["payload"] = {"code": 1002, "reason": reason}
            body = {
                "app": record.brand,
                "timestamp": now * 1000,
                "version": 2,
                "type": "message-event",
                "payload": payload,
            }
        else:
            word = {"deliver": "delivered", "fail": "bounce", "read": "open"}[action]
            body = [
                {
                    "email": record.data["to"],
                    "event": word,
                    "sg_event_id": token(22),
                    "sg_message_id": f"{record.id}.recvd-sandbox-0",
                    "timestamp": now,
                    "reference": record.reference,
                    **({"reason": reason} if reason else {}),
                }
            ]
        self._queue(record, f"message {record.state}", body)

    def tell(self, record: Record, event: str, payload: Mapping[str, Any]) -> None:
        """Queue one of Razorpay's events."""
        self._queue(
            record,
            event,
            {
                "entity": "event",
                "account_id": credential.credentials(record.brand, "razorpay")["account_id"],
                "event": event,
                "contains": list(payload),
                "payload": payload,
                "created_at": int(self.store.now()),
            },
        )

    def _queue(self, record: Record, name: str, body: Any) -> None:
        """Sign and queue a webhook as the record's test number wants it."""
        raw = json.dumps(body, separators=(",", ":")).encode()
        if record.vendor == "sendgrid":
            raw += b"\r\n"
        now = self.store.now()
        outcome = record.data.get("outcome")
        times = DUPLICATES if outcome == Outcome.DUPLICATE.value else 1
        due = now + (LATE_S if outcome == Outcome.LATE.value else 0.0)
        headers, query = self._signed(record, raw)
        if outcome == Outcome.FORGED.value:
            forged, _query = self._signed(record, raw + b"forged")
            self.store.queue(record, f"{name} (forged)", raw, forged, "token=forged", due)
            due += 1.0
        for again in range(times):
            self.store.queue(record, name, raw, headers, query, due + again * 0.3)

    def _signed(self, record: Record, raw: bytes) -> tuple[dict[str, str], str]:
        keys = credential.credentials(record.brand, record.vendor)
        headers = {"content-type": "application/json", "user-agent": f"sandbox-{record.vendor}"}
        query = ""
        match record.vendor:
            case "razorpay":
                headers[HEADER] = signature(keys["webhook_secret"], raw)
                headers["x-razorpay-event-id"] = token(14)
            case "setu":
                headers["authorization"] = setu_signature(keys["webhook_secret"], raw)
            case "sendgrid":
                stamp = str(int(self.store.now()))
                made = credential.mail_key(record.brand).sign(
                    stamp.encode() + raw, ec.ECDSA(SHA256())
                )
                headers[SIGNATURE_HEADER] = base64.b64encode(made).decode()
                headers[TIMESTAMP_HEADER] = stamp
            case _:
                query = urlencode({"token": keys["webhook_secret"]})
        return headers, query

    def _post_again(self, record: Record, delay_s: float) -> None:
        posts = self.store.posts(record.id, limit=1)
        if not posts:
            raise ValueError("nothing has been told yet that could be repeated")
        last = posts[0]
        self.store.queue(
            record, last.name, last.body, last.headers, last.query, self.store.now() + delay_s
        )


def token(length: int) -> str:
    """A vendor-like id of letters and digits."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
    return "".join(secrets.choice(letters) for _ in range(length))


def body_hash(raw: bytes) -> str:
    """What an idempotency key is compared by."""
    return hashlib.sha256(raw).hexdigest()
