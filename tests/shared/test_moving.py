"""Roles that end with a reform: at whom the new ones are drafted, and when an operator has to choose."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared.words import moving
from shared.words.granting import NewGrant
from shared.words.lineage import Edge, Lineage
from shared.words.moving import Reformed
from shared.words.people import Person
from shared.words.principals import Grant, Role
from shared.words.refusals import Refusal
from shared.words.units import Registry, Unit

BEGAN, REFORM, SECOND, TODAY = date(2024, 1, 1), date(2025, 7, 1), date(2026, 9, 1), date(2026, 11, 26)


def unit(unit_id: str, parent: str | None, begins: date = BEGAN, ends: date | None = None, code: str = "") -> Unit:
    return Unit(unit_id, code or unit_id, f"Xã {unit_id}", "commune", "peoples_committee", parent, begins, ends)


EDGES = [
    Edge("A", "N", REFORM, "whole", is_heir=True, reform="r1"),
    Edge("B", "N", REFORM, "part", 1, "declared", reform="r1"),
    Edge("B", "M", REFORM, "part", 2, "declared", reform="r1"),
    Edge("C", "M", REFORM, "whole", reform="r1"),
    Edge("184", "20", REFORM, "none", is_heir=True, reform="r1"),
    Edge("N", "P", SECOND, "whole", is_heir=True, reform="r2"),
]
REGISTRY = Registry(
    [
        unit("20", None),
        unit("184", "20", ends=REFORM),
        *(unit(name, "184", ends=REFORM) for name in ("A", "B", "C")),
        unit("D", "20"),
        unit("N", "20", REFORM, SECOND, code="A"),  # has the code of A
        unit("M", "20", REFORM),
        unit("P", "20", SECOND),
    ],
    lineage=Lineage(EDGES),
)
FOUND = Reformed(REFORM, frozenset({"A", "B", "C", "184"}))


def person(*grants: Grant, login: str = "hoa") -> Person:
    return Person(login, login, "Hoa", "", grants, 1, datetime(2024, 1, 1, tzinfo=UTC))


def role(at: str | None, name: Role = "officer", begins: date = BEGAN, ends: date | None = None) -> Grant:
    return Grant(f"{name}-{at}", name, at, begins, ends)


def drafted(*grants: Grant, chosen: dict[str, str] | None = None, today: date = TODAY) -> list[tuple[str, str | None, list[str]]]:
    """State, heir and candidates of each draft."""
    drafts = moving.drafts([person(*grants)], FOUND, REGISTRY, today, chosen or {})
    return [(one.state, one.heir.id if one.heir else None, [unit.id for unit in one.candidates]) for one in drafts]


def test_a_reform_is_known_by_its_edges() -> None:
    assert moving.reformed(REGISTRY, "r1") == FOUND
    assert moving.reformed(REGISTRY, "r9") is None


def test_a_role_is_drafted_at_the_heir_as_it_is_today() -> None:
    assert drafted(role("A"), today=REFORM) == [("draft", "N", ["N"])]
    assert drafted(role("A")) == [("draft", "P", ["P"])]
    assert drafted(role("C")) == [("draft", "M", ["M"])]  # the only one that follows


def test_a_reform_that_is_to_come_is_drafted_for_its_first_day() -> None:
    (draft,) = moving.drafts([person(role("A"))], FOUND, REGISTRY, date(2025, 6, 1), {})

    assert draft.asked == NewGrant("officer", "N", REFORM)


def test_with_several_heirs_and_none_declared_an_operator_chooses() -> None:
    assert drafted(role("B"), today=REFORM) == [("choose", None, ["N", "M"])]  # by code: N has A
    assert drafted(role("B"), chosen={"B": "M"}) == [("draft", "M", ["M", "P"])]
    assert drafted(role("B"), chosen={"B": "D"})[0][0] == "choose"  # D does not follow B


def test_a_role_is_never_drafted_above_the_old_unit_unless_it_is_chosen() -> None:
    assert drafted(role("184", "reviewer")) == [("choose", None, ["20"])]
    assert drafted(role("184", "reviewer"), chosen={"184": "20"}) == [("draft", "20", ["20"])]


def test_roles_elsewhere_or_over_or_revoked_are_not_moved() -> None:
    assert drafted(role("D"), role(None, "operator"), role("A", ends=date(2026, 1, 1)), replace(role("A"), is_revoked=True)) == []


def test_the_new_role_keeps_its_end_and_begins_today() -> None:
    (draft,) = moving.drafts([person(role("A", ends=date(2027, 1, 1)))], FOUND, REGISTRY, TODAY, {})

    assert draft.asked == NewGrant("officer", "P", TODAY, date(2027, 1, 1))


def test_a_role_that_was_moved_is_done() -> None:
    assert drafted(role("A"), role("P", begins=TODAY))[0][0] == "done"


@pytest.mark.parametrize(
    ("text", "ids"), [("B=M", ("B", "M")), ("A=P", ("A", "P")), ("B=A", None), ("B=D", None), ("D=M", None), ("B", None), ("", None)]
)
def test_a_choice_names_an_ended_unit_and_one_that_follows_it(text: str, ids: tuple[str, str] | None) -> None:
    chosen = moving.choice(text, FOUND, REGISTRY, TODAY)

    assert (None if isinstance(chosen, Refusal) else chosen) == ids
