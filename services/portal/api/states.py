"""The state of a unit's report as JSON."""

from datetime import datetime
from typing import Any

from services.portal.domain.standing import Status
from services.portal.reading.store import Json
from shared.wire import events
from shared.words.units import Unit


def status_json(status: Status) -> Json:
    return {
        "unit": unit_json(status.unit),
        "state": status.state.value,
        "received": status.received_at is not None,
        "counts": status.counts,
        "revision": status.revision,
        "received_at": _text(status.received_at),
        "on_time": status.on_time,
        "deadline": _text(status.deadline),
    }


def unit_json(unit: Unit) -> dict[str, Any]:
    return {"id": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "parent": unit.parent}


def _text(at: datetime | None) -> str | None:
    return None if at is None else events.to_text(at)
