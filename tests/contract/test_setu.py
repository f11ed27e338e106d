"""Setu keeps the contracts of PAN check, penny drop and e-sign."""

from __future__ import annotations

from integrations.setu.client import Setu
from tests.contract.ports import BankAccountContract, ESignContract, PanContract
from tests.contract.sandbox import Providers


class TestSetuPan(PanContract):
    """PAN."""

    def check(self, providers: Providers, **keys: str) -> Setu:
        return providers.setu(**keys)


class TestSetuBankAccount(BankAccountContract):
    """Penny drop."""

    def check(self, providers: Providers, **keys: str) -> Setu:
        return providers.setu(**keys)


class TestSetuESign(ESignContract):
    """Aadhaar e-sign."""

    def esign(self, providers: Providers, **keys: str) -> Setu:
        return providers.setu(**keys)
