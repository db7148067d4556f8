"""Small worlds and what their units send: a province with two districts, communes and offices; three regimes; some seconds.

The clock begins just before a deadline. Everything that the rules know happens: corrections, repeats, ids used again, withdrawals,
returns, openings, extensions, confirmations, reports that must be refused, and rubbish. Units and regimes change under way.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random
from typing import Any, Final

import orjson

from shared.wire import events, view_hash
from shared.words.obligations import Confirm, DeadlineRule, Obligation
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regime_parts import Change, Estimates, Group, Indicator, Target
from shared.words.regimes import Regime, resolve
from shared.words.units import Registry, Unit
from tests import builders
from tests.simulation.rollup import reforms
from tests.simulation.rollup.reforms import Reforms

BEGINS: Final = datetime(2024, 12, 19, 23, 59, 54, tzinfo=VIETNAM)  # six seconds before the deadline
BEGINS_MS: Final = events.to_ms(BEGINS)
LASTS_S: Final = 8.0  # how long units send
PARTITIONS: Final = 2

CALLED: Final = ("2024", "2024-Q4", "2024-12", "2024-H2")  # each makes new views under way
YEARLY, DERIVED, ON_CALL = "ke-hoach", "ke-hoach-tinh", "theo-yeu-cau"
FOCAL, CALLER = "D1-VP", "P-VP"  # who receives the two
VALID: Final = date(2024, 1, 1)
NEXT_YEAR: Final = date(2025, 1, 1)


def _unit(code: str, level: str, parent: str | None, kind: str = "peoples_committee", **about: Any) -> Unit:
    return Unit(
        about.pop("id", code), code, about.pop("name", f"Đơn vị {code}"), level, kind, parent, about.pop("valid_from", VALID), **about
    )


UNITS: Final = (
    _unit("P", "province", None),
    _unit("P-VP", "province", "P", "office"),
    _unit("D1", "district", "P"),
    _unit("D2", "district", "P"),
    _unit("D1-VP", "district", "D1", "office"),
    _unit("X1", "commune", "D1"),
    _unit("X2", "commune", "D1"),
    _unit("X3", "commune", "D2"),
    _unit("X4", "commune", "D2"),
)

INDICATORS: Final = (
    Indicator(code="kinh_phi", label="", kind="quantity", decimals=2, measure="triệu đồng", target=Target(at_least="50", by="2030")),
    Indicator(code="nha_van_hoa", label="", kind="ratio", target=Target(at_least="60", by="2030", level="district")),
    Indicator(code="dat", label="", kind="flag"),
    Indicator(code="cao_nhat", label="", kind="quantity", aggregation="max", min="-100"),
    Indicator(code="tien_do", label="", kind="choice", options={"cham": "Chậm", "xong": "Xong"}),
)
ADDED: Final = Indicator(code="bo_sung", label="", kind="quantity")


def regimes() -> tuple[Regime, ...]:
    """A yearly one with a fixed deadline, one derived from it, one on call."""
    yearly = Regime(
        id=YEARLY,
        title="Kế hoạch",
        legal_basis=[],
        calendar="report_year",
        periods=["2024", "2025"],
        recipient=FOCAL,
        within="P",
        reporters={"xa": Group(label="", level="commune"), "phong": Group(label="", units=["D1-VP"])},
        obligation=Obligation(
            deadlines={"xa": DeadlineRule(before="12-20"), "phong": DeadlineRule(by="12-20")},
            confirm=[Confirm(by="12-25", level="district")],
        ),
        estimates=Estimates(until=DeadlineRule(by="12-31")),
        indicators=list(INDICATORS),
        narratives={"kho_khan": "Khó khăn"},
        groupings=[reforms.AREA],
        changes=[Change.model_validate({"from": "2024-12-20", "targets": {"nha_van_hoa": {"level": "area"}}})],
    )
    derived = Regime(
        id=DERIVED,
        title="Phần của tỉnh",
        legal_basis=[],
        recipient=CALLER,
        derived_from=YEARLY,
        derived_groups=["xa"],
        derived_indicators=["kinh_phi", "dat"],
        groupings=[reforms.AREA],
    )
    on_call = Regime(
        id=ON_CALL,
        title="Theo yêu cầu",
        legal_basis=[],
        recipient=CALLER,
        within="P",
        reporters={"xa": Group(label="", level="commune")},
        obligation=Obligation(on_call=True),
        indicators=[Indicator(code="so_vu", label="", kind="quantity")],
    )
    return yearly, derived, on_call


ABOVE: Final = {"X1": ("D1", "P"), "X2": ("D1", "P"), "X3": ("D2", "P"), "X4": ("D2", "P"), "D1-VP": ("D1", "P")}
TOUCHING: Final = (events.SUBMITTED, events.WITHDRAWN, events.RETURNED, events.EXTENDED)


def views_of(kind: str, regime: str, period: str, unit_id: str) -> list[tuple[str, str, str]]:
    """The views (regime, period, unit) that an event touches as long as units and regimes are those of the beginning."""
    if kind == events.OPENED:
        return [(regime, period, above) for above in ("D1", "D2", "P")] if regime == ON_CALL else []
    if kind in (events.CONFIRMED, events.UNDONE):
        return [(regime, period, unit_id)]
    if kind not in TOUCHING:
        return []
    about = [regime, DERIVED] if regime == YEARLY and unit_id != "D1-VP" else [regime]
    return [(one, period, above) for one in about for above in ABOVE.get(unit_id, ())]  # one that came under way has none yet


@dataclass(frozen=True, slots=True)
class Sending:
    """One message to INBOX. `must` says what has to become of it where that does not depend on when it comes. `confirms`: it states the
    figures that this view (its `_id`) has when it is sent.
    """

    at_s: float
    sender: str
    payload: bytes
    must: str = ""
    confirms: str = ""

    def stating(self, view: dict[str, Any]) -> "Sending":
        """The confirmation of a view as its API gives it."""
        event = orjson.loads(self.payload)
        figures = view_hash.figures_of(view)
        event["data"] |= {"view_hash": view["hash"], "figures": figures, "reason": "Chốt theo số liệu hiện có."}
        return replace(self, payload=orjson.dumps(event))


class History:
    """What is sent in one seed. In a seed with reforms, units that begin or end with them send too; in some, confirmations are undone."""

    def __init__(self, rng: Random, is_reforming: bool = False, is_undoing: bool = False) -> None:
        self.rng = rng
        self.is_reforming = is_reforming
        self.sent: list[Sending] = []
        self._revisions: dict[tuple[str, str, str], int] = {}
        self._sent_s: dict[tuple[str, str, str], float] = {}  # when the latest revision of each is sent
        self._numbers = 0
        self._confirmed: list[tuple[float, str, str]] = []  # when, the unit, and the event's id
        self._kinds: list[tuple[int, Callable[[float], None]]] = [
            (10, self._submit),
            (3, self._withdraw),
            (3, self._return),
            (2, self._extend),
            (3, self._open),
            (1, self._confirm),
            (2, self._refused),
            (1, self._rubbish),
            (4, self._repeat),
            (1, self._reuse),
            *([(3, self._undo)] if is_undoing else []),
        ]

    def write(self) -> list[Sending]:
        """Sendings in the order of their times."""
        rng = self.rng
        moments = [rng.random() * LASTS_S for _ in range(rng.randint(2, 6))]
        for _ in range(rng.randint(12, 40)):
            at_s = rng.choice(moments) if rng.random() < 0.7 else rng.random() * LASTS_S
            act = rng.choices([act for _, act in self._kinds], [weight for weight, _ in self._kinds])[0]
            act(at_s)
        return sorted(self.sent, key=lambda sending: sending.at_s)

    def burst(self, at_s: float, count: int) -> list[Sending]:
        """Reports for one period, all at once."""
        before, period = len(self.sent), self.rng.choice(["2024", "2024", "2025"])
        for _ in range(count):
            self._submit(at_s, self._about() | {"regime": YEARLY, "period": period})
        return self.sent[before:]

    def opening(self, at_s: float) -> list[Sending]:
        """A period is opened, and reported for at once."""
        before, period = len(self.sent), self.rng.choice(CALLED)
        self._open(at_s, period)
        for _ in range(self.rng.randint(1, 4)):
            self._submit(at_s, self._about() | {"regime": ON_CALL, "period": period})
        return self.sent[before:]

    def _send(self, at_s: float, event: builders.Event, must: str = "") -> None:
        self.sent.append(Sending(at_s, builders.sender_of(event), builders.payload(event), must))

    def _about(self) -> dict[str, Any]:
        self._numbers += 1
        yearly = [(YEARLY, "2024"), (YEARLY, "2024"), (YEARLY, "2025")]
        regime, period = self.rng.choice([*yearly, (ON_CALL, CALLED[0]), (ON_CALL, self.rng.choice(CALLED))])
        return {"regime": regime, "period": period, "event_id": f"event-{self._numbers:04}"}

    def _commune(self) -> str:
        if self.is_reforming:
            return self.rng.choice(["X1", "X1", "X2", "X3", "X4", "X7"])
        return self.rng.choice(["X1", "X1", "X2", "X3", "X4", "X5"])  # X5 is not known yet

    def _submit(self, at_s: float, about: dict[str, Any] | None = None) -> None:
        rng, about = self.rng, about or self._about()
        unit = "D1-VP" if about["regime"] == YEARLY and rng.random() < 0.2 else self._commune()
        key = (about["regime"], about["period"], unit)
        latest = self._revisions.get(key, 0)
        revision = max(1, latest + rng.choice([1, 1, 1, 0, -1]))
        if revision >= latest:
            self._revisions[key], self._sent_s[key] = revision, at_s
        values = {"so_vu": rng.randrange(100)} if about["regime"] == ON_CALL else self._values()
        narratives = {"kho_khan": "Thiếu người"} if about["regime"] == YEARLY and rng.random() < 0.4 else None
        sure = ("D1-VP",) if self.is_reforming else ("X1", "X2", "D1-VP")
        is_certain = about["regime"] == YEARLY and about["period"] == "2024" and unit in sure
        event = builders.submitted(unit, revision=revision, values=values, narratives=narratives, **about)
        if about["regime"] == YEARLY and rng.random() < 0.3:
            event["data"]["status"] = {code: events.ESTIMATE for code in values if rng.random() < 0.5}
        if self.is_reforming:
            self._as_of_later(event, unit)
        self._send(at_s, event, "accepted" if is_certain else "")

    def _as_of_later(self, event: builders.Event, code: str) -> None:
        """Perhaps it is sent by the unit that has the code after a reform: for itself, or as successor of the unit before."""
        successor = "X1" if code == "X2" else code
        if successor in reforms.LATER and self.rng.random() < 0.5:
            event["source"] = f"/units/{reforms.LATER[successor]}"
            if code == "X2" or self.rng.random() < 0.3:
                event["data"]["as_successor"] = True

    def _values(self) -> dict[str, Any]:
        rng = self.rng
        whole = rng.randint(1, 9)
        every = {
            "kinh_phi": f"{rng.randrange(10000) / 100:.2f}",
            "nha_van_hoa": {"numerator": rng.randint(0, whole), "denominator": whole},
            "dat": rng.random() < 0.5,
            "cao_nhat": rng.randint(-100, 100),
            "tien_do": rng.choice(["cham", "xong"]),
        }
        return {code: value for code, value in every.items() if rng.random() < 0.6} or {"dat": True}

    def _known(self) -> tuple[dict[str, Any], str, int]:
        """A report that somebody sent."""
        about = self._about()
        if not self._revisions:
            return about, "X1", 1
        regime, period, unit = self.rng.choice(list(self._revisions))
        return about | {"regime": regime, "period": period}, unit, self._revisions[regime, period, unit]

    def _withdraw(self, at_s: float) -> None:
        about, unit, revision = self._known()
        self._revisions[about["regime"], about["period"], unit] = revision + 1
        self._send(at_s, builders.withdrawn(unit, revision=revision + 1, **about))

    def _return(self, at_s: float) -> None:
        about, unit, revision = self._known()
        sender = FOCAL if about["regime"] == YEARLY else CALLER
        if self.rng.random() < 0.8:  # else also of a report that is yet to come
            at_s = self._sent_s.get((about["regime"], about["period"], unit), at_s) + 2.0 * self.rng.random()
        self._send(at_s, builders.returned(unit, sender=sender, revision=revision, fix_by="2024-12-28", **about))

    def _extend(self, at_s: float) -> None:
        about, unit, _ = self._known()
        sender = FOCAL if about["regime"] == YEARLY else CALLER
        for later_s, corrects in self._corrections():
            about["event_id"] = self._about()["event_id"]
            until = self.rng.choice(["2024-12-20", "2024-12-23", "2024-12-27"])
            self._send(at_s + later_s, builders.extended(unit, sender=sender, until=until, corrects=corrects, **about))

    def _open(self, at_s: float, period: str = "") -> None:
        period = period or self.rng.choice(CALLED)
        for later_s, corrects in self._corrections():
            about = self._about() | {"regime": ON_CALL, "period": period}
            at = events.from_ms(BEGINS_MS + int(1000 * (at_s + later_s + 3 * self.rng.random() + 30 * (self.rng.random() < 0.5)) + 2000))
            reason = "Gõ nhầm." if corrects else None
            event = builders.opened(sender=CALLER, deadline=events.to_text(at), corrects=corrects, reason=reason, **about)
            self._send(at_s + later_s, event)

    def _corrections(self) -> list[tuple[float, bool | None]]:
        """How much later an instant is given, and whether it corrects: once, or corrected soon after, or moved on after that."""
        later_s = 2.0 * self.rng.random()
        return [(0.0, None), (later_s, True), (later_s + self.rng.random(), None)][: self.rng.choice([1, 1, 2, 3])]

    def _confirm(self, at_s: float) -> None:
        about = self._about() | {"regime": YEARLY, "period": "2024"}
        event = builders.confirmed(self.rng.choice(["D1", "D2"]), **about)
        sender = builders.sender_of(event)
        self._confirmed.append((at_s, sender, event["id"]))
        self.sent.append(Sending(at_s, sender, builders.payload(event), confirms=f"{YEARLY}/2024/{sender}"))

    def _undo(self, at_s: float) -> None:
        """A district confirms, and takes an earlier or this confirmation back."""
        self._confirm(at_s)
        confirmed_s, sender, event_id = self.rng.choice(self._confirmed)
        about = self._about() | {"regime": YEARLY, "period": "2024"}
        event = builders.undone(sender, confirmation=f"{sender}/{event_id}", **about)
        self._send(confirmed_s + 2.0 * self.rng.random(), event)

    def _refused(self, at_s: float) -> None:
        about = self._about() | {"regime": YEARLY, "period": "2024"}
        wrong: list[builders.Event] = [
            builders.submitted("X1", values={"khong_co": 1}, **about),
            builders.submitted("X1", values={"dat": 1}, **about),
            builders.submitted("X1", **about | {"period": "2026"}, values={"dat": True}),
            builders.returned("X1", sender="X2", fix_by="2024-12-28", **about),
            builders.submitted("X1", **about | {"regime": DERIVED}, values={"dat": True}),
        ]
        self._send(at_s, self.rng.choice(wrong), "rejected")

    def _rubbish(self, at_s: float) -> None:
        self.sent.append(Sending(at_s, "X1", self.rng.choice([b"{", b"[]", b'{"id": "short"}', b"\xff"]), "parked"))

    def _repeat(self, at_s: float) -> None:
        """The same message again, soon or late."""
        events_sent = [sending for sending in self.sent if sending.must != "parked"]
        if events_sent:
            found = self.rng.choice(events_sent)
            self.sent.append(replace(found, at_s=found.at_s + self.rng.choice([0.0, 0.01, 0.5, 4.0]) * self.rng.random(), must=""))

    def _reuse(self, at_s: float) -> None:
        """The same id with other content."""
        found = [sending for sending in self.sent if b"submitted" in sending.payload]
        if found:
            sending = self.rng.choice(found)
            event = orjson.loads(sending.payload)
            event["data"]["revision"] += 1
            self.sent.append(replace(sending, at_s=sending.at_s + 2.0 * self.rng.random(), payload=orjson.dumps(event), must=""))
            first = self.sent.index(sending)
            if sending.must == "accepted":  # either may come first
                self.sent[first] = replace(sending, must="")


class Changes:
    """How units and regimes change under way, one step after the other. In a seed with reforms, units change by these only."""

    def __init__(self, rng: Random, is_reforming: bool = False) -> None:
        self.rng = rng
        self.reforms = Reforms(rng, UNITS) if is_reforming else None
        self.units: dict[str, Unit] = {unit.id: unit for unit in UNITS}
        self.regimes: dict[str, Regime] = {regime.id: regime for regime in regimes()}

    def next_units(self) -> list[Unit]:
        """All units after one more change."""
        rng, units = self.rng, self.units
        commune = rng.choice(["X1", "X2", "X3", "X4"])
        match rng.randrange(6):
            case 0:
                units["X5"] = _unit("X5", "commune", rng.choice(["D1", "D2"]))
            case 1:
                units[commune] = replace(units[commune], parent=rng.choice(["D1", "D2"]))
            case 2:
                units["D1"] = replace(units["D1"], name=f"Huyện {rng.randrange(9)}")
            case 3:  # a district without communes
                units["X3"], units["X4"] = replace(units["X3"], parent="D1"), replace(units["X4"], parent="D1")
            case 4:
                units[commune] = replace(units[commune], valid_to=NEXT_YEAR)
            case _:
                units["X4"] = replace(units["X4"], valid_to=NEXT_YEAR)
                units["X4-2025"] = _unit("X4", "commune", "D1", id="X4-2025", valid_from=NEXT_YEAR, name="Xã mới")
        return list(units.values())

    def next_regimes(self) -> list[Regime]:
        """All regimes after one more change."""
        yearly = self.regimes[YEARLY]
        match self.rng.randrange(3):
            case 0 if ADDED.code not in yearly.by_code:
                yearly = yearly.model_copy(update={"indicators": [*yearly.indicators, ADDED]})
            case 1:
                rule = DeadlineRule(before=self.rng.choice(["12-19", "12-20", "12-21"]))
                deadlines = {"xa": rule, "phong": DeadlineRule(by="12-20")}
                yearly = yearly.model_copy(
                    update={"obligation": Obligation(deadlines=deadlines, confirm=[Confirm(by="12-25", level="district")])}
                )
            case _:
                yearly = yearly.model_copy(update={"title": f"Kế hoạch {self.rng.randrange(9)}"})
        yearly.__dict__.pop("by_code", None)
        file = yearly.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        self.regimes[YEARLY] = Regime.model_validate(file)  # its versions change too
        return list(self.regimes.values())

    def reference(self, generation: int) -> Reference:
        """The units and regimes that must be stored now."""
        loaded = resolve(self.regimes.values())
        if self.reforms is None:
            return Reference(generation, Registry(self.units.values()), loaded, {})
        return Reference(generation, self.reforms.registry(), loaded, {}, pins=self.reforms.pins, reform_days=self.reforms.days)


def moments(rng: Random, count: int) -> Iterator[float]:
    """Times at which something happens besides."""
    for _ in range(count):
        yield 0.2 + rng.random() * (LASTS_S + 2.0)
