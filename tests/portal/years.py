"""Regimes with cumulative indicators, their views as the aggregator computes them, and the same sums by plain code."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, cast

from bson import Decimal128

from services.aggregate.domain.fold import Fold
from services.portal.domain import address
from services.portal.domain.address import Address
from services.portal.reading.store import as_json
from shared.wire import envelope, events
from shared.wire.events import Logged
from shared.wire.views import View
from shared.words import regimes
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit
from tests.portal import builders

MONTHLY: Final = "luy-ke-thang"
FROM_MAY: Final = "luy-ke-tu-thang-5"
DERIVED: Final = "luy-ke-dan-xuat"
ON_CALL: Final = "luy-ke-dot-xuat"
DERIVED_ON_CALL: Final = "luy-ke-dot-xuat-dan-xuat"
DISTRICT: Final = "184"
RECIPIENT: Final = "184-TCKH"
COMMUNES: Final = ("06253", "06256")
OFFICE: Final = "184-TTYT"
NOW: Final = datetime(2026, 11, 26, tzinfo=UTC)

INDICATORS: Final[list[dict[str, Any]]] = [
    {"code": "thu", "label": "Số thu", "kind": "quantity", "decimals": 2, "min": "-1000", "measure": "triệu đồng", "cumulative": True},
    {"code": "luot", "label": "Lượt tiếp dân", "kind": "quantity", "measure": "lượt", "cumulative": True, "asked": ["xa"]},
    {"code": "dung_han", "label": "Hồ sơ đúng hạn", "kind": "ratio", "measure": "hồ sơ", "cumulative": True},
    {"code": "dan_so", "label": "Dân số cuối kỳ", "kind": "quantity", "measure": "người"},
]
PLAIN: Final[dict[str, Any]] = {
    "id": MONTHLY,
    "title": "Báo cáo tháng về thu ngân sách",
    "legal_basis": ["Kế hoạch của huyện"],
    "periods": {"from": "2026-01", "to": "2026-12"},
    "recipient": RECIPIENT,
    "within": DISTRICT,
    "reporters": {"xa": {"label": "Xã", "units": list(COMMUNES)}, "phong": {"label": "Phòng, ban", "units": [OFFICE]}},
    "obligation": {"deadlines": {"xa": {"after_cut_off": {"days": 5}}, "phong": {"after_cut_off": {"days": 5}}}},
    "indicators": INDICATORS,
}
FILES: Final[tuple[dict[str, Any], ...]] = (
    PLAIN,
    PLAIN | {"id": FROM_MAY, "periods": {"from": "2026-05", "to": "2026-12"}},
    PLAIN | {"id": ON_CALL, "periods": "any", "obligation": {"on_call": True}},
    *(
        {
            "id": derived,
            "title": "Số liệu của xã",
            "legal_basis": ["Kế hoạch của huyện"],
            "recipient": RECIPIENT,
            "derived_from": source,
            "derived_groups": ["xa"],
            "derived_indicators": ["luot", "dung_han"],
        }
        for derived, source in ((DERIVED, MONTHLY), (DERIVED_ON_CALL, ON_CALL))
    ),
)


@cache
def plain_regimes() -> tuple[Regime, ...]:
    """The regimes as their files have them."""
    return tuple(Regime.model_validate(file) for file in FILES)


@cache
def reference() -> Reference:
    return reference_of(builders.units())


def reference_of(units: Iterable[Unit]) -> Reference:
    """The regimes with other units."""
    return Reference(1, Registry(units), regimes.resolve(plain_regimes()), {})


@cache
def reference_for(regime: str) -> Reference:
    """Only one regime and its source: folding all of them takes longer."""
    known = reference()
    own = known.regimes[regime]
    return Reference(1, known.registry, {own.source_id: known.regimes[own.source_id], regime: own}, {})


def at(period: str, regime: str = MONTHLY, unit: str = DISTRICT, known: Reference | None = None) -> Address:
    return address.named(known or reference(), regime, period, unit)


def event(kind: str, unit: str, number: int, period: str, regime: str = MONTHLY, **data: Any) -> Logged:
    """One event of the log, received in the order of its number."""
    body = {"regime": regime, "period": period, **({"unit": unit} if unit else {}), **data}
    sent = envelope.of_unit(unit or RECIPIENT, f"event-{number:04}", kind, body)
    read = events.read_logged(envelope.encode(envelope.logged(sent, unit, 1_780_000_000_000 + number)))
    assert read is not None
    return read


def submitted(unit: str, number: int, period: str, regime: str = MONTHLY, revision: int = 1, **values: Any) -> Logged:
    return event(events.SUBMITTED, unit, number, period, regime, revision=revision, values=values)


def views(logged: Iterable[Logged] = (), known: Reference | None = None, now: datetime = NOW) -> list[dict[str, Any]]:
    """The documents of all views that the aggregator computes from a log."""
    fold = Fold(known or reference(), 0, 1)
    fold.open(now)
    fold.mark_all()
    fold.take([(event, sequence) for sequence, event in enumerate(logged, 1)])
    return [cast(dict[str, Any], _stored(dict(view.document))) for view in fold.changed()]


def _stored(value: Any) -> Any:
    """A value as MongoDB returns it."""
    match value:
        case Decimal():
            return Decimal128(value)
        case dict():
            return {name: _stored(inner) for name, inner in value.items()}
        case list():
            return [_stored(inner) for inner in value]
        case _:
            return value


def by_period(documents: Iterable[Mapping[str, Any]], regime: str = MONTHLY, unit: str = DISTRICT) -> dict[str, View]:
    """The views of one unit in one regime, by period."""
    read = [View.model_validate(as_json(document)) for document in documents if document["regime"] == regime]
    return {view.period: view for view in read if view.unit.id == unit}


def counted(logged: Iterable[Logged], regime: str = MONTHLY) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The values of the report that counts, by period and unit, found in the plain way."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    listed = [event for event in logged if event.regime == regime]
    for key in {(event.period, event.unit_id) for event in listed}:
        own = [event for event in listed if (event.period, event.unit_id) == key]
        sent = [event for event in own if event.type in (events.SUBMITTED, events.WITHDRAWN)]
        returned = {event.revision for event in own if event.type == events.RETURNED}
        last = max(sent, key=lambda event: (event.revision, event.received_ms, event.id), default=None)
        if last is not None and last.type == events.SUBMITTED and last.revision not in returned:
            found[key] = last.data.get("values", {})
    return found


def sums(view: dict[str, Any]) -> dict[str, Any]:
    """The sums since the beginning of the year in a view's JSON, by the indicator's code."""
    return {code: figure["cumulative"] for code, figure in view["indicators"].items() if "cumulative" in figure}


def without_sums(view: dict[str, Any]) -> dict[str, Any]:
    """A view's JSON as it is without `cumulative=true`."""
    added = ("cumulative", "cumulative_reason")
    figures = view["indicators"].items()
    return view | {"indicators": {code: {name: figure[name] for name in figure if name not in added} for code, figure in figures}}
