"""What a view says of its reports: who has reported and when, what is summed, what is estimated, whether a target is met."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from services.aggregate.domain import kinds
from shared.wire import events
from shared.wire.events import Logged
from shared.words.reference import Reference
from shared.words.regime_parts import Indicator, Target
from shared.words.regimes import Regime
from shared.words.units import Registry
from tests import seeds
from tests.aggregate.folding import fold_of, submitted, view_of
from tests.aggregate.histories import DEADLINE_MS, PERIOD, REGIME, logged


@pytest.fixture(scope="session")
def reference() -> Reference:
    return seeds.near_reference()


def estimate(number: int, unit: str, estimated: list[str], revision: int = 1, **values: Any) -> Logged:
    """A report of which these figures are estimates."""
    data = {"revision": revision, "values": values, "status": dict.fromkeys(estimated, events.ESTIMATE)}
    return logged(events.SUBMITTED, unit, number, DEADLINE_MS - 1, data)


def test_views_stand_for_every_unit_above_a_reporter_when_nobody_has_reported(reference: Reference) -> None:
    reporting = view_of(reference, [])["reporting"]
    assert (reporting["expected"], reporting["received"], reporting["rate"]) == (22, 0, "0.0")
    assert len(reporting["missing"]) == 22
    assert view_of(reference, [], unit="20")["reporting"]["expected"] == 22


def test_a_report_received_on_the_stroke_of_the_deadline_is_late_one_millisecond_before_is_on_time(reference: Reference) -> None:
    on_time = submitted(1, "06253", received_ms=DEADLINE_MS - 1, gd_ngay_cong=1)
    late = submitted(2, "06256", received_ms=DEADLINE_MS, gd_ngay_cong=1)
    reporting = view_of(reference, [on_time, late])["reporting"]
    assert (reporting["received"], reporting["on_time"], reporting["late"]) == (2, 1, 1)


def test_a_corrected_name_another_target_and_a_measure_leave_the_hash_of_every_view(reference: Reference) -> None:
    history = [submitted(1, "06253", gd_ngay_cong=1, vh_nha_van_hoa_xa=True)]
    units = [dataclasses.replace(unit, name=f"{unit.name} (đã sửa)") for unit in reference.registry.units]
    regime = reference.regimes[REGIME]
    indicators = [
        one.model_copy(update={"measure": f"{one.measure} (đã sửa)", "target": Target(at_least="1", by="2031")})
        for one in regime.indicators
    ]
    file = regime.model_dump(exclude_defaults=True, by_alias=True) | {"indicators": [one.model_dump() for one in indicators]}
    changed = Regime.model_validate(file)
    corrected = dataclasses.replace(reference, registry=Registry(units), regimes={**reference.regimes, REGIME: changed})
    for unit in ("184", "20"):
        before, after = view_of(reference, history, unit), view_of(corrected, history, unit)
        assert before["unit"]["name"] != after["unit"]["name"]
        assert before["indicators"] != after["indicators"]
        assert before["hash"] == after["hash"]


def test_a_report_that_was_late_and_is_on_time_after_an_extension_leaves_the_hash(reference: Reference) -> None:
    late = submitted(1, received_ms=DEADLINE_MS, gd_ngay_cong=1)
    extended = logged(events.EXTENDED, "06253", 2, DEADLINE_MS + 1, {"until": "2026-12-25", "reason": "mưa lũ"})
    before, after = view_of(reference, [late]), view_of(reference, [late, extended])
    assert (before["reporting"]["late"], after["reporting"]["late"]) == (1, 0)
    assert before["hash"] == after["hash"]


def test_a_rate_is_the_ratio_of_sums(reference: Reference) -> None:
    history = [
        submitted(1, "06253", vh_nha_van_hoa_thon={"numerator": 1, "denominator": 1}),
        submitted(2, "06256", vh_nha_van_hoa_thon={"numerator": 0, "denominator": 9}),
    ]
    found = view_of(reference, history)["indicators"]["vh_nha_van_hoa_thon"]
    assert (found["numerator"], found["denominator"], found["percent"], found["reported"]) == (1, 10, "10.0", 2)


def test_a_figure_left_out_is_not_zero(reference: Reference) -> None:
    found = view_of(reference, [submitted(1, gd_ngay_cong=7)])["indicators"]
    assert (found["gd_ngay_cong"]["total"], found["gd_tien_tai_tro"]["total"]) == (7, None)


def test_a_sum_says_which_share_of_its_absolute_amount_is_estimated(reference: Reference) -> None:
    history = [
        estimate(1, "06253", ["gd_ngay_cong", "vh_nha_van_hoa_xa"], gd_ngay_cong=300, vh_nha_van_hoa_xa=True, gd_tien_tai_tro="5.000"),
        submitted(2, "06256", gd_ngay_cong=427, vh_nha_van_hoa_xa=False, gd_tien_tai_tro="5.000"),
        submitted(3, "06268", gd_ngay_cong=1, vh_nha_van_hoa_xa=True),
    ]
    found = view_of(reference, history)["indicators"]
    assert (found["gd_ngay_cong"]["estimated"], found["vh_nha_van_hoa_xa"]["estimated"]) == ("41.2", "33.3")
    assert "estimated" not in found["gd_tien_tai_tro"]


def test_a_ratio_says_which_share_of_its_denominator_is_estimated(reference: Reference) -> None:
    history = [
        estimate(1, "06253", ["vh_nha_van_hoa_thon"], vh_nha_van_hoa_thon={"numerator": 0, "denominator": 3}),
        submitted(2, "06256", vh_nha_van_hoa_thon={"numerator": 5, "denominator": 5}),
    ]
    assert view_of(reference, history)["indicators"]["vh_nha_van_hoa_thon"]["estimated"] == "37.5"


@pytest.mark.parametrize("values", [{"gd_ngay_cong": 0}, {"vh_nha_van_hoa_thon": {"numerator": 0, "denominator": 0}}], ids=["sum", "ratio"])
def test_an_estimate_of_nothing_is_no_share_of_a_sum(reference: Reference, values: dict[str, Any]) -> None:
    code = next(iter(values))
    assert "estimated" not in view_of(reference, [estimate(1, "06253", [code], **values)])["indicators"][code]


def test_an_official_revision_a_return_and_a_withdrawal_take_the_estimate_away(reference: Reference) -> None:
    first = estimate(1, "06253", ["gd_ngay_cong"], gd_ngay_cong=300)
    later = {
        "official": submitted(2, revision=2, gd_ngay_cong=300),
        "returned": logged(events.RETURNED, "06253", 3, DEADLINE_MS, {"revision": 1, "reason": "sai", "fix_by": "2026-12-30"}),
        "withdrawn": logged(events.WITHDRAWN, "06253", 4, DEADLINE_MS, {"revision": 2}),
    }
    other = submitted(9, "06256", gd_ngay_cong=100)
    assert view_of(reference, [first, other])["indicators"]["gd_ngay_cong"]["estimated"] == "75.0"
    for one in later.values():
        assert "estimated" not in view_of(reference, [first, other, one])["indicators"]["gd_ngay_cong"]
    official = view_of(reference, [first, other, later["official"]])
    assert official["hash"] == view_of(reference, [submitted(1, gd_ngay_cong=300), other])["hash"]
    assert official["hash"] != view_of(reference, [first, other])["hash"]


def test_a_correction_replaces_all_figures(reference: Reference) -> None:
    history = [submitted(1, revision=2, gd_ngay_cong=5), submitted(2, revision=1, gd_ngay_cong=7, gd_tien_tai_tro="1.500")]
    found = view_of(reference, history)["indicators"]
    assert (found["gd_ngay_cong"]["total"], found["gd_tien_tai_tro"]["total"]) == (5, None)


def test_a_returned_report_leaves_the_totals_until_a_later_revision(reference: Reference) -> None:
    back = logged(events.RETURNED, "06253", 9, DEADLINE_MS, {"revision": 1, "reason": "sai", "fix_by": "2026-12-30"})
    first, second = submitted(1, gd_ngay_cong=7), submitted(2, revision=2, gd_ngay_cong=8)
    assert view_of(reference, [first, back])["reporting"]["received"] == 0
    assert view_of(reference, [back, first, second])["indicators"]["gd_ngay_cong"]["total"] == 8


def test_a_return_of_a_revision_that_never_was_hides_nothing(reference: Reference) -> None:
    """Older logs hold some; ingest refuses them now."""
    back = logged(events.RETURNED, "06253", 9, DEADLINE_MS, {"revision": 53, "reason": "sai", "fix_by": "2026-12-30"})
    for revision in (1, 4, 52):
        assert view_of(reference, [submitted(1, revision=revision, gd_ngay_cong=7), back])["indicators"]["gd_ngay_cong"]["total"] == 7
    assert view_of(reference, [submitted(1, revision=53, gd_ngay_cong=7), back])["reporting"]["received"] == 0


def test_a_withdrawn_report_counts_as_not_received(reference: Reference) -> None:
    withdrawn = logged(events.WITHDRAWN, "06253", 9, DEADLINE_MS, {"revision": 2})
    view = view_of(reference, [submitted(1, gd_ngay_cong=7), withdrawn])
    assert (view["reporting"]["received"], view["indicators"]["gd_ngay_cong"]["total"]) == (0, None)
    assert "06253" in view["reporting"]["missing"]


def test_an_extension_makes_a_late_report_on_time(reference: Reference) -> None:
    late = submitted(1, received_ms=DEADLINE_MS + 1000, gd_ngay_cong=1)
    extended = logged(events.EXTENDED, "06253", 9, DEADLINE_MS - 1, {"until": "2026-12-22", "reason": "mưa lũ"})
    assert view_of(reference, [late])["reporting"]["late"] == 1
    assert view_of(reference, [late, extended])["reporting"]["late"] == 0


@pytest.mark.parametrize("deadlines", [("2026-09-10", "2026-10-10"), ("2026-10-10", "2026-09-10")])
def test_a_period_opened_twice_has_the_later_deadline_whichever_comes_first(reference: Reference, deadlines: tuple[str, str]) -> None:
    on_call = "kl62-binh-dinh"
    between = events.to_ms(datetime(2026, 9, 20, tzinfo=UTC))
    opened = [logged(events.OPENED, "", number, between - 1, {"deadline": day}, regime=on_call) for number, day in enumerate(deadlines)]
    report = logged(events.SUBMITTED, "52-SNV", 9, between, {"revision": 1, "values": {}}, regime=on_call)

    reporting = view_of(reference, [*opened, report], unit="52", regime=on_call)["reporting"]

    assert (reporting["received"], reporting["on_time"], reporting["late"]) == (1, 1, 0)
    assert view_of(reference, [opened[deadlines.index(min(deadlines))], report], unit="52", regime=on_call)["reporting"]["late"] == 1


def test_a_slip_of_a_deadline_is_taken_back_by_a_correction(reference: Reference) -> None:
    """Opened until 2062 by a slip of the pen, it stood open for ever."""
    on_call, received = "kl62-binh-dinh", events.to_ms(datetime(2026, 9, 20, tzinfo=UTC))

    def opening(number: int, day: str, **more: Any) -> Logged:
        return logged(events.OPENED, "", number, received + number, {"deadline": day, **more}, regime=on_call)

    slip, plain_one, correction = opening(1, "2062-12-31"), opening(2, "2026-12-31"), opening(3, "2026-12-31", corrects=True, reason="nhầm")
    late = logged(events.SUBMITTED, "52-SNV", 9, events.to_ms(datetime(2027, 2, 1, tzinfo=UTC)), {"revision": 1}, regime=on_call)

    def late_of(*openings: Logged) -> int:
        found: int = view_of(reference, [*openings, late], unit="52", regime=on_call)["reporting"]["late"]
        return found

    assert [late_of(slip, plain_one), late_of(slip, correction), late_of(correction, plain_one, slip)] == [0, 1, 1]
    assert late_of(correction, slip, opening(4, "2027-03-01")) == 0


def test_an_extension_is_corrected_to_an_earlier_day(reference: Reference) -> None:
    late = submitted(1, received_ms=DEADLINE_MS + 1000, gd_ngay_cong=1)
    slip = logged(events.EXTENDED, "06253", 8, DEADLINE_MS - 2, {"until": "2062-12-22", "reason": "mưa lũ"})
    correction = logged(events.EXTENDED, "06253", 9, DEADLINE_MS - 1, {"until": "2026-12-19", "reason": "nhầm năm", "corrects": True})
    assert view_of(reference, [late, slip])["reporting"]["late"] == 0
    assert view_of(reference, [correction, late, slip])["reporting"]["late"] == 1


def test_a_derived_regime_is_computed_from_its_sources_reports(reference: Reference) -> None:
    history = [submitted(1, vh_nha_van_hoa_xa=True), submitted(2, "184-TTYT", yt_ttyt_tu_chu="40.0")]
    view = view_of(reference, history, regime="vhtt-van-quan")
    assert (view["reporting"]["expected"], view["reporting"]["received"], view["reporting"]["late"]) == (15, 1, 0)
    assert view["indicators"]["vh_nha_van_hoa_xa"]["true"] == 1
    assert "yt_ttyt_tu_chu" not in view["indicators"]


def test_a_target_is_met_only_when_no_unit_is_missing(reference: Reference) -> None:
    period = reference.regimes[REGIME].period(PERIOD)
    assert period is not None
    tree = reference.registry.at(period.cut_off)
    reporters = [unit.code for units in reference.regimes[REGIME].group_members(tree).values() for unit in units]
    history = [
        submitted(number, code, **({"vh_nha_van_hoa_xa": True} if code.startswith("06") else {"nv_tien_do": "hoan_thanh"}))
        for number, code in enumerate(reporters)
    ]
    assert view_of(reference, history[1:])["indicators"]["vh_nha_van_hoa_xa"]["target"]["met"] is False
    assert view_of(reference, history)["indicators"]["vh_nha_van_hoa_xa"]["target"]["met"] is True


def test_a_share_that_only_rounds_to_the_target_does_not_meet_it() -> None:
    """9,999 of 10,000 shows as 100.0 percent and is not 100 percent."""
    target = Target(at_least="100", by="2030")
    column = kinds.Column(Indicator(code="a", label="", kind="ratio", target=target), 0)
    found = kinds.figure(column, [1, 99_999, 100_000], np.zeros((1, 3), dtype=np.int64), level="district", is_complete=True)
    assert found["kind"] == "ratio"
    assert (str(found["percent"]), found["target"]["met"]) == ("100.0", False)


def test_a_view_carries_the_trace_of_the_last_event_that_touched_it_and_it_is_no_part_of_its_document(reference: Reference) -> None:
    def sent(revision: int, trace: str) -> Logged:
        data = {"revision": revision, "values": {}}
        return logged(events.SUBMITTED, "06253", revision, 1_000 + revision, data)._replace(traceparent=trace)

    first, second, without = sent(1, "00-aa-01-01"), sent(2, "00-bb-02-01"), sent(3, "")
    batches = {"in order": [(first, 1), (second, 2)], "reversed": [(second, 2), (first, 1)], "without": [(second, 2), (without, 3)]}
    traces = {}
    for name, batch in batches.items():
        fold = fold_of(reference)
        fold.take(batch)
        touched = [view for view in fold.changed() if view.version.sequence]
        assert touched
        assert not any("traceparent" in view.document for view in touched)
        traces[name] = {view.traceparent for view in touched}
    assert traces == {"in order": {"00-bb-02-01"}, "reversed": {"00-bb-02-01"}, "without": {""}}
