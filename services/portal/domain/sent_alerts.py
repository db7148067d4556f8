"""The reminders about one report, as its page shows them: what about, to whom, when, by which channel, and with what answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from shared.words import periods

CAUSES: Final = {
    "report": "Nhắc nộp báo cáo",
    "confirm": "Nhắc duyệt và chốt",
    "official": "Nhắc gửi số chính thức",
    "return": "Nhắc sửa và nộp lại",
    "returned": "Báo cáo bị trả lại",
    "moved": "Hạn được dời",
    "entered-for": "Báo cáo được nhập thay",
    "asked": "Đôn đốc",
}
CHANNELS: Final = {"stream": "luồng nhắc việc", "email": "thư điện tử"}
ANSWERS: Final = {
    "raised": "đang chờ gửi",
    "published": "đã chuyển tới luồng của đơn vị",
    "sent": "máy chủ thư đã nhận",
    "refused": "không gửi được: không địa chỉ nào được chấp nhận",
    "passed": "không gửi, vì đã qua mốc",
}


@dataclass(frozen=True, slots=True)
class SentAlert:
    """One reminder on one channel. `to` is the id of the unit that it went to."""

    cause: str
    rung: str
    at: datetime
    to: str
    channel: str
    state: str

    @property
    def day(self) -> date:
        return periods.local_day(self.at)

    @property
    def what(self) -> str:
        kind = next((kind for kind in CAUSES if self.cause == kind or self._kind == kind), self.cause)
        return CAUSES.get(kind, kind)

    @property
    def _kind(self) -> str:
        """The cause without its number or event id."""
        begins = (kind for kind in CAUSES if self.cause.startswith(f"{kind}-"))
        return max(begins, key=len, default=self.cause)

    @property
    def by(self) -> str:
        return CHANNELS.get(self.channel, self.channel)

    @property
    def answer(self) -> str:
        return ANSWERS.get(self.state, self.state)


def of_document(document: Mapping[str, object]) -> SentAlert | None:
    """The alert of a document of `alerts`; None if it cannot be read."""
    at = document.get("raised_at")
    if not isinstance(at, datetime):
        return None
    texts = {name: str(document.get(name, "")) for name in ("cause", "rung", "channel", "state")}
    return SentAlert(at=at, to=str(document.get("to") or document.get("unit_id", "")), **texts)
