"""What a page says of a file that was brought to a form: how it was understood, before anything is sent."""

import pytest

from services.portal.domain import entry_fields, file_changes
from services.portal.domain.file_changes import MOST_CHANGES, MOST_LETTERS, Change
from tests.sheets import files

ASKED = files.asked()


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({}, {}, []),
        ({"v.gd_ngay_cong": "1.234"}, {"v.gd_ngay_cong": " 1 234 "}, []),
        ({"v.gd_ngay_cong": "0"}, {}, [("Ngày công lao động đóng góp cho giáo dục", "0 công", "để trống")]),
        ({}, {"v.gd_ngay_cong": "0"}, [("Ngày công lao động đóng góp cho giáo dục", "để trống", "0 công")]),
        ({"v.gd_ngay_cong": "nhiều"}, {"v.gd_ngay_cong": "7"}, [("Ngày công lao động đóng góp cho giáo dục", "nhiều", "7 công")]),
        ({}, {"v.vh_nha_van_hoa_xa": "co"}, [("Xã, thị trấn có Nhà Văn hóa", "để trống", "Có")]),
        ({}, {"u.gd_ngay_cong": "1"}, [("Ngày công lao động đóng góp cho giáo dục: số ước", "để trống", "số ước")]),
        ({}, {"g.gd_ngay_cong": " Bão. "}, [("Ngày công lao động đóng góp cho giáo dục: giải trình", "để trống", "Bão.")]),
    ],
)
def test_a_change_is_shown_as_it_was_understood(before: dict[str, str], after: dict[str, str], changes: list[tuple[str, str, str]]) -> None:
    assert file_changes.of(ASKED, before, after).changes == [Change(*one) for one in changes]


def test_an_option_is_shown_by_its_words_and_a_long_text_in_part() -> None:
    asked, choice = next((it, one) for it in map(files.asked, files.REPORTED) for one in it.indicators if one.kind == "choice")
    narrative = next(iter(asked.narratives))
    option, words = next(iter(choice.options.items()))
    found = file_changes.of(asked, {}, {f"v.{choice.code}": option, f"t.{narrative}": "a" * (MOST_LETTERS + 1)})
    assert [one.after for one in found.changes] == [words, f"{'a' * MOST_LETTERS}…"]


def test_indicators_are_counted_once_whatever_parts_they_have() -> None:
    ratio = next(one for one in ASKED.indicators if one.kind == "ratio")
    found = file_changes.of(ASKED, {}, {f"n.{ratio.code}": "1", f"d.{ratio.code}": "2", "g.gd_ngay_cong": "chỉ giải trình"})
    assert (found.filled, found.blank) == (1, len(ASKED.indicators) - 1)


def test_what_is_not_listed_is_counted() -> None:
    asked = max((files.asked(about) for about in files.REPORTED), key=lambda one: len(one.indicators))
    every = {f"g.{one.code}": "x" for one in asked.indicators} | {f"v.{one.code}": "x" for one in asked.indicators}
    found = file_changes.of(asked, {}, every)
    assert len(found.changes) + found.unlisted == sum(name in every for name in entry_fields.typed_names(asked))
    assert len(found.changes) <= MOST_CHANGES
