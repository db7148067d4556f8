"""Events: the names of their types, the logged event as our services read it, and instants as events write them.

The models of events that units and people send are in `sent.py`. Source: design, section 4, "Events".
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import orjson

from shared.wire import event_key
from shared.words.event_types import ASKED as ASKED
from shared.words.event_types import CONFIRMED as CONFIRMED
from shared.words.event_types import EXTENDED as EXTENDED
from shared.words.event_types import OPENED as OPENED
from shared.words.event_types import RETURNED as RETURNED
from shared.words.event_types import SUBMITTED as SUBMITTED
from shared.words.event_types import UNDONE as UNDONE
from shared.words.event_types import WITHDRAWN as WITHDRAWN
from shared.words.periods import VIETNAM, local_day

VIEW_UPDATED: Final = "vn.tonghop.view.updated.v1"
ALERT_RAISED: Final = "vn.tonghop.alert.raised.v1"

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS: Final = 253_402_300_799_999  # the end of 9999: nothing later is an instant
MAX_EVENT_BYTES: Final = 512 * 1024  # twelve narratives of 10,000 characters, four bytes each
MAX_NARRATIVE_CHARACTERS: Final = 10_000
MAX_NOTE_CHARACTERS: Final = 2_000
ESTIMATE: Final = "estimate"  # the `status` of a figure that is not official yet


class Logged(NamedTuple):
    """One event of the log, with the parts that every reader needs. Figures are in normal form: integers, or plain decimal texts.

    `id` is the claim's id, `<sender code>/<event id>`. `unit_id` is the id of the unit concerned, looked up at the period's reference date;
    it is "" when the event concerns a whole period. `raw` is the stored message. `traceparent` is the sender's trace (W3C Trace Context),
    "" if there is none: it is copied to the messages that the event causes, and influences no decision. `imported`: an operator
    imported the event later, so `received_ms` is the instant of then; nobody is alerted about it. `entered_by` is the id of the unit that
    entered the report for its sender, "" if the sender did itself. `actor` is the person who acted (`people/<id>`, `operator/<login>`), ""
    of what a unit's software sent.
    """

    id: str
    type: str
    regime: str
    period: str
    unit_id: str
    received_ms: int
    data: dict[str, Any]
    raw: bytes
    traceparent: str = ""
    imported: bool = False
    entered_by: str = ""
    actor: str = ""

    @property
    def is_estimate(self) -> bool:
        """Whether this is a report that has estimated figures."""
        return self.type == SUBMITTED and ESTIMATE in (self.data.get("status") or {}).values()

    @property
    def sender(self) -> str:
        """The sender's unit id."""
        return event_key.sender(self.id)

    @property
    def code(self) -> str:
        """What the sender called the unit: its code on the reference day. "" if the event concerns a whole period."""
        code = self.data.get("unit", "")
        return code if isinstance(code, str) else ""

    @property
    def received_on(self) -> date:
        """The day of receipt in Vietnam."""
        return local_day(from_ms(min(self.received_ms, LATEST_MS - 86_400_000)))  # Vietnam's last hours of 9999 are no datetime

    @property
    def event_id(self) -> str:
        return event_key.event_id(self.id)

    @property
    def revision(self) -> int:
        revision: int = self.data.get("revision", 0)
        return revision


def sender_of(source: str) -> str:
    """The unit id in a `source` such as /units/06253."""
    return source.removeprefix("/units/")


def read_logged(raw: bytes) -> Logged | None:
    """The event in a message of REPORTS; None if the message is not an event. Ingest writes only events, so a person must look at it.

    Source of the extension attributes: ADR-0001.
    """
    try:
        event = orjson.loads(raw)
        data, traceparent, entered_by, actor = (event["data"], *map(event.get, ("traceparent", "enteredby", "actor")))
        logged = Logged(
            id=f"{event['source'][7:]}/{event['id']}",
            type=event["type"],
            regime=data["regime"],
            period=data["period"],
            unit_id=event["unitid"],
            received_ms=int(event["receivedms"]),  # text since data format 5, a number before
            data=data,
            raw=raw,
            traceparent=traceparent if isinstance(traceparent, str) else "",
            imported=event.get("imported") is True,
            entered_by=entered_by if isinstance(entered_by, str) else "",
            actor=actor if isinstance(actor, str) else "",
        )
    except (ValueError, KeyError, TypeError):
        return None
    return logged if _is_sound(logged) else None


def _is_sound(event: Logged) -> bool:
    """Whether the fields that readers rely on have the right types: a malformed message must not stop a reader."""
    revision, content = event.data.get("revision", 0), [event.data.get(name, {}) for name in ("values", "narratives", "notes", "status")]
    return (
        isinstance(event.type, str)
        and isinstance(event.regime, str)
        and isinstance(event.period, str)
        and isinstance(event.unit_id, str)
        and 0 <= event.received_ms <= LATEST_MS
        and isinstance(revision, int)
        and 0 <= revision <= LATEST_MS
        and all(isinstance(part, dict) for part in content)
    )


def read_data(raw: bytes | str) -> dict[str, Any]:
    """The `data` of the logged event that a claim holds; empty if the event cannot be read."""
    logged = read_logged(stored_text(raw))
    return {} if logged is None else logged.data


def stored_text(event: bytes | str) -> bytes:
    """A stored event as bytes. Up to data format 1 events were stored as text (`shared/plumbing/data_format.py`)."""
    return event if isinstance(event, bytes) else event.encode()


def from_ms(milliseconds: int) -> datetime:
    """The instant `milliseconds` after 1970, UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since 1970. Fractions are cut off, so that an instant before a deadline remains before it."""
    whole = at.replace(microsecond=0)
    return round(whole.timestamp()) * 1000 + at.microsecond // 1000


def end_ms(day: date) -> int:
    """The first millisecond after a day in Vietnam."""
    return to_ms(datetime.combine(day + timedelta(days=1), time(), VIETNAM))


def to_text(at: datetime) -> str:
    """The instant as RFC 3339 text in UTC, with milliseconds."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{utc.isoformat(timespec='milliseconds')[:-6]}Z"  # without the offset +00:00
