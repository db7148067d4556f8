"""Computes the state of units' reports from their events and deadlines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from services.portal.domain import content, history, standing
from services.portal.domain.address import Address
from services.portal.domain.content import Content
from services.portal.domain.history import Step
from services.portal.domain.standing import Entry, Status
from services.portal.reading.store import PortalStore
from shared.wire import answers, events
from shared.wire.answers import ValueSent
from shared.words import deadlines, periods
from shared.words.attachments import Listed
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.report_state import PeriodState, ReportState
from shared.words.units import Unit

Entries = dict[str, list[Entry]]
HISTORY_AT_ONCE = 500  # the newest events of one report that are shown
CONTENTS_AT_ONCE = 50  # the newest of these that are read whole: who sent them for whom, and whether they were imported


@dataclass(frozen=True)
class Report:
    """One unit's report. `values`, `narratives`, `notes` and `estimates` (codes) belong to the last submission, whether or not it counts;
    `last` is its id in `reports`, "" if there is none, and `entered_by` the id of the unit that entered it for the report's unit.
    `attachments` are its files; a derived regime shows none.
    """

    status: Status
    values: Mapping[str, ValueSent]
    narratives: Mapping[str, str]
    shown_revision: int | None
    steps: Sequence[Step]
    notes: Mapping[str, str]
    estimates: frozenset[str]
    last: str
    entered_by: str
    attachments: Sequence[Listed] = ()

    def answer(self, address: Address) -> answers.Report:
        """The report in the API's form, with figures and narratives only while it counts."""
        stands = self.status.counts
        entered_by = {"entered_by": self.entered_by} if stands and self.entered_by else {}
        return answers.Report.model_validate(
            {
                **entered_by,
                "regime": address.regime.id,
                "period": address.period.code,
                **self.status.fields,
                "values": self.values if stands else {},
                "narratives": self.narratives if stands else {},
                "notes": self.notes if stands else {},
                "status": dict.fromkeys(sorted(self.estimates), events.ESTIMATE) if stands else {},
                "attachments": [_attached(one) for one in self.attachments] if stands else [],
                "history": [step.answer() for step in self.steps],
            }
        )

    def with_content(self, revision: int, said: Content, regime: Regime) -> Self:
        """The same report, showing what a revision said of what the regime has."""
        values = {code: content.value_sent(value) for code, value in said.values.items() if code in regime.by_code}
        return replace(
            self,
            values={code: value for code, value in values.items() if value is not None},
            narratives={code: text for code, text in said.narratives.items() if code in regime.narratives},
            shown_revision=revision,
            notes={code: text for code, text in said.notes.items() if code in regime.by_code},
            estimates=frozenset(code for code in said.estimates if code in regime.by_code),
            entered_by=said.entered_by,
            attachments=said.attachments if regime.derived_from is None else (),
        )

    @property
    def returned(self) -> Step | None:
        """The return of the last submission, with reason and fix-by date; None if it was not returned."""
        return history.last_return(self.steps, self.shown_revision)


def _attached(one: Listed) -> dict[str, object]:
    """A file as the API tells it: without its `ref`, with which its unit's software names it."""
    return {"name": one.name, "media_type": one.media_type, "size": one.size, "sha256": one.sha256}


async def deadlines_of(address: Address, store: PortalStore, units: Sequence[Unit], entries: Entries) -> dict[str, datetime]:
    """The first late instant by unit id, extensions included: as notify stored it, otherwise computed from the regime and the events.

    A derived regime has no obligation, and so no deadlines.
    """
    regime, period = address.regime, address.period
    if regime.obligation is None:
        return {}
    duties = await store.duty_dates(regime.id, period.code, [unit.id for unit in units])
    opened_until = await opened(address, store) if regime.is_on_call else None
    extended = await _extensions(store, [entry for unit in units if unit.id not in duties for entry in entries[unit.id]])
    due_by_unit: dict[str, datetime] = {}
    for unit in units:
        if (duty := duties.get(unit.id)) is not None:
            due = deadlines.effective(duty.deadline, duty.extended_to)
        else:
            base = deadlines.group_deadline(regime, address.group_of[unit.id], period, opened_until, address.reference.working_days)
            due = deadlines.effective(base, extended.get(unit.id))
        if due is not None:
            due_by_unit[unit.id] = due
    return due_by_unit


async def _extensions(store: PortalStore, entries: Sequence[Entry]) -> dict[str, datetime]:
    """The extension in force by unit id."""
    states: dict[str, ReportState] = {}
    for event in await store.logged([entry.id for entry in entries if entry.type == events.EXTENDED]):
        states.setdefault(event.unit_id, ReportState()).apply(event)
    return {unit_id: state.extended_to for unit_id, state in states.items() if state.extended_to is not None}


async def opened(address: Address, store: PortalStore) -> datetime | None:
    """The deadline set when the on-call period was opened."""
    state = PeriodState()
    for event in await store.openings(address.regime.id, address.period.code):
        state.apply(event)
    return state.deadline


@dataclass(frozen=True)
class Found:
    """The state of each of these units' reports, in the order given, and the events from which it follows, by unit id."""

    states: list[Status]
    entries: Entries


async def statuses(address: Address, store: PortalStore, units: Sequence[Unit], now: datetime) -> list[Status]:
    """The state of each unit's report, in the order given. Every unit is a reporter."""
    return (await found(address, store, units, now)).states


async def found(address: Address, store: PortalStore, units: Sequence[Unit], now: datetime) -> Found:
    """As `statuses`, with the events."""
    entries = await store.entries_of(address, units)
    due = await deadlines_of(address, store, units, entries)
    return Found([standing.judge(unit, entries[unit.id], due.get(unit.id), now) for unit in units], entries)


async def report(address: Address, store: PortalStore, now: datetime) -> Report:
    """The unit's own report. In a derived regime it is the source regime's report, restricted to the derived indicators."""
    unit = address.unit
    entries = await store.entries_of(address, [unit])
    due = await deadlines_of(address, store, [unit], entries)
    own = sorted(until(address.early, entries[unit.id]), key=lambda entry: entry.received_ms)
    last = standing.last_submission(own)
    recent = own[-HISTORY_AT_ONCE:]
    told = [entry.id for entry in recent[:-CONTENTS_AT_ONCE] if entry.type in (events.RETURNED, events.EXTENDED)]
    told += [entry.id for entry in recent[-CONTENTS_AT_ONCE:] if entry.type in history.SHOWN]
    contents = await store.contents([*told, *([last.id] if last else [])])
    said = contents.get(last.id, content.NOTHING) if last else content.NOTHING
    judged = standing.judge(unit, own, due.get(unit.id), now)
    report = Report(judged, {}, {}, None, history.history(own, contents)[-HISTORY_AT_ONCE:], {}, frozenset(), last.id if last else "", "")
    return report if last is None else report.with_content(last.revision, said, address.regime)


def until(early: date | None, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The events that belong to the early block of a day: those received until then. All of them if there is no day."""
    if early is None:
        return entries
    return [entry for entry in entries if periods.local_day(events.from_ms(entry.received_ms)) <= early]


def asked(address: Address) -> list[Indicator]:
    """The indicators that the unit must report, in the regime's order."""
    group = address.group_of[address.unit.id]
    return [indicator for indicator in address.regime.indicators if address.regime.is_asked(indicator, group, address.unit.code)]


async def contents_of(store: PortalStore, units: Sequence[Unit], entries: Entries) -> dict[str, Content]:
    """The content of the reports of these reporters that count, by unit id. `entries` are what `found` read, which is in scope."""
    own = {unit.id: entries[unit.id] for unit in units}
    last = {unit_id: standing.last_submission(events) for unit_id, events in own.items() if standing.fold(events).counts}
    ids = {entry.id: unit_id for unit_id, entry in last.items() if entry is not None}
    return {ids[event_id]: found for event_id, found in (await store.contents(ids)).items()}


async def narratives(address: Address, store: PortalStore) -> dict[str, list[tuple[Unit, str]]]:
    """The narratives of the reports that count, at the unit and below it: texts with their units, by the heading's code."""
    units = {unit.id: unit for unit in address.reporters}
    found = await store.entries_of(address, address.reporters)
    entries = {unit_id: until(address.early, own) for unit_id, own in found.items()}
    standing_ids = {
        last.id: unit_id
        for unit_id, own in entries.items()
        if standing.fold(own).counts and (last := standing.last_submission(own)) is not None
    }
    contents = await store.contents(standing_ids)
    texts: dict[str, list[tuple[Unit, str]]] = {code: [] for code in address.regime.narratives}
    for event_id, unit_id in sorted(standing_ids.items(), key=lambda pair: units[pair[1]].code):
        for code, text in contents.get(event_id, content.NOTHING).narratives.items():
            if code in texts:
                texts[code].append((units[unit_id], text))
    return texts
