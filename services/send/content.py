"""The canonical form of a report and the id of its event. Pure.

The same report under the same revision always gives the same event, byte for byte, so a retry is a repeat and nothing more. README.md has
a worked example.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]

SUBMITTED: Final = "vn.tonghop.report.submitted.v1"
MAPS: Final = ("values", "narratives", "notes", "status")
ID_CHARACTERS: Final = 32
MOST_EVENT_BYTES: Final = 512 * 1024  # a longer event is refused by the server too


class NumberText(str):
    """The text of a JSON number, as it stands in the file."""

    __slots__ = ()


def canonical(report: Mapping[str, Any]) -> Json:
    """A report's fields in their canonical form.

    - Texts and keys are NFC, with line feeds as line ends; the text of a number stays as it was written, as a text: `12.50` is `"12.50"`.
    - `values`, `narratives`, `notes` and `status` are left out if they are empty, and `as_successor` if it is false.
    """
    found = {name: _normal(value) for name, value in report.items()}
    return {
        name: value for name, value in found.items() if not (name in MAPS and value == {}) and not (name == "as_successor" and not value)
    }


def _normal(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
        case dict():
            return {_normal(name): _normal(inner) for name, inner in value.items()}
        case list():
            return [_normal(inner) for inner in value]
    return value


def text_of(value: Any) -> str:
    """Canonical JSON: keys by code point, no white space, characters as themselves (UTF-8)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def event_id(sender: str, data: Json, attempt: int = 0) -> str:
    """The id of the event: the first 32 hexadecimal digits of the sha256 of `{"data": …, "sender": …}` as canonical JSON.

    `data` is the canonical report with `unit` and `revision`. `attempt` counts how often this same content was rejected under this
    revision; from 1 on it is hashed too, because a rejected event keeps its verdict for ever.
    """
    hashed: Json = {"data": data, "sender": sender} | ({"attempt": attempt} if attempt else {})
    return hashlib.sha256(text_of(hashed).encode()).hexdigest()[:ID_CHARACTERS]


def event(sender: str, data: Json, attempt: int = 0) -> str:
    """The whole CloudEvent as it is sent. It has no time, so that it is the same whenever it is built."""
    return text_of(
        {
            "specversion": "1.0",
            "id": event_id(sender, data, attempt),
            "source": f"/units/{sender}",
            "type": SUBMITTED,
            "datacontenttype": "application/json",
            "data": data,
        }
    )


def data_of(report: Json, unit: str, revision: int) -> Json:
    """The data of the event: the canonical report with its unit and revision."""
    return {**report, "unit": unit, "revision": revision}


def digest(value: Any) -> str:
    """A short name for a content, to compare it with others."""
    return hashlib.sha256(text_of(value).encode()).hexdigest()
