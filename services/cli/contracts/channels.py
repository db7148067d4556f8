"""Builds the AsyncAPI 3.0 document: every channel with its senders, receivers and messages, and the settings of its stream.

Subjects come from `shared.wire.subjects`, streams and consumers from `deploy/nats/streams.yaml`, messages from `contract_schemas`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from services.aggregate.feed_stream import POSITION
from services.cli.contracts import schemas
from services.cli.contracts.schemas import BY_PEOPLE, LOGGED, SENT
from shared.plumbing.inbox import ANSWERS
from shared.plumbing.streams import Declaration
from shared.shell.settings import ServiceSettings
from shared.wire import events, subjects

Json = dict[str, Any]

VERSION: Final = "1.0.0"  # version of the document; each event type has its own version
CLOUD_EVENT: Final = "application/cloudevents+json"
PLAIN: Final = "application/json"
ALL_PLAIN: Final = ("receipt", "parked", "audit-head", "dry-run", "preview")  # messages that are not CloudEvents

ACTOR: Final = "people/p-0142"  # used in examples

PARAMETERS: Final[Mapping[str, str]] = {
    "unit": "a unit's id, such as 06253, 184-TCKH or 06253-2025",
    "province": "the code of the highest unit above the view's unit",
    "partition": "a number from 0, a stable hash of regime and period",
    "regime": "a regime's id, such as ct27-van-quan",
    "period": "2024, 2024-H1, 2024-Q3 or 2024-05",
    "service": "the service that gave the message up",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """One subject with its parameters. `stream` is None for core NATS messages, which the broker does not store. `answer` is the message
    that answers a request; "" if nobody answers.
    """

    address: str
    stream: str | None
    messages: tuple[str, ...]
    description: str
    answer: str = ""

    @property
    def all_messages(self) -> tuple[str, ...]:
        return (*self.messages, self.answer) if self.answer else self.messages


CHANNELS: Final[Mapping[str, Channel]] = {
    "inbox": Channel(
        subjects.inbox("{unit}"),
        subjects.INBOX,
        tuple(SENT),
        "What the software of units sends. The token after `inbox` is the sender and must match the event's `source`. An `actor`,"
        " `receivedat` or `imported` is refused here. Do not set Nats-Msg-Id.",
    ),
    "inboxPeople": Channel(
        subjects.inbox_of_people("{unit}"),
        subjects.INBOX,
        tuple(BY_PEOPLE),
        "What people do in the name of a unit. `actor` says who, and is required. Exported to nobody: only the portal and the command line"
        " publish here.",
    ),
    "receipts": Channel(
        subjects.receipts("{unit}"),
        None,
        ("receipt",),
        "The verdict on each event, to its sender. Not kept: who misses one asks GET /v1/receipts/{unit}/{event_id}.",
    ),
    "reports": Channel(
        subjects.reports(0, "{regime}").replace(".0.", ".{partition}."),
        subjects.REPORTS,
        tuple(LOGGED),
        "The log: every accepted event, figures in their normal form, kept for ever. For Tổng Hợp's own services.",
    ),
    "feed": Channel(
        subjects.feed("{province}", "{regime}", "{period}", "{unit}"),
        subjects.FEED,
        (events.VIEW_UPDATED,),
        "Views as they changed, at most one a view in 250 ms; derived, so a view may be published again.",
    ),
    "alerts": Channel(
        subjects.alerts("{unit}"),
        subjects.ALERTS,
        (events.ALERT_RAISED,),
        "Reminders to units that still owe a report or a confirmation, once a rung.",
    ),
    "auditHead": Channel(
        subjects.audit_head(),
        subjects.ALERTS,
        ("audit-head",),
        "Number and hash of the last entry of the audit log, once a day. Keep it: `tonghop audit verify` compares the log with it.",
    ),
    "parked": Channel(
        subjects.parked("{service}"),
        subjects.PARKED,
        ("parked",),
        "Messages that no retry can help, with their reason, for a person to look at.",
    ),
    "dryRun": Channel(
        subjects.dry_run("{unit}"),
        None,
        tuple(SENT),
        "A request: what would the verdict on this event of the unit be, and what would it change? Nothing is stored or published. Only our"
        " own services ask; whoever asks shows each reader only the views that he may read.",
        "dry-run",
    ),
    "dryRunPeople": Channel(
        subjects.dry_run_of_people("{unit}"),
        None,
        tuple(BY_PEOPLE),
        "The same for an event that a person causes.",
        "dry-run",
    ),
    "preview": Channel(
        subjects.preview(0).replace(".0", ".{partition}"),
        None,
        tuple(LOGGED),
        "A request: what would this event, as it would be logged, change in the views? Only ingest asks.",
        "preview",
    ),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What one service does on a channel. `consumer` is the name of the durable consumer that it reads with."""

    service: str
    action: Literal["send", "receive"]
    channel: str
    summary: str
    consumer: str = ""


OPERATIONS: Final[Mapping[str, Operation]] = {
    "ingestSendsInbox": Operation("ingest", "send", "inbox", "The HTTP door passes an event on as its sender's."),
    "ingestReceivesInboxPeople": Operation("ingest", "receive", "inboxPeople", "Screens what people did, with the same durable."),
    "commandLineSendsInboxPeople": Operation("cli", "send", "inboxPeople", "Opens a period, extends a deadline, imports events."),
    "ingestReceivesInbox": Operation("ingest", "receive", "inbox", "Screens each event and claims it once.", subjects.INGEST_DURABLE),
    "ingestSendsReports": Operation("ingest", "send", "reports", "Publishes what a claim holds; Nats-Msg-Id is the claim's id."),
    "ingestSendsReceipts": Operation("ingest", "send", "receipts", "Answers every sender, repeats included."),
    "ingestReceivesReceipts": Operation("ingest", "receive", "receipts", "The HTTP door waits for the verdict on what it passed on."),
    "ingestSendsParked": Operation("ingest", "send", "parked", "Parks what is no event."),
    "aggregateReceivesReports": Operation("aggregate", "receive", "reports", "Folds a partition in order into views."),
    "aggregateSendsFeed": Operation("aggregate", "send", "feed", "Publishes changed views, only if newer than the subject's last."),
    "notifyReceivesReports": Operation("notify", "receive", "reports", "Folds the log into duties."),
    "notifySendsAlerts": Operation("notify", "send", "alerts", "Publishes each alert once; Nats-Msg-Id is the alert's id."),
    "notifySendsAuditHead": Operation("notify", "send", "auditHead", "Publishes the head once a day; Nats-Msg-Id names the day."),
    "commandLineReceivesAuditHead": Operation("cli", "receive", "auditHead", "Compares the audit log with the heads that were published."),
    "portalSendsDryRun": Operation("portal", "send", "dryRun", "Shows what sending would do, before a person sends."),
    "portalSendsDryRunPeople": Operation("portal", "send", "dryRunPeople", "The same, in the name of a person."),
    "commandLineSendsDryRun": Operation("cli", "send", "dryRun", "Checks files before they are sent."),
    "commandLineSendsDryRunPeople": Operation("cli", "send", "dryRunPeople", "Checks files before they are imported."),
    "ingestReceivesDryRun": Operation("ingest", "receive", "dryRun", "Judges the event as if it were received now."),
    "ingestReceivesDryRunPeople": Operation("ingest", "receive", "dryRunPeople", "The same for an event that a person causes."),
    "ingestSendsPreview": Operation("ingest", "send", "preview", "Asks what an event that would be accepted would change."),
    "aggregateReceivesPreview": Operation("aggregate", "receive", "preview", "Applies the event to a copy of the period's figures."),
    "portalReceivesFeed": Operation("portal", "receive", "feed", "Refreshes open pages, and answers the aggregated feed over HTTP."),
}

HEADERS: Final[Mapping[str, Json]] = {
    "receipts": {ANSWERS: "the sequence of the INBOX message that the receipt answers"},
    "reports": {"Nats-Msg-Id": "the claim's id: <sender id>/<event id>"},
    "feed": {
        "Nats-Msg-Id": "the event's id",
        "Nats-Expected-Last-Subject-Sequence": "the subject's last message: a newer one is not overwritten by an older",
        POSITION: "<generation>.<sequence> of the view",
    },
    "alerts": {"Nats-Msg-Id": "the event's id"},
    "auditHead": {"Nats-Msg-Id": "audit-head/<day>"},
    "parked": {"Nats-Msg-Id": "<service>/<subject>/<sequence>"},
}


def asyncapi(declaration: Declaration, examples: Mapping[str, Json]) -> Json:
    """The document. `examples` holds a valid example of each message. Examples of logged events are derived from the others."""
    bodies, references = schemas.components()
    return {
        "asyncapi": "3.0.0",
        "id": "urn:tonghop:asyncapi",
        "info": {
            "title": "Tổng Hợp",
            "version": VERSION,
            "description": "Báo cáo nhiều cấp: đơn vị gửi sự kiện, cơ quan nhận báo cáo có bảng tổng hợp. Reports go up a tree of units.",
        },
        "defaultContentType": CLOUD_EVENT,
        "servers": {"nats": _server()},
        "channels": {name: _channel(channel, declaration) for name, channel in CHANNELS.items()},
        "operations": {name: _operation(operation, declaration) for name, operation in OPERATIONS.items()},
        "components": {
            "messages": {
                message: _message(message, name, references[message], examples)
                for name, channel in CHANNELS.items()
                for message in channel.all_messages
            },
            "schemas": bodies,
        },
    }


def _server() -> Json:
    return {
        "host": ServiceSettings.model_fields["nats_url"].default.removeprefix("nats://"),
        "protocol": "nats",
        "description": "nats-server 2.14.3 or later with JetStream, sync_interval always; the setting TONGHOP_NATS_URL",
        "bindings": {"nats": {}},
    }


def _channel(channel: Channel, declaration: Declaration) -> Json:
    names = [token[1:-1] for token in channel.address.split(".") if token.startswith("{")]
    found: Json = {
        "address": channel.address,
        "description": channel.description,
        "servers": [{"$ref": "#/servers/nats"}],
        "parameters": {name: {"description": PARAMETERS[name]} for name in names},
        "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in channel.all_messages},
    }
    if channel.stream is not None:
        found["x-stream"] = _stream(channel.stream, declaration)
    return found


def _stream(name: str, declaration: Declaration) -> Json:
    """A stream's declared settings. A maximum age of 0 days means no limit. The number of replicas is a setting of each installation."""
    partitions = {"partitions": declaration.partitions} if name == subjects.REPORTS else {}
    common = {"name": name, "storage": "file", "retention": "limits", "discard": "new"}
    return {**common, **declaration.streams[name].model_dump(), **partitions}


def _operation(operation: Operation, declaration: Declaration) -> Json:
    found: Json = {
        "action": operation.action,
        "channel": {"$ref": f"#/channels/{operation.channel}"},
        "summary": operation.summary,
        "tags": [{"name": operation.service}],
        "messages": [{"$ref": f"#/channels/{operation.channel}/messages/{message}"} for message in CHANNELS[operation.channel].messages],
        "bindings": {"nats": {"bindingVersion": "0.1.0"}},
    }
    if answer := CHANNELS[operation.channel].answer:
        channel = f"#/channels/{operation.channel}"
        found["reply"] = {"channel": {"$ref": channel}, "messages": [{"$ref": f"{channel}/messages/{answer}"}]}
    if operation.consumer:
        found["x-consumer"] = {"durable": operation.consumer, **declaration.consumers[operation.consumer].model_dump()}
    return found


def _message(name: str, channel: str, payload: Json, examples: Mapping[str, Json]) -> Json:
    headers = HEADERS.get(channel, {})
    found: Json = {
        "name": name,
        "contentType": PLAIN if name in ALL_PLAIN else CLOUD_EVENT,
        "payload": payload,
        "examples": [{"name": name, "payload": _example(name, examples)}],
    }
    if headers:
        properties = {header: {"type": "string", "description": text} for header, text in headers.items()}
        found["headers"] = {"type": "object", "properties": properties}
    return found


def _example(name: str, examples: Mapping[str, Json]) -> Json:
    """A valid example of a message: written by hand, or derived from one as an event in the log or as an event caused by a person."""
    if name in examples:
        return examples[name]
    kind, _, form = name.rpartition(".")
    return logged(examples[kind]) if form == "logged" else {**examples[kind], "actor": ACTOR}


def logged(event: Json) -> Json:
    """The example as an event in the log, received at 2024-12-10T02:30Z from a unit whose id equals its code."""
    return {**event, "unitid": event["data"].get("unit", ""), "receivedms": "1733797800000"}
