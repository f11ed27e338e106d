"""Identifiers are accepted by their published rules and shown only as far as a mask allows.
The numbers are staging and constructed values that belong to nobody.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.kernel.identifier import (
    InvalidIdentifier,
    aadhaar_last_four,
    gstin_check_character,
    is_valid_aadhaar,
    is_valid_gstin,
    mask_aadhaar,
    mask_account,
    mask_email,
    mask_mobile,
    mask_pan,
    normal_account,
    normal_email,
    normal_gstin,
    normal_ifsc,
    normal_mobile,
    normal_pan,
    normal_pincode,
    normal_uan,
    normal_vpa,
    pan_holder,
    verhoeff_sum,
)


@pytest.mark.parametrize(
    ("normal", "text", "expected"),
    [
        (normal_pan, "abcpe 1234f", "ABCPE1234F"),
        (normal_pan, "AAACH2702H", "AAACH2702H"),
        (normal_gstin, "27aapfu0939f1zv", "27AAPFU0939F1ZV"),
        (normal_gstin, "29AABCT1332L1ZA", "29AABCT1332L1ZA"),
        (normal_gstin, "33AAACH2702H1Z7", "33AAACH2702H1Z7"),
        (normal_ifsc, "hdfc0000053", "HDFC0000053"),
        (normal_ifsc, "SBIN0002288", "SBIN0002288"),
        (normal_vpa, "Gaurav.Kumar@okhdfcbank", "gaurav.kumar@okhdfcbank"),
        (normal_mobile, "+91 90000 00001", "9000000001"),
        (normal_mobile, "09000000001", "9000000001"),
        (normal_mobile, "9100000001", "9100000001"),
        (normal_pincode, "560 001", "560001"),
        (normal_uan, "100123456789", "100123456789"),
        (normal_account, "5010 0123 4471", "501001234471"),
        (normal_email, " asha@Example.COM ", "asha@example.com"),
    ],
)
def test_well_formed_identifiers_are_normalised(
    normal: Callable[[str], str], text: str, expected: str
) -> None:
    assert normal(text) == expected


@pytest.mark.parametrize(
    ("normal", "text", "field", "sentence"),
    [
        (normal_pan, "ABCDE1234F", "pan", "Enter a PAN like ABCPE1234F"),
        (normal_pan, "ABC1E1234F", "pan", "Enter a PAN like ABCPE1234F"),
        (normal_gstin, "27AAPFU0939F1Z", "gstin", "Enter a GSTIN like 27AAPFU0939F1ZV"),
        (
            normal_gstin,
            "27AAPFU0939F1ZW",
            "gstin",
            "This GSTIN fails its check character. Compare it with the certificate",
        ),
        (normal_ifsc, "HDFC1000053", "ifsc", "Enter an IFSC like HDFC0000053"),
        (normal_vpa, "a@b", "vpa", "Enter a UPI ID like name@bank"),
        (normal_vpa, "name@bank@x", "vpa", "Enter a UPI ID like name@bank"),
        (
            normal_mobile,
            "5000000001",
            "mobile",
            "Enter a ten-digit mobile number like 9000000001",
        ),
        (normal_pincode, "012345", "pincode", "Enter a six-digit PIN code like 560001"),
        (normal_email, "asha@", "email", "Enter an email address like name@example.com"),
    ],
)
def test_a_wrong_identifier_is_refused_with_what_to_do(
    normal: Callable[[str], str], text: str, field: str, sentence: str
) -> None:
    with pytest.raises(InvalidIdentifier) as refusal:
        normal(text)
    assert refusal.value.fields == {field: sentence}


@pytest.mark.parametrize(
    "number",
    ["999941057058", "999971658847", "999933119405", "999955183433", "999990501894",
     "999999990019", "2341 2341 2346"],
)  # fmt: skip
def test_staging_aadhaar_numbers_pass(number: str) -> None:
    assert is_valid_aadhaar(number)


@pytest.mark.parametrize("number", ["123456789012", "999941057059", "099941057058", "99994105705"])
def test_wrong_aadhaar_numbers_fail(number: str) -> None:
    assert not is_valid_aadhaar(number)


def test_the_published_verhoeff_example() -> None:
    assert verhoeff_sum("2363") == 0


def test_verhoeff_catches_every_single_digit_slip_and_neighbour_swap() -> None:
    good = "999941057058"
    slips = [
        good[:i] + str(d) + good[i + 1 :] for i in range(12) for d in range(10) if str(d) != good[i]
    ]
    swaps = [
        good[:i] + good[i + 1] + good[i] + good[i + 2 :]
        for i in range(11)
        if good[i] != good[i + 1]
    ]
    assert all(verhoeff_sum(number) != 0 for number in slips + swaps)


def test_only_the_last_four_of_an_aadhaar_number_are_kept() -> None:
    assert aadhaar_last_four("9999 4105 7058") == "7058"
    with pytest.raises(InvalidIdentifier):
        aadhaar_last_four("1234 5678 9012")


def test_the_gstin_check_character_of_a_popular_dummy() -> None:
    assert gstin_check_character("29ABCDE1234F1Z") == "W"


@pytest.mark.parametrize("gstin", ["29ABCDE1234F1Z5", "27ABCDE1234F1Z5", "02AMBPG7773M002"])
def test_dummy_gstins_fail(gstin: str) -> None:
    assert not is_valid_gstin(gstin)


def test_the_fourth_letter_of_a_pan_names_its_holder() -> None:
    assert pan_holder("ABCPE1234F") == "individual"
    assert pan_holder("AAACH2702H") == "company"


def test_masks_show_what_staff_need_and_no_more() -> None:
    assert mask_pan("ABCPE1234F") == "••••••234F"
    assert mask_mobile("9876543210") == "+91 ••••• •3210"
    assert mask_account("501001234471") == "•••• 4471"
    assert mask_aadhaar("7058") == "•••• •••• 7058"
    assert mask_email("asha@example.com") == "a•••@example.com"
