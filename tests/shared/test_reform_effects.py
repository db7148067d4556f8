"""What a reform does, counted by hand on the reform of two provinces (`tests/effects_builders.py`)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.words import reform_effects, reform_plan
from shared.words.periods import VIETNAM
from shared.words.reform_effects import Effects, Owed, Rules, Stored
from shared.words.reform_events import RefusedEvent
from shared.words.regimes import Regime
from shared.words.units import Contact
from tests import builders
from tests.builders import Event
from tests.effects_builders import before, merger, on_call, plan_of, regime, two_provinces

LAST_MOMENT = datetime(2025, 6, 30, 23, 59, 59, tzinfo=VIETNAM)
FIRST_MOMENT = datetime(2025, 7, 1, tzinfo=VIETNAM)
SAID: dict[str, Any] = {"changes": [{"from": "2025-07-01", "recipient": "52-STC", "within": "52"}]}


def effects(*files: Regime, heir_of_t: str = "?", stored: Stored | None = None) -> Effects:
    loaded = files or (regime(),)
    plan = plan_of(merger(heir_of_t))
    return reform_effects.of_plan(before(*loaded), Rules(loaded), plan, stored or Stored())


def stored(*events: tuple[Event, datetime], **about: Any) -> Stored:
    return Stored([builders.logged(event, received=received) for event, received in events], **about)


def report(unit: str, period: str = "2025", regime_id: str = "nam", **about: Any) -> Event:
    return builders.submitted(unit, regime=regime_id, period=period, **about)


def test_a_code_means_another_unit_if_its_bearer_ends_and_a_new_unit_has_it() -> None:
    assert [(one.code, one.was.name, one.now.id) for one in effects().meanings] == [
        ("52", "Tỉnh Bình Định", "52-2025"),
        ("52-STC", "Sở Tài chính Bình Định", "52-STC-2025"),
        ("Q", "Xã Q", "Q-2025"),
        ("S", "Xã S", "S-2025"),
    ]


def test_units_end_go_on_and_begin() -> None:
    found = effects()
    assert [one.unit.id for one in found.ended] == ["52", "52-STC", "540", "630", "64", "64-STC", "Q", "R", "S", "T"]
    assert [row.id for row in found.goes_on] == ["P"]
    assert [row.id for row in found.begun] == ["52-2025", "52-STC-2025", "Q-2025", "S-2025", "U"]
    assert {one.unit.id: one.heir.id for one in found.ended if one.heir is not None}["R"] == "Q-2025"


def test_red_team_21_units_without_a_contact_are_listed_and_none_is_copied() -> None:
    plan = plan_of().with_contacts({"Q-2025": (Contact("Văn phòng", "", "q@bao-cao.example"),)})
    found = reform_effects.of_plan(before(), Rules([regime()]), plan)
    assert [unit.id for unit in found.silent] == ["52-2025", "52-STC-2025", "S-2025", "U"]


def test_red_team_06_the_feed_of_each_ended_province_leads_to_its_heir() -> None:
    assert [(old.id, new.id) for old, new in effects().routes] == [("52", "52-2025"), ("64", "52-2025")]


def test_duties_pass_to_heirs_or_are_dropped_or_begin() -> None:
    (moves,) = effects(regime(**SAID)).moves
    assert (moves.regime, moves.periods, moves.task) == ("nam", ("2025", "2026"), "report")
    assert (moves.stay, moves.moved, moves.dropped, moves.begun) == (1, (("Q", "Q-2025"),), (), ("S-2025", "U"))


def test_duties_are_dropped_if_the_heir_is_not_asked() -> None:
    districts = regime(reporters={"huyen": {"label": "huyện", "level": "district"}}, obligation={"deadlines": {"huyen": {"by": "12-20"}}})
    (moves,) = effects(districts).moves
    assert (moves.stay, moves.moved, moves.dropped, moves.begun) == (0, (), ("540",), ())


def test_a_group_and_an_entry_of_confirm_that_lose_all_their_units_are_said() -> None:
    obligation = {"deadlines": {"huyen": {"by": "12-20"}}, "confirm": {"level": "district", "by": "12-25"}}
    districts = regime(reporters={"huyen": {"label": "huyện", "level": "district"}}, obligation=obligation)
    assert [(one.task, one.name, one.periods) for one in effects(districts).emptied] == [
        ("report", "huyen", ("2025", "2026")),
        ("confirm", "district", ("2025", "2026")),
    ]


def test_red_team_11_reports_of_units_that_end_are_the_early_block_of_a_period_that_spans_the_first_day() -> None:
    found = effects(stored=stored((report("P"), LAST_MOMENT), (report("Q"), LAST_MOMENT), (report("Q", "2024"), LAST_MOMENT)))
    assert [(one.period, one.early, one.later) for one in found.uncounted] == [("2025", ("Q",), ())]


def test_a_report_that_did_not_count_is_not_lost() -> None:
    returned = builders.returned("Q", sender="52-STC", regime="nam", period="2025")
    found = effects(stored=stored((report("Q"), LAST_MOMENT), (returned, LAST_MOMENT), (report("R"), LAST_MOMENT)))
    assert found.uncounted == ()


def test_red_team_13_a_report_received_after_the_first_day_counts_for_the_new_bearer_of_the_code() -> None:
    found = effects(stored=stored((report("Q"), FIRST_MOMENT)))
    assert found.uncounted == ()
    assert [(one.kind, one.regime, one.period, one.events, one.senders) for one in found.differing] == [
        ("own_after_end", "nam", "2025", 1, ("Q",))
    ]


def test_red_team_13_a_report_received_after_the_first_day_counts_no_more_if_nobody_has_the_code() -> None:
    found = effects(regime(within="64"), stored=stored((report("R"), FIRST_MOMENT)))
    assert [(one.early, one.later) for one in found.uncounted] == [((), ("R",))]


def test_red_team_13_what_was_refused_while_the_reform_was_not_registered_is_listed_by_kind() -> None:
    late = round(FIRST_MOMENT.timestamp() * 1000)
    refused = [
        RefusedEvent("Q-2025", late, frozenset({"event.missing_field"})),
        RefusedEvent("Q", late, frozenset({"report.unknown_unit"}), "nam", "2025"),
        RefusedEvent("Q", late, frozenset({"report.not_a_successor"}), "nam", "2024"),
        RefusedEvent("Q", late, frozenset({"report.wrong_kind"}), "nam", "2025"),
        RefusedEvent("Q", late - 1, frozenset({"report.unknown_unit"}), "nam", "2025"),
    ]
    found = effects(stored=Stored(refused=refused)).differing
    assert [(one.kind, one.regime, one.period, one.senders) for one in found] == [
        ("as_successor", "nam", "2024", ("Q",)),
        ("unknown_code", "", "", ("Q-2025",)),
        ("unknown_code", "nam", "2025", ("Q",)),
    ]


def test_red_team_12_an_on_call_period_answered_in_may_keeps_its_units_and_its_reports() -> None:
    opened = builders.opened(sender="52-STC", regime="khi-can", period="2025", deadline="2025-05-20")
    events = stored((opened, LAST_MOMENT), (report("Q", regime_id="khi-can"), LAST_MOMENT))
    found = effects(on_call(), stored=events)
    assert {pair: f"{day}" for pair, day in found.pins.items()} == {("khi-can", "2025"): "2025-06-30"}
    assert (found.uncounted, found.moves, found.changed_views) == ((), (), ())


def test_an_on_call_period_that_is_due_after_the_first_day_passes_to_the_new_units() -> None:
    opened = builders.opened(sender="52-STC", regime="khi-can", period="2025", deadline="2025-07-20")
    events = stored((opened, LAST_MOMENT), (report("Q", regime_id="khi-can"), LAST_MOMENT))
    found = effects(on_call(), stored=events)
    assert found.pins == {}
    assert [one.early for one in found.uncounted] == [("Q",)]
    assert [move.periods for move in found.moves] == [("2025",)]


def test_no_view_with_an_earlier_reference_day_changes() -> None:
    assert effects().changed_views == ()


def test_a_plan_that_changed_the_day_before_would_be_found_out() -> None:
    plan = plan_of()
    too_early = [row for row in plan.begun if row.id != "U"]
    wrong = replace(
        plan, begun=(*too_early, *(replace(row, valid_from=row.valid_from.replace(year=2024)) for row in plan.begun if row.id == "U"))
    )
    assert reform_effects.of_plan(before(), Rules([regime()]), wrong).changed_views == (("nam", "2024"),)


def test_a_regime_that_changes_with_the_reform_is_judged_by_what_it_says_then() -> None:
    plan = plan_of()
    assert [one.name.field for one in reform_effects.of_plan(before(), Rules([regime()]), plan).rebound] == ["recipient", "within"]
    with_changes = reform_effects.of_plan(before(), Rules([regime()], [regime(**SAID)]), plan)
    assert (with_changes.rebound, with_changes.changed_views) == ((), ())


def test_nobody_acts_for_a_unit_whose_heir_is_open_and_its_duties_wait() -> None:
    owed = [Owed("nam-64", "2024", "T", "report"), Owed("nam-64", "2024", "R", "report"), Owed("nam-64", "2025", "T", "report")]
    found = effects(regime("nam-64", within="64"), stored=Stored(owed=owed))
    (open_heir,) = found.open_heirs
    assert (open_heir.unit.id, [unit.id for unit in open_heir.followers]) == ("T", ["S-2025", "U"])
    assert open_heir.waiting == (owed[0],)
    assert found.heirs_complete == (owed[1],)


def test_a_declared_heir_is_not_open() -> None:
    assert effects(heir_of_t="x").open_heirs == ()


def test_the_effects_are_the_same_whatever_the_order_of_the_lines_is() -> None:
    content = merger()
    turned = replace(content, lines=tuple(reversed(content.lines)), units=tuple(reversed(content.units)))
    plans = [reform_plan.make(files, two_provinces()) for files in (content, turned)]
    one, other = (reform_effects.of_plan(before(), Rules([regime()]), plan) for plan in plans)
    assert one == other
