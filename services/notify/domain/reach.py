"""By which channels an alert goes, or went, to a unit, and why not by mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.notify.domain import alerts, contacts
from services.notify.domain.alerts import EMAIL, PASSED, PUBLISHED, RAISED, REFUSED, SENT, STREAM, Alert
from shared.words.units import Unit

# why there was no mail
NO_CONTACT: Final = "no_contact"
NO_ADDRESS: Final = "no_address"
WAITING: Final = "waiting"
NOT_NEEDED: Final = "not_needed"
WHY: Final = {
    NO_CONTACT: "chưa có đầu mối liên hệ",
    NO_ADDRESS: "đầu mối không có địa chỉ thư điện tử",
    REFUSED: "máy chủ thư từ chối mọi địa chỉ của đơn vị",
    WAITING: "máy chủ thư chưa nhận, hệ thống sẽ gửi lại",
    NOT_NEEDED: "đã nộp hoặc đã quá lâu, không gửi nữa",
}
BY_STATE: Final = {RAISED: WAITING, REFUSED: REFUSED, PASSED: NOT_NEEDED}


@dataclass(frozen=True, slots=True)
class Told:
    """An alert and its way to the unit. `unreached` says why there was no mail, "" when there was; `refused` counts the addresses of the
    unit that the mail server does not take.
    """

    alert: Alert
    unreached: str
    refused: int = 0
    is_published: bool = True

    @property
    def channels(self) -> list[str]:
        return [*([STREAM] if self.is_published else []), *([] if self.unreached else [EMAIL])]

    def as_json(self) -> dict[str, object]:
        return {
            **alerts.entry(self.alert),
            "cause": self.alert.cause,
            "channels": self.channels,
            "reachable": not self.unreached,
            **({"unreached": self.unreached} if self.unreached else {}),
            **({"refused_addresses": self.refused} if self.refused else {}),
        }


def told(alert: Alert, unit: Unit, outcomes: Mapping[str, tuple[str, int]]) -> Told:
    """An alert that was raised, by what became of it on each channel."""
    published, _ = outcomes.get(alert.id(STREAM), ("", 0))
    mailed, refused = outcomes.get(alert.id(EMAIL), ("", 0))
    unreached = "" if mailed == SENT else BY_STATE.get(mailed) or _why_no_mail(unit) or NO_ADDRESS
    return Told(alert, unreached, refused, published == PUBLISHED)


def would_tell(alert: Alert, unit: Unit) -> Told:
    """An alert that would be raised."""
    return Told(alert, _why_no_mail(unit))


def unreached(found: Sequence[Told]) -> dict[str, list[str]]:
    """The codes of the units without a mail, by why."""
    return {why: codes for why in WHY if (codes := sorted({one.alert.unit for one in found if one.unreached == why}))}


def _why_no_mail(unit: Unit) -> str:
    if contacts.addresses(unit):
        return ""
    return NO_ADDRESS if contacts.is_reachable(unit) else NO_CONTACT
