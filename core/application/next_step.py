"""Decides what a case waits for, in one sentence for staff and one for the customer.
Nobody should have to ask why something is stuck, so every open status has both."""

from __future__ import annotations

from dataclasses import dataclass

from core.application.life_cycle import REJECT_CODES

# the customer's road in five stages; a status names how far along it is
STAGES = ("Applied", "Checking", "Decision", "Agreement", "Paid out")
_STAGE = {
    "draft": 0,
    "applied": 0,
    "in_review": 1,
    "sent_back": 1,
    "in_credit": 2,
    "recommended": 2,
    "sanctioned": 3,
    "agreement_sent": 3,
    "signed": 4,
    "disbursal_requested": 4,
    "disbursed": 5,
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is pending: for staff, for the customer, and whether the customer must act."""

    staff: str
    customer: str
    customer_acts: bool = False


def stage_of(status: str) -> int:
    """How many of the five stages are behind a case; ended ones count none."""
    return _STAGE.get(status, 0)


def next_step(
    status: str,
    *,
    holder: str = "",
    statement_missing: bool = False,
    sent_back_reason: str = "",
    reject_code: str = "",
) -> NextStep:
    """The sentences for a status; `holder` is the name of whoever has the case."""
    us = f"{holder} of our lending team" if holder else "our lending team"
    who = holder or "somebody to be found"
    if status in ("applied", "in_review") and statement_missing:
        return NextStep(
            f"Waits for the customer's bank statement; with {who}",
            "Upload your bank statement, so that we can go on",
            customer_acts=True,
        )
    sentences: dict[str, NextStep] = {
        "draft": NextStep(
            "The customer has not sent it yet", "Finish and send your application", True
        ),
        "applied": NextStep(
            f"Waits for {who} to begin the review", f"With {us}, who will look at it next"
        ),
        "in_review": NextStep(
            f"{who} checks documents, PAN and bank account",
            f"With {us}, who checks your documents",
        ),
        "sent_back": NextStep(
            f"Waits for the customer: {sent_back_reason}", sent_back_reason, True
        ),
        "in_credit": NextStep(
            f"{who} appraises the case", f"With {us}, who works out what we can lend you"
        ),
        "recommended": NextStep(
            "Waits for the sanction decision", "Our sanction team decides on it"
        ),
        "sanctioned": NextStep(
            "The key facts statement and the agreement must be sent",
            "Approved. We are preparing your agreement",
        ),
        "agreement_sent": NextStep(
            "Waits for the customer's e-signature",
            "Read and sign your key facts statement and agreement",
            True,
        ),
        "signed": NextStep(
            "The disbursal must be requested", "Signed. We are preparing the payment"
        ),
        "disbursal_requested": NextStep(
            "Waits for the second person and the bank", "The payment to your account is on its way"
        ),
        "disbursed": NextStep("The loan is running", "Paid out. Your loan is running"),
        "rejected": NextStep(
            "Rejected: " + REJECT_CODES.get(reject_code, ("no code", ""))[0],
            REJECT_CODES.get(reject_code, ("", "We could not approve this application."))[1],
        ),
        "cancelled": NextStep("Cancelled", "You cancelled this application"),
        "expired": NextStep("Expired", "This application ran out without an answer"),
    }
    return sentences[status]
