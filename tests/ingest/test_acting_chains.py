"""Whatever reforms follow each other: one unit or nobody may send for a unit, and a decision never depends on a reform of a later day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.decision import Accepted, Decision
from shared.wire import envelope, events
from shared.words import regimes
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Registry
from tests.builders import Event
from tests.ingest.reforming import screen
from tests.reform_chains import Step, chains

PERIODS: Final = ("2024", "2025", "2026")
DAY: Final = timedelta(days=1)
PLAN: Final[dict[str, Any]] = {
    "id": "thu",
    "title": "Thử",
    "legal_basis": [],
    "periods": list(PERIODS),
    "recipient": "20-SNV",
    "reporters": {"xa": {"label": "xã", "level": "commune"}},
    "obligation": {"deadlines": {"xa": {"before": "01-20"}}},
    "indicators": [{"code": "so", "label": "Số", "kind": "quantity"}],
}
REGIMES: Final = regimes.resolve([Regime.model_validate(PLAN)])


def reference(registry: Registry, steps: list[Step]) -> Reference:
    return Reference(1, registry, REGIMES, {"thu": datetime(2024, 1, 1, tzinfo=UTC)}, reform_days=tuple(step.plan.day for step in steps))


def report(sender: str, code: str, period: str, *, is_as_successor: bool) -> Event:
    data = {"regime": "thu", "period": period, "unit": code, "revision": 1, "values": {"so": 1}, "as_successor": is_as_successor}
    return {**envelope.of_unit(sender, f"event-{sender}-{code}-{period}", events.SUBMITTED, data)}


def extension(sender: str, code: str, period: str) -> Event:
    data = {"regime": "thu", "period": period, "unit": code, "until": "2198-12-31", "reason": "Mưa lũ."}
    return {**envelope.of_unit(sender, f"event-{sender}-{code}-{period}", events.EXTENDED, data)}


def received(day: date) -> datetime:
    return datetime.combine(day, time(8), VIETNAM)


@given(chains(), st.data())
def test_one_unit_may_send_for_a_unit_or_nobody_if_no_heir_is_declared(steps: list[Step], data: st.DataObject) -> None:
    """I6, at the door: of all units that ever were, with the flag or without it."""
    registry = steps[-1].after
    known = reference(registry, steps)
    step = data.draw(st.sampled_from(steps))
    day = data.draw(st.sampled_from([step.plan.day - DAY, step.plan.day, date(2026, 12, 1)]))
    period = data.draw(st.sampled_from([code for code in PERIODS if code <= f"{day.year}"]))
    setting = known.setting_at_receipt("thu", period, day)
    assert setting is not None
    unit_id = data.draw(st.sampled_from(sorted(setting.groups)))
    code = setting.tree.by_id[unit_id].code

    decisions: dict[tuple[str, bool], Decision] = {
        (sender, flag): screen(report(sender, code, period, is_as_successor=flag), received(day), known)
        for sender in registry.ids
        for flag in (False, True)
    }
    accepted = {key: decision for key, decision in decisions.items() if isinstance(decision, Accepted)}

    acting = registry.acting(unit_id, day)
    assert set(accepted) == (set() if acting is None else {(acting.id, acting.id != unit_id)})
    assert {decision.about.unit_id for decision in accepted.values()} <= {unit_id}


@given(chains(), st.data())
def test_a_decision_does_not_depend_on_reforms_of_later_days(steps: list[Step], data: st.DataObject) -> None:
    """I3: the reform may be applied before or after the event is received."""
    place = data.draw(st.integers(0, len(steps) - 1))
    day = steps[place].plan.day - data.draw(st.integers(1, 40)) * DAY
    earlier = [step for step in steps[:place] if step.plan.day <= day]
    before = reference(earlier[-1].after if earlier else steps[0].before, earlier)
    after = reference(steps[-1].after, steps)
    sender = data.draw(st.sampled_from(sorted(before.registry.ids)))
    code = data.draw(st.sampled_from(sorted({unit.code for unit in before.registry.units})))
    period, flag = data.draw(st.sampled_from(PERIODS)), data.draw(st.booleans())

    for event in (report(sender, code, period, is_as_successor=flag), extension(sender, code, period)):
        assert screen(event, received(day), before) == screen(event, received(day), after)
