"""Screening in tests: messages that have one thing changed, and what was decided about them."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Protocol

from services.ingest.domain.decision import Accepted, Decision, Malformed, Rejected
from services.ingest.domain.known import About
from shared.wire import events
from tests.builders import COMMUNE, DISTRICT, KL62, NQ68, RECEIVED, Event, confirmed, payload, submitted

Opened = AbstractSet[tuple[str, str]]  # (regime, period) of on-call regimes
VIEWS = {(NQ68, period, DISTRICT): confirmed(period=period)["data"]["view_hash"] for period in ("2024", "2025")}
OPEN: Opened = frozenset({(KL62, "2024")})
OFFICE = "184-GDDT"


class Screen(Protocol):
    def __call__(
        self,
        sent: Event | bytes,
        sender: str | None = None,
        received: datetime = RECEIVED,
        known_open: Opened = frozenset(),
        before: Sequence[Event] = (),
        views: Mapping[About, str] | None = None,
    ) -> Decision: ...


def reasons(decision: Decision) -> list[tuple[str, str]]:
    """Codes and paths of all that is wrong."""
    match decision:
        case Rejected():
            return [(reason.code, reason.path) for reason in decision.reasons]
        case Malformed():
            return [(decision.reason.code, decision.reason.path)]
        case Accepted():
            return []


def logged_values(decision: Decision) -> dict[str, Any]:
    assert isinstance(decision, Accepted), reasons(decision)
    logged = events.read_logged(decision.logged)
    assert logged is not None
    values: dict[str, Any] = logged.data["values"]
    return values


def with_text(code: str, text: str, unit: str = COMMUNE) -> bytes:
    """A report whose figure is this JSON text."""
    return payload(submitted(unit, values={code: "HERE"})).replace(b'"HERE"', text.encode("utf-8", "surrogatepass"))


def with_narrative(text: str) -> bytes:
    """A report whose narrative is this JSON text."""
    return payload(submitted(narratives={"ket_qua": "HERE"})).replace(b'"HERE"', text.encode("utf-8", "surrogatepass"))


def without(event: Event, name: str) -> Event:
    return {key: value for key, value in event.items() if key != name}


def with_data(event: Event, **changes: Any) -> Event:
    return {**event, "data": {**event["data"], **changes}}
