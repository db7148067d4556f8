"""The machine's clock, and times as people here read them."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

HERE: Final = timezone(timedelta(hours=7))  # Vietnam has had one time zone without changes since 1975; Windows brings no zone files


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def shown(at_ms: int) -> str:
    """An instant as `27/11/2026 08:30:00`."""
    return f"{datetime.fromtimestamp(at_ms / 1000, HERE):%d/%m/%Y %H:%M:%S}"


def shown_utc(text: str) -> str:
    """An RFC 3339 text as `27/11/2026 08:30:00`; the text itself if it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.replace(tzinfo=at.tzinfo or UTC).astimezone(HERE):%d/%m/%Y %H:%M:%S}"
