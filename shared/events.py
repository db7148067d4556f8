"""Events: the shapes that outsiders send, strict, and the shape of a logged event, as our own services read it.

CloudEvents 1.0, structured JSON. Source: design, section 4.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from shared.regimes import RegimeId, UnitCode

SUBMITTED: Final = "vn.tonghop.report.submitted.v1"
WITHDRAWN: Final = "vn.tonghop.report.withdrawn.v1"
RETURNED: Final = "vn.tonghop.report.returned.v1"
CONFIRMED: Final = "vn.tonghop.view.confirmed.v1"
OPENED: Final = "vn.tonghop.period.opened.v1"
EXTENDED: Final = "vn.tonghop.duty.extended.v1"
VIEW_UPDATED: Final = "vn.tonghop.view.updated.v1"
ALERT_RAISED: Final = "vn.tonghop.alert.raised.v1"

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS: Final = 253_402_300_799_999  # the end of 9999: nothing later is an instant
MAX_EVENT_BYTES: Final = 512 * 1024  # twelve narratives of 10,000 characters, four bytes each
MAX_NARRATIVE_CHARACTERS: Final = 10_000

EventId = Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[\x21-\x2e\x30-\x7e]+$")]
PeriodCode = Annotated[str, StringConstraints(pattern=r"^20\d\d(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$")]
RevisionNumber = Annotated[int, Field(ge=1, le=1_000_000)]
InstantText = Annotated[str, StringConstraints(min_length=10, max_length=40)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Sent(BaseModel):
    """What outsiders send: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Concern(Sent):
    """What every event is about. `unit` is the unit concerned, not always the sender."""

    regime: RegimeId
    period: PeriodCode


class ReportSubmitted(Concern):
    """One revision of a unit's report. It replaces all figures; one left out is "not reported", which is not zero."""

    type: ClassVar = SUBMITTED
    unit: UnitCode
    revision: RevisionNumber
    values: dict[str, Any] = {}
    narratives: dict[str, Any] = {}


class ReportWithdrawn(Concern):
    """A revision without figures: the report counts as not received."""

    type: ClassVar = WITHDRAWN
    unit: UnitCode
    revision: RevisionNumber


class ReportReturned(Concern):
    """The recipient sends revision `revision` back, to be mended by `fix_by`."""

    type: ClassVar = RETURNED
    unit: UnitCode
    revision: RevisionNumber
    reason: Reason
    fix_by: InstantText


class ViewConfirmed(Concern):
    """A unit approves its view, named by its hash, and sends it up."""

    type: ClassVar = CONFIRMED
    unit: UnitCode
    view_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class PeriodOpened(Concern):
    """The recipient of an on-call regime asks for a period by a deadline."""

    type: ClassVar = OPENED
    deadline: InstantText


class DutyExtended(Concern):
    """The recipient gives one unit until a later instant."""

    type: ClassVar = EXTENDED
    unit: UnitCode
    until: InstantText
    reason: Reason


Data = ReportSubmitted | ReportWithdrawn | ReportReturned | ViewConfirmed | PeriodOpened | DutyExtended
SENT: Final[dict[str, type[Data]]] = {
    model.type: model for model in (ReportSubmitted, ReportWithdrawn, ReportReturned, ViewConfirmed, PeriodOpened, DutyExtended)
}


class Envelope(Sent):
    """The CloudEvents attributes of an event that outsiders send. `data` is judged by its type's model."""

    specversion: Literal["1.0"]
    id: EventId
    source: Annotated[str, StringConstraints(pattern=r"^/units/[A-Za-z0-9-]{1,32}$")]
    type: Annotated[str, StringConstraints(max_length=100)]
    time: Annotated[str, StringConstraints(max_length=40)] | None = None
    datacontenttype: Literal["application/json"] | None = None
    dataschema: Annotated[str, StringConstraints(max_length=200)] | None = None
    subject: Annotated[str, StringConstraints(max_length=200)] | None = None
    traceparent: Annotated[str, StringConstraints(max_length=100)] | None = None
    tracestate: Annotated[str, StringConstraints(max_length=512)] | None = None
    data: dict[str, Any]

    @property
    def sender(self) -> str:
        """The sender's unit code."""
        return self.source.removeprefix("/units/")


WHOLE: Final[dict[str, type[Envelope]]] = {
    kind: create_model(f"{data.__name__}Event", __base__=Envelope, data=(data, ...)) for kind, data in SENT.items()
}
"""The whole event of each type: attributes and data are judged in one go."""


class Logged(NamedTuple):
    """One event of the log, as far as every reader needs it. Values are normal: integers, or plain decimal texts.

    `id` is the claim's: `<sender code>/<event id>`. `unit_id` is the unit concerned, resolved at the period's reference
    date ("" when an event concerns a whole period). `raw` is the stored message.
    """

    id: str
    type: str
    regime: str
    period: str
    unit_id: str
    received_ms: int
    data: dict[str, Any]
    raw: bytes

    @property
    def event_id(self) -> str:
        return self.id.partition("/")[2]

    @property
    def revision(self) -> int:
        revision: int = self.data.get("revision", 0)
        return revision


def read_logged(raw: bytes) -> Logged | None:
    """A message of REPORTS as an event; None when it is none (ingest writes only events, so a person must look).

    Source of the extension attributes: ADR-0001.
    """
    try:
        event = orjson.loads(raw)
        data = event["data"]
        logged = Logged(
            id=f"{event['source'][7:]}/{event['id']}",
            type=event["type"],
            regime=data["regime"],
            period=data["period"],
            unit_id=event["unitid"],
            received_ms=int(event["receivedms"]),
            data=data,
            raw=raw,
        )
    except (ValueError, KeyError, TypeError):
        return None
    return logged if _is_sound(logged) else None


def _is_sound(event: Logged) -> bool:
    """Whether the parts that readers count on are of their kinds: what somebody else wrote into the log must stop nobody."""
    revision, values, narratives = event.data.get("revision", 0), event.data.get("values", {}), event.data.get("narratives", {})
    return (
        isinstance(event.type, str)
        and isinstance(event.regime, str)
        and isinstance(event.period, str)
        and isinstance(event.unit_id, str)
        and 0 <= event.received_ms <= LATEST_MS
        and isinstance(revision, int)
        and 0 <= revision <= LATEST_MS
        and isinstance(values, dict)
        and isinstance(narratives, dict)
    )


def stored_text(event: bytes | str) -> bytes:
    """The logged text, as `reports` keeps it: bytes; text in what was stored before format 2 (`shared/data_format.py`)."""
    return event if isinstance(event, bytes) else event.encode()


def from_ms(milliseconds: int) -> datetime:
    """The instant `milliseconds` after 1970, UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since 1970; a part of one is cut, so that an instant before a deadline stays before it."""
    whole = at.replace(microsecond=0)
    return round(whole.timestamp()) * 1000 + at.microsecond // 1000


def to_text(at: datetime) -> str:
    """RFC 3339, UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
