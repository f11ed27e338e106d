"""Decides how a wish is made: product, amount and tenure, with the cost counted while they move.
The figures come from the same schedule as the agreement; the server alone decides on limits."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import CUSTOMER, SecureState, command, in_query, in_unit_of_work, query
from backoffice.self_service.home_state import my_address, read_mine
from backoffice.shell import t
from core.access.permission import Permission
from core.application.life_cycle import OPEN
from core.application.quote import Quote, limit_words, percent, rate_words
from core.application.service import Apply, Offer, apply, offers, quote_wish
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date
from core.kernel.errors import Invalid
from core.kernel.money import format_inr, parse_inr, rupees_in_words

# the slider moves in steps that a thumb can hit
AMOUNT_STEPS = 40
DEFAULT_PURPOSE = "other"


class MyWish(SecureState, rx.State):
    """One wish on its way to an application."""

    READ = Permission.APPLICATION_APPLY
    AUDIENCE = CUSTOMER

    loaded: bool = False
    blocked: str = ""
    blocked_href: str = ""
    blocked_link: str = ""
    products: list[dict[str, str]] = []
    product_id: str = ""
    amount: str = ""
    amount_low: int = 0
    amount_high: int = 0
    amount_step: int = 500
    amount_words: str = ""
    tenor: str = ""
    tenor_low: int = 0
    tenor_high: int = 0
    tenor_unit: str = "days"
    limits: str = ""
    payment: str = ""
    payment_note: str = ""
    figures: list[tuple[str, str]] = []
    sending: bool = False

    @query(Permission.APPLICATION_APPLY)
    async def load(self) -> None:
        """What this brand offers today, or why one cannot apply now."""

        def read(uow: UnitOfWork) -> tuple[Any, list[Offer]]:
            return read_mine(uow), offers(uow)

        mine, found = await in_query(read, use_case="my_offers")
        self.blocked = self.blocked_href = self.blocked_link = ""
        if mine.steps:
            self.blocked = t("Finish your profile first; it takes a few minutes.")
            self.blocked_href, self.blocked_link = my_address("/profile"), t("Go on with it")
        elif mine.newest is not None and mine.newest.status in OPEN:
            self.blocked = t(
                "Your application {number} is under way. You can apply again when it is decided.",
                number=mine.newest.number,
            )
            self.blocked_href, self.blocked_link = my_address("/application"), t("See it")
        elif any(b is not None and b.days_past_due > 0 for _, b in mine.loans):
            self.blocked = t("A payment of your loan is overdue. Pay it, then you can apply again.")
            self.blocked_href, self.blocked_link = my_address(), t("See what is due")
        self.products = [_product(offer) for offer in found]
        known = {one["id"] for one in self.products}
        if self.product_id not in known and self.products:
            await self._choose(self.products[0]["id"])
        elif self.product_id:
            await self._count()
        self.loaded = True

    @query(Permission.APPLICATION_APPLY)
    async def choose(self, product_id: str) -> None:
        """Another product: its limits, and a wish in their middle."""
        await self._choose(product_id)

    async def _choose(self, product_id: str) -> None:
        product = next((one for one in self.products if one["id"] == product_id), None)
        if product is None:
            return
        self.product_id = product_id
        low, high = int(product["low"]), int(product["high"])
        self.amount_low, self.amount_high = low, high
        self.amount_step = max(500, (high - low) // AMOUNT_STEPS // 500 * 500)
        self.tenor_low, self.tenor_high = int(product["tenor_low"]), int(product["tenor_high"])
        self.tenor_unit = product["unit"]
        self.limits = product["limits"]
        middle = low + (high - low) // 2 // self.amount_step * self.amount_step
        self.amount = str(middle)
        usual = 30 if self.tenor_unit == "days" else 12
        self.tenor = str(min(max(usual, self.tenor_low), self.tenor_high))
        await self._count()

    @query(Permission.APPLICATION_APPLY)
    async def type_amount(self, value: str) -> None:
        """Another amount, typed in rupees."""
        self.amount = str(value)[:16]
        await self._count()

    @query(Permission.APPLICATION_APPLY)
    async def draw_amount(self, value: float) -> None:
        """Another amount, drawn with the slider."""
        self.amount = str(int(float(value)))
        await self._count()

    @query(Permission.APPLICATION_APPLY)
    async def type_tenor(self, value: str) -> None:
        """Another tenure, typed."""
        self.tenor = str(value)[:4]
        await self._count()

    @query(Permission.APPLICATION_APPLY)
    async def draw_tenor(self, value: float) -> None:
        """Another tenure, drawn with the slider."""
        self.tenor = str(int(float(value)))
        await self._count()

    def _wish(self, purpose: str = DEFAULT_PURPOSE) -> Apply:
        wrong: dict[str, str] = {}
        paise = 0
        try:
            paise = parse_inr(self.amount)
        except Invalid as error:
            wrong.update(error.fields)
        if not self.tenor.isdigit():
            wrong["tenor"] = t("Enter a whole number of {unit}", unit=t(self.tenor_unit))
        if wrong:
            raise Invalid(wrong)
        return Apply(int(self.product_id), paise, int(self.tenor), purpose)

    async def _count(self) -> None:
        """The cost of the wish; outside the limits the sentence that names them."""
        self.figures, self.payment, self.payment_note, self.amount_words = [], "", "", ""
        self.errors, self.problem, self.problem_form = {}, "", ""
        try:
            wish = self._wish()
            self.amount_words = rupees_in_words(wish.amount_paise)
            cost = await in_query(
                lambda uow: quote_wish(uow, wish.product_id, wish.amount_paise, wish.tenor),
                use_case="quote_wish",
            )
        except Invalid as error:
            self.errors = dict(error.fields)
            return
        self._show(cost)

    def _show(self, cost: Quote) -> None:
        self.payment = format_inr(cost.payment_paise)
        self.payment_note = (
            t("once, on {day}", day=format_date(cost.first_due_on))
            if cost.payments == 1
            else t(
                "a month, {count} times, first on {day}",
                count=cost.payments,
                day=format_date(cost.first_due_on),
            )
        )
        self.figures = [
            (t("You receive"), format_inr(cost.net_paise)),
            (t("Interest"), format_inr(cost.interest_paise)),
            (t("Processing fee"), format_inr(cost.fee_paise)),
            (t("GST on the fee"), format_inr(cost.fee_tax_paise)),
            (t("You repay in all"), format_inr(cost.total_paise)),
            (t("Yearly cost (APR)"), percent(cost.apr_bps)),
        ]

    @command(Permission.APPLICATION_APPLY)
    async def send_wish(self, form: dict[str, Any]) -> Any:
        """Send the application; outside the limits it is refused with the reason."""
        wish = self._wish(str(form.get("purpose", "")))
        made = await in_unit_of_work(lambda uow: apply(uow, wish).number, use_case="apply")
        return [
            ui.toast_done(t("Your application {number} is with us", number=made)),
            rx.redirect(my_address("/application")),
        ]


def _product(offer: Offer) -> dict[str, str]:
    terms = offer.terms
    return {
        "id": str(offer.product.id),
        "name": offer.product.name,
        "rate": rate_words(terms),
        "limits": limit_words(terms),
        "low": str(terms.min_amount_paise // 100),
        "high": str(terms.max_amount_paise // 100),
        "tenor_low": str(terms.min_tenor),
        "tenor_high": str(terms.max_tenor),
        "unit": terms.tenor_unit,
    }
