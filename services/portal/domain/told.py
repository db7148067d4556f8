"""Who was told what about a duty: the reminders and news that the notifier sent, to whom, when, by which channel, with what answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.wire.documents.alerts import AlertDocument
from shared.words.units import Registry

NOW: Final = "now"  # the rung of news that is sent at once
CHANNELS: Final[Mapping[str, str]] = {"stream": "luồng thông báo", "email": "thư điện tử"}
ANSWERS: Final[Mapping[str, str]] = {
    "raised": "đang gửi",
    "published": "đã lên luồng, máy của đơn vị tự nhận",
    "sent": "máy chủ thư đã nhận",
    "refused": "máy chủ thư từ chối mọi địa chỉ",
    "passed": "không gửi, vì đã qua",
}
CAUSES: Final[Mapping[str, str]] = {
    "report": "nhắc nộp báo cáo",
    "confirm": "nhắc chốt số liệu",
    "official": "nhắc nộp số liệu chính thức",
    "return": "nhắc sửa báo cáo bị trả lại",
    "returned": "báo đã trả lại báo cáo",
    "moved": "báo đổi hạn",
    "entered-for": "báo đã nhập thay",
    "asked": "đôn đốc",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One alert on one channel."""

    at: datetime
    to: str
    what: str
    rung: str
    channel: str
    answer: str
    mails: int
    """How many mails the server accepted; a mail may be about several duties."""


def told(alert: AlertDocument, registry: Registry) -> Told:
    """An alert in words. A channel or a cause of a later version is named as it is."""
    cause = alert["cause"]
    kind = cause if cause in CAUSES else cause.rpartition("-")[0] or cause
    kind = "asked" if cause.startswith("asked-") else kind
    return Told(
        alert["raised_at"],
        _name(alert.get("to", alert["unit_id"]), registry),
        CAUSES.get(kind, cause),
        rung(alert["rung"]),
        CHANNELS.get(alert["channel"], alert["channel"]),
        ANSWERS.get(alert["state"], alert["state"]),
        len(alert["mailed"]),
    )


def rung(name: str) -> str:
    """`before-7` is "trước 7 ngày", `last-day-0800` "ngày cuối, 08:00", `after-1` "quá hạn 1 ngày", `now` "báo ngay"."""
    kind, _, number = name.rpartition("-")
    if name == NOW:
        return "báo ngay"
    if kind == "last-day":
        return f"ngày cuối, {number[:2]}:{number[2:]}"
    return {"before": f"trước {number} ngày", "after": f"quá hạn {number} ngày"}.get(kind, name)


def _name(unit_id: str, registry: Registry) -> str:
    rows = registry.ids.get(unit_id, ())
    return rows[-1].name if rows else unit_id
