"""A command that only reads leaves MongoDB and NATS exactly as they were, whatever version wrote the data."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
import typer

from services.cli import session
from services.cli.app import app
from services.notify import app as notifier
from shared.shell.service import Connections
from shared.wire import events
from tests.cli.conftest import YEAR, Cli
from tests.cli.test_duties import log
from tests.running import with_all_settings

REFORM: Final = "deploy/reforms/2025-07-01"

READING: Final = {
    "audit show": (),
    "audit verify": (),
    "contacts list": (),
    "contracts": ("--check",),
    "credentials list": (),
    "duties list": (),
    "explain": (f"thu/{YEAR}/20", "so"),
    "notify plan": (),
    "notify tick": ("--at", "2099-12-31T08:00:00+07:00"),
    "notify test": ("20",),  # it sends a mail, and stores nothing
    "parked list": ("--all",),
    "parked show": ("ingest/1",),
    "people list": (),
    "reform areas": (REFORM,),
    "reform check": (REFORM,),
    "reform list": (),
    "reform preview": (REFORM,),
    "reform show": ("2025-07-01",),
    "regimes check": (),
    "regimes schema": ("thu",),
    "regimes show": ("thu",),
    "status": (),
    "templates check": (),
    "tls show": (),
    "verify": (),
}
WRITING: Final = {
    "contacts import",
    "contacts remove",
    "credentials issue",
    "credentials receiver",
    "credentials revoke",
    "demo",
    "down",
    "duties extend",
    "import",
    "nats init",
    "nats keep",
    "nats push",
    "notify rebuild",
    "parked drop",
    "parked replay",
    "people add",
    "people grant",
    "people invite",
    "people move",
    "people reset",
    "people revoke",
    "periods open",
    "rebuild",
    "reform apply",
    "reform revert",
    "regimes load",
    "regimes remove",
    "send",
    "streams apply",
    "templates export",
    "tls init",
    "tls renew",
    "units import",
    "up",
}


def _commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[str]:
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from _commands(one, (*words, name))
        else:
            yield " ".join((*words, name))


async def _stored(connections: Connections) -> dict[str, Any]:
    """All documents and indexes, and all streams with their consumers, each as far as a client can see it."""
    found: dict[str, Any] = {}
    for name in sorted(await connections.database.list_collection_names()):
        collection: Any = connections.database[name]  # indexes are nothing that a service asks for
        found[name] = [one async for one in collection.find().sort("_id")], sorted((await collection.index_information()).items())
    jetstream = connections.streams.jetstream
    for name in connections.declaration.streams:
        info = await jetstream.stream_info(name)
        consumers = [(one.name, one.config, one.ack_floor) for one in await jetstream.consumers_info(name)]
        found[f"stream {name}"] = info.config, info.state.messages, info.state.last_seq, sorted(consumers, key=str)
    return found


async def _fold(connections: Connections) -> None:
    """As a notifier that ran once."""
    async with notifier.opened(with_all_settings(connections)) as desk:
        await desk.barrier.pass_folded()


def _long_ago(cli: Cli) -> None:
    async def act(connections: Connections) -> None:
        await connections.database["regimes"].update_many({}, {"$set": {"loaded_at": datetime(2020, 1, 1, tzinfo=UTC)}})

    cli.ask(act)


def test_every_command_is_known_to_read_or_to_write() -> None:
    assert set(_commands(typer.main.get_command(app))) == set(READING) | WRITING


@pytest.mark.parametrize("age", ["never run", "run", "run, and much came since"])
def test_a_command_that_reads_leaves_no_trace(province: Cli, age: str) -> None:
    log(province, events.SUBMITTED, "184", datetime(int(YEAR), 1, 2, tzinfo=UTC), revision=1, values={})
    _long_ago(province)
    if age != "never run":
        province.ask(_fold)
    if age == "run, and much came since":
        log(province, events.SUBMITTED, "06253", datetime(int(YEAR), 1, 3, tzinfo=UTC), revision=1, values={})
        province.ask(lambda connections: connections.reference.raise_to(9))
    before = province.ask(_stored)

    for command, more in READING.items():
        result = province.run(*command.split(), *more)
        assert result.exit_code in (session.FINE, session.NO, session.AWAY), (command, result.output)
        assert province.ask(_stored) == before, command
