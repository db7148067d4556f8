"""A case: one event being judged, and what it refers to, looked up once."""

from collections.abc import Set as AbstractSet
from typing import Any

from shared import periods
from shared.errors import Refusal, refusal
from shared.periods import Period
from shared.reference import Reference
from shared.regimes import Regime
from shared.units import Tree, Unit


class Case:
    """What an event's data refer to. What the event does not name rightly is None; `context` says why."""

    def __init__(
        self, sender: str, received_ms: int, reference: Reference, opened: AbstractSet[tuple[str, str]], tree: dict[str, Any]
    ) -> None:
        self.sender = sender
        self.received_ms = received_ms
        self.opened = opened
        self.tree = tree
        self.data: dict[str, Any] = tree["data"] if isinstance(tree.get("data"), dict) else {}
        self.normal_values: dict[str, Any] = {}
        self.regime_id, self.period_code, self.unit_code = (self._text(name) for name in ("regime", "period", "unit"))
        self.regime: Regime | None = reference.regimes.get(self.regime_id)
        self.period: Period | None = None if self.regime is None else self.regime.period(self.period_code)
        self.units: Tree | None = None  # the tree at the period's reference date
        self.unit: Unit | None = None
        self.group: str | None = None  # in which the unit reports
        if self.regime is not None and self.period is not None:
            self.units = reference.registry.at(self.period.cut_off)
            self.unit = self.units.by_code.get(self.unit_code)
        if self.regime is not None and self.period is not None and self.unit is not None:
            self.group = reference.groups(self.regime, self.period.cut_off).get(self.unit.id)

    @property
    def unit_id(self) -> str:
        """The id of the unit concerned; "" when the event concerns a whole period."""
        return self.unit.id if self.unit is not None else ""

    def context(self) -> list[Refusal]:
        """What is wrong with the regime and the period."""
        regime = self.regime
        if regime is None:
            return [refusal("report.unknown_regime", "data.regime", regime=self.regime_id)] if self.regime_id else []
        if regime.derived_from is not None:
            return [refusal("report.derived_regime", "data.regime", regime=regime.id, source=regime.derived_from)]
        if self.period is None and self.period_code:
            known = "theo lịch (by calendar)" if regime.periods == "any" else regime.periods
            return [refusal("report.unknown_period", "data.period", regime=regime.id, period=self.period_code, known=known)]
        return []

    def begun(self) -> list[Refusal]:
        """What forbids a report for the period now: it has not begun, or nobody opened it."""
        if self.regime is None or self.period is None:
            return []
        if self.received_ms < periods.start_ms(self.period.begins):
            return [refusal("report.period_not_begun", "data.period", period=self.period.code, day=f"{self.period.begins:%d/%m/%Y}")]
        if self.regime.is_on_call and (self.regime.id, self.period.code) not in self.opened:
            return [refusal("report.period_not_opened", "data.period", period=self.period.code, recipient=self.regime.recipient)]
        return []

    def reporter(self) -> list[Refusal]:
        """What is wrong with the unit concerned as a reporter."""
        if self.regime is None or self.period is None or not self.unit_code:
            return []
        if self.unit is None:
            return [refusal("report.unknown_unit", "data.unit", unit=self.unit_code, day=f"{self.period.cut_off:%d/%m/%Y}")]
        if self.group is None:
            return [refusal("report.unit_not_asked", "data.unit", unit=self.unit_code, regime=self.regime.id)]
        return []

    def own_unit(self) -> list[Refusal]:
        """A report is about its sender."""
        if self.unit_code and self.unit_code != self.sender:
            return [refusal("event.subject_mismatch", "data.unit", sender=self.sender, claimed=self.unit_code)]
        return []

    def _text(self, name: str) -> str:
        value = self.data.get(name)
        return value if isinstance(value, str) else ""
