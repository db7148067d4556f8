"""A small province over two reforms in 2025, and events about its units as the log has them.

Until 28/02/2025 the province 1 has the districts 11 and 12 with communes; the commune 113 is split on 01/03/2025, and on 01/07/2025
the districts end and communes become fewer. Codes are used again: after each reform, `111` and `112` are other territories.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from services.aggregate.domain.fold import Fold
from services.aggregate.feed import plain
from shared.check import recompute
from shared.wire import envelope, events, subjects
from shared.wire.events import Logged
from shared.words import regimes
from shared.words.lineage import Edge, Lineage
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Area, Registry, Unit

BASE: Final = date(2024, 1, 1)
MARCH: Final = date(2025, 3, 1)
JULY: Final = date(2025, 7, 1)
NOW: Final = datetime(2027, 2, 1, tzinfo=UTC)
REGIME: Final = "thu"
PARTITIONS: Final = 4
Json = dict[str, Any]


def unit(unit_id: str, level: str, parent: str | None, begins: date = BASE, ends: date | None = None, name: str = "") -> Unit:
    """A unit whose code is the part of its id before the year."""
    kind = "office" if unit_id.endswith("VP") else "peoples_committee"
    code = unit_id.removesuffix("-2025")
    return Unit(unit_id, code, name or f"Đơn vị {unit_id}", level, kind, parent, begins, ends)


BEFORE: Final = (
    unit("1", "province", None),
    unit("1-VP", "province", "1"),
    unit("11", "district", "1"),
    unit("12", "district", "1"),
    *(unit(code, "commune", "11") for code in ("111", "112", "113")),
    *(unit(code, "commune", "12") for code in ("121", "122")),
)
AFTER: Final = (
    unit("1", "province", None),
    unit("1-VP", "province", "1"),
    *(unit(code, "district", "1", ends=JULY) for code in ("11", "12")),
    *(unit(code, "commune", "11", ends=JULY) for code in ("111", "112")),
    unit("113", "commune", "11", ends=MARCH),
    unit("113-2025", "commune", "11", MARCH, JULY),
    unit("114", "commune", "11", MARCH, JULY),
    *(unit(code, "commune", "12", ends=JULY) for code in ("121", "122")),
    unit("111-2025", "commune", "1", JULY),  # 111, 112 and the 113 of March
    unit("115", "commune", "1", JULY),  # 114
    unit("121", "commune", "1", JULY, name="Phường 121"),  # goes on under another name and parent
    unit("122-2025", "commune", "1", JULY),
)
EDGES: Final = (
    Edge("113", "113-2025", MARCH, "part", 3, "declared", is_heir=True, reform="thang-3"),
    Edge("113", "114", MARCH, "part", 1, "declared", reform="thang-3"),
    *(Edge(code, "111-2025", JULY, "whole", is_heir=True, reform="thang-7") for code in ("111", "112", "113-2025")),
    Edge("114", "115", JULY, "whole", is_heir=True, reform="thang-7"),
    Edge("122", "122-2025", JULY, "whole", is_heir=True, reform="thang-7"),
    *(Edge(code, "1", JULY, "none", is_heir=True, reform="thang-7") for code in ("11", "12")),
)
AREAS: Final = (
    Area("11-cu", "11-cu", "Địa bàn huyện 11 (cũ)", ("111-2025", "115"), JULY),
    Area("cu", "cu", "Địa bàn khác", ("115", "122-2025"), JULY),
)
PLAN: Final[Json] = {
    "id": REGIME,
    "title": "Thử",
    "legal_basis": [],
    "calendar": "year",
    "periods": ["2024", "2025", "2025-H1", "2026"],
    "recipient": "1-VP",
    "within": "1",
    "reporters": {"xa": {"label": "xã", "level": "commune"}},
    "obligation": {"deadlines": {"xa": {"before": "01-20"}}},
    "indicators": [
        {"code": "a", "label": "A", "kind": "quantity", "target": {"at_least": "5", "by": "2026", "level": "district"}},
        {"code": "nhat", "label": "Nhất", "kind": "quantity", "aggregation": "max"},
    ],
    "changes": [{"from": "2025-07-01", "groupings": ["11-cu", "cu"], "targets": {"a": {"level": "area"}}}],
}


def before(**changes: Any) -> Reference:
    """Nothing is known of the reforms."""
    return _reference(Registry(BEFORE), (), {}, changes)


def after(pins: Mapping[tuple[str, str], date] | None = None, **changes: Any) -> Reference:
    """Both reforms are applied."""
    return _reference(Registry(AFTER, AREAS, Lineage(EDGES)), (MARCH, JULY), pins or {}, changes)


def _reference(registry: Registry, days: Sequence[date], pins: Mapping[tuple[str, str], date], changes: Json) -> Reference:
    loaded = regimes.resolve([Regime.model_validate(PLAN | changes)])
    return Reference(1, registry, loaded, dict.fromkeys(loaded, datetime(2024, 1, 1, tzinfo=UTC)), pins=pins, reform_days=tuple(days))


def at(day: date) -> datetime:
    """Noon of a day in Vietnam."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=VIETNAM)


def received(day: date, hour: int = 12) -> int:
    """An instant of a day in Vietnam, in milliseconds."""
    return events.to_ms(datetime(day.year, day.month, day.day, hour, tzinfo=VIETNAM))


def logged(unit_id: str, day: date, period: str = "2025", revision: int = 1, kind: str = events.SUBMITTED, **about: Any) -> Logged:
    """One event of the log about a unit. `code` is what the sender called the unit; `a` and `nhat` are its figures."""
    values = {name: about.pop(name) for name in ("a", "nhat") if name in about}
    code = about.pop("code", unit_id.removesuffix("-2025"))
    at_ms = about.pop("received_ms", received(day))
    data = {"regime": REGIME, "period": period, "unit": code, "revision": revision, "values": values, **about}
    sent = envelope.of_unit(unit_id, f"event-{unit_id}-{period}-{revision}-{kind[11:14]}-{at_ms}", kind, data)
    read = events.read_logged(envelope.encode(envelope.logged(sent, unit_id, at_ms)))
    assert read is not None
    return read


def views(reference: Reference, history: Iterable[Logged]) -> dict[str, Json]:
    """The views of all partitions after folding a history, those of early blocks included, by id; in JSON's types, without position and
    updated_at.
    """
    folds = [Fold(reference, number, PARTITIONS) for number in range(PARTITIONS)]
    for sequence, event in enumerate(history, start=1):
        folds[subjects.partition_of(event.regime, event.period, PARTITIONS)].take([(event, sequence)])
    found: dict[str, Json] = {}
    for fold in folds:
        fold.open(NOW)
        for view in (*fold.changed(), *fold.changed_early()):
            found[view.id] = {name: value for name, value in plain(view.document).items() if name not in ("position", "updated_at")}
    return found


def agreed(reference: Reference, history: Sequence[Logged]) -> dict[str, Json]:
    """The views by the fold, which the plain recomputation must confirm in every field."""
    found = views(reference, history)
    assert found == {view["_id"]: view for view in recompute.expected_views(reference, history, NOW)}
    return found
