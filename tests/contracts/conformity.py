"""Checks an HTTP answer against the service's OpenAPI document: status, media type, required headers, body."""

import json
import re
from typing import Any

import httpx2
import jsonschema_rs

Json = dict[str, Any]


def faults(document: Json, answer: httpx2.Response) -> list[str]:
    """What is wrong with an answer; empty if the document describes it, or has no such route."""
    operation = _operation(document, answer.request.method, answer.request.url.path)
    if operation is None:
        return []
    described = operation["responses"].get(str(answer.status_code)) or operation["responses"].get("default")
    if described is None:
        return [f"status {answer.status_code} is not documented"]
    lacking = [name for name in described.get("headers", {}) if name.lower() not in answer.headers]
    if not answer.content and not described.get("content"):
        return lacking
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if media_type not in described.get("content", {}):
        return [*lacking, f"{answer.status_code}: media type {media_type} is not documented"]
    schema = {**described["content"][media_type].get("schema", {}), "components": document["components"]}
    if not media_type.endswith("json"):
        return lacking
    validator = jsonschema_rs.Draft202012Validator(schema)
    return [*lacking, *(f"{answer.status_code}: {error.message}" for error in validator.iter_errors(json.loads(answer.content)))]


def _operation(document: Json, method: str, path: str) -> Json | None:
    for template, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            found: Json | None = operations.get(method.lower())
            return found
    return None
