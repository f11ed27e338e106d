"""Decides the life of a disbursal and what stands in the way of one, as sentences with an owner.
The screen shows the same list that the server enforces, so a disabled button says why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.kernel.business_day import format_date
from core.kernel.money import format_inr
from core.kernel.state_machine import StateMachine

DISBURSAL = StateMachine(
    "disbursal",
    {
        ("requested", "approve"): "approved",
        ("requested", "refuse"): "refused",
        # the first payout is history: a refused second one leaves it failed, in sight
        ("requested", "refuse_again"): "failed",
        ("approved", "send"): "sent",
        ("approved", "lose"): "unknown",
        ("approved", "pay"): "paid",
        ("approved", "fail"): "failed",
        ("sent", "pay"): "paid",
        ("sent", "fail"): "failed",
        ("unknown", "send"): "sent",
        ("unknown", "pay"): "paid",
        ("unknown", "fail"): "failed",
        ("paid", "reverse"): "reversed",
        # the bank paid after it had said no, and nothing newer was sent
        ("failed", "pay"): "paid",
        ("failed", "resubmit"): "requested",
        ("reversed", "resubmit"): "requested",
        ("failed", "give_up"): "refused",
        # the loan that was born is taken back with it
        ("reversed", "give_up"): "refused",
    },
)

STATUSES = ("requested", "approved", "sent", "unknown", "failed", "reversed", "paid", "refused")
#: A case has at most one disbursal outside these.
ENDED = ("refused",)
#: How long a state may last before the queue shows it amber (UX O08).
STUCK_AFTER = {
    "requested": dt.timedelta(hours=4),
    "approved": dt.timedelta(minutes=10),
    "sent": dt.timedelta(minutes=30),
    "unknown": dt.timedelta(minutes=15),
    "failed": dt.timedelta(hours=2),
    "reversed": dt.timedelta(hours=2),
}
NEXT_ACTION = {
    "requested": "Another person must approve the release.",
    "approved": "The worker sends it; look at the jobs if this lasts.",
    "sent": "The bank has it; we ask again by ourselves.",
    "unknown": "No answer came. We ask the bank by our own key and never pay twice.",
    "failed": "Correct the cause, then send it again as a new payout.",
    "reversed": "The money came back. Correct the account, then pay again.",
    "paid": "Nothing to do.",
    "refused": "Nothing to do; it can be requested again.",
}


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why money may not leave, and whose desk clears it."""

    code: str
    sentence: str
    owner: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is known about a case when its money is to leave; amounts in paise."""

    case_status: str
    sanctioned_paise: int | None
    sanction_valid_until: dt.date | None
    agreement_signed: bool
    agreement_amount_paise: int | None
    first_due_on: dt.date | None
    fees_paise: int
    account_ending: str
    penny_drop: str
    open_disbursal: str
    # the clock's day for signatures and sanctions, the open business date for the books
    on_date: dt.date
    business_date: dt.date


def net_paise(sanctioned_paise: int, fees_paise: int) -> int:
    """What reaches the customer: the sanctioned amount less the fees kept back."""
    return sanctioned_paise - fees_paise


def blockers(known: Readiness) -> tuple[Blocker, ...]:
    """Everything that stands in the way, in the order in which people clear it."""
    found: list[Blocker] = []
    if known.open_disbursal:
        found.append(
            Blocker(
                "open_disbursal",
                f"Disbursal {known.open_disbursal} is already open for this case.",
                "Loan operations",
            )
        )
    elif known.case_status != "signed":
        found.append(
            Blocker(
                "case_not_signed",
                f"The case is {known.case_status.replace('_', ' ')}; it must be signed first.",
                "Sanction",
            )
        )
    if known.sanctioned_paise is None:
        found.append(Blocker("no_sanction", "No amount has been sanctioned.", "Sanction"))
    if known.sanction_valid_until is not None and known.sanction_valid_until < known.on_date:
        found.append(
            Blocker(
                "sanction_expired",
                f"The sanction ended on {format_date(known.sanction_valid_until)}.",
                "Sanction",
            )
        )
    if not known.agreement_signed:
        found.append(Blocker("no_agreement", "The agreement has not been signed.", "Customer"))
    elif known.agreement_amount_paise != known.sanctioned_paise:
        found.append(
            Blocker(
                "amount_differs",
                f"The agreement says {format_inr(known.agreement_amount_paise or 0)}, the "
                f"sanction {format_inr(known.sanctioned_paise or 0)}; both must be the same.",
                "Sanction",
            )
        )
    if known.first_due_on is not None and known.first_due_on <= known.business_date:
        found.append(
            Blocker(
                "first_due_passed",
                f"The agreed first due date, {format_date(known.first_due_on)}, has come before "
                "the money; the agreement must be made again.",
                "Sanction",
            )
        )
    if not known.account_ending:
        found.append(Blocker("no_account", "The customer has given no bank account.", "Customer"))
    elif known.penny_drop != "passed":
        why = "has failed" if known.penny_drop == "failed" else "has not been done"
        found.append(
            Blocker(
                "penny_drop",
                f"The penny drop to the account ending {known.account_ending} {why}.",
                "Loan executive",
            )
        )
    if known.sanctioned_paise is not None and known.sanctioned_paise <= known.fees_paise:
        found.append(Blocker("no_net", "After fees nothing would be left to pay out.", "Sanction"))
    return tuple(found)


def is_stuck(status: str, age: dt.timedelta) -> bool:
    """Whether a disbursal has stayed in a state longer than is normal."""
    limit = STUCK_AFTER.get(status)
    return limit is not None and age > limit


def age_words(age: dt.timedelta) -> str:
    """An age as people say it: "4 min", "2 h 5 min", "3 d 4 h"."""
    minutes = max(int(age.total_seconds()) // 60, 0)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min"
