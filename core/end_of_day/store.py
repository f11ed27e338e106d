"""The set-based statements of end of day: one pass over what a night concerns, facts inserted.
Every amount here follows the rule that core.loan.replay states, and a test holds them equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, text
from sqlmodel import col

from core.brand.tables import Brand
from core.db.unit_of_work import UnitOfWork
from core.end_of_day.step import RunState, StepName
from core.end_of_day.tables import EndOfDayRun, EndOfDayStep

STEP_TIMEOUT_S = 900


def keep_events_out(uow: UnitOfWork) -> None:
    """Let no receipt or other loan event of this brand run beside this transaction."""
    uow.session.execute(
        text("SELECT pg_advisory_xact_lock(:brand, hashtext('end_of_day'))"),
        {"brand": uow.brand_id},
    )
    uow.session.refresh(uow.brand)


def allow_minutes(uow: UnitOfWork) -> None:
    """Let the statements of this transaction take longer than a screen's may."""
    uow.session.execute(
        text("SELECT set_config('statement_timeout', :limit, true)"),
        {"limit": f"{STEP_TIMEOUT_S}s"},
    )


def run_of(uow: UnitOfWork, business_date: date) -> EndOfDayRun | None:
    """Return the run of a business date."""
    return uow.session.scalar(
        select(EndOfDayRun).where(col(EndOfDayRun.business_date) == business_date)
    )


def steps_of(uow: UnitOfWork, run_id: int) -> list[EndOfDayStep]:
    """Return a run's steps in their order."""
    return list(
        uow.session.scalars(
            select(EndOfDayStep)
            .where(col(EndOfDayStep.run_id) == run_id)
            .order_by(col(EndOfDayStep.position))
        )
    )


def lock_step(uow: UnitOfWork, run_id: int, name: StepName) -> EndOfDayStep | None:
    """Return one step of a run, locked, so that two workers cannot both do it."""
    return uow.session.scalar(
        select(EndOfDayStep)
        .where(col(EndOfDayStep.run_id) == run_id, col(EndOfDayStep.name) == name.value)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def last_accrued(uow: UnitOfWork, before: date) -> date | None:
    """Return the newest business date before `before` whose interest was accrued."""
    return uow.session.execute(
        text(
            "SELECT max(business_date) FROM end_of_day_step"
            " WHERE name = :name AND state = :done AND business_date < :before"
        ),
        {"name": StepName.ACCRUE.value, "done": RunState.DONE.value, "before": before},
    ).scalar_one()


def loans_behind(uow: UnitOfWork, day: date) -> list[int]:
    """Return active loans whose facts do not reach the opening of `day`."""
    return list(
        uow.session.execute(
            text(
                "SELECT b.loan_id FROM loan_balance b"
                " JOIN loan l ON l.brand_id = b.brand_id AND l.id = b.loan_id"
                " WHERE l.status = 'active' AND b.recognised_to < :day ORDER BY b.loan_id"
            ),
            {"day": day},
        ).scalars()
    )


@dataclass(frozen=True, slots=True)
class ProductSum:
    """What one step booked for one product."""

    product_id: int
    loans: int
    amount_paise: int


_ACCRUE = text("""
    WITH night AS (
        SELECT l.id AS loan_id, l.product_id,
               round_ratio((b.interest_paise_days
                            + b.interest_base_paise * (:day + 1 - b.interest_from))::numeric
                           * l.daily_rate_numerator, l.daily_rate_denominator,
                           l.rounding, l.minor_unit_paise)
             - round_ratio((b.interest_paise_days
                            + b.interest_base_paise * (:day - b.interest_from))::numeric
                           * l.daily_rate_numerator, l.daily_rate_denominator,
                           l.rounding, l.minor_unit_paise) AS amount_paise
        FROM loan l
        JOIN loan_balance b ON b.brand_id = l.brand_id AND b.loan_id = l.id
        WHERE l.status = 'active' AND l.kind = 'bullet' AND b.recognised_to <= :day
          AND l.disbursed_on <= :day AND l.matures_on > :day
        UNION ALL
        SELECT l.id, l.product_id,
               round_ratio(i.interest_paise::numeric * (:day + 1 - i.period_from),
                           i.due_on - i.period_from, 'half_up', 1)
             - round_ratio(i.interest_paise::numeric * (:day - i.period_from),
                           i.due_on - i.period_from, 'half_up', 1)
        FROM instalment i
        JOIN loan l ON l.brand_id = i.brand_id AND l.id = i.loan_id
        JOIN loan_balance b ON b.brand_id = l.brand_id AND b.loan_id = l.id
        WHERE l.status = 'active' AND l.kind = 'level_instalment' AND b.recognised_to <= :day
          AND i.period_from <= :day AND i.due_on > :day
    ), facts AS (
        INSERT INTO accrual_fact (brand_id, loan_id, business_date, component, amount_paise)
        SELECT :brand, loan_id, :day, 'interest', amount_paise FROM night WHERE amount_paise <> 0
        RETURNING loan_id, amount_paise
    )
    SELECT n.product_id, count(*), sum(f.amount_paise)::bigint
    FROM facts f JOIN night n ON n.loan_id = f.loan_id
    GROUP BY n.product_id ORDER BY n.product_id
""")

_PENAL = text("""
    WITH late AS (
        SELECT i.id, i.loan_id, l.product_id,
               round_ratio((i.principal_paise - i.principal_paid_paise - i.principal_waived_paise
                            + i.interest_paise - i.interest_paid_paise - i.interest_waived_paise
                           )::numeric * l.penal_bps_per_year, 3650000, 'half_up', 1) AS amount_paise
        FROM instalment i
        JOIN loan l ON l.brand_id = i.brand_id AND l.id = i.loan_id
        JOIN loan_balance b ON b.brand_id = l.brand_id AND b.loan_id = l.id
        WHERE i.settled_on IS NULL AND i.due_on <= :day
          AND l.status = 'active' AND l.penal_bps_per_year > 0 AND b.recognised_to <= :day
          AND i.due_on + l.penal_grace_days <= :day
    ), grown AS (
        UPDATE instalment i SET penal_paise = i.penal_paise + late.amount_paise
        FROM late
        WHERE i.brand_id = :brand AND i.id = late.id AND late.amount_paise > 0
        RETURNING i.loan_id, late.product_id, late.amount_paise
    ), by_loan AS (
        SELECT loan_id, product_id, sum(amount_paise)::bigint AS amount_paise
        FROM grown GROUP BY loan_id, product_id
    ), facts AS (
        INSERT INTO accrual_fact (brand_id, loan_id, business_date, component, amount_paise)
        SELECT :brand, loan_id, :day, 'penal', amount_paise FROM by_loan
    )
    SELECT product_id, count(*), sum(amount_paise)::bigint
    FROM by_loan GROUP BY product_id ORDER BY product_id
""")

_OVERDUE = text("""
    WITH late AS (
        SELECT i.loan_id, min(i.due_on) AS oldest_due_on,
               sum(i.principal_paise - i.principal_paid_paise - i.principal_waived_paise)
                   AS principal_paise,
               sum(i.principal_paise + i.interest_paise + i.charge_paise + i.penal_paise
                   - i.principal_paid_paise - i.interest_paid_paise
                   - i.charge_paid_paise - i.penal_paid_paise
                   - i.principal_waived_paise - i.interest_waived_paise
                   - i.charge_waived_paise - i.penal_waived_paise) AS total_paise,
               sum(i.penal_paise - i.penal_paid_paise - i.penal_waived_paise) AS penal_paise
        FROM instalment i
        JOIN loan l ON l.brand_id = i.brand_id AND l.id = i.loan_id
        WHERE i.settled_on IS NULL AND i.due_on <= :day AND l.status = 'active'
        GROUP BY i.loan_id
    ), judged AS (
        SELECT late.*, :day + 1 - late.oldest_due_on AS days, b.id AS balance_id,
               b.bucket AS old_bucket,
               CASE WHEN :day + 1 - late.oldest_due_on >= 91 THEN '90+'
                    WHEN :day + 1 - late.oldest_due_on >= 61 THEN '61-90'
                    WHEN :day + 1 - late.oldest_due_on >= 31 THEN '31-60'
                    ELSE '1-30' END AS bucket,
               ahead.due_on AS next_due_on, coalesce(ahead.left_paise, 0) AS next_due_paise,
               facts.earned_paise, settled.interest_paise AS interest_settled_paise
        FROM late
        JOIN loan_balance b ON b.brand_id = :brand AND b.loan_id = late.loan_id
        LEFT JOIN LATERAL (
            SELECT i.due_on,
                   i.principal_paise + i.interest_paise + i.charge_paise + i.penal_paise
                   - i.principal_paid_paise - i.interest_paid_paise
                   - i.charge_paid_paise - i.penal_paid_paise
                   - i.principal_waived_paise - i.interest_waived_paise
                   - i.charge_waived_paise - i.penal_waived_paise AS left_paise
            FROM instalment i
            WHERE i.brand_id = :brand AND i.loan_id = late.loan_id
              AND i.settled_on IS NULL AND i.due_on > :day
            ORDER BY i.number LIMIT 1
        ) ahead ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(f.amount_paise), 0) AS earned_paise FROM accrual_fact f
            WHERE f.brand_id = :brand AND f.loan_id = late.loan_id AND f.component = 'interest'
        ) facts
        CROSS JOIN LATERAL (
            SELECT sum(i.interest_paid_paise + i.interest_waived_paise) AS interest_paise
            FROM instalment i WHERE i.brand_id = :brand AND i.loan_id = late.loan_id
        ) settled
        WHERE b.as_of <= :day
    ), moved AS (
        UPDATE loan_balance b
        SET as_of = :day + 1, days_past_due = judged.days, bucket = judged.bucket,
            oldest_due_on = judged.oldest_due_on, overdue_paise = judged.total_paise,
            overdue_principal_paise = judged.principal_paise,
            penal_outstanding_paise = judged.penal_paise,
            interest_outstanding_paise = judged.earned_paise - judged.interest_settled_paise,
            next_due_on = judged.next_due_on, next_due_paise = judged.next_due_paise
        FROM judged
        WHERE b.brand_id = :brand AND b.id = judged.balance_id
        RETURNING b.loan_id, judged.old_bucket, b.bucket, b.days_past_due, b.overdue_paise
    ), facts AS (
        INSERT INTO bucket_fact (brand_id, loan_id, business_date, from_bucket, to_bucket,
                                 days_past_due, overdue_paise)
        SELECT :brand, loan_id, :day, old_bucket, bucket, days_past_due, overdue_paise
        FROM moved WHERE bucket <> old_bucket
        ORDER BY loan_id
    ), told AS (
        INSERT INTO outbox_event (brand_id, topic, payload, created_at, relays, error)
        SELECT :brand, 'loan.bucket_changed',
               jsonb_build_object('loan_id', loan_id, 'from', old_bucket, 'to', bucket,
                                  'days_past_due', days_past_due,
                                  'business_date', :day),
               :now, 0, ''
        FROM moved WHERE bucket <> old_bucket
        ORDER BY loan_id
    )
    SELECT count(*), coalesce(sum(overdue_paise), 0)::bigint FROM moved
""")


def accrue_night(uow: UnitOfWork, day: date) -> list[ProductSum]:
    """Insert one interest fact per active loan for the night after `day`; sums per product."""
    rows = uow.session.execute(_ACCRUE, {"brand": uow.brand_id, "day": day})
    return [ProductSum(*row) for row in rows]


def charge_night(uow: UnitOfWork, day: date) -> list[ProductSum]:
    """Add one night's penal charge to each late instalment; sums per product."""
    rows = uow.session.execute(_PENAL, {"brand": uow.brand_id, "day": day})
    return [ProductSum(*row) for row in rows]


def judge_lateness(uow: UnitOfWork, day: date) -> tuple[int, int]:
    """Bring late loans to the opening of the next day; return how many and what is overdue.

    Loans that are not late keep their row as it is. A change of bucket leaves a fact and
    an event.
    """
    count, overdue_paise = uow.session.execute(
        _OVERDUE, {"brand": uow.brand_id, "day": day, "now": uow.now}
    ).one()
    return int(count), int(overdue_paise)


def move_business_date(uow: UnitOfWork, day: date) -> None:
    """Open the next business date."""
    brand = uow.session.get_one(Brand, uow.brand_id, with_for_update=True, populate_existing=True)
    if brand.business_date == day:
        brand.business_date = day + timedelta(days=1)


def newest_runs(uow: UnitOfWork, limit: int) -> list[EndOfDayRun]:
    """Return the newest runs, latest business date first."""
    return list(
        uow.session.scalars(
            select(EndOfDayRun).order_by(col(EndOfDayRun.business_date).desc()).limit(limit)
        )
    )
