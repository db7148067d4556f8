"""Events with defaults: a test states only what it is about."""

from datetime import datetime
from itertools import count
from typing import Any, Final

import orjson

from shared.wire import envelope, events
from shared.wire.events import Logged
from shared.wire.view_hash import hash_of
from shared.words.periods import VIETNAM

Event = dict[str, Any]

CT27: Final = "ct27-van-quan"  # before 20/12, calendar report_year
NQ68: Final = "nq68-quang-binh"  # communes before 28/11, offices before 05/12, districts confirm
KL62: Final = "kl62-binh-dinh"  # on call
COMMUNE: Final = "06253"  # of ct27
DISTRICT: Final = "450"  # confirms in nq68
RECIPIENT: Final = "184-TCKH"  # of ct27
CALLER: Final = "52-BCSD"  # recipient of kl62
RECEIVED: Final = datetime(2024, 12, 10, 9, 30, tzinfo=VIETNAM)

FIGURES: Final[dict[str, Any]] = {  # of a view, as its API gives them
    "reporting": {"expected": 2, "received": 2, "on_time": 1, "late": 1, "missing": [], "rate": "100.0", "timely_rate": "50.0"},
    "indicators": {
        "tong_so": {"kind": "quantity", "total": 12, "measure": "hộ", "reported": 2},
        "kinh_phi": {"kind": "quantity", "total": "1532.750", "measure": "triệu đồng", "reported": 2},
    },
    "narratives": {"kho_khan": 1},
}

_numbers = count(1)


def submitted(
    unit: str = COMMUNE,
    *,
    revision: int = 1,
    values: dict[str, Any] | None = None,
    narratives: dict[str, Any] | None = None,
    notes: Any = None,
    status: Any = None,
    reason: Any = None,
    attachments: Any = None,
    **about: Any,
) -> Event:
    """One revision of a unit's report; 340 days of work when no figure and no narrative is given."""
    data: dict[str, Any] = {"unit": unit, "revision": revision}
    if values is not None or narratives is None:
        data["values"] = {"gd_ngay_cong": 340} if values is None else values
    if narratives is not None:
        data["narratives"] = narratives
    remarks = {"notes": notes, "status": status, "reason": reason, "attachments": attachments}
    data |= {name: value for name, value in remarks.items() if value is not None}
    return _event(events.SUBMITTED, about.pop("sender", unit), data, **about)


def withdrawn(unit: str = COMMUNE, *, revision: int = 2, **about: Any) -> Event:
    """A unit takes its report back."""
    return _event(events.WITHDRAWN, unit, {"unit": unit, "revision": revision}, **about)


def returned(
    unit: str = COMMUNE,
    *,
    sender: str = RECIPIENT,
    revision: int = 1,
    reason: str = "Thiếu số liệu ngày công.",
    fix_by: str = "2024-12-18",
    **about: Any,
) -> Event:
    """The recipient sends a revision back."""
    return _event(events.RETURNED, sender, {"unit": unit, "revision": revision, "reason": reason, "fix_by": fix_by}, **about)


def opened(
    *,
    sender: str = CALLER,
    regime: str = KL62,
    deadline: str = "2024-12-31",
    corrects: Any = None,
    reason: str | None = None,
    **about: Any,
) -> Event:
    """The recipient of an on-call regime opens a period."""
    data = {"deadline": deadline, "corrects": corrects, "reason": reason}
    return _event(events.OPENED, sender, {name: value for name, value in data.items() if value is not None}, regime=regime, **about)


def extended(
    unit: str = COMMUNE,
    *,
    sender: str = RECIPIENT,
    until: str = "2024-12-27",
    reason: str = "Thiên tai.",
    corrects: Any = None,
    **about: Any,
) -> Event:
    """The recipient gives one unit longer."""
    data = {"unit": unit, "until": until, "reason": reason} | ({} if corrects is None else {"corrects": corrects})
    return _event(events.EXTENDED, sender, data, **about)


def confirmed(
    unit: str = DISTRICT,
    *,
    regime: str = NQ68,
    period: str = "2024",
    figures: dict[str, Any] | None = None,
    view_hash: str | None = None,
    reason: str | None = None,
    **about: Any,
) -> Event:
    """A unit approves its view; a reason is given when there is one."""
    stated = FIGURES if figures is None else figures
    data = {"unit": unit, "view_hash": view_hash or hash_of(regime, period, unit, stated), "figures": stated}
    return _event(events.CONFIRMED, unit, data | ({} if reason is None else {"reason": reason}), regime=regime, period=period, **about)


def undone(unit: str = DISTRICT, *, confirmation: str, sender: str = "", reason: str = "Chờ xã nộp lại.", **about: Any) -> Event:
    """A unit, or the confirmer above it, takes a confirmation back."""
    data = {"unit": unit, "confirmation": confirmation, "reason": reason}
    return _event(events.UNDONE, sender or unit, data, **{"regime": NQ68, **about})


def asked(*units: str, sender: str = RECIPIENT, text: str | None = None, **about: Any) -> Event:
    """The recipient asks units for what they owe."""
    return _event(events.ASKED, sender, {"units": list(units)} | ({} if text is None else {"text": text}), **about)


def _event(
    kind: str,
    sender: str,
    data: dict[str, Any],
    *,
    regime: str = CT27,
    period: str = "2024",
    event_id: str | None = None,
    **attributes: Any,
) -> Event:
    whole = {"regime": regime, "period": period, **data}
    return {**envelope.of_unit(sender, event_id or f"event-{next(_numbers):06d}", kind, whole), **attributes}


def payload(event: Event) -> bytes:
    """The event as a sender puts it on the wire."""
    return orjson.dumps(event)


def sender_of(event: Event) -> str:
    source: str = event["source"]
    return source.removeprefix("/units/")


def logged(event: Event | None = None, *, unit_id: str | None = None, received: datetime = RECEIVED) -> Logged:
    """An event as the log has it; the unit's id is its code unless said otherwise."""
    sent = submitted() if event is None else event
    resolved = sent["data"].get("unit", "") if unit_id is None else unit_id
    found = events.read_logged(envelope.encode(envelope.logged(sent, resolved, events.to_ms(received))))
    assert found is not None
    return found
