"""One tick of the notifier.

    tick(desk, at)
      │
      ├─ wait     barrier.pass_screened     INBOX is screened and REPORTS is folded, so the book knows every report that was sent
      │
      ├─ read     book.owed(at)             the owed duties, grouped by their rungs
      │           reminders.reached         units whose newest rung may go out and is not known to be claimed
      │           digest.reached            groups in which a unit owes, by recipient
      │           alerts.known              which of their alerts MongoDB already has
      │
      ├─ decide   reminders.decide          pure: at most one rung of each is raised; older ones are marked as passed
      │
      ├─ claim    alerts.claim              one document for each alert and channel; the first notifier to insert it wins
      │           reminders.close           these units are not looked at again before their next rung
      │
      └─ send     by each channel, digests first, in batches; also alerts that another notifier claimed but did not send:
                  reminders.present         pure: what a request asks for now
                  addressing.addressed      pure: whom each goes to now: the unit, or its heir; while nobody acts, it waits
                  bundles.divide            pure: the alerts that go to one unit as one mail, if no other notifier holds a part of them
                  reminders.sort_out        pure: drops alerts when nothing is owed any more, delays them over days off
                  alerts.lease              reserves the alerts for this notifier for 30 s
                  content.of                the complete alert, according to the present duties
                  connection.send           published to ALERTS, handed to the mail server
                  alerts.settle             stores the outcome

A crash anywhere only causes a repeat: ids stay the same, a claim is made once, and a lease ends.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from services.notify.barrier import Barrier
from services.notify.channels.channel import Channel
from services.notify.domain import addressing, bundles, digest, reach, reminders
from services.notify.domain.alerts import Alert, Lease
from services.notify.domain.bundles import Bundle
from services.notify.domain.duties import Duty
from services.notify.domain.reach import Reach
from services.notify.domain.reminders import Candidate, DueAlerts, Leftovers
from services.notify.follower import Follower
from services.notify.store.alerts import LEASE, AlertStore
from services.notify.texts import content
from shared.plumbing import metrics
from shared.words.units import Unit

log = structlog.get_logger()

OTHERS_POLL_S: Final = 0.5


@dataclass(frozen=True)
class Desk:
    """Everything that the notifier works with. Alerts go out by the channels in this order."""

    follower: Follower
    barrier: Barrier
    alerts: AlertStore
    channels: Sequence[Channel]
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)  # a lease belongs to a notifier and does not separate its own tasks

    def channels_of(self, alert: Alert) -> list[str]:
        """The names of the channels by which an alert goes out."""
        unit = self.unit_of(alert)
        return [channel.name for channel in self.channels if channel.reaches(unit)]

    def unit_of(self, alert: Alert) -> Unit:
        """The unit that an alert goes to, as it is when the alert is raised."""
        return content.addressee(self.follower.reference, alert.unit_id, max(alert.rung.at, alert.raised_at))


async def tick(desk: Desk, at: datetime) -> list[Alert]:
    """Raises the alerts and digests that are due at the instant `at`, and sends all raised alerts that were not sent yet. Returns what this
    call raised, digests last.
    """
    await desk.barrier.pass_screened()
    await desk.follower.recall_live(at)
    candidates = _candidates(desk, at)
    raised = await desk.alerts.claim(await _decide(desk, candidates, at), desk.channels_of)
    reminders.close(candidates)
    log.info("tick.completed", at=at.isoformat(), raised=len(raised))
    await send_raised(desk, at)
    return raised


async def rehearse(desk: Desk, at: datetime) -> list[Alert]:
    """The alerts that a tick at `at` would raise if no report arrived until then. Stores and sends nothing."""
    await desk.barrier.pass_folded()
    await desk.follower.recall_live(at)
    return list((await _decide(desk, _candidates(desk, at), at)).raised)


def _candidates(desk: Desk, at: datetime) -> list[Candidate]:
    """The duties and groups of which an alert may be due, as far as the book knows."""
    reference, owed = desk.follower.reference, desk.follower.book.owed(at).values()
    return reminders.reached(owed, reference, at) + digest.reached(owed, reference, at)


async def _decide(desk: Desk, candidates: Sequence[Candidate], at: datetime) -> DueAlerts:
    reference = desk.follower.reference
    claimed = await desk.alerts.known(candidate.newest_id for candidate in candidates)
    news = [candidate for candidate in candidates if candidate.newest_id not in claimed]
    alerted = await desk.alerts.known(alert_id for candidate in news for _, alert_id in candidate.asked)
    return reminders.traced(reminders.decide(news, alerted, reference, at), desk.follower.book.ledger.traces)


async def reached(desk: Desk, raised: Sequence[Alert]) -> list[Reach]:
    """The channels by which raised alerts went out."""
    names = [channel.name for channel in desk.channels]
    outcomes = await desk.alerts.outcomes(raised, names)
    return [reach.of_raised(alert, desk.unit_of(alert), outcomes, names) for alert in raised]


def would_reach(desk: Desk, rehearsed: Sequence[Alert]) -> list[Reach]:
    """The channels by which the alerts of a rehearsal would go out."""
    return [reach.expected(alert, desk.unit_of(alert), desk.channels_of(alert)) for alert in rehearsed]


async def plan(desk: Desk, at: datetime, regime: str | None = None, period: str | None = None) -> list[Alert]:
    """An alert for every rung, past rungs included, of every unit that owes at the instant `at`, by time, then unit."""
    await desk.barrier.pass_folded()
    await desk.follower.recall(regime, period)
    return reminders.plan(desk.follower.book.duties(at, regime, period), desk.follower.reference.registry)


async def duties(desk: Desk, at: datetime, regime: str | None = None, period: str | None = None) -> list[Duty]:
    """All duties at the instant `at`, owed or not."""
    await desk.barrier.pass_folded()
    await desk.follower.recall(regime, period)
    return list(desk.follower.book.duties(at, regime, period))


async def send_raised(desk: Desk, at: datetime) -> None:
    """Sends raised alerts, digests first, including alerts of a notifier that was killed. Drops alerts that are no longer needed."""
    async with desk.sending:
        for channel in desk.channels:
            await _send(desk, channel, await _bundles(desk, channel, at), at)


async def wait_for_others(desk: Desk, at: datetime) -> None:
    """Returns when no other notifier is sending. Alerts of a killed notifier are sent once its lease has ended."""
    give_up_at = asyncio.get_running_loop().time() + LEASE.total_seconds() + OTHERS_POLL_S
    while await desk.alerts.is_another_sending() and asyncio.get_running_loop().time() < give_up_at:
        await asyncio.sleep(OTHERS_POLL_S)
    await send_raised(desk, at)


async def _bundles(desk: Desk, channel: Channel, at: datetime) -> list[Bundle]:
    """The unsent alerts that this notifier sends by a channel, digests first, each addressed to the unit that acts now. It releases those
    that another notifier must send. Alerts for which nobody acts wait until they are too old, or nothing is owed any more.
    """
    registry = desk.follower.reference.registry
    of_others = await desk.alerts.leased_by_others(channel.name) if channel.is_bundling else []  # before `unsent`, to miss nothing
    raised = await desk.alerts.unsent(channel.name)
    found = addressing.addressed(reminders.present(raised, desk.follower.book.owed(reminders.horizon(raised, at))), registry, at)
    await desk.alerts.drop(_sort_out(desk, found.to_nobody, at).drop, channel.name)
    unsent = sorted(found.to_units, key=lambda alert: not alert.matter.is_digest)
    metrics.ALERTS_WAITING.labels(channel.name).set(len(unsent) + len(found.to_nobody))
    if not channel.is_bundling:
        return bundles.alone(unsent)
    divided = bundles.divide(unsent, addressing.addressed(of_others, registry, at).to_units)
    await desk.alerts.release(divided.release, channel.name)
    return divided.send


async def _send(desk: Desk, channel: Channel, unsent: Sequence[Bundle], at: datetime) -> None:
    follower = desk.follower
    async with channel.connected() as connection:
        for batch in bundles.batches(unsent, channel.batch):
            leases = await _lease(desk, channel, batch, at)
            contents = content.of(leases, follower.reference, follower.book, at)
            async for outcomes in connection.send(contents):
                await desk.alerts.settle(outcomes, channel.name)


async def _lease(desk: Desk, channel: Channel, batch: Sequence[Bundle], at: datetime) -> list[Lease]:
    """Leases the raised alerts that must still be sent. An alert is dropped if the unit's report has been folded by now."""
    left = _sort_out(desk, [alert for bundle in batch for alert in bundle], at)
    await desk.alerts.drop(left.drop, channel.name)
    return bundles.whole(await desk.alerts.lease(left.send, channel.name), left.send, batch)


def _sort_out(desk: Desk, unsent: Sequence[Alert], at: datetime) -> Leftovers:
    follower = desk.follower
    owed = follower.book.owed(reminders.horizon(unsent, at))
    return reminders.sort_out(unsent, owed, follower.reference.working_days, at)
