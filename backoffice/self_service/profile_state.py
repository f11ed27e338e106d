"""Decides how a customer fills the profile: five short steps, each kept as soon as it is right.
Identifiers already given show their last four; left empty they stay as they are."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import CUSTOMER, SecureState, command, in_query, in_unit_of_work, query
from backoffice.self_service.home_state import my_address
from backoffice.shell import t
from core.access.permission import Permission
from core.customer.consent import current_texts
from core.customer.profile import STEPS
from core.customer.service import (
    SaveAddress,
    SaveBankAccount,
    SaveIdentity,
    SaveWork,
    give_consents,
    own_record,
    save_address,
    save_bank_account,
    save_identity,
    save_work,
    withdraw_consent,
)
from core.customer.store import active_consents, open_steps, primary_account
from core.customer.tables import Customer, CustomerBankAccount
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date
from core.kernel.money import format_inr

STEP_TITLES = {
    "consent": "Agree",
    "identity": "You",
    "work": "Work",
    "address": "Home",
    "bank": "Bank",
}


class MyProfile(SecureState, rx.State):
    """The profile, one step at a time."""

    READ = Permission.CUSTOMER_SELF
    AUDIENCE = CUSTOMER

    loaded: bool = False
    step: str = "consent"
    steps: list[dict[str, str]] = []
    consents: list[dict[str, str]] = []
    values: dict[str, str] = {}
    complete: bool = False
    lender: str = ""

    @query(Permission.CUSTOMER_SELF)
    async def load(self) -> None:
        """Read what is kept and find the first step that is open."""

        def read(uow: UnitOfWork) -> tuple[Any, ...]:
            customer = own_record(uow)
            return (
                customer,
                primary_account(uow, customer.id),
                open_steps(uow, customer),
                active_consents(uow, customer.id),
                uow.brand.legal_name or uow.brand.name,
            )

        customer, account, missing, held, lender = await in_query(read, use_case="my_profile")
        self.lender = lender
        self.complete = not missing
        wanted = self._address("step", "")
        self.step = wanted if wanted in STEPS else (missing[0] if missing else "identity")
        self.steps = [
            {
                "name": name,
                "title": t(STEP_TITLES[name]),
                "state": "now" if name == self.step else ("later" if name in missing else "done"),
                "href": f"?step={name}",
            }
            for name in STEPS
        ]
        given = {one.purpose: one for one in held}
        self.consents = [
            {
                "purpose": purpose,
                "title": t(text.title),
                "text": t(text.text, lender=lender),
                "required": "yes" if text.required else "",
                "given": format_date(given[purpose].given_at.date()) if purpose in given else "",
            }
            for purpose, text in current_texts().items()
        ]
        self.values = _values(customer, account)
        self.loaded = True

    @command(Permission.CUSTOMER_SELF)
    async def agree(self, form: dict[str, Any]) -> Any:
        """Keep what was agreed to."""
        purposes = [purpose for purpose in current_texts() if form.get(purpose)]
        await in_unit_of_work(lambda uow: give_consents(uow, purposes), use_case="give_consents")
        return self._go_on("identity")

    @command(Permission.CUSTOMER_SELF)
    async def withdraw(self, purpose: str) -> Any:
        """Take an agreement back."""
        await in_unit_of_work(
            lambda uow: withdraw_consent(uow, purpose), use_case="withdraw_consent"
        )
        return [ui.toast_done(t("Taken back")), MyProfile.load]

    @command(Permission.CUSTOMER_SELF)
    async def keep_identity(self, form: dict[str, Any]) -> Any:
        """Keep who I am."""
        given = SaveIdentity(
            *(
                str(form.get(name, ""))
                for name in ("name", "pan", "date_of_birth", "gender", "email")
            )
        )
        await in_unit_of_work(lambda uow: save_identity(uow, given), use_case="save_identity")
        return self._go_on("work")

    @command(Permission.CUSTOMER_SELF)
    async def keep_work(self, form: dict[str, Any]) -> Any:
        """Keep what I earn."""
        given = SaveWork(
            *(str(form.get(name, "")) for name in ("employer_name", "salary", "salary_day"))
        )
        await in_unit_of_work(lambda uow: save_work(uow, given), use_case="save_work")
        return self._go_on("address")

    @command(Permission.CUSTOMER_SELF)
    async def keep_address(self, form: dict[str, Any]) -> Any:
        """Keep where I live."""
        given = SaveAddress(
            *(str(form.get(name, "")) for name in ("address_line", "city", "pincode"))
        )
        await in_unit_of_work(lambda uow: save_address(uow, given), use_case="save_address")
        return self._go_on("bank")

    @command(Permission.CUSTOMER_SELF)
    async def keep_bank(self, form: dict[str, Any]) -> Any:
        """Keep my account."""
        names = ("holder_name", "account_number", "account_again", "ifsc")
        given = SaveBankAccount(*(str(form.get(name, "")) for name in names))
        await in_unit_of_work(
            lambda uow: save_bank_account(uow, given), use_case="save_bank_account"
        )
        return self._go_on("")

    def _go_on(self, following: str) -> list[Any]:
        """To the next step while the profile is new; otherwise stay and say that it is kept."""
        if self.complete:
            return [ui.toast_done(t("Saved")), MyProfile.load]
        # the tick on the step says that it is kept; a toast would cover the next button
        if following:
            return [rx.redirect(my_address(f"/profile?step={following}"))]
        return [rx.redirect(my_address("/apply"))]


def _values(customer: Customer, account: CustomerBankAccount | None) -> dict[str, str]:
    """What stands in the fields; a PAN and an account number never do."""
    born = customer.date_of_birth
    salary = format_inr(customer.salary_paise, symbol=False) if customer.salary_paise else ""
    return {
        "name": customer.name,
        "pan_hint": t(
            "We have {kept}. Leave it empty to keep it.", kept=f"••••••{customer.pan_last4}"
        )
        if customer.pan_last4
        else t("Ten characters, like ABCPE1234F"),
        "date_of_birth": born.isoformat() if born else "",
        "gender": customer.gender,
        "email": customer.email,
        "employer_name": customer.employer_name,
        "salary": salary.removesuffix(".00"),
        "salary_day": str(customer.salary_day) if customer.salary_day else "",
        "address_line": customer.address_line,
        "city": customer.city,
        "pincode": customer.pincode,
        "holder_name": (account.holder_name if account else "") or customer.name,
        "account_hint": t(
            "We have {kept}. Leave both empty to keep it.", kept=f"•••• {account.account_last4}"
        )
        if account
        else t("As it stands in the passbook"),
        "ifsc": account.ifsc if account else "",
    }
