"""Units, regimes and logged events with defaults: a test states only what it is about."""

import itertools
from datetime import date, datetime
from typing import Any

import orjson

from services.notify.domain.alerts import Alert, Lease
from services.notify.domain.book import Book
from services.notify.domain.duties import Duty
from services.notify.domain.ledger import Ledger
from services.notify.domain.roster import Roster
from services.notify.texts import content
from services.notify.texts.content import Content
from shared.wire import envelope, events
from shared.wire.events import Logged
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Contact, Registry, Unit

REGIME = "bao-cao-nam"
ON_CALL = "bao-cao-dot-xuat"
LOADED = datetime(2026, 1, 2, 9, 0, tzinfo=VIETNAM)

_counter = itertools.count(1)


def vn(text: str) -> datetime:
    """An instant in Vietnam, `2026-12-20 08:00`; midnight when no hour is given."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def unit(code: str, *, level: str = "commune", kind: str = "peoples_committee", parent: str | None = "1", mail: str = "") -> Unit:
    contacts = (Contact(f"Văn phòng {code}", "", mail),) if mail else ()
    return Unit(code, code, f"Xã {code}", level, kind, parent, date(2024, 1, 1), contacts=contacts)


UNITS = (
    unit("1", level="province", parent=None),
    unit("11", level="district", parent="1", mail="11@huyen.example"),
    unit("111", parent="11", mail="111@xa.example"),
    unit("112", parent="11"),
    unit("113", parent="11", mail="113@xa.example"),
)


def regime(**changes: Any) -> Regime:
    base: dict[str, Any] = {
        "id": REGIME,
        "title": "Báo cáo hằng năm về văn hóa",
        "legal_basis": ["Kế hoạch số 1"],
        "calendar": "report_year",
        "periods": ["2026", "2027"],
        "recipient": "11",
        "within": "1",
        "reporters": {"xa": {"label": "xã", "level": "commune"}},
        "obligation": {"deadlines": {"xa": {"before": "12-20"}}},
    }
    return Regime.model_validate({**base, **changes})


def with_estimates(**changes: Any) -> Regime:
    """A regime that takes estimates; official figures of 2026 are due before 15/01/2027."""
    return regime(**{"estimates": {"until": {"before": "01-15"}}, **changes})


def on_call(**changes: Any) -> Regime:
    return regime(**{"id": ON_CALL, "calendar": "year", "periods": "any", "obligation": {"on_call": True}, **changes})


def roster(*regimes: Regime) -> Roster:
    return Roster(reference(*regimes))


def book(*history: Logged, regimes: tuple[Regime, ...] = ()) -> Book:
    found = Book(roster(*regimes), Ledger())
    for event in history:
        found.fold(event)
    return found


def duty(*history: Logged, unit_id: str = "111", regimes: tuple[Regime, ...] = (), at: str = "2026-12-01") -> Duty:
    return next(one for one in book(*history, regimes=regimes).duties(vn(at)) if one.unit.id == unit_id)


def content_of(alert: Alert, *history: Logged, at: datetime, regimes: tuple[Regime, ...] = (), registry: Registry | None = None) -> Content:
    """What an alert says at an instant, after a history."""
    known = reference(*regimes, registry=registry)
    kept = Book(Roster(known), Ledger())
    for event in history:
        kept.fold(event)
    [found] = content.of([Lease(alert)], known, kept, at)
    return found


def _logged(kind: str, unit_id: str, received: str, data: dict[str, Any], sender: str = "") -> Logged:
    number = next(_counter)
    body = {"regime": REGIME, "period": "2026", "unit": unit_id, **data}
    sent = envelope.of_unit(sender or unit_id or "11", f"su-kien-{number:06d}", kind, body)
    received_ms = events.to_ms(datetime.fromisoformat(received).replace(tzinfo=VIETNAM))
    logged = events.read_logged(envelope.encode(envelope.logged(sent, unit_id, received_ms)))
    assert logged is not None
    return logged


def submitted(unit_id: str = "111", revision: int = 1, received: str = "2026-12-10 09:00", **data: Any) -> Logged:
    return _logged(events.SUBMITTED, unit_id, received, {"revision": revision, "values": {}, **data})


def estimated(unit_id: str = "111", revision: int = 1, received: str = "2026-12-10 09:00", **data: Any) -> Logged:
    """A report with an estimate."""
    return submitted(unit_id, revision, received, **{"values": {"so": 1}, "status": {"so": "estimate"}, **data})


def entered(by: str, unit_id: str = "111", revision: int = 1, received: str = "2026-12-10 09:00", **data: Any) -> Logged:
    """A report that another unit entered for its sender."""
    sent = submitted(unit_id, revision, received, **data)
    logged = events.read_logged(orjson.dumps({**orjson.loads(sent.raw), "enteredby": by}))
    assert logged is not None
    return logged


def withdrawn(unit_id: str = "111", revision: int = 2, received: str = "2026-12-11 09:00", **data: Any) -> Logged:
    return _logged(events.WITHDRAWN, unit_id, received, {"revision": revision, **data})


def returned(
    unit_id: str = "111", revision: int = 1, fix_by: str = "2026-12-28", received: str = "2026-12-12 09:00", **data: Any
) -> Logged:
    body = {"revision": revision, "reason": "Thiếu số liệu mục 3", "fix_by": fix_by, **data}
    return _logged(events.RETURNED, unit_id, received, body)


def confirmed(unit_id: str = "11", received: str = "2026-12-01 09:00", **data: Any) -> Logged:
    return _logged(events.CONFIRMED, unit_id, received, {"view_hash": "a" * 64, **data})


def undone(confirmation: Logged, by: str = "11", received: str = "2026-12-02 09:00", **data: Any) -> Logged:
    """Takes back a confirmation; `by` is the unit that does."""
    body = {"unit": confirmation.unit_id, "confirmation": confirmation.id, "reason": "Cộng sai", **data}
    return _logged(events.UNDONE, confirmation.unit_id, received, body, sender=by)


def asked(*codes: str, by: str = "11", received: str = "2026-12-16 09:00", **data: Any) -> Logged:
    """A request for what these units owe."""
    return _logged(events.ASKED, "", received, {"unit": None, "units": list(codes), **data}, sender=by)


def opened(deadline: str, period: str = "2026", received: str = "2026-06-01 09:00", **data: Any) -> Logged:
    return _logged(events.OPENED, "", received, {"regime": ON_CALL, "period": period, "deadline": deadline, **data})


def extended(until: str, unit_id: str = "111", received: str = "2026-12-15 09:00", **data: Any) -> Logged:
    return _logged(events.EXTENDED, unit_id, received, {"until": until, "reason": "Lũ lụt", **data})


def reference(*regimes: Regime, registry: Registry | None = None) -> Reference:
    """Units and regimes that were loaded long ago."""
    known = regimes or (regime(),)
    return Reference(1, registry or Registry(UNITS), {one.id: one for one in known}, {one.id: LOADED for one in known})
