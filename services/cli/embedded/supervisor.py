"""The process behind `make up`: real servers, the set-up, the services; whatever dies is started again.

    python -m services.cli.embedded.supervisor .run

SIGTERM or SIGINT stops everything: services, mail catcher, NATS, MongoDB.
"""

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from services.cli.embedded import mailcatcher, servers
from services.cli.embedded.family import Family
from services.cli.embedded.ports import choose_ports
from services.cli.embedded.process import Process
from services.cli.embedded.runfolder import RUN_FOLDER, SERVICES, RunFolder, environment

SETUP_COMMANDS = (
    ("streams", "apply"),
    ("units", "import", "deploy/units/units.csv", "deploy/units/offices.csv"),
    ("regimes", "load", "deploy/regimes"),
)

log = structlog.stdlib.get_logger()


class SetupFailed(RuntimeError):
    """A set-up command ended with an error; its output is in logs/setup.log."""


async def supervise(run: RunFolder) -> None:
    """Bring the stack up and keep it up until cancelled."""
    ports = choose_ports(defaults=True, remembered=run.ports())
    family = Family(on_change=run.note_processes)
    async with AsyncExitStack() as when_done:
        run.note_ports(ports)
        run.note_processes([])
        when_done.callback(run.forget_processes)

        run.note_phase("mongod")
        when_done.push_async_callback(family.stop, ["mongod"])
        family.adopt(await servers.start_mongo(run.mongo, ports.mongo, run.log_of("mongod")))
        run.note_phase("nats")
        when_done.push_async_callback(family.stop, ["nats-server"])
        family.adopt(await servers.start_nats(run.nats, ports.nats, ports.nats_http, run.log_of("nats")))
        await when_done.enter_async_context(mailcatcher.catching(run.mail, ports.smtp))

        env = environment(ports) | {"PYTHONUNBUFFERED": "1"}
        run.note_phase("setup")
        for arguments in SETUP_COMMANDS:
            await _set_up(arguments, run.log_of("setup"), env)
        run.note_phase("services")
        when_done.push_async_callback(family.stop, SERVICES)
        for name in SERVICES:
            service = Process(name, (sys.executable, "-m", f"services.{name}"), run.log_of(name), env)
            service.launch()
            family.adopt(service)
        log.info("stack.started", folder=str(run.path))
        await family.keep_alive()


async def _set_up(arguments: Sequence[str], log_file: Path, env: Mapping[str, str]) -> None:
    command = Process(" ".join(arguments), (sys.executable, "-m", "services.cli.app", *arguments), log_file, env)
    command.launch()
    try:
        exit_code = await command.ended()
    finally:
        await command.kill()
    if exit_code != 0:
        raise SetupFailed(f"tonghop {command.name}: exit code {exit_code}")


async def main(folder: Path) -> int:
    """Run until a signal comes; exit code 0 after a signal, 3 when the stack could not be brought up."""
    work = asyncio.create_task(supervise(RunFolder(folder)))
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
