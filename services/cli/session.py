"""The frame of one command: connections with a time limit, answers as tables or JSON, exit codes.

Exit codes: 0 fine, 1 the answer is no, 2 wrong use, 3 a server is away.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, NoReturn, TypeVar

import nats.js.errors
import orjson
import structlog
import typer
from rich.console import Console

from services.cli.files.faults import Fault, FaultsError
from services.devstack.runfolder import RUN_FOLDER, RunFolder
from shared.plumbing import addresses, agency_days, broker, causes, data_format, delivery, durability, mongo
from shared.plumbing.addresses import AddressError
from shared.shell import language, service
from shared.shell import settings as configuration
from shared.shell.service import Connections
from shared.shell.settings import CliSettings, SettingsError
from shared.words import numbers
from shared.words.calendar import WorkingDays
from shared.words.failures import ConfigurationError, TransientError
from shared.words.refusals import Refusal, number, refusal

FINE, NO, WRONG_USE, AWAY = 0, 1, 2, 3
SERVER_S: Final = 5.0
CLI: Final = "cli"  # the command line's user of NATS

MOST_FAULTS: Final = 200  # faults that are printed
PAPER: Final = 140  # columns of a table written to a file or a pipe

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PAPER)
notes = Console(stderr=True, highlight=False, soft_wrap=True)  # progress, never part of an answer
Result = TypeVar("Result")


@asynccontextmanager
async def connected(given: CliSettings | None = None, *, needs_nats: bool = True) -> AsyncIterator[Connections[CliSettings]]:
    """Open connections. A server that does not answer within `SERVER_S` counts as away. A command that must do its work while NATS is away
    opens only the database, and calls `reach_nats` later, if at all.
    """
    found = given or configuration.read(CliSettings)
    working_days = agency_days.read(found.calendar_days)
    durability.require_write_concern(found.mongo_url)
    connections = service.connections(found, CLI)
    connections.reference.use(working_days)
    try:
        if needs_nats:
            await reach_nats(connections)
        await mongo.require_replica_set(connections.mongo)
        await data_format.require(connections.database)
        yield connections
    finally:
        await connections.close()


async def reach_nats(connections: Connections[CliSettings]) -> None:
    """Connects to NATS."""
    broker.require_creds(broker.creds_file(connections.settings.nats_creds, CLI))
    async with asyncio.timeout(SERVER_S):
        await connections.broker.start()


def run(act: Callable[[], Awaitable[Result]], *, prints_faults: bool = True) -> Result:
    """Runs a command's work. An error ends the command with a sentence and an exit code, never with a traceback.

    With `prints_faults=False` FaultsError is raised to the caller, which prints the faults itself.
    """
    structlog.configure(processors=[_drop])
    try:
        return asyncio.run(_awaited(act))
    except FaultsError as error:
        if not prints_faults:
            raise
        for fault in error.faults[:MOST_FAULTS]:
            typer.echo(fault.text(language.chosen()), err=True)
        if len(error.faults) > MOST_FAULTS:
            typer.echo(refusal("field.more_faults", count=number(len(error.faults) - MOST_FAULTS)).line(language.chosen()), err=True)
        raise typer.Exit(NO) from error
    except (AddressError, SettingsError) as error:
        stop(WRONG_USE, *error.refusals)
    except ConfigurationError as error:
        stop(NO, *error.refusals)
    except nats.js.errors.NotFoundError:
        stop(AWAY, refusal("nats.not_declared", "JetStream"))
    except TransientError as error:
        stop(AWAY, *error.refusals)
    except delivery.MAY_PASS as error:
        if delivery.is_passing(error):
            stop(AWAY, _away(error))
        if not mongo.is_login_refused(error):
            raise
        stop(NO, *causes.of(error))


def _away(error: BaseException) -> Refusal:
    """The error for a server that does not answer: which one, and what to do."""
    if (why := causes.of_certificate(error)) is not None:
        return why
    name, setting = ("MongoDB", "TONGHOP_MONGO_URL") if mongo.is_away(error) else ("NATS", "TONGHOP_NATS_URL")
    if RunFolder(RUN_FOLDER).supervisor() is None:
        return refusal("cli.server_away", server=name, setting=setting)
    return refusal("cli.server_away_in_stack", server=name, setting=setting, logs=[str(RUN_FOLDER / "logs")])


def settings() -> CliSettings:
    """The settings from the environment. Ends the command when they are invalid."""
    try:
        return configuration.read(CliSettings)
    except SettingsError as error:
        stop(WRONG_USE, *error.refusals)


def working_days() -> WorkingDays:
    """The agency's working days, for a command that needs no server. Prints which entries of the file have no effect."""
    name = settings().calendar_days
    try:
        found = agency_days.read(name)
    except ConfigurationError as error:
        stop(NO, *error.refusals)
    for why in agency_days.without_effect(found):
        notes.print(why.at(name).line(language.chosen()), markup=False)
    return found


async def _awaited(act: Callable[[], Awaitable[Result]]) -> Result:
    return await act()


def stop(code: int, *why: Refusal) -> NoReturn:
    """Ends the command with the reasons on standard error, in the language of `TONGHOP_LANG`."""
    typer.echo(addresses.masked("\n".join(found.line(language.chosen()) for found in why)), err=True)
    raise typer.Exit(code)


def warn(faults: Sequence[Fault]) -> None:
    """Prints on standard error what a command found in files but does not refuse."""
    for fault in faults:
        notes.print(fault.text(language.chosen()), markup=False)


def wrong_use(why: Refusal, hint: str) -> typer.BadParameter:
    """The error for a wrong value of the parameter `hint`."""
    return typer.BadParameter(why.line(language.chosen()), param_hint=hint)


def changed(count: int, names: Sequence[str] = ()) -> str:
    """A phrase that says what a command changed."""
    if not count:
        return "không có gì thay đổi"
    return f"thay đổi {numbers.vietnamese(count)}" + (f": {', '.join(names)}" if names else "")


def say_json(answer: Any) -> None:
    """Prints one JSON document on standard output."""
    typer.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())


def _drop(_: Any, __: str, ___: Any) -> NoReturn:
    raise structlog.DropEvent
