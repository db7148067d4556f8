"""The process from which confined jobs are forked (`confined`).

    python -m shared.plumbing.confined_server <descriptor> <module> …

It imports the modules once and then only forks: one process for each connection that it is given, which does one job and ends.
"""

import contextlib
import importlib
import os
import resource
import signal
import socket
import sys
import traceback
from dataclasses import asdict
from typing import Any, Final

import orjson

from shared.words.failures import PermanentError

MIB: Final = 1024 * 1024
CHUNK: Final = 256 * 1024
LONGEST_HEAD: Final = 16 * MIB
NICE: Final = 5  # what is asked for by others comes before files
MOST_TRACE: Final = 8_000  # characters


def main(arguments: list[str]) -> None:
    """Forks until the other end is closed."""
    control = socket.socket(fileno=int(arguments[0]))
    for module in arguments[1:]:
        importlib.import_module(module)
    os.nice(NICE)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a job has ended: its answer is complete or not
    control.send(b"r")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            with contextlib.suppress(OSError):  # nobody waits for the answer any more
                _serve(socket.socket(fileno=descriptors[0]))
            os._exit(0)
        os.close(descriptors[0])


def _serve(connection: socket.socket) -> None:
    head, given = _received(connection)
    _limit(head)
    letter, said = _done(head, given)
    connection.sendall(letter + b" " + str(len(said)).encode() + b"\n" + said)


def _received(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    signal.setitimer(signal.ITIMER_REAL, 30)  # a caller that stops sending
    buffer = bytearray()
    while b"\n" not in buffer and len(buffer) < LONGEST_HEAD:
        buffer += _part(connection)
    line, _, rest = bytes(buffer).partition(b"\n")
    del buffer
    head: dict[str, Any] = orjson.loads(line)
    given = bytearray(rest)
    while len(given) < head["size"]:
        given += _part(connection)
    return head, bytes(given)


def _part(connection: socket.socket) -> bytes:
    part = connection.recv(CHUNK)
    if not part:
        raise ConnectionError
    return part


def _limit(head: dict[str, Any]) -> None:
    """Signals that end the process at once are left as they are, so no code of ours or of a library can go on."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, head["wall_s"])
    with open("/proc/self/statm", encoding="ascii") as file:
        loaded = int(file.read().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_CPU, head["cpu_s"]),
        (resource.RLIMIT_AS, loaded + head["memory_mib"] * MIB),
        (resource.RLIMIT_FSIZE, head["file_mib"] * MIB),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _done(head: dict[str, Any], given: bytes) -> tuple[bytes, bytes]:
    """The letter of the answer and what it says: `k` a result, `p` refusals, `f` a fault of ours."""
    module, _, name = head["function"].partition(":")
    try:
        return b"k", getattr(importlib.import_module(module), name)(given, head["order"])
    except PermanentError as error:
        return b"p", orjson.dumps([asdict(one) for one in error.refusals])
    except (MemoryError, RecursionError):
        os._exit(1)
    except Exception:
        return b"f", orjson.dumps(traceback.format_exc()[-MOST_TRACE:])


if __name__ == "__main__":
    main(sys.argv[1:])
