"""Judges confirmations of views (chốt), and what undoes them (hủy chốt).

A confirmation is undone by the unit that made it while no confirmer above it has confirmed, and after that only from above. Source: design,
section 4, "Order"; ADR 0070.
"""

from collections.abc import Iterator
from typing import Final

import orjson

from services.ingest.domain import acting
from services.ingest.domain.case import Case, shown
from shared.wire import events, view_hash
from shared.words import confirmers, periods
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regimes import Confirmation

WHY_MISSING: Final = Both("còn {count} đơn vị chưa nộp", "{count} units have not reported")


def judge_confirmed(case: Case) -> list[Refusal]:
    """Every fault of a confirmation that can be judged without earlier events."""
    wrong, entries = [*case.context(), *case.begun()], _entries(case)
    if entries is None:
        return wrong
    if not entries:
        return [*wrong, _not_confirmed(case)]
    refused = [acting.of_view(case, entry.by) for entry in entries]
    return wrong if [] in refused else [*wrong, *refused[0]]


def judge_undone(case: Case) -> list[Refusal]:
    """Every fault of an undoing that can be judged without earlier events. Notes in the case the views above."""
    wrong, entries = [*case.context(), *case.begun()], _entries(case)
    if entries is None:
        return wrong
    if not entries:
        return [*wrong, _not_confirmed(case)]
    assert case.setting is not None  # there are entries
    assert case.unit is not None
    above = confirmers.above(case.setting, case.unit)
    case.beside = tuple(dict.fromkeys(case.about_unit(entry.of.id) for entry in above))
    if case.sender_row is not None and not any(acting.acts_for(case, entry.by) for entry in (*entries, *above)):
        return [*wrong, _other(case, entries)]
    return wrong


def misstated(case: Case) -> list[Refusal]:
    """Refuses a confirmation whose figures do not match its hash. Its shape was checked before."""
    if (actual := _hash(case)) != case.data["view_hash"]:
        return [refusal("action.hash_differs", "data.figures", found=actual or "–")]
    return []


def confirmation_without_effect(case: Case) -> list[Refusal]:
    """Why a confirmation is refused after comparing it with the view: other figures, no reports, confirmed already, or no reason for
    missing units.
    """
    reporting, stated, record = case.data["figures"]["reporting"], case.data["view_hash"], case.record
    if case.view_hash is None:
        return [refusal("action.no_such_view", "data.unit", unit=case.unit_code, period=case.period_code)]
    if stated != case.view_hash:
        return [refusal("action.view_moved", "data.view_hash", present=case.view_hash)]
    if reporting["received"] == 0:
        return [refusal("action.nothing_to_confirm", "data.figures", received=0, expected=reporting["expected"])]
    before = record.state.confirmation
    if before is not None and before.view_hash == stated:
        return [refusal("action.already_confirmed", "data.view_hash", at=shown(before.received_ms), event_id=before.event_id)]
    if reporting["missing"] and case.data.get("reason") is None:
        count = len(reporting["missing"])
        return [refusal("action.reason_required", "data.reason", why=Both(*(phrase.format(count=count) for phrase in WHY_MISSING)))]
    return []


def undo_without_effect(case: Case) -> list[Refusal]:
    """Why an undoing is refused after what was accepted before: there is no such confirmation, it was undone already, it belongs to an
    early block that no longer changes, or only a confirmer above may undo it now.
    """
    state, named = case.record.state, case.data["confirmation"]
    found = state.confirmations.get(named)
    if found is None:
        return [refusal("action.no_such_confirmation", "data.confirmation", named=named, unit=case.unit_code)]
    if named in state.undone:
        return [refusal("action.already_undone", "data.confirmation", named=named)]
    if case.early_of(periods.local_day(events.from_ms(found.received_ms))) != case.early_of(case.day):
        return [refusal("action.confirmation_closed", "data.confirmation", named=named, at=shown(found.received_ms))]
    return _only_from_above(case)


def statement(case: Case) -> dict[str, object]:
    """The figures of a confirmation, as they are logged: only what the hash covers, because nothing else was checked."""
    stated = orjson.loads(view_hash.canonical(case.regime_id, case.period_code, case.unit_id, case.data["figures"]))
    return {name: stated[name] for name in view_hash.FIGURES}


def _entries(case: Case) -> list[Confirmation] | None:
    """The confirmations of the view concerned; None if the event does not name one in a way that can be judged."""
    if case.setting is None or case.regime is None or not case.unit_code:
        return None
    return [] if case.unit is None else confirmers.of(case.setting, case.unit.id)


def _not_confirmed(case: Case) -> Refusal:
    return refusal("action.not_confirmer", "data.unit", unit=case.unit_code, regime=case.regime_id)


def _only_from_above(case: Case) -> list[Refusal]:
    """Refuses the unit that confirmed if a confirmer above it has confirmed since, and the one above if it has not."""
    assert case.setting is not None  # judged before
    assert case.unit is not None
    used = [entry for entry in confirmers.above(case.setting, case.unit) if case.record_of(entry.of.id).state.confirmation is not None]
    allowed = used or confirmers.of(case.setting, case.unit.id)
    return [] if any(acting.acts_for(case, entry.by) for entry in allowed) else [_other(case, allowed)]


def _other(case: Case, allowed: list[Confirmation]) -> Refusal:
    return refusal("action.other_undoes", "source", unit=case.unit_code, confirmers=list(_names(allowed)))


def _names(entries: list[Confirmation]) -> Iterator[str]:
    return iter(dict.fromkeys(f"{entry.by.name} ({entry.by.id})" for entry in entries))


def _hash(case: Case) -> str:
    """The hash of the figures that were sent; "" if they cannot be hashed (numbers too large, nesting too deep)."""
    try:
        return view_hash.hash_of(case.regime_id, case.period_code, case.unit_id, case.data["figures"])
    except (orjson.JSONEncodeError, ValueError):
        return ""
