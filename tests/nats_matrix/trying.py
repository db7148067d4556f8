"""Carries out what the tables say, and notes what came of it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from tests.nats_matrix import cases, rules
from tests.nats_matrix.headers import BLOCKS, REFUSED, STORED, Outcome
from tests.nats_matrix.installation import Counts, Installation, grown
from tests.nats_matrix.rules import RULES, UNIT
from tests.nats_matrix.wire import Heard, NoEntryError, Wire

SETTLE_S: Final = 0.1  # what crosses accounts comes a moment after the PONG


@dataclass(frozen=True)
class Effect:
    """What some messages did: which were refused, which subjects have more or fewer messages, which settings changed, who heard what."""

    refused: Sequence[str]
    grown: Mapping[str, int]
    changed: Sequence[str]
    heard: Mapping[str, Sequence[Heard]] = field(default_factory=dict)


async def enter(installation: Installation, name: str) -> bool:
    """Whether somebody can connect."""
    try:
        wire = await installation.log_in(name)
    except NoEntryError:
        return False
    await wire.close()
    return True


async def unexpected(installation: Installation, user: str) -> list[str]:
    """What a user may do and should not, or should and may not, in every subject of the tables."""
    found = []
    wire = await installation.log_in(user)
    for case in cases.tries(user):
        number = 0
        if case.act == "publish":
            wire.publish(case.subject, cases.HARMLESS)
        else:
            number = wire.subscribe(case.subject)
        is_allowed = not await wire.settle()
        if number and is_allowed:
            wire.unsubscribe(number)
        if is_allowed != rules.may(user, case.act, case.subject):
            found.append(f"{case.act} {case.subject} is {'allowed' if is_allowed else 'refused'}")
    await wire.close()
    return found


async def all_unexpected(installation: Installation) -> dict[str, list[str]]:
    return dict(zip(RULES, await asyncio.gather(*[unexpected(installation, user) for user in RULES]), strict=True))


class Watch:
    """Everybody listens to all that he may."""

    def __init__(self, wires: Mapping[str, Wire]) -> None:
        self._wires = wires

    @classmethod
    async def begin(cls, installation: Installation, *users: str) -> "Watch":
        wires = {user: await installation.log_in(user) for user in users}
        for user, wire in wires.items():
            for subject in RULES[user].subscribe:
                wire.subscribe(subject)
            assert await wire.settle() == []
        await asyncio.sleep(SETTLE_S)
        return cls(wires)

    def heard(self) -> dict[str, list[Heard]]:
        """What came since the last call, by user."""
        found = {user: wire.heard[:] for user, wire in self._wires.items() if wire.heard}
        for wire in self._wires.values():
            wire.heard.clear()
        return found

    async def end(self) -> None:
        for wire in self._wires.values():
            await wire.close()


async def effect_of_replies(
    installation: Installation, watch: Watch, user: str, subject: str, body: bytes, replies: Sequence[str] = cases.REPLIES
) -> Effect:
    """What a user's messages to a subject do, one with each reply subject."""
    wire = await installation.log_in(user)
    await _drain(wire, user)
    watch.heard()
    before, settings = await installation.stored(), await installation.settings()
    refused = []
    for reply in replies:
        wire.publish(subject, body, reply)
        if await wire.settle():
            refused.append(reply)
    await asyncio.sleep(SETTLE_S)
    effect = Effect(refused, *await _since(installation, before, settings), watch.heard())
    await wire.close()
    return effect


async def _since(installation: Installation, before: Counts, settings: Mapping[str, object]) -> tuple[dict[str, int], list[str]]:
    after = await installation.settings()
    changed = sorted(name for name in settings.keys() | after.keys() if settings.get(name) != after.get(name))
    return grown(before, await installation.stored()), changed


async def _drain(wire: Wire, user: str) -> None:
    """Takes what a pull would deliver, so that the next one is answered with the bare status that an attack needs."""
    pulled = next((subject for subject in cases.ASKED.get(user, {}) if "MSG.NEXT" in subject), None)
    if pulled is not None:
        inbox = RULES[user].subscribe[-1].replace(">", "drained")
        wire.subscribe(inbox)
        wire.publish(pulled, b'{"batch": 1000, "no_wait": true}', inbox)
        await wire.settle()
        await asyncio.sleep(SETTLE_S)


async def outcomes_of_headers(installation: Installation) -> dict[str, tuple[Outcome, dict[str, int]]]:
    """What the broker makes of a unit's message with each block of headers, and which subjects have more messages then."""
    found: dict[str, tuple[Outcome, dict[str, int]]] = {}
    wire = await installation.log_in("unit")
    answer_to = f"_INBOX_{UNIT}.answer"
    wire.subscribe(answer_to)
    await wire.settle()
    for name, (block, _) in BLOCKS.items():
        before = await installation.stored()
        wire.publish(f"inbox.{UNIT}", b"{}", answer_to, block)
        refused = await wire.settle()
        outcome = REFUSED
        if not refused:
            answer = orjson.loads((await _next(wire)).body or b"{}")
            outcome = answer["error"]["err_code"] if "error" in answer else STORED
        if "Trace" in name:
            await asyncio.sleep(SETTLE_S)
        found[name] = outcome, grown(before, await installation.stored())
    await wire.close()
    return found


async def _next(wire: Wire) -> Heard:
    async with asyncio.timeout(10):
        while not wire.heard:
            await asyncio.sleep(0.001)
    return wire.heard.pop()
