"""Payouts (RazorpayX) and payment links (Razorpay) over their published HTTP interface.

A payout always carries X-Payout-Idempotency, mandatory since 15 March 2025; a link is made once
per reference, since Razorpay refuses a reference that it has seen and we then read that link.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from core.kernel.provider import ProviderRefused
from core.payment.ports import (
    LinkAnswer,
    LinkRequest,
    PayoutAnswer,
    PayoutRequest,
    PayoutStatus,
)
from integrations.http import Effect, ProviderHttp, Reply
from integrations.razorpay.mapping import (
    PROVIDER,
    link_answer,
    link_body,
    payout_answer,
    payout_body,
)
from integrations.reading import at, items, mapping, text

T = TypeVar("T")

PRODUCTION_URL = "https://api.razorpay.com"


class Razorpay:
    """One brand's Razorpay account: PayoutGateway and PaymentGateway."""

    def __init__(self, http: ProviderHttp, *, debit_account: str = "") -> None:
        """`debit_account` is the brand's own RazorpayX account number, needed for payouts."""
        self._http = http
        self._debit_account = debit_account

    def create_payout(self, request: PayoutRequest) -> PayoutAnswer:
        """Send money under the request's own key; see core.payment.ports."""
        operation = "payout.create"
        reply = self._http.call(
            "POST",
            "/v1/payouts",
            operation=operation,
            effect=Effect.REPEATABLE,
            reference=request.reference,
            body=payout_body(request, self._debit_account),
            headers={"X-Payout-Idempotency": request.idempotency_key},
        )
        return self._payout(reply, operation, Effect.REPEATABLE)

    def payout(self, provider_reference: str) -> PayoutAnswer:
        """Ask where a payout stands by Razorpay's id."""
        operation = "payout.fetch"
        reply = self._http.call(
            "GET",
            f"/v1/payouts/{_path_part(provider_reference)}",
            operation=operation,
            effect=Effect.READ,
            reference=provider_reference,
        )
        return self._payout(reply, operation, Effect.READ)

    def payout_by_reference(self, reference: str) -> PayoutAnswer:
        """Ask by our own reference; NOT_FOUND when Razorpay never took it."""
        operation = "payout.find"
        reply = self._http.call(
            "GET",
            "/v1/payouts",
            operation=operation,
            effect=Effect.READ,
            reference=reference,
            params={"account_number": self._debit_account, "reference_id": reference},
        )
        found = self._body(reply, operation, Effect.READ)
        # the filter is asked again here: paying on somebody else's row would be the worst error
        for one in items(mapping(found).get("items")):
            if text(mapping(one).get("reference_id")) == reference:
                return self._read(payout_answer, one, reply, operation, Effect.READ)
        return PayoutAnswer(
            status=PayoutStatus.NOT_FOUND,
            provider_reference="",
            reference=reference,
            amount_paise=0,
            provider=PROVIDER,
        )

    def create_link(self, request: LinkRequest) -> LinkAnswer:
        """Make a payment link; a repeat with the same reference answers with the first link."""
        operation = "payment_link.create"
        reply = self._http.call(
            "POST",
            "/v1/payment_links",
            operation=operation,
            effect=Effect.REPEATABLE,
            reference=request.reference,
            body=link_body(request),
        )
        try:
            return self._link(reply, operation, Effect.REPEATABLE)
        except ProviderRefused:
            seen = self.link_by_reference(request.reference) if reply.status == 400 else None
            if seen is None or seen.amount_paise != request.amount_paise:
                raise
            return seen

    def link(self, provider_reference: str) -> LinkAnswer:
        """Ask where a link stands, with the payments made through it."""
        operation = "payment_link.fetch"
        reply = self._http.call(
            "GET",
            f"/v1/payment_links/{_path_part(provider_reference)}",
            operation=operation,
            effect=Effect.READ,
            reference=provider_reference,
        )
        return self._link(reply, operation, Effect.READ)

    def link_by_reference(self, reference: str) -> LinkAnswer | None:
        """Ask by our own reference; None when Razorpay has none."""
        operation = "payment_link.find"
        reply = self._http.call(
            "GET",
            "/v1/payment_links",
            operation=operation,
            effect=Effect.READ,
            reference=reference,
            params={"reference_id": reference},
        )
        found = self._body(reply, operation, Effect.READ)
        for one in items(mapping(found).get("payment_links")):
            if text(mapping(one).get("reference_id")) == reference:
                return self._read(link_answer, one, reply, operation, Effect.READ)
        return None

    def cancel_link(self, provider_reference: str) -> LinkAnswer:
        """Stop a link from being paid; refused when it is paid already."""
        operation = "payment_link.cancel"
        reply = self._http.call(
            "POST",
            f"/v1/payment_links/{_path_part(provider_reference)}/cancel",
            operation=operation,
            effect=Effect.REPEATABLE,
            reference=provider_reference,
        )
        return self._link(reply, operation, Effect.REPEATABLE)

    def _payout(self, reply: Reply, operation: str, effect: Effect) -> PayoutAnswer:
        entity = self._body(reply, operation, effect)
        return self._read(payout_answer, entity, reply, operation, effect)

    def _link(self, reply: Reply, operation: str, effect: Effect) -> LinkAnswer:
        entity = self._body(reply, operation, effect)
        return self._read(link_answer, entity, reply, operation, effect)

    def _body(self, reply: Reply, operation: str, effect: Effect) -> Any:
        if reply.status < 400:
            return self._http.answer(reply, operation=operation, effect=effect)
        try:
            error = at(reply.json(), "error")
        except ValueError:
            error = None
        raise self._http.refused(
            reply,
            operation=operation,
            code=text(at(error, "reason")) or text(at(error, "code")),
            sentence=text(at(error, "description")),
        )

    def _read(
        self,
        read: Callable[[object], T],
        entity: object,
        reply: Reply,
        operation: str,
        effect: Effect,
    ) -> T:
        try:
            return read(entity)
        except ValueError as error:
            raise self._http.unreadable(reply, operation=operation, effect=effect) from error


def _path_part(reference: str) -> str:
    """A vendor's id as one path segment; raises ValueError for anything that is not one."""
    if not reference.replace("_", "").replace("-", "").isalnum():
        raise ValueError("not an id of the provider")
    return reference
