"""The general-ledger heads of a lender's books on the accrual basis, the same for every brand.
Features name a head from here; which loan or party a rupee belongs to is on the posting.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AccountKind(StrEnum):
    """On which side of the balance sheet or the profit and loss account a head stands."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    EQUITY = "equity"


class Head(StrEnum):
    """The code of each head."""

    BANK = "bank"
    CASH = "cash"
    PAYOUT_CLEARING = "payout_clearing"
    GATEWAY_CLEARING = "gateway_clearing"
    LOAN_PRINCIPAL = "loan_principal"
    INTEREST_RECEIVABLE = "interest_receivable"
    PENAL_RECEIVABLE = "penal_receivable"
    CHARGE_RECEIVABLE = "charge_receivable"
    TDS_RECEIVABLE = "tds_receivable"
    EXCESS = "excess"
    GST_PAYABLE = "gst_payable"
    PROVISION = "provision"
    CAPITAL = "capital"
    INTEREST_INCOME = "interest_income"
    PROCESSING_FEE_INCOME = "processing_fee_income"
    PENAL_INCOME = "penal_income"
    CHARGE_INCOME = "charge_income"
    RECOVERY_INCOME = "recovery_income"
    WAIVER_EXPENSE = "waiver_expense"
    WRITE_OFF_EXPENSE = "write_off_expense"
    PROVISION_EXPENSE = "provision_expense"


@dataclass(frozen=True, slots=True)
class Account:
    """One head with the name people read and its side."""

    head: Head
    name: str
    kind: AccountKind


_A, _L = AccountKind.ASSET, AccountKind.LIABILITY
_I, _E = AccountKind.INCOME, AccountKind.EXPENSE

CHART: tuple[Account, ...] = (
    Account(Head.BANK, "Bank", _A),
    Account(Head.CASH, "Cash in hand", _A),
    Account(Head.PAYOUT_CLEARING, "Payouts on the way", _A),
    Account(Head.GATEWAY_CLEARING, "Payment gateway, not yet settled", _A),
    Account(Head.LOAN_PRINCIPAL, "Loans, principal", _A),
    Account(Head.INTEREST_RECEIVABLE, "Interest earned, not yet paid", _A),
    Account(Head.PENAL_RECEIVABLE, "Penal charges receivable", _A),
    Account(Head.CHARGE_RECEIVABLE, "Other charges receivable", _A),
    Account(Head.TDS_RECEIVABLE, "Tax deducted by borrowers", _A),
    Account(Head.EXCESS, "Excess money of borrowers", _L),
    Account(Head.GST_PAYABLE, "Goods and services tax payable", _L),
    Account(Head.PROVISION, "Provision for loan losses", _L),
    Account(Head.CAPITAL, "Capital", AccountKind.EQUITY),
    Account(Head.INTEREST_INCOME, "Interest income", _I),
    Account(Head.PROCESSING_FEE_INCOME, "Processing fee income", _I),
    Account(Head.PENAL_INCOME, "Penal charges income", _I),
    Account(Head.CHARGE_INCOME, "Other charges income", _I),
    Account(Head.RECOVERY_INCOME, "Recovery of loans written off", _I),
    Account(Head.WAIVER_EXPENSE, "Waivers given", _E),
    Account(Head.WRITE_OFF_EXPENSE, "Loans written off", _E),
    Account(Head.PROVISION_EXPENSE, "Provision charged", _E),
)

# where money comes in or goes out; only these may be named by a receipt or a refund
MONEY_HEADS = frozenset({Head.BANK, Head.CASH, Head.GATEWAY_CLEARING, Head.PAYOUT_CLEARING})
