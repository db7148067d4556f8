"""The JSON Schemas of the contract: one document for each event type and for everything else that outsiders read.

Source: the pydantic models of `shared.wire`: of `sent` for the messages that units send, of the other modules for what we publish.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, StringConstraints, create_model

from shared.wire import events, schemas, sent
from shared.wire.alerts import AlertRaised
from shared.wire.audit_head import AuditHead
from shared.wire.dry_runs import DryRun
from shared.wire.parked import Parked
from shared.wire.previews import Preview
from shared.wire.published import IfSet
from shared.wire.receipts import Receipt
from shared.wire.sent import Actor, Envelope, Imported, TimeText
from shared.wire.views import View, ViewUpdated

Json = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class LoggedEnvelope(Envelope):
    """The attributes of an event in the log: what the sender set, and what ingest added."""

    actor: Annotated[IfSet[Actor], Field(description="who acted in the unit's name")] = None
    receivedat: Annotated[IfSet[TimeText], Field(description="when an imported event was received then")] = None
    imported: Annotated[IfSet[Imported], Field(description="an operator imported the event later")] = None
    unitid: Annotated[str, Field(description="the unit concerned, resolved at the period's reference date; empty for a whole period")]
    receivedms: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{1,15}$"),
        Field(description="when the event was received (the broker stored it, or `receivedat`), milliseconds since 1970"),
    ]


def _logged(kind: str, data: type[sent.Data]) -> type[BaseModel]:
    return create_model(f"{data.__name__}Logged", __base__=(LoggedEnvelope, sent.BY_UNITS[kind]), __doc__=data.__doc__)


SENT: Final[Mapping[str, type[BaseModel]]] = sent.BY_UNITS
BY_PEOPLE: Final[Mapping[str, type[BaseModel]]] = {f"{kind}.people": model for kind, model in sent.BY_PEOPLE.items()}
LOGGED: Final[Mapping[str, type[BaseModel]]] = {f"{kind}.logged": _logged(kind, data) for kind, data in sent.SENT.items()}
PUBLISHED: Final[Mapping[str, type[BaseModel]]] = {
    events.VIEW_UPDATED: ViewUpdated,
    events.ALERT_RAISED: AlertRaised,
    "receipt": Receipt,
    "view": View,
    "parked": Parked,
    "audit-head": AuditHead,
    "dry-run": DryRun,
    "preview": Preview,
}
CONTRACT: Final = {**SENT, **PUBLISHED}  # each has a schema and examples


def schema(name: str) -> Json:
    """The JSON Schema of one model of the contract, as a self-contained document."""
    found = CONTRACT[name].model_json_schema(schema_generator=schemas.PlainSchema)
    return {"$schema": DIALECT, "$id": f"urn:tonghop:schema:{name}", **found}


def components() -> tuple[Json, dict[str, Json]]:
    """All schemas in one map for an AsyncAPI document, and the `$ref` to each message's schema by message name."""
    models = {**SENT, **BY_PEOPLE, **LOGGED, **PUBLISHED}
    return schemas.components(models.values()), {name: schemas.reference(model) for name, model in models.items()}
