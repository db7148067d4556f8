"""Judges and sends the events of an import: everything is judged before anything is sent."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from services.cli.files.faults import Fault, FaultsError
from services.cli.files.import_lines import Entry
from services.cli.stored import StoredData
from services.ingest.domain import screening
from services.ingest.domain.case import Case, Incoming
from services.ingest.domain.decision import Decision, Malformed, Rejected
from services.ingest.store import ClaimStore
from services.portal.reading.store import as_json
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import events, subjects
from shared.wire.documents.receipts import ReasonDocument, ReceiptDocument
from shared.words.failures import TransientError
from shared.words.reference import Reference
from shared.words.refusals import Refusal, refusal

CHUNK: Final = 500  # events that are published before the next progress report
PAUSE_S: Final = 0.2
PATIENCE_S: Final = 60.0  # how long nothing may be screened or folded before the import gives up

Say = Callable[[str], None]


@dataclass(slots=True)
class Judged:
    """What a file has: events to send, and how many are known already."""

    to_send: list[Entry]
    repeats: int


@dataclass(slots=True)
class Counts:
    """What became of the events of a file."""

    accepted: int = 0
    duplicate: int = 0
    rejected: list[Fault] = field(default_factory=list)


async def judge(connections: Connections, file: Path, entries: Sequence[Entry | tuple[int, Refusal]], now_ms: int) -> Judged:
    """Judges every line as ingest will. Raises FaultsError with all faults of all lines.

    An event that has its decision is a repeat and is not judged again. Whether a view is still as a confirmation states it is known only
    when it is sent.
    """
    reference = await connections.reference.current()
    faults = [Fault(file, found[1], found[0], _path(found[1].path)) for found in entries if not isinstance(found, Entry)]
    read = [found for found in entries if isinstance(found, Entry)]
    stored = await StoredData(connections.database).claims([entry.claim_id for entry in read])
    cases: list[tuple[Entry, Case | Malformed]] = []
    seen: dict[str, str] = {}  # hashes by claim id
    repeats = 0
    for entry in read:
        case = screening.read(Incoming(entry.sender, entry.payload, now_ms, entry.line, is_people=True), reference)
        before = _hash_before(entry, stored, seen)
        if isinstance(case, Malformed) or before is None:
            cases.append((replace(entry, view="/".join(case.about_view)) if isinstance(case, Case) and entry.takes_view else entry, case))
        elif before != case.hash and not entry.takes_view:
            faults.append(_fault(file, entry, refusal("event.id_reused", "id", event_id=case.event_id)))
        else:
            repeats += 1
            faults += [_fault(file, entry, _refusal(reason)) for reason in _refused_before(stored.get(entry.claim_id))]
        if isinstance(case, Case):
            seen.setdefault(entry.claim_id, case.hash)
    for (entry, _), decision in zip(cases, await _decide(connections, reference, [case for _, case in cases]), strict=True):
        faults += [_fault(file, entry, reason) for reason in _reasons(decision)]
    if faults:
        raise FaultsError(sorted(faults, key=lambda fault: fault.line or 0))
    return Judged([entry for entry, _ in cases], repeats)


async def send(connections: Connections, file: Path, judged: Judged, say: Say) -> Counts:
    """Sends the events and waits for their receipts; confirmations follow when the views have everything else.

    It may be repeated after an interruption. Raises TransientError if nothing moves for a minute.
    """
    counts = Counts(duplicate=judged.repeats)
    others = [entry for entry in judged.to_send if not entry.is_confirmation]
    confirmations = [entry for entry in judged.to_send if entry.is_confirmation]
    await _send(connections, file, others, counts, say)
    if confirmations:
        await _folded(connections, [entry.claim_id for entry in others], say)
        await _send(connections, file, [await _with_view(connections, entry) for entry in confirmations], counts, say)
    return counts


async def _decide(connections: Connections, reference: Reference, cases: Sequence[Case | Malformed]) -> list[Decision | None]:
    """The decision on each event; None for a confirmation that depends only on the view."""
    named = screening.abouts(cases), (), screening.to_look_up(cases)
    known = await ClaimStore(connections.database).known(*named, reference, attached=screening.attached(cases))
    return [None if _is_good_confirmation(case) else screening.decide([case], known)[0] for case in cases]


def _is_good_confirmation(case: Case | Malformed) -> bool:
    return isinstance(case, Case) and case.type == events.CONFIRMED and not case.wrong


def _reasons(decision: Decision | None) -> Sequence[Refusal]:
    match decision:
        case Rejected():
            return decision.reasons
        case Malformed():
            return (decision.reason,)
    return ()


def _hash_before(entry: Entry, stored: Mapping[str, ReceiptDocument], seen: Mapping[str, str]) -> str | None:
    claim = stored.get(entry.claim_id)
    return seen.get(entry.claim_id) if claim is None else claim["hash"]


def _refused_before(claim: ReceiptDocument | None) -> Sequence[ReasonDocument]:
    return () if claim is None or claim["verdict"] == "accepted" else claim["errors"]


async def _send(connections: Connections, file: Path, entries: Sequence[Entry], counts: Counts, say: Say) -> None:
    for first in range(0, len(entries), CHUNK):
        part = entries[first : first + CHUNK]
        messages = [Message(subjects.inbox_of_people(entry.sender), entry.payload, entry.message_id) for entry in part]
        await connections.streams.publish_all(subjects.INBOX, messages)
        say(f"Đã gửi {first + len(part)}/{len(entries)} sự kiện …")
    claims = await _screened(connections, [entry.claim_id for entry in entries], say)
    for entry in entries:
        claim = claims[entry.claim_id]
        reasons = _refused_before(claim)
        counts.accepted += not reasons
        counts.rejected += [_fault(file, entry, _refusal(reason)) for reason in reasons]


async def _screened(connections: Connections, ids: Sequence[str], say: Say) -> dict[str, ReceiptDocument]:
    """The claims of all events, when each has its decision."""
    claims: dict[str, ReceiptDocument] = {}
    moved_at = time.monotonic()
    while len(claims) < len(ids):
        found = await StoredData(connections.database).claims([key for key in ids if key not in claims])
        claims |= found
        moved_at = time.monotonic() if found else moved_at
        if time.monotonic() - moved_at > PATIENCE_S:
            raise TransientError(refusal("import.not_screened", done=len(claims), all=len(ids)))
        say(f"Đã có kết quả {len(claims)}/{len(ids)} sự kiện …")
        await asyncio.sleep(PAUSE_S if len(claims) < len(ids) else 0)
    return claims


async def _folded(connections: Connections, ids: Sequence[str], say: Say) -> None:
    """Waits until the views have these events."""
    say("Chờ tổng hợp …")
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        places = await ClaimStore(connections.database).positions(ids)
        is_folded = len(places) == len(ids) and await StoredData(connections.database).are_folded(
            (place.partition, place.sequence) for place in places.values()
        )
        if is_folded:
            return
        await asyncio.sleep(PAUSE_S)
    raise TransientError(refusal("import.not_folded"))


async def _with_view(connections: Connections, entry: Entry) -> Entry:
    """A confirmation without figures of its own, with those that the view has now."""
    if not entry.takes_view:
        return entry
    view = await StoredData(connections.database).view_to_confirm(entry.view)
    if view is None:
        raise TransientError(refusal("import.not_folded"))
    found = as_json(view)
    figures = {name: found[name] for name in ("reporting", "indicators", "narratives")}
    figures["reporting"] = {name: figures["reporting"][name] for name in ("expected", "received", "missing")}
    stated = {**entry.event["data"], "figures": figures, "view_hash": view["hash"]}
    return replace(entry, event={**entry.event, "data": stated})


def _fault(file: Path, entry: Entry, reason: Refusal) -> Fault:
    return Fault(file, reason.at(""), entry.line, _path(entry.path(reason.path)))


def _path(path: str) -> Sequence[str]:
    return path.split(".") if path else ()


def _refusal(reason: ReasonDocument) -> Refusal:
    return Refusal(reason["code"], reason["path"], reason["message_vi"], reason["message_en"])
