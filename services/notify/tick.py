"""What the notifier does when the clock ticks, and what it would do: `tick` and `plan`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from services.notify import barrier
from services.notify.channels.mailer import Mailer, Session
from services.notify.domain import decision, digest, messages, outgoing, reach, series
from services.notify.domain.alerts import EMAIL, PASSED, PUBLISHED, STREAM, Alert
from services.notify.domain.decision import Decision
from services.notify.domain.duties import Duty
from services.notify.domain.messages import Handed, Mail, Outcome
from services.notify.domain.reach import Told
from services.notify.follower import Follower
from services.notify.store.alerts import LEASE, AlertStore
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.shell.settings import NotifySettings
from shared.wire import subjects

log = structlog.get_logger()

PUBLISH_BATCH: Final = 500
MAIL_BATCH: Final = 10  # sent well within a lease
OTHERS_POLL_S: Final = 0.5


@dataclass(frozen=True)
class Desk:
    """What the notifier works with."""

    held: Connections[NotifySettings]
    follower: Follower
    alerts: AlertStore
    mailer: Mailer
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)  # the lease knows notifiers, not the tasks of one


async def tick(desk: Desk, at: datetime) -> list[Alert]:
    """Raises the alerts and digests that are due at the instant `at`, and sends what was raised and not sent yet; what was raised
    now, digests last.
    """
    await barrier.pass_screened(desk.held, desk.follower)
    raised = await desk.alerts.claim(await _decide(desk, at))
    log.info("tick.completed", at=at.isoformat(), raised=len(raised))
    await send_raised(desk, at)
    return raised


async def rehearse(desk: Desk, at: datetime) -> list[Alert]:
    """What a tick at `at` would raise if nothing came until then; nothing is stored and nothing is sent."""
    await barrier.pass_folded(desk.held, desk.follower)
    return list((await _decide(desk, at)).raised)


async def _decide(desk: Desk, at: datetime) -> Decision:
    reference, owing = desk.follower.reference, desk.follower.book.owing(at).values()
    loaded_at, seen = reference.loaded_at, desk.alerts.seen
    ladders = series.reached(owing, loaded_at, at, seen) + digest.reached(owing, reference, at, seen)
    alerted = await desk.alerts.known(alert_id for ladder in ladders for alert_id in ladder.ids)
    return decision.decide(ladders, alerted, loaded_at, reference.working_days, at)


async def try_mail(mailer: Mailer, mails: Sequence[Mail]) -> dict[str, Outcome]:
    """Hands over mails that are no alerts; what became of each, by address."""
    async with mailer.session() as session:
        return {mail.to: await session.send(mail) for mail in mails}


async def told(desk: Desk, raised: Sequence[Alert]) -> list[Told]:
    """What became of raised alerts."""
    outcomes = await desk.alerts.outcomes(raised)
    units = desk.follower.reference.registry.by_id
    return [reach.told(alert, units[alert.unit_id], outcomes) for alert in raised]


def would_tell(desk: Desk, raised: Sequence[Alert]) -> list[Told]:
    """By which channels alerts of a rehearsal would go."""
    units = desk.follower.reference.registry.by_id
    return [reach.would_tell(alert, units[alert.unit_id]) for alert in raised]


async def plan(desk: Desk, at: datetime, regime: str | None = None, period: str | None = None) -> list[Alert]:
    """Every rung, past ones too, of every unit that owes at the instant `at`, by time, then unit."""
    await barrier.pass_folded(desk.held, desk.follower)
    return series.plan(desk.follower.book.duties(at, regime, period))


async def duties(desk: Desk, at: datetime, regime: str | None = None, period: str | None = None) -> list[Duty]:
    """All duties at the instant `at`, owed or not."""
    await barrier.pass_folded(desk.held, desk.follower)
    return list(desk.follower.book.duties(at, regime, period))


async def send_raised(desk: Desk, at: datetime) -> None:
    """Sends raised alerts, digests first, also those of a notifier that was killed; drops those that nobody needs any more."""
    async with desk.sending:
        for channel, send in ((STREAM, _publish), (EMAIL, _post)):
            unsent = await desk.alerts.unsent(channel)
            await send(desk, sorted(unsent, key=lambda alert: not alert.is_digest), at)


async def wait_for_others(desk: Desk, at: datetime) -> None:
    """Returns when no other notifier sends any more; one that was killed is relieved when its lease has ended."""
    give_up_at = asyncio.get_running_loop().time() + LEASE.total_seconds() + OTHERS_POLL_S
    while await desk.alerts.is_another_sending() and asyncio.get_running_loop().time() < give_up_at:
        await asyncio.sleep(OTHERS_POLL_S)
    await send_raised(desk, at)


async def _publish(desk: Desk, unsent: Sequence[Alert], at: datetime) -> None:
    book = desk.follower.book
    for first in range(0, len(unsent), PUBLISH_BATCH):
        mine = await _take(desk, unsent[first : first + PUBLISH_BATCH], STREAM, at)
        said = [(alert, outgoing.event(alert, book, max(at, alert.raised_at))) for alert in mine]
        events = [Message(subjects.alerts(alert.unit), event, alert.id(STREAM)) for alert, event in said]
        await desk.held.streams.publish_together(subjects.ALERTS, events)
        await desk.alerts.settle(mine, STREAM, PUBLISHED)


async def _post(desk: Desk, unsent: Sequence[Alert], at: datetime) -> None:
    async with desk.mailer.session() as session:
        for first in range(0, len(unsent), MAIL_BATCH):
            mine = await _take(desk, unsent[first : first + MAIL_BATCH], EMAIL, at)
            reminders = await desk.alerts.reminders(mine)
            for alert in mine:
                handed = await _post_one(desk, session, alert, at, reminders[alert.duty, alert.cause])
                await desk.alerts.settle_mail(alert, handed)  # at once: a crash repeats one at most


async def _take(desk: Desk, unsent: Sequence[Alert], channel: str, at: datetime) -> list[Alert]:
    """Leases what is to be sent of some raised alerts, as everybody stands now: a report stops an alert up to this moment."""
    left = decision.sort_out(unsent, desk.follower.book.owing(decision.horizon(unsent, at)), desk.follower.reference.working_days, at)
    await desk.alerts.settle(left.drop, channel, PASSED)
    return await desk.alerts.take(left.send, channel)


async def _post_one(desk: Desk, session: Session, alert: Alert, at: datetime, reminders: int) -> Handed:
    """One mail to each contact that had none yet."""
    follower, now = desk.follower, max(at, alert.raised_at)
    mails = outgoing.mails(alert, follower.reference, follower.book, now, desk.held.settings.site, reminders)
    tried = alert.mailed | alert.refused
    return messages.handed(alert, {mail.id: await session.send(mail) for mail in mails if mail.id not in tried})
