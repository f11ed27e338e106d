"""Razorpay and RazorpayX keep the contracts of payouts and payment links."""

from __future__ import annotations

from integrations.razorpay.client import Razorpay
from tests.contract.ports import PaymentContract, PayoutContract
from tests.contract.sandbox import Providers


class TestRazorpayPayout(PayoutContract):
    """RazorpayX."""

    def gateway(self, providers: Providers, **keys: str) -> Razorpay:
        return providers.razorpay(**keys)


class TestRazorpayPayment(PaymentContract):
    """Razorpay payment links."""

    def gateway(self, providers: Providers, **keys: str) -> Razorpay:
        return providers.razorpay(**keys)
