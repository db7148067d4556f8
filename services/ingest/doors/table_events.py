"""Reports of a table: which unit a row means, which revision its report is, and its event. No I/O of its own.

Source: design, section 4, "Tables"; ADR 0084.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.ingest.domain import figures
from shared.sheets import reading, table_reports
from shared.sheets.columns import folded
from shared.sheets.stamp import Core
from shared.sheets.table_reports import Find, Key, Report
from shared.words import forms, texts
from shared.words.forms import Asked, Content, Held
from shared.words.reference import Reference, Setting
from shared.words.refusals import Refusal, refusal
from shared.words.regimes import Regime


def finder(reference: Reference, sender: str, today: date) -> Find:
    """How rows of a table are understood that the unit `sender` (an id) sends: only its own, and those for which it acts today."""
    named = _named(reference.regimes.values())

    def find(key: Key) -> Asked | Refusal:
        regime = key.regime if key.regime in reference.regimes else named.get(folded(key.regime), key.regime)
        period = key.period.upper()
        unit = _unit(reference, reference.setting_at_receipt(regime, period, today), key.unit, today) if key.unit else sender
        if unit != sender and not reference.registry.acts_for(sender, unit, today):
            row = reference.registry.row(sender, today)
            own = sender if row is None else f"{row.name} ({row.code})"
            return refusal("table.other_unit", "unit", unit=key.unit, own=own)
        return forms.find(reference, regime, period, unit, today)

    return find


def _named(regimes: Iterable[Regime]) -> Mapping[str, str]:
    """The ids of regimes by how rows may name them; a name that fits two is none."""
    found: dict[str, set[str]] = {}
    for regime in regimes:
        for name in table_reports.regime_names(regime):
            found.setdefault(name, set()).add(regime.id)
    return {name: min(ids) for name, ids in found.items() if len(ids) == 1}


def _unit(reference: Reference, setting: Setting | None, text: str, today: date) -> str:
    """The id of the unit that a cell means: its code in the period, or its id; the text itself if there is none."""
    for code in table_reports.unit_codes(text):
        if setting is not None and code in setting.tree.by_code:
            return setting.tree.by_code[code].id
        if code in reference.registry.ids:
            return code
    return text


def revision(report: Report, asked: Asked, held: Held) -> int:
    """The revision that a report of a table is: the one that the row says, the one that stands if that says the same, or the next one.

    So a table that is sent again is a repeat.
    """
    if report.revision is not None:
        return report.revision
    return held.standing_revision if held.standing_revision and _says_the_same(report, asked, held.standing) else held.next_revision


def data(report: Report, asked: Asked, number: int, attachments: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of the event."""
    about = {"regime": asked.regime.id, "period": asked.period.code, "unit": asked.unit.code, "revision": number}
    return about | ({"as_successor": True} if asked.is_ended else {}) | dict(attachments) | report.parts


def event_id(asked: Asked, number: int, report: Report) -> str:
    """The id of the event, as of a workbook that says the same."""
    core = Core(asked.regime.id, asked.period.code, asked.unit.id, "", number)
    said = {name: part for name, part in report.parts.items() if isinstance(part, dict)}
    return reading.event_id(core, said | ({"reason": {"": report.reason}} if report.reason else {}))


def _normal(report: Report, asked: Asked) -> dict[str, Any]:
    """The figures in normal form; nothing if one of them is wrong, which ingest will say."""
    found = {}
    for code, value in report.values.items():
        found[code], wrong = figures.judge(asked.regime.by_code[code], value)
        if wrong:
            return {}
    return found


def _says_the_same(report: Report, asked: Asked, content: Content) -> bool:
    narratives = {code: text for code, text in report.narratives.items() if not texts.is_blank(text)}
    own = (_normal(report, asked), narratives, report.notes, report.status)
    return own == (dict(content.values), dict(content.narratives), dict(content.notes), dict(content.status))
