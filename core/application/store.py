"""Decides how cases are listed, found and counted; every query about applications stands here.
A list is one statement whatever it shows, so a screen of cases costs the same on any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.access.permission import Permission
from core.access.tables import Staff
from core.application.life_cycle import AGREEMENT, CREDIT, ENDED, OPEN, REVIEW, SANCTION
from core.application.tables import Application, Assignment, CaseNote
from core.application.tenor import tenor_words
from core.brand.tables import Product, ProductVersion
from core.customer.store import search_clause
from core.customer.tables import Customer, CustomerBankAccount
from core.db.listing import ListAnswer, ListAsk, keyset_page
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Invalid, NotFound
from core.loan.tables import Loan, LoanBalance
from core.loan.terms import LoanKind, ProductTerms

# a case that nobody moved for so long is shown as late; the number is the brand's later
LATE_AFTER = dt.timedelta(hours=24)
STALE_AFTER = dt.timedelta(hours=72)

# what the stage filter and the tiles call a group of statuses
STAGES: dict[str, tuple[str, ...]] = {
    "open": OPEN,
    "review": REVIEW,
    "credit": CREDIT,
    "sanction": SANCTION,
    "agreement": AGREEMENT,
    "disbursal": ("signed", "disbursal_requested"),
    "disbursed": ("disbursed",),
    "ended": ENDED,
}


def age_words(since: dt.datetime, now: dt.datetime) -> str:
    """How long ago, in the largest two units that matter: "2 d 4 h", "35 min"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def stage_clause(stage: str) -> ColumnElement[bool]:
    """The statuses of a stage or one status; raises `Invalid` for neither."""
    if stage in STAGES:
        return col(Application.status).in_(STAGES[stage])
    if stage in {status for group in STAGES.values() for status in group}:
        return col(Application.status) == stage
    raise Invalid({"stage": f"There is no stage {stage}"})


def owner_clause(uow: UnitOfWork, owner: str) -> ColumnElement[bool]:
    """The cases of a person: `me`, `nobody`, or a staff id."""
    both = (col(Application.loan_executive_id), col(Application.credit_executive_id))
    if owner == "nobody":
        return and_(
            case(
                (col(Application.status) == "in_credit", col(Application.credit_executive_id)),
                else_=col(Application.loan_executive_id),
            ).is_(None),
            col(Application.status).in_((*REVIEW, *CREDIT)),
        )
    staff_id = uow.actor.id if owner == "me" else int(owner) if owner.isdigit() else -1
    return or_(*(column == staff_id for column in both))


def _visible(uow: UnitOfWork) -> ColumnElement[bool] | None:
    """What a queue role may see of the list; None for who may list everything."""
    actor = uow.actor
    if actor.can(Permission.APPLICATION_LIST):
        return None
    parts: list[ColumnElement[bool]] = []
    if actor.can(Permission.APPLICATION_SANCTION):
        parts.append(col(Application.recommended_at).is_not(None))
    if actor.can(Permission.DISBURSAL_LIST):
        parts.append(col(Application.status).in_(("signed", "disbursal_requested", "disbursed")))
    if actor.can(Permission.COLLECTION_LIST):
        parts.append(col(Application.status) == "disbursed")
    return or_(*parts) if parts else col(Application.id) == -1


def _search(text: str) -> ColumnElement[bool]:
    wanted = text.strip().upper()
    if wanted.startswith("AP-"):
        return col(Application.number) == wanted
    if wanted.startswith("LN-"):
        return col(Loan.number) == wanted
    return search_clause(text)


def _list_statement(uow: UnitOfWork, ask: ListAsk) -> Select[Any]:
    """Cases with customer, product, owner and loan in one statement."""
    loan_executive: Any = aliased(Staff)
    credit_executive: Any = aliased(Staff)
    holder = case(
        (
            col(Application.status).in_((*CREDIT, *SANCTION)),
            func.coalesce(credit_executive.name, loan_executive.name),
        ),
        else_=loan_executive.name,
    )
    statement: Any = (
        select(
            Application,
            Customer,
            col(Product.name),
            col(Product.kind),
            holder,
            Loan,
            LoanBalance,
        )
        .join(
            Customer,
            (col(Customer.brand_id) == col(Application.brand_id))
            & (col(Customer.id) == col(Application.customer_id)),
        )
        .join(
            Product,
            (col(Product.brand_id) == col(Application.brand_id))
            & (col(Product.id) == col(Application.product_id)),
        )
        .outerjoin(
            Loan,
            (col(Loan.brand_id) == col(Application.brand_id))
            & (col(Loan.application_id) == col(Application.id)),
        )
        .outerjoin(
            LoanBalance,
            (col(LoanBalance.brand_id) == col(Loan.brand_id))
            & (col(LoanBalance.loan_id) == col(Loan.id)),
        )
        .outerjoin(
            loan_executive,
            loan_executive.id == col(Application.loan_executive_id),
        )
        .outerjoin(
            credit_executive,
            credit_executive.id == col(Application.credit_executive_id),
        )
        .where(col(Application.status) != "draft")
    )
    visible = _visible(uow)
    if visible is not None:
        statement = statement.where(visible)
    if stage := ask.get("stage"):
        statement = statement.where(_stage_or_loan(stage))
    if product := ask.get("product"):
        statement = statement.where(col(Product.code) == product)
    if owner := ask.get("owner"):
        statement = statement.where(owner_clause(uow, owner))
    if since := ask.date("since"):
        statement = statement.where(
            col(Application.applied_at) >= dt.datetime.combine(since, dt.time(), dt.UTC)
        )
    if text := ask.get("q"):
        statement = statement.where(_search(text))
    return statement


def _stage_or_loan(stage: str) -> ColumnElement[bool]:
    """A stage of the application, or of its loan: running, overdue, closed."""
    if stage == "running":
        return col(Loan.status) == "active"
    if stage == "overdue":
        return (col(Loan.status) == "active") & (col(LoanBalance.days_past_due) > 0)
    if stage == "closed":
        return col(Loan.status).in_(("closed", "foreclosed", "settled", "written_off"))
    return stage_clause(stage)


def case_list(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """One page of applications and loans; refuses a filter it does not know."""
    code, now = uow.brand.code, uow.now

    def row(found: Any) -> dict[str, Any]:
        application, customer, product, kind, holder, loan, balance = found[:7]
        overdue = balance.days_past_due if balance is not None else 0
        waited = now - application.status_since
        at_work = application.status in OPEN
        tone = "bad" if overdue > 30 or (at_work and waited > STALE_AFTER) else ""
        if not tone and (overdue > 0 or (at_work and waited > LATE_AFTER)):
            tone = "warn"
        amount = application.sanctioned_amount_paise or application.requested_amount_paise
        return {
            "id": application.id,
            "href": f"/{code}/loans/{application.id}",
            "number": application.number,
            "loan": loan.number if loan else "",
            "customer": customer.name,
            "mobile": f"••••• •{customer.mobile_last4}",
            "product": product,
            "amount_paise": amount,
            "tenor": tenor_words(LoanKind(kind), application.tenor_days),
            "status": loan.status if loan else application.status,
            "owner": holder or ("" if loan or not at_work else "nobody"),
            "outstanding_paise": balance.principal_outstanding_paise if balance else None,
            "overdue": f"{overdue} days" if overdue else "",
            "applied_at": application.applied_at,
            "status_since": application.status_since,
            "age": age_words(application.status_since, now) if at_work else "",
            "tone": tone,
        }

    return keyset_page(
        uow.session,
        _list_statement(uow, ask),
        ask,
        sorts={
            "number": col(Application.id),
            "amount_paise": col(Application.requested_amount_paise),
            "age": col(Application.status_since),
        },
        key=col(Application.id),
        row=row,
    )


def count_cases(uow: UnitOfWork, stage: str, owner: str = "") -> int:
    """How many cases the list shows for a stage and owner; the tile that opens it."""
    statement = (
        select(func.count())
        .select_from(Application)
        .where(col(Application.brand_id) == uow.brand_id, stage_clause(stage))
        .where(col(Application.status) != "draft")
    )
    if owner:
        statement = statement.where(owner_clause(uow, owner))
    visible = _visible(uow)
    if visible is not None:
        statement = statement.where(visible)
    return uow.session.scalar(statement) or 0


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the head of a case shows, in two statements."""

    application: Application
    customer: Customer
    product: Product
    terms: ProductTerms
    account: CustomerBankAccount | None
    loan_executive: str
    credit_executive: str
    loan: Loan | None
    balance: LoanBalance | None

    @property
    def holder(self) -> str:
        """The name of whoever has the case now."""
        if self.application.status in (*CREDIT, *SANCTION):
            return self.credit_executive or self.loan_executive
        return self.loan_executive


def read_case(uow: UnitOfWork, application_id: int) -> Case:
    """The case with its people, product, account and loan; raises `NotFound`.

    Read inside use cases and screens that have asked who may open it.
    """
    loan_executive: Any = aliased(Staff)
    credit_executive: Any = aliased(Staff)
    found: Any = uow.session.execute(
        select(
            Application,
            Customer,
            Product,
            ProductVersion,
            CustomerBankAccount,
            loan_executive.name,
            credit_executive.name,
            Loan,
            LoanBalance,
        )
        .join(
            Customer,
            (col(Customer.brand_id) == col(Application.brand_id))
            & (col(Customer.id) == col(Application.customer_id)),
        )
        .join(
            Product,
            (col(Product.brand_id) == col(Application.brand_id))
            & (col(Product.id) == col(Application.product_id)),
        )
        .join(
            ProductVersion,
            (col(ProductVersion.brand_id) == col(Application.brand_id))
            & (col(ProductVersion.id) == col(Application.product_version_id)),
        )
        .outerjoin(
            CustomerBankAccount,
            (col(CustomerBankAccount.brand_id) == col(Application.brand_id))
            & (col(CustomerBankAccount.id) == col(Application.bank_account_id)),
        )
        .outerjoin(
            loan_executive,
            loan_executive.id == col(Application.loan_executive_id),
        )
        .outerjoin(
            credit_executive,
            credit_executive.id == col(Application.credit_executive_id),
        )
        .outerjoin(
            Loan,
            (col(Loan.brand_id) == col(Application.brand_id))
            & (col(Loan.application_id) == col(Application.id)),
        )
        .outerjoin(
            LoanBalance,
            (col(LoanBalance.brand_id) == col(Loan.brand_id))
            & (col(LoanBalance.loan_id) == col(Loan.id)),
        )
        .where(col(Application.brand_id) == uow.brand_id, col(Application.id) == application_id)
    ).first()
    if found is None:
        raise NotFound(f"There is no application {application_id} here")
    application, customer, product, version, account, loan_ex, credit_ex, loan, balance = found
    return Case(
        application=application,
        customer=customer,
        product=product,
        terms=ProductTerms.from_json(version.terms),
        account=account,
        loan_executive=loan_ex or "",
        credit_executive=credit_ex or "",
        loan=loan,
        balance=balance,
    )


def applications_of(uow: UnitOfWork, customer_id: int) -> list[Application]:
    """A customer's applications, newest first."""
    return list(
        uow.session.scalars(
            select(Application)
            .where(col(Application.customer_id) == customer_id)
            .order_by(col(Application.id).desc())
            .limit(50)
        )
    )


def running_loans(uow: UnitOfWork, customer_id: int) -> list[tuple[Loan, LoanBalance | None]]:
    """A customer's running loans with what is owed, the next due first."""
    rows: Sequence[Any] = uow.session.execute(
        select(Loan, LoanBalance)
        .outerjoin(
            LoanBalance,
            (col(LoanBalance.brand_id) == col(Loan.brand_id))
            & (col(LoanBalance.loan_id) == col(Loan.id)),
        )
        .where(
            col(Loan.brand_id) == uow.brand_id,
            col(Loan.customer_id) == customer_id,
            col(Loan.status) == "active",
        )
        .order_by(col(LoanBalance.next_due_on), col(Loan.id))
        .limit(10)
    ).all()
    return [(row[0], row[1]) for row in rows]


def notes_of(uow: UnitOfWork, application_id: int, audiences: Sequence[str]) -> list[CaseNote]:
    """What was written on a case for these audiences, newest first."""
    return list(
        uow.session.scalars(
            select(CaseNote)
            .where(
                col(CaseNote.application_id) == application_id,
                col(CaseNote.audience).in_(list(audiences)),
            )
            .order_by(col(CaseNote.id).desc())
            .limit(100)
        )
    )


def assignments_of(uow: UnitOfWork, application_id: int) -> list[Assignment]:
    """Who had a case when, newest first."""
    return list(
        uow.session.scalars(
            select(Assignment)
            .where(col(Assignment.application_id) == application_id)
            .order_by(col(Assignment.id).desc())
            .limit(50)
        )
    )


def customer_list(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """One page of customers with how many applications each has made."""
    made = (
        select(func.count())
        .select_from(Application)
        .where(
            col(Application.brand_id) == col(Customer.brand_id),
            col(Application.customer_id) == col(Customer.id),
            col(Application.status) != "draft",
        )
        .correlate(Customer)
        .scalar_subquery()
    )
    statement: Any = select(Customer, made)
    if text := ask.get("q"):
        statement = statement.where(search_clause(text))
    if ask.get("profile") == "complete":
        statement = statement.where(col(Customer.profile_completed_at).is_not(None))
    elif ask.get("profile") == "open":
        statement = statement.where(col(Customer.profile_completed_at).is_(None))
    if since := ask.date("since"):
        statement = statement.where(
            col(Customer.registered_at) >= dt.datetime.combine(since, dt.time(), dt.UTC)
        )
    code = uow.brand.code

    def row(found: Sequence[Any]) -> dict[str, Any]:
        customer, applications = found[0], found[1]
        return {
            "id": customer.id,
            "href": f"/{code}/customers/{customer.id}",
            "number": customer.number,
            "name": customer.name or "–",
            "mobile": f"••••• •{customer.mobile_last4}",
            "pan": f"••••••{customer.pan_last4}" if customer.pan_last4 else "",
            "city": customer.city,
            "employer": customer.employer_name,
            "salary_paise": customer.salary_paise or None,
            "applications": applications,
            "registered_at": customer.registered_at,
        }

    return keyset_page(
        uow.session,
        statement,
        ask,
        sorts={"number": col(Customer.id), "name": col(Customer.name_key)},
        key=col(Customer.id),
        row=row,
    )


def find_cases(uow: UnitOfWork, text: str, limit: int = 6) -> list[tuple[Application, Customer]]:
    """Cases for the search box: by number, loan number, mobile, PAN or the name's beginning."""
    statement = _list_statement(uow, ListAsk(filters={"q": text}))
    newest = statement.order_by(col(Application.id).desc()).limit(limit)
    rows: Sequence[Any] = uow.session.execute(newest).all()
    return [(row[0], row[1]) for row in rows]
