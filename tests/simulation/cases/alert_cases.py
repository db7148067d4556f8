"""What the notifier relies on when it stores and publishes alerts, one case each. The stand-ins of `reminders/fakes.py` and the real
servers must both pass.

A case gets the collection through the notifier's own `AlertStore`: the stand-in knows no other questions.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from services.notify.domain.alerts import EMAIL, PASSED, RAISED, SENT, STREAM, Alert, Handed, Matter, Outcome
from services.notify.domain.reminders import DueAlerts
from services.notify.store.alerts import LEASE, AlertStore
from shared.plumbing.broker import Message
from shared.wire import subjects
from shared.words.ladder import Rung
from tests.simulation.cases.cases import Case, case_of

NOW: Final = datetime(2024, 12, 20, 1, tzinfo=UTC)


@dataclass
class Alerts:
    """A rig: the stores of several notifiers on one collection, with a clock that a case sets, and the stream ALERTS."""

    open: Callable[[Callable[[], datetime], str], AlertStore]
    publish: Callable[[list[Message]], Awaitable[object]]
    published: Callable[[], Awaitable[list[bytes]]]
    now: datetime = NOW

    def store(self, holder: str) -> AlertStore:
        """The store of the notifier `holder`."""
        return self.open(lambda: self.now, holder)


CASES: Final[list[Case[Alerts]]] = []
case = case_of(CASES)


def alert(unit: str, days: int = 5, hour: int = 1) -> Alert:
    matter = Matter(
        duty=f"ct27/2024/{unit}",
        task="report",
        regime="ct27",
        period="2024",
        unit_id=unit,
        unit=unit,
        unit_name="Xã",
        cause="report",
        deadline=NOW + timedelta(days=days),
    )
    return Alert(matter, Rung(f"before-{days}", NOW.replace(hour=hour)), NOW)


def both(_: Alert) -> list[str]:
    return [STREAM, EMAIL]


def due(*raised: Alert, passed: tuple[Alert, ...] = ()) -> DueAlerts:
    return DueAlerts(raised, passed)


@case
async def of_two_notifiers_one_claims_an_alert(alerts: Alerts) -> None:
    first, second = alerts.store("a"), alerts.store("b")

    assert await first.claim(due(alert("X1"), alert("X2")), both) == [alert("X1"), alert("X2")]
    assert await second.claim(due(alert("X2"), alert("X3")), both) == [alert("X3")]


@case
async def a_claimed_alert_is_known_to_others(alerts: Alerts) -> None:
    await alerts.store("a").claim(due(alert("X1"), passed=(alert("X2"),)), both)

    ids = [alert(unit).id(STREAM) for unit in ("X1", "X2", "X3")]

    assert await alerts.store("b").known(ids) == set(ids[:2])


@case
async def unsent_alerts_come_in_the_order_of_time_and_unit(alerts: Alerts) -> None:
    store = alerts.store("a")
    await store.claim(due(alert("X3", hour=2), alert("X2"), alert("X1"), passed=(alert("X4"),)), both)

    assert await store.unsent(STREAM) == [alert("X1"), alert("X2"), alert("X3", hour=2)]
    assert await store.unsent(EMAIL) == [alert("X1"), alert("X2"), alert("X3", hour=2)]


@case
async def a_lease_keeps_others_away_until_it_ends(alerts: Alerts) -> None:
    mine, other = alerts.store("a"), alerts.store("b")
    await mine.claim(due(alert("X1")), both)

    assert await other.unsent(STREAM) == []
    assert await other.lease([alert("X1")], STREAM) == []
    assert await other.is_another_sending()
    assert not await mine.is_another_sending()

    alerts.now = NOW + LEASE + timedelta(seconds=1)
    assert await other.unsent(STREAM) == [alert("X1")]
    assert not await other.is_another_sending()
    assert [one.alert for one in await other.lease([alert("X1")], STREAM)] == [alert("X1")]
    assert await mine.lease([alert("X1")], STREAM) == []


@case
async def an_alert_on_which_another_holds_a_lease_is_leased_by_others(alerts: Alerts) -> None:
    mine, other = alerts.store("a"), alerts.store("b")
    await mine.claim(due(alert("X1"), alert("X2")), both)

    assert sorted(leased.matter.unit for leased in await other.leased_by_others(EMAIL)) == ["X1", "X2"]
    assert await mine.leased_by_others(EMAIL) == []

    await mine.settle([Outcome(alert("X1"), SENT)], EMAIL)
    assert await other.leased_by_others(EMAIL) == [alert("X2")]

    alerts.now = NOW + LEASE + timedelta(seconds=1)
    assert await other.leased_by_others(EMAIL) == []


@case
async def a_released_alert_is_free_at_once(alerts: Alerts) -> None:
    mine, other = alerts.store("a"), alerts.store("b")
    await mine.claim(due(alert("X1"), alert("X2")), both)

    await other.release([alert("X2")], EMAIL)
    assert await other.unsent(EMAIL) == []

    await mine.release([alert("X1")], EMAIL)
    assert await other.leased_by_others(EMAIL) == [alert("X2")]
    assert await other.unsent(EMAIL) == [alert("X1")]
    assert await mine.unsent(EMAIL) == [alert("X1"), alert("X2")]
    assert [leased.alert for leased in await other.lease([alert("X1")], EMAIL)] == [alert("X1")]
    assert await mine.lease([alert("X1")], EMAIL) == []


@case
async def a_settled_alert_is_not_sent_again(alerts: Alerts) -> None:
    store = alerts.store("a")
    await store.claim(due(alert("X1"), alert("X2"), alert("X3")), both)

    await store.settle([Outcome(alert("X1"), SENT), Outcome(alert("X2"), RAISED)], STREAM)
    await store.drop([alert("X3")], STREAM)

    assert await store.unsent(STREAM) == [alert("X2")]
    assert await store.lease([alert("X1"), alert("X3")], STREAM) == []
    assert await store.outcomes([alert("X1"), alert("X2"), alert("X3"), alert("X4")], [STREAM]) == {
        alert("X1").id(STREAM): (SENT, 0),
        alert("X2").id(STREAM): (RAISED, 0),
        alert("X3").id(STREAM): (PASSED, 0),
    }


@case
async def mails_that_were_handed_over_are_remembered(alerts: Alerts) -> None:
    store = alerts.store("a")
    await store.claim(due(alert("X1"), alert("X2")), both)

    await store.settle([Outcome(alert("X1"), RAISED, Handed(frozenset({"m2", "m1"}), frozenset({"m3"})))], EMAIL)
    await store.settle([Outcome(alert("X1"), RAISED, Handed(frozenset({"m1", "m4"})))], EMAIL)

    [lease] = await store.lease([alert("X1")], EMAIL)
    assert lease.handed == Handed(frozenset({"m1", "m2", "m4"}), frozenset({"m3"}))
    assert await store.outcomes([alert("X1")], [EMAIL]) == {alert("X1").id(EMAIL): (RAISED, 1)}


@case
async def the_alerts_of_one_mail_are_settled_alike(alerts: Alerts) -> None:
    store, handed = alerts.store("a"), Handed(frozenset({"m1"}), frozenset({"m2"}))
    await store.claim(due(alert("X1"), alert("X1", 2), alert("X2")), both)

    await store.settle([Outcome(alert("X1"), SENT, handed), Outcome(alert("X1", 2), SENT, handed), Outcome(alert("X2"), RAISED)], EMAIL)

    ids = [alert("X1"), alert("X1", 2), alert("X2")]
    assert await store.outcomes(ids, [EMAIL]) == {
        alert("X1").id(EMAIL): (SENT, 1),
        alert("X1", 2).id(EMAIL): (SENT, 1),
        alert("X2").id(EMAIL): (RAISED, 0),
    }
    assert await store.mails_sent(ids) == {("ct27/2024/X1", "report"): 1}  # both rungs were in the same mail


@case
async def sent_mails_are_counted_by_duty_and_cause(alerts: Alerts) -> None:
    store = alerts.store("a")
    await store.claim(due(alert("X1"), alert("X1", 2), alert("X2"), alert("X3")), both)

    await store.settle([Outcome(one, SENT) for one in (alert("X1"), alert("X1", 2), alert("X2"))], EMAIL)

    assert await store.mails_sent([alert("X1"), alert("X3")]) == {("ct27/2024/X1", "report"): 2}


@case
async def an_alert_that_is_published_again_is_not_stored_again(alerts: Alerts) -> None:
    messages = [Message(subjects.alerts("X1"), b"%d" % number, f"alert {number}") for number in range(10)]

    await alerts.publish(messages[:3])
    await alerts.publish(messages)
    await alerts.publish(messages[2:5])

    assert sorted(await alerts.published()) == [b"%d" % number for number in range(10)]
