"""Checks the chain of the audit log: names the first entry that was changed, dropped, moved, or that is missing at the end.

An entry whose hash is not that of its own fields was changed or moved. If all of it was computed again, the next entry names another hash.
If everything up to the end was computed again, or entries at the end are missing, then a head that was kept elsewhere does not fit. Source:
ADR 0059.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from shared.words import audit
from shared.words.audit import EMPTY, Head
from shared.words.refusals import Both, Refusal, number, refusal

Source = Literal["database", "published", "mail"]

SOURCES: Final[dict[Source, Both]] = {
    "database": Both("tài liệu `audit` trong MongoDB", "the document `audit` in MongoDB"),
    "published": Both("luồng ALERTS", "the stream ALERTS"),
    "mail": Both("--head", "--head"),
}
FIELDS: Final = 8  # of a stored entry; another field would not be in its hash
FURTHER: Final = 1000  # entries that may be newer than every head
FURTHEST: Final = 100_000  # how far behind its place an entry is looked for: the number of a head is what somebody has typed
Stored = Mapping[str, Any]
"""An entry as MongoDB has it, an `AuditDocument` if nobody has changed it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A head that was kept outside the log."""

    source: Source
    head: Head


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that is not as it was written, and why."""

    number: int
    why: Refusal


class Chain:
    """Takes the entries in order, in batches of any size. After the first fault it takes no more."""

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        self.head = EMPTY
        self.fault: Fault | None = None
        self._claims: dict[int, list[Claim]] = {}
        for claim in claims:
            self._claims.setdefault(claim.head.number, []).append(claim)
        self._confirmed = 0  # number of the last entry that a claim confirms
        self._unfit: Stored | None = None  # an entry that names another hash than the one before has; the next one says which was changed

    def take(self, entries: Iterable[Stored]) -> None:
        """Checks the next entries."""
        last, before = self.head.number, self.head.hash
        for stored in entries:
            if self.fault is not None:
                return
            if self._unfit is not None:
                return self._decide(stored)
            found = stored["_id"]
            if found != last + 1 or type(found) is not int:
                return self._fail(last + 1, refusal("audit.missing", number=number(last + 1)))
            if (hashed := hash_of(stored)) is None or hashed != stored["hash"]:
                return self._fail_hash(stored)
            if stored["before"] != before:
                self._unfit = stored
                continue
            last, before = found, hashed
            if last in self._claims:
                self._compare(Head(last, hashed))
            self.head = Head(last, hashed)

    def finish(self) -> None:
        """Checks the end of the log, after the last entry."""
        if self.fault is None and self._unfit is not None:
            self._decide(None)
        later = [claim for at, claims in self._claims.items() if at > self.head.number for claim in claims]
        if self.fault is None and later:
            furthest = max(later, key=lambda claim: claim.head.number)
            first, last, source = self.head.number + 1, number(furthest.head.number), SOURCES[furthest.source]
            self._fail(first, refusal("audit.cut", number=number(first), last=last, source=source))

    def _decide(self, following: Stored | None) -> None:
        """Whether the entry before `_unfit` was changed, or `_unfit` itself."""
        unfit = self._unfit
        assert unfit is not None
        is_tied = following is not None and following.get("before") != unfit["hash"]
        self._fail_changed(unfit["_id"] if is_tied or unfit["_id"] == 1 else unfit["_id"] - 1)

    def _compare(self, head: Head) -> None:
        """Compares an entry with the heads that were kept elsewhere."""
        for claim in self._claims[head.number]:
            if claim.head.hash != head.hash:
                first, source = self._confirmed + 1, SOURCES[claim.source]
                self._fail(first, refusal("audit.rewritten", number=number(first), last=number(head.number), source=source))
                return
        self._confirmed = head.number

    def _fail_hash(self, stored: Stored) -> None:
        """An entry that has not the hash of its fields was changed, or was written with another number."""
        furthest = min(max([stored["_id"], *self._claims]), stored["_id"] + FURTHEST)
        numbers = range(1, furthest + FURTHER)
        origin = next((at for at in numbers if hash_of({**stored, "_id": at}) == stored.get("hash")), None)
        at = stored["_id"]
        if origin is None:
            self._fail_changed(at)
        else:
            self._fail(at, refusal("audit.moved", number=number(at), origin=number(origin)))

    def _fail_changed(self, at: int) -> None:
        self._fail(at, refusal("audit.changed", number=number(at)))

    def _fail(self, at: int, why: Refusal) -> None:
        self.fault = Fault(at, why)


def hash_of(stored: Stored) -> str | None:
    """The hash of a stored entry; None if it cannot be an entry that was written by us."""
    try:
        content = {
            "action": stored["action"],
            "actor": stored["actor"],
            "at": stored["at"],
            "before": stored["before"],
            "details": stored["details"],
            "number": stored["_id"],
            "target": stored["target"],
        }
        text = orjson.dumps(content, option=audit.CANONICAL)
    except (KeyError, TypeError):
        return None
    return hashlib.sha256(text).hexdigest() if len(stored) == FIELDS else None
