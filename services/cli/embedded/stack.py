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
from services.cli.embedded.runfolder import Addresses, RunFolder

RUN_FOLDER = ROOT / ".run"
SUPERVISOR = "services.cli.embedded.supervisor"
SERVICES = ("ingest", "aggregate", "notify", "portal")
READY_LIMIT_S = 90.0
STOP_LIMIT_S = 45.0  # the services, NATS and MongoDB have 10 s each
SERVER_IS_AWAY = 3  # exit code
PHASES = {
    "supervisor": "Khởi động (starting)",
    "mongod": "Khởi động MongoDB",
    "nats": "Khởi động NATS",
    "setup": "Tạo luồng, nạp đơn vị và chế độ báo cáo (streams, units, regimes)",
    "services": "Chờ các dịch vụ sẵn sàng (services)",
}

console = Console(highlight=False)


def up(folder: Path = RUN_FOLDER) -> Addresses:
    """Start the stack of `folder` unless it runs, and return when every service is ready.

    A failure prints the end of the log that explains it and leaves with exit code 3; what this call started is stopped.
    """
    run = RunFolder(folder)
    if run.supervisor() is not None:
        console.print("Hệ thống đang chạy sẵn (already running).")
        reason = _wait_until_ready(run, is_ours=lambda: True)
        if reason:
            _fail(run, reason)
    else:
        _check_machine()
        _stop_orphans(run)
        supervisor = _spawn(run)
        reason = _wait_until_ready(run, is_ours=lambda: supervisor.poll() is None)
        if reason:
            guilty = run.log_of(reason)
            _stop(run)
            _fail(run, reason)
    found = run.addresses()
    if found is None:
        _fail(run, "supervisor")
    return found
