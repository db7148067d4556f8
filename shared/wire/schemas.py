"""JSON Schemas of the models, as the contracts publish them: in one map, without titles that only repeat a field's name."""

from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

Json = dict[str, Any]

COMPONENTS: Final = "#/components/schemas/"


class PlainSchema(GenerateJsonSchema):
    """Generates schemas without titles that repeat field names, and without defaults.

    A field with a default may be left out by the sender. If the schema contained the default, openapi-typescript would make the field
    required.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def components(models: Iterable[type[BaseModel]]) -> Json:
    """The schemas of models and of all models inside them, by name, for an AsyncAPI or OpenAPI document."""
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in models]
    definitions: Json = models_json_schema(modes, ref_template=f"{COMPONENTS}{{model}}", schema_generator=PlainSchema)[1]["$defs"]
    return definitions


def reference(model: type[BaseModel]) -> Json:
    """The reference to a model's schema inside an AsyncAPI or OpenAPI document."""
    return {"$ref": f"{COMPONENTS}{model.__name__}"}
