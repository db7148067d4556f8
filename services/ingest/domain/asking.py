"""Judges requests for reminders (đôn đốc): a recipient or a confirmer asks units for what they still owe, once a unit and day.

Source: design, section 4, "Events"; ADR 0070.
"""

from collections.abc import Iterator

from services.ingest.domain import acting
from services.ingest.domain.case import Case
from shared.words import confirmers, refusals
from shared.words.refusals import Refusal, refusal
from shared.words.units import Unit


def judge(case: Case) -> list[Refusal]:
    """Every fault of a request that can be judged without earlier events. Notes in the case whose reports and views are asked for."""
    wrong = [*case.context(), *case.begun()]
    if case.setting is None or case.units is None or case.regime is None or case.regime.derived_from is not None:
        return wrong
    named = _named(case)
    wrong += _unasked(case, named)
    unpermitted = acting.of_recipient(case)
    if unpermitted and not _confirms_all(case, [unit for unit in named.values() if unit is not None]):
        wrong += unpermitted
    case.beside = tuple(dict.fromkeys(case.about_unit(owing) for unit in named.values() if unit for owing in _owing(case, unit)))
    return wrong


def without_effect(case: Case) -> list[Refusal]:
    """Why a request would change nothing: a unit was asked on the same day, or owes nothing any more."""
    named = _named(case)
    again = [code for code in named if case.period_record.was_asked(code, case.day)]
    if again:
        return [refusal("action.asked_today", "data.units", units=again, day=refusals.day(case.day))]
    done = [code for code, unit in named.items() if unit is not None and _owes_nothing(case, unit)]
    return [refusal("action.owes_nothing", "data.units", units=done)] if done else []


def _named(case: Case) -> dict[str, Unit | None]:
    """The units that are asked, by code; None for a code that no unit has."""
    units = case.data.get("units")
    codes = [code for code in units if isinstance(code, str)] if isinstance(units, list) else []
    return {code: None if case.units is None else case.units.by_code.get(code) for code in codes}


def _unasked(case: Case, named: dict[str, Unit | None]) -> Iterator[Refusal]:
    """The faults of units that do not exist, or that neither report nor confirm."""
    assert case.setting is not None
    for place, (code, unit) in enumerate(named.items()):
        if unit is None:
            yield refusal("report.unknown_unit", f"data.units.{place}", unit=code, day=refusals.day(case.units_day))
        elif not list(_owing(case, unit)):
            yield refusal("report.unit_not_asked", f"data.units.{place}", unit=code, regime=case.regime_id)


def _owing(case: Case, unit: Unit) -> Iterator[str]:
    """The ids under which is recorded what a unit may owe: its report, and the views that it confirms."""
    assert case.setting is not None
    if unit.id in case.setting.groups:
        yield unit.id
    yield from (entry.of.id for entry in case.setting.version.confirmations if entry.by.id == unit.id)


def _confirms_all(case: Case, units: list[Unit]) -> bool:
    """Whether the sender confirms a view that has all of these units."""
    assert case.setting is not None
    own = [entry.of for entry in case.setting.version.confirmations if acting.acts_for(case, entry.by)]
    return any(all(confirmers.has(case.setting.tree, view, unit) for unit in units) for view in own)


def _owes_nothing(case: Case, unit: Unit) -> bool:
    """Whether it is known that a unit has done everything. What was estimated may still be owed in a regime that takes estimates."""
    assert case.setting is not None
    assert case.regime is not None
    if unit.id in case.setting.groups and (case.regime.estimates is not None or not case.record_of(unit.id).state.counts):
        return False
    views = [entry.of.id for entry in case.setting.version.confirmations if entry.by.id == unit.id]
    return all(case.record_of(view).state.confirmation is not None for view in views)
