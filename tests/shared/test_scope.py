"""What each kind of principal reads: by role, by regime, through reforms."""

from datetime import date
from functools import cache

import pytest

from shared.words import grants
from shared.words.principals import FeedScope, Grant, PersonPrincipal, Principal, ReceiverPrincipal, Right, Role, UnitPrincipal
from shared.words.reference import Reference, Setting
from shared.words.scope import Scope
from tests import seeds

BEFORE = date(2025, 5, 5)
AFTER = date(2025, 11, 26)
CT27 = "ct27-van-quan"
NQ68 = "nq68-quang-binh"
VHTT = "vhtt-van-quan"


def unit(unit_id: str, *may: Right) -> UnitPrincipal:
    return UnitPrincipal(unit_id, "c1", frozenset(may or ("send", "read")))


def person(*held: tuple[Role, str | None]) -> PersonPrincipal:
    return PersonPrincipal("p1", "an", "An", [Grant(str(at), role, where, date(2020, 1, 1)) for at, (role, where) in enumerate(held)], "s")


@cache
def known() -> Reference:
    return seeds.reformed_reference()


def setting(regime: str = CT27, period: str = "2024") -> Setting:
    found = known().setting(regime, period)
    assert found is not None
    return found


def scope(principal: Principal, today: date = BEFORE) -> Scope:
    return Scope.of(principal, known(), today)


def test_a_unit_reads_its_own_report_and_no_siblings() -> None:
    own = scope(unit("06253"))
    assert own.reads_report(setting(), "06253")
    assert not own.reads_report(setting(), "06256")


def test_a_key_that_may_only_send_reads_nothing() -> None:
    silent = scope(unit("06253", "send"))
    assert not silent.reads_report(setting(), "06253")
    assert not silent.reads_public


def test_a_reporter_sees_the_totals_of_the_unit_above_without_what_is_below_them() -> None:
    for principal in (unit("06253"), person(("officer", "06253"))):
        own = scope(principal)
        assert own.reads_view(setting(), "184")
        assert not own.reads_below(setting(), "184")
        assert not own.reads_view(setting(), "20")


def test_the_unit_above_is_not_shown_where_the_regime_does_not_say_so() -> None:
    assert setting(VHTT).regime.reporters_see == "none"
    assert not scope(unit("06253")).reads_view(setting(VHTT), "184")


def test_a_unit_that_does_not_report_sees_no_totals_above_it() -> None:
    assert not scope(unit("450")).reads_view(setting(NQ68), "44")


def test_the_software_of_a_unit_reads_the_view_that_it_confirms() -> None:
    own = scope(unit("450"))
    assert own.reads_view(setting(NQ68), "450")
    assert not own.reads_below(setting(NQ68), "450")


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
def test_a_reviewer_and_a_viewer_read_the_subtree(role: Role) -> None:
    own = scope(person((role, "184")))
    assert own.reads_below(setting(), "184")
    assert own.reads_report(setting(), "06253")
    assert own.reads_report(setting(), "184-VHTT")
    assert not own.reads_view(setting(), "20")
    assert not own.reads_report(setting(NQ68), "44-SYT")


def test_a_recipient_reads_everything_under_within_in_that_regime_only() -> None:
    own = scope(person(("reviewer", "184-TCKH")))
    assert own.reads_below(setting(), "184")
    assert own.reads_report(setting(), "06253")
    assert not own.reads_report(setting(VHTT), "06253")
    assert not own.reads_view(setting(), "20")


def test_the_unit_on_whose_behalf_reports_are_received_reads_them_too() -> None:
    own = scope(person(("viewer", "44")))
    assert own.reads_below(setting(NQ68), "44")


def test_a_recipient_reads_the_view_that_it_confirms_and_reporters_beside_the_area() -> None:
    own, after = scope(person(("reviewer", "44-SNV-2025")), AFTER), setting(NQ68, "2025")
    assert after.regime.within == "44-QB"
    assert own.reads_below(after, after.tree.by_code["44"].id)
    assert own.reads_report(after, after.tree.by_code["44-SYT"].id)
    elsewhere = {unit.id for unit in after.tree.subtree(after.tree.by_code["44"].id) if unit.level == "commune"} - after.groups.keys()
    assert elsewhere
    assert not any(own.reads_report(after, commune) for commune in elsewhere)


def test_an_officer_of_the_recipient_reads_only_its_own() -> None:
    assert not scope(person(("officer", "184-TCKH"))).reads_report(setting(), "06253")


def test_an_operator_reads_no_figures() -> None:
    own = scope(person(("operator", None)))
    assert not own.reads_figures
    assert own.reads_public
    assert not own.reach(setting()).views


def test_an_area_is_read_when_all_its_members_are_in_scope() -> None:
    after = setting(CT27, "2025")
    [area] = [unit.id for unit in after.tree.by_id.values() if unit.code == "184-VQ"]
    members = [unit.id for unit in after.tree.members[area]]
    whole = scope(person(*(("viewer", member) for member in members)), AFTER)
    part = scope(person(*(("viewer", member) for member in members[1:])), AFTER)
    assert whole.reads_below(after, area)
    assert not part.reads_view(after, area)
    assert scope(person(("viewer", after.tree.by_code["20"].id)), AFTER).reads_below(after, area)


def test_after_a_reform_heirs_read_what_their_sources_reported() -> None:
    [heir] = {edge.new for edge in known().registry.lineage.out_of("06274") if edge.is_heir}
    sources = {edge.old for edge in known().registry.lineage.into(heir) if edge.is_heir}
    for principal in (unit(heir), person(("officer", heir)), person(("reviewer", heir))):
        own = scope(principal, AFTER)
        assert sources == {source for source in setting().tree.by_id if own.reads_report(setting(), source)}


def test_a_reviewer_at_the_province_of_an_heir_reads_what_its_sources_reported() -> None:
    province = known().registry.at(AFTER).by_code["44"].id
    own = scope(person(("reviewer", province)), AFTER)
    assert own.reads_below(setting(NQ68), "44")
    assert own.reads_below(setting(NQ68), "450")
    assert not own.reads_report(setting(), "06253")


def test_the_heir_of_a_recipient_reads_what_the_recipient_received() -> None:
    heir = known().registry.acting("184-TCKH", AFTER)
    assert heir is not None
    assert scope(person(("reviewer", heir.id)), AFTER).reads_report(setting(), "06253")


def test_before_a_reform_units_read_what_their_heirs_will_report() -> None:
    heir = known().registry.acting("06274", AFTER)
    assert heir is not None
    assert scope(unit("06274"), BEFORE).reads_report(setting(CT27, "2025"), heir.id)
    assert not scope(unit("06277"), BEFORE).reads_report(setting(CT27, "2025"), "06253")


def test_nothing_holds_at_a_unit_that_has_ended() -> None:
    assert not scope(person(("reviewer", "184")), AFTER).reads_figures
    assert not scope(unit("06274"), AFTER).reads_figures


def test_a_role_holds_from_its_first_day_until_the_day_before_its_end() -> None:
    held = Grant("g", "viewer", "20", date(2025, 1, 1), date(2025, 2, 1))
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 1, 31), date(2025, 2, 1)]
    assert [bool(grants.effective([held], known().registry, day)) for day in days] == [False, True, True, False]


def test_a_receiver_reads_its_feeds_and_nothing_else() -> None:
    own = scope(ReceiverPrincipal("tinh", "c1", [FeedScope("20", CT27)]))
    assert own.reads_feed("20", CT27)
    assert not own.reads_feed("20", VHTT)
    assert not own.reads_feed("44", CT27)
    assert not own.reads_public
    assert not own.reach(setting()).views


def test_the_feed_of_a_province_is_read_by_whoever_reads_all_of_the_province() -> None:
    assert scope(person(("viewer", "20"))).reads_feed("20", CT27)
    assert not scope(person(("viewer", "184"))).reads_feed("20", CT27)
    assert not scope(person(("reviewer", "184-TCKH"))).reads_feed("20", CT27)
    assert not scope(unit("20")).reads_feed("20", CT27)


def test_all_tops_together_are_everything() -> None:
    tree = known().registry.at(BEFORE)
    tops = [found.id for found in tree.by_id.values() if found.parent not in tree.by_id and found.id not in tree.members]
    assert scope(person(*(("viewer", top) for top in tops))).reach(setting()).is_everything
    assert not scope(person(*(("viewer", top) for top in tops[1:]))).reach(setting()).is_everything
