"""What a service refuses to work with, because it would lose acknowledged data: each refusal names the setting and the value wanted.

Source: ADR-0001 (what was acknowledged is on disk), ADR-0009 (how a service learns what nats-server's disk setting is).
"""

import asyncio
import urllib.request
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from shared.words.failures import ConfigurationError, TransientError

MONITOR_S: Final = 3.0
WANTED_WRITES: Final = {"w": ("majority",), "journal": ("true",), "j": ("true",)}  # options of a MongoDB URL, and what they may say
UNSEEN: Final = (
    "TONGHOP_NATS_MONITOR_URL=none: chưa biết sync_interval của nats-server, cần always; nêu địa chỉ, ví dụ http://127.0.0.1:8222"
    " (sync_interval is not seen, wanted always)"
)


def require_write_concern(url: str) -> None:
    """Raises ConfigurationError when a MongoDB URL asks for less than majority and journal. Its password is not repeated."""
    for name, value in parse_qsl(url.partition("?")[2], keep_blank_values=True):
        wanted = WANTED_WRITES.get(name.lower())
        if wanted is not None and value.lower() not in wanted:
            raise ConfigurationError(
                f"TONGHOP_MONGO_URL: {name}={value}, cần (wanted) {name}={wanted[0]}: ghi yếu hơn sẽ mất báo cáo đã nhận (loses data)"
            )


async def require_sync(monitors: Sequence[str]) -> None:
    """Raises ConfigurationError when a nats-server acknowledges before its disk has the message; each is asked at its monitoring
    address. Of a cluster those that answer are judged; TransientError when none does.
    """
    answers = await asyncio.gather(*[asyncio.to_thread(_varz, monitor) for monitor in monitors])
    found = {monitor: answer for monitor, answer in zip(monitors, answers, strict=True) if answer is not None}
    if not found:
        raise TransientError(f"nats-server không trả lời ở {', '.join(monitors)} (TONGHOP_NATS_MONITOR_URL; no answer)")
    for monitor, answer in found.items():
        config = (answer.get("jetstream") or {}).get("config") or {}
        if not config.get("sync_always"):
            interval = f"{config.get('sync_interval', 0) / 1e9:g}s" if config else "JetStream tắt (off)"
            raise ConfigurationError(
                f"nats-server {monitor}: jetstream.sync_interval: {interval}, cần (wanted) always: xem deploy/nats/nats-server.conf"
            )


def _varz(monitor: str) -> dict[str, Any] | None:
    """What a server says of itself; None when it does not answer."""
    try:
        with urllib.request.urlopen(f"{monitor.rstrip('/')}/varz", timeout=MONITOR_S) as answer:
            found = orjson.loads(answer.read())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
