"""The channel `stream`: every alert is published to the stream ALERTS, on the subject of the unit that it goes to."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, Protocol

from services.notify.domain.alerts import PUBLISHED, STREAM, Outcome
from services.notify.domain.digest import Tally
from services.notify.domain.duties import Duty
from services.notify.texts import wording
from services.notify.texts.content import Content
from shared.plumbing.broker import Message
from shared.wire import envelope, events, subjects
from shared.wire.alerts import DIGEST_CODES, AlertData, DigestData, NamedUnit
from shared.words.units import Unit


class Publisher(Protocol):
    """The part of `shared/plumbing/broker.py:Streams` that this channel needs."""

    async def publish_together(self, stream: str, messages: Sequence[Message]) -> object: ...


class Stream:
    """Publishes alerts. It is its own connection: it uses the service's connection to NATS."""

    name: Final = STREAM
    is_bundling: Final = False
    batch: Final = 500

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def reaches(self, unit: Unit) -> bool:
        """Always true: every unit has a subject."""
        return True

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Stream"]:
        yield self

    async def send(self, contents: Sequence[Content]) -> AsyncIterator[Sequence[Outcome]]:
        """Publishes alerts together. All of them are in ALERTS afterwards."""
        messages = [Message(subjects.alerts(content.unit.id), event(content), content.alert.id(STREAM)) for content in contents]
        await self._publisher.publish_together(subjects.ALERTS, messages)
        yield [Outcome(content.alert, PUBLISHED) for content in contents]


def event(content: Content) -> bytes:
    """The event of an alert, an `AlertRaised`. For a digest it contains the group's figures."""
    alert, data = content.alert, _data(content)
    trace = alert.matter.traceparent
    return envelope.encode(
        envelope.of_service("notify", alert.id(STREAM), events.ALERT_RAISED, data, at=alert.raised_at, traceparent=trace)
    )


def _data(content: Content) -> AlertData:
    """The event's data, without the fields that are not set."""
    alert, matter = content.alert, content.alert.matter
    data = AlertData(
        unit=content.unit.id,
        of=NamedUnit(id=matter.unit_id, code=matter.unit, name=matter.unit_name),
        regime=matter.regime,
        period=matter.period,
        rung=alert.rung.name,
        at=wording.with_offset(alert.rung.at),
        deadline=wording.with_offset(matter.deadline),
        cause=matter.cause,
    )
    before, tally = matter.before, content.tally
    more: dict[str, object] = {} if before is None else {"deadline_before": wording.with_offset(before)}
    if content.by is not None:
        role = "entered_by" if matter.entered_by else "undone_by" if matter.undone_by else "asked_by"
        more[role] = NamedUnit(id=content.by.id, code=content.by.code, name=content.by.name)
    if text := matter.text if matter.asked_by else matter.reason if matter.undone_by else "":
        more["text"] = text
    return data.model_copy(update=more if tally is None else {**more, "digest": _figures(tally)})


def _figures(tally: Tally) -> DigestData:
    """The group's figures: counts of all units, and the codes of the first units of each list."""
    return DigestData(
        expected=tally.expected,
        received=tally.received,
        late=len(tally.late),
        rate=tally.rate,
        confirmers=tally.confirmers,
        confirmed=tally.confirmed,
        missing=_first(tally.missing),
        late_units=_first(tally.late),
        unconfirmed=_first(tally.unconfirmed),
        estimators=tally.estimators,
        official=tally.official,
        estimated=_first(tally.estimated),
        without_contact=tally.without_contact[:DIGEST_CODES],
        without_heir=_first(tally.without_heir),
    )


def _first(duties: Sequence[Duty]) -> list[str]:
    return [duty.unit.code for duty in duties[:DIGEST_CODES]]
