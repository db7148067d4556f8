"""Events that units and people send, checked strictly: CloudEvents 1.0, structured JSON.

The models are the contract too: `make contracts` writes their JSON Schemas. Source: design, section 4, "Events".
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from shared.wire import events
from shared.words import periods, texts
from shared.words.attachments import MOST_BYTES, MOST_LISTED, MOST_NAME, REF, SHA256, MediaType
from shared.words.regime_fields import RegimeId, UnitCode

EventId = Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[\x21-\x2e\x30-\x7e]+$")]
PeriodCode = Annotated[str, StringConstraints(pattern=f"^{periods.CODE}$")]
RevisionNumber = Annotated[int, Field(ge=1, le=1_000_000)]
InstantText = Annotated[str, StringConstraints(min_length=10, max_length=40)]
RFC_3339: Final = (  # no leap second: most libraries cannot parse it
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
ONE_LINE: Final = r"^[^\x00-\x1f\x7f-\x9f]+$"  # CloudEvents allows no control characters in an attribute, not even tab and newline
ACTOR: Final = r"^(people/[A-Za-z0-9_-]{1,64}|operator/[A-Za-z0-9._@-]{1,64})$"
URI: Final = r"^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$"  # RFC 3986, without IPv6 addresses


Json = dict[str, Any]

CODE: Final = "^[a-z][a-z0-9_]{0,39}$"  # of an indicator, an option, a narrative
NUMBER: Final[Json] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"}]}
FIGURE: Final[Json] = {
    "description": "A quantity (a JSON number without exponent, or a decimal text), a ratio, a flag, or the code of an option.",
    "anyOf": [
        *NUMBER["anyOf"],
        {"type": "boolean"},
        {"type": "string", "pattern": CODE},
        {
            "type": "object",
            "properties": {"numerator": NUMBER, "denominator": NUMBER},
            "required": ["numerator", "denominator"],
            "additionalProperties": False,
        },
    ],
}
NARRATIVE: Final[Json] = {"type": "string", "maxLength": events.MAX_NARRATIVE_CHARACTERS}
NOTE: Final[Json] = {"type": "string", "minLength": 1, "maxLength": events.MAX_NOTE_CHARACTERS}
STATUS: Final[Json] = {"type": "string", "const": events.ESTIMATE}


def _by_code(of: Json) -> WithJsonSchema:
    """The schema of an object whose keys are codes. The figures themselves are checked against their regime, not by the model."""
    return WithJsonSchema({"type": "object", "propertyNames": {"pattern": CODE}, "additionalProperties": of})


def _visible(text: str) -> str:
    """A text that is not blank. Raises PydanticCustomError `missing`."""
    if texts.is_blank(text):
        raise PydanticCustomError("missing", "the text is blank")
    return text


def _on_a_day(text: str) -> str:
    """A timestamp whose day exists: 31/02 does not. Raises PydanticCustomError."""
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        raise PydanticCustomError("no_such_day", "there is no such day") from None
    return text


def _true(flag: bool) -> bool:
    """A flag that is set. Raises PydanticCustomError. `Literal[True]` would accept the number 1."""
    if not flag:
        raise PydanticCustomError("not_set", "the flag is not set")
    return flag


Imported = Annotated[bool, AfterValidator(_true), WithJsonSchema({"type": "boolean", "const": True})]
Actor = Annotated[str, StringConstraints(pattern=ACTOR)]
TimeText = Annotated[str, StringConstraints(max_length=40, pattern=RFC_3339), AfterValidator(_on_a_day)]


MOST_NAMED: Final = 500  # indicators of a return; more than a form has
MOST_ASKED: Final = 500  # units of one request for a reminder; more than a province has
IndicatorCode = Annotated[str, StringConstraints(pattern=CODE)]
ConfirmationName = Annotated[str, StringConstraints(max_length=97, pattern=r"^[A-Za-z0-9-]{1,32}/[\x21-\x2e\x30-\x7e]{8,64}$")]
AsSuccessor = Annotated[bool, Field(description="The sender is the heir of the unit concerned, which has ended, and acts for it.")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_visible)]


class Sent(BaseModel):
    """Base of what others send to us: unknown fields are refused, and no value is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Concern(Sent):
    """The regime and the period of an event. `unit`, where an event has it, is the unit concerned; it is not always the sender."""

    regime: RegimeId
    period: PeriodCode


class Attachment(Sent):
    """A file that belongs to a report, such as a signed scan: its name for people, and what `POST /v1/attachments` answered.

    A file is used by one report, in any of its revisions. A revision that does not list it no longer has it.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=MOST_NAME, pattern=ONE_LINE), AfterValidator(_visible)]
    media_type: MediaType
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    sha256: Annotated[str, StringConstraints(pattern=SHA256)]
    ref: Annotated[str, StringConstraints(pattern=REF)]


class ReportSubmitted(Concern):
    """One revision of a unit's report. It replaces all figures of the report.

    A figure that is left out was not reported, which is not the same as zero. Which figures and narratives a regime has, their ranges and
    their decimals are checked when the report is received.

    `notes` explain figures (giải trình), by the indicator's code. `status` marks figures as estimates (ước); the others are official.
    `reason` says why an earlier revision is corrected. `attachments` are files that were sent before, such as signed scans.
    """

    model_config = ConfigDict(
        # not empty; no `anyOf`: client generators turn it into two models, each with half of the fields
        json_schema_extra={"not": {"properties": {name: {"maxProperties": 0} for name in ("values", "narratives")}}}
    )

    type: ClassVar = events.SUBMITTED
    unit: UnitCode
    revision: RevisionNumber
    as_successor: AsSuccessor = False
    values: Annotated[dict[str, Any], _by_code(FIGURE)] = {}
    narratives: Annotated[dict[str, Any], _by_code(NARRATIVE)] = {}
    notes: Annotated[dict[str, Any], _by_code(NOTE)] = {}
    status: Annotated[dict[str, Any], _by_code(STATUS)] = {}
    attachments: Annotated[list[Attachment], Field(max_length=MOST_LISTED)] = []
    reason: Reason | None = None


class ReportWithdrawn(Concern):
    """A unit takes its report back. This is a revision without figures: from then on the report counts as not received."""

    type: ClassVar = events.WITHDRAWN
    unit: UnitCode
    revision: RevisionNumber
    as_successor: AsSuccessor = False


class ReportReturned(Concern):
    """The recipient sends revision `revision` of a report back, with the reason; the unit must correct it by `fix_by`. `indicators` are the
    codes of the figures concerned.
    """

    type: ClassVar = events.RETURNED
    unit: UnitCode
    revision: RevisionNumber
    reason: Reason
    fix_by: InstantText
    indicators: Annotated[list[IndicatorCode], Field(max_length=MOST_NAMED)] = []


class ConfirmedReporting(BaseModel):
    """How complete the confirmed figures are. The other fields of the view's `reporting` may be sent too; they are ignored."""

    model_config = ConfigDict(frozen=True, strict=True)

    expected: Annotated[int, Field(ge=0)]
    received: Annotated[int, Field(ge=0)]
    missing: list[UnitCode]


class ConfirmedFigures(Sent):
    """The figures that a unit approves, exactly as the API returns them in the view."""

    reporting: ConfirmedReporting
    indicators: dict[str, dict[str, Any]]
    narratives: dict[str, Annotated[int, Field(ge=0)]]


class ViewConfirmed(Concern):
    """A unit approves its view and sends it up. The event carries the view's hash and its figures; a reason is required while a unit is
    missing.
    """

    type: ClassVar = events.CONFIRMED
    unit: UnitCode
    view_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    figures: ConfirmedFigures
    reason: Reason | None = None
    as_successor: AsSuccessor = False


class PeriodOpened(Concern):
    """The recipient of an on-call regime asks for reports on a period, due by `deadline`.

    With `corrects: true` and a reason it corrects the deadline of an earlier opening.
    """

    type: ClassVar = events.OPENED
    deadline: InstantText
    corrects: bool = False
    reason: Reason | None = None


class DutyExtended(Concern):
    """The recipient gives one unit more time, until `until`. With `corrects: true` it corrects an earlier extension."""

    type: ClassVar = events.EXTENDED
    unit: UnitCode
    until: InstantText
    reason: Reason
    corrects: bool = False


class ConfirmationUndone(Concern):
    """A unit takes back the confirmation of a view (hủy chốt), with the reason. `confirmation` names the confirming event,
    `<sender>/<event id>`. The unit that confirmed may do so while no confirmer above it has confirmed; after that only that one may.
    """

    type: ClassVar = events.UNDONE
    unit: UnitCode
    confirmation: ConfirmationName
    reason: Reason


class ReminderRequested(Concern):
    """The recipient or a confirmer asks units for what they still owe (đôn đốc), once a unit and day. `text` goes into the message."""

    type: ClassVar = events.ASKED
    units: Annotated[list[UnitCode], Field(min_length=1, max_length=MOST_ASKED)]
    text: Reason | None = None


Data = (
    ReportSubmitted
    | ReportWithdrawn
    | ReportReturned
    | ViewConfirmed
    | PeriodOpened
    | DutyExtended
    | ConfirmationUndone
    | ReminderRequested
)
SENT: Final[dict[str, type[Data]]] = {
    model.type: model
    for model in (
        ReportSubmitted,
        ReportWithdrawn,
        ReportReturned,
        ViewConfirmed,
        PeriodOpened,
        DutyExtended,
        ConfirmationUndone,
        ReminderRequested,
    )
}


class Envelope(Sent):
    """The CloudEvents attributes of an event that a unit's software sends. The model of the event's type checks `data`."""

    specversion: Literal["1.0"]
    id: EventId
    source: Annotated[str, StringConstraints(pattern=r"^/units/[A-Za-z0-9-]{1,32}$")]
    type: Annotated[str, StringConstraints(max_length=100)]
    time: TimeText | None = None
    datacontenttype: Literal["application/json"] | None = None
    dataschema: Annotated[str, StringConstraints(max_length=200, pattern=URI)] | None = None
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE)] | None = None
    traceparent: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=ONE_LINE)] | None = None
    tracestate: Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=ONE_LINE)] | None = None
    data: dict[str, Any]


class ActedEnvelope(Envelope):
    """The attributes of an event that a person caused: `actor` says who.

    `people/<id>` is a person, `operator/<login>` is a user of the command line. Only our own services may send such events. An operator may
    import an event of earlier: `imported` is true, and `receivedat` says when it was received then. `enteredby` is the id of the unit for
    which the person entered a report of another unit (nhập thay); without it the person acted for the sender itself.
    """

    actor: Actor
    receivedat: TimeText | None = None
    imported: Imported | None = None
    enteredby: UnitCode | None = None


def _whole(kind: str, data: type[Data], base: type[Envelope], suffix: str) -> type[Envelope]:
    """The model of a whole event, so that attributes and data are checked in one pass."""
    constant = WithJsonSchema({"type": "string", "const": kind})
    typed: Any = Annotated[str, StringConstraints(pattern=f"^{kind.replace('.', '[.]')}$"), constant]
    return create_model(f"{data.__name__}{suffix}", __base__=base, __doc__=data.__doc__, type=(typed, ...), data=(data, ...))


BY_UNITS: Final = {kind: _whole(kind, data, Envelope, "Event") for kind, data in SENT.items()}
"""The model of the whole event by type, as a unit's software sends it."""
BY_PEOPLE: Final = {kind: _whole(kind, data, ActedEnvelope, "ByPeople") for kind, data in SENT.items()}
"""The model of the whole event by type, as our own services send it for a person."""
