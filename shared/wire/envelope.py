"""The envelope of an event: CloudEvents 1.0, structured JSON. All code that makes an event builds its envelope here.

`of_unit` builds an event from a unit, or from a person who acts for a unit; `logged` adds ingest's attributes; `of_service` builds an event
that a service publishes. Source: design, section 4, "Events".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NotRequired, TypedDict

import orjson
from pydantic import BaseModel

from shared.wire import events
from shared.words import numbers

JSON: Final = "application/json"
MEDIA_TYPE: Final = "application/cloudevents+json"

Data = Mapping[str, object] | BaseModel


class CloudEvent(TypedDict):
    """An event with its attributes, before it is written as JSON."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: NotRequired[str]
    datacontenttype: NotRequired[Literal["application/json"]]
    actor: NotRequired[str]
    imported: NotRequired[bool]
    receivedat: NotRequired[str]
    enteredby: NotRequired[str]
    traceparent: NotRequired[str]
    data: Data


def of_unit(
    sender: str,
    event_id: str,
    kind: str,
    data: Data,
    *,
    at: datetime | None = None,
    actor: str | None = None,
    entered_by: str | None = None,
) -> CloudEvent:
    """An event of the unit with the id `sender`. `actor` is the person who acts for the unit; None if the unit's software sends.
    `entered_by` is the id of the other unit for which that person enters the report.
    """
    event = CloudEvent(specversion="1.0", id=event_id, source=f"/units/{sender}", type=kind, data=data)
    if at is not None:
        event["time"] = events.to_text(at)
    if actor is not None:
        event["actor"] = actor
    if entered_by is not None:
        event["enteredby"] = entered_by
    return event


def of_service(service: str, event_id: str, kind: str, data: Data, *, at: datetime | None, traceparent: str = "") -> CloudEvent:
    """An event that the service `service` publishes. `at` is None when nothing has happened yet.

    `traceparent` is copied from the event that caused this one; "" if that event has none.
    """
    event = CloudEvent(
        specversion="1.0", id=event_id, source=f"/services/{service}", type=kind, datacontenttype="application/json", data=data
    )
    if at is not None:
        event["time"] = events.to_text(at)
    if traceparent:
        event["traceparent"] = traceparent
    return event


def logged(sent: Mapping[str, object], unit_id: str, received_ms: int) -> dict[str, object]:
    """An accepted event as the log keeps it: `sent` with two extension attributes.

    `unitid` is the id of the unit concerned, "" for a whole period. `receivedms` is text, because a CloudEvents integer has 32 bits.
    """
    return {**sent, "unitid": unit_id, "receivedms": str(received_ms)}


def encode(event: Mapping[str, object] | CloudEvent) -> bytes:
    """The event as JSON. Decimals become texts; model fields with their default value are left out."""
    return orjson.dumps(event, default=_plain)


def _plain(value: object) -> object:
    return value.model_dump(mode="json", exclude_defaults=True) if isinstance(value, BaseModel) else numbers.text(value)
