"""A case: one event that is being judged, with the regime, period and unit that it names, each looked up once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from services.ingest.domain import imports
from services.ingest.domain.known import UNKNOWN, About, Known, Record
from shared.wire import event_key, events
from shared.words import periods, refusals, report_state
from shared.words.attachments import Listed
from shared.words.periods import Period
from shared.words.reference import Reference
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regime_parts import FigureRule
from shared.words.regimes import Regime
from shared.words.units import Tree, Unit


class Incoming(NamedTuple):
    """One message of INBOX: the sender (from the subject), the payload, when the broker stored it, its sequence, and whether it came on the
    subject for people.
    """

    sender: str
    payload: bytes
    received_ms: int
    sequence: int
    is_people: bool = False


def shown(milliseconds: int) -> Both:
    """An instant (milliseconds since 1970) for a sentence, in Vietnam time."""
    at = events.from_ms(milliseconds).astimezone(periods.VIETNAM)
    return Both(f"{at:%H:%M:%S ngày %d/%m/%Y}", at.isoformat(timespec="seconds"))


class Case:
    """An event with the regime, period and unit to which it refers. Each of them is None if it does not exist; `context` and `reporter` say
    why.
    """

    def __init__(self, incoming: Incoming, reference: Reference, tree: dict[str, Any]) -> None:
        self.sender = incoming.sender
        self.working_days = reference.working_days
        self.received_then_ms = imports.received_then(tree, incoming.received_ms) if incoming.is_people else None
        self.received_ms = incoming.received_ms if self.received_then_ms is None else self.received_then_ms
        self.tree = tree
        self.event_id: str = tree["id"]
        kind = tree.get("type")
        self.type = kind if isinstance(kind, str) else ""
        self.hash = ""  # hash of the content
        self.wrong: list[Refusal] = []  # the faults that can be judged without earlier events
        self.logged = b""  # the event for the log, if it is accepted
        self.record = self.period_record = UNKNOWN  # what was accepted before
        self.beside: tuple[About, ...] = ()  # the other reports, views and periods by whose earlier events it is judged
        self.records: Mapping[About, Record] = {}  # what was accepted before about these
        self.view_hash: str | None = None  # hash of the current view; only for confirmations
        self.compared: dict[str, Any] = {}  # the figures that may be unusual, in normal form
        self.compared_with: tuple[str, ...] = ()  # the periods beside which they are judged
        self.noted: frozenset[str] = frozenset()  # the indicators with a note
        self.rules_met: tuple[FigureRule, ...] = ()  # the rules that ask for a note
        self.attachments: tuple[Listed, ...] = ()  # the files that the report attaches
        self.may_send = False  # the sender may send and withdraw this report, and so know what stands
        self.official_due: datetime | None = None  # when official figures are due; only for reports with estimates
        self.data: dict[str, Any] = tree["data"] if isinstance(tree.get("data"), dict) else {}
        self.normal_values: dict[str, Any] = {}
        revision = self.data.get("revision")
        self.revision = revision if isinstance(revision, int) and not isinstance(revision, bool) else 0  # 0: missing or invalid
        self.regime_id, self.period_code, self.unit_code = (self._text(name) for name in ("regime", "period", "unit"))
        self.is_as_successor = self.data.get("as_successor") is True
        self.registry = reference.registry
        self.day = periods.local_day(events.from_ms(self.received_ms))  # of receipt
        self.sender_row = reference.registry.valid(self.sender, self.day)  # None: the sender does not exist on that day
        setting = self.setting = reference.setting_at_receipt(self.regime_id, self.period_code, self.day)
        self.regime: Regime | None = reference.regimes.get(self.regime_id) if setting is None else setting.regime
        self.period: Period | None = None if setting is None else setting.period
        self.units: Tree | None = None  # the tree of the period's reference day, or of the day of receipt if that is earlier
        self.units_day = self.day
        self.early_days: Sequence[date] = ()  # the last days of the period's early blocks; only for confirmations
        self.early_day: date | None = None  # the last day of the early block to which a view belongs
        self.unit: Unit | None = None
        self.group: str | None = None  # the group in which the unit reports
        if setting is not None:
            self.units = setting.tree
            self.units_day = min(self.day, reference.day(setting.regime, setting.period))
            if self.type in report_state.CONFIRMING:
                self.early_days = reference.early_days(setting.regime, setting.period)
            if self.type == events.CONFIRMED:
                self.early_day = self.early_of(self.day)
            self.unit = self.units.by_code.get(self.unit_code)
            self.group = None if self.unit is None else setting.groups.get(self.unit.id)

    @property
    def claim_id(self) -> str:
        """The key of the event's claim."""
        return event_key.of(self.sender, self.event_id)

    @property
    def unit_id(self) -> str:
        """The id of the unit concerned; "" when the event concerns a whole period."""
        return self.unit.id if self.unit is not None else ""

    def early_of(self, day: date) -> date | None:
        """The last day of the early block to which what is received on `day` belongs; None for the block of the period itself."""
        return next((early for early in self.early_days if day <= early), None)

    def forget(self) -> None:
        """Drops the content of a report, which `logged` contains by now, because a whole batch is kept in memory until it is decided. The
        figures with which later ones are compared are kept.
        """
        self.tree, self.normal_values = {}, {}
        self.data = {"revision": self.revision, "values": self.compared} if self.compared else {"revision": self.revision}

    @property
    def about(self) -> About:
        """The key of the report concerned: unit, regime and period."""
        return self.regime_id, self.period_code, self.unit_id

    @property
    def report(self) -> str:
        """The report concerned, as attachments name it."""
        return "/".join(self.about)

    @property
    def about_period(self) -> About:
        """The key of the period concerned: regime and period, without a unit."""
        return self.regime_id, self.period_code, ""

    @property
    def about_view(self) -> About:
        """The key of the view concerned: in an early block, `@` and its last day follow the unit's id."""
        regime, period, unit_id = self.about
        return regime, period, unit_id if self.early_day is None else f"{unit_id}@{self.early_day}"

    def learn(self, known: Known) -> None:
        """Looks up in `known` what was accepted before about the same unit and period, and the view."""
        self.record, self.period_record = known.of(self.about), known.of(self.about_period)
        self.records = {about: known.of(about) for about in self.beside}
        self.view_hash = known.of(self.about_view).view_hash if self.type == events.CONFIRMED else None

    def about_unit(self, unit_id: str) -> About:
        """The key of another unit's report or view in the same regime and period."""
        return self.regime_id, self.period_code, unit_id

    def record_of(self, unit_id: str) -> Record:
        """What was accepted before about another unit; it must be in `beside`."""
        return self.records[self.about_unit(unit_id)]

    def context(self) -> list[Refusal]:
        """The faults of the regime and the period."""
        regime = self.regime
        if regime is None:
            return [refusal("report.unknown_regime", "data.regime", regime=self.regime_id)] if self.regime_id else []
        if regime.derived_from is not None:
            return [refusal("report.derived_regime", "data.regime", regime=regime.id, source=regime.derived_from)]
        if self.period is None and self.period_code:
            if regime.ends is not None and regime.period(self.period_code) is not None:
                ends = refusals.day(date.fromisoformat(regime.ends))
                return [refusal("report.regime_ended", "data.period", regime=regime.id, period=self.period_code, day=ends)]
            known = Both("theo lịch", "those of the calendar") if regime.periods == "any" else regime.periods
            return [refusal("report.unknown_period", "data.period", regime=regime.id, period=self.period_code, known=known)]
        return []

    def begun(self) -> list[Refusal]:
        """Refuses a report for a period that has not begun."""
        if self.period is not None and self.received_ms < periods.start_ms(self.period.begins):
            return [refusal("report.period_not_begun", "data.period", period=self.period.code, day=refusals.day(self.period.begins))]
        return []

    def opened(self) -> list[Refusal]:
        """Refuses the event if the recipient has not opened the on-call period yet."""
        if self.regime is None or self.period is None or not self.regime.is_on_call or self.period_record.period.deadline is not None:
            return []
        return [refusal("report.period_not_opened", "data.period", period=self.period.code, recipient=self.regime.recipient)]

    def reporter(self) -> list[Refusal]:
        """Why the unit concerned does not have to report."""
        if self.regime is None or self.period is None or not self.unit_code:
            return []
        if self.unit is None:
            return [refusal("report.unknown_unit", "data.unit", unit=self.unit_code, day=refusals.day(self.units_day))]
        if self.group is None:
            return [refusal("report.unit_not_asked", "data.unit", unit=self.unit_code, regime=self.regime.id)]
        return []

    def _text(self, name: str) -> str:
        value = self.data.get(name)
        return value if isinstance(value, str) else ""
