"""The JSON Schemas of the contract: one document for each event type, and for what else outsiders read.

Source: the pydantic models of `shared.wire.events` (what is sent) and `shared.wire.published` (what is published).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema, create_model
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from shared.wire import events
from shared.wire.events import Envelope, ReportSubmitted
from shared.wire.published import AlertRaised, Parked, Receipt, View, ViewUpdated

Json = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
CODE_PATTERN: Final = "^[a-z][a-z0-9_]{0,39}$"
NUMBER: Final[Json] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"}]}
FIGURE: Final[Json] = {
    "description": "A quantity (a JSON number without exponent, or a decimal text), a ratio, a flag, or the code of an option.",
    "anyOf": [
        *NUMBER["anyOf"],
        {"type": "boolean"},
        {"type": "string", "pattern": CODE_PATTERN},
        {
            "type": "object",
            "properties": {"numerator": NUMBER, "denominator": NUMBER},
            "required": ["numerator", "denominator"],
            "additionalProperties": False,
        },
    ],
}


def _by_code(of: Json) -> WithJsonSchema:
    return WithJsonSchema({"type": "object", "patternProperties": {CODE_PATTERN: of}, "additionalProperties": False})


Values = Annotated[dict[str, Any], _by_code(FIGURE)]
Narratives = Annotated[dict[str, Any], _by_code({"type": "string", "maxLength": events.MAX_NARRATIVE_CHARACTERS})]


class SubmittedData(ReportSubmitted):
    """One revision of a unit's report. It replaces all figures; one left out is "not reported", which is not zero.

    What figures and narratives a regime has, and their ranges and decimals, is judged on receipt.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": [name], "properties": {name: {"minProperties": 1}}} for name in ("values", "narratives")],
        }
    )

    values: Values = Field(default={})
    narratives: Narratives = Field(default={})


class Logged(BaseModel):
    """What ingest adds to an event that it logs."""

    unitid: Annotated[str, Field(description="the unit concerned, resolved at the period's reference date; empty for a whole period")]
    receivedms: Annotated[
        str, StringConstraints(pattern=r"^[0-9]{1,15}$"), Field(description="when the broker stored the event, milliseconds since 1970")
    ]


class PlainSchema(GenerateJsonSchema):
    """Schemas without titles made of field names, which say nothing new."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _event(name: str, kind: str, data: type[BaseModel], *bases: type[BaseModel]) -> type[BaseModel]:
    """The whole CloudEvent of one type."""
    typed: Any = Annotated[str, StringConstraints(pattern=f"^{kind.replace('.', '[.]')}$"), WithJsonSchema({"const": kind})]
    model: type[BaseModel] = create_model(name, __base__=(*bases, Envelope), __doc__=data.__doc__, type=(typed, ...), data=(data, ...))
    return model


def _data_model(kind: str) -> type[BaseModel]:
    return SubmittedData if kind == events.SUBMITTED else events.SENT[kind]


SENT: Final[Mapping[str, type[BaseModel]]] = {
    kind: _event(f"{data.__name__}Event", kind, _data_model(kind)) for kind, data in events.SENT.items()
}
LOGGED: Final[Mapping[str, type[BaseModel]]] = {
    f"{kind}.logged": _event(f"{data.__name__}Logged", kind, _data_model(kind), Logged) for kind, data in events.SENT.items()
}
PUBLISHED: Final[Mapping[str, type[BaseModel]]] = {
    events.VIEW_UPDATED: ViewUpdated,
    events.ALERT_RAISED: AlertRaised,
    "receipt": Receipt,
    "view": View,
    "parked": Parked,
}
CONTRACT: Final = {**SENT, **PUBLISHED}  # each has a schema and examples


def schema(name: str) -> Json:
    """The JSON Schema of one model of the contract, a document of its own."""
    found = CONTRACT[name].model_json_schema(schema_generator=PlainSchema)
    return {"$schema": DIALECT, "$id": f"urn:tonghop:schema:{name}", **found}


def components() -> tuple[Json, dict[str, Json]]:
    """All schemas in one map for an AsyncAPI document, and for each message's name the reference to its own."""
    models = {**SENT, **LOGGED, **PUBLISHED}
    references, found = models_json_schema(
        [(model, "validation") for model in models.values()], ref_template="#/components/schemas/{model}", schema_generator=PlainSchema
    )
    return found["$defs"], {name: references[model, "validation"] for name, model in models.items()}
