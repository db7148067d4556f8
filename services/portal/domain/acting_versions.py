"""The confirmed versions of a view: each confirmation with its number, who made it, why, what differs from the one before, and whether it
was undone. Pure.

Version n is the n-th confirmation that was not undone: 1 is the official version, k + 1 the k-th adjustment. Source: design, section 4,
"Confirmed versions"; ADR 0070, ADR 0074.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.portal.domain import acting_changes
from services.portal.domain.acting_changes import Difference
from shared.wire import events
from shared.wire.events import Logged
from shared.words.reference import Setting
from shared.words.report_state import ReportState


@dataclass(frozen=True, slots=True)
class Done:
    """Who did something, when and why. `sender` is a unit's id, `person` a person's id, "" if the unit's software did it."""

    sender: str
    person: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Version:
    """One confirmation. `number` is 0 if it was undone. `differences` are those from the version before it that stood; None if that one, or
    this one, does not say its figures (confirmations up to data format 4).
    """

    name: str
    number: int
    hash: str
    made: Done
    undone: Done | None
    figures: Mapping[str, Any]
    differences: Sequence[Difference] | None

    @property
    def title(self) -> str:
        if self.number == 0:
            return "Bản chốt đã hủy"
        return "Phiên bản chính thức" if self.number == 1 else f"Điều chỉnh lần {self.number - 1}"

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def missing(self) -> int:
        found = self.figures.get("reporting")
        return len(found.get("missing") or ()) if isinstance(found, Mapping) else 0


def versions(logged: Iterable[Logged], setting: Setting) -> list[Version]:
    """The confirmations of a view, the latest first, from the events that confirm it or undo that."""
    state, known = ReportState(), {event.id: event for event in logged}
    for event in known.values():
        state.apply(event)
    numbers = {name: number for number, name in enumerate(state.standing_confirmations, start=1)}
    undone = _undone(known.values())
    found: list[Version] = []
    before: Mapping[str, Any] | None = None
    for name, confirmation in sorted(state.confirmations.items(), key=lambda item: (item[1], item[0])):
        figures = _figures(known[name])
        differences = acting_changes.between(before, figures, setting) if before and figures else None
        found.append(
            Version(name, numbers.get(name, 0), confirmation.view_hash, _done(known[name]), undone.get(name), figures, differences)
        )
        if name in numbers:
            before = figures
    return found[::-1]


def _undone(logged: Iterable[Logged]) -> dict[str, Done]:
    """The first event that undid each confirmation, by the confirmation's name."""
    found = sorted(
        (event for event in logged if event.type == events.UNDONE), key=lambda event: (event.received_ms, event.id), reverse=True
    )
    return {str(event.data.get("confirmation", "")): _done(event) for event in found}


def _done(event: Logged) -> Done:
    return Done(event.sender, _person(event), events.from_ms(event.received_ms), str(event.data.get("reason") or ""))


def _person(event: Logged) -> str:
    """The id of the person who caused an event; "" if a program or an operator did."""
    try:
        actor = orjson.loads(event.raw).get("actor")
    except (orjson.JSONDecodeError, AttributeError):
        return ""
    return actor.removeprefix("people/") if isinstance(actor, str) and actor.startswith("people/") else ""


def _figures(event: Logged) -> Mapping[str, Any]:
    found = event.data.get("figures")
    return found if isinstance(found, Mapping) else {}
