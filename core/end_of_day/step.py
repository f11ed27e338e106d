"""The named steps of closing a business date and the order in which they run.
The order is a rule: lateness is judged after tonight's interest and penal charges are known,
and the date moves only when everything else is done.
"""

from __future__ import annotations

from enum import StrEnum


class StepName(StrEnum):
    """What closing a business date consists of."""

    ACCRUE = "accrue"
    PENAL_CHARGES = "penal_charges"
    OVERDUE_DAYS = "overdue_days"
    CLOSE_DATE = "close_date"


STEPS: tuple[StepName, ...] = tuple(StepName)

STEP_WORDS = {
    StepName.ACCRUE: "Interest earned tonight",
    StepName.PENAL_CHARGES: "Penal charges on late instalments",
    StepName.OVERDUE_DAYS: "Overdue days and buckets",
    StepName.CLOSE_DATE: "Move the business date",
}


class RunState(StrEnum):
    """The states of a run and of a step."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
