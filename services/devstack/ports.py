"""Chooses the loopback ports of a stack."""

import fcntl
import os
import random
import socket
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from shared.shell import language
from shared.words.refusals import refusal

FREE_RANGE = range(20_000, 32_000)  # below the range that the kernel uses for outgoing connections
HELD_S: Final = 60.0
CHOSEN: Final = Path(tempfile.gettempdir()) / f"tonghop-ports-{os.getuid()}"
"""The ports that were chosen lately, and when: several stacks may start at once."""


@dataclass(frozen=True)
class Ports:
    """The ports of a stack on 127.0.0.1."""

    nats: int
    nats_http: int
    mongo: int
    smtp: int
    ingest: int
    portal: int
    aggregate: int
    notify: int
    ingest_monitor: int = 9080  # the defaults: a folder of an earlier version has no monitor ports
    portal_monitor: int = 9000
    aggregate_monitor: int = 9081
    notify_monitor: int = 9082

    def of_services(self) -> dict[str, int]:
        """The settings `ingest_port`, `ingest_monitor_port` and so on."""
        names = ("ingest", "portal", "aggregate", "notify")
        return {f"{name}_port": getattr(self, name) for name in (*names, *(f"{name}_monitor" for name in names))}


DEFAULT_PORTS = Ports(nats=4222, nats_http=8222, mongo=27017, smtp=1025, ingest=8080, portal=8000, aggregate=8081, notify=8082)


def choose_ports(defaults: bool, remembered: Ports | None = None) -> Ports:
    """A free port for each purpose: the remembered port if it is free, else (if `defaults`) the usual one, else any."""
    chosen: dict[str, int] = {}
    for name, usual in asdict(DEFAULT_PORTS).items():
        wishes = ([getattr(remembered, name)] if remembered else []) + ([usual] if defaults else [])
        candidates = [port for port in wishes if port not in chosen.values() and is_free(port)]
        chosen[name] = candidates[0] if candidates else _any_free(avoid=set(chosen.values()))
    return Ports(**chosen)


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections in TIME_WAIT do not matter
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _any_free(avoid: set[int]) -> int:
    """A free port that no other stack of this user has chosen in the last minute: it may not listen on it yet."""
    file = os.open(CHOSEN, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(file, "r+") as chosen:
        fcntl.flock(chosen, fcntl.LOCK_EX)
        lines = [line.split() for line in chosen.read().splitlines()]
        recent = {int(line[0]): line[1] for line in lines if len(line) == 2 and float(line[1]) > time.time() - HELD_S}
        for port in random.sample(FREE_RANGE, len(FREE_RANGE)):
            if port not in avoid and port not in recent and is_free(port):
                chosen.seek(0)
                chosen.truncate()
                chosen.writelines(f"{one} {at}\n" for one, at in (recent | {port: str(time.time())}).items())
                return port
    raise OSError(refusal("stack.no_free_port").line(language.chosen()))
