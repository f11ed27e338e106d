"""Decides which invoices a first start finds: businesses with bills in every early state.
They are real PDFs, uploaded, read and decided through the same services as a person's."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typst

from core.access.actor import Actor, ActorKind
from core.access.otp import request_otp, verify_otp
from core.access.role import PARTY_PERMISSIONS
from core.db.secret import unseal
from core.db.unit_of_work import UnitOfWork, run_command
from core.document.intake import ReceivedFile
from core.invoice import service
from core.invoice.service import UploadInvoice
from core.kernel.identifier import gstin_check_character
from core.kernel.money import format_inr, rupees_in_words, share_bps
from integrations.registry import blob_store

TEMPLATE = Path(__file__).with_name("demo_invoice.typ")
FONTS = Path(__file__).resolve().parents[1] / "assets" / "font"
GST_BPS = 1800
HALF_GST_BPS = 900


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm with a valid GSTIN; the first fourteen letters make its check character."""

    name: str
    address: str
    gstin_start: str

    @property
    def gstin(self) -> str:
        """The whole GSTIN."""
        return self.gstin_start + gstin_check_character(self.gstin_start)


@dataclass(frozen=True, slots=True)
class Bill:
    """One demo invoice and what becomes of it: read, verified, rejected or duplicate."""

    number: str
    buyer: Firm
    goods: tuple[tuple[str, str, int, int], ...]
    days_ago: int
    outcome: str


BUYERS = (
    Firm("Bharat Retail Limited", "Andheri East, Mumbai", "27AABCB7788Q1Z"),
    Firm("Kaveri Foods Private Limited", "Peenya, Bengaluru", "29AACCK3344D1Z"),
)
SHIRTING = (("Cotton shirting 58 inch", "520831", 400, 21_500),)
LINING = (("Polyester lining", "540752", 900, 8_850),)
BOXES = (("Corrugated box 5 ply", "481910", 2_500, 3_120),)
TAPE = (("BOPP tape 48 mm", "391910", 600, 4_240),)
FILM = (("Stretch film roll", "392010", 150, 61_000),)
FABRIC_BILLS = (
    Bill("SF/0412", BUYERS[0], SHIRTING, 24, "verified"),
    Bill("SF/0427", BUYERS[1], LINING, 9, "read"),
    Bill("SF-427", BUYERS[1], LINING, 8, "duplicate"),
)
PACKAGING_BILLS = (
    Bill("NP-1180", BUYERS[0], BOXES, 15, "verified"),
    Bill("NP-1193", BUYERS[1], TAPE, 6, "rejected"),
    Bill("NP-1201", BUYERS[0], FILM, 2, "read"),
)


@dataclass(frozen=True, slots=True)
class Seller:
    """A business that logs in by its mobile and sends its bills."""

    brand_id: int
    mobile: str
    contact: str
    firm: Firm
    bills: tuple[Bill, ...]


# no seller is in two brands: the same invoice in two brands is refused, also in a demo
SELLERS = (
    Seller(
        1,
        "9811100011",
        "Meera Shah",
        Firm("Shakti Fabrics", "Ring Road, Surat", "24ABCFS1234K1Z"),
        FABRIC_BILLS,
    ),
    Seller(
        1,
        "9811100022",
        "Imran Qureshi",
        Firm("Noor Packaging", "MIDC, Pune", "27AAKFN4567M1Z"),
        PACKAGING_BILLS,
    ),
    Seller(
        2,
        "9811100033",
        "Lalitha Menon",
        Firm("Nandini Packaging", "Guindy, Chennai", "33AAGFN7890P1Z"),
        PACKAGING_BILLS,
    ),
)


def _amount(paise: int) -> str:
    return format_inr(paise).replace("₹ ", "")


def invoice_pdf(seller: Firm, bill: Bill, today: dt.date) -> bytes:
    """The invoice as a PDF whose amounts add up; another state's buyer pays IGST."""
    day = today - dt.timedelta(days=bill.days_ago)
    taxable = sum(quantity * rate for *_, quantity, rate in bill.goods)
    if seller.gstin[:2] == bill.buyer.gstin[:2]:
        half = share_bps(taxable, HALF_GST_BPS)
        taxes = [("CGST 9%", half), ("SGST 9%", half)]
    else:
        taxes = [("IGST 18%", share_bps(taxable, GST_BPS))]
    total = taxable + sum(tax for _, tax in taxes)
    sums = [("Taxable Value", taxable), *taxes, ("Grand Total", total)]
    data = {
        "seller": seller.name,
        "seller_address": seller.address,
        "seller_gstin": seller.gstin,
        "buyer": bill.buyer.name,
        "buyer_address": bill.buyer.address,
        "buyer_gstin": bill.buyer.gstin,
        "number": bill.number,
        "date": day.strftime("%d-%m-%Y"),
        "due": (day + dt.timedelta(days=45)).strftime("%d-%m-%Y"),
        "rows": [
            [str(at), name, hsn, str(quantity), _amount(rate), _amount(quantity * rate)]
            for at, (name, hsn, quantity, rate) in enumerate(bill.goods, start=1)
        ],
        "totals": [[label, _amount(paise)] for label, paise in sums],
        "words": rupees_in_words(total),
    }
    made = typst.compile(
        str(TEMPLATE),
        sys_inputs={"data": json.dumps(data)},
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made


def _log_in(brand_id: int, mobile: str) -> Actor:
    """Register a business by its one-time code, as the login page does."""
    visitor = Actor.anonymous(brand_id, address="127.0.0.1", device="demo phone")

    def enter(uow: UnitOfWork) -> int:
        code = unseal(request_otp(uow, mobile, "login").code_sealed)
        assert verify_otp(uow, mobile, code, "login")
        uow.flush()
        return service.register_or_log_in(uow, mobile).id

    business_id = run_command(visitor, "register", enter)
    return Actor(
        ActorKind.BUSINESS,
        business_id,
        "business",
        brand_id,
        PARTY_PERMISSIONS["business"],
        role="business",
        address="127.0.0.1",
    )


def sell_on_credit(
    brand_id: int, checker: Actor, today: dt.date, settle: Callable[[], object]
) -> int:
    """Let the brand's demo businesses send their invoices; `settle()` runs the jobs.

    Returns how many were sent.
    """
    sent = 0
    for seller in SELLERS:
        if seller.brand_id != brand_id:
            continue
        firm = seller.firm
        business = _log_in(brand_id, seller.mobile)
        assert business.id is not None
        own_id = business.id
        profile = {"name": firm.name, "gstin": firm.gstin, "contact_name": seller.contact}
        run_command(
            business,
            "save_business_profile",
            lambda uow, own_id=own_id, profile=profile: service.save_profile(
                uow, own_id, **profile
            ),
        )
        for bill in seller.bills:
            content = invoice_pdf(firm, bill, today)
            blob = blob_store().put(brand_id, content, "application/pdf")
            name = f"{bill.number.replace('/', '-')}.pdf"
            file = ReceivedFile(name, "application/pdf", blob.size_bytes, 1, blob.sha256, blob.key)
            command = UploadInvoice(file, own_id)
            invoice_id = run_command(
                business,
                "upload_invoice",
                lambda uow, command=command: service.upload_invoice(uow, command),
            ).id
            sent += 1
            settle()
            _decide(checker, invoice_id, bill.outcome)
    return sent


def _decide(checker: Actor, invoice_id: int, outcome: str) -> None:
    if outcome == "verified":
        run_command(checker, "verify_invoice", lambda uow: service.verify(uow, invoice_id))
    elif outcome == "rejected":
        reason = "The buyer says the goods have not arrived"
        run_command(checker, "reject_invoice", lambda uow: service.reject(uow, invoice_id, reason))
