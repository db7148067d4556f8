"""The guides for people: rendered from the product's files, whole, and with markup shown as text."""

import re

import pytest

from services.portal.domain import menu
from services.portal.render import assets, guides, look
from shared.words.principals import Role

MOST_PICTURE = 150 * 1024
WORDS_OF_A_PAGE = 450  # with its pictures


@pytest.mark.parametrize("name", guides.WRITTEN)
def test_a_guide_is_whole_and_at_most_four_pages(name: str) -> None:
    it = guides.guides()[name]
    pictures = re.findall(r'<img src="/static/([\w-]+\.png)\?v=[0-9a-f]+" alt="([^"]+)" width="\d+" height="\d+" loading="lazy"', it.body)
    assert it.title.startswith("Hướng dẫn cho ")
    assert len(pictures) == it.body.count("<img") >= 2
    assert all(len(assets.assets()[file].content) <= MOST_PICTURE for file, _ in pictures)
    assert len(it.body.split()) < 4 * WORDS_OF_A_PAGE
    links = re.findall(r'href="([^"]+)"', it.body)
    assert all(link.removeprefix("/huong-dan/") in guides.WRITTEN for link in links)
    assert "style=" not in it.body


def test_the_pictures_are_those_of_the_guides() -> None:
    used = {file for it in guides.guides().values() for file in re.findall(r"/static/([\w-]+\.png)", it.body)}
    assert used == {file.name for file in assets.PICTURES.iterdir()}


def test_markup_in_a_guide_is_text() -> None:
    body = guides.render("# Một\n\n<script>1</script> [x](javascript:1)\n").body
    assert "&lt;script&gt;" in body
    assert "<script" not in body
    assert "href" not in body


@pytest.mark.parametrize(
    ("roles", "first"),
    [
        ({"officer", "operator"}, menu.WORK),
        ({"operator"}, menu.OPERATING.path),
        ({"operator", "viewer"}, menu.OVERVIEW),
        (set(), menu.OVERVIEW),
    ],
    ids=["officer", "operator", "operator_who_reads", "nobody"],
)
def test_where_a_person_lands(roles: set[Role], first: str) -> None:
    assert menu.first(roles) == first


def test_every_page_leads_to_the_guides() -> None:
    assert '<a href="/huong-dan">Hướng dẫn</a>' in bytes(look.page("guides.html", {"guides": guides.guides().values()}).body).decode()
