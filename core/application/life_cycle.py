"""Decides the life of an application from draft to disbursed, as one table of steps.
Screens, services and tests read this table, so a step that is not in it cannot happen.

`send_back` always means back to the customer (status sent_back); between colleagues a case is
returned: `return_to_review` by credit, `return_to_credit` by the sanctioning authority.
"""

from __future__ import annotations

from core.kernel.state_machine import StateMachine

# in the order of the road; the rest leave it
ROAD = (
    "draft",
    "applied",
    "in_review",
    "in_credit",
    "recommended",
    "sanctioned",
    "agreement_sent",
    "signed",
    "disbursal_requested",
    "disbursed",
)
ENDED = ("rejected", "cancelled", "expired")
STATUSES = (*ROAD, "sent_back", *ENDED)
# somebody of ours or the customer still has something to do
OPEN = tuple(status for status in STATUSES if status not in (*ENDED, "disbursed"))
# work of the loan executive, of credit, of the sanctioning authority and of operations
REVIEW = ("applied", "in_review", "sent_back")
CREDIT = ("in_credit",)
SANCTION = ("recommended",)
AGREEMENT = ("sanctioned", "agreement_sent", "signed")
DISBURSAL = ("signed", "disbursal_requested")

_STEPS: dict[tuple[str, str], str] = {
    ("draft", "apply"): "applied",
    ("applied", "start_review"): "in_review",
    ("in_review", "send_to_credit"): "in_credit",
    ("in_credit", "recommend"): "recommended",
    ("in_credit", "return_to_review"): "in_review",
    ("recommended", "sanction"): "sanctioned",
    # above the authority of whoever has it; it stays where it is for a higher one
    ("recommended", "escalate"): "recommended",
    ("recommended", "return_to_credit"): "in_credit",
    ("sanctioned", "send_agreement"): "agreement_sent",
    ("agreement_sent", "sign"): "signed",
    # refused or lapsed at the e-sign provider, or an amount changed: the papers are void
    ("agreement_sent", "withdraw_agreement"): "sanctioned",
    ("signed", "withdraw_agreement"): "sanctioned",
    ("signed", "request_disbursal"): "disbursal_requested",
    # the checker refused, or the payout failed
    ("disbursal_requested", "return_disbursal"): "signed",
    ("disbursal_requested", "disburse"): "disbursed",
    ("sent_back", "resubmit"): "in_review",
    ("sent_back", "resubmit_to_credit"): "in_credit",
}
for _status in ("applied", "in_review", "in_credit", "recommended"):
    _STEPS[(_status, "send_back")] = "sent_back"
for _status in (
    "applied",
    "in_review",
    "in_credit",
    "recommended",
    "sent_back",
    "sanctioned",
    "agreement_sent",
    "signed",
):
    _STEPS[(_status, "reject")] = "rejected"
    _STEPS[(_status, "cancel")] = "cancelled"
_STEPS[("draft", "cancel")] = "cancelled"
for _status in ("draft", "sent_back", "sanctioned", "agreement_sent", "signed"):
    _STEPS[(_status, "expire")] = "expired"

APPLICATION = StateMachine("application", _STEPS)


STATUS_WORDS: dict[str, str] = {
    "draft": "Draft",
    "applied": "Applied",
    "in_review": "In review",
    "in_credit": "In credit",
    "recommended": "Recommended",
    "sanctioned": "Sanctioned",
    "agreement_sent": "Agreement sent",
    "signed": "Signed",
    "disbursal_requested": "Disbursal requested",
    "disbursed": "Disbursed",
    "sent_back": "Sent back",
    "rejected": "Rejected",
    "cancelled": "Cancelled",
    "expired": "Expired",
}

# code -> (what staff read, what the customer reads); no fraud rule is ever told (U06)
REJECT_CODES: dict[str, tuple[str, str]] = {
    "age": ("Age outside policy", "Your age is outside what this product allows."),
    "salary_low": ("Salary below policy", "Your salary is below what this product asks for."),
    "obligations": (
        "Obligations too high for the salary",
        "Your present loan payments leave too little room for another one.",
    ),
    "bounces": (
        "Returned payments on the statement",
        "Your bank statement shows payments that were returned.",
    ),
    "bureau_score": ("Bureau score below policy", "Your credit score is below what we ask for."),
    "bureau_history": (
        "Adverse bureau history",
        "Your credit report shows loans that were paid late.",
    ),
    "kyc_mismatch": (
        "Identity could not be verified",
        "The details you gave do not match the records we checked.",
    ),
    "documents": (
        "Documents missing or unreadable",
        "The documents we need were missing or could not be read.",
    ),
    "employment": (
        "Employment could not be verified",
        "We could not confirm where you work.",
    ),
    "address": ("Address not serviceable", "We do not lend in your area yet."),
    "duplicate": ("Another application is open", "You have another application with us."),
    "policy": ("Outside policy", "This application does not meet our lending policy."),
    "not_interested": ("Customer no longer interested", "You told us you no longer need it."),
}
