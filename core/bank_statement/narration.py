"""Says what a statement's narration tells: kind of movement, other party, references in it.

Banks cut, wrap and abbreviate narrations, so every rule here looks at words and shapes that all
of them share and none at the name of a bank or of a sample.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal[
    "salary_word",
    "salary_advance",
    "mandate_debit",
    "loan_recovery",
    "return_leg",
    "return_charge",
    "cheque_return_in",
    "cheque_return_out",
    "cash_deposit",
    "cash_withdrawal",
    "loan_disbursal",
    "interest",
    "reimbursement",
    "plain",
]

_CHARGE = re.compile(
    r"(RTN|RET|RETN|RETURN(ED)?|BOUNCE|DISHONOU?R|REJ(ECT)?)[\s/\-.]*(CHQ|CHEQUE|ACH|ECS|NACH)?"
    r"[\s/\-.]*(CHRGS?|CHGS?|CHARGES?)"
    r"|(CHRGS?|CHGS?|CHARGES?)[\s/\-.]*(FOR)?[\s/\-.]*(CHQ|CHEQUE|ACH|ECS|NACH)?[\s/\-.]*"
    r"(RTN|RET|RETURN|BOUNCE|DISHONOU?R)"
    r"|RTN\s?CHRG|RTNCHG"
)
_RETURN = re.compile(
    r"\b(RTN|RETN|RETURN(ED)?|RET|REV|REVERSAL|REJECT(ED)?|UNPAID|DISHONOU?R(ED)?|BOUNCED?)\b"
)
_RETURN_REASON = re.compile(
    r"INSUFF|EXCEEDS\s+ARR|FUNDS\s+INSUF|BAL\s+INSUF|PAYMENT\s+STOPPED|ACCOUNT\s+CLOSED|"
    r"REFER\s+TO\s+DRAWER|SIGNATURE\s+DIFF"
)
_MANDATE = re.compile(r"\b(ACH|NACH|ECS|E-?MANDATE|ENACH|SI|AUTOPAY|AUTO\s?DEBIT)\b|ACHDR|ACH-?DR")
_CHEQUE = re.compile(
    r"\b(CHQ|CHEQUE|CLG|CLEARING|I/?W|O/?W|INWARD|OUTWARD|MICR|CTS)\b|^\W*REJECT:\d"
)
_OUTWARD = re.compile(r"\b(O/W|OW|OUTWARD)\b")
_RECOVERY = re.compile(r"\bEMI\b|LOAN\s*(EMI|RECOVERY|INST|REPAY|A/?C)|\bINSTALL?MENT\b")
_LENDER = re.compile(
    r"FINAN|\bFIN\b|FINSERV|FINCORP|\bFIN-|CAPITAL|CREDIT\b|\bLOANS?\b|HOUSING|LEASING|"
    r"CHOLAMANDALAM|MUTHOOT|MANAPPURAM|FULLERTON|KREDIT|KRAZYBEE|LENDING|NBFC|"
    r"FIRST\s?BANK|\bHDB|HERO\s?FIN|\bDMI\b|\bLN\d{5,}|MICROFIN|HOME\s?CREDIT"
)
_NOT_LENDER = re.compile(
    r"INSURANCE|ASSURANCE|\bLIFE\b|LIFEINS|HEALTH|MUTUAL|\bM\.?F\.?\b|\bSIP\b|CLEARING\s*CORP|"
    r"\bBSE|\bNSE\b|\bICCL\b|NPS|PFRDA|PENSION|POLICY|ALLIED\s*INS|\bSTARMF|CREDIT\s?CARD"
)
_SALARY = re.compile(r"SALARY|\bSAL\b|PAYROLL|\bWAGES?\b|STIPEND|\bSALA\b")
_ADVANCE = re.compile(r"\b(ADV|ADVANCE|LOAN|REFUND|ARREARS?\s+RECOVERY|BORROW)\b")
_CASH_IN = re.compile(r"CASH\s*DEP|BY\s+CASH|CASH\s+CREDIT|\bCDM\b|\bBNA\b|CSH\s*DEP|DEPOSIT-BNA")
_CASH_OUT = re.compile(
    r"\bATM\b|\bATW\b|CASH\s*W(D|ITHD|DL)|\bNWD\b|\bNFS\b|SELF\s+WDL|CSH\s*WDL|CASH\s+PAID|\bEAW\b"
)
_DISBURSAL = re.compile(r"DISB|LOAN\s+(CREDIT|PROCEEDS|AMOUNT|AMT)|\bDISBURS")
_INTEREST = re.compile(r"\bINT(EREST)?\.?\s*(PD|PAID|CREDIT|CR)|CREDIT\s+INTEREST|\bINT\b")
_REIMBURSE = re.compile(r"REIMB|\bEXP(ENSE)?S?\b|\bTA/?DA\b|TRAVEL\s+CLAIM|\bCLAIM\b")

_COMPANY = re.compile(
    r"\b(PVT|PRIVATE|LTD|LIMITED|LLP|INC|CORP|CO|COMPANY|SONS|BROS|BROTHERS|ENTERPRISES?|"
    r"AGENC(Y|IES)|INDUSTRIES|TECHNOLOGIES|TECH|INFOTECH|SYSTEMS?|SOLUTIONS|SERVICES|CONSULTING|"
    r"CONSULTANTS|PHARMA|ELECTRONICS|ELECTRICALS|MOTORS|AUTO|TRADERS|TRADING|TEXTILES|STEELS?|"
    r"FOODS?|HEALTHCARE|HOSPITAL|SCHOOL|COLLEGE|UNIVERSITY|TRUST|GROUP|INDIA|LOGISTICS|"
    r"ENGINEERING|BUILDERS|INFRA|EXPORTS?|GOVT|GOVERNMENT|DEPT|MUNICIPAL|M/S)\b|&"
)
_MODE_WORD = re.compile(
    r"^(UPI|NEFT|IMPS|RTGS|ACH|NACH|ECS|MMT|INB|INFT|BIL|CR|DR|CREDIT|DEBIT|BY|TO|TRANSFER|TRF|"
    r"FROM|P2A|P2M|P2P|D|C|NA|PAYMENT|REF|TXN|FUND|TPT|BULK|POSTING|MUT|EBA|ECM|SENT|USING|"
    r"SALARY|SAL|PAYROLL|WAGES|STIPEND|FOR|INV|BILL|THE|OF|REIMB|EXP|M/S)$"
)
_MONTH_WORD = re.compile(
    r"^(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC)[A-Z]{0,6}[\s\-']?\d{0,4}$"
)
_BANK_NAME = re.compile(r"\bBANK\b|^(HDFC|ICICI|SBI|AXIS|KOTAK|PNB|YES|IDFC|CITI|RBL|BOB)$")


def kind_of(narration: str, credit: bool) -> Kind:
    """What the narration says the movement is; `plain` where it says nothing special."""
    text = narration.upper()
    if _CHARGE.search(text) and not credit:
        return "return_charge"
    cheque, mandate = _CHEQUE.search(text), _MANDATE.search(text)
    if (_RETURN.search(text) or _RETURN_REASON.search(text)) and (cheque or mandate):
        if mandate and not (cheque and not re.search(r"\b(ACH|NACH|ECS)", text)):
            return "return_leg" if credit else "plain"
        if _OUTWARD.search(text):
            return "plain" if credit else "cheque_return_out"
        return "cheque_return_in" if credit else "cheque_return_out"
    if credit:
        if _DISBURSAL.search(text):
            return "loan_disbursal"
        if _SALARY.search(text):
            return "salary_advance" if _ADVANCE.search(text) else "salary_word"
        if _CASH_IN.search(text):
            return "cash_deposit"
        if _REIMBURSE.search(text):
            return "reimbursement"
        return "interest" if _INTEREST.search(text) else "plain"
    if _RECOVERY.search(text) and not _NOT_LENDER.search(text):
        return "loan_recovery"
    if mandate:
        return "mandate_debit"
    return "cash_withdrawal" if _CASH_OUT.search(text) else "plain"


def is_lender(narration: str) -> bool:
    """Whether a mandate's narration names a lender and not an insurer, a fund or a card."""
    text = re.sub(r"^\W*(DEBIT|CREDIT)\b", "", narration.upper())
    return bool(_LENDER.search(text)) and not _NOT_LENDER.search(text)


def is_company(name: str) -> bool:
    """Whether a name reads like a firm and not like a person."""
    return bool(_COMPANY.search(name.upper()))


def party_of(narration: str) -> str:
    """The other party as far as the narration prints it; empty where it does not."""
    text = narration.upper().strip()
    best, best_score = "", 0
    for segment in re.split(r"[/:*|]|(?<!\s)-(?!\s)|-(?=\s)|(?<=\s)-", text):
        words = [word for word in segment.split() if _is_name_word(word)]
        while words and (_MODE_WORD.match(words[0]) or _MONTH_WORD.match(words[0])):
            words.pop(0)
        words = _before_salary(words)
        name = " ".join(words).strip(" -.,")
        letters = sum(c.isalpha() for c in name)
        if letters < 3 or _BANK_NAME.search(name) or "@" in name:
            continue
        score = letters + (20 if is_company(name) else 0) + (5 if len(words) > 1 else 0)
        if score > best_score:
            best, best_score = name, score
    return best


def reference_digits(narration: str) -> set[str]:
    """Long digit runs in a narration: mandate numbers, cheque numbers, loan accounts."""
    return set(re.findall(r"\d{6,}", narration))


def _is_name_word(word: str) -> bool:
    digits = sum(c.isdigit() for c in word)
    return digits == 0 or (digits * 3 < len(word) and len(word) < 12)


def _before_salary(words: list[str]) -> list[str]:
    for at, word in enumerate(words):
        if word in ("SALARY", "SAL", "PAYROLL", "WAGES", "STIPEND", "REIMB"):
            return words[:at] if at else words[1:]
    return words
