"""Decides when two invoices are the same: the seller's number within the seller's year.

Numbers are compared without separators and leading zeros, because the same bill is typed,
scanned and exported in different ways; the year matters, since many sellers start again at 1.
"""

from __future__ import annotations

import re
from datetime import date

from core.db.secret import blind_index
from core.kernel.business_day import financial_year

FINGERPRINT_KIND = "invoice"
IRN_KIND = "irn"
NOTES = frozenset({"CRN", "DBN"})


def normal_number(number: str) -> str:
    """Upper case, no separators, no leading zeros: `inv/0042-a` is `INV42A`."""
    runs = re.findall(r"[A-Z]+|\d+", number.upper())
    return "".join(run.lstrip("0") or "0" if run.isdigit() else run for run in runs)


def identity_index(
    *,
    seller_gstin: str,
    seller_name: str,
    number: str,
    invoice_date: date | None,
    document_type: str = "",
) -> str:
    """Keyed fingerprint of an invoice, or empty where too little is known to compare.

    A credit or debit note may carry the number of its invoice and is another paper.
    """
    seller = seller_gstin or re.sub(r"[^A-Z0-9]", "", seller_name.upper())
    if not seller or not number or invoice_date is None:
        return ""
    paper = document_type if document_type in NOTES else ""
    text = f"{seller}|{financial_year(invoice_date)}|{paper}|{normal_number(number)}"
    return blind_index(FINGERPRINT_KIND, text)


def irn_index(irn: str) -> str:
    """Keyed fingerprint of an invoice reference number."""
    return blind_index(IRN_KIND, irn.lower()) if irn else ""
