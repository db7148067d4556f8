"""A power cut loses nothing that was acknowledged. With NATS's default `sync_interval` it does, which shows that the test can fail.

What: messages are published one by one to INBOX and in atomic batches to REPORTS, while strace records what nats-server writes and fsyncs.
Its files are made as a cut at several instants would leave them, half of them torn, and a nats-server starts on them. (In test_rounds.py
the whole system, including mongod, loses its power.) Seed: fixed below. Again: `pytest tests/faults/test_power_cut.py -s`.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from services.devstack.ports import choose_ports
from services.devstack.servers import NATS_CONFIG
from shared.plumbing import reader, streams
from shared.plumbing.broker import Message, Streams
from shared.shell.clock import random_id
from shared.wire import subjects
from tests import nats_users
from tests.faults import power

SEED = 20261220
WRITING_S = 2.5
CUTS = 6
BATCH = 40
IN_TURN = 4  # senders that wait for each acknowledgement


@dataclass
class Acknowledged:
    """When each message was acknowledged, and the batches that went out together."""

    at: dict[str, float] = field(default_factory=dict)
    batches: list[list[str]] = field(default_factory=list)

    def before(self, instant: float) -> set[str]:
        return {name for name, at in self.at.items() if at <= instant}


def now() -> float:
    return datetime.now(UTC).timestamp()


async def write(published: Streams, until: float) -> Acknowledged:
    """Messages one by one and in batches, noting each acknowledgement."""
    done = Acknowledged()

    async def one_by_one(sender: int) -> None:
        number = 0
        while now() < until:
            name = f"one-{sender}-{number:06d}"
            await published.jetstream.publish(subjects.inbox(str(sender)), name.encode() + b"." * 400)
            done.at[name] = now()
            number += 1

    async def in_batches() -> None:
        while now() < until:
            names = [f"batch-{len(done.batches):05d}-{number:03d}" for number in range(BATCH)]
            done.batches.append(names)
            messages = [Message(subjects.reports(0, "x"), name.encode() + b"." * 400, name) for name in names]
            await published.publish_together(subjects.REPORTS, messages)
            done.at |= dict.fromkeys(names, now())

    await asyncio.gather(in_batches(), *[one_by_one(sender) for sender in range(IN_TURN)])
    return done


async def held_by(folder: Path) -> set[str]:
    """The messages that a nats-server finds in a folder."""
    ports = choose_ports(defaults=False)
    server = await nats_users.start_nats(folder, ports.nats, ports.nats_http)
    connection = nats_users.create_broker([server.url])
    try:
        await connection.start()
        kept = Streams(connection, random_id)
        return await messages(kept, subjects.INBOX) | await messages(kept, subjects.REPORTS)
    finally:
        await connection.stop()
        await server.stop()


async def messages(published: Streams, stream: str) -> set[str]:
    found: set[str] = set()
    count = (await published.jetstream.stream_info(stream)).state.messages
    follow = reader.log_reader(published.client, stream, ">", 1)
    while len(found) < count:
        found |= {delivery.payload.decode().rstrip(".") for delivery in await follow.batch(4000)}
    await follow.close()
    return found


async def cuts(tmp_path: Path, config: Path) -> list[tuple[set[str], set[str], Acknowledged]]:
    """For each of some power cuts: what was acknowledged before it, what is there after it; and all that was acknowledged."""
    ports, rng = choose_ports(defaults=False), random.Random(SEED)
    server = await nats_users.start_nats(tmp_path / "nats", ports.nats, ports.nats_http, tmp_path / "nats.log", config)
    connection = nats_users.create_broker([server.url])
    await connection.start()
    published = Streams(connection, random_id)
    await streams.apply(published.jetstream, streams.read(1))
    async with power.recorded(server, tmp_path / "nats", tmp_path) as recording:
        begin = now()
        done = await write(published, begin + WRITING_S)
        await connection.stop()
        await server.kill()
    instants = sorted(rng.uniform(begin + WRITING_S / 4, begin + WRITING_S) for _ in range(CUTS))
    found = []
    for number, disk in enumerate(recording.disks(instants)):
        disk.write_to(tmp_path / "cut", torn=rng if number % 2 else None)
        found.append((done.before(instants[number]), await held_by(tmp_path / "cut"), done))
    return found


async def test_a_power_cut_loses_no_acknowledged_message(tmp_path: Path) -> None:
    for acknowledged, there, done in await cuts(tmp_path, NATS_CONFIG):
        halves = [batch for batch in done.batches if 0 < len(there.intersection(batch)) < len(batch)]
        lost, more = acknowledged - there, there - acknowledged
        print(f"{len(acknowledged)} acknowledged, {len(lost)} lost, {len(more)} more are there, {len(halves)} half batches")
        assert lost == set()
        assert len(halves) <= 1  # the batch under way, which ingest publishes again


async def test_with_the_default_sync_interval_the_same_power_cut_loses_acknowledged_messages(tmp_path: Path) -> None:
    config = tmp_path / "nats-server.conf"
    config.write_text(NATS_CONFIG.read_text().replace("sync_interval: always", ""))
    lost = [acknowledged - there for acknowledged, there, _ in await cuts(tmp_path, config)]
    print(f"lost {[len(one) for one in lost]}")
    assert all(lost)
