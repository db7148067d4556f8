"""The content of one logged event, as far as the portal shows it. Unreadable parts are left out: a logged event never raises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter, ValidationError

from shared.wire.answers import ValueSent
from shared.wire.events import ESTIMATE
from shared.words import attachments
from shared.words.attachments import Listed

_VALUE: Final[TypeAdapter[ValueSent]] = TypeAdapter(ValueSent)
DETAILS: Final = ("reason", "fix_by", "until")


@dataclass(frozen=True, slots=True)
class Content:
    """The data of one event.

    `values`, `narratives`, `notes` and `estimates` (the codes of estimated figures) belong to a submission, `details` (reason, fix_by,
    until) to a return or an extension. `corrects` is true for an extension that replaces earlier ones, `as_successor` for what an heir sent
    for a unit that has ended, and `is_imported` for what an operator entered later. `entered_by` is the id of the unit that entered the
    report for its sender, "" if the sender did itself; `actor` the person who acted, "" of what software sent. `attachments` are the files
    of a submission.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    narratives: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    corrects: bool = False
    as_successor: bool = False
    is_imported: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    estimates: frozenset[str] = frozenset()
    entered_by: str = ""
    actor: str = ""
    attachments: Sequence[Listed] = ()


NOTHING: Final = Content()


def read(data: Mapping[str, object], *, is_imported: bool = False, entered_by: str = "", actor: str = "") -> Content:
    """Parses the `data` of an event. Whether it was imported, and which unit entered it, are attributes of the event."""
    return Content(
        _by_code(data.get("values")),
        {code: text for code, text in _by_code(data.get("narratives")).items() if isinstance(text, str)},
        {name: str(data[name]) for name in DETAILS if name in data},
        data.get("corrects") is True,
        data.get("as_successor") is True,
        is_imported,
        {code: text for code, text in _by_code(data.get("notes")).items() if isinstance(text, str)},
        frozenset(code for code, status in _by_code(data.get("status")).items() if status == ESTIMATE),
        entered_by,
        actor,
        attachments.of_event(data.get("attachments")),
    )


def value_sent(value: object) -> ValueSent | None:
    """A figure as a unit reported it; None if the value does not have the form of any kind of figure."""
    try:
        return _VALUE.validate_python(value, strict=True)
    except ValidationError:
        return None


def _by_code(sent: object) -> dict[str, object]:
    return {str(code): value for code, value in sent.items()} if isinstance(sent, dict) else {}
