"""Finds entries of a regime file that would have no effect, in the file itself, whatever the units are. Pure.

If such a file were loaded, it would look as if it were obeyed. Regimes that are already stored are not checked: they stay in use.
"""

from collections.abc import Iterator
from datetime import date

from services.cli.files import regime_entries, regime_reminders
from services.cli.files.regime_entries import Found
from shared.words import deadline_faults, refusals, regime_paths, regime_versions
from shared.words.calendar import WorkingDays
from shared.words.refusals import refusal
from shared.words.regime_versions import DatedVersion
from shared.words.regimes import Regime


def of_file(regime: Regime, working_days: WorkingDays) -> list[Found]:
    """Entries that have no effect or cannot be meant: of the regime, of its changes, and of every version in its periods."""
    if regime.periods == []:
        return [(("periods",), refusal("regime.no_period"))]
    of_versions = [
        (regime_paths.written(regime.changes[: version.changes], list(regime.by_code), where), why)
        for version in regime_versions.dated(regime)
        for where, why in _of_version(regime, version, working_days)
    ]
    found = [*regime_entries.find(regime), *_of_changes(regime), *deadline_faults.of(regime, working_days), *of_versions]
    return list(dict.fromkeys(found))


def _of_version(regime: Regime, version: DatedVersion, working_days: WorkingDays) -> Iterator[Found]:
    yield from regime_reminders.find(version.regime, regime_versions.in_force(regime, version), working_days)
    obligation = version.regime.obligation
    for number, entry in enumerate(obligation.confirm if obligation is not None else ()):
        if entry.recipient and not (version.regime.on_behalf_of or version.regime.within):
            yield ("obligation", "confirm", number, "recipient"), refusal("regime.recipient_without_view")


def _of_changes(regime: Regime) -> Iterator[Found]:
    """Changes without effect, and an end before the beginning. A derived regime has the periods of its source, so they are unknown here."""
    for place, change in enumerate(regime.changes):
        if not change.has_fields:
            yield ("changes", place), refusal("regime.change_of_nothing")
    if isinstance(regime.periods, list) and not regime_versions.listed(regime):
        yield ("ends",), refusal("regime.ends_before_first_period", day=_first_cut_off(regime))
        return
    for version in regime_versions.dated(regime)[1:]:
        where = ("changes", version.changes - 1, "from")
        if version.first_day > version.last_day:
            yield where, refusal("regime.change_after_end", day=refusals.day(date.fromisoformat(regime.ends or "")))
        elif regime.derived_from is None and not regime_versions.judged_on(regime, version, version.first_day):
            yield where, refusal("regime.change_of_no_period")


def _first_cut_off(regime: Regime) -> refusals.Both:
    codes = regime.periods if isinstance(regime.periods, list) else []
    return refusals.day(min(period.cut_off for code in codes if (period := regime.period(code)) is not None))
