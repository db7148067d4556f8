"""The interface of a channel: a class with five members is enough to send alerts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from services.notify import tick
from services.notify.domain.alerts import SENT, Alert, Outcome
from services.notify.texts.content import Content
from services.notify.tick import Desk
from shared.words.units import Unit
from tests.notify.builders import submitted, vn
from tests.notify.conftest import Office

AT = vn("2026-12-18 08:00")


class Telephone:
    """A channel that the product does not know; it reaches one unit, and its line is cut after the first alerts."""

    name = "telephone"
    is_bundling = False
    batch = 1

    def __init__(self) -> None:
        self.called: list[Alert] = []
        self.is_cut = False

    def reaches(self, unit: Unit) -> bool:
        return unit.code in ("112", "113")

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Telephone"]:
        yield self

    async def send(self, contents: Sequence[Content]) -> AsyncIterator[Sequence[Outcome]]:
        for content in contents:
            if not self.is_cut:
                self.called.append(content.alert)
                yield [Outcome(content.alert, SENT)]

    def units(self) -> list[str]:
        return [alert.matter.unit for alert in self.called]


async def test_a_third_channel_sends_to_the_units_that_it_reaches(office: Office, desk: Desk) -> None:
    await office.log(submitted("113"))
    telephone = Telephone()
    with_it = replace(desk, channels=[*desk.channels, telephone])

    raised = await tick.tick(with_it, AT)

    assert telephone.units() == ["112"]
    reached = {reach.alert.matter.unit: reach.channels for reach in await tick.reached(with_it, raised)}
    assert reached["112"] == ("stream", "telephone")
    stored = [document async for document in office.connections.database["alerts"].find({"channel": "telephone"})]
    assert [(document["unit"], document["state"]) for document in stored] == [("112", "sent")]


async def test_an_alert_without_an_outcome_is_sent_by_a_later_tick(office: Office, desk: Desk) -> None:
    telephone = Telephone()
    with_it = replace(desk, channels=[*desk.channels, telephone])
    telephone.is_cut = True
    await tick.tick(with_it, AT)
    assert telephone.units() == []
    telephone.is_cut = False
    await tick.tick(with_it, AT)
    await tick.tick(with_it, AT)
    assert sorted(telephone.units()) == ["112", "113"]
