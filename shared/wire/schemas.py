"""JSON Schemas of models, as the contracts hold them: in one map, without the titles that only repeat a field's name."""

from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

Json = dict[str, Any]

COMPONENTS: Final = "#/components/schemas/"


class PlainSchema(GenerateJsonSchema):
    """Schemas without titles made of field names, which say nothing new."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def components(models: Iterable[type[BaseModel]]) -> Json:
    """The schemas of models and of all that they contain, by name, for an AsyncAPI or OpenAPI document."""
    modes = [(model, "validation") for model in models]
    found: Json = models_json_schema(modes, ref_template=f"{COMPONENTS}{{model}}", schema_generator=PlainSchema)[1]["$defs"]  # type: ignore[arg-type]
    return found


def reference(model: type[BaseModel]) -> Json:
    """The reference to a model's schema in such a document."""
    return {"$ref": f"{COMPONENTS}{model.__name__}"}
