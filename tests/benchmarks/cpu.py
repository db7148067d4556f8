"""Resource use of processes, read from /proc: processor seconds and memory."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


class Meter:
    """Processor time that named processes (threads included, children not) use from now on."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = dict(pids)
        self._began = time.perf_counter()
        self._before = {name: cpu_s(pid) for name, pid in self._pids.items()}

    def cores(self) -> dict[str, float]:
        """Cores that each used on average."""
        took = time.perf_counter() - self._began
        return {name: round((cpu_s(pid) - self._before[name]) / took, 2) for name, pid in self._pids.items()}


def cpu_s(pid: int) -> float:
    """Processor seconds of a process since its start, in user mode and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def rss_mib(pid: int) -> float:
    """Memory that a process holds now."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
