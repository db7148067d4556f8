"""Logins, names and addresses: what is accepted, and that two logins never look alike."""

import unicodedata

import pytest

from shared.words import people
from tests.shared.test_granting import REGISTRY


@pytest.mark.parametrize("login", ["can-bo.06253", "nguyễn.văn.a", "a1", "hoa@xa.gov.vn", "x" * 64, "_bot"])
def test_letters_digits_and_a_few_signs_make_a_login(login: str) -> None:
    assert people.login_faults(login) == []


def test_a_login_is_composed_and_has_small_letters() -> None:
    assert people.login(f" {unicodedata.normalize('NFD', 'Nguyễn.Văn.A')} ") == "nguyễn.văn.a"


@pytest.mark.parametrize(
    "login",
    [
        "",
        "x" * 65,
        "-an",
        ".an",
        "hai chữ",
        "an\n",
        "an\u202e",
        "an\u200b",
        "аn.nguyen",
        "αβγ",
        "an/../..",
        "an$",
        "x" * 10_000,
        "１２３",
    ],
)
def test_another_text_is_no_login(login: str) -> None:
    assert [fault.code for fault in people.login_faults(login)] == ["person.bad_login"]
    assert len(people.login_faults(login)[0].message_vi) < 300


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Nguyễn Thị Hoa", ""),
        ("Ma'in O’Brien-Ê Ban", ""),
        ("", "person.no_name"),
        ("\u3164 \u200b", "person.no_name"),
        ("a" * 101, "person.long_name"),
        ("a" * 10_000, "person.long_name"),
        ("Hoa\u202eaoH", "person.control_character"),
        ("Hoa\nquản trị", "person.control_character"),
        ("Hoa\x00", "person.control_character"),
    ],
)
def test_a_name_can_be_read_and_is_no_longer_than_a_line(name: str, code: str) -> None:
    assert [fault.code for fault in people.name_faults(name)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("email", "is_fine"), [("", True), ("a@b.vn", True), ("a@", False), ("a@b.vn\r\nBcc: c@d", False), ("a" * 300, False)]
)
def test_an_address_is_one_mailbox_or_missing(email: str, is_fine: bool) -> None:
    assert (people.email_faults(email) == []) is is_fine


def test_a_password_is_compared_with_all_names_that_a_unit_ever_had() -> None:
    assert people.names("an", "Hoa", ["06253-2025"], REGISTRY) == ["an", "Hoa", "06253-2025", "06253", "Xã 06253-2025"]
