"""Who grants which role to whom, and who changes an account: every combination of roles, units and persons."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from shared.words import granting, grants
from shared.words.granting import MACHINE, Granter, NewGrant
from shared.words.lineage import Edge, Lineage
from shared.words.people import Person
from shared.words.principals import ROLES, Grant, PersonPrincipal, Role
from shared.words.units import Area, Registry, Unit

BEGAN, REFORM, TODAY = date(2024, 1, 1), date(2025, 7, 1), date(2026, 11, 26)


def unit(unit_id: str, parent: str | None, *, code: str = "", begins: date = BEGAN, ends: date | None = None) -> Unit:
    return Unit(unit_id, code or unit_id, f"Xã {unit_id}", "commune", "peoples_committee", parent, begins, ends)


REGISTRY = Registry(
    [
        unit("20", None),
        unit("184", "20", ends=REFORM),
        unit("06253", "184", ends=REFORM),  # its code passes to another unit
        unit("06253-2025", "20", code="06253", begins=REFORM),
        unit("X", "20"),
        unit("X1", "X"),
        unit("Y", "20"),
        unit("27", None, begins=date(2027, 1, 1)),
        unit("44", None),
    ],
    [Area("VQ", "VQ", "Địa bàn Văn Quan", ("X1", "Y"), BEGAN)],
    Lineage([Edge("06253", "X", REFORM, "whole", is_heir=True), Edge("184", "20", REFORM, "none")]),
)
CURRENT = ("20", "X", "X1", "Y", "06253-2025", "44")
BELOW = {"20": {"20", "X", "X1", "Y", "06253-2025"}, "X": {"X", "X1"}, "44": {"44"}}


def having(*held: tuple[Role, str | None], person: str = "p", begins: date = BEGAN, ends: date | None = None) -> PersonPrincipal:
    roles = tuple(Grant(f"g{number}", role, unit, begins, ends) for number, (role, unit) in enumerate(held))
    return PersonPrincipal(person, person, "Nguyễn Văn A", roles, "s")


def account(*held: tuple[Role, str | None], person: str = "q", begins: date = BEGAN, ends: date | None = None) -> Person:
    roles = having(*held, begins=begins, ends=ends).grants
    return Person(person, person, "Trần Thị B", "", tuple(roles), 1, datetime(2026, 1, 1, tzinfo=UTC))


def by(*held: tuple[Role, str | None], person: str = "p", begins: date = BEGAN, ends: date | None = None) -> Granter:
    return granting.granter(having(*held, person=person, begins=begins, ends=ends), REGISTRY, TODAY)


def codes(granter: Granter, role: Role, at: str | None, to: str = "q", begins: date = TODAY, ends: date | None = None) -> list[str]:
    return [fault.code for fault in granting.faults(granter, to, NewGrant(role, at, begins, ends), REGISTRY, TODAY)]


ASKED: list[tuple[Role, str | None]] = [("operator", None), *((role, at) for role, at in product(ROLES, CURRENT) if role != "operator")]


@pytest.mark.parametrize(("role", "at"), ASKED)
@pytest.mark.parametrize("own", [("officer", "20"), ("viewer", "20"), ("reviewer", "20"), ("reviewer", "X"), ("reviewer", "44"), None])
def test_reviewers_grant_officer_and_viewer_below_them_and_others_nothing(own: tuple[Role, str] | None, role: Role, at: str | None) -> None:
    granter = by(own) if own else by()
    is_allowed = own is not None and own[0] == "reviewer" and role in ("officer", "viewer") and at in BELOW[own[1]]

    assert codes(granter, role, at) == ([] if is_allowed else ["role.not_yours"])
    assert codes(granter, role, at, to="") == ([] if is_allowed else ["role.not_yours"])  # to a new person


@pytest.mark.parametrize(("role", "at"), ASKED)
def test_an_operator_grants_any_role_to_others_and_none_to_himself(role: Role, at: str | None) -> None:
    for granter in (by(("operator", None)), MACHINE):
        assert codes(granter, role, at) == []
    assert codes(by(("operator", None)), role, at, to="p") == ["role.own"]
    assert codes(by(("reviewer", "20")), role, at, to="p") == ["role.own"]


def test_only_roles_that_hold_today_grant() -> None:
    assert codes(by(("reviewer", "20"), begins=date(2026, 11, 27)), "officer", "X") == ["role.not_yours"]
    assert codes(by(("reviewer", "20"), ends=TODAY), "officer", "X") == ["role.not_yours"]
    assert codes(by(("operator", None), ends=TODAY), "officer", "X") == ["role.not_yours"]
    assert codes(by(("reviewer", "184")), "officer", "06253") == ["role.not_yours"]  # ended with the reform


def test_the_subtree_is_that_of_today() -> None:
    assert codes(by(("reviewer", "20")), "officer", "06253-2025") == []
    assert codes(by(("reviewer", "20")), "officer", "06253") == ["role.not_yours"]
    assert codes(by(("reviewer", "20"), ("reviewer", "44")), "officer", "44") == []


@pytest.mark.parametrize(
    ("role", "at", "begins", "ends", "code"),
    [
        ("operator", "20", TODAY, None, "role.operator_has_no_unit"),
        ("officer", None, TODAY, None, "role.needs_unit"),
        ("officer", "99999", TODAY, None, "role.unknown_unit"),
        ("officer", "VQ", TODAY, None, "role.unknown_unit"),  # an area
        ("officer", "06253", TODAY, None, "role.unit_ended"),
        ("officer", "06253", date(2025, 1, 1), None, "role.unit_ended"),  # it would hold on no day to come
        ("officer", "27", TODAY, None, "role.unit_not_begun"),
        ("officer", "27", date(2027, 1, 1), None, ""),
        ("officer", "X", TODAY, TODAY, "role.ends_too_early"),
        ("officer", "X", date(2026, 1, 1), date(2026, 6, 1), "role.ends_too_early"),
        ("officer", "X", date(2026, 12, 1), date(2026, 11, 30), "role.ends_too_early"),
        ("officer", "X", TODAY, date(2026, 11, 27), ""),
    ],
)
def test_a_role_is_at_a_unit_that_exists_and_holds_on_some_day(
    role: Role, at: str | None, begins: date, ends: date | None, code: str
) -> None:
    assert codes(MACHINE, role, at, begins=begins, ends=ends) == ([code] if code else [])


def test_the_refusal_for_an_ended_unit_names_its_heir() -> None:
    (fault,) = granting.faults(MACHINE, "q", NewGrant("officer", "06253", TODAY), REGISTRY, TODAY)

    assert "01/07/2025" in fault.message_vi
    assert "Xã X" in fault.message_vi


def test_a_code_is_that_of_the_day_and_an_area_is_no_unit() -> None:
    assert granting.named("06253", REGISTRY, TODAY) == "06253-2025"
    assert granting.named("06253", REGISTRY, date(2025, 6, 30)) == "06253"
    assert [granting.named(name, REGISTRY, TODAY) for name in ("184", "VQ", "nowhere")] == ["184", "VQ", "nowhere"]


@pytest.mark.parametrize(
    ("held", "may_see", "may_change"),
    [
        ([("officer", "X1")], True, True),
        ([("officer", "X1"), ("viewer", "X")], True, True),
        ([("officer", "Y")], False, False),
        ([("officer", "X1"), ("officer", "Y")], True, False),
        ([("reviewer", "X1")], True, False),
        ([("viewer", "X"), ("reviewer", "20")], True, False),
        ([("viewer", "X"), ("operator", None)], True, False),
        ([("operator", None)], False, False),
        ([], False, False),
    ],
)
def test_a_reviewer_changes_only_accounts_all_of_whose_roles_he_may_grant(
    held: list[tuple[Role, str | None]], may_see: bool, may_change: bool
) -> None:
    reviewer, operator = by(("reviewer", "X")), by(("operator", None))

    assert (reviewer.may_see(account(*held)), reviewer.may_change(account(*held), TODAY)) == (may_see, may_change)
    assert (operator.may_see(account(*held)), operator.may_change(account(*held), TODAY)) == (True, True)
    assert not by(("officer", "X")).may_see(account(*held))
    assert not operator.may_change(account(*held, person="p"), TODAY)  # himself


def test_roles_that_are_over_or_revoked_do_not_protect_an_account_but_those_to_come_do() -> None:
    reviewer = by(("reviewer", "X"))
    officer = account(("officer", "X1"))
    above = Grant("g9", "reviewer", "20", BEGAN)

    for changed, may in (
        (replace(above, ends=TODAY), True),
        (replace(above, is_revoked=True), True),
        (replace(above, begins=REFORM), False),
    ):
        assert reviewer.may_change(replace(officer, grants=(*officer.grants, changed)), TODAY) is may
    assert not reviewer.may_change(replace(officer, grants=(*officer.grants, replace(above, begins=date(2030, 1, 1)))), TODAY)


def test_a_role_ends_with_its_unit_by_itself_and_never_passes_to_an_heir_or_to_the_new_bearer_of_the_code() -> None:
    held = having(("officer", "06253"), ("reviewer", "184"), ("officer", "X"), ("operator", None), ("officer", "27")).grants

    assert [grant.unit for grant in grants.effective(held, REGISTRY, date(2025, 6, 30))] == ["06253", "184", "X", None]
    assert [grant.unit for grant in grants.effective(held, REGISTRY, REFORM)] == ["X", None]
    assert [grant.unit for grant in grants.effective(held, REGISTRY, date(2027, 1, 1))] == ["X", None, "27"]


def test_a_role_that_somebody_has_already_is_seen() -> None:
    person = account(("officer", "X"), ends=date(2027, 1, 1))

    assert granting.has_already(person, NewGrant("officer", "X", TODAY, date(2027, 1, 1)))
    assert not granting.has_already(person, NewGrant("officer", "X", TODAY))  # without an end
    assert not granting.has_already(person, NewGrant("viewer", "X", TODAY, date(2027, 1, 1)))
    assert not granting.has_already(person, NewGrant("officer", "Y", TODAY, date(2027, 1, 1)))
