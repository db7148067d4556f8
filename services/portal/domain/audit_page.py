"""The audit log as the page for operators shows it: filters, words for actors and actions, and whether the entries shown fit together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlencode

from services.portal.domain import audit_words
from shared.wire.documents.identity import AuditDocument
from shared.words import audit, audit_chain, vietnamese
from shared.words.audit import Head
from shared.words.units import Registry

PAGE: Final = 50
MOST_LETTERS: Final = 100
MOST_DETAILS: Final = 300  # characters of the details of an entry on the page
PEOPLE: Final = "people/"
UNITS: Final = "units/"
REPORTS: Final = "reports/"
OPERATORS: Final = "operator/"


@dataclass(frozen=True, slots=True)
class Choice:
    """The filters from the address; "" is none."""

    actor: str = ""
    action: str = ""
    target: str = ""
    day: date | None = None

    def to(self, before: int | None = None) -> str:
        """The address of the list with these filters, from the entry `before` on."""
        named = {"actor": self.actor, "action": self.action, "target": self.target, "day": self.day, "before": before}
        kept = {name: str(value) for name, value in named.items() if value}
        return f"/quan-tri/nhat-ky?{urlencode(kept)}" if kept else "/quan-tri/nhat-ky"


@dataclass(frozen=True, slots=True)
class Named:
    """An actor or target: what people call it, and below it how the log names it, if that is something else."""

    name: str
    noted: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry."""

    number: int
    at: datetime
    actor: Named
    action: str
    target: Named
    details: Sequence[str]
    is_intact: bool
    """Whether its hash is that of its fields."""


def row(entry: AuditDocument, names: Mapping[str, str], registry: Registry) -> Row:
    """An entry in words. `names` are people's logins by id."""
    return Row(
        entry["_id"],
        entry["at"],
        named(entry["actor"], names, registry),
        audit.words(entry["action"]),
        named(entry["target"], names, registry),
        details(entry["details"], {f"{PEOPLE}{one}": login for one, login in names.items()}),
        audit_chain.hash_of(entry) == entry["hash"],
    )


def named(actor: str, names: Mapping[str, str], registry: Registry) -> Named:
    """An actor or target with the login or the unit's name, if it is known: `lan`, `people/3f2a`."""
    known = ""
    if actor.startswith(PEOPLE):
        known = names.get(actor.removeprefix(PEOPLE), "")
    elif actor.startswith(OPERATORS):
        known = f"{actor.removeprefix(OPERATORS)}, trên máy chủ"
    elif actor.startswith(UNITS):
        known = _unit(actor.removeprefix(UNITS), registry)
    elif actor.startswith(REPORTS) and actor.count("/") == 3:
        _, _, period, unit = actor.split("/")
        known = f"Báo cáo {_unit(unit, registry) or unit}, {vietnamese.period_name(period)}"
    return Named(known, actor) if known else Named(actor)


def _unit(unit_id: str, registry: Registry) -> str:
    rows = registry.ids.get(unit_id, ())
    return rows[-1].name if rows else ""


def people_in(entries: Iterable[AuditDocument]) -> set[str]:
    """The ids of the people whom entries name as actor, as target or in a detail."""
    texts = (text for entry in entries for text in (entry["actor"], entry["target"], *entry["details"].values()))
    return {text.removeprefix(PEOPLE) for text in texts if isinstance(text, str) and text.startswith(PEOPLE)}


def details(found: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Details, one on a line, together cut: `loại tệp: csv`, `bộ lọc: unit=184`. `names` are people's logins, by how the log names them."""
    lines, left = list[str](), MOST_DETAILS
    for name, value in found.items():
        line = audit_words.said(name, value, names)
        if len(line) > left:
            return [*lines, line[:left] + "…"]
        lines.append(line)
        left -= len(line)
    return lines


def first_fault(newest_first: Sequence[AuditDocument], head: Head) -> str:
    """Why the newest entries of the log do not fit together, or do not end at the recorded head; "" if they do."""
    if not newest_first:
        return "" if head.number == 0 else f"thiếu mục {head.number} ở cuối"
    for entry in newest_first:
        if audit_chain.hash_of(entry) != entry["hash"]:
            return f"mục {entry['_id']} đã bị sửa"
    for later, earlier in pairwise(newest_first):
        if (later["_id"], later["before"]) != (earlier["_id"] + 1, earlier["hash"]):
            return f"mục {later['_id']} không nối tiếp mục {earlier['_id']}"
    last = newest_first[0]
    if last["_id"] < head.number:
        return f"thiếu mục {last['_id'] + 1} ở cuối"
    if last["_id"] == head.number and last["hash"] != head.hash:
        return f"mục {head.number} khác mã kiểm tra đã ghi"
    return ""
