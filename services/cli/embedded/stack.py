"""Start and stop the whole stack in the background: `tonghop up`, `tonghop down`."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from services.cli.embedded import probe, process, servers
from services.cli.embedded.process import ROOT
from services.cli.embedded.runfolder import RUN_FOLDER, SERVICES, Addresses, RunFolder

__all__ = ["RUN_FOLDER", "Addresses", "addresses", "down", "up"]

SUPERVISOR = "services.cli.embedded.supervisor"
READY_LIMIT_S = 90.0
STOP_LIMIT_S = 45.0  # the services, NATS and MongoDB have 10 s each
SERVER_IS_AWAY = 3  # exit code
PHASES = {
    "supervisor": "Khởi động (starting) …",
    "mongod": "Khởi động MongoDB …",
    "nats": "Khởi động NATS …",
    "setup": "Tạo luồng, nạp đơn vị và chế độ báo cáo (streams, units, regimes) …",
    "services": "Chờ các dịch vụ sẵn sàng (services) …",
}

console = Console(highlight=False, markup=False, soft_wrap=True)


def up(folder: Path = RUN_FOLDER) -> Addresses:
    """Start the stack of `folder` unless it runs; return when every service is ready.

    A failure prints the end of the log that explains it and leaves with exit code 3; what this call started is stopped.
    """
    run = RunFolder(folder)
    if run.supervisor() is not None:
        console.print("Hệ thống đang chạy sẵn (already running).")
        guilty = _wait_until_ready(run, lambda: run.supervisor() is not None)
    else:
        _check_machine()
        _stop(run)  # what a killed supervisor left behind
        supervisor = _spawn(run)
        guilty = _wait_until_ready(run, lambda: supervisor.poll() is None)
        if guilty is not None:
            _stop(run)
    found = run.addresses()
    if guilty is not None or found is None:
        _fail(run, guilty or "supervisor")
    return found


def down(folder: Path = RUN_FOLDER) -> bool:
    """Stop the stack of `folder`, orphans of a killed supervisor too; whether anything was running."""
    run = RunFolder(folder)
    was_running = any(one.is_running for one in run.processes())
    _stop(run)
    console.print("Đã dừng (stopped)." if was_running else "Không có gì đang chạy (nothing was running).")
    return was_running


def addresses(folder: Path = RUN_FOLDER) -> Addresses | None:
    """Where the stack of `folder` is reached; None when it is not running."""
    return RunFolder(folder).addresses()


def _check_machine() -> None:
    try:
        servers.check_machine()
    except servers.ServerUnavailable as reason:
        console.print(str(reason))
        raise SystemExit(SERVER_IS_AWAY) from None


def _spawn(run: RunFolder) -> subprocess.Popen[bytes]:
    run.note_phase("supervisor")
    run.start_new_logs()
    with run.log_of("supervisor").open("ab") as log:
        return subprocess.Popen(
            (sys.executable, "-m", SUPERVISOR, str(run.path)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            start_new_session=True,
        )


def _wait_until_ready(run: RunFolder, is_supervised: Callable[[], bool]) -> str | None:
    """None when all services are ready, else the name of the log that tells why not."""
    deadline = time.monotonic() + READY_LIMIT_S
    said = ""
    guilty = run.phase()
    with _progress() as say:
        while time.monotonic() < deadline:
            phase = run.phase()
            if phase != said:
                say(PHASES[phase])
                said = phase
            waiting = _not_ready(run) if phase == "services" else [phase]
            if not waiting:
                return None
            guilty = waiting[0]
            if not is_supervised():
                return "supervisor" if phase == "services" else phase
            time.sleep(0.1)
    return guilty


def _not_ready(run: RunFolder) -> list[str]:
    ports = run.ports()
    return [name for name in SERVICES if ports is None or probe.get(getattr(ports, name), "/readyz")[0] != 200]


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """One line that changes on a terminal, a line per step elsewhere."""
    if not console.is_terminal:
        yield console.print
        return
    with console.status(PHASES["supervisor"]) as status:
        yield status.update


def _stop(run: RunFolder) -> None:
    supervisor = run.supervisor()
    if supervisor is not None:
        process.end(supervisor.pid, supervisor.command, STOP_LIMIT_S)
    for orphan in reversed(run.processes()):  # services first, as they were started last
        process.end(orphan.pid, orphan.command, within_s=10.0)
    run.forget_processes()


def _fail(run: RunFolder, guilty: str) -> NoReturn:
    console.print(f"Không khởi động được (could not start): {guilty}. Nhật ký (logs): {run.logs}")
    for name in dict.fromkeys((guilty, "supervisor")):
        log = run.log_of(name)
        if log.exists():
            console.print(f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-15:], sep="\n")
    raise SystemExit(SERVER_IS_AWAY)
