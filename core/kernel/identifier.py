"""Indian identifiers: what is well formed, what its checksum says, and how much of it may show.
A wrong digit is caught where it is typed, and a mask is built here once for every screen.
"""

from __future__ import annotations

import re

from core.kernel.errors import Invalid

_PAN = re.compile(r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]")
_GSTIN = re.compile(r"[0-9]{2}[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z][0-9A-Z]{3}")
_IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")
_VPA = re.compile(r"[A-Za-z0-9._-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}")
_MOBILE = re.compile(r"[6-9][0-9]{9}")
_PINCODE = re.compile(r"[1-9][0-9]{5}")
_UAN = re.compile(r"1[0-9]{11}")
_ACCOUNT = re.compile(r"[0-9A-Z]{6,20}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\.[A-Za-z]{2,24}")

PAN_HOLDERS = {
    "P": "individual",
    "C": "company",
    "H": "Hindu undivided family",
    "F": "firm or LLP",
    "A": "association of persons",
    "T": "trust",
    "B": "body of individuals",
    "L": "local authority",
    "J": "artificial juridical person",
    "G": "government",
}

_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIRST_ROW = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_BULLET = "•"


class InvalidIdentifier(Invalid):
    """A typed identifier is not well formed or fails its checksum."""

    code = "invalid_identifier"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__({field: sentence})


def _compact(text: str) -> str:
    return re.sub(r"[\s-]+", "", text).upper()


def normal_pan(text: str, *, field: str = "pan") -> str:
    """Return a PAN in capitals without blanks; raises InvalidIdentifier.

    The fourth letter names the holder (P for a person); a PAN has no public checksum.
    """
    pan = _compact(text)
    if not _PAN.fullmatch(pan):
        raise InvalidIdentifier(field, "Enter a PAN like ABCPE1234F")
    return pan


def pan_holder(pan: str) -> str:
    """Return who holds a normal PAN: "individual", "company", …"""
    return PAN_HOLDERS[pan[3]]


def _dihedral(a: int, b: int) -> int:
    """Multiply in the symmetry group of the pentagon, on which Verhoeff's scheme rests."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b - 5) % 5
    return 5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5


def verhoeff_sum(digits: str) -> int:
    """Return the Verhoeff sum of a digit string; zero means that its check digit fits."""
    rows = [tuple(range(10)), _FIRST_ROW]
    while len(rows) < 8:
        rows.append(tuple(_FIRST_ROW[rows[-1][i]] for i in range(10)))
    total = 0
    for position, digit in enumerate(reversed(digits)):
        total = _dihedral(total, rows[position % 8][int(digit)])
    return total


def is_valid_aadhaar(text: str) -> bool:
    """Whether twelve digits, not beginning with 0 or 1, pass the Verhoeff check."""
    digits = re.sub(r"[\s-]+", "", text)
    return bool(re.fullmatch(r"[2-9][0-9]{11}", digits)) and verhoeff_sum(digits) == 0


def aadhaar_last_four(text: str, *, field: str = "aadhaar") -> str:
    """Return the only digits of an Aadhaar number that may be kept; raises
    InvalidIdentifier.
    """
    if not is_valid_aadhaar(text):
        raise InvalidIdentifier(field, "Enter the twelve digits of the Aadhaar number")
    return re.sub(r"[\s-]+", "", text)[-4:]


def gstin_check_character(first_fourteen: str) -> str:
    """Return the character that closes a GSTIN: base 36, weights 1 and 2 in turn."""
    total = 0
    for position, character in enumerate(first_fourteen):
        product = _BASE36.index(character) * (1 + position % 2)
        total += product // 36 + product % 36
    return _BASE36[(36 - total % 36) % 36]


def is_valid_gstin(gstin: str) -> bool:
    """Whether a GSTIN in capitals is well formed and its last character fits."""
    return bool(_GSTIN.fullmatch(gstin)) and gstin_check_character(gstin[:14]) == gstin[14]


def normal_gstin(text: str, *, field: str = "gstin") -> str:
    """Return a GSTIN in capitals with a right check character; raises InvalidIdentifier."""
    gstin = _compact(text)
    if not _GSTIN.fullmatch(gstin):
        raise InvalidIdentifier(field, "Enter a GSTIN like 27AAPFU0939F1ZV")
    if not is_valid_gstin(gstin):
        raise InvalidIdentifier(
            field, "This GSTIN fails its check character. Compare it with the certificate"
        )
    return gstin


def normal_ifsc(text: str, *, field: str = "ifsc") -> str:
    """Return an IFSC in capitals; raises InvalidIdentifier."""
    ifsc = _compact(text)
    if not _IFSC.fullmatch(ifsc):
        raise InvalidIdentifier(field, "Enter an IFSC like HDFC0000053")
    return ifsc


def normal_vpa(text: str, *, field: str = "vpa") -> str:
    """Return a UPI address in lower case; raises InvalidIdentifier."""
    vpa = text.strip().lower()
    if not _VPA.fullmatch(vpa):
        raise InvalidIdentifier(field, "Enter a UPI ID like name@bank")
    return vpa


def normal_mobile(text: str, *, field: str = "mobile") -> str:
    """Return the ten digits of an Indian mobile number; raises InvalidIdentifier.

    A leading +91, 91 or 0 is accepted and dropped.
    """
    digits = re.sub(r"[\s().-]+", "", text)
    digits = re.sub(r"^(?:\+91|91(?=\d{10}$)|0(?=\d{10}$))", "", digits)
    if not _MOBILE.fullmatch(digits):
        raise InvalidIdentifier(field, "Enter a ten-digit mobile number like 9000000001")
    return digits


def normal_pincode(text: str, *, field: str = "pincode") -> str:
    """Return a six-digit PIN code; raises InvalidIdentifier."""
    digits = re.sub(r"\s+", "", text)
    if not _PINCODE.fullmatch(digits):
        raise InvalidIdentifier(field, "Enter a six-digit PIN code like 560001")
    return digits


def normal_uan(text: str, *, field: str = "uan") -> str:
    """Return a twelve-digit universal account number (EPFO); raises InvalidIdentifier."""
    digits = re.sub(r"\s+", "", text)
    if not _UAN.fullmatch(digits):
        raise InvalidIdentifier(field, "Enter the twelve-digit UAN, which begins with 1")
    return digits


def normal_account(text: str, *, field: str = "account_number") -> str:
    """Return a bank account number without blanks; raises InvalidIdentifier."""
    account = _compact(text)
    if not _ACCOUNT.fullmatch(account) or not re.search(r"[0-9]{4}$", account):
        raise InvalidIdentifier(field, "Enter the account number as it stands in the passbook")
    return account


def normal_email(text: str, *, field: str = "email") -> str:
    """Return an email address with a lower-case domain; raises InvalidIdentifier."""
    address = text.strip()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise InvalidIdentifier(field, "Enter an email address like name@example.com")
    local, domain = address.rsplit("@", 1)
    return f"{local}@{domain.lower()}"


def mask_pan(pan: str) -> str:
    """Show the last four characters: "••••••234F"."""
    return _BULLET * 6 + pan[-4:]


def mask_aadhaar(last_four: str) -> str:
    """Show what may be kept of an Aadhaar number: "•••• •••• 7058"."""
    return f"{_BULLET * 4} {_BULLET * 4} {last_four[-4:]}"


def mask_mobile(mobile: str) -> str:
    """Show the last four digits: "+91 ••••• •3210"."""
    return f"+91 {_BULLET * 5} {_BULLET}{mobile[-4:]}"


def mask_account(account: str) -> str:
    """Show the last four characters: "•••• 4471"."""
    return f"{_BULLET * 4} {account[-4:]}"


def mask_email(address: str) -> str:
    """Show the first letter and the domain: "a•••@example.com"."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}{_BULLET * 3}@{domain}"
