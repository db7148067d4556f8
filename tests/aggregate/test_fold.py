"""The fold: views are a function of the set of events."""

import dataclasses
import random
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.aggregate.domain import kinds
from services.aggregate.domain.fold import Fold, NotRecalledError
from services.aggregate.domain.view import View
from services.aggregate.feed import plain
from shared.check import recompute
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.words import report_state
from shared.words.obligations import DeadlineRule, Obligation
from shared.words.reference import Reference
from shared.words.regime_parts import Group, Indicator, Target
from shared.words.regimes import Regime
from shared.words.units import Registry
from tests import seeds
from tests.aggregate.histories import DEADLINE_MS, ON_CALL, PERIOD, REGIME, histories, logged, openings

NOW = datetime(2026, 12, 25, tzinfo=UTC)
PARTITIONS = 8


@pytest.fixture(scope="session")
def reference() -> Reference:
    return seeds.near_reference()


def fold_of(reference: Reference) -> Fold:
    return Fold(reference, subjects.partition_of(REGIME, PERIOD, PARTITIONS), PARTITIONS)


def folded(reference: Reference, batches: list[list[Logged]], *, opens: bool = False) -> bytes:
    """The canonical figures of all views after folding the batches, each view rendered after each batch. With `opens`, periods that nobody
    has reported about have views too.
    """
    fold, sequence = fold_of(reference), 0
    views: dict[str, View] = {}
    if opens:
        fold.open(NOW)
    for batch in [[], *batches]:
        fold.take([(event, sequence := sequence + 1) for event in batch])
        views |= {view.id: view for view in fold.changed()}
    figures = {view.id: {**plain(view.document), "position": None, "updated_at": None} for view in views.values()}
    return orjson.dumps(figures, option=orjson.OPT_SORT_KEYS)


def shuffled(history: list[Logged], rng: random.Random) -> list[list[Logged]]:
    """The same events in any order, some repeated, split into batches anywhere."""
    events_again = [*history, *rng.sample(history, rng.randint(0, len(history)))]
    rng.shuffle(events_again)
    cuts = sorted(rng.choices(range(len(events_again) + 1), k=3))
    return [events_again[: cuts[0]], events_again[cuts[0] : cuts[1]], events_again[cuts[1] :]]


@settings(max_examples=60, deadline=None)
@given(history=histories(), rng=st.randoms(use_true_random=False))
def test_any_order_repetition_and_split_into_batches_gives_byte_equal_views(
    reference: Reference, history: list[Logged], rng: random.Random
) -> None:
    assert folded(reference, shuffled(history, rng)) == folded(reference, [history])


@settings(max_examples=60, deadline=None)
@given(history=histories(), rng=st.randoms(use_true_random=False))
def test_periods_that_leave_memory_and_come_back_give_byte_equal_views(
    reference: Reference, history: list[Logged], rng: random.Random
) -> None:
    fold, views, stored = fold_of(reference), dict[str, View](), list[tuple[Logged, int]]()
    for sequence, event in enumerate(history, start=1):
        for pair in fold.lacking([event]):
            fold.recall(pair, rng.sample(of_pair := [one for one in stored if (one[0].regime, one[0].period) == pair], len(of_pair)))
        fold.take([(event, sequence)])
        stored.append((event, sequence))
        views |= {view.id: view for view in fold.changed()} if rng.random() < 0.5 else {}
        fold.release([pair for pair in list(fold.in_memory) if rng.random() < 0.5])
    views |= {view.id: view for view in fold.changed()}
    figures = {view.id: {**plain(view.document), "position": None, "updated_at": None} for view in views.values()}
    assert orjson.dumps(figures, option=orjson.OPT_SORT_KEYS) == folded(reference, [history])


def test_an_event_about_a_period_that_was_not_recalled_is_refused(reference: Reference) -> None:
    """An empty period in its place would take all other reports out of the totals."""
    fold = Fold(reference, subjects.partition_of(REGIME, PERIOD, PARTITIONS), PARTITIONS, shown=[(REGIME, PERIOD)])
    with pytest.raises(NotRecalledError):
        fold.take([(submitted(1, "06253"), 1)])


def test_views_that_are_not_stored_under_this_generation_are_all_rendered(reference: Reference) -> None:
    number = subjects.partition_of(REGIME, PERIOD, PARTITIONS)
    behind = Fold(reference, number, PARTITIONS, behind=[(REGIME, PERIOD)])
    behind.open(NOW)
    behind.changed()
    assert (REGIME, PERIOD) not in behind.shown
    behind.recall((REGIME, PERIOD), [])
    rendered = {view.id for view in behind.changed()}
    own = {regime.id for regime in reference.derived_of(REGIME)}
    assert rendered == {view.id for view in _first_views(reference, number) if view.id.split("/")[0] in own and f"/{PERIOD}/" in view.id}
    assert (REGIME, PERIOD) in behind.shown


def _first_views(reference: Reference, number: int) -> list[View]:
    fold = Fold(reference, number, PARTITIONS)
    fold.open(NOW)
    return fold.changed()


@settings(max_examples=40, deadline=None)
@given(history=histories())
def test_the_fold_agrees_with_the_plain_recomputation(reference: Reference, history: list[Logged]) -> None:
    """Two programs that share no code say the same of every field of every view."""
    require_agreement(reference, history, REGIME)


def test_the_fold_agrees_with_the_plain_recomputation_on_periods_without_reports(reference: Reference) -> None:
    views = orjson.loads(folded(reference, [], opens=True))
    number = subjects.partition_of(REGIME, PERIOD, PARTITIONS)
    said = recompute.expected_views(reference, [], NOW, lambda source, period: subjects.partition_of(source, period, PARTITIONS) == number)
    expected = {view["_id"]: view for view in said}
    assert f"{REGIME}/{PERIOD}/184" in views
    assert {view_id: {**view, **expected[view_id]} for view_id, view in views.items()} == views


def require_agreement(reference: Reference, history: list[Logged], regime: str) -> None:
    """Both say the same of the views of the regime's period, and of those of regimes derived from it."""
    views = orjson.loads(folded(reference, [history]))
    said = recompute.expected_views(reference, history, NOW, lambda *pair: pair == (regime, PERIOD))
    expected = {view["_id"]: view for view in said}
    assert views.keys() == (expected.keys() if history else set())
    for view_id, view in views.items():
        assert {**view, **expected[view_id]} == view


@settings(max_examples=50, deadline=None)
@given(history=openings(), rng=st.randoms(use_true_random=False))
def test_a_period_on_call_is_in_any_order_what_the_plain_recomputation_says(
    reference: Reference, history: list[Logged], rng: random.Random
) -> None:
    assert folded(reference, shuffled(history, rng)) == folded(reference, [history])
    require_agreement(reference, history, ON_CALL)


def last_wins(self: report_state.ReportState, revision: report_state.Revision, *, is_submission: bool) -> bool:
    """The revision rule, broken: whatever arrives last wins."""
    self.winner, self.is_submission = revision, is_submission
    return True


def test_the_property_fails_when_the_revision_rule_is_broken(reference: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_state.ReportState, "_take", last_wins)

    @settings(max_examples=200, deadline=None, database=None, phases=[Phase.generate])
    @given(history=histories(), rng=st.randoms(use_true_random=False))
    def any_order(history: list[Logged], rng: random.Random) -> None:
        assert folded(reference, shuffled(history, rng)) == folded(reference, [history])

    with pytest.raises(AssertionError):
        any_order()


def view_of(reference: Reference, history: list[Logged], unit: str = "184", regime: str = REGIME) -> dict[str, Any]:
    view: dict[str, Any] = orjson.loads(folded(reference, [history], opens=not history))[f"{regime}/{PERIOD}/{unit}"]
    return view


def submitted(number: int = 1, unit: str = "06253", revision: int = 1, received_ms: int = DEADLINE_MS - 1, **values: Any) -> Logged:
    return logged(events.SUBMITTED, unit, number, received_ms, {"revision": revision, "values": values})


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


LEAVES = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(codec="utf-8"))


@given(data=st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner)))
@settings(max_examples=100, deadline=None)
def test_the_fold_never_raises_on_a_logged_event(reference: Reference, data: Any) -> None:
    fold = fold_of(reference)
    kinds_of_event = [events.SUBMITTED, events.WITHDRAWN, events.RETURNED, events.EXTENDED, events.OPENED, "vn.tonghop.khac.v9"]
    for number, kind in enumerate(kinds_of_event):
        strange = {"values": {"gd_ngay_cong": data, "vh_nha_van_hoa_thon": data, "nv_tien_do": data}, "until": data, "deadline": data}
        fold.take([(logged(kind, "06253", number, 1, strange), number)])
    fold.changed()


FORM = [
    Indicator(code="tong", label="", kind="quantity", decimals=2),
    Indicator(code="chenh_lech", label="", kind="quantity", min="-1000"),
    Indicator(code="cao_nhat", label="", kind="quantity", decimals=1, aggregation="max", min="-1000"),
    Indicator(code="thap_nhat", label="", kind="quantity", aggregation="min", min="-1000", target=Target(at_least="-500", by="2030")),
    Indicator(code="trung_binh", label="", kind="quantity", decimals=1, aggregation="mean", target=Target(at_least="5", by="2030")),
    Indicator(code="ty_le", label="", kind="ratio", decimals=1, share=False),
    Indicator(code="co", label="", kind="flag", target=Target(at_least="50", by="2030", level="district")),
    Indicator(code="muc", label="", kind="choice", options={"thap": "Thấp", "cao": "Cao"}),
]
EVERY_KIND = Regime(
    id="moi-loai",
    title="",
    legal_basis=[],
    periods=[PERIOD],
    recipient="184-TCKH",
    within="184",
    reporters={"xa": Group(label="", level="commune")},
    obligation=Obligation(deadlines={"xa": DeadlineRule(by="12-20")}),
    indicators=FORM,
    narratives={"ket_qua": "Kết quả"},
)
tenths = st.integers(-9999, 9999).map(lambda value: f"{value / 10:.1f}")
every_kind = st.fixed_dictionaries(
    {},
    optional={
        "tong": st.integers(0, 10**6).map(lambda value: f"{value // 100}.{value % 100:02}"),
        "chenh_lech": st.integers(-1000, 1000),
        "cao_nhat": tenths,
        "thap_nhat": st.integers(-1000, 1000),
        "trung_binh": st.integers(0, 100).map(lambda value: f"{value / 10:.1f}"),
        "ty_le": st.fixed_dictionaries(
            {"numerator": st.integers(0, 99).map("{}.5".format), "denominator": st.integers(0, 9).map("{}.0".format)}
        ),
        "co": st.booleans(),
        "muc": st.sampled_from(["thap", "cao"]),
    },
)


codes = st.sampled_from([one.code for one in FORM])


def content_of(figures: dict[str, Any], estimated: set[str]) -> dict[str, Any]:
    """The figures of a report, of which these are estimates, as far as it has them."""
    return {"values": figures, "status": {code: events.ESTIMATE for code in figures if code in estimated}}


@settings(max_examples=100, deadline=None)
@given(sent=st.lists(every_kind, max_size=15), is_complete=st.booleans(), estimated=st.lists(st.sets(codes), min_size=15, max_size=15))
def test_every_kind_and_aggregation_agrees_with_the_plain_recomputation(
    reference: Reference, sent: list[dict[str, Any]], is_complete: bool, estimated: list[set[str]]
) -> None:
    """A target can be met only in a complete view, so in half of the cases the other communes send reports without figures."""
    known = Reference(1, reference.registry, {EVERY_KIND.id: EVERY_KIND}, {})
    communes = [unit.id for unit in reference.registry.units if unit.parent == "184" and unit.level == "commune"]
    reports = sent + [{}] * (len(communes) - len(sent)) if is_complete else sent
    history = [
        logged(events.SUBMITTED, unit, number, DEADLINE_MS, {"revision": 1} | content_of(figures, marked), regime=EVERY_KIND.id)
        for number, (unit, figures, marked) in enumerate(zip(communes, reports, [*estimated, *[set[str]()] * 99], strict=False))
    ]
    fold = Fold(known, subjects.partition_of(EVERY_KIND.id, PERIOD, PARTITIONS), PARTITIONS)
    fold.take([(event, number + 1) for number, event in enumerate(history)])
    fold.open(NOW)
    views = {view.id: plain(view.document) for view in fold.changed()}
    expected = {view["_id"]: view for view in recompute.expected_views(known, history, NOW)}
    assert views.keys() == expected.keys()
    assert {key: {**view, **expected[key]} for key, view in views.items()} == views


RUBBISH: list[Any] = [
    None,
    [],
    {},
    "abc",
    "",
    "1e5",
    "1,5",
    "NaN",
    1.5,
    10**15,
    -(10**15),
    {"numerator": 1},
    {"numerator": "x", "denominator": 2},
]


@settings(max_examples=300, deadline=None)
@given(values=st.dictionaries(codes, st.sampled_from([*RUBBISH, "khac", "thap", 7, "7", True, {"numerator": 1, "denominator": "2.5"}])))
def test_a_logged_value_that_is_no_figure_is_not_reported_for_the_fold_and_for_its_check(
    reference: Reference, values: dict[str, Any]
) -> None:
    known = Reference(1, reference.registry, {EVERY_KIND.id: EVERY_KIND}, {})
    event = logged(events.SUBMITTED, "06253", 1, 1, {"revision": 1, "values": values}, regime=EVERY_KIND.id)
    fold = Fold(known, 0, 1)
    fold.take([(event, 1)])
    expected = {view["_id"]: view for view in recompute.expected_views(known, [event], NOW)}
    for view in fold.changed():
        found = plain(view.document)
        assert {**found, **expected[view.id]} == found


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
