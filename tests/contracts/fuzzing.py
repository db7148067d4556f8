"""Sends one operation of an HTTP API all kinds of requests, allowed by its OpenAPI document or not, with schemathesis.

A test gives the document, the address of a running service, and names of stored data. The harness fails if an answer has a status of 500 or
above, or if the document does not describe its status, media type, headers or body.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as described

Json = dict[str, Any]

CHECKS: Final = [
    checks.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_headers_conformance,
    described.response_schema_conformance,
]


def ask(
    document: Json,
    url: str,
    path: str,
    method: str,
    *,
    cases: int,
    names: Mapping[str, Sequence[str]] | None = None,
    bodies: st.SearchStrategy[Json] | None = None,
    headers: Mapping[str, str] | None = None,
) -> set[int]:
    """The statuses of the answers to `cases` requests, drawn from the document and from what breaks it.

    In half of the requests the path's parameters are from `names` and the body is from `bodies`, so that stored data are reached too.
    `headers` (a key) are sent with every request.
    """
    if headers:  # they say who asks: no other key or session is drawn
        document["components"].pop("securitySchemes", None)
    operation = schemathesis.openapi.from_dict(document)[path][method]
    statuses: set[int] = set()

    @settings(max_examples=cases, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(
        case=st.one_of(operation.as_strategy(GenerationMode.POSITIVE), operation.as_strategy(GenerationMode.NEGATIVE)),
        known=st.fixed_dictionaries({name: st.sampled_from(found) for name, found in (names or {}).items()}),
        body=st.none() if bodies is None else bodies,
        is_known=st.booleans(),
    )
    def asked(case: Any, known: dict[str, str], body: Json | None, *, is_known: bool) -> None:
        if is_known and names:
            case.path_parameters = {name: known[name] for name in case.path_parameters}
        if is_known and body is not None:
            case.body = body
        statuses.add(case.call_and_validate(base_url=url, checks=CHECKS, headers=dict(headers or {})).status_code)

    asked()
    return statuses
