from dataclasses import replace

import orjson

from services.notify.channels import stream
from services.notify.domain import reminders
from services.notify.domain.alerts import STREAM, Alert
from services.notify.domain.notices import NOW
from services.notify.domain.reminders import DueAlerts
from services.notify.texts import listing
from shared.wire.alerts import AlertRaised
from shared.wire.events import Logged
from shared.words.calendar import COMMON
from shared.words.ladder import Rung
from tests.notify.builders import REGIME, book, content_of, duty, extended, reference, regime, returned, submitted, vn

AT = vn("2026-12-18 08:00")
KNOWN = reference()


def _decide(*alerted: Alert, at: str = "2026-12-18 08:00", history: tuple[Logged, ...] = ()) -> DueAlerts:
    found = book(*history)
    ladders = reminders.reached(found.owed(vn(at)).values(), KNOWN, vn(at))
    return reminders.decide(ladders, {alert.id(STREAM) for alert in alerted}, KNOWN, vn(at))


def test_an_alert_is_named_by_duty_cause_deadline_rung_and_channel() -> None:
    last = next(alert for alert in reminders.of_duty(duty()).alerts if alert.rung.name == "last-day-1400")
    assert last.id("email") == f"{REGIME}/2026/111/report/2026-12-19T17:00:00.000Z/last-day-1400/email"


def test_a_return_and_an_extension_start_ladders_of_their_own() -> None:
    plain, back, longer = (
        {alert.matter.ladder_id for alert in reminders.of_duty(one).alerts if alert.rung.name != NOW}
        for one in (duty(), duty(submitted(), returned()), duty(extended("2026-12-24")))
    )
    assert len(plain | back | longer) == 3


def test_a_tick_raises_the_newest_rung_of_every_unit_that_owes() -> None:
    decision = _decide(history=(submitted("112"),))
    assert [(alert.matter.unit, alert.rung.name) for alert in decision.raised] == [("111", "last-day-0800"), ("113", "last-day-0800")]
    assert {alert.rung.name for alert in decision.passed} == {"before-30", "before-14", "before-7", "before-3"}


def test_what_was_raised_is_not_raised_again() -> None:
    decision = _decide(*_decide().raised)
    assert decision == DueAlerts((), ())


def test_an_unsent_alert_is_dropped_when_nothing_is_owed_any_more_or_a_week_has_gone() -> None:
    (first, *_) = _decide().raised
    assert reminders.sort_out([first], book().owed(AT), COMMON, AT).send == (first,)
    assert reminders.sort_out([first], book(submitted()).owed(AT), COMMON, AT).drop == (first,)
    assert reminders.sort_out([first], book().owed(AT), COMMON, vn("2026-12-28 09:00")).drop == (first,)


def test_an_unsent_alert_waits_over_a_day_off() -> None:
    (first, *_) = _decide().raised
    assert reminders.sort_out([first], book().owed(AT), COMMON, vn("2026-12-19 09:00")) == reminders.Leftovers((), ())


def test_an_alert_raised_for_a_time_to_come_is_judged_at_that_time() -> None:
    (first, *_) = _decide().raised
    assert reminders.horizon([first], vn("2026-11-22")) == AT
    assert reminders.sort_out([first], book().owed(AT), COMMON, vn("2026-11-22")).send == (first,)


def test_a_plan_holds_every_rung_of_those_who_owe_by_time_then_unit() -> None:
    found = reminders.plan(book(submitted("112")).duties(AT, period="2026"), KNOWN.registry)
    assert len(found) == 2 * 9
    assert [(alert.rung.at, alert.matter.unit) for alert in found] == sorted((alert.rung.at, alert.matter.unit) for alert in found)
    assert listing.alert_entry(found[0]) == {
        "unit": "111",
        "of": {"id": "111", "code": "111", "name": "Xã 111"},
        "regime": REGIME,
        "period": "2026",
        "rung": "before-30",
        "at": "2026-11-19T08:00:00+07:00",
        "deadline": "2026-12-20T00:00:00+07:00",
    }


def test_an_alert_is_published_as_a_cloud_event() -> None:
    (first, *_) = _decide().raised
    event = orjson.loads(stream.event(content_of(first, at=AT)))
    assert (event["type"], event["id"]) == ("vn.tonghop.alert.raised.v1", first.id(STREAM))
    assert event["data"] == {**listing.alert_entry(first), "cause": "report"}


def test_a_moved_clock_does_not_raise_what_a_rehearsal_went_past() -> None:
    rehearsed = replace(_decide().raised[0], rung=Rung("after-1", AT))
    assert "111" not in {alert.matter.unit for alert in _decide(rehearsed).raised}


def test_the_event_of_a_deadline_that_includes_its_hour_fits_the_published_shape() -> None:
    until_five = regime(obligation={"deadlines": {"xa": {"by": "12-18", "hour": "17:00"}}})
    [alert] = [alert for alert in reminders.of_duty(duty(regimes=(until_five,))).alerts if alert.rung.name == "last-day-0800"]
    event = AlertRaised.model_validate_json(stream.event(content_of(alert, at=AT, regimes=(until_five,))))
    assert (event.data.deadline, event.data.at) == ("2026-12-18T17:00:00.001+07:00", "2026-12-18T08:00:00+07:00")
