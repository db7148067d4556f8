"""The stand-ins of the notifier's simulation do what MongoDB and nats-server do: each case runs on both. The cases: `alert_cases`."""

import asyncio
from typing import Any

import pytest

from services.notify.channels.email import Answer
from services.notify.store.alerts import AlertStore
from services.notify.texts.mail import Mail
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire.subjects import ALERTS
from tests.simulation.cases.alert_cases import CASES, NOW, Alerts
from tests.simulation.cases.cases import Case
from tests.simulation.reminders.fakes import AlertCollection, AlertsStream, Document


class Published:
    """Keeps what was published, and nothing else."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []

    def claimed(self, document: Document) -> None: ...

    def settled(self, document: Document, state: str) -> None: ...

    def published(self, payload: bytes, is_late_repeat: bool) -> None:
        self.payloads.append(payload)

    def mailed(self, mail: Mail) -> Answer:
        return Answer.SENT


def stand_in() -> Alerts:
    watcher = Published()
    database: Any = {"alerts": AlertCollection(watcher)}
    stream = AlertsStream(watcher, lambda: NOW)

    async def publish(messages: list[Message]) -> None:
        await stream.publish_together(ALERTS, messages)

    async def published() -> list[bytes]:
        return watcher.payloads

    return Alerts(lambda clock, holder: AlertStore(database, clock, holder), publish, published)


@pytest.fixture
def real(connections: Connections) -> Alerts:
    def store(clock: Any, holder: str) -> AlertStore:
        return AlertStore(connections.database, clock, holder)

    async def published() -> list[bytes]:
        last = await connections.streams.last_sequence(ALERTS)
        return [(await connections.streams.jetstream.get_msg(ALERTS, sequence)).data or b"" for sequence in range(1, last + 1)]

    return Alerts(store, lambda messages: connections.streams.publish_together(ALERTS, messages), published)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_stand_in(case: Case[Alerts]) -> None:
    asyncio.run(case(stand_in()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_the_real_server(case: Case[Alerts], real: Alerts) -> None:
    await case(real)
