"""Lines of a file of earlier events (NDJSON): each is a whole CloudEvent or a short form, and becomes an event that an operator imports.

The short form has the fields of `data` without the period, and beside them `received_at`, and if needed `type` (default `submitted`), `id`
and `sender`. Ids are derived from the line, so a file may be imported again.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from services.ingest.domain import parsing
from shared.wire import envelope, event_key, events, view_hash
from shared.words import event_types, periods
from shared.words.reference import Reference, Setting
from shared.words.refusals import Refusal, refusal

Json = dict[str, Any]

TYPES: Final = {
    "submitted": event_types.SUBMITTED,
    "withdrawn": event_types.WITHDRAWN,
    "confirmed": event_types.CONFIRMED,
    "returned": event_types.RETURNED,
    "extended": event_types.EXTENDED,
    "opened": event_types.OPENED,
}
"""Event types by their names in the short form."""
RECIPIENTS: Final = (event_types.RETURNED, event_types.EXTENDED, event_types.OPENED)
OF_LINE: Final = ("type", "id", "sender", "received_at")  # what the short form has beside the fields of `data`
NO_FIGURES: Final[Json] = {"reporting": {"expected": 0, "received": 0, "missing": []}, "indicators": {}, "narratives": {}}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as an event to import. `takes_view`: it confirms the figures that the view has when it is sent."""

    line: int
    event: Json
    is_short: bool
    takes_view: bool = False
    view: str = ""  # the id of that view

    @property
    def message_id(self) -> str:
        """By which the broker recognises the message if it is published again soon."""
        return f"{self.claim_id}/{hashlib.sha256(self.payload).hexdigest()[:16]}"

    @property
    def sender(self) -> str:
        return events.sender_of(str(self.event.get("source", "")))

    @property
    def claim_id(self) -> str:
        return event_key.of(self.sender, str(self.event.get("id", "")))

    @property
    def is_confirmation(self) -> bool:
        return self.event.get("type") == event_types.CONFIRMED

    @property
    def payload(self) -> bytes:
        """The event as JSON. Numbers are texts as they were written."""
        return json.dumps(self.event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    def path(self, path: str) -> str:
        """The path of a field as the line has it."""
        if not self.is_short:
            return path
        return "received_at" if path == "receivedat" else path.removeprefix("data.")


def read(lines: Iterable[bytes], period: str, reference: Reference, actor: str) -> Iterator[Entry | tuple[int, Refusal]]:
    """Every line that is not blank: an event to import, or its number and why it is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        tree = parsing.parse(line)
        if isinstance(tree, Refusal):
            yield number, tree
            continue
        read_line = _whole if "specversion" in tree else short
        found = read_line(number, tree, period, reference, actor)
        yield found if isinstance(found, Entry) else (number, found)


def _whole(number: int, tree: Json, period: str, _: Reference, actor: str) -> Entry | Refusal:
    data = tree.get("data")
    found = data.get("period") if isinstance(data, dict) else period
    if found != period:
        return refusal("import.other_period", "data.period", found=str(found), period=period)
    if tree.get("receivedat") is None:
        return refusal("event.missing_field", "receivedat", field="receivedat")
    return Entry(number, {**tree, "actor": actor, "imported": True}, is_short=False)


def short(number: int, tree: Json, period: str, reference: Reference, actor: str) -> Entry | Refusal:
    """A line of the short form as an event to import; or why it is none."""
    if (found := tree.get("period", period)) != period:
        return refusal("import.other_period", "period", found=str(found), period=period)
    name = tree.get("type", "submitted")
    kind = TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        return refusal("event.unknown_type", "type", type=str(name), known=list(TYPES))
    if tree.get("received_at") is None:
        return refusal("event.missing_field", "received_at", field="received_at")
    data = {name: value for name, value in tree.items() if name not in OF_LINE} | {"period": period}
    setting, day = _setting(reference, data, tree["received_at"])
    sender = tree["sender"] if isinstance(tree.get("sender"), str) else _sender(reference, setting, kind, data, day)
    event_id = tree["id"] if isinstance(tree.get("id"), str) else _id_of(kind, sender, data, tree["received_at"])
    takes_view = kind == event_types.CONFIRMED and "figures" not in data and "view_hash" not in data
    if takes_view:
        unit = _unit(setting, data)
        data |= stated(str(data.get("regime", "")), period, "" if unit is None else unit, NO_FIGURES)
    event = {**envelope.of_unit(sender, event_id, kind, data, actor=actor), "receivedat": tree["received_at"], "imported": True}
    return Entry(number, event, is_short=True, takes_view=takes_view)


def stated(regime: str, period: str, unit_id: str, figures: Json) -> Json:
    """The fields of a confirmation that state these figures."""
    return {"figures": figures, "view_hash": view_hash.hash_of(regime, period, unit_id, figures)}


def _setting(reference: Reference, data: Json, received_at: object) -> tuple[Setting | None, date]:
    """The regime in the period as it is judged, and the day of receipt; today's day is not needed if the instant is no instant."""
    try:
        at = datetime.fromisoformat(str(received_at).upper())
        day = periods.local_day(at) if at.tzinfo is not None else date.max
    except (ValueError, OverflowError):
        day = date.max
    regime, period = data.get("regime"), data["period"]
    return (reference.setting_at_receipt(regime, period, day) if isinstance(regime, str) else None), day


def _unit(setting: Setting | None, data: Json) -> str | None:
    unit = None if setting is None else setting.tree.by_code.get(str(data.get("unit", "")))
    return None if unit is None else unit.id


def _sender(reference: Reference, setting: Setting | None, kind: str, data: Json, day: date) -> str:
    """Who sends an event of the short form: the unit itself, the recipient, the confirmer, or with `as_successor` the heir of these."""
    unit_id, code = _unit(setting, data), str(data.get("unit", ""))
    if setting is None:
        return code
    if kind in RECIPIENTS:
        principal = None if setting.recipient is None else setting.recipient.id
    elif kind == event_types.CONFIRMED:
        principal = next((entry.by.id for entry in setting.version.confirmations if entry.of.id == unit_id), unit_id)
    else:
        principal = unit_id
    if principal is None:
        return code
    acts = data.get("as_successor") is True or kind in RECIPIENTS
    acting = reference.registry.acting(principal, day) if acts else None
    return principal if acting is None else acting.id


def _id_of(kind: str, sender: str, data: Json, received_at: object) -> str:
    content = json.dumps([kind, sender, data, received_at], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
