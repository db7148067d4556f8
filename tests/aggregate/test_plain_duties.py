"""Verify and the fold compute the same deadlines with independent code, for any regime that the checks allow."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.aggregate.domain.fold import Fold
from services.aggregate.feed import plain
from shared.check import plain_duties, recompute
from shared.wire import events
from shared.wire.events import Logged
from shared.words import deadlines
from shared.words.calendar import COMMON, WorkingDays
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests.aggregate.histories import logged

ONE_MS = timedelta(milliseconds=1)
DISTRICT = "184"
COMMUNES = ("06253", "06256")
PARTS = ("", "-H1", "-H2", "-Q1", "-Q2", "-Q3", "-Q4", *(f"-{month:02}" for month in range(1, 13)))
Json = dict[str, Any]


def regime(**changes: Any) -> Regime:
    base: Json = {
        "id": "thu",
        "title": "Thử",
        "legal_basis": [],
        "calendar": "year",
        "periods": ["2026"],
        "recipient": "20",
        "within": DISTRICT,
        "reporters": {"xa": {"label": "xã", "level": "commune"}},
        "obligation": {"deadlines": {"xa": {"before": "01-15"}}},
    }
    return Regime.model_validate(base | changes)


days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
hours = st.none() | st.times().map(lambda at: f"{at:%H:%M}")
years = st.integers(2024, 2027)


@st.composite
def rules(draw: st.DrawFn) -> Json:
    """A last day of every shape: of the year or with its own, exclusive or inclusive, with an hour or without."""
    kind, day = draw(st.sampled_from(["before", "before", "by", "once"])), draw(days)
    is_yearly = kind != "once" and draw(st.booleans())
    return {kind: f"{day:%m-%d}" if is_yearly else str(day), "hour": draw(hours)}


@st.composite
def checked_regimes(draw: st.DrawFn) -> Regime:
    """A regime of one period that `regimes check` takes."""
    kind = draw(st.sampled_from(["year", "year", "report_year", "cut-off"]))
    of_calendar = f"{draw(days):%m-%d}" if kind == "cut-off" else kind
    period = f"{draw(years)}{draw(st.sampled_from(PARTS)) if kind == 'year' else ''}"
    obligation: Json = {"to_working_day": draw(st.booleans())}
    if draw(st.integers(0, 4)) == 0:
        obligation["on_call"] = True
    else:
        obligation["deadlines"] = {"xa": draw(rules())}
    try:
        found = regime(calendar=of_calendar, periods=[period], obligation=obligation)
    except ValidationError:  # 29/02 is no day of every year
        assume(False)
    assume(not list(deadlines.faults(found, COMMON)))
    return found


agency_days = st.builds(lambda off, working: WorkingDays(frozenset(off - working), frozenset(working)), st.sets(days), st.sets(days))


@settings(max_examples=500)
@given(one=checked_regimes(), agency=agency_days, opened=st.none() | days)
@example(one=regime(), agency=WorkingDays(), opened=None)
@example(one=regime(calendar="12-25", obligation={"deadlines": {"xa": {"by": "01-06"}}}), agency=WorkingDays(), opened=None)
@example(one=regime(periods=["2026-Q4"], obligation={"deadlines": {"xa": {"before": "01-10"}}}), agency=WorkingDays(), opened=None)
def test_the_check_and_the_fold_have_the_same_deadline(one: Regime, agency: WorkingDays, opened: date | None) -> None:
    assert isinstance(one.periods, list)
    period = one.period(one.periods[0])
    assert period is not None
    at = None if opened is None else datetime.combine(opened, datetime.min.time(), VIETNAM)

    assert plain_duties.deadline(one, "xa", period, at, agency) == deadlines.group_deadline(one, "xa", period, at, agency)


def test_a_yearly_day_that_has_gone_by_at_the_cut_off_is_that_of_the_next_year() -> None:
    one = regime()
    period = one.period("2026")
    assert period is not None
    assert plain_duties.deadline(one, "xa", period, None, COMMON) == datetime(2027, 1, 15, tzinfo=VIETNAM)


@settings(max_examples=60)
@given(one=checked_regimes(), agency=agency_days, data=st.data())
def test_the_check_and_the_fold_say_the_same_of_every_view_of_any_regime(
    reference: Reference, one: Regime, agency: WorkingDays, data: st.DataObject
) -> None:
    assert isinstance(one.periods, list)
    period = one.period(one.periods[0])
    assert period is not None
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
