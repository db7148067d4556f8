"""What the portal offers a reviewer, held against ingest: what is offered is accepted, and what is not offered would be refused."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted
from services.ingest.domain.known import Known
from services.portal.domain import acting_offers
from services.portal.domain.acting_offers import Chance, ReportFacts, ViewFacts
from services.portal.domain.acting_rights import Matter
from services.portal.domain.acts import Act
from shared.wire import envelope, events
from shared.wire.view_hash import hash_of
from shared.words import deadlines, periods
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from tests.builders import CT27, FIGURES, NQ68
from tests.ingest.reforming import reformed, unreformed

UNITS: Final = {NQ68: ("18853", "450", "44", "18859-2025", "44-2025"), CT27: ("06253", "06280", "06280-2025", "184", "20")}
ACTORS: Final = {
    NQ68: ("44-SLDTBXH", "44-SNV", "44-SNV-2025", "450", "44", "18853"),
    CT27: ("184-TCKH", "20-STC", "20", "184", "06253"),
}
TIMES: Final = [
    datetime(*day, tzinfo=VIETNAM) for day in ((2024, 3, 1), (2024, 12, 10), (2025, 3, 10), (2025, 6, 20), (2025, 7, 15), (2026, 1, 5))
]
LATE: Final = "2099-12-30"
FEW: Final = FIGURES | {"reporting": FIGURES["reporting"] | {"received": 1, "missing": ["18853"]}}
NONE: Final = FIGURES | {"reporting": FIGURES["reporting"] | {"received": 0, "missing": ["18853"]}}


@dataclass
class World:
    """A regime at an instant with what was accepted before, and a reviewer who looks at a unit."""

    reference: Reference
    regime: str
    period: str
    now: datetime
    known: Known
    matter: Matter
    figures: dict[str, Any]

    @property
    def unit(self) -> str:
        return self.matter.unit.id

    def decide(self, act: Act) -> bool:
        """Whether ingest accepts an act; it is then known."""
        payload = envelope.encode(act.event("people/p-1", self.now))
        [decision] = screening.decide(
            [screening.read(Incoming(act.sender, payload, events.to_ms(self.now), 1, is_people=True), self.reference)], self.known
        )
        return isinstance(decision, Accepted)

    def act(self, kind: str, sender: str, data: dict[str, Any], unit: str | None = None) -> Act:
        code = self.matter.setting.tree.by_id[unit or self.unit].code
        about = {"regime": self.regime, "period": self.period} | ({} if kind == events.ASKED else {"unit": code})
        form = f"form-{kind}-{sender}-{len(self.known._claimed)}"
        return Act(kind, sender, {**about, **data}, form, "report.returned", "reports/x")

    def state(self, unit: str) -> Any:
        return self.known.of((self.regime, self.period, unit)).state

    @property
    def view_hash(self) -> str:
        return hash_of(self.regime, self.period, self.unit, self.figures)

    @property
    def confirmed(self) -> set[str]:
        entries = self.matter.setting.version.confirmations
        return {entry.of.id for entry in entries if self.state(entry.of.id).confirmation is not None}

    @property
    def report(self) -> ReportFacts:
        group = self.matter.setting.groups.get(self.unit)
        setting = self.matter.setting
        due = deadlines.group_deadline(setting.regime, group, setting.period, None, self.reference.working_days) if group else None
        return ReportFacts(self.state(self.unit), due, self.confirmed)

    def view(self, owing: int = 0) -> ViewFacts:
        reporting = self.figures["reporting"]
        above = {entry.of.id for entry in self.matter.above}
        counts = reporting["received"], len(reporting["missing"])
        return ViewFacts(self.view_hash, *counts, self.state(self.unit), self.confirmed & above, is_opened=True, owing=owing, unasked=owing)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    regime = draw(st.sampled_from([NQ68, CT27]))
    usual = (unreformed, "2024", TIMES[1])
    others = st.tuples(st.sampled_from([reformed, unreformed]), st.sampled_from(["2024", "2025"]), st.sampled_from(TIMES))
    known, period, now = draw(st.just(usual) | others)
    reference = known()
    day = periods.local_day(now)
    setting = reference.setting_at_receipt(regime, period, day)
    assert setting is not None
    units = [unit for unit in UNITS[regime] if unit in setting.tree.by_id] or list(setting.tree.by_id)[:2]
    valid = [actor for actor in ACTORS[regime] if reference.registry.valid(actor, day) is not None]
    reviewer_at = tuple(draw(st.lists(st.sampled_from(valid or ["none"]), min_size=1, max_size=2, unique=True))) if valid else ()
    figures = draw(st.sampled_from([FIGURES, FEW, NONE]))
    unit = draw(st.sampled_from(units))
    world = World(reference, regime, period, now, Known(), Matter(reference, setting, setting.tree.by_id[unit], day, reviewer_at), figures)
    _live(draw, world, units)
    return world


def _live(draw: st.DrawFn, world: World, units: list[str]) -> None:
    """Some events before, as far as ingest accepts them: reports, returns, withdrawals, and confirmations of the views on the way up."""
    every = [*dict.fromkeys(ACTORS[world.regime])]
    groups = world.matter.setting.groups
    for unit in units:
        if unit in groups and draw(st.booleans()):
            world.decide(world.act(events.SUBMITTED, unit, {"revision": 1, "narratives": {"kho_khan": "x"}}, unit))
    for step in draw(st.lists(st.sampled_from(["report", "back", "out", "confirm", "confirm", "confirm", "undo", "more"]), max_size=5)):
        views = [unit for unit in units if unit not in groups or step not in ("confirm", "undo")]
        unit, sender = draw(st.sampled_from(views or units)), draw(st.sampled_from(every))
        number = world.state(unit).winner.number
        match step:
            case "report":
                world.decide(world.act(events.SUBMITTED, unit, {"revision": number + 1, "narratives": {"kho_khan": "x"}}, unit))
            case "out":
                world.decide(world.act(events.WITHDRAWN, unit, {"revision": number + 1}, unit))
            case "back":
                data = {"revision": number or 1, "reason": "x", "fix_by": LATE}
                world.decide(world.act(events.RETURNED, sender, data, unit))
            case "more":
                world.decide(world.act(events.EXTENDED, sender, {"until": "2098-12-30", "reason": "x"}, unit))
            case "confirm":
                _confirm(world, unit, every)
            case "undo":
                name = next(iter(world.state(unit).standing_confirmations), "44/none-such")
                world.decide(world.act(events.UNDONE, sender, {"confirmation": name, "reason": "x"}, unit))
    _see(world, world.unit)


def _see(world: World, unit: str) -> None:
    """The stored view of a unit has these figures."""
    about = (world.regime, world.period, unit)
    world.known.of(about).view_hash = hash_of(*about, world.figures)


def _confirm(world: World, unit: str, senders: list[str]) -> None:
    _see(world, unit)
    for sender in senders:
        hash_then = hash_of(world.regime, world.period, unit, world.figures)
        data = {"view_hash": hash_then, "figures": world.figures, "reason": "x"}
        world.decide(world.act(events.CONFIRMED, sender, data, unit))


def verdicts(world: World, chance: Chance, kind: str, data: dict[str, Any], *successor: bool) -> Iterator[tuple[str, bool]]:
    """The verdict on the act as it is offered; if it is not, on the act by every unit at which the person is a reviewer."""
    if chance.right is not None and chance.is_open:
        more = {"as_successor": True} if chance.right.as_successor else {}
        yield chance.right.sender, world.decide(world.act(kind, chance.right.sender, {**data, **more}))
        return
    for sender in world.matter.reviewer_at:
        for as_successor in (False, *successor):
            yield sender, world.decide(world.act(kind, sender, {**data, **({"as_successor": True} if as_successor else {})}))


def assert_agreed(world: World, chance: Chance, kind: str, data: dict[str, Any], *successor: bool) -> None:
    for sender, is_accepted in verdicts(world, chance, kind, data, *successor):
        assert is_accepted == chance.is_open, (kind, sender, chance)


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_what_is_offered_is_accepted_and_what_is_not_would_be_refused(world: World) -> None:
    assert_all_agreed(world)


STATES: Final = list(
    itertools.product(
        ("18853", "450", "44"),
        ("450", "44", "44-SLDTBXH", "18853"),
        ((), (events.SUBMITTED,), (events.SUBMITTED, events.RETURNED), (events.SUBMITTED, events.WITHDRAWN)),
        ((), ("450",), ("450", "44"), ("44",), ("450", "undone")),
    )
)


def test_in_every_state_of_a_district_offers_and_verdicts_agree() -> None:
    for unit, reviewer, reported, confirmed in STATES:
        setting = unreformed().setting(NQ68, "2024")
        assert setting is not None
        matter = Matter(unreformed(), setting, setting.tree.by_id[unit], date(2024, 12, 10), (reviewer,))
        world = World(unreformed(), NQ68, "2024", TIMES[1], Known(), matter, FEW)
        sent = {"revision": 1, "narratives": {"kho_khan": "x"}}
        steps = {
            events.SUBMITTED: world.act(events.SUBMITTED, "18853", sent, "18853"),
            events.RETURNED: world.act(events.RETURNED, "44-SLDTBXH", {"revision": 1, "reason": "x", "fix_by": LATE}, "18853"),
            events.WITHDRAWN: world.act(events.WITHDRAWN, "18853", {"revision": 2}, "18853"),
        }
        assert all(world.decide(steps[step]) for step in reported)
        for view in confirmed:
            if view == "undone":
                name = next(iter(world.state("450").standing_confirmations))
                assert world.decide(world.act(events.UNDONE, "450", {"confirmation": name, "reason": "x"}, "450"))
            else:
                _confirm(world, view, ["450", "44-SLDTBXH"])
                assert world.state(view).confirmation is not None
        _see(world, unit)
        assert_all_agreed(world)


def assert_all_agreed(world: World) -> None:
    """Offers and verdicts agree on everything but confirmations."""
    if world.unit in world.matter.setting.groups:
        returning = {"revision": max(world.report.state.winner.number, 1), "reason": "x", "fix_by": LATE}
        assert_agreed(world, acting_offers.returning(world.matter, world.report), events.RETURNED, returning)
        more_time = {"until": LATE, "reason": "x"}
        assert_agreed(world, acting_offers.extending(world.matter, world.report), events.EXTENDED, more_time)
    asked = world.matter.unit
    if asked.id in world.matter.setting.groups and not world.matter.acts_for(asked):
        chance = acting_offers.asking(world.matter, world.view(owing=int(not world.state(asked.id).counts)), world.now)
        assert_agreed(world, chance, events.ASKED, {"units": [asked.code]})
    standing = world.state(world.unit).confirmation
    names = world.state(world.unit).standing_confirmations
    undone = {"confirmation": next(reversed(names)) if standing else "44/none-such", "reason": "x"}
    assert_agreed(world, acting_offers.undoing(world.matter, world.view()), events.UNDONE, undone)


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_a_confirmation_is_offered_where_ingest_takes_it(world: World) -> None:
    chance = acting_offers.confirming(world.matter, world.view(), world.now)
    if chance.why_not is not None and chance.why_not.code == "act.before_reform":
        return  # stricter than ingest: the figures of before a reform are shown on pages of their own
    data = {"view_hash": world.view_hash, "figures": world.figures, "reason": "x"}
    assert_agreed(world, chance, events.CONFIRMED, data, True)


def test_a_disabled_act_says_why() -> None:
    setting = unreformed().setting(NQ68, "2024")
    assert setting is not None
    matter = Matter(unreformed(), setting, setting.tree.by_id["450"], date(2024, 12, 10), ("450",))
    known = World(unreformed(), NQ68, "2024", TIMES[1], Known(), matter, FEW)
    offers = {offer.label: offer.chance for offer in acting_offers.of_view(matter, known.view(owing=1), "x", TIMES[1])}
    assert offers["Chốt số liệu"].note == "còn 1 đơn vị chưa nộp: cần ghi lý do"
    many = offers["Gia hạn nhiều đơn vị"].why_not
    assert many is not None
    assert many.message_vi.startswith("Chỉ cơ quan nhận báo cáo làm được việc này: Sở Lao động")
    _confirm(known, "450", ["450"])
    again = acting_offers.confirming(matter, known.view(), TIMES[1])
    assert again.why_not is not None
    assert again.why_not.message_vi == "Đã chốt lúc 10/12/2024 00:00, chưa có thay đổi. Không cần chốt lại."
