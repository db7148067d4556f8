"""Start and stop the whole stack in the background: `tonghop up`, `tonghop down`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from services.devstack import fingerprint, process, readiness, removal, servers
from services.devstack.runfolder import RUN_FOLDER, SERVICES, Addresses, RunFolder
from shared.plumbing import data_files
from shared.shell import language
from shared.words.refusals import Refusal, refusal

__all__ = ["RUN_FOLDER", "Addresses", "addresses", "down", "up"]

SUPERVISOR = "services.devstack.supervisor"
READY_LIMIT_S = 90.0
STOP_LIMIT_S = 45.0  # the services, NATS and MongoDB have 10 s each
NOT_READY, SERVER_IS_AWAY = 1, 3  # exit codes
COMMANDS = Path(sys.executable).parent
PHASES = {
    "supervisor": "Khởi động …",
    "mongod": "Khởi động MongoDB …",
    "nats": "Khởi động NATS …",
    "setup": "Tạo luồng, nạp đơn vị, đợt sắp xếp và chế độ báo cáo …",
    "services": "Chờ các dịch vụ sẵn sàng …",
}

console = Console(highlight=False, markup=False, soft_wrap=True)


def up(folder: Path = RUN_FOLDER) -> Addresses:
    """Start the stack of `folder`; if it is running, restart what has changed. Returns when every service is ready.

    If the stack cannot be started, prints the end of the log that explains why, stops what this call started, and exits with 3. If
    everything runs but a service is not ready, stops nothing, prints what the services wait for and what helps, and exits with 1.
    """
    run = RunFolder(folder)
    changed = _changed(run)
    if changed is None:
        _start(run)
    else:
        _renew(run, changed)
    reached_at = run.addresses()
    if reached_at is None:
        _fail(run, "supervisor")
    if failure := run.setup_failure():
        _say(refusal("stack.set_up_failed", detail=[failure]))
        _print_log(run, "setup")
        raise SystemExit(NOT_READY)
    return reached_at


def _changed(run: RunFolder) -> list[str] | None:
    """The parts of the running stack that have changed since they were started. None if the whole stack must be started: it is not running,
    or the code that runs the servers has changed.
    """
    if run.supervisor() is None:
        _stop(run)  # processes that a killed supervisor left behind
        if removal.finish(run):
            console.print("Việc xóa số liệu mẫu bị dừng giữa chừng: đã làm tiếp cho xong.")
        return None
    stale = run.stale()
    if servers_too := [name for name in stale if name not in fingerprint.RENEWED]:
        console.print(f"Đã thay đổi: {', '.join(servers_too)}. Khởi động lại toàn bộ hệ thống.")
        _stop(run)
        return None
    return stale + ([fingerprint.SETUP] if run.is_setup_stale() else [])


def _start(run: RunFolder) -> None:
    _check_machine()
    supervisor = _spawn(run)
    guilty = _wait_until_ready(run, lambda: supervisor.poll() is None)
    if guilty is not None and (run.phase() != "services" or run.supervisor() is None):
        _stop(run)
        _fail(run, guilty)
    _require_ready(run, guilty)


def _renew(run: RunFolder, changed: Sequence[str]) -> None:
    """Makes the supervisor restart what has changed."""
    supervisor = run.supervisor()
    if supervisor is None:
        _fail(run, "supervisor")
    if changed:
        services = [name for name in changed if name in SERVICES]
        what = f"khởi động lại {', '.join(services)}" if services else "chạy lại phần thiết lập"
        console.print(f"Hệ thống đang chạy bằng mã cũ: {what}; máy chủ vẫn chạy.")
        run.note_phase("setup")
        os.kill(supervisor.pid, signal.SIGHUP)
    else:
        console.print("Hệ thống đang chạy sẵn, đúng mã hiện tại.")
    _require_ready(run, _wait_until_ready(run, lambda: run.supervisor() is not None))


def _require_ready(run: RunFolder, guilty: str | None) -> None:
    """If a service is not ready, prints what the services wait for and what helps, and exits."""
    if guilty is None:
        return
    if run.supervisor() is None:
        _fail(run, guilty)
    waiting = readiness.all_of(run)
    _say(refusal("stack.not_ready"))
    for service in waiting:
        silent = refusal("stack.no_answer", log=[str(run.log_of(service.name))]).text(language.chosen())
        console.print(f"  {service.name}: {service.reason or silent}")
    commands = dict.fromkeys(command for service in waiting for command in service.commands)
    if commands:
        console.print("Máy chủ và dịch vụ vẫn chạy. Hãy chạy:", *(f"  {COMMANDS / command}" for command in commands), sep="\n")
    else:
        console.print("Máy chủ và dịch vụ vẫn chạy: xem `tonghop status`; dừng bằng `make down`.")
    for service in waiting:
        if not service.reason:
            _print_log(run, service.name)
    raise SystemExit(SERVER_IS_AWAY if len(waiting) == len(SERVICES) and not any(service.reason for service in waiting) else NOT_READY)


def down(folder: Path = RUN_FOLDER) -> bool:
    """Stop the stack of `folder`, including orphans of a killed supervisor. Returns whether anything was running."""
    run = RunFolder(folder)
    was_running = any(process.is_running for process in run.processes())
    _stop(run)
    console.print("Đã dừng." if was_running else "Không có gì đang chạy.")
    return was_running


def addresses(folder: Path = RUN_FOLDER) -> Addresses | None:
    """The addresses of the stack of `folder`; None if it is not running."""
    return RunFolder(folder).addresses()


def _check_machine() -> None:
    try:
        servers.check_machine()
    except servers.ServerUnavailable as reason:
        _say(*reason.refusals)
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
            cwd=data_files.HOME,
            start_new_session=True,
        )


def _wait_until_ready(run: RunFolder, is_supervised: Callable[[], bool]) -> str | None:
    """None when all services are ready, otherwise the name of the log that explains why not."""
    deadline = time.monotonic() + READY_LIMIT_S
    said, guilty, patience = "", run.phase(), readiness.Patience()
    with _progress() as say:
        while time.monotonic() < deadline:
            phase = run.phase()
            if phase != said:
                say(PHASES[phase])
                said = phase
            waiting = [service.name for service in readiness.all_of(run)] if phase == "services" else [phase]
            if not waiting:
                return None
            guilty = waiting[0]
            if not is_supervised():
                return "supervisor" if phase == "services" else phase
            if phase == "services" and patience.is_over(readiness.all_of(run)):
                return guilty
            time.sleep(0.1)
    return guilty


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Shows progress: one changing line on a terminal, otherwise one line per step."""
    if not console.is_terminal:
        yield console.print
        return
    with console.status(PHASES["supervisor"]) as status:
        yield status.update


def _stop(run: RunFolder) -> None:
    supervisor = run.supervisor()
    if supervisor is not None:
        process.end(supervisor.pid, supervisor.command, STOP_LIMIT_S)
    for orphan in reversed(run.processes()):  # reverse order: services first
        process.end(orphan.pid, orphan.command, within_s=10.0)
    for pid, command in process.with_argument(
        str(run.mongo), str(run.nats / "nats.pid")
    ):  # the supervisor was killed before it recorded them
        process.end(pid, command, within_s=10.0)
    run.forget_processes()


def _fail(run: RunFolder, guilty: str) -> NoReturn:
    _say(refusal("stack.not_started", part=guilty, logs=[str(run.logs)]))
    for name in dict.fromkeys((guilty, "supervisor")):
        _print_log(run, name)
    raise SystemExit(SERVER_IS_AWAY)


def _say(*why: Refusal) -> None:
    for reason in why:
        console.print(reason.line(language.chosen()))


def _print_log(run: RunFolder, name: str) -> None:
    log = run.log_of(name)
    if log.exists():
        console.print(f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-15:], sep="\n")
