"""`make faults [ROUNDS=50] [SEED=1]`: 200 reports/s, and in each round a random fault at a random moment.

What: kills, stopped processes, slow and full disks, power cuts, then black holes, on one system that keeps its data. Last (seed 1, 2 cores,
little other work on the machine): 53 rounds, 54,158 events, 0 lost, 0 double, every view equal. Recovery took 3.4 s (median) and 10.3 s at
most (a killed ingest's messages are redelivered after 5 s). 11 minutes in all. Exit code 1 if anything was lost, counted twice or left
wrong in a view.
"""

import argparse
import asyncio
import random
import statistics
import sys

from shared.shell import observability
from tests.faults.kills import KILLS, STOPS, Fault
from tests.faults.power import power_cut
from tests.faults.proxy import behind_proxies
from tests.faults.rounds import Round, Rounds
from tests.faults.sending import Season
from tests.faults.tracing import DISKS
from tests.faults.world import world

FAULTS = KILLS | STOPS | DISKS | {"power cut": power_cut}


async def run(rounds: int, seed: int, only: str | None) -> list[Round]:
    """So many rounds; after faults taken at random each black hole, for which the services are started behind proxies."""
    rng, done = random.Random(seed), list[Round]()

    async def add(system: Rounds, name: str, fault: Fault) -> None:
        print(f"{len(done) + 1:3}  {name:34}", end="", flush=True)
        done.append(await system.round(fault))
        print(done[-1], flush=True)

    async with world() as made:
        system = Rounds(made, Season(await made.connections.reference.current(), rng), rng)
        for _ in range(rounds):
            name = only or rng.choice(list(FAULTS))
            await add(system, name, FAULTS[name])
        if only is None:
            async with behind_proxies(made) as holes:
                for name, fault in holes.items():
                    await add(system, name, fault)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(FAULTS))
    asked = parser.parse_args()
    observability.configure_logs("faults", level=40)
    done = asyncio.run(run(asked.rounds, asked.seed, asked.only))
    back, wrong = [one.back_s for one in done], [one for one in done if not one.outcome.is_right]
    print(
        f"{len(done)} rounds, seed {asked.seed}: {done[-1].outcome.events} events; "
        f"lost {len(done[-1].outcome.lost)}, double {len(done[-1].outcome.double)}; {len(wrong)} rounds wrong; "
        f"back after {statistics.median(back):.1f} s (median), {max(back):.1f} s (most)"
    )
    for one in wrong:
        print(*one.outcome.details(), sep="\n  ", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
