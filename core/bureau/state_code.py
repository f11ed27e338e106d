"""Gives the two-letter code of an Indian state or union territory, which bureaus ask for.
People write the name in many ways, so it is compared without blanks, case and "and"."""

from __future__ import annotations

import re

_CODES = {
    "AN": "Andaman and Nicobar Islands", "AP": "Andhra Pradesh", "AR": "Arunachal Pradesh",
    "AS": "Assam", "BR": "Bihar", "CH": "Chandigarh", "CG": "Chhattisgarh",
    "DH": "Dadra and Nagar Haveli and Daman and Diu", "DL": "Delhi", "GA": "Goa",
    "GJ": "Gujarat", "HR": "Haryana", "HP": "Himachal Pradesh", "JK": "Jammu and Kashmir",
    "JH": "Jharkhand", "KA": "Karnataka", "KL": "Kerala", "LA": "Ladakh", "LD": "Lakshadweep",
    "MP": "Madhya Pradesh", "MH": "Maharashtra", "MN": "Manipur", "ML": "Meghalaya",
    "MZ": "Mizoram", "NL": "Nagaland", "OD": "Odisha", "PY": "Puducherry", "PB": "Punjab",
    "RJ": "Rajasthan", "SK": "Sikkim", "TN": "Tamil Nadu", "TG": "Telangana", "TR": "Tripura",
    "UP": "Uttar Pradesh", "UK": "Uttarakhand", "WB": "West Bengal",
}  # fmt: skip
_OTHER_NAMES = {"orissa": "OD", "pondicherry": "PY", "newdelhi": "DL", "uttaranchal": "UK"}


def _key(name: str) -> str:
    return re.sub(r"[^a-z]|\band\b", "", name.lower())


_BY_NAME = {_key(name): code for code, name in _CODES.items()} | _OTHER_NAMES


def state_code_of(state: str) -> str:
    """The code of a state's name or the code itself; empty when it is neither."""
    text = state.strip().upper()
    return text if text in _CODES else _BY_NAME.get(_key(state), "")
