"""Decides how operations close a day: the open date, a date to close up to, every step with counts.
What they fear is a night that half happened, so a stopped step says why and offers to go on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query, watch
from backoffice.shell import nav, page, t
from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork
from core.end_of_day import service
from core.end_of_day.step import STEP_WORDS, StepName
from core.end_of_day.tables import EndOfDayRun, EndOfDayStep
from core.kernel.business_day import format_date, format_datetime
from core.kernel.errors import Invalid
from core.kernel.money import format_inr

nav(
    "Operations",
    "End of day",
    "/[brand]/ops/end-of-day",
    Permission.END_OF_DAY_RUN,
    icon="moon",
    order=60,
)

RUNS_SHOWN = 14


def _step(row: EndOfDayStep) -> dict[str, str]:
    took = ""
    if row.started_at and row.finished_at:
        took = f"{(row.finished_at - row.started_at).total_seconds():.1f} s"
    return {
        "name": t(STEP_WORDS[StepName(row.name)]),
        "status": row.state,
        "loans": str(row.loans) if row.state == "done" else "",
        "amount": format_inr(row.amount_paise) if row.amount_paise else "",
        "took": took,
        "error": row.error,
        "href": "",
    }


def _run(row: EndOfDayRun) -> dict[str, str]:
    return {
        "date": format_date(row.business_date),
        "status": row.state,
        "by": row.requested_by,
        "started": format_datetime(row.started_at),
        "finished": format_datetime(row.finished_at) if row.finished_at else "",
        "href": "",
    }


class EndOfDay(SecureState, rx.State):
    """The open date, the newest run step by step, and the runs before it."""

    READ = Permission.END_OF_DAY_RUN

    open_date: str = ""
    open_iso: str = ""
    steps: list[dict[str, str]] = []
    runs: list[dict[str, str]] = []
    stopped: bool = False
    newest: str = ""

    @query(Permission.END_OF_DAY_RUN)
    async def load(self) -> None:
        """Read the newest runs and the steps of the last one."""

        def read(uow: UnitOfWork) -> tuple[dt.date, list[EndOfDayRun], list[EndOfDayStep]]:
            found = service.runs(uow, RUNS_SHOWN)
            return uow.business_date, found, service.steps(uow, found[0].id) if found else []

        open_date, runs, steps = await in_query(read)
        self.open_date, self.open_iso = format_date(open_date), open_date.isoformat()
        self.runs = [_run(row) for row in runs]
        self.steps = [_step(row) for row in steps]
        self.stopped = any(row.state == "failed" for row in steps)
        self.newest = format_date(runs[0].business_date) if runs else ""

    @command(Permission.END_OF_DAY_RUN)
    async def close(self, form: dict[str, Any]) -> Any:
        """Close every date up to the chosen one."""
        try:
            until = dt.date.fromisoformat(str(form.get("until", "")))
        except ValueError:
            raise Invalid({"until": t("Enter a date")}) from None
        await in_unit_of_work(
            lambda uow: service.request_through(uow, until), use_case="request_end_of_day"
        )
        return [ui.toast_done(t("Closing has begun")), type(self).load]

    @command(Permission.END_OF_DAY_RUN)
    async def resume(self) -> Any:
        """Go on with a stopped run where it stopped."""
        await in_unit_of_work(
            lambda uow: service.request_end_of_day(uow, uow.business_date),
            use_case="request_end_of_day",
        )
        return [ui.toast_done(t("The run goes on")), type(self).load]

    watch_changes = watch(Permission.END_OF_DAY_RUN, "end_of_day_run", "job_run")


STEP_COLUMNS = (
    ui.Column("name", "Step"),
    ui.Column("status", "State", kind="status"),
    ui.Column("loans", "Loans", kind="number"),
    ui.Column("amount", "Booked", kind="money"),
    ui.Column("took", "Took", kind="number"),
    ui.Column("error", "Why it stopped"),
)
RUN_COLUMNS = (
    ui.Column("date", "Business date"),
    ui.Column("status", "State", kind="status"),
    ui.Column("by", "Asked by"),
    ui.Column("started", "Started"),
    ui.Column("finished", "Finished"),
)


@page(
    route="/[brand]/ops/end-of-day",
    title="End of day",
    permission=Permission.END_OF_DAY_RUN,
    on_load=[EndOfDay.load, EndOfDay.watch_changes],
)
def end_of_day_page() -> rx.Component:
    """The console."""
    state = EndOfDay
    return ui.screen(
        ui.page_header(
            t("End of day"),
            subtitle=t("Interest, penal charges, overdue days and buckets, then the next date"),
        ),
        ui.columns(
            ui.section(
                t("Close the books"),
                ui.facts([(t("Open business date"), state.open_date)]),
                ui.form(
                    state,
                    state.close,
                    ui.date_field(
                        state,
                        "until",
                        t("Close up to and including"),
                        value=state.open_iso,
                        hint=t("Each date is closed in turn and cannot be opened again"),
                    ),
                    submit=t("Close"),
                ),
            ),
            ui.section(
                t("The newest run"),
                ui.simple_table(STEP_COLUMNS, state.steps, empty=t("Nothing has been closed yet.")),
                rx.cond(
                    state.stopped,
                    ui.button(t("Go on where it stopped"), on_click=state.resume, kind="primary"),
                ),
            ),
        ),
        ui.section(
            t("Runs"),
            ui.simple_table(RUN_COLUMNS, state.runs, empty=t("Nothing has been closed yet.")),
        ),
    )
