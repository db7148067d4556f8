"""How the API's document describes refusals: problem+json with one schema, on every route."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI

from shared.wire import schemas
from shared.wire.problems import MEDIA_TYPE, Problem

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    int(status): {"model": Problem, "description": description}
    for status, description in {
        HTTPStatus.BAD_REQUEST: "A name, a cursor or a query is malformed.",
        HTTPStatus.NOT_FOUND: "There is no such regime, period, unit, view or report.",
        HTTPStatus.METHOD_NOT_ALLOWED: "The method is not allowed here.",
        HTTPStatus.UNPROCESSABLE_ENTITY: "A parameter has another type, or is outside its bounds.",
        HTTPStatus.INTERNAL_SERVER_ERROR: "A fault of the service.",
        HTTPStatus.SERVICE_UNAVAILABLE: "The database or the broker does not answer; try again after `Retry-After` seconds.",
    }.items()
}


def install(app: FastAPI) -> None:
    """Makes the app's document say that its refusals are problem+json; FastAPI itself knows one media type for a route."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for operations in document["paths"].values():
            for operation in operations.values():
                for answer in operation["responses"].values():
                    contents = answer.get("content", {}).values()
                    if any(content.get("schema") == schemas.reference(Problem) for content in contents):
                        answer["content"] = {MEDIA_TYPE: {"schema": schemas.reference(Problem)}}
        return document

    app.openapi = openapi  # type: ignore[method-assign]
