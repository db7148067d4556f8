"""The OpenAPI document of a service: FastAPI's document, completed with our own models.

FastAPI knows the models of a route's parameters and answers. It does not know the problems and events that our routes read and write
themselves, because an event is judged by its text as sent. Their schemas are added here.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from shared.wire import schemas
from shared.wire.problems import MEDIA_TYPE, Problem, RejectedProblem

Json = dict[str, Any]
Answers = dict[int | str, Json]  # the type of FastAPI's `responses` argument

VERSION: Final = "1.0.0"  # of the HTTP interface
TAGS: Final = [{"name": "operations", "description": "Whether the service runs and works, and its metrics."}]
RETRY_AFTER: Final = {"Retry-After": {"description": "seconds to wait before the next try", "schema": {"type": "integer"}}}
CHALLENGE: Final = {"WWW-Authenticate": {"description": "`Bearer`", "schema": {"type": "string"}}}
HEADERS: Final = {401: CHALLENGE, 429: RETRY_AFTER, 503: RETRY_AFTER}
"""The headers of errors, by status."""

KEY: Final = "key"
WITH_KEY: Final[Json] = {"security": [{KEY: []}]}
"""What is added to the description of a route that needs a key."""

SCHEMES: Final = {KEY: {"type": "http", "scheme": "bearer", "description": "The key of a unit: `th_` and 43 characters."}}


def json_answer(model: type[BaseModel], description: str, media_type: str = "application/json", headers: Json | None = None) -> Json:
    """An answer whose body is a model."""
    answer = {"description": description, "content": {media_type: {"schema": schemas.reference(model)}}}
    return answer | ({"headers": headers} if headers else {})


def errors(told: dict[int, str]) -> Answers:
    """The errors of a route, by status. `default` documents that every other error has the same body."""
    answers: Answers = {status: json_answer(Problem, text, MEDIA_TYPE, HEADERS.get(status)) for status, text in told.items()}
    return answers | {"default": json_answer(Problem, "Another error", MEDIA_TYPE)}


def rejected(description: str) -> Json:
    """The answer to a rejected event: a problem that holds the receipt."""
    return json_answer(RejectedProblem, description, MEDIA_TYPE)


def install(app: FastAPI, models: Iterable[type[BaseModel]] = (), unions: Json | None = None, *, with_keys: bool = False) -> None:
    """Builds the app's document. `models` are added to the problem models; `unions` are schemas that combine several models, by name;
    `with_keys` if there are routes `WITH_KEY`.
    """
    app.openapi = _document(app, (Problem, RejectedProblem, *models), unions or {}, SCHEMES if with_keys else {})  # type: ignore[method-assign]  # FastAPI's own way


def _document(app: FastAPI, models: Iterable[type[BaseModel]], unions: Json, schemes: Json) -> Callable[[], Json]:
    def document() -> Json:
        openapi: Json = get_openapi(title=app.title, version=VERSION, summary=app.summary, routes=app.routes, tags=TAGS)
        parts = openapi.setdefault("components", {}).setdefault("schemas", {})
        openapi["components"]["schemas"] = parts | schemas.components(models) | unions
        if schemes:
            openapi["components"]["securitySchemes"] = schemes
        return openapi

    return document
