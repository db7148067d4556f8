"""The page of the API shows everything that the documents describe, and its examples are true."""

import json
import re
from importlib import resources
from typing import Any

import pytest
from pydantic import BaseModel

from services.portal.domain import api_document
from services.portal.reading import api_documents
from services.portal.render import api_calls
from shared.wire import answers, reforms
from shared.wire.views import View
from tests.portal.conftest import Stack

EXAMPLES: dict[str, type[BaseModel]] = {
    "getView": View,
    "listChildren": answers.Children,
    "getReport": answers.Report,
    "explainFigure": answers.ExplainedFigure,
    "readFeed": answers.FeedPage,
    "listDuties": answers.DutyPage,
    "listReforms": reforms.Reforms,
    "getReform": reforms.ReformDetail,
    "getLineage": reforms.UnitLineage,
}
DOCUMENT: dict[str, Any] = {
    "info": {"title": "Thử"},
    "paths": {
        "/things/{thing}": {
            "post": {
                "operationId": "makeThing",
                "description": "Makes a thing.",
                "parameters": [
                    {"in": "path", "name": "thing", "required": True, "schema": {"type": "string", "examples": ["a b"]}},
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 9.0, "default": 3}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {
                    "200": {
                        "description": "Made.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}, "example": {}}},
                    }
                },
            }
        },
        "/metrics": {"get": {"operationId": "metrics", "responses": {}}},
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["part"],
                "properties": {
                    "part": {"anyOf": [{"$ref": "#/components/schemas/Part"}, {"type": "null"}]},
                    "kinds": {"type": "array", "items": {"enum": ["a", "b"]}},
                },
            },
            "Part": {"type": "object", "additionalProperties": {"type": "integer"}},
            "Unused": {"type": "string"},
        }
    },
}


def test_a_document_is_read_to_its_last_schema_and_no_further() -> None:
    found = api_document.read(DOCUMENT, ["/metrics"])
    (operation,) = found.operations
    assert (operation.id, operation.method, operation.call, operation.example) == ("makeThing", "POST", "/things/a%20b", {})
    assert [(field.name, field.place, field.is_required, field.limits) for field in operation.parameters] == [
        ("thing", "đường dẫn", True, ""),
        ("limit", "truy vấn", False, "≤ 9, mặc định 3"),
    ]
    assert [schema.name for schema in found.schemas] == ["Part", "Thing"]
    thing = found.schemas[1]
    assert [(field.name, field.type.text, field.type.schemas, field.is_required) for field in thing.fields] == [
        ("part", "Part | null", ("Part",), True),
        ("kinds", 'array of "a" | "b"', (), False),
    ]
    assert found.schemas[0].type.text == "object of integer"


def test_a_call_says_how_to_send() -> None:
    (operation,) = api_document.read(DOCUMENT, ["/metrics"]).operations
    assert api_calls.curl(operation) == (
        "curl -X POST -H 'Content-Type: application/json' --data-binary @tệp 'http://MÁY-CHỦ/things/a%20b'"
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_exactly_an_answer(name: str) -> None:
    text = (resources.files("services.portal.api") / "examples" / f"{name}.json").read_text(encoding="utf-8")
    assert EXAMPLES[name].model_validate_json(text).model_dump(mode="json", exclude_unset=True) == json.loads(text)


def test_every_operation_of_the_portal_that_answers_json_has_an_example() -> None:
    operations = api_documents.documents()["portal"].operations
    assert {operation.id for operation in operations if operation.example is not None} == EXAMPLES.keys()


@pytest.mark.asyncio(loop_scope="session")
async def test_the_page_lists_every_operation_and_every_link_on_it_leads_somewhere(stack: Stack) -> None:
    shown = (await stack.http.get("/api")).text
    for service, document in api_documents.documents().items():
        for operation in document.operations:
            assert f'id="{service}-{operation.id}"' in shown
    anchors = re.findall(r'href="#([^"]+)"', shown)
    assert anchors
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in shown] == []
    assert re.findall(r'(?:src|href)="https?:', shown) == []
    assert 'href="/api"' in (await stack.http.get("/")).text
