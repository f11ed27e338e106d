"""Decides what a borrower may do with their own record: register, agree, fill in, withdraw.
Identifiers are sealed before they touch the table; the audit shows them masked only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlmodel import col

from core.access.actor import ActorKind
from core.access.mask import Revealed, reveal
from core.access.permission import Permission
from core.access.tables import OtpChallenge, PartySession
from core.application.tables import Application
from core.customer.consent import current_texts
from core.customer.profile import (
    check_address,
    check_bank_account,
    check_identity,
    check_work,
    name_key,
)
from core.customer.store import (
    account_index,
    active_consents,
    open_steps,
    pan_index,
    primary_account,
)
from core.customer.store import mobile_index as index_of_mobile
from core.customer.tables import Consent, Customer, CustomerBankAccount
from core.db.secret import seal, unseal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from core.kernel.identifier import mask_account, mask_pan, normal_mobile
from core.kernel.money import format_inr

FRESH_CODE = dt.timedelta(minutes=2)
# the case is being judged on what the profile says, so it stands still meanwhile
LOCKING_STATUSES = (
    "applied",
    "in_review",
    "in_credit",
    "recommended",
    "sanctioned",
    "agreement_sent",
    "signed",
    "disbursal_requested",
)

sentences.add(
    {
        "customer.registered": "registered with the mobile number ending {last4}",
        "customer.logged_in": "logged in with a one-time code",
        "consent.given": "agreed: {title} (version {version})",
        "consent.withdrawn": "withdrew the agreement: {title}",
        "customer.identity_saved": "filled in who they are: {name}, PAN {pan}",
        "customer.work_saved": "filled in their work: {employer}, {salary} a month",
        "customer.address_saved": "filled in their address in {city}, {pincode}",
        "customer.account_saved": "filled in their bank account {account}, {ifsc}",
    }
)


class ProfileLocked(Conflict):
    """The profile cannot change while an application is judged by it."""

    code = "profile_locked"


class CodeNotFresh(Forbidden):
    """Nobody proved to hold this mobile number within the last minutes."""

    code = "code_not_fresh"


def register_or_log_in(uow: UnitOfWork, mobile: str) -> int:
    """The customer's id for a mobile that has just proved itself by a one-time code.

    Needs no permission, since nobody is anybody yet; it demands a code used within two minutes
    for this very number instead. Raises `CodeNotFresh`.
    """
    number = normal_mobile(mobile)
    index = index_of_mobile(number)
    proved = uow.session.scalar(
        select(col(OtpChallenge.id))
        .where(
            col(OtpChallenge.mobile_index) == index,
            col(OtpChallenge.consumed_at) > uow.now - FRESH_CODE,
        )
        .limit(1)
    )
    if proved is None:
        raise CodeNotFresh("Ask for a code and enter it first")
    customer = uow.session.scalar(select(Customer).where(col(Customer.mobile_index) == index))
    if customer is None:
        customer = uow.add(
            Customer(
                number=uow.next_number("CU"),
                mobile_sealed=seal(number),
                mobile_index=index,
                mobile_last4=number[-4:],
                registered_at=uow.now,
            )
        )
        uow.audit("customer.registered", ("customer", customer.id), last4=number[-4:])
    else:
        uow.audit("customer.logged_in", ("customer", customer.id))
    customer.last_seen_at = uow.now
    return customer.id


def own_record(uow: UnitOfWork, *, lock: bool = False) -> Customer:
    """The record of the customer who acts; raises `Forbidden` for anybody else."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    if uow.actor.kind is not ActorKind.CUSTOMER or uow.actor.id is None:
        raise Forbidden("Only a customer has a profile here")
    return uow.lock(Customer, uow.actor.id) if lock else uow.get(Customer, uow.actor.id)


def give_consents(uow: UnitOfWork, purposes: list[str]) -> list[str]:
    """Record agreement to the newest text of each purpose; returns the steps still open."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    customer = own_record(uow, lock=True)
    texts = current_texts()
    lender = uow.brand.legal_name or uow.brand.name
    held = {(row.purpose, row.text_version) for row in active_consents(uow, customer.id)}
    missing = [p for p, text in texts.items() if text.required and p not in purposes]
    missing = [p for p in missing if p not in {purpose for purpose, _ in held}]
    if missing:
        sentence = "Without “{}” we cannot work on an application"
        raise Invalid({purpose: sentence.format(texts[purpose].title) for purpose in missing})
    for purpose in purposes:
        if purpose not in texts:
            raise Invalid({purpose: "There is no such agreement"})
        text = texts[purpose]
        if (purpose, text.version) in held:
            continue
        uow.add(
            Consent(
                customer_id=customer.id,
                purpose=purpose,
                text_version=text.version,
                text_hash=text.hash(lender),
                given_at=uow.now,
                address=uow.actor.address,
                device=uow.actor.device,
            )
        )
        uow.audit(
            "consent.given",
            ("customer", customer.id),
            title=text.title,
            version=text.version,
        )
    return open_steps(uow, customer)


def withdraw_consent(uow: UnitOfWork, purpose: str) -> None:
    """Take back the agreement to a purpose, as easily as it was given (DPDP Act 2023, s. 6(4))."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    customer = own_record(uow, lock=True)
    rows = [row for row in active_consents(uow, customer.id) if row.purpose == purpose]
    if not rows:
        raise NotFound("You have not agreed to this, or have taken it back already")
    uow.session.execute(
        update(Consent)
        .where(
            col(Consent.brand_id) == uow.brand_id,
            col(Consent.customer_id) == customer.id,
            col(Consent.purpose) == purpose,
            col(Consent.withdrawn_at).is_(None),
        )
        .values(withdrawn_at=uow.now)
    )
    title = current_texts()[purpose].title
    uow.audit("consent.withdrawn", ("customer", customer.id), title=title)


@dataclass(frozen=True, slots=True)
class SaveIdentity:
    """The first step as typed."""

    name: str
    pan: str
    date_of_birth: str
    gender: str = ""
    email: str = ""


def save_identity(uow: UnitOfWork, command: SaveIdentity) -> Customer:
    """Keep who the borrower is; an empty PAN keeps the one on record.

    Raises `Invalid`, `ProfileLocked`, `Conflict` for a PAN somebody else registered.
    """
    uow.actor.require(Permission.CUSTOMER_SELF)
    customer = own_record(uow, lock=True)
    kept_pan = unseal(customer.pan_sealed) if customer.pan_sealed else ""
    given = check_identity(
        name=command.name,
        pan=command.pan.strip() or kept_pan,
        date_of_birth=command.date_of_birth,
        gender=command.gender,
        email=command.email,
        today=uow.business_date,
    )
    _refuse_while_judged(uow, customer)
    index = pan_index(given.pan)
    taken = uow.session.scalar(
        select(col(Customer.id)).where(
            col(Customer.pan_index) == index, col(Customer.id) != customer.id
        )
    )
    if taken is not None:
        raise Conflict(
            "This PAN is registered with another mobile number. Log in with that number, "
            "or call us if you have lost it.",
            field="pan",
        )
    customer.name, customer.name_key = given.name, name_key(given.name)
    customer.date_of_birth, customer.gender = given.date_of_birth, given.gender
    customer.email = given.email
    uow.session.execute(
        update(PartySession)
        .where(
            col(PartySession.brand_id) == uow.brand_id,
            col(PartySession.party_kind) == "customer",
            col(PartySession.party_id) == customer.id,
        )
        .values(party_name=given.name)
    )
    if customer.pan_index != index:
        customer.pan_sealed, customer.pan_index = seal(given.pan), index
        customer.pan_last4 = given.pan[-4:]
    uow.audit(
        "customer.identity_saved",
        ("customer", customer.id),
        name=given.name,
        pan=mask_pan(given.pan),
    )
    return _saved(uow, customer)


@dataclass(frozen=True, slots=True)
class SaveWork:
    """The second step as typed; the salary is rupees."""

    employer_name: str
    salary: str
    salary_day: str


def save_work(uow: UnitOfWork, command: SaveWork) -> Customer:
    """Keep what the borrower earns; raises `Invalid` or `ProfileLocked`."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    customer = own_record(uow, lock=True)
    given = check_work(
        employer_name=command.employer_name,
        salary=command.salary,
        salary_day=command.salary_day,
    )
    _refuse_while_judged(uow, customer)
    before = {"employer_name": customer.employer_name, "salary_paise": customer.salary_paise}
    customer.employer_name = given.employer_name
    customer.salary_paise, customer.salary_day = given.salary_paise, given.salary_day
    uow.audit(
        "customer.work_saved",
        ("customer", customer.id),
        before=before,
        after={"employer_name": given.employer_name, "salary_paise": given.salary_paise},
        employer=given.employer_name,
        salary=format_inr(given.salary_paise),
    )
    return _saved(uow, customer)


@dataclass(frozen=True, slots=True)
class SaveAddress:
    """The third step as typed."""

    address_line: str
    city: str
    pincode: str
    state: str = ""


def save_address(uow: UnitOfWork, command: SaveAddress) -> Customer:
    """Keep where the borrower lives; raises `Invalid` or `ProfileLocked`."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    customer = own_record(uow, lock=True)
    given = check_address(
        address_line=command.address_line,
        city=command.city,
        state=command.state,
        pincode=command.pincode,
    )
    _refuse_while_judged(uow, customer)
    customer.address_line, customer.city = given.address_line, given.city
    customer.state, customer.pincode = given.state, given.pincode
    uow.audit(
        "customer.address_saved",
        ("customer", customer.id),
        city=given.city,
        pincode=given.pincode,
    )
    return _saved(uow, customer)


@dataclass(frozen=True, slots=True)
class SaveBankAccount:
    """The fourth step as typed; the account number twice."""

    holder_name: str
    account_number: str
    account_again: str
    ifsc: str


def save_bank_account(uow: UnitOfWork, command: SaveBankAccount) -> CustomerBankAccount:
    """Keep the account a loan is paid to; a new number must be verified anew.

    Two empty numbers keep the one on record.
    """
    uow.actor.require(Permission.CUSTOMER_SELF)
    customer = own_record(uow, lock=True)
    number, again = command.account_number.strip(), command.account_again.strip()
    known = primary_account(uow, customer.id)
    if known is not None and not number and not again:
        number = again = unseal(known.account_sealed)
    given = check_bank_account(
        holder_name=command.holder_name or customer.name,
        account_number=number,
        account_again=again,
        ifsc=command.ifsc,
    )
    _refuse_while_judged(uow, customer)
    index = account_index(given.account_number)
    uow.session.execute(
        update(CustomerBankAccount)
        .where(
            col(CustomerBankAccount.brand_id) == uow.brand_id,
            col(CustomerBankAccount.customer_id) == customer.id,
        )
        .values(is_primary=False)
    )
    row = uow.session.scalar(
        select(CustomerBankAccount)
        .where(
            col(CustomerBankAccount.customer_id) == customer.id,
            col(CustomerBankAccount.account_index) == index,
            col(CustomerBankAccount.ifsc) == given.ifsc,
        )
        .execution_options(populate_existing=True)
    )
    if row is None:
        row = uow.add(
            CustomerBankAccount(
                customer_id=customer.id,
                holder_name=given.holder_name,
                account_sealed=seal(given.account_number),
                account_index=index,
                account_last4=given.account_number[-4:],
                ifsc=given.ifsc,
                bank_name=given.bank_name,
                added_at=uow.now,
            )
        )
    row.is_primary = True
    row.holder_name = given.holder_name
    uow.audit(
        "customer.account_saved",
        ("customer", customer.id),
        account=mask_account(given.account_number),
        ifsc=given.ifsc,
    )
    _saved(uow, customer)
    return row


def reveal_identifier(
    uow: UnitOfWork, customer_id: int, field: str, reason: str, *, case_id: int | None = None
) -> Revealed:
    """Show staff a PAN, mobile or account number in full for thirty seconds, with a reason.

    Raises `Forbidden` without the permission, `Invalid` without a reason, `TooManyReveals`.
    """
    uow.actor.require(Permission.CUSTOMER_REVEAL)
    customer = uow.get(Customer, customer_id)
    if field == "account":
        account = primary_account(uow, customer_id)
        sealed = account.account_sealed if account else ""
    else:
        sealed = {"pan": customer.pan_sealed, "mobile": customer.mobile_sealed}.get(field, "")
    if not sealed:
        raise NotFound("This is not on record")
    words = {"pan": "PAN", "mobile": "mobile number", "account": "bank account number"}
    return reveal(uow, ("customer", customer_id), words[field], sealed, reason, case_id=case_id)


def _refuse_while_judged(uow: UnitOfWork, customer: Customer) -> None:
    number = uow.session.scalar(
        select(col(Application.number))
        .where(
            col(Application.customer_id) == customer.id,
            col(Application.status).in_(LOCKING_STATUSES),
        )
        .limit(1)
    )
    if number is not None:
        raise ProfileLocked(
            f"Your application {number} is being checked on what you gave us. "
            "Write to us on its page if something has changed."
        )


def _saved(uow: UnitOfWork, customer: Customer) -> Customer:
    customer.version += 1
    uow.flush()
    if customer.profile_completed_at is None and not open_steps(uow, customer):
        customer.profile_completed_at = uow.now
    return customer
