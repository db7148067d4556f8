"""The order of Vietnamese names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain import collation

HARD = [
    ["An Sơn", "Ân Thi", "Bắc Ninh", "Đình Lập", "Đông Anh", "Đồng Đăng", "Hà Nội", "Hải An"],
    ["Tân Đoàn", "Tân Thành", "Tấn Thành", "Tâng"],  # a space comes before any letter; tones count after all letters
    ["Da", "Đa", "Ea", "Ê a"],
    ["Phường 2", "Phường 10", "Phường An Hội"],
    ["ma", "mà", "mả", "mã", "má", "mạ", "mă", "mâ"],
    ["Xã Oai", "Xã Ông", "Xã Ơn", "Xã Uy", "Xã Ưng", "Xã Yên"],
    ["Dan", "Dăn", "Dân", "Đan"],
]


@pytest.mark.parametrize("names", HARD, ids=[names[0] for names in HARD])
def test_names_stand_in_the_order_of_the_dictionary(names: list[str]) -> None:
    mixed = names[::-1]
    assert sorted(mixed, key=collation.key) == names


def test_ways_of_writing_a_word_are_one_word() -> None:
    composed, taken_apart = "Hòa Bình", unicodedata.normalize("NFD", "Hòa Bình")
    assert collation.key(composed)[:2] == collation.key(taken_apart)[:2] == collation.key("Hoà BÌNH")[:2]


@given(st.text(max_size=40), st.text(max_size=40))
def test_every_text_has_a_place_and_only_equal_ones_share_it(one: str, other: str) -> None:
    assert (collation.key(one) == collation.key(other)) == (one == other)
