"""The documented test numbers: which input makes the sandbox behave in which way.

The last four digits decide, so that an input looks ordinary to the product; each table is shown on
the sandbox's page as it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

TIMEOUT_S = 60.0
SLOW_S = 4.0
LATE_S = 30.0


class Outcome(StrEnum):
    """What the sandbox does."""

    NORMAL = "normal"
    REFUSED = "refused"
    TIMEOUT = "time-out"
    SLOW = "slow"
    MALFORMED = "malformed"
    ERROR = "server error"
    INVALID = "invalid"
    NOT_FOUND = "not found"
    BLOCKED = "blocked"
    NAME_MISMATCH = "name mismatch"
    NOT_LINKED = "Aadhaar not linked"
    TECHNICAL = "bank not reachable"
    FAILED = "failed"
    UNKNOWN = "created, answer lost"
    SILENT = "no webhook"
    REVERSED = "processed, then reversed"
    DUPLICATE = "webhook three times"
    LATE = "webhook 30 seconds late"
    FORGED = "wrong signature first"
    LOW_BALANCE = "low balance"
    DECLINED = "declined"
    EXPIRED = "expired"
    PAID = "paid at once"
    NO_HIT = "no hit"
    LOW_SCORE = "low score"
    THIN = "no score"
    WRITTEN_OFF = "written off"


#: PAN check, by the PAN's four digits.
PAN: Mapping[str, Outcome] = {
    "0001": Outcome.INVALID,
    "0002": Outcome.NOT_FOUND,
    "0003": Outcome.TIMEOUT,
    "0004": Outcome.SLOW,
    "0005": Outcome.MALFORMED,
    "0006": Outcome.NAME_MISMATCH,
    "0007": Outcome.ERROR,
    "0008": Outcome.NOT_LINKED,
    "0009": Outcome.REFUSED,
}
#: Bureau, by the PAN's four digits; the PAN check of these is good.
BUREAU: Mapping[str, Outcome] = {
    "0011": Outcome.NO_HIT,
    "0012": Outcome.LOW_SCORE,
    "0013": Outcome.THIN,
    "0014": Outcome.TIMEOUT,
    "0015": Outcome.WRITTEN_OFF,
    "0016": Outcome.MALFORMED,
    "0017": Outcome.REFUSED,
    "0018": Outcome.ERROR,
}
#: Penny drop, by the account's last four digits.
ACCOUNT: Mapping[str, Outcome] = {
    "0001": Outcome.INVALID,
    "0002": Outcome.BLOCKED,
    "0003": Outcome.TIMEOUT,
    "0004": Outcome.SLOW,
    "0005": Outcome.MALFORMED,
    "0006": Outcome.NAME_MISMATCH,
    "0007": Outcome.ERROR,
    "0008": Outcome.TECHNICAL,
}
#: Payout, by the account's last four digits; the penny drop of these is good.
PAYOUT: Mapping[str, Outcome] = {
    "0011": Outcome.FAILED,
    "0012": Outcome.UNKNOWN,
    "0013": Outcome.SILENT,
    "0014": Outcome.REVERSED,
    "0015": Outcome.DUPLICATE,
    "0016": Outcome.LATE,
    "0017": Outcome.LOW_BALANCE,
    "0018": Outcome.REFUSED,
    "0019": Outcome.FORGED,
    "0020": Outcome.SLOW,
}
#: Messages, by the mobile's last four digits.
MESSAGE: Mapping[str, Outcome] = {
    "0001": Outcome.REFUSED,
    "0002": Outcome.FAILED,
    "0003": Outcome.TIMEOUT,
    "0004": Outcome.SLOW,
    "0005": Outcome.MALFORMED,
    "0006": Outcome.DUPLICATE,
    "0007": Outcome.ERROR,
    "0008": Outcome.SILENT,
}
#: E-mail, by the part before the @.
EMAIL: Mapping[str, Outcome] = {
    "refused": Outcome.REFUSED,
    "bounce": Outcome.FAILED,
    "timeout": Outcome.TIMEOUT,
    "slow": Outcome.SLOW,
    "error": Outcome.ERROR,
}
#: E-sign, by the signer's mobile.
ESIGN: Mapping[str, Outcome] = {
    "0011": Outcome.DECLINED,
    "0012": Outcome.EXPIRED,
    "0013": Outcome.DUPLICATE,
    "0014": Outcome.LATE,
    "0015": Outcome.NAME_MISMATCH,
    "0016": Outcome.REFUSED,
    "0017": Outcome.FORGED,
}
#: Payment link, by the customer's mobile.
PAYMENT: Mapping[str, Outcome] = {
    "0021": Outcome.PAID,
    "0022": Outcome.FAILED,
    "0023": Outcome.DUPLICATE,
    "0024": Outcome.LATE,
    "0025": Outcome.FORGED,
    "0026": Outcome.REFUSED,
}

TABLES: Mapping[str, tuple[str, Mapping[str, Outcome]]] = {
    "PAN check": ("the PAN's four digits", PAN),
    "Credit bureau": ("the PAN's four digits", BUREAU),
    "Penny drop": ("the account's last four digits", ACCOUNT),
    "Payout": ("the account's last four digits", PAYOUT),
    "SMS and WhatsApp": ("the mobile's last four digits", MESSAGE),
    "E-mail": ("the part before the @", EMAIL),
    "E-sign": ("the mobile's last four digits", ESIGN),
    "Payment link": ("the mobile's last four digits", PAYMENT),
}


def of(table: Mapping[str, Outcome], key: str) -> Outcome:
    """The outcome of an input's key."""
    return table.get(key, Outcome.NORMAL)
