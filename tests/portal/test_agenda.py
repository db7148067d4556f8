"""A unit's calendar with many periods a year: what is in it, how large it is, and what it announces."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from services.portal.domain import agenda
from services.portal.domain.agenda import Agenda
from services.portal.render import ical
from shared.words import deadlines, regimes
from shared.words.calendar import COMMON
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.units import Registry
from tests import identities
from tests.portal import builders
from tests.portal.builders import COMMUNE, DISTRICT, MONTHLY, QUARTERLY, read_duty
from tests.portal.conftest import Stack
from tests.portal.test_calendar import SITE, check_lines
from tests.portal.test_strip_pages import begun

loop = pytest.mark.asyncio(loop_scope="session")
NOW = datetime(2026, 11, 26, 9, tzinfo=VIETNAM)


@cache
def known() -> Reference:
    found = regimes.resolve([*builders.plain_regimes(), *builders.many_periods()])
    return Reference(1, builders.registry(), found, {})


def of(regime: str, code: str) -> dict[str, Any]:
    return {"_id": f"{regime}/{code}/{COMMUNE}", "regime": regime, "period": code}


def events(found: Agenda, now: datetime = NOW) -> list[Any]:
    body = ical.feed(ical.About([builders.registry().ids[COMMUNE][-1]]), found, known().regimes, COMMON, SITE, now)
    check_lines(body)
    return Calendar.from_ical(body).walk("VEVENT")


def by_rule(unit_id: str, now: datetime) -> Iterator[tuple[str, datetime]]:
    """The duties to come by the sets of reporters and confirmers, as the notifier assigns them."""
    for regime in known().regimes.values():
        obligation = regime.obligation
        for code in regime.periods if obligation is not None and not obligation.on_call else ():
            period = regime.period(code)
            assert period is not None
            tree = builders.registry().at(period.cut_off)
            group = regime.group_of(tree).get(unit_id)
            due = {f"{regime.id}/{code}/{unit_id}": group and deadlines.group_deadline(regime, group, period, None, COMMON)}
            for found in regime.confirmations(tree):
                if unit_id == found.by.id:
                    due[f"{regime.id}/{code}/{unit_id}/confirm"] = deadlines.confirm_deadlines(regime, period, COMMON)[found.rule.who]
            for duty_id, at in due.items():
                if isinstance(at, datetime) and not period.has_begun(now) and now < at <= now + agenda.PLANNED_FOR:
                    yield duty_id, at


@settings(deadline=None)  # the first example reads the registry
@given(
    st.sampled_from([COMMUNE, DISTRICT, "184-GDDT", "184-TP", "184-VHTT", "450", "20"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # hypothesis adds UTC
)
def test_what_is_planned_is_what_the_notifier_will_assign(unit_id: str, now: datetime) -> None:
    found = {(plan.id, plan.due) for plan in agenda.planned(known(), builders.registry().ids[unit_id][-1], now)}
    assert found == set(by_rule(unit_id, now))


def test_a_monthly_regime_announces_its_next_three_months_as_tentative() -> None:
    found = [plan for plan in agenda.planned(known(), builders.registry().ids[COMMUNE][-1], NOW) if plan.regime == MONTHLY]
    shown = events(Agenda([], found))
    assert [event["SUMMARY"] for event in shown] == [
        f"Nộp báo cáo tháng {month} năm 2027 (dự kiến): Báo cáo tháng về giảm nghèo, huyện Văn Quan" for month in (1, 2)
    ]
    assert {event["STATUS"] for event in shown} == {"TENTATIVE"}
    assert not any(event.walk("VALARM") for event in shown)
    assert "Hạn dự kiến: trước ngày" in shown[0]["DESCRIPTION"]


def test_an_announced_duty_keeps_its_uid_when_it_begins() -> None:
    (plan, *_) = [plan for plan in agenda.planned(known(), builders.registry().ids[COMMUNE][-1], NOW) if plan.regime == MONTHLY]
    duty = read_duty(builders.duty(deadline=plan.due, **of(MONTHLY, plan.period)))
    (before,), (after,) = events(Agenda([], [plan])), events(agenda.agenda([duty], [plan], NOW))
    assert before["UID"] == after["UID"] == f"{MONTHLY}/{plan.period}/{COMMUNE}@tonghop"
    assert (before["STATUS"], after["STATUS"]) == ("TENTATIVE", "CONFIRMED")
    assert before["DTSTART"].dt == after["DTSTART"].dt


def test_what_is_done_stays_for_two_months_and_what_is_owed_for_ever() -> None:
    ago = [timedelta(days=days) for days in (10, 61, 63, 900)]
    done = [builders.received(deadline=NOW - days, **of("r", f"2026-{place + 1:02}")) for place, days in enumerate(ago)]
    owed = [builders.duty(deadline=NOW - days, **of("r", f"2025-{place + 1:02}")) for place, days in enumerate(ago)]
    found = agenda.agenda([read_duty(document) for document in (*done, *owed)], [], NOW)
    assert [duty.period for duty in found.duties] == ["2025-04", "2025-03", "2025-02", "2026-02", "2025-01", "2026-01"]
    assert found.left_out == []


@given(st.integers(0, 700), st.integers(0, 400))
def test_a_calendar_has_a_limit_and_counts_what_is_beyond_it(owed: int, done: int) -> None:
    overdue = [read_duty(builders.duty(deadline=NOW - timedelta(days=day), **of("r", f"2026-{day}"))) for day in range(owed)]
    lately = [read_duty(builders.received(deadline=NOW + timedelta(hours=hour), **of("s", f"2026-{hour}"))) for hour in range(done)]
    found = agenda.agenda([*lately, *overdue], [], NOW)
    assert len(found.duties) == min(owed + done, agenda.MOST)
    assert len(found.left_out) == max(0, owed - agenda.MOST)
    kept = {duty.id for duty in found.duties}
    assert {duty.id for duty in overdue} <= kept | {duty.id for duty in found.left_out}
    newest = max((duty.due for duty in found.left_out), default=NOW - timedelta(days=1000))
    assert all(duty.due >= newest for duty in found.duties if duty.is_owed)


def test_a_full_calendar_is_small_and_says_how_many_are_left_out() -> None:
    overdue = [
        read_duty(builders.duty(deadline=NOW - timedelta(days=day), **of(f"{MONTHLY}-{day}", "2026-05"))) for day in range(agenda.MOST + 40)
    ]
    found = agenda.agenda(overdue, agenda.planned(known(), builders.registry().ids[COMMUNE][-1], NOW), NOW)
    body = ical.feed(ical.About([builders.registry().ids[COMMUNE][-1]]), found, known().regimes, COMMON, SITE, NOW)
    assert len(body) < 400_000
    first = Calendar.from_ical(body).walk("VEVENT")[0]
    assert first["SUMMARY"] == "Xử lý 40 nghĩa vụ quá hạn khác"
    assert first["URL"] == f"{SITE}/nghia-vu?unit={COMMUNE}&state=owed&only=1"
    assert first["UID"] == f"{COMMUNE}/left-out@tonghop"


@pytest.mark.parametrize(
    ("document", "begins"),
    [
        (builders.duty(deadline=NOW + timedelta(days=3), **of(MONTHLY, "2026-05")), "Nộp báo cáo tháng 5 năm 2026: "),
        (builders.duty(deadline=NOW, **of(MONTHLY, "2026-05")), "Nộp báo cáo tháng 5 năm 2026 (quá hạn): "),
        (builders.received(deadline=NOW, **of(QUARTERLY, "2026-Q3")), "Đã nộp báo cáo quý III năm 2026: "),
        (builders.received(at=NOW, deadline=NOW, **of(MONTHLY, "2026-05")), "Nộp muộn báo cáo tháng 5 năm 2026: "),
        (builders.duty(task="confirm", deadline=NOW, **of(MONTHLY, "2026-05")), "Duyệt và chốt bảng tổng hợp tháng 5 năm 2026 (quá hạn): "),
        (builders.duty(task="confirm", owed=False, **of(MONTHLY, "2026-05")), "Đã chốt bảng tổng hợp tháng 5 năm 2026: "),
    ],
)
def test_a_summary_begins_with_what_is_to_do_and_names_the_period(document: dict[str, Any], begins: str) -> None:
    (event,) = events(Agenda([read_duty(document)]))
    assert event["SUMMARY"].startswith(begins)
    assert len(event["SUMMARY"]) <= 140


def test_a_unit_that_ends_before_a_period_is_not_announced_in_it() -> None:
    unit = replace(builders.registry().ids[COMMUNE][-1], valid_to=NOW.date())
    others = [other for other in builders.registry().units if other.id != COMMUNE]
    assert list(agenda.planned(replace(known(), registry=Registry([*others, unit])), unit, NOW)) == []


@loop
async def test_the_calendar_of_a_commune_with_twelve_periods_a_year(stack: Stack) -> None:
    now = datetime.now(UTC)
    old = [builders.received(deadline=now - timedelta(days=200), **of(MONTHLY, code)) for code in begun(MONTHLY)[:-2]]
    late = builders.duty(deadline=now - timedelta(days=100), **of(MONTHLY, begun(MONTHLY)[-2]))
    present = builders.duty(deadline=now + timedelta(days=4), **of(MONTHLY, begun(MONTHLY)[-1]))
    await stack.put(duties=[*old, late, present])
    body = (await stack.http.get(await identities.calendar(stack.database, COMMUNE))).content
    check_lines(body)
    found = {event["UID"]: event["STATUS"] for event in Calendar.from_ical(body).walk("VEVENT")}
    assert [uid for uid, status in found.items() if status == "CONFIRMED"] == [
        f"{MONTHLY}/{code}/{COMMUNE}@tonghop" for code in begun(MONTHLY)[-2:]
    ]
    unit = builders.registry().ids[COMMUNE][-1]
    assert {uid for uid, status in found.items() if status == "TENTATIVE"} >= {
        f"{plan.id}@tonghop" for plan in agenda.planned(known(), unit, now) if plan.regime == MONTHLY
    }
