"""The portal's OpenAPI document is usable by programs: a schema for every answer, one format of errors, names that compile."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.portal.app import create_app
from shared.shell.settings import PortalSettings

Json = dict[str, Any]
OPERATIONS = {
    "/api/v1/views/{regime}/{period}/{unit}": "getView",
    "/api/v1/views/{regime}/{period}/{unit}/children": "listChildren",
    "/api/v1/reports/{regime}/{period}/{unit}": "getReport",
    "/api/v1/explain/{regime}/{period}/{unit}/{indicator}": "explainFigure",
    "/api/v1/feeds/{province}/{regime}": "readFeed",
    "/api/v1/duties": "listDuties",
    "/api/v1/reforms": "listReforms",
    "/api/v1/reforms/{reform}": "getReform",
    "/api/v1/units/{unit}/lineage": "getLineage",
    "/lich/{address}.ics": "getCalendar",
    "/live/{regime}/{period}/{unit}": "watchView",
}
DUTY = [
    "id", "regime", "period", "unit", "task", "deadline", "owed", "received_at", "first_received_at", "revision", "late", "late_by_s",
    "extended_to", "returned", "confirmed_at",
]  # fmt: skip


@pytest.fixture(scope="module")
def document() -> Json:
    return create_app(PortalSettings(_env_file=None)).openapi()


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    for path in OPERATIONS:
        yield path, document["paths"][path]["get"]


def test_operations_have_stable_ascii_names(document: Json) -> None:
    assert {path: operation["operationId"] for path, operation in operations(document)} == OPERATIONS
    assert all(tag.isascii() for _, operation in operations(document) for tag in operation["tags"])


def test_every_json_answer_has_a_named_schema(document: Json) -> None:
    for path, operation in operations(document):
        if path.startswith("/api/v1/"):
            assert operation["responses"]["200"]["content"].keys() == {"application/json"}
            assert "$ref" in operation["responses"]["200"]["content"]["application/json"]["schema"], path


def test_every_refusal_is_a_problem(document: Json) -> None:
    for path, operation in operations(document):
        refusals = {status: answer for status, answer in operation["responses"].items() if status.startswith(("4", "5"))}
        assert refusals.keys() >= {"400", "401", "403", "404", "422", "429", "503"}, path
        for answer in (*refusals.values(), operation["responses"]["default"]):
            assert answer["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}, path
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_operation_of_the_api_takes_a_key_or_a_session(document: Json) -> None:
    for path, operation in operations(document):
        if path.startswith(("/api/v1/", "/live/")):
            assert operation["security"] == [{"key": []}, {"session": []}], path
    assert document["components"]["securitySchemes"].keys() == {"key", "session"}


def test_every_parameter_says_what_it_is(document: Json) -> None:
    for path, operation in operations(document):
        assert [parameter["name"] for parameter in operation.get("parameters", []) if "description" not in parameter] == [], path


def test_a_duty_has_exactly_the_fields_of_the_design(document: Json) -> None:
    duty = document["components"]["schemas"]["Duty"]
    assert list(duty["properties"]) == [*DUTY, "acting"]  # who acts today for a unit that has ended
    assert duty["required"] == DUTY
