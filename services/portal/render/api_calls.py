"""Calls and answers of the API as text that readers can copy."""

import json
from typing import Final

from services.portal.domain.api_document import Operation

HOST: Final = "http://MÁY-CHỦ"


def curl(operation: Operation) -> str:
    """The curl command that calls an operation, with the example's names; a body is read from a file."""
    words = ["curl"]
    if operation.method != "GET":
        words += ["-X", operation.method]
    if operation.body:
        words += ["-H", f"'Content-Type: {operation.body[0].media_type}'", "--data-binary", "@tệp"]
    return " ".join([*words, f"'{HOST}{operation.call}'"])


def json_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
