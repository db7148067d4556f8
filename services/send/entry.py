"""One report of the outbox: what was given, the events made of it, and what became of it. Pure.

A file of the outbox is two lines: the sha256 of the second one, and the entry as JSON. So a damaged file is noticed.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from . import content
from .content import Json

State = Literal["waiting", "sent", "answered"]

FORMAT: Final = 1
SUPERSEDED: Final = "report.superseded"


class DamagedError(ValueError):
    """The bytes are not those of an entry."""


class NewerError(ValueError):
    """A newer version wrote the entry."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An event that was built: it is on the disk before it is sent, and is sent again unchanged until it is answered."""

    event_id: str
    event: str
    unit: str = ""
    revision: int = 0
    rejections: int = 0  # of this same content under this revision, before


@dataclass(slots=True)
class Entry:
    """A report on its way. `report` is its canonical form; or `event` is a whole event, sent as it is.

    `waiting`: nothing was sent. `sent`: the last attempt may have reached the server. `answered`: `receipt` is the server's verdict.
    """

    number: int
    sender: str
    added_ms: int
    file: str
    line: int
    report: Json | None = None
    event: str | None = None
    head: Json = field(default_factory=dict)
    state: State = "waiting"
    attempts: list[Attempt] = field(default_factory=list)
    receipt: Json | None = None
    answered_ms: int = 0

    @property
    def is_accepted(self) -> bool:
        return self.state == "answered" and self.receipt is not None and self.receipt["verdict"] != "rejected" and not self.is_rejected

    @property
    def is_rejected(self) -> bool:
        receipt = self.receipt or {}
        return "rejected" in (receipt.get("verdict"), receipt.get("first_verdict"))

    @property
    def is_superseded(self) -> bool:
        """Whether the last receipt says that a higher revision counts."""
        return self.report is not None and is_superseded(self.receipt or {})

    @property
    def content(self) -> str:
        """A short name for what was given: equal contents have equal names."""
        return content.digest([self.report, self.event])

    @property
    def concern(self) -> tuple[str, str]:
        """Regime and period, as far as they are known."""
        said = self.report if self.report is not None else self.head
        return str(said.get("regime", "")), str(said.get("period", ""))

    @property
    def unit(self) -> str:
        """The code of the unit concerned; "" as long as it is not known."""
        said = self.report if self.report is not None else self.head
        return str(said.get("unit", "")) or (self.attempts[-1].unit if self.attempts else "")

    @property
    def revision(self) -> int:
        """The revision of the last attempt; 0 if there is none."""
        return self.attempts[-1].revision if self.attempts else int(self.head.get("revision", 0))


def is_superseded(receipt: Json) -> bool:
    """Whether a receipt warns that the revision changes nothing, because a higher one is there."""
    return receipt.get("verdict") != "rejected" and any(one.get("code") == SUPERSEDED for one in receipt.get("warnings", ()))


def next_revision(entries: Iterable[Entry]) -> int:
    """The revision to send next, as far as the receipts of these entries say; at least 1."""
    highest = 1
    for entry in entries:
        if entry.is_accepted:
            highest = max(highest, entry.revision + 1, int((entry.receipt or {}).get("next_revision", 0)))
    return highest


def rejections(entries: Iterable[Entry], content: str, revision: int) -> int:
    """How often this same content was rejected under this revision, as far as these entries say."""
    return sum(one.is_rejected and one.content == content and one.revision == revision for one in entries)


def attempt(sender: str, report: Json, unit: str, revision: int, rejections: int) -> Attempt:
    """The event of a report under a revision."""
    data = content.data_of(report, unit, revision)
    return Attempt(content.event_id(sender, data, rejections), content.event(sender, data, rejections), unit, revision, rejections)


def encode(entry: Entry) -> bytes:
    """The bytes of an entry's file: the SHA-256 of the next line, and the entry as JSON on one line."""
    text = json.dumps({"format": FORMAT, **asdict(entry)}, ensure_ascii=False).encode()
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text + b"\n"


def decode(data: bytes) -> Entry:
    """Raises DamagedError or NewerError."""
    digest, _, rest = data.partition(b"\n")
    text = rest.removesuffix(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        raise DamagedError
    try:
        found: Any = json.loads(text)
        if found.pop("format") > FORMAT:
            raise NewerError
        found["attempts"] = [Attempt(**one) for one in found["attempts"]]
        return Entry(**found)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        if isinstance(error, NewerError):
            raise
        raise DamagedError from error
