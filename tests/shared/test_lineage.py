"""Who follows whom, and who acts for a unit that has ended: a small tree with two reforms."""

from datetime import date
from fractions import Fraction

import pytest

from shared.words.lineage import Edge, Lineage
from shared.words.units import Registry, Unit

BASE, FIRST, SECOND = date(2024, 1, 1), date(2025, 7, 1), date(2026, 9, 1)


def unit(unit_id: str, begins: date, ends: date | None = None, code: str = "", name: str = "") -> Unit:
    return Unit(unit_id, code or unit_id[:2], name or unit_id, "commune", "peoples_committee", None, begins, ends)


EDGES = [
    Edge("01", "03-2025", FIRST, "whole", is_heir=True),
    Edge("02", "03-2025", FIRST, "part", 1180, "declared", is_heir=False),
    Edge("02", "04-2025", FIRST, "part", 2640, "declared", is_heir=True),
    Edge("05", "03-2025", FIRST, "part", 1, "assumed"),
    Edge("05", "04-2025", FIRST, "part", 1, "assumed"),
    Edge("06", "04-2025", FIRST, "none", is_heir=True),
    Edge("03-2025", "07-2026", SECOND, "part", 1, "declared", is_heir=True),
    Edge("03-2025", "08-2026", SECOND, "part", 3, "declared"),
]
UNITS = [
    *(unit(code, BASE, FIRST) for code in ("01", "02", "05", "06")),
    unit("03-2025", FIRST, SECOND),
    unit("04-2025", FIRST),
    unit("07-2026", SECOND),
    unit("08-2026", SECOND),
    unit("09", BASE, FIRST, name="Xã Chín"),
    unit("09", FIRST, code="90", name="Phường Chín"),
]
REGISTRY = Registry(UNITS, lineage=Lineage(EDGES))


@pytest.mark.parametrize(
    ("unit_id", "day", "heir"),
    [
        ("01", date(2025, 6, 30), "01"),
        ("01", FIRST, "03-2025"),
        ("01", SECOND, "07-2026"),
        ("02", FIRST, "04-2025"),
        ("05", date(2025, 6, 30), "05"),
        ("05", FIRST, None),
        ("06", FIRST, "04-2025"),
        ("09", SECOND, "09"),
    ],
)
def test_the_heir_acts_from_the_first_day_of_the_reform(unit_id: str, day: date, heir: str | None) -> None:
    assert Lineage(EDGES).heir(unit_id, day) == Lineage(reversed(EDGES)).heir(unit_id, day) == heir


def test_shares_are_composed_over_reforms_as_fractions() -> None:
    lineage = Lineage(EDGES)
    assert lineage.targets("02", FIRST) == {"03-2025": Fraction(59, 191), "04-2025": Fraction(132, 191)}
    assert lineage.targets("02", SECOND) == {
        "07-2026": Fraction(59, 764),
        "08-2026": Fraction(177, 764),
        "04-2025": Fraction(132, 191),
    }
    assert lineage.targets("06", FIRST) == {}
    assert lineage.targets("09", SECOND) == {"09": Fraction(1)}


@pytest.mark.parametrize(
    ("actor", "unit_id", "day", "may"),
    [
        ("01", "01", date(2025, 6, 30), True),
        ("01", "01", FIRST, False),
        ("03-2025", "01", FIRST, True),
        ("04-2025", "01", FIRST, False),
        ("03-2025", "01", SECOND, False),
        ("07-2026", "01", SECOND, True),
        ("03-2025", "05", FIRST, False),
        ("01", "03-2025", date(2025, 6, 30), True),
        ("02", "03-2025", date(2025, 6, 30), False),
        ("nobody", "01", FIRST, False),
        ("nobody", "nobody", FIRST, False),
    ],
)
def test_only_the_unit_its_heir_or_its_predecessor_may_act(actor: str, unit_id: str, day: date, may: bool) -> None:
    assert REGISTRY.acts_for(actor, unit_id, day) is may


def test_a_unit_keeps_its_id_over_a_change_of_code_and_name() -> None:
    assert [row.name for row in REGISTRY.ids["09"]] == ["Xã Chín", "Phường Chín"]
    assert REGISTRY.at(date(2025, 6, 30)).by_code["09"] == REGISTRY.valid("09", date(2025, 6, 30))
    assert REGISTRY.at(FIRST).by_code["90"].id == "09"
    assert "09" not in REGISTRY.at(FIRST).by_code


def test_a_unit_is_shown_by_its_last_row_after_its_end_and_by_its_first_row_before_its_begin() -> None:
    assert REGISTRY.row("01", SECOND) == UNITS[0]
    assert REGISTRY.row("03-2025", BASE) == UNITS[4]
    assert REGISTRY.row("nobody", BASE) is None
    assert REGISTRY.valid("01", FIRST) is None
    assert REGISTRY.acting("01", FIRST) == UNITS[4]
    assert REGISTRY.acting("05", FIRST) is None
