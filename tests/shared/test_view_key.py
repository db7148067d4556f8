"""The key of a view: stored keys stay readable, and every key is parsed back from its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.wire import view_key
from shared.wire.view_key import ViewKey

PARTS = st.text(st.characters(exclude_characters="/@", codec="utf-8"), min_size=1)


def test_the_key_of_the_first_series_is_what_was_always_stored() -> None:
    assert ViewKey("ct27-van-quan", "2024", "184").text == "ct27-van-quan/2024/184"


def test_the_key_of_another_series_names_it() -> None:
    assert ViewKey("ct27-van-quan", "2024", "184", "2025-07-01").text == "ct27-van-quan/2024/184@2025-07-01"


@given(st.builds(ViewKey, PARTS, PARTS, PARTS, PARTS | st.just(view_key.AS_REPORTED)))
def test_a_key_comes_back_from_its_text(key: ViewKey) -> None:
    assert view_key.parse(key.text) == key


@pytest.mark.parametrize("text", ["", "ct27-van-quan/2024", "ct27-van-quan/2024/184/confirm"])
def test_another_text_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="unpack"):
        view_key.parse(text)
