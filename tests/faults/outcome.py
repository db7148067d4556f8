"""Judges a round: every acknowledged event is claimed, logged and stored once, with one received time, and every view is right."""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass

from services.aggregate import log as logs
from services.aggregate import verify
from shared.wire import events, subjects
from tests.faults.world import World

OF_WHAT_STANDS = {"action.no_such_revision", "action.not_standing"}  # a return that came before its report, or after the next


@dataclass(frozen=True)
class Outcome:
    """Events by their claim's id, and what differs."""

    events: int
    lost: frozenset[str]  # acknowledged, but not claimed as accepted, not in the log, or not stored
    double: frozenset[str]  # with more than one received time: judged, or counted, twice
    uncalled: frozenset[str]  # never sent, or refused though nothing is wrong with it
    copies: int  # repeats in the log, which its readers drop
    parked: int
    differences: tuple[str, ...]  # of the views and `reports` from a plain recomputation

    @property
    def is_right(self) -> bool:
        return not (self.lost or self.double or self.uncalled or self.parked or self.differences)

    def __str__(self) -> str:
        equal = "equal" if not self.differences else f"{len(self.differences)} DIFFER"
        wrong = f", {len(self.uncalled)} uncalled for" if self.uncalled else ""
        wrong += f", {self.parked} parked" if self.parked else ""
        return (
            f"{self.events} events, lost {len(self.lost)}, double {len(self.double)}, views {equal}{wrong}, {self.copies} copies in the log"
        )

    def details(self) -> list[str]:
        """Some of what is wrong."""
        found = {"lost": self.lost, "double": self.double, "uncalled for": self.uncalled}
        return [f"{what}: {key}" for what, keys in found.items() for key in sorted(keys)[:5]] + list(self.differences[:5])


async def judge(world: World, acknowledged: Set[str]) -> Outcome:
    """Compares what the senders know with what the system holds, once it has caught up."""
    database, streams = world.connections.database, world.connections.streams
    received: dict[str, set[int]] = defaultdict(set)
    accepted, refused, late, stored, logged = set[str](), set[str](), set[str](), set[str](), set[str]()
    copies = 0
    async for claim in database["receipts"].find({}, {"verdict": 1, "errors": 1, "received_ms": 1}):
        is_late = bool(claim["errors"]) and {error["code"] for error in claim["errors"]} <= OF_WHAT_STANDS
        (accepted if claim["verdict"] == "accepted" else late if is_late else refused).add(claim["_id"])
        received[claim["_id"]].add(claim["received_ms"])
    async for report in database["reports"].find({}, {"received_ms": 1}):
        stored.add(report["_id"])
        received[report["_id"]].add(report["received_ms"])
    async for batch in logs.whole(streams, "reports.>", await streams.last_sequence(subjects.REPORTS)):
        for found in batch:
            event = events.read_logged(found.payload)
            assert event is not None
            copies += event.id in logged
            logged.add(event.id)
            received[event.id].add(event.received_ms)
    verdict = await verify.verify(world.connections, lambda _: None)
    return Outcome(
        events=len(acknowledged),
        lost=frozenset(acknowledged - late - (accepted & logged & stored)),
        double=frozenset(key for key, times in received.items() if len(times) > 1),
        uncalled=frozenset((late | accepted | logged | stored) - acknowledged) | refused | (late & (logged | stored)),
        copies=copies,
        parked=await streams.last_sequence(subjects.PARKED),
        differences=tuple(f"{found.view} {found.field}: {found.stored}, expected {found.expected}" for found in verdict.differences),
    )
