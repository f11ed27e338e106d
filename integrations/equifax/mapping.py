"""An Equifax consumer report read once into the facts that rules and screens use.

Equifax sends numbers as strings and rupees with or without paise; a score below 300 is no score
but a reason why there is none, so it becomes None and never a very bad customer.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from core.bureau.ports import (
    BureauAccount,
    BureauAnswer,
    BureauEnquiry,
    BureauHit,
    BureauMonth,
    BureauPurpose,
    BureauRequest,
)
from integrations.reading import at, iso_date, items, mapping, rupees_to_paise, text, whole

PROVIDER = "equifax"
SCORE_MIN = 300
SCORE_MAX = 900
HIT_CODES = frozenset({"10", "11", "12"})
NO_HIT_CODES = frozenset({"00", "01"})
PURPOSES = {BureauPurpose.LOAN_APPLICATION: "05", BureauPurpose.ACCOUNT_REVIEW: "16"}
#: Words of a month that are no number of days.
GOOD_MONTHS = frozenset({"STD", "NEW", "CLSD", "000"})
#: Asset classes in a month's payment status; the days are the least that the class means.
CLASS_DAYS = {"SMA": 61, "SUB": 91, "DBT": 456, "LOSS": 456, "WOF": 181, "SF": 91}
MONTHS_LOOKED_AT = 12
MONTHS_PER_YEAR = 12


def inquiry_body(
    request: BureauRequest, keys: dict[str, str], product_code: str = "PCS"
) -> dict[str, Any]:
    """The inquiry; its keys stand in the header of the body, as Equifax wants them."""
    return {
        "RequestHeader": {
            "CustomerId": keys["customer_id"],
            "UserId": keys["user_id"],
            "Password": keys["password"],
            "MemberNumber": keys["member_number"],
            "SecurityCode": keys["security_code"],
            "CustRefField": request.reference,
            "ProductCode": [product_code],
        },
        "RequestBody": {
            "InquiryPurpose": PURPOSES[request.purpose],
            "TransactionAmount": str(request.amount_paise // 100),
            "FirstName": request.first_name,
            "LastName": request.last_name,
            "DOB": request.date_of_birth.isoformat(),
            "InquiryAddresses": [
                {
                    "seq": "1",
                    "AddressType": ["H"],
                    "AddressLine1": request.address_line,
                    "State": request.state_code,
                    "Postal": request.pin_code,
                }
            ],
            "InquiryPhones": [{"seq": "1", "Number": request.mobile, "PhoneType": ["M"]}],
            "IDDetails": [{"seq": "1", "IDType": "T", "IDValue": request.pan, "Source": "Inquiry"}],
            "CustomFields": [{"key": "ConsentId", "value": request.consent_reference}],
        },
        "Score": [{"Type": "ERS", "Version": "4.0"}],
    }


def report(body: object) -> BureauAnswer:
    """The whole answer; raises ValueError when it holds no report at all.

    The list may hold several reports: the first one with a hit counts.
    """
    found = mapping(body)
    reports = [mapping(one) for one in items(at(found, "CCRResponse", "CIRReportDataLst"))]
    if not reports:
        raise ValueError("an answer without a report")
    chosen = next((one for one in reports if _hit(one) is BureauHit.HIT), reports[0])
    hit = _hit(chosen)
    data = mapping(chosen.get("CIRReportData"))
    accounts = tuple(_account(one) for one in items(data.get("RetailAccountDetails")))
    summary = mapping(data.get("RetailAccountsSummary"))
    enquiries = mapping(data.get("EnquirySummary"))
    score_line = mapping(next(iter(items(data.get("ScoreDetails"))), None))
    score = whole(score_line.get("Value"))
    reasons = [
        text(mapping(one).get("code")) or text(mapping(one).get("description"))
        for one in items(score_line.get("ScoringElements"))
    ]
    name = at(data, "IDAndContactInfo", "PersonalInfo", "Name", "FullName")
    born = at(data, "IDAndContactInfo", "PersonalInfo", "DateOfBirth")
    return BureauAnswer(
        hit=hit,
        score=score if score is not None and SCORE_MIN <= score <= SCORE_MAX else None,
        score_name=" ".join(
            part for part in (text(score_line.get("Type")), text(score_line.get("Version"))) if part
        ),
        reason_codes=tuple(reason for reason in reasons if reason),
        full_name=text(name),
        date_of_birth=iso_date(born),
        accounts=accounts,
        enquiries=tuple(_enquiry(one) for one in items(data.get("Enquiries"))),
        enquiries_30_days=whole(enquiries.get("Past30Days")) or 0,
        enquiries_12_months=whole(enquiries.get("Past12Months")) or 0,
        active_accounts=_or(
            whole(summary.get("NoOfActiveAccounts")), sum(one.is_open for one in accounts)
        ),
        total_balance_paise=_or(
            rupees_to_paise(summary.get("TotalBalanceAmount")),
            sum(one.balance_paise or 0 for one in accounts),
        ),
        total_overdue_paise=_or(
            rupees_to_paise(summary.get("TotalPastDue")),
            sum(one.overdue_paise or 0 for one in accounts),
        ),
        monthly_instalment_paise=_or(
            rupees_to_paise(summary.get("TotalMonthlyPaymentAmount")),
            sum(one.instalment_paise or 0 for one in accounts if one.is_open),
        ),
        write_off_count=_or(
            whole(summary.get("NoOfWriteOffs")), sum(one.written_off for one in accounts)
        ),
        max_days_past_due_12_months=_worst(accounts),
        message=text(at(chosen, "Error", "ErrorDesc")),
        provider=PROVIDER,
        provider_reference=text(at(found, "InquiryResponseHeader", "ReportOrderNO")),
        provider_status=text(at(chosen, "InquiryResponseHeader", "HitCode")),
        raw=found,
    )


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _hit(one: object) -> BureauHit:
    code = text(at(one, "InquiryResponseHeader", "HitCode"))
    if code in HIT_CODES:
        return BureauHit.HIT
    return BureauHit.NO_HIT if code in NO_HIT_CODES else BureauHit.UNKNOWN


def _account(one: object) -> BureauAccount:
    found = mapping(one)
    status = text(found.get("AccountStatus"))
    lowered = status.lower()
    history = tuple(
        month
        for month in (_month(line) for line in items(found.get("History48Months")))
        if month is not None
    )
    ordered = tuple(sorted(history, key=lambda month: month.month, reverse=True))
    suit = [
        text(mapping(line).get("SuitFiledStatus")) for line in items(found.get("History48Months"))
    ]
    written_off = rupees_to_paise(found.get("WriteOffAmount"))
    return BureauAccount(
        lender=text(found.get("Institution")),
        account_type=text(found.get("AccountType")),
        account_number_masked="•••• " + text(found.get("AccountNumber"))[-4:],
        ownership=text(found.get("OwnershipType")),
        is_open=text(found.get("Open")).lower() == "yes",
        opened_on=iso_date(found.get("DateOpened")),
        closed_on=iso_date(found.get("DateClosed")),
        reported_on=iso_date(found.get("DateReported")),
        sanctioned_paise=rupees_to_paise(found.get("SanctionAmount")),
        balance_paise=rupees_to_paise(found.get("Balance")),
        overdue_paise=rupees_to_paise(found.get("PastDueAmount")),
        instalment_paise=rupees_to_paise(found.get("InstallmentAmount")),
        days_past_due=ordered[0].days_past_due if ordered else None,
        account_status=status,
        written_off="writ" in lowered or bool(written_off and written_off > 0),
        settled="settle" in lowered,
        suit_filed="suit" in lowered or any(word not in ("", "*", "No") for word in suit),
        history=ordered,
    )


def _month(line: object) -> BureauMonth | None:
    found = mapping(line)
    month, _, year = text(found.get("key")).partition("-")
    if not (month.isdigit() and year.isdigit() and 1 <= int(month) <= MONTHS_PER_YEAR):
        return None
    word = text(found.get("PaymentStatus")).upper()
    digits = word.rstrip("+")
    if word in GOOD_MONTHS:
        days: int | None = 0
    elif digits.isdigit():
        days = int(digits)
    else:
        days = CLASS_DAYS.get(word)
    return BureauMonth(
        month=date(2000 + int(year[-2:]), int(month), 1),
        days_past_due=days,
        asset_class=text(found.get("AssetClassificationStatus")),
    )


def _worst(accounts: tuple[BureauAccount, ...]) -> int:
    """The most days past due in any account's last twelve reported months."""
    return max(
        (
            month.days_past_due or 0
            for account in accounts
            for month in account.history[:MONTHS_LOOKED_AT]
        ),
        default=0,
    )


def _enquiry(one: object) -> BureauEnquiry:
    found = mapping(one)
    return BureauEnquiry(
        on=iso_date(found.get("Date")),
        lender=text(found.get("Institution")),
        purpose=text(found.get("RequestPurpose")),
        amount_paise=rupees_to_paise(found.get("Amount")),
    )
