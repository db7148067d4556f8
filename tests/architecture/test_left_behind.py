"""A test run that is killed leaves no process behind, whatever session its processes are in."""

import os
import subprocess
import sys
import time

from services.devstack.process import command_of
from tests import left_behind

RUN = """
import subprocess, time
from tests import left_behind
left_behind.watch()
started = [subprocess.Popen(["sleep", "60"], start_new_session=is_alone) for is_alone in (True, False)]
print(*[process.pid for process in started], flush=True)
time.sleep(60)
"""
LIMIT_S = 20.0


def test_this_run_is_watched() -> None:
    assert left_behind.RUN in os.environ


def test_what_a_killed_run_started_ends_with_it() -> None:
    environment = {name: value for name, value in os.environ.items() if name != left_behind.RUN}
    with subprocess.Popen([sys.executable, "-c", RUN], env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        started = [int(pid) for pid in run.stdout.readline().split()]
        assert len(started) == 2
        run.kill()

    deadline = time.monotonic() + LIMIT_S
    while any(command_of(pid) for pid in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in started if command_of(pid)] == []
