"""Which passwords are accepted: by length, by how common they are, and by the names of the account; nothing else."""

import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.plumbing import common_passwords
from shared.words import passwords

NAMES = ("can-bo-vq", "Nguyễn Thị Hoa", "Xã Văn Quan", "06253-2025", "06253")
GOOD = "mùa xuân đến rất sớm"


def codes(password: str, *names: str) -> list[str]:
    return [fault.code for fault in passwords.faults(password, names or NAMES, common_passwords.known())]


@pytest.mark.parametrize("password", [GOOD, "aqzvtwnkbmre", "x" * 11 + "1ky9pq3", "đêm hè oi ả quá", "🌱🌿🌳🌲🍀🌾🌵🌴🎋🎍🍁🍂"])
def test_a_long_password_of_any_characters_is_accepted(password: str) -> None:
    assert codes(password) == []


def test_the_length_is_counted_in_nfc() -> None:
    eleven = "ấ" * 3 + "bcdefghk"

    assert len(unicodedata.normalize("NFD", eleven)) > 12
    assert codes(unicodedata.normalize("NFD", eleven)) == ["password.too_short"]
    assert codes("ệ1ọ2ừ3ẵ4ỗ5ấ6") == codes(unicodedata.normalize("NFD", "ệ1ọ2ừ3ẵ4ỗ5ấ6")) == []


def test_at_least_12_and_at_most_128_characters() -> None:
    assert codes("kq7 zb4 mw9") == ["password.too_short"]
    assert codes("kq7 zb4 mw9x") == []
    assert codes("ba na " * 21 + "no") == []
    assert codes("ba na " * 21 + "non") == ["password.too_long"]


@pytest.mark.parametrize("character", ["\x00", "\t", "\n", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\ud800"])
def test_control_characters_are_refused(character: str) -> None:
    assert codes(f"mua xuan{character}den som") == ["password.control_character"]


@pytest.mark.parametrize(
    "password",
    [
        *("1qaz2wsx3edc4rfv", "JustinBieber", "needforspeed"),  # in the list
        *("passwordpassword", "matkhaumatkhau", "123456123456", "aaaaaaaaaaaa", "abababababab"),  # repeated
        *("Password1234", "matkhau@2026", "123password!", "anhyeuem12345"),  # with digits and signs
        *("abcdefghijklmn", "123456789012345", "098765432109", "qwertyuiopas", "lkjhgfdsapoiuyt"),  # runs
    ],
)
def test_common_passwords_are_refused(password: str) -> None:
    assert codes(password) == ["password.common"]


@pytest.mark.parametrize(
    "password",
    [
        *("can-bo-vq-2026", "Can_Bo_VQ!!!!!!", "cánbộvq1234567"),
        *("Nguyễn Thị Hoa", "nguyenthihoa1990", "NGUYEN-THI-HOA-01"),
        *("xa van quan 123", "XãVănQuan@2025", "06253-2025-ab", "0625306253062530"),
        *("Tổng Hợp 2026", "tonghop-tonghop", "tonghop@1234567"),
    ],
)
def test_a_password_that_is_little_more_than_a_name_is_refused(password: str) -> None:
    assert codes(password) == ["password.own_name"]


def test_a_name_within_a_longer_password_is_fine() -> None:
    assert codes("hoa nở ở Xã Văn Quan tháng giêng") == []
    assert codes("mùa an đến sớm", "an") == []  # a short name is in too many texts


@given(st.text(min_size=12, max_size=128))
def test_typing_letters_and_accents_apart_changes_nothing(password: str) -> None:
    apart = unicodedata.normalize("NFD", password)

    assert passwords.normal(apart) == passwords.normal(password)
    assert codes(apart) == codes(password)


@given(st.text(max_size=300))
def test_every_text_gets_an_answer(password: str) -> None:
    assert len(codes(password)) <= 3


@given(st.randoms(use_true_random=False))
def test_generated_passwords_are_accepted(chance: Random) -> None:
    password = passwords.generated(chance.choice)

    assert codes(password) == []
    assert len(password) == 24


def test_the_list_of_common_passwords_is_the_whole_one() -> None:
    assert len(common_passwords.known()) > 29_000
