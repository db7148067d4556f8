"""A unit is found by any form of its code or name that people type."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain import search
from services.portal.web import search as search_pages
from shared.words.units import Unit
from tests.portal import builders
from tests.portal.conftest import Stack
from tests.portal.test_duty_pages import following
from tests.portal.test_pages import HOSTILE, page, text_of

loop = pytest.mark.asyncio(loop_scope="session")

ENTRIES = search.index(builders.units())


def names(query: str) -> list[str]:
    return [hit.unit.name for hit in search.find(ENTRIES, query)]


@pytest.mark.parametrize(
    "query",
    [
        "văn quan",
        "Văn Quan",
        "VAN QUAN",
        "van quan",
        "quan van",
        "  van   quan ",
        "Va\u0306n Quan",
        "van\u00a0quan",
        "v\u200ba\u200bn quan",
    ],
)
def test_a_name_is_found_however_it_is_typed(query: str) -> None:
    assert {"Huyện Văn Quan", "Thị trấn Văn Quan"} <= set(names(query))


def test_a_name_that_was_stored_taken_apart_is_found_too() -> None:
    unit = replace(builders.registry().ids["184"][-1], name=unicodedata.normalize("NFD", "Huyện Văn Quan"))
    for query in ("văn quan", "van quan", unicodedata.normalize("NFD", "văn quan")):
        assert [hit.unit for hit in search.find(search.index([unit]), query)] == [unit]


def test_the_letter_d_with_a_stroke_is_a_d() -> None:
    assert "Xã Điềm He" in names("diem he")
    assert "Xã Điềm He" in names("Điềm")


def test_a_code_goes_first_and_a_name_as_typed_before_one_without_its_accents() -> None:
    assert names("06253")[0] == "Thị trấn Văn Quan"
    assert names("184")[:2] == ["Huyện Văn Quan", "Phòng Giáo dục và Đào tạo huyện Văn Quan"]
    assert names("184-tckh") == ["Phòng Tài chính – Kế hoạch huyện Văn Quan"]
    units = [replace(builders.registry().ids["184"][-1], id=str(place), name=name) for place, name in enumerate(["Xã Vân An", "Xã Văn An"])]
    found = search.find(search.index(units), "văn an")
    assert [hit.unit.name for hit in found] == ["Xã Văn An", "Xã Vân An"]


@pytest.mark.parametrize("query", ["", " ", "\u200b", "\u00a0\ufeff", "\u202e", "\u3164", "!!!", "\u0301"])
def test_words_of_which_nothing_can_be_seen_find_nothing(query: str) -> None:
    assert names(query) == []


@given(st.text(max_size=60))
def test_any_text_is_a_query(query: str) -> None:
    found = search.find(ENTRIES, query)
    assert [hit.key for hit in found] == sorted({hit.key for hit in found})
    composed, apart = (names(unicodedata.normalize(form, query)) for form in ("NFC", "NFD"))
    assert composed == apart


@given(st.sampled_from(builders.units()))
def test_every_unit_is_found_by_its_name_composed_or_not_with_or_without_accents(unit: Unit) -> None:
    assert unit.name in names(unicodedata.normalize("NFC", unit.name))
    assert unit.name in names(unicodedata.normalize("NFD", unit.name))
    assert unit.name in names(search.bare(unit.name).upper())


def begin(begins: Sequence[str], named: Sequence[str]) -> bool:
    return all(any(word.startswith(text) for word in named) for text in begins)


def one_by_one(units: Sequence[Unit], query: str) -> list[tuple[int, str]]:
    """Rank and id of the units that match: what the index finds, without an index."""
    typed, code = search.words(query), query.strip().casefold()
    found = []
    for unit in units:
        named = search.words(unit.name)
        ranks = (
            code in (unit.code.casefold(), unit.id.casefold()),
            unit.code.casefold().startswith(code),
            begin(typed, named),
            begin([search.bare(word) for word in typed], [search.bare(word) for word in named]),
        )
        if typed and any(ranks):
            found.append((ranks.index(True), unit.id))
    return sorted(found)


PIECES = st.sampled_from(["x", "xã", "xa ", "Vân", "van", "quan ", "06", "184", "-", "đ", "d", "ninh ", "xuân"])


@given(st.lists(PIECES, max_size=4).map("".join))
def test_the_index_finds_what_reading_every_unit_finds(query: str) -> None:
    found = [(int(hit.key[0]), hit.unit.id) for hit in search.find(ENTRIES, query)]
    assert sorted(found) == one_by_one(builders.units(), unicodedata.normalize("NFC", query))


@loop
async def test_the_page_lists_units_with_what_stands_above_and_leads_to_their_duties(stack: Stack) -> None:
    shown = await page(stack, f"/tim?q={quote('xa tran ninh')}")
    assert "Tìm “xa tran ninh”: 1 đơn vị" in text_of(shown)
    assert 'href="/nghia-vu?unit=06256">Xã Trấn Ninh</a>' in shown
    assert "Huyện Văn Quan, Tỉnh Lạng Sơn" in shown


@loop
@pytest.mark.parametrize("query", ["", "%E2%80%8B", "%C2%A0%EF%BB%BF"])
async def test_a_search_for_nothing_tells_how_to_search(stack: Stack, query: str) -> None:
    shown = await page(stack, f"/tim?q={query}")
    assert "Nhập tên hoặc mã đơn vị" in shown
    assert 'href="/nghia-vu?unit=' not in shown


@loop
async def test_pages_of_a_search_hold_every_unit_once(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_pages, "PAGE", 7)
    pages = [await page(stack, "/tim?q=xa")]
    while 'rel="next"' in pages[-1]:
        pages.append(await page(stack, following(pages[-1])))
    links = [
        line.partition('href="/nghia-vu?unit=')[2].partition('"')[0] for html in pages for line in html.split("<li>") if "?unit=" in line
    ]
    assert len(links) == len(set(links)) == len(names("xa"))
    given_away = following(pages[0]).partition("after=")[2]
    await page(stack, f"/tim?q=huyen&after={given_away}", 400)


@loop
async def test_what_was_typed_is_never_markup(stack: Stack) -> None:
    shown = await page(stack, f"/tim?q={quote(HOSTILE)}")
    assert "<script>alert" not in shown
    assert "<img" not in shown


@loop
async def test_too_long_a_search_is_refused_with_the_form_wanted(stack: Stack) -> None:
    assert "tối đa 200 ký tự" in await page(stack, f"/tim?q={'a' * 201}", 400)


@loop
async def test_a_letter_that_is_typed_taken_apart_counts_once(stack: Stack) -> None:
    apart = unicodedata.normalize("NFD", "ộ" * 200)
    assert len(apart) == 600
    assert "Không tìm thấy đơn vị nào" in await page(stack, f"/tim?q={quote(apart)}")


TITLES = {"ct27": "Xã hội hóa trên địa bàn huyện Văn Quan", "nq68": "Chính sách xã hội, tỉnh Quảng Bình", "thang": "Báo cáo tháng"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("van quan", ["ct27"]),
        ("Xa Hoi", ["nq68", "ct27"]),
        ("CT27", ["ct27"]),
        ("nq", ["nq68"]),
        ("quang van", []),
        ("", []),
        ("$ne", []),
    ],
)
def test_regimes_are_found_by_words_of_their_titles_and_by_code(query: str, found: list[str]) -> None:
    assert search.find_titled(TITLES, query) == found


@loop
async def test_the_page_lists_regimes_before_units(stack: Stack) -> None:
    shown = await page(stack, "/tim?q=van+quan")
    assert f'<a href="/che-do/{builders.CT27}">' in shown
    assert "Huyện Văn Quan" in shown
    assert "Không tìm thấy" in await page(stack, "/tim?q=khongconhuvay")
