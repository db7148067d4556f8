"""Judges the files that a report attaches: each must have been sent before by the same unit, be what the report says, and be used by no
other report.

Source: design, section 4, "Attachments"; ADR 0085.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.ingest.domain.case import Case
from services.ingest.domain.known import Known
from shared.wire.sent import Attachment as Model
from shared.words.attachments import Attachment, Listed
from shared.words.refusals import Both, Refusal, refusal

FACTS: Final = {"size": Both("kích thước", "the size"), "media_type": Both("loại", "the type"), "sha256": Both("mã băm", "the hash")}


def listed(data: Mapping[str, Any]) -> tuple[Listed, ...]:
    """The attachments in the `data` of a report whose form was checked."""
    return tuple(Listed(**{name: one[name] for name in Model.model_fields}) for one in data.get("attachments") or ())


def twice(data: Mapping[str, Any]) -> list[Refusal]:
    """Refuses a file that a report lists twice."""
    found, seen = list[Refusal](), set[str]()
    entries = data.get("attachments")
    for place, one in enumerate(entries if isinstance(entries, list) else ()):
        ref = one.get("ref") if isinstance(one, dict) else None
        if isinstance(ref, str) and ref in seen:
            found.append(refusal("attachment.listed_twice", _path(place, "ref"), name=str(one.get("name"))))
        elif isinstance(ref, str):
            seen.add(ref)
    return found


def faults(case: Case, known: Known) -> list[Refusal]:
    """What is wrong with the attachments, by what is stored."""
    return [wrong for place, one in enumerate(case.attachments) for wrong in _faults(case, known, place, one)]


def _faults(case: Case, known: Known, place: int, one: Listed) -> Iterator[Refusal]:
    stored = known.attachments.get(one.ref)
    if stored is None or not _may_use(case, stored):  # whether another unit has sent it is not told
        yield refusal("attachment.unknown", _path(place, "ref"), ref=one.ref)
        return
    if stored.is_gone(case.received_ms):
        yield refusal("attachment.gone", _path(place, "ref"), name=one.name)
    elif stored.used_by not in ("", case.report):
        yield refusal("attachment.used", _path(place, "ref"), name=one.name, report=stored.used_by)
    for name, word in FACTS.items():
        said, is_so = getattr(one, name), getattr(stored, name)
        if said != is_so:
            yield refusal("attachment.differs", _path(place, name), name=one.name, field=word, said=said, stored=is_so)


def _may_use(case: Case, stored: Attachment) -> bool:
    """Whether the file belongs to the sender; or to the report already, which an heir corrects for the unit that sent it."""
    return stored.unit == case.sender or stored.used_by == case.report


def _path(place: int, name: str) -> str:
    return f"data.attachments.{place}.{name}"
