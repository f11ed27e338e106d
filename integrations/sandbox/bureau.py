"""The sandbox's credit reports, made from the PAN alone so that a person's report never changes.

Accounts, balances and months follow from a hash of the PAN; the test numbers bend what a rule
would look at: no hit, a low score, no score, a written-off loan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from integrations.reading import mapping, text
from integrations.sandbox.outcome import Outcome

SCORE_DEFAULT_LOW = 660
SCORE_SPREAD = 150
LOW_SCORE = 548
MONTHS = 24
LENDERS = ("Vindhya Bank", "Satpura Finance", "Godavari NBFC", "Kaveri Bank", "Narmada Cards")
TYPES = ("Personal Loan", "Consumer Loan", "Two-wheeler Loan", "Credit Card", "Gold Loan")


def bureau_report(
    asked: Mapping[str, Any], pan: str, found: Outcome, score: int, today: date
) -> dict[str, Any]:
    """The answer to an inquiry; `score` 0 means that it follows from the PAN."""
    seed = int(hashlib.sha256(pan.encode()).hexdigest(), 16)
    body = mapping(asked.get("RequestBody"))
    head = mapping(asked.get("RequestHeader"))
    name = f"{text(body.get('FirstName'))} {text(body.get('LastName'))}".strip().upper()
    answer: dict[str, Any] = {
        "InquiryResponseHeader": {
            "ClientID": text(head.get("CustomerId")),
            "CustRefField": text(head.get("CustRefField")),
            "ReportOrderNO": f"{seed % 10**8:08d}",
            "ProductCode": ["PCS"],
            "SuccessCode": "1",
            "Date": today.isoformat(),
            "Time": "10:00:00",
        },
        "InquiryRequestInfo": dict(body),
        "Score": [{"Type": "ERS", "Version": "4.0"}],
    }
    report: dict[str, Any] = {
        "InquiryResponseHeader": {"HitCode": "10", "CustomerName": name},
        "Score": [{"Type": "ERS", "Version": "4.0"}],
    }
    if found is Outcome.NO_HIT:
        report["InquiryResponseHeader"]["HitCode"] = "00"
        report["Error"] = {"ErrorCode": "00", "ErrorDesc": "Consumer not found in bureau"}
    else:
        report["CIRReportData"] = _data(seed, pan, body, name, found, score, today)
    answer["CCRResponse"] = {"Status": "1", "CIRReportDataLst": [report]}
    return answer


def _data(
    seed: int, pan: str, body: Mapping[str, Any], name: str, found: Outcome, score: int, today: date
) -> dict[str, Any]:
    if found is Outcome.THIN:
        accounts: list[dict[str, Any]] = []
        value = "-1"
    else:
        accounts = [_account(seed, index, found, today) for index in range(2 + seed % 3)]
        value = str(score or SCORE_DEFAULT_LOW + seed % SCORE_SPREAD)
        if found in (Outcome.LOW_SCORE, Outcome.WRITTEN_OFF):
            value = str(LOW_SCORE)
    enquiries = [
        {
            "seq": str(index),
            "Date": (today - timedelta(days=17 + 40 * index)).isoformat(),
            "Institution": LENDERS[(seed + index) % len(LENDERS)],
            "RequestPurpose": "05",
            "Amount": str(20_000 + 5_000 * index),
        }
        for index in range(1 + seed % 3)
    ]
    still_open = [one for one in accounts if one["Open"] == "Yes"]
    return {
        "IDAndContactInfo": {
            "PersonalInfo": {
                "Name": {"FullName": name},
                "DateOfBirth": text(body.get("DOB")),
                "Gender": "",
            },
            "IdentityInfo": {
                "PANId": [{"seq": "1", "ReportedDate": today.isoformat(), "IdNumber": pan}]
            },
            "AddressInfo": [],
            "PhoneInfo": [],
        },
        "RetailAccountDetails": accounts,
        "RetailAccountsSummary": {
            "NoOfAccounts": str(len(accounts)),
            "NoOfActiveAccounts": str(len(still_open)),
            "NoOfWriteOffs": "1" if found is Outcome.WRITTEN_OFF else "0",
            "TotalPastDue": f"{sum(int(one['PastDueAmount']) for one in accounts)}.00",
            "TotalBalanceAmount": f"{sum(int(one['Balance']) for one in accounts)}.00",
            "TotalMonthlyPaymentAmount": (
                f"{sum(int(one['InstallmentAmount']) for one in still_open)}.00"
            ),
        },
        "ScoreDetails": [
            {
                "Type": "ERS",
                "Version": "4.0",
                "Name": "M001",
                "Value": value,
                "ScoringElements": [
                    {"type": "RES", "seq": "1", "code": "R4", "description": "Length of credit"}
                ],
            }
        ],
        "Enquiries": enquiries,
        "EnquirySummary": {
            "Purpose": "ALL",
            "Total": str(len(enquiries)),
            "Past30Days": "1",
            "Past12Months": str(len(enquiries)),
            "Past24Months": str(len(enquiries)),
        },
    }


def _account(seed: int, index: int, found: Outcome, today: date) -> dict[str, Any]:
    own = seed >> (8 * (index + 1))
    sanctioned = 30_000 + own % 8 * 10_000
    is_open = index == 0 or own % 3 > 0
    balance = sanctioned * (30 + own % 50) // 100 if is_open else 0
    late = found is Outcome.LOW_SCORE and index == 0
    written_off = found is Outcome.WRITTEN_OFF and index == 1
    overdue = 8_400 if late else 23_500 if written_off else 0
    opened = today.replace(day=1) - timedelta(days=200 + own % 900)
    status = "Current Account" if is_open else "Closed Account"
    if written_off:
        status = "Charge Off/Written Off"
    return {
        "seq": str(index + 1),
        "AccountNumber": f"XXXXXX{own % 10_000:04d}",
        "Institution": LENDERS[own % len(LENDERS)],
        "AccountType": TYPES[own % len(TYPES)],
        "OwnershipType": "Individual",
        "Balance": str(overdue if written_off else balance),
        "PastDueAmount": str(overdue),
        "Open": "Yes" if is_open or written_off else "No",
        "SanctionAmount": str(sanctioned),
        "DateOpened": opened.isoformat(),
        "DateReported": (today.replace(day=1) - timedelta(days=1)).isoformat(),
        "InstallmentAmount": str(sanctioned // 24 if is_open else 0),
        "InterestRate": "18.0",
        "AccountStatus": status,
        "AssetClassification": "Loss" if written_off else "Standard",
        **({"WriteOffAmount": str(overdue)} if written_off else {}),
        "History48Months": _history(found, index, today),
    }


def _history(found: Outcome, index: int, today: date) -> list[dict[str, str]]:
    history: list[dict[str, str]] = []
    month = today.replace(day=1)
    for back in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        status = "000"
        if found is Outcome.LOW_SCORE and index == 0 and back < 4:
            status = ("60+", "30+", "01+", "01+")[back]
        if found is Outcome.WRITTEN_OFF and index == 1:
            status = "WOF" if back < 6 else "DBT" if back < 12 else "90+"
        history.append(
            {
                "key": month.strftime("%m-%y"),
                "PaymentStatus": status,
                "SuitFiledStatus": "*",
                "AssetClassificationStatus": "STD" if status == "000" else "*",
            }
        )
    return history
