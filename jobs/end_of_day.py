"""Closes a business date when somebody asked for it: one transaction a step, progress on screen.
A worker that dies between two steps leaves the next one the rest; no step happens twice.
"""

from __future__ import annotations

from core.end_of_day import service
from core.end_of_day.step import STEP_WORDS, STEPS, StepName
from core.kernel.errors import DomainError
from jobs.task import JobContext, Payload, job


@job("end_of_day.requested")
def close_business_date(context: JobContext, payload: Payload) -> None:
    """Run the steps of a run that are not done yet, in their order."""
    run_id = int(payload["run_id"])
    context.track(("end_of_day_run", run_id), total=len(STEPS))
    while True:
        with context.unit_of_work("end_of_day", claim=False) as uow:
            name = service.next_step(uow, run_id)
        if name is None:
            with context.unit_of_work("end_of_day") as uow:
                service.go_on(uow, run_id)
                uow.commit()
            return
        context.progress(STEPS.index(name), len(STEPS), STEP_WORDS[name])
        _run_step(context, run_id, name)


def _run_step(context: JobContext, run_id: int, name: StepName) -> None:
    try:
        with context.unit_of_work("end_of_day", claim=False) as uow:
            service.run_step(uow, run_id, name)
            uow.commit()
    except Exception as error:
        words = error.message if isinstance(error, DomainError) else type(error).__name__
        with context.unit_of_work("end_of_day", claim=False) as uow:
            service.fail_step(uow, run_id, name, words)
            uow.commit()
        raise
