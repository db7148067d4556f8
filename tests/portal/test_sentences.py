"""How a page begins a sentence with a word that it has in small letters."""

from pathlib import Path
from typing import Final

from services.portal.render import look
from shared.words import vietnamese

TEMPLATES: Final = Path("services/portal/render/templates")


def test_only_the_first_letter_becomes_a_capital() -> None:
    """`Quý III`, not `Quý iii`."""
    begin = look.TEMPLATES.from_string("{{ name|sentence }}")
    assert begin.render(name=vietnamese.period_name("2026-Q3")) == "Quý III năm 2026"
    assert begin.render(name="đúng hạn") == "Đúng hạn"
    assert begin.render(name="") == ""


def test_no_page_makes_small_letters_of_the_others() -> None:
    assert [path.name for path in sorted(TEMPLATES.glob("*.html")) if "|capitalize" in path.read_text(encoding="utf-8")] == []
