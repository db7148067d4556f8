"""What the product relies on when it talks to nats-server, one case each. The stand-in and the real server must both pass.

A case gets `Streams` on empty streams, as `nats_rig.py` declares them.
"""

from typing import Final

from shared.plumbing.broker import Streams
from tests.simulation.cases import nats_asking, nats_batches, nats_durable, nats_publishing, nats_pulls, nats_reading
from tests.simulation.cases.cases import Case

CASES: Final[list[Case[Streams]]] = [
    *nats_publishing.CASES,
    *nats_batches.CASES,
    *nats_asking.CASES,
    *nats_reading.CASES,
    *nats_durable.CASES,
    *nats_pulls.CASES,
]
