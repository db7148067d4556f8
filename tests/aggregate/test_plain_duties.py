"""Verify and the fold compute the same periods and deadlines with independent code, for any regime that the checks allow."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from services.aggregate.domain.fold import Fold
from services.aggregate.feed import plain
from shared.check import plain_duties, plain_periods, recompute
from shared.wire import events
from shared.wire.events import Logged
from shared.words import deadline_faults, deadlines, ladder, periods
from shared.words.calendar import COMMON, WorkingDays
from shared.words.periods import VIETNAM, Period
from shared.words.reference import Reference
from shared.words.regime_parts import Estimates
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit
from tests.aggregate.drawn_regimes import COMMUNES, Json, agencies, checked_regimes, days, periods_of, regime, stored_regimes
from tests.aggregate.histories import logged

ONE_DAY = timedelta(days=1)
MONTHS = {"from": "2026-01", "to": "2026-12"}
CHAIN: Json = {
    "deadlines": {
        "xa": {"after": "phong", "working_days": 2},
        "huyen": {"after_cut_off": {"working_days": 2}, "hour": "17:00"},
        "phong": {"after": "huyen", "working_days": 1, "inclusive": False},
    },
    "confirm": {"level": "district", "after": "xa", "working_days": 3},
}
THREE = {name: {"label": name, "level": "commune"} for name in CHAIN["deadlines"]}


def assert_same_duties(one: Regime, agency: WorkingDays, opened: date | None) -> None:
    """Both have the same periods, the same deadline of every group and the same deadline of whoever confirms."""
    at = None if opened is None else datetime.combine(opened, datetime.min.time(), VIETNAM)
    obligation = one.obligation
    assert obligation is not None
    for period in periods_of(one):
        assert plain_periods.period(one, period.code) == period
        for group in one.reporters:
            assert plain_duties.deadline(one, group, period, at, agency) == deadlines.group_deadline(one, group, period, at, agency)
        confirmed = [plain_duties.late_from(entry, obligation, period, agency) for entry in obligation.confirm]
        assert confirmed == list(deadlines.confirm_deadlines(one, period, agency).values())
        for until in list(obligation.deadlines.values())[:1]:
            estimating = one.model_copy(update={"estimates": Estimates.model_construct(until=until)})
            assert plain_duties.official_deadline(estimating, period, agency) == deadlines.official_deadline(estimating, period, agency)


@settings(max_examples=500)
@given(one=checked_regimes(), agency=agencies(), opened=st.none() | days)
@example(one=regime(), agency=WorkingDays(), opened=None)
@example(one=regime(calendar="12-25", obligation={"deadlines": {"xa": {"by": "01-06"}}}), agency=WorkingDays(), opened=None)
@example(one=regime(periods=["2026-Q4"], obligation={"deadlines": {"xa": {"before": "01-10"}}}), agency=WorkingDays(), opened=None)
@example(one=regime(periods=MONTHS, calendar="report_year", reporters=THREE, obligation=CHAIN), agency=WorkingDays(), opened=None)
@example(one=regime(periods=MONTHS, reporters=THREE, obligation=CHAIN | {"to_working_day": True}), agency=WorkingDays(), opened=None)
@example(one=regime(periods=MONTHS, obligation={"deadlines": {"xa": {"day_of_next_month": 1}}}), agency=WorkingDays(), opened=None)
def test_the_check_and_the_fold_have_the_same_deadlines(one: Regime, agency: WorkingDays, opened: date | None) -> None:
    assert_same_duties(one, agency, opened)


@settings(max_examples=500)
@given(one=stored_regimes(), agency=agencies(), opened=st.none() | days)
@example(one=regime(periods=MONTHS, obligation={"deadlines": {"xa": {"day_of_next_month": 31}}}), agency=WorkingDays(), opened=None)
def test_a_stored_regime_that_would_be_refused_today_raises_nothing(one: Regime, agency: WorkingDays, opened: date | None) -> None:
    assert_same_duties(one, agency, opened)

    assert one.obligation is not None
    list(deadline_faults.of(one, agency))
    for period in periods_of(one):
        steps = ladder.steps_of(one.obligation.ladder, period.length)
        dues = [deadlines.group_deadline(one, group, period, None, agency) for group in one.reporters]
        for due in [*dues, *deadlines.confirm_deadlines(one, period, agency).values()]:
            assert due is None or ladder.rungs(due, steps, agency)


codes = st.from_regex(r"[12][09][0-9]{2}(-(H[0-9]|Q[0-9]|M[0-9]|[01][0-9]))?.?") | st.text(max_size=8)


@settings(max_examples=1000)
@given(code=codes, calendar=st.sampled_from(["year", "report_year", "11-20", "12-31", "02-28"]), near=st.integers(-1, 1))
@example(code="٢٠٢٦", calendar="year", near=0)
@example(code="2026-", calendar="year", near=0)
@example(code="2026-01\n", calendar="year", near=0)
@example(code="2000", calendar="report_year", near=0)
@example(code="2099-12", calendar="year", near=0)
def test_the_check_and_the_fold_read_the_same_periods_in_any_text(code: str, calendar: str, near: int) -> None:
    any_period = regime(periods="any", calendar=calendar, obligation={"on_call": True})
    listed = regime(periods=["2026"], calendar=calendar)

    assert plain_periods.period(any_period, code) == any_period.period(code)
    assert plain_periods.period(listed, code) == listed.period(code)
    if (period := any_period.period(code)) is not None:
        at = datetime.combine(period.begins, datetime.min.time(), VIETNAM).astimezone(UTC) + timedelta(milliseconds=near)
        assert plain_periods.has_begun(period, at) == period.has_begun(at) == (near >= 0)


def counts_the_day_itself(self: WorkingDays, day: date, count: int) -> date:
    """The rule for working days, broken: the cut-off is the first of them."""
    for _ in range(count):
        day = self.after_or_on(day) + ONE_DAY
    return day - ONE_DAY


def one_day_too_far(period: Period | None) -> Period | None:
    return period and Period(period.code, period.begins, period.cut_off + ONE_DAY)


def same_year_after_december(day: date, number: int) -> date:
    """The rule for the next month, broken: January is that of the same year."""
    return date(day.year, day.month % 12 + 1, min(number, 28))


BROKEN: list[tuple[object, str, Callable[..., object]]] = [
    (WorkingDays, "after", counts_the_day_itself),
    (plain_duties, "_working_day_after", lambda day, count, days: counts_the_day_itself(days, day, count)),
    (periods, "parse", lambda code, calendar, parse=periods.parse: one_day_too_far(parse(code, calendar))),
    (plain_periods, "period", lambda one, code, period=plain_periods.period: one_day_too_far(period(one, code))),
    (plain_duties, "_in_next_month", same_year_after_december),
    (deadlines, "last_day", lambda late: late.astimezone(VIETNAM).date()),
    (plain_duties, "_last_day", lambda late: late.astimezone(VIETNAM).date()),
]


@pytest.mark.parametrize(("where", "name", "broken"), BROKEN)
def test_the_property_fails_when_a_rule_is_broken(
    monkeypatch: pytest.MonkeyPatch, where: object, name: str, broken: Callable[..., object]
) -> None:
    monkeypatch.setattr(where, name, broken)

    @settings(max_examples=400, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(one=stored_regimes(), agency=agencies(), opened=st.none() | days)
    def same(one: Regime, agency: WorkingDays, opened: date | None) -> None:
        assert_same_duties(one, agency, opened)

    with pytest.raises(AssertionError):
        same()


def test_a_yearly_day_that_has_gone_by_at_the_cut_off_is_that_of_the_next_year() -> None:
    one = regime()
    [period] = periods_of(one)
    assert plain_duties.deadline(one, "xa", period, None, COMMON) == datetime(2027, 1, 15, tzinfo=VIETNAM)


@settings(max_examples=100)
@given(one=checked_regimes(), agency=agencies(), data=st.data())
def test_the_check_and_the_fold_say_the_same_of_every_view_of_any_regime(
    reference: Reference, one: Regime, agency: WorkingDays, data: st.DataObject
) -> None:
    [period] = periods_of(one)
    opened = datetime(2028, 1, 5, tzinfo=VIETNAM) if one.is_on_call else None
    due = deadlines.group_deadline(one, "xa", period, opened, agency)
    assert due is not None
    about = {"period": period.code, "regime": one.id}
    history: list[Logged] = []
    if opened is not None:
        history.append(logged(events.OPENED, "", 0, 1, {"deadline": events.to_text(opened)}, **about))
    for number, unit in enumerate(COMMUNES, start=1):  # around the deadline, to the millisecond
        at_ms = events.to_ms(due) + data.draw(st.integers(-2, 2))
        history.append(logged(events.SUBMITTED, unit, number, at_ms, {"revision": 1, "values": {}}, **about))
    asked = Reference(1, reference.registry, {one.id: one}, {}, agency)

    fold = Fold(asked, 0, 1)
    fold.open(datetime(2029, 1, 1, tzinfo=UTC))
    fold.take([(event, sequence) for sequence, event in enumerate(history, start=1)])
    views = {view.id: orjson.loads(orjson.dumps(plain(view.document))) for view in fold.changed()}
    expected = {view["_id"]: view for view in recompute.expected_views(asked, history, datetime(2029, 1, 1, tzinfo=UTC))}

    assert {view_id: {**view, **expected[view_id]} for view_id, view in views.items()} == views
    assert expected.keys() == views.keys()


def test_the_check_asks_the_units_of_the_cut_off_though_the_fold_takes_the_day_after(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2029, 1, 1, tzinfo=UTC)
    newborn = Unit("moi", "99999", "Xã mới", "commune", "peoples_committee", "184", date(2027, 1, 1))
    one = regime()  # of 2026, whose cut-off is 31/12
    asked = Reference(1, Registry([*reference.registry.units, newborn]), {one.id: one}, {})

    def expected_of_fold() -> int:
        fold = Fold(asked, 0, 1)
        fold.open(now)
        [view] = [plain(view.document) for view in fold.changed() if view.id == "thu/2026/184"]
        return int(view["reporting"]["expected"])

    def expected_of_check() -> int:
        [view] = [view for view in recompute.expected_views(asked, [], now) if view["_id"] == "thu/2026/184"]
        return int(view["reporting"]["expected"])

    communes = expected_of_fold()
    assert expected_of_check() == communes

    parse = periods.parse
    monkeypatch.setattr(periods, "parse", lambda code, calendar: one_day_too_far(parse(code, calendar)))
    assert expected_of_fold() == communes + 1
    assert expected_of_check() == communes


texts = st.one_of(
    st.text(),
    days.map(str),
    st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()),
    days.map(lambda day: f"{day:%G-W%V-%u}"),
    days.map(lambda day: f"{day:%G-W%V-%u}T00:00:00+07:00"),
    days.map(lambda day: f"{day:%Y%m%d}T000000+0700"),
    days.map(lambda day: f"{day} 00:00+07:00"),
    st.sampled_from(["9999-12-31", "0001-01-01", "1999-12-31", "2199-12-31T23:59:59Z", "2200-01-01"]),
)


@settings(max_examples=500)
@given(texts)
def test_the_check_and_the_fold_read_the_same_instants(text: str) -> None:
    assert plain_duties.instant(text) == deadlines.of_event(text)


groups = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.one_of(
        st.builds(
            lambda level, kind: {"label": "", "level": level, "kind": kind},
            st.sampled_from(["commune", "district", "province"]),
            st.sampled_from(["peoples_committee", "office"]),
        ),
        st.lists(st.sampled_from([*COMMUNES, "184-TP", "184", "450", "99999"]), min_size=1, unique=True).map(
            lambda codes: {"label": "", "units": codes}
        ),
    ),
    min_size=1,
)


@settings(max_examples=100)
@given(reporters=groups, within=st.sampled_from(["184", "20", "06253", "184-TP", "99999"]))
def test_the_check_and_the_fold_ask_the_same_units_in_the_same_group(reference: Reference, reporters: Json, within: str) -> None:
    one = regime(within=within, reporters=reporters, obligation={"deadlines": {name: {"before": "01-15"} for name in reporters}})
    tree = reference.registry.at(date(2026, 12, 31))
    assert plain_duties.groups(one, tree) == one.group_of(tree)
