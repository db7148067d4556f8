"""Logged and published events are valid CloudEvents: an independent library reads them, and attributes have the types of CloudEvents.

Source: CloudEvents 1.0.2, "Type System" (an integer has 32 bits, a string no control characters) and "Naming Conventions".
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.http import from_json

from services.cli.contracts.schemas import SENT
from shared.wire import events
from shared.words import texts
from shared.words.reference import Reference
from tests.contracts.test_shapes import accepted, read

Json = dict[str, Any]
NAMES = re.compile(r"[a-z0-9]{1,20}")
INTEGERS = range(-(2**31), 2**31)
PUBLISHED = (events.VIEW_UPDATED, events.ALERT_RAISED)


def logged(reference: Reference) -> Iterator[bytes]:
    for name in SENT:
        yield accepted(read(name), reference).logged


def every(reference: Reference) -> list[bytes]:
    return [*logged(reference), *(json.dumps(read(name)).encode() for name in PUBLISHED)]


def test_a_library_reads_what_is_logged_and_published(reference: Reference) -> None:
    for text in every(reference):
        event = JSONFormat().read(CloudEvent, text)

        assert event.get_id() == json.loads(text)["id"]
        assert event.get_data() == json.loads(text)["data"]
        assert from_json(text)["type"] == event.get_type()  # the library's first version, which most still use


def test_every_attribute_has_a_type_and_a_name_of_cloud_events(reference: Reference) -> None:
    for text in every(reference):
        for name, value in json.loads(text).items():
            if name == "data":
                continue
            assert NAMES.fullmatch(name), name
            match value:
                case bool():
                    pass
                case int():
                    assert value in INTEGERS, name
                case str():
                    assert value or name in ("unitid",), name
                    assert texts.forbidden(value) is None, name
                case _:
                    pytest.fail(f"{name}: {value!r} is no type of CloudEvents")
