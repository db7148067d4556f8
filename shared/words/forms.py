"""The form as data: what one unit is asked to report in one period of a regime, and what is known of its report. Pure.

Three steps, the same in every service:

1. `find` (or `of_unit`, if the setting is known already) says what the unit is asked for: an `Asked`. It comes from units and regimes
   alone.
2. The service reads what was accepted about the unit's report in this period and in `before(asked)`: a `Held` each. Ingest reads its
   claims, the portal the events of the log; `Held.of` makes one from events in any order.
3. `fill` puts them together: a `Form`, with deadlines, revisions, and the figures of the period before.

Ask `find` with today's day (in Vietnam), because a report is judged by the units and the version of the regime of the period's reference
day, or of the day of receipt if that is earlier. Source: design, section 4, "Forms"; ADR 0064.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Protocol

from shared.words import attachments, deadlines, event_types, periods, refusals
from shared.words.attachments import Listed
from shared.words.periods import Period
from shared.words.reference import Reference, Setting
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.report_state import NOTHING, ReportState, Return, Revision, StateEvent
from shared.words.units import Unit

MOST_PERIODS: Final = 6  # periods that a refusal names


@dataclass(frozen=True, slots=True)
class Asked:
    """What a unit is asked to report in one period."""

    reference: Reference
    setting: Setting
    unit: Unit
    """The unit as the period has it; `unit.code` is what `data.unit` of its event must say."""
    group: str
    """The group of reporters to which it belongs."""
    day: date
    """Today: whoever may send is decided by the day of receipt."""

    @property
    def regime(self) -> Regime:
        """The version of the regime by which a report of today is judged."""
        return self.setting.regime

    @property
    def period(self) -> Period:
        return self.setting.period

    @property
    def indicators(self) -> list[Indicator]:
        """The indicators that the unit is asked for, in the regime's order."""
        return indicators_of(self.regime, self.group, self.unit.code)

    @property
    def narratives(self) -> Mapping[str, str]:
        """The headings of the texts, by code: they are for every reporter."""
        return self.regime.narratives

    @property
    def is_ended(self) -> bool:
        """Whether the unit has ended by today: then its heir sends, with `as_successor: true`."""
        rows = self.reference.registry.ids.get(self.unit.id, ())
        return bool(rows) and rows[-1].valid_to is not None and rows[-1].valid_to <= self.day

    @property
    def sender(self) -> Unit | None:
        """Who may send today: the unit itself, or the heir of a unit that has ended; None if no heir is declared."""
        return self.reference.registry.acting(self.unit.id, self.day)

    def deadline(self, held: "Held", opened: datetime | None) -> datetime | None:
        """The first instant that is late: the group's, or the unit's extension if that is later. `opened` is the deadline with which an
        on-call period was opened; None if it was not.
        """
        regime, group = self._owing
        return held.state.deadline(deadlines.group_deadline(regime, group, self.period, opened, self.reference.working_days))

    def official_deadline(self, held: "Held") -> datetime | None:
        """Until when estimates are taken and by when official figures replace them, the unit's extension included; None if the regime takes
        no estimates.
        """
        return held.state.deadline(deadlines.official_deadline(self._owing[0], self.period, self.reference.working_days))

    @property
    def _owing(self) -> tuple[Regime, str]:
        """The version of the regime, and the unit's group in it, that set the deadline: those of the reference day, if the unit reports
        then.
        """
        later = self.reference.setting(self.regime.id, self.period.code)
        group = None if later is None else later.groups.get(self.unit.id)
        return (self.regime, self.group) if later is None or group is None else (later.regime, group)


def indicators_of(regime: Regime, group: str, unit_code: str) -> list[Indicator]:
    """The indicators that a unit of a group is asked for, in the regime's order."""
    return [indicator for indicator in regime.indicators if regime.is_asked(indicator, group, unit_code)]


def of_unit(reference: Reference, setting: Setting, unit_id: str, day: date) -> Asked | None:
    """What a unit (by its id) is asked for in a period; None if it does not report there. A derived regime asks nobody."""
    group = None if setting.regime.derived_from else setting.groups.get(unit_id)
    return None if group is None else Asked(reference, setting, setting.tree.by_id[unit_id], group, day)


def find(reference: Reference, regime_id: str, period_code: str, unit_id: str, day: date) -> Asked | Refusal:
    """What a unit (by its id) is asked for in a period, as a report received on `day` is judged; or why there is no form.

    The names may be any text. The path of a refusal is `regime`, `period` or `unit`. A period that has not begun has a form.
    """
    regime = reference.regimes.get(regime_id)
    if regime is None:
        return refusal("report.unknown_regime", "regime", regime=regime_id)
    if regime.derived_from is not None:
        return refusal("report.derived_regime", "regime", regime=regime.id, source=regime.derived_from)
    setting = reference.setting_at_receipt(regime_id, period_code, day)
    if setting is None:
        return no_period(regime, period_code)
    row = reference.registry.row(unit_id, day)
    if row is None:
        return refusal("door.no_such_unit", "unit", unit=unit_id)
    if unit_id not in setting.tree.by_id:
        units_day = min(day, reference.day(setting.regime, setting.period))
        return refusal("form.no_unit_then", "unit", name=row.name, unit=unit_id, day=refusals.day(units_day), period=period_code)
    return of_unit(reference, setting, unit_id, day) or refusal("report.unit_not_asked", "unit", unit=unit_id, regime=regime_id)


def no_period(regime: Regime, period_code: str) -> Refusal:
    """Why a regime does not have a period: it does not list it, or it has ended before."""
    if regime.ends is not None and regime.period(period_code) is not None:
        ends = refusals.day(date.fromisoformat(regime.ends))
        return refusal("report.regime_ended", "period", regime=regime.id, period=period_code, day=ends)
    listed = sorted(regime.periods, key=periods.order) if isinstance(regime.periods, list) else []
    shortened = listed if len(listed) <= MOST_PERIODS else [*listed[: MOST_PERIODS - 1], "…", listed[-1]]
    known = shortened or Both("theo lịch", "those of the calendar")
    return refusal("report.unknown_period", "period", regime=regime.id, period=period_code, known=known)


def before(asked: Asked) -> str | None:
    """The period of the same length before, with which figures are compared; None if the regime does not have it."""
    code = periods.preceding(asked.period.code)
    return None if asked.reference.setting(asked.regime.id, code) is None else code


class ContentEvent(StateEvent, Protocol):
    """A `shared/wire/events.py:Logged`."""

    @property
    def event_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Content:
    """What a logged submission says: figures in normal form (integers, or texts with all decimals), texts, notes, and which figures are
    estimates, each by code; and its attachments.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    narratives: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[str, str] = field(default_factory=dict)
    attachments: Sequence[Listed] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Content":
        """The content of an event's `data`."""
        values, narratives, notes, status = (data.get(name) or {} for name in ("values", "narratives", "notes", "status"))
        return cls(values, narratives, notes, status, attachments.of_event(data.get("attachments")))

    def only(self, codes: Iterable[str], narratives: Iterable[str]) -> "Content":
        """What it says about these indicators and narratives."""
        wanted = set(codes)
        values, notes, status = (_of_codes(part, wanted) for part in (self.values, self.notes, self.status))
        return Content(values, _of_codes(self.narratives, set(narratives)), notes, status, self.attachments)


def _of_codes(entries: Mapping[str, Any], codes: set[str]) -> dict[str, Any]:
    return {code: entry for code, entry in entries.items() if code in codes}


NO_CONTENT: Final = Content()


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of one unit's report in one period. An empty one knows of no event."""

    state: ReportState = field(default_factory=ReportState)
    newest: int = 0
    """The highest revision that the unit sent or withdrew, or that a return names (formats before 5 accepted returns of any revision); 0:
    none.
    """
    content: Content = NO_CONTENT
    """What the winning revision says, whether or not it counts; nothing if that is a withdrawal."""

    @classmethod
    def of(cls, events: Iterable[ContentEvent]) -> "Held":
        """What events about the unit say, in any order, each with its complete `data`."""
        state, contents = ReportState(), dict[Revision, Content]()
        for event in events:
            state.apply(event)
            if event.type == event_types.SUBMITTED:
                contents[Revision(event.revision, event.received_ms, event.event_id)] = Content.of(event.data)
        return cls.known(state, contents.get(state.winner, NO_CONTENT))

    @classmethod
    def known(cls, state: ReportState, content: Content) -> "Held":
        """From the state of the report and the content of its winning revision."""
        return cls(state, max((state.winner.number, *state.returns)), content if state.is_submission else NO_CONTENT)

    @property
    def standing(self) -> Content:
        """What counts: nothing unless the winning revision is a submission that was not returned."""
        return self.content if self.state.counts else NO_CONTENT

    @property
    def standing_revision(self) -> int:
        """The revision that counts; 0: none."""
        return self.state.winner.number if self.state.counts else 0

    @property
    def next_revision(self) -> int:
        """The revision to send next."""
        return self.newest + 1

    @property
    def returned(self) -> Return | None:
        """The return of the winning submission, with its reason and fix-by instant; None if it was not returned."""
        return self.state.last_return if self.state.is_submission and self.state.winner != NOTHING else None


@dataclass(frozen=True, slots=True)
class Form:
    """What a unit is asked for, with what it has said already."""

    asked: Asked
    held: Held
    before: str | None
    """The period with which the figures are compared; None if the regime does not have it."""
    last: Mapping[str, Any]
    """The figures of the standing report of `before`, in normal form, by code: of the indicators that the unit is asked for now."""
    deadline: datetime | None
    """The first instant that is late, the extension included; None for an on-call period that was not opened."""
    official_deadline: datetime | None
    """Until when estimates are taken; None if the regime takes none."""
    is_opened: bool
    """Whether a report can be sent as far as the recipient is concerned: always, but for an on-call period that was not opened."""


def fill(asked: Asked, held: Held, last: Held, opened: datetime | None = None) -> Form:
    """The form of a unit. `last` is what it reported in the period `before(asked)`; `opened` is the deadline with which an on-call period
    was opened.
    """
    codes = [indicator.code for indicator in asked.indicators]
    shown = Held(held.state, held.newest, held.content.only(codes, asked.narratives))
    is_opened = opened is not None or not asked.regime.is_on_call
    figures = _of_codes(last.standing.values, set(codes))
    return Form(asked, shown, before(asked), figures, asked.deadline(held, opened), asked.official_deadline(held), is_opened)
