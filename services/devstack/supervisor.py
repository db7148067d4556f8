"""The process behind `make up`: runs the servers, the set-up and the services, and restarts whatever dies.

    python -m services.devstack.supervisor .run

SIGTERM or SIGINT stops everything: services, mail catcher, NATS, MongoDB. SIGHUP runs the set-up if it has changed and restarts the
services whose code has changed; it does not touch the servers.
"""

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from services.devstack import fingerprint, mailcatcher, servers
from services.devstack.environment import CLI, environment
from services.devstack.family import Family
from services.devstack.fingerprint import KEEPER, RENEWED
from services.devstack.ports import Ports, choose_ports
from services.devstack.process import Process
from services.devstack.runfolder import RUN_FOLDER, SERVICES, RunFolder
from shared.plumbing import tasks
from shared.plumbing.nats_keys import NatsKeys
from shared.shell.clock import system_clock

SETUP_COMMANDS = (
    ("nats", "push"),
    ("streams", "apply"),
    ("units", "import"),
    ("reform", "apply"),
    ("regimes", "load", "--skip-losses"),
)

LOOK_AT_LOGS_S = 5.0

log = structlog.stdlib.get_logger()


class SetupFailed(RuntimeError):
    """A set-up command failed; its output is in logs/setup.log."""


async def supervise(run: RunFolder, renew: asyncio.Event) -> None:
    """Start the stack and keep it running until cancelled. When `renew` is set, restart what has changed."""
    ports = choose_ports(defaults=True, remembered=run.ports())
    family = Family(on_change=run.note_processes)
    async with AsyncExitStack() as when_done:
        run.note_ports(ports)
        run.note_processes([])
        when_done.callback(run.forget_processes)
        rotating = asyncio.create_task(_rotate_logs(run))
        when_done.push_async_callback(tasks.end, rotating)

        run.note_phase("mongod")
        when_done.push_async_callback(family.stop, ["mongod"])
        family.adopt(await servers.start_mongo(run.mongo, ports.mongo, run.log_of("mongod"), login=run.login()))
        run.note_phase("nats")
        when_done.push_async_callback(family.stop, ["nats-server"])
        keys = NatsKeys.ensure(run.nats_keys, system_clock())
        family.adopt(await servers.start_nats(run.nats, ports.nats, ports.nats_http, run.log_of("nats"), keys=keys))
        await when_done.enter_async_context(mailcatcher.catching(run.mail, ports.smtp))

        env = _environment(run, ports, CLI)
        run.note_phase("setup")
        await _set_up(run, env)
        run.note_phase("services")
        when_done.push_async_callback(family.stop, SERVICES)
        when_done.push_async_callback(family.stop, [KEEPER])
        keeper = Process(KEEPER, (sys.executable, "-m", "services.cli.app", "nats", "keep"), run.log_of(KEEPER), env)
        keeper.launch()
        family.adopt(keeper)
        for name in SERVICES:
            service = Process(name, (sys.executable, "-m", f"services.{name}"), run.log_of(name), _environment(run, ports, name))
            service.launch()
            family.adopt(service)
        log.info("stack.started", folder=str(run.path))
        while True:
            keeping = asyncio.create_task(family.keep_alive())
            try:
                await _first_of(keeping, renew)
            finally:
                await tasks.end(keeping)
            renew.clear()
            await _renew(run, family, env)


def _environment(run: RunFolder, ports: Ports, name: str) -> dict[str, str]:
    return environment(ports, name, run.login(), run.nats_keys) | {"PYTHONUNBUFFERED": "1"}


async def _first_of(keeping: asyncio.Task[None], renew: asyncio.Event) -> None:
    """Returns when a renewal is requested. If keeping the processes alive fails, raises its error."""
    asked = asyncio.create_task(renew.wait())
    try:
        await asyncio.wait({keeping, asked}, return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            keeping.result()
    finally:
        await tasks.end(asked)


async def _renew(run: RunFolder, family: Family, env: Mapping[str, str]) -> None:
    """Stops services with old code, runs the set-up if it has changed, and launches the services again. They are launched even if the
    set-up fails; the failure is recorded.
    """
    run.note_phase("setup")
    names = [name for name in run.stale() if name in RENEWED]
    await family.stop(names)
    try:
        if run.is_setup_stale():
            await _set_up(run, env)
    except SetupFailed as failure:
        log.error("stack.set_up_failed", reason=str(failure))
    family.launch(names)
    run.note_phase("services")
    log.info("stack.renewed", services=names)


async def _rotate_logs(run: RunFolder) -> None:
    while True:
        await asyncio.to_thread(run.rotate_logs)
        await asyncio.sleep(LOOK_AT_LOGS_S)


async def _set_up(run: RunFolder, env: Mapping[str, str]) -> None:
    """Runs the set-up commands, and records their fingerprint and any failure."""
    version = fingerprint.of(fingerprint.SETUP)
    try:
        for arguments in SETUP_COMMANDS:
            await _command(arguments, run.log_of("setup"), env)
    except SetupFailed as error:
        run.note_setup(version, str(error))
        raise
    run.note_setup(version)


async def _command(arguments: Sequence[str], log_file: Path, env: Mapping[str, str]) -> None:
    command = Process(" ".join(arguments), (sys.executable, "-m", "services.cli.app", *arguments), log_file, env)
    command.launch()
    try:
        exit_code = await command.ended()
    finally:
        await command.kill()
    if exit_code != 0:
        raise SetupFailed(f"tonghop {command.name}: exit code {exit_code}")


async def main(folder: Path) -> int:
    """Run until a signal arrives. Exit code 0 after a signal, 3 if the stack could not be started."""
    renew = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, renew.set)
    work = asyncio.create_task(supervise(RunFolder(folder), renew))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        log.info("stack.stopped")
        return 0
    except (servers.ServerUnavailable, SetupFailed, OSError) as failure:
        log.error("stack.failed", reason=str(failure))
    return 3


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else RUN_FOLDER)))
