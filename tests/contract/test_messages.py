"""MSG91, Gupshup and SendGrid keep the contracts of their channels, Equifax that of a bureau."""

from __future__ import annotations

from integrations.equifax.client import Equifax
from integrations.gupshup.client import Gupshup
from integrations.msg91.client import Msg91
from integrations.sendgrid.client import SendGrid
from tests.contract.ports import BureauContract, EmailContract, SmsContract, WhatsAppContract
from tests.contract.sandbox import Providers


class TestMsg91(SmsContract):
    """SMS."""

    def sms(self, providers: Providers, **keys: str) -> Msg91:
        return providers.msg91(**keys)


class TestGupshup(WhatsAppContract):
    """WhatsApp."""

    def whatsapp(self, providers: Providers, **keys: str) -> Gupshup:
        return providers.gupshup(**keys)


class TestSendGrid(EmailContract):
    """E-mail."""

    def email(self, providers: Providers, **keys: str) -> SendGrid:
        return providers.sendgrid(**keys)


class TestEquifax(BureauContract):
    """Credit reports."""

    def bureau(self, providers: Providers, **keys: str) -> Equifax:
        return providers.equifax(**keys)
