"""An OpenAPI document prepared for a page: operations with their parameters, bodies and answers, and the fields of every schema."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

Json = Mapping[str, Any]
METHODS: Final = ("get", "post", "put", "patch", "delete")
PLACES: Final = {"path": "đường dẫn", "query": "truy vấn", "header": "tiêu đề"}
LIMITS: Final = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "minLength": "≥ {} ký tự",
    "maxLength": "≤ {} ký tự",
    "minItems": "≥ {} mục",
    "maxItems": "≤ {} mục",
    "pattern": "dạng {}",
}


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a value, in words; `schemas` are the named schemas that it refers to."""

    text: str
    schemas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a schema. `place` is where a parameter is sent (path, query, …); `limits` are bounds and patterns, as
    text.
    """

    name: str
    type: Type
    is_required: bool
    text: str
    limits: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A body: its media type, the type of its content, and the example from the document."""

    media_type: str
    type: Type
    example: object = None


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    text: str
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    call: str
    text: str
    parameters: tuple[Field, ...]
    body: tuple[Content, ...]
    answers: tuple[Answer, ...]

    @property
    def example(self) -> object:
        """The example of the first answer that has one; None if no answer has one."""
        contents = [content for answer in self.answers for content in answer.contents]
        return next((content.example for content in contents if content.example is not None), None)


@dataclass(frozen=True, slots=True)
class Schema:
    """A named schema: an object with fields, or another type (`type`)."""

    name: str
    text: str
    type: Type
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ApiDocument:
    title: str
    operations: tuple[Operation, ...]
    schemas: tuple[Schema, ...]


def read(document: Json, without: Iterable[str] = ()) -> ApiDocument:
    """The document's operations by path, except those of the paths `without`, and the schemas to which they refer."""
    schemas: Json = document.get("components", {}).get("schemas", {})
    left_out = set(without)
    operations = tuple(
        _operation(path, method, methods[method])
        for path, methods in document["paths"].items()
        if path not in left_out
        for method in METHODS
        if method in methods
    )
    described = {name: _schema(name, schemas[name]) for name in _reached(operations, schemas)}
    return ApiDocument(document["info"]["title"], operations, tuple(described[name] for name in sorted(described)))


def type_of(schema: Json) -> Type:
    """The type of a schema's values, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Type(name, (name,))
    if "const" in schema:
        return Type(_literal(schema["const"]))
    if "enum" in schema:
        return Type(" | ".join(_literal(option) for option in schema["enum"]))
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if alternatives:
        return _joined(" | ", [type_of(alternative) for alternative in alternatives])
    kind = schema.get("type", "any")
    if kind == "array":
        inner = type_of(schema.get("items", {}))
        return Type(f"array of {inner.text}", inner.schemas)
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        inner = type_of(schema["additionalProperties"])
        return Type(f"object of {inner.text}", inner.schemas)
    return Type(" | ".join(kind) if isinstance(kind, list) else str(kind))


def _operation(path: str, method: str, operation: Json) -> Operation:
    parameters = tuple(_parameter(part) for part in operation.get("parameters", []))
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        call=_call(path, operation.get("parameters", [])),
        text=operation.get("description") or operation.get("summary", ""),
        parameters=parameters,
        body=_contents(operation.get("requestBody", {})),
        answers=tuple(
            Answer(status, part.get("description", ""), _contents(part)) for status, part in sorted(operation["responses"].items())
        ),
    )


def _parameter(parameter: Json) -> Field:
    schema = parameter.get("schema", {})
    return Field(
        parameter["name"],
        type_of(schema),
        parameter.get("required", False),
        parameter.get("description", ""),
        _limits(schema),
        PLACES[parameter["in"]],
    )


def _call(path: str, parameters: Sequence[Json]) -> str:
    """The path with the parameters' examples filled in."""
    for parameter in parameters:
        examples = parameter.get("schema", {}).get("examples") or [parameter.get("example")]
        if parameter["in"] == "path" and examples[0] is not None:
            path = path.replace("{" + parameter["name"] + "}", quote(str(examples[0]), safe=""))
    return path


def _contents(described: Json) -> tuple[Content, ...]:
    return tuple(_content(media_type, content) for media_type, content in described.get("content", {}).items())


def _content(media_type: str, content: Json) -> Content:
    examples = [example.get("value") for example in content.get("examples", {}).values()]
    return Content(media_type, type_of(content.get("schema", {})), content.get("example", examples[0] if examples else None))


def _schema(name: str, schema_object: Json) -> Schema:
    required = set(schema_object.get("required", []))
    fields = tuple(
        Field(field, type_of(schema), field in required, schema.get("description", ""), _limits(schema))
        for field, schema in schema_object.get("properties", {}).items()
    )
    return Schema(name, schema_object.get("description", ""), type_of(schema_object), fields)


def _limits(schema: Json) -> str:
    """Bounds and pattern of a schema. For a nullable schema, those of its only alternative that is not null."""
    alternatives = [alternative for alternative in schema.get("anyOf", []) if alternative.get("type") != "null"]
    merged = {**(alternatives[0] if len(alternatives) == 1 else {}), **schema}
    limits = [text.format(_plain(merged[name])) for name, text in LIMITS.items() if name in merged]
    return ", ".join([*limits, *([f"mặc định {_literal(merged['default'])}"] if "default" in merged else [])])


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _joined(separator: str, types: Sequence[Type]) -> Type:
    return Type(separator.join(value_type.text for value_type in types), tuple(name for value_type in types for name in value_type.schemas))


def _reached(operations: Iterable[Operation], schemas: Json) -> set[str]:
    """The names of the schemas that operations refer to, directly or through others."""
    waiting = [name for operation in operations for name in _named(operation)]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in schemas and name not in reached:
            reached.add(name)
            read_schema = _schema(name, schemas[name])
            waiting += [*read_schema.type.schemas, *(inner for field in read_schema.fields for inner in field.type.schemas)]
    return reached


def _named(operation: Operation) -> Iterator[str]:
    for content in (*operation.body, *(content for answer in operation.answers for content in answer.contents)):
        yield from content.type.schemas
    for parameter in operation.parameters:
        yield from parameter.type.schemas
