"""Turns what is printed on a page into dates and paise, and says nothing when it is neither.

Indian statements and invoices print dates in a dozen forms and amounts with lakh commas, signs
before or after, and Cr or Dr; every reader shares these two parsers so that all agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}

_NUMERIC_DATE = re.compile(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})$")
_ISO_DATE = re.compile(r"^(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})$")
_NAMED_DATE = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th)?[\s/.\-,]*([A-Za-z]{3,9})[\s/.\-,']*(\d{4}|\d{2})$"
)
_MONTH_FIRST = re.compile(r"^([A-Za-z]{3,9})[\s.\-]*(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{4})$")
_YEARLESS = re.compile(r"^(\d{1,2})[\s/.\-]+([A-Za-z]{3,9}|\d{1,2})$")

_DATE_IN_TEXT = re.compile(
    r"(?<![\d/.\-])(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d{2})"
    r"|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}(?:st|nd|rd|th)?[\s/.\-,]{0,2}[A-Za-z]{3,9}[\s/.\-,']{0,2}(?:\d{4}|\d{2})"
    r"|[A-Za-z]{3,9}\.?\s+\d{1,2},?\s+\d{4})(?!\d)"
)

YEAR_MIN, YEAR_MAX = 1950, 2100

_MONEY = re.compile(
    r"^(?P<before>[(\-+−–]?)\s*(?:₹|Rs\.?|INR|USD|EUR|GBP|AED|\$|€|£|`)?\s*(?P<inner>[\-+−–]?)"
    r"(?P<whole>\d{1,3}(?:,\d{2,3})+|\d+)(?:\.(?P<part>\d{1,2}))?\s*(?P<after>[)\-−–]?)"
    r"\s*(?P<side>cr|dr)?\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PrintedMoney:
    """An amount in paise as printed: `signed` where a sign, bracket or Dr/Cr says so."""

    paise: int
    side: str
    has_decimals: bool
    signed: bool


def parse_date(text: str) -> date | None:
    """The date a whole text stands for, day before month; None when it stands for none."""
    text = text.strip().strip(".,:;|")
    if match := _NUMERIC_DATE.match(text):
        return _date(int(match[3]), int(match[2]), int(match[1]))
    if match := _ISO_DATE.match(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NAMED_DATE.match(text):
        month = MONTHS.get(match[2].lower())
        return _date(int(match[3]), month, int(match[1])) if month else None
    if match := _MONTH_FIRST.match(text):
        month = MONTHS.get(match[1].lower())
        return _date(int(match[3]), month, int(match[2])) if month else None
    return None


def parse_yearless_date(text: str, year: int) -> date | None:
    """A date printed without its year ("05 Jan", "05/01"), put into the given year."""
    if match := _YEARLESS.match(text.strip().strip(".,:;|")):
        month = int(match[2]) if match[2].isdigit() else MONTHS.get(match[2].lower())
        return _date(year, month, int(match[1])) if month else None
    return None


def find_dates(text: str) -> list[tuple[date, int, int]]:
    """All dates inside a text with their start and end positions."""
    found: list[tuple[date, int, int]] = []
    for match in _DATE_IN_TEXT.finditer(text):
        day = parse_date(match[0])
        if day:
            found.append((day, match.start(), match.end()))
    return found


def parse_money(text: str) -> PrintedMoney | None:
    """The amount a whole text stands for, in paise; None when it is not an amount."""
    cleaned = text.strip().replace(" ", "").removesuffix("/-").removesuffix("/")
    if cleaned.startswith("(-)"):
        cleaned = "-" + cleaned[3:]
    elif cleaned.startswith("(+)"):
        cleaned = cleaned[3:]
    match = _MONEY.match(cleaned)
    if not match:
        return None
    whole = match["whole"]
    if "," in whole and not _grouped(whole):
        return None
    digits = whole.replace(",", "")
    if len(digits) > 13:
        return None
    part = (match["part"] or "").ljust(2, "0")
    paise = int(digits) * 100 + int(part or 0)
    minus = match["before"] in "-−–(" if match["before"] else False
    minus = minus or (match["inner"] in "-−–" if match["inner"] else False)
    minus = minus or (match["after"] in "-−–" if match["after"] else False)
    plus = "+" in (match["before"], match["inner"])
    return PrintedMoney(
        paise=-paise if minus else paise,
        side=(match["side"] or "").lower(),
        has_decimals=match["part"] is not None,
        signed=minus or plus or match["side"] is not None,
    )


def _grouped(whole: str) -> bool:
    """Commas where Indian or international grouping puts them."""
    groups = whole.split(",")
    if len(groups[-1]) != 3 or not 1 <= len(groups[0]) <= 3:
        return False
    middle = {len(group) for group in groups[1:-1]}
    return middle <= {2} or middle <= {3}


def _date(year: int, month: int | None, day: int) -> date | None:
    if year < 100:
        year += 2000 if year < 70 else 1900
    if month is None or not YEAR_MIN <= year <= YEAR_MAX:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
