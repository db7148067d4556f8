"""`make reform-kills [KILLS=20] [SEED=1]`: `tonghop reform apply` and `revert` of 1 July 2025, killed at random moments under load.

What: 50 reports a second arrive at ingest, aggregate and notify. A command applies or reverts the reform, and at a random moment of it the
command, or mongod, is killed. Then all documents of units, areas and regimes are those of before or those of after, byte for byte. The
command is run again and ends with the state of after. At the end every view is compared with a plain recomputation.

Exit code 1 if a state was neither of both, or a view is wrong.
"""

import argparse
import asyncio
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Final

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from services.aggregate import verify
from services.cli.known_reforms import REFORM_FILES
from services.devstack.process import Process
from shared.plumbing import tasks
from shared.shell import observability
from shared.wire import collection_names
from tests import seeds
from tests.faults.sending import Season, Sender
from tests.faults.world import World, world
from tests.running import command

OFFICES: Final = REFORM_FILES / "2025-03-01-quang-binh"
REFORM: Final = REFORM_FILES / "2025-07-01"
WATCHED: Final = (collection_names.UNITS, collection_names.AREAS, collection_names.REGIMES)
PER_SECOND: Final = 50
SETTLES: Final = 8
SETTLE_S: Final = 5.0
GIVEN_UP_S: Final = 5  # after this time the server gives up the transaction of a killed command; 60 in production
COMMANDS: Final = {"apply": ("apply", str(REFORM)), "revert": ("revert", REFORM.name, "--with-reports")}

State = dict[str, list[bytes]]


@dataclass
class Reforming:
    """Commands on a world, the states of before and after, and how long the commands take when nobody kills them."""

    world: World
    states: dict[str, State] = field(default_factory=dict)
    takes_s: dict[str, float] = field(default_factory=dict)

    async def begin(self) -> None:
        """Applies and reverts once, without kills."""
        await self.give_up_soon()
        await self.world.connections.reference.put_regimes(seeds.changing_regimes())
        assert await self.run("apply", str(OFFICES)) == 0
        before = await self.state()
        for what, (act, *arguments) in COMMANDS.items():
            began = time.monotonic()
            assert await self.run(act, *arguments) == 0
            self.takes_s[what] = time.monotonic() - began
            self.states[what] = await self.state()
        assert self.states["revert"] == before != self.states["apply"]

    async def killed(self, what: str, victim: str, moment: float) -> str:
        """Kills the command, or mongod, at a moment between 0 and 1 of the command; `before` or `after`."""
        other = "revert" if what == "apply" else "apply"
        running = self.command(*COMMANDS[what])
        running.launch()
        await asyncio.sleep(moment * self.takes_s[what])
        if victim == "mongod":
            self.world.kill("mongod")
            await self.world.revive("mongod")
            await self.give_up_soon()
            await running.ended()
        else:
            await running.kill()
        found = {"before": self.states[other], "after": self.states[what]}
        state = await self.state()
        after_kill = next((name for name, expected in found.items() if expected == state), "NEITHER")
        code = await self.run(*COMMANDS[what])
        return after_kill if code == 0 and await self.state() == self.states[what] else f"{after_kill}, then NOT AFTER ({code})"

    async def run(self, *words: str) -> int:
        """The exit code of a command that runs to its end; again while a server is away."""
        for _ in range(5):
            running = self.command(*words)
            running.launch()
            if (code := await running.ended()) != 3:
                return code
        return 3

    def command(self, *words: str) -> Process:
        return command("reform", *words, settings=self.world.settings, folder=self.world.folder)

    async def state(self) -> State:
        """The bytes of all documents, sorted by `_id`."""
        return {name: await self.world.ask(lambda name=name: self._raw(name)) for name in WATCHED}  # type: ignore[misc]

    async def _raw(self, name: str) -> list[bytes]:
        collection: Any = self.world.connections.database[name].with_options(CodecOptions(document_class=RawBSONDocument))
        return [document.raw for document in sorted(await collection.find().to_list(None), key=lambda one: str(one["_id"]))]

    async def give_up_soon(self) -> None:
        """Sets how long the server keeps the transaction of a killed command."""
        admin = self.world.connections.mongo["admin"]
        await self.world.ask(lambda: admin.command({"setParameter": 1, "transactionLifetimeLimitSeconds": GIVEN_UP_S}))


async def kill_each(kills: int, seed: int) -> list[str]:
    """So many kills; what is wrong."""
    rng, wrong = random.Random(seed), list[str]()
    async with world() as made:
        reforming, season = Reforming(made), Season(await made.connections.reference.current(), rng)
        await reforming.begin()
        print(f"apply {reforming.takes_s['apply']:.1f} s, revert {reforming.takes_s['revert']:.1f} s", flush=True)
        sender = Sender(made.connections.streams.jetstream, season.next)
        loading = asyncio.create_task(sender.send_for(3600.0, PER_SECOND))
        try:
            for number in range(kills):
                what, victim, moment = ("apply", "revert")[number % 2], rng.choice(("command", "mongod")), rng.uniform(0.4, 1.8)
                found = await reforming.killed(what, victim, moment)
                print(f"{number + 1:3}  {what:6} {victim:7} at {moment:4.0%}: {found}", flush=True)
                wrong += [f"{what} {victim} {moment:.2f}: {found}"] if "N" in found else []
        finally:
            await tasks.end(loading)
        wrong += await _wrong_views(made)
    return wrong


async def _wrong_views(made: World) -> list[str]:
    """What is wrong with views when the aggregator has had time to compute them under the last generation."""
    found: list[str] = []
    for _ in range(SETTLES):
        await made.until_caught_up()
        verdict = await verify.verify(made.connections, lambda _: None)
        found = [f"{one.view} {one.field}: {one.stored}, expected {one.expected}" for one in verdict.differences]
        if not found:
            break
        await asyncio.sleep(SETTLE_S)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    observability.configure_logs("faults", level=40)
    wrong = asyncio.run(kill_each(asked.kills, asked.seed))
    print(*(wrong or ["every kill left the state of before or of after; every view is right"]), sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
