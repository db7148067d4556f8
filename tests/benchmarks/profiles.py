"""Profiles a benchmark with py-spy and summarizes the result as text: `make profile ONLY=aggregate`, or `--profile`.

py-spy samples a process 200 times a second from outside (it needs root, or permission to ptrace). The raw stacks, usable for a flame graph,
are in `.run/profile-<name>.raw`. Only samples of the thread that holds the interpreter's lock count: they show computation by Python and
its C extensions, but no waiting for a disk, a socket or another thread.
"""

import asyncio
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

RATE: Final = 200
TOP: Final = 25
FOLDER: Final = Path(".run")
OURS: Final = ("(services/", "(shared/")

wanted: ContextVar[list[str] | None] = ContextVar("wanted", default=None)
"""Where the texts of profiles go; None: nothing is recorded."""


@asynccontextmanager
async def recording(name: str, pid: int | None = None) -> AsyncIterator[None]:
    """Records this process, or another, while the block runs, if profiles are wanted."""
    texts = wanted.get()
    if texts is None:
        yield
        return
    FOLDER.mkdir(exist_ok=True)
    raw = FOLDER / f"profile-{name}.raw"
    found = shutil.which("py-spy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise FileNotFoundError("py-spy")
    recorder = await asyncio.create_subprocess_exec(
        *(found, "record", "--pid", str(pid or os.getpid()), "--format", "raw", "--gil", "--rate", str(RATE), "--output", str(raw)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        if recorder.returncode is None:
            recorder.send_signal(signal.SIGINT)
        await recorder.wait()
        texts.append(f"── {name} ({raw})\n{summary(raw.read_text(encoding='utf-8').splitlines())}")


def summary(stacks: Iterable[str]) -> str:
    """The costs in `frame;frame;frame count` lines: by the innermost function, by the innermost of ours, and within each of ours."""
    itself: Counter[str] = Counter()
    on_behalf: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for line in stacks:
        stack, _, text = line.rpartition(" ")
        frames, count = [_function(frame) for frame in stack.split(";")], int(text)
        ours = [frame for frame in frames if any(place in frame for place in OURS)]
        itself[frames[-1]] += count
        on_behalf[ours[-1] if ours else "—"] += count
        within.update(dict.fromkeys(ours, count))
    total = max(1, itself.total())
    parts = {
        "in the function itself": itself,
        "in ours, with what it calls of others": on_behalf,
        "in ours, with all it calls": within,
    }
    return "\n".join(f"{title}\n{_listed(costs, total)}" for title, costs in parts.items())


def _listed(costs: Counter[str], total: int) -> str:
    return "\n".join(f"  {100 * count / total:5.1f} %  {function}" for function, count in costs.most_common(TOP))


def _function(frame: str) -> str:
    """`fold (services/aggregate/fold.py:12)` without the line, the path from the package on."""
    name, _, place = frame.rpartition(" (")
    path = place.rstrip(")").rpartition(":")[0] or place.rstrip(")")
    for package in ("services/", "shared/"):
        if f"/{package}" in path:
            path = package + path.partition(f"/{package}")[2]
    return f"{name} ({path.rpartition('site-packages/')[2]})"
