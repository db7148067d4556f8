"""Server settings with which a service refuses to work, because acknowledged data could be lost. Each refusal names the setting and the
required value.

Source: ADR-0001 (what was acknowledged is on disk), ADR-0009 (how a service learns what nats-server's disk setting is).
"""

import asyncio
import urllib.request
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from shared.words.failures import ConfigurationError, TransientError
from shared.words.refusals import refusal

MONITOR_S: Final = 3.0
WANTED_WRITES: Final = {"w": ("majority",), "journal": ("true",), "j": ("true",)}  # options of a MongoDB URL, and their allowed values
MONITOR_SETTING: Final = "TONGHOP_NATS_MONITOR_URL"
UNSEEN: Final = refusal("nats.sync_unknown", MONITOR_SETTING)


def require_write_concern(url: str) -> None:
    """Raises ConfigurationError if a MongoDB URL asks for less than majority and journal. The URL's password is not repeated."""
    for name, value in parse_qsl(url.partition("?")[2], keep_blank_values=True):
        wanted = WANTED_WRITES.get(name.lower())
        if wanted is not None and value.lower() not in wanted:
            raise ConfigurationError(refusal("setting.weak_writes", "TONGHOP_MONGO_URL", name=name, found=value, required=wanted[0]))


async def require_sync(monitors: Sequence[str]) -> None:
    """Raises ConfigurationError if a nats-server acknowledges messages before they are on its disk. Each server is asked at its monitoring
    address.

    Servers of a cluster that do not answer are ignored; TransientError if none answers.
    """
    answers = await asyncio.gather(*[asyncio.to_thread(_varz, monitor) for monitor in monitors])
    answered = {monitor: answer for monitor, answer in zip(monitors, answers, strict=True) if answer is not None}
    if not answered:
        raise TransientError(refusal("nats.monitor_away", MONITOR_SETTING, addresses=list(monitors)))
    for monitor, answer in answered.items():
        config = (answer.get("jetstream") or {}).get("config") or {}
        if not config:
            raise ConfigurationError(refusal("nats.jetstream_off", monitor))
        if not config.get("sync_always"):
            interval = f"{config.get('sync_interval', 0) / 1e9:g}s"
            raise ConfigurationError(refusal("nats.sync_too_late", monitor, interval=interval))


def _varz(monitor: str) -> dict[str, Any] | None:
    """What a server's monitoring endpoint reports about it; None if it does not answer."""
    try:
        with urllib.request.urlopen(f"{monitor.rstrip('/')}/varz", timeout=MONITOR_S) as answer:
            varz = orjson.loads(answer.read())
    except (OSError, ValueError):
        return None
    return varz if isinstance(varz, dict) else None
