"""The rule of the approver inside a unit, and the states of a draft under it: pure."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from services.portal.domain import approval, drafts
from services.portal.domain.approval import FREE, Approving, Locked
from services.portal.domain.drafts import Conflict, Draft, Handed, Saving, SentBack, Typed, Writer
from services.portal.domain.entering import Entering
from shared.words import granting, grants
from shared.words.granting import MACHINE, NewGrant
from shared.words.people import Person
from shared.words.principals import Grant
from tests import seeds

TODAY = date(2026, 11, 27)
AT = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)
UNIT = "06253"
LAN, HOA = Writer("lan", "Lan", "window-lan"), Writer("hoa", "Hoa", "window-hoa")
REGISTRY = seeds.first_reference().registry
OWN = Entering(UNIT, False, None)
OFFICER, APPROVER = Approving(("Hoa",)), Approving(("Hoa",), is_approver=True)


def holder(name: str = "hoa", unit: str = UNIT, *, is_approver: bool = True, ends: date | None = None, **more: object) -> Person:
    grant = Grant("g", "officer", unit, date(2020, 1, 1), ends, is_approver=is_approver, is_revoked=bool(more.get("is_revoked")))
    return Person(name, name, name.title(), "", (grant,), 1, AT, revoked_at=AT if more.get("is_gone") else None)


def draft(**more: object) -> Draft:
    typed = {"v.a": Typed("5", LAN, AT, 3)}
    return replace(Draft(3, 1, typed, LAN, AT, AT), **more)  # type: ignore[arg-type]


def save(by: Approving, last: Draft, writer: Writer = LAN) -> object:
    return approval.guarded(last, by, lambda one: drafts.saved(one, Saving(last.version, {"v.a": "6"}, writer, AT), {}, 1))


@pytest.mark.parametrize(
    ("people", "asks", "expected"),
    [
        ([], "lan", Approving()),
        ([holder()], "lan", Approving(("Hoa",))),
        ([holder()], "hoa", Approving(("Hoa",), is_approver=True)),
        ([holder(), holder("binh")], "binh", Approving(("Hoa", "Binh"), is_approver=True)),
        ([holder(ends=TODAY)], "lan", Approving()),  # its last day was yesterday
        ([holder(is_revoked=True)], "lan", Approving()),
        ([holder(is_gone=True)], "lan", Approving()),
        ([holder(is_approver=False)], "hoa", Approving()),
        ([holder(unit="20")], "hoa", Approving()),  # at another unit
    ],
    ids=["nobody", "somebody", "himself", "two", "ended", "revoked", "gone", "plain", "elsewhere"],
)
def test_a_unit_wants_approval_while_somebody_holds_the_role_there(people: list[Person], asks: str, expected: Approving) -> None:
    found = approval.approving(asks, OWN, people, REGISTRY, TODAY)
    assert found == expected
    assert found.may_send == (found.is_approver or not found.approvers)


def test_who_enters_a_report_on_behalf_is_not_asked() -> None:
    assert approval.approving("lan", Entering(UNIT, False, "184"), [holder()], REGISTRY, TODAY) == FREE


def test_a_draft_that_waits_is_locked_for_all_but_the_approver() -> None:
    waiting = draft(handed=Handed(LAN, AT))
    assert save(OFFICER, waiting) == Locked(Handed(LAN, AT))
    changed = save(APPROVER, waiting, HOA)
    assert isinstance(changed, Draft)
    assert (changed.texts["v.a"], changed.handed) == ("6", waiting.handed)  # the approver corrects it, and it still waits


def test_once_nobody_approves_any_more_a_draft_that_waited_is_an_ordinary_one() -> None:
    waiting = draft(handed=Handed(LAN, AT))
    assert FREE.waiting(waiting) is None
    changed = save(FREE, waiting)
    assert isinstance(changed, Draft)
    assert changed.handed is None  # an approver of tomorrow does not find a hand-in of today


def test_a_draft_goes_from_hand_to_hand_and_every_step_is_a_version() -> None:
    handed = approval.handed_in(draft(), 3, LAN, AT)
    assert isinstance(handed, Draft)
    back = approval.given_back(handed, HOA, AT, "Xem lại số lớp")
    assert isinstance(back, Draft)
    again = approval.handed_in(back, 5, LAN, AT)
    assert isinstance(again, Draft)
    taken = approval.taken_back(again)
    assert isinstance(taken, Draft)
    states = [(one.version, bool(one.handed), one.sent_back and one.sent_back.note) for one in (handed, back, again, taken)]
    assert states == [(4, True, None), (5, False, "Xem lại số lớp"), (6, True, None), (7, False, None)]
    assert back.sent_back == SentBack(HOA, AT, "Xem lại số lớp")
    assert all(one.texts == {"v.a": "5"} for one in (handed, back, again, taken))


@pytest.mark.parametrize("last", [None, draft(ended="sent"), draft(version=4)], ids=["none", "ended", "changed"])
def test_only_the_draft_that_was_seen_is_handed_in(last: Draft | None) -> None:
    assert isinstance(approval.handed_in(last, 3, LAN, AT), Conflict)


def test_what_does_not_wait_is_neither_given_back_nor_changed_by_taking_it_back() -> None:
    mine = draft()
    assert isinstance(approval.given_back(mine, HOA, AT, "x"), Conflict)
    assert approval.taken_back(mine) is mine
    ended = draft(ended="sent", handed=Handed(LAN, AT))
    assert isinstance(approval.taken_back(ended), Conflict)
    assert (OFFICER.waiting(ended), OFFICER.lock(None)) == (None, None)


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("Sửa ô 3", None),
        ("", "approval.no_note"),
        (" \u200b", "approval.no_note"),
        ("x" * 2_001, "approval.long_note"),
        ("a\x00", "text.control_character"),
        ("a\u202eb", "text.control_character"),
    ],
    ids=["fine", "empty", "invisible", "long", "control", "bidi"],
)
def test_a_note_is_a_text_that_can_be_read(note: str, code: str | None) -> None:
    assert [fault.code for fault in approval.note_faults(note)] == ([code] if code else [])


def test_only_an_officer_approves_and_the_flag_makes_another_role() -> None:
    def asked(role: str, unit: str | None, *, is_approver: bool = True) -> NewGrant:
        return NewGrant(role, unit, TODAY, is_approver=is_approver)  # type: ignore[arg-type]

    def faults(role: str, unit: str | None) -> list[str]:
        return [fault.code for fault in granting.faults(MACHINE, "q", asked(role, unit), REGISTRY, TODAY)]

    assert faults("officer", UNIT) == []
    for role, unit in (("reviewer", UNIT), ("viewer", UNIT), ("operator", None)):
        assert faults(role, unit) == ["role.approver_is_officer"]
    for held, wanted in product((False, True), repeat=2):
        has = granting.has_already(holder(is_approver=held), asked("officer", UNIT, is_approver=wanted))
        assert has == (held or not wanted)
    viewer = Grant("v", "viewer", UNIT, date(2020, 1, 1), is_approver=True)  # such a document was not written by us
    assert grants.approves_at([viewer], REGISTRY, TODAY) == []
