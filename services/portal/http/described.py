"""Describes the answers of routes in the OpenAPI document: refusals, and an example of each success."""

import json
from importlib import resources
from typing import Any, Final

from shared.shell import openapi

PROBLEMS: Final[openapi.Answers] = openapi.errors(
    {
        400: "A name, a cursor or a query is malformed",
        404: "There is no such regime, period, unit, view or report",
        405: "The method is not allowed here",
        422: "A parameter has another type, or is outside its bounds",
        503: "The database or the broker does not answer now. Try again later",
    }
)


def answered(operation: str) -> dict[int | str, dict[str, Any]]:
    """The description of an operation's success, with the example in the file that has the operation's name."""
    text = (resources.files("services.portal.api") / "examples" / f"{operation}.json").read_text(encoding="utf-8")
    return {200: {"description": "The answer", "content": {"application/json": {"example": json.loads(text)}}}}
