"""Duties: who owes what, and by when.

A duty is one unit's task in one regime and period: to report, to confirm its view, or to replace estimates by official figures. It exists
once the period has begun (an on-call period must also be opened); the duty of official figures once the unit has sent estimates. A derived
regime has no duties. Source: design, sections 3 and 5; ADR-0065.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple, assert_never

from services.notify.domain.ledger import Ledger, RegimePeriod, ReportKey
from shared.wire import events
from shared.wire.events import Logged
from shared.wire.view_key import ViewKey
from shared.words import deadlines, instants, ladder, periods
from shared.words.calendar import WorkingDays
from shared.words.instants import Given, Givens
from shared.words.ladder import Steps
from shared.words.periods import Period
from shared.words.reference import Reference, Setting, Version
from shared.words.regimes import Regime
from shared.words.report_state import PeriodState, ReportState, Return, Revision
from shared.words.units import Unit

REPORT: Final = "report"
CONFIRM: Final = "confirm"
OFFICIAL: Final = "official"
Task = Literal["report", "confirm", "official"]


class Assigned(NamedTuple):
    """A unit's task to report or to confirm. `group` is the group of a reporter, or the entry of `confirm` (`Confirm.who`); `of` is the
    unit whose report or view it is: another unit if the recipient confirms.
    """

    unit: Unit
    task: Task
    group: str
    of: Unit


NOT_OPENED: Final = PeriodState()


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of an on-call period, with the deadline that was in force after it."""

    key: instants.GivenKey
    at: datetime
    reason: str


Deadline = tuple[datetime | None, tuple[Opening, ...]]
"""The deadline of a group (None if it has none), and the openings of an on-call period."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One unit's task. `due` is the deadline by rule or opening, before any extension; `openings` are the openings of an on-call period, in
    the order of receipt.
    """

    regime: str
    period: str
    unit: Unit
    task: Task
    due: datetime
    ladder: Steps
    state: ReportState
    working_days: WorkingDays
    openings: tuple[Opening, ...] = ()
    view: Unit | None = None
    """The unit whose view is to be confirmed, if it is another unit."""
    imported_ms: int = 0
    """When reports of an earlier time were last imported into the period: acts that were received by then cause no notice."""

    @property
    def report(self) -> ReportKey:
        """The key of the report, or of the view that is to be confirmed."""
        return ReportKey(self.regime, self.period, (self.view or self.unit).id)

    @property
    def id(self) -> str:
        report = ViewKey(self.regime, self.period, self.unit.id).text
        return report if self.task == REPORT else f"{report}/{self.task}"

    @property
    def deadline(self) -> datetime:
        """The first instant that is late for this unit."""
        return later(self.due, self.state.extended_to)

    @property
    def extension(self) -> Given | None:
        """The extension in force; None if it ends no later than the group's deadline, because it was corrected or the group's deadline was
        moved.
        """
        given = self.state.extension
        return given if given is not None and given.at > self.due else None

    @property
    def is_done(self) -> bool:
        """Whether the report counts, the view is confirmed, or the report that counts has no estimate."""
        match self.task:
            case "report":
                return self.state.counts
            case "official":
                return self.state.is_official
            case "confirm":
                return self.state.confirmation is not None
            case _:
                assert_never(self.task)

    @property
    def waits(self) -> bool:
        """Whether the unit owes its report anew before official figures can be asked of it: then it is reminded only of the report."""
        return self.task == OFFICIAL and not self.state.counts

    @property
    def owed_since(self) -> datetime | None:
        """When the task that is owed came up anew: the report was returned or withdrawn, the estimates were received that are to be
        replaced, the confirmation was undone. None if it is owed from the beginning. Truncated to seconds, as notices are.
        """
        since_ms = self._owed_since_ms
        return None if since_ms is None else events.from_ms(since_ms).replace(microsecond=0)

    @property
    def _owed_since_ms(self) -> int | None:
        state = self.state
        if self.task == CONFIRM:
            return max((undoing.received_ms for undoing in state.undoings.values()), default=None)
        if self.task == REPORT and (returned := self.returned) is not None:
            return returned.received_ms
        return state.winner.received_ms if state.winner.number else None

    @property
    def asked_since(self) -> datetime | None:
        """No rung of the ladder from before then goes out: when estimates came, or a confirmation was undone. None for a report."""
        return None if self.task == REPORT else self.owed_since

    @property
    def first_done_ms(self) -> int | None:
        """When the task was first done, even if it has been undone since; None if it never was."""
        match self.task:
            case "report":
                return self.state.first_submitted_ms
            case "official":
                return self.state.first_official_ms
            case "confirm":
                return self.state.first_confirmed_ms
            case _:
                assert_never(self.task)

    @property
    def report_state(self) -> ReportState:
        """What is known of the report that the duty is about; nothing for a confirmation."""
        return ReportState() if self.task == CONFIRM else self.state

    @property
    def is_received(self) -> bool:
        """Whether a report of the unit fulfils the duty."""
        return self.task != CONFIRM and self.is_done

    @property
    def first_received_ms(self) -> int | None:
        """When the first report came that fulfilled the duty, even if it was withdrawn or returned later."""
        return None if self.task == CONFIRM else self.first_done_ms

    @property
    def is_late(self) -> bool:
        """Whether the task was first done after its deadline. A task that is not done is not late but owed."""
        first = self.first_done_ms
        return self.is_done and first is not None and first >= events.to_ms(self.deadline)

    def late_by(self, now: datetime) -> timedelta | None:
        """How long after its deadline the task was first done, or how long it is overdue at `now`; None if neither applies."""
        if owes(self):
            return now - self.deadline if now >= self.deadline else None
        first = self.first_done_ms
        return events.from_ms(first) - self.deadline if self.is_late and first is not None else None

    @property
    def returned(self) -> Return | None:
        """The return of the unit's latest report; None if the unit has replaced the report or none was returned."""
        state = self.state
        is_open = self.task == REPORT and state.is_submission and not state.counts
        return state.last_return if is_open else None

    @property
    def is_returned(self) -> bool:
        """Whether the unit's latest report was sent back and has not been replaced."""
        return self.returned is not None

    @property
    def cause(self) -> str:
        """The cause of the reminders: `report`, `confirm`, `official`, or `return-<revision>`."""
        return f"return-{self.state.winner.number}" if self.is_returned else self.task

    @property
    def reminded_of(self) -> datetime:
        """The deadline from which the reminder ladder is counted: the fix-by date of a returned report, unless an extension is later."""
        returned = self.returned
        if returned is None or returned.fix_by is None:
            return self.deadline
        return later(returned.fix_by, self.state.extended_to)


def owes(duty: Duty) -> bool:
    """Whether the unit still has to act."""
    return not duty.is_done


def is_reminded(duty: Duty) -> bool:
    """Whether the unit is reminded of the duty."""
    return owes(duty) and not duty.waits


def later(deadline: datetime, extended_to: datetime | None) -> datetime:
    """The deadline after an extension; an extension never makes it earlier."""
    return deadline if extended_to is None else max(deadline, extended_to)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a regime says about one period: the deadlines by its rules, for confirming and official figures too (None: it takes no
    estimates), and the steps of its ladder.
    """

    setting: Setting
    by_group: Mapping[str, Deadline]
    confirm: Mapping[str, datetime]
    official: datetime | None
    steps: Steps


class Roster:
    """Which units have which tasks, by regime and period, under one generation of units and regimes."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._working_days = reference.working_days
        self._tasks = lru_cache(maxsize=None)(_assign)
        self._terms = lru_cache(maxsize=None)(self._terms_of)

    def open_periods(self, ledger: Ledger, at: datetime) -> list[RegimePeriod]:
        """Regime and period of all duties that exist at the instant `at`: the period has begun and, in an on-call regime, is open."""
        today = periods.local_day(at)
        return [pair for regime in self._reference.regimes.values() for pair, begins in self._begins(regime, ledger) if begins <= today]

    def bearer(self, event: Logged) -> str:
        """The id of the unit that an event concerns, as its period has the units: see `Reference.unit_of`."""
        terms = self._terms(event.regime, event.period) if event.unit_id else None
        if terms is None or event.unit_id in terms.setting.tree.by_id:
            return event.unit_id
        code, received = event.data.get("unit"), periods.local_day(events.from_ms(event.received_ms))
        return self._reference.unit_of(terms.setting, event.unit_id, code if isinstance(code, str) else "", received)

    def asked(self, event: Logged) -> list[tuple[str, str]]:
        """The units that a request for reminders names, each with the unit whose report or view it may owe, as the period has them: ids."""
        terms, codes = self._terms(event.regime, event.period), event.data.get("units")
        if terms is None or not isinstance(codes, list):
            return []
        then, now = terms.setting.tree.by_code, self._reference.registry.at(event.received_on).by_code
        named = {unit.id for code in codes if isinstance(code, str) and (unit := then.get(code) or now.get(code)) is not None}
        found = ((entry.unit.id, entry.of.id) for entry in self._tasks(terms.setting.version)[0] if entry.unit.id in named)
        return list(dict.fromkeys(found))

    def duties(self, ledger: Ledger, regime_id: str, period_code: str, of: Iterable[str] | None = None) -> Iterator[Duty]:
        """The duties of one regime and period, sorted by unit: reports, then confirmations, then official figures. Only the duties of the
        unit ids in `of`, if given. A period without a deadline has no duties.
        """
        terms = self._terms(regime_id, period_code)
        if terms is not None:
            assigned, by_unit = self._tasks(terms.setting.version)
            wanted = assigned if of is None else [entry for unit_id in of for entry in by_unit.get(unit_id, ())]
            yield from self._duties(ledger, (regime_id, period_code), terms, wanted)

    def unfinished(self, ledger: Ledger, regime_id: str, period_code: str) -> Iterator[Duty]:
        """The duties of one regime and period without the reports that were sent once: they are done, and most reports are like this."""
        terms = self._terms(regime_id, period_code)
        if terms is not None:
            kept, (assigned, _) = ledger.kept((regime_id, period_code)), self._tasks(terms.setting.version)
            wanted = [entry for entry in assigned if entry.task != REPORT or not isinstance(kept.get(entry.unit.id), Revision)]
            yield from self._duties(ledger, (regime_id, period_code), terms, wanted)

    def of_group(self, ledger: Ledger, regime_id: str, period_code: str, due: datetime) -> tuple[list[Duty], int]:
        """The duties of the group with the deadline `due`, without the reports that were sent once and in time; and the number of these."""
        terms = self._terms(regime_id, period_code)
        if terms is None:
            return [], 0
        pair, due_ms, wanted, in_time = (regime_id, period_code), events.to_ms(due), list[Assigned](), 0
        kept, by_group, assigned = ledger.kept(pair), self._by_group(ledger, pair, terms), self._tasks(terms.setting.version)[0]
        for entry in assigned:
            if (by_group[entry.group][0] if entry.task == REPORT else terms.confirm[entry.group]) != due:
                continue
            sent = kept.get(entry.unit.id) if entry.task == REPORT else None
            if isinstance(sent, Revision) and sent.received_ms < due_ms:
                in_time += 1
            else:
                wanted.append(entry)
        found = list(self._sent_or_confirmed(ledger, pair, terms, wanted))
        return [*found, *(self._official(ledger, pair, terms, assigned) if terms.official == due else ())], in_time

    def deadlines_of(self, ledger: Ledger, regime_id: str, period_code: str) -> list[datetime]:
        """The deadlines of the groups, of the units that confirm and of official figures, before extensions; none before an on-call period
        is opened.
        """
        terms = self._terms(regime_id, period_code)
        if terms is None:
            return []
        by_group = self._by_group(ledger, (regime_id, period_code), terms)
        return [due for due in (*(due for due, _ in by_group.values()), *terms.confirm.values(), terms.official) if due is not None]

    def _duties(self, ledger: Ledger, pair: RegimePeriod, terms: _Terms, assigned: Sequence[Assigned]) -> Iterator[Duty]:
        yield from self._sent_or_confirmed(ledger, pair, terms, assigned)
        yield from self._official(ledger, pair, terms, assigned)

    def _official(self, ledger: Ledger, pair: RegimePeriod, terms: _Terms, assigned: Iterable[Assigned]) -> Iterator[Duty]:
        """The duties of official figures of those of these reporters that have sent estimates."""
        if terms.official is None:
            return
        kept, imported_ms = ledger.kept(pair), ledger.imported_ms.get(pair, 0)
        for unit, task, _, _ in assigned:
            state = kept.get(unit.id) if task == REPORT else None
            if isinstance(state, ReportState) and state.was_estimated:
                yield Duty(*pair, unit, OFFICIAL, terms.official, terms.steps, state, self._working_days, imported_ms=imported_ms)

    def _sent_or_confirmed(self, ledger: Ledger, pair: RegimePeriod, terms: _Terms, assigned: Iterable[Assigned]) -> Iterator[Duty]:
        by_group, imported_ms = self._by_group(ledger, pair, terms), ledger.imported_ms.get(pair, 0)
        for unit, task, group, of in assigned:
            deadline, openings = by_group[group] if task == REPORT else (terms.confirm[group], ())
            if deadline is not None:
                state, view = ledger.of(ReportKey(*pair, of.id)), of if of.id != unit.id else None
                yield Duty(*pair, unit, task, deadline, terms.steps, state, self._working_days, openings, view, imported_ms)

    def _by_group(self, ledger: Ledger, pair: RegimePeriod, terms: _Terms) -> Mapping[str, Deadline]:
        period, regime = terms.setting.period, terms.setting.regime
        if not regime.is_on_call:
            return terms.by_group
        opened = ledger.periods.get(pair, NOT_OPENED)
        return {group: _on_call(regime, group, period, opened.openings, self._working_days) for group in terms.by_group}

    def _begins(self, regime: Regime, ledger: Ledger) -> list[tuple[RegimePeriod, date]]:
        """The periods of a regime and their first days, also in the future; of an on-call regime, the periods that were opened."""
        if regime.obligation is None:
            return []
        opened = [period for of_regime, period in ledger.periods if of_regime == regime.id]
        codes = opened if regime.is_on_call or regime.periods == "any" else regime.periods
        known = ((code, self._terms(regime.id, code)) for code in codes)
        return [((regime.id, code), terms.setting.period.begins) for code, terms in known if terms is not None]

    def _terms_of(self, regime_id: str, period_code: str) -> _Terms | None:
        """The terms of a period; None if the regime does not have it or has no duties. They are cached: every event asks for them."""
        setting, days = self._reference.setting(regime_id, period_code), self._working_days
        if setting is None or setting.regime.obligation is None:
            return None
        period, regime, obligation = setting.period, setting.regime, setting.regime.obligation
        due = {group: deadlines.group_deadline(regime, group, period, None, days) for group in regime.reporters}
        return _Terms(
            setting,
            {group: (at, ()) for group, at in due.items()},
            deadlines.confirm_deadlines(regime, period, days),
            deadlines.official_deadline(regime, period, days),
            ladder.steps_of(obligation.ladder, period.length),
        )


def _assign(version: Version) -> tuple[list[Assigned], dict[str, list[Assigned]]]:
    """All tasks of a regime's version: as a list, and by the id of the unit whose report or view it is."""
    units = version.tree.by_id
    assigned = [Assigned(units[unit_id], REPORT, group, units[unit_id]) for unit_id, group in sorted(version.groups.items())]
    assigned += [Assigned(confirming.by, CONFIRM, confirming.rule.who, confirming.of) for confirming in version.confirmations]
    by_unit: dict[str, list[Assigned]] = {}
    for entry in assigned:
        by_unit.setdefault(entry.of.id, []).append(entry)
    return assigned, by_unit


def _on_call(regime: Regime, group: str, period: Period, opened: Givens, working_days: WorkingDays) -> Deadline:
    """The deadline of a group of a regime on call, and the openings of the period."""
    openings: list[Opening] = []
    for last in sorted(opened.values()):
        given = instants.in_force(opening for opening in opened.values() if opening.key <= last.key)
        at = deadlines.group_deadline(regime, group, period, None if given is None else given.at, working_days)
        openings += [] if at is None else [Opening(last.key, at, last.reason)]
    return (openings[-1].at if openings else None), tuple(openings)
