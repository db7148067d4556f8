"""Bundles: the alerts that go to one unit as one message: about its own duties, and about those of the units for which it acts.

All reminders to a unit that wait to be sent are one bundle, all digests to it are another, and so is all news of reports that others
entered for it. A request is one bundle, whatever the unit owes. Another notice is a bundle of its own, because it gives a reason. One
notifier sends a whole bundle, so an address gets at most one mail of each of the three kinds in a tick.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from services.notify.domain.alerts import DIGEST, STREAM, Alert, Lease
from services.notify.domain.notices import ENTERED, NOW

Bundle = tuple[Alert, ...]
"""Alerts that go out as one message; never empty."""
Item = TypeVar("Item")
REMINDER: Final = "reminder"


@dataclass(frozen=True, slots=True)
class Divided:
    """What a notifier does with alerts that are not sent yet: it sends bundles, and releases its leases on alerts of other bundles."""

    send: list[Bundle]
    release: list[Alert]


def key(alert: Alert) -> str:
    """Alerts with the same key are one bundle."""
    matter = alert.matter
    if matter.is_digest:
        return f"{alert.unit_id}/{DIGEST}"
    if matter.is_entry:
        return f"{alert.unit_id}/{ENTERED}"
    if matter.asked_by:
        return f"{alert.unit_id}/{matter.cause}/{matter.asked_by}"
    return f"{alert.unit_id}/{matter.ladder_id if alert.rung.name == NOW else REMINDER}"


def group(items: Iterable[Item], alert_of: Callable[[Item], Alert]) -> list[tuple[Item, ...]]:
    """The items, grouped by the bundle of their alert. Bundles and items keep their order."""
    by_key: dict[str, list[Item]] = {}
    for item in items:
        by_key.setdefault(key(alert_of(item)), []).append(item)
    return [tuple(items_of_key) for items_of_key in by_key.values()]


def of(alerts: Iterable[Alert]) -> list[Bundle]:
    """The bundles of alerts, in the order of their first alerts."""
    return group(alerts, lambda alert: alert)


def alone(alerts: Iterable[Alert]) -> list[Bundle]:
    """Each alert as a bundle of its own, for a channel that sends every alert by itself."""
    return [(alert,) for alert in alerts]


def divide(unsent: Iterable[Alert], of_others: Iterable[Alert]) -> Divided:
    """Which bundles this notifier sends: those of which no other notifier holds a part. `unsent` are the alerts that it may lease,
    `of_others` those on which another notifier holds a lease.

    Two notifiers may each have claimed a part of a bundle. They do not wait for each other: only the holder of the bundle's first alert (by
    id) keeps its part, the other one releases its own.
    """
    first_of_others: dict[str, str] = {}
    for alert in of_others:
        bundle_key, alert_id = key(alert), alert.id(STREAM)
        first_of_others[bundle_key] = min(alert_id, first_of_others.get(bundle_key, alert_id))
    send: list[Bundle] = []
    release: list[Alert] = []
    for bundle in of(unsent):
        first = first_of_others.get(key(bundle[0]))
        if first is None:
            send.append(bundle)
        elif first < min(alert.id(STREAM) for alert in bundle):
            release += bundle
    return Divided(send, release)


def batches(bundles: Sequence[Bundle], most: int) -> Iterator[Sequence[Bundle]]:
    """The bundles in batches of at most `most`. A bundle is never split."""
    return (bundles[first : first + most] for first in range(0, len(bundles), most))


def whole(leases: Iterable[Lease], wanted: Iterable[Alert], bundles: Iterable[Bundle]) -> list[Lease]:
    """The leases of the bundles in which every wanted alert is leased. A bundle of which another notifier got a part waits."""
    by_alert = {lease.alert: lease for lease in leases}
    lost = {alert for alert in wanted if alert not in by_alert}
    return [by_alert[alert] for bundle in bundles if lost.isdisjoint(bundle) for alert in bundle if alert in by_alert]
