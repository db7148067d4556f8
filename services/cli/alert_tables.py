"""Prints alerts for `tonghop notify`: which units get which alert when and by which channels, and which units get no mail and why."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.table import Table

from services.cli import session
from services.notify.domain import reach
from services.notify.domain.alerts import EMAIL, REFUSED, STREAM, Alert
from services.notify.domain.reach import NO_ADDRESS, NO_CONTACT, NOT_NEEDED, WAITING, Reach
from services.notify.texts import listing, wording
from shared.words import numbers, vietnamese

WHY_NO_MAIL: Final = {
    NO_CONTACT: "chưa có đầu mối liên hệ",
    NO_ADDRESS: "đầu mối không có địa chỉ thư điện tử",
    REFUSED: "máy chủ thư từ chối mọi địa chỉ của đơn vị",
    WAITING: "máy chủ thư chưa nhận, hệ thống sẽ gửi lại",
    NOT_NEEDED: "đã nộp hoặc đã quá lâu, nên không gửi nữa",
}


def entries(found: Sequence[Reach]) -> list[dict[str, object]]:
    """The alerts as JSON entries."""
    return [listing.reach_entry(one) for one in found]


def apart(found: Sequence[Reach]) -> tuple[list[Reach], list[Reach]]:
    """Splits the alerts into reminders and digests."""
    return [one for one in found if not one.alert.matter.is_digest], [one for one in found if one.alert.matter.is_digest]


def show_reach(found: Sequence[Reach]) -> None:
    """Prints how many alerts go out by each channel, and the units that get no mail, grouped by the reason."""
    if not found:
        return
    streamed, mailed = (sum(channel in one.channels for one in found) for channel in (STREAM, EMAIL))
    session.console.print(f"Qua luồng tin: {numbers.vietnamese(streamed)} lượt; qua thư: {numbers.vietnamese(mailed)} lượt.")
    for why, codes in reach.unreached(found).items():
        session.console.print(
            f"Không có thư vì {WHY_NO_MAIL[why]}: {numbers.vietnamese(len(codes))} đơn vị ({', '.join(codes)}).", markup=False
        )
    if refused := sum(one.refused for one in found):
        session.console.print(f"Máy chủ thư từ chối {numbers.vietnamese(refused)} địa chỉ.")


def show(found: Sequence[Alert], title: str) -> None:
    """Prints a table with one row for each rung and deadline. Prints only the title when there are no alerts."""
    found = sorted(found, key=lambda alert: (*_what(alert), alert.matter.unit))
    table = Table(title=title, title_justify="left")
    for heading in ("Nhắc lúc", "Mức nhắc", "Chế độ báo cáo", "Kỳ", "Hạn: trước", "Số", "Đơn vị"):
        table.add_column(heading, overflow="fold")
    for (at, rung, regime, period, deadline), alike in itertools.groupby(found, _what):
        units = [_whose(alert) for alert in alike]
        words, name, count = wording.rung(rung), vietnamese.period_name(period), numbers.vietnamese(len(units))
        table.add_row(vietnamese.moment(at), words, regime, name, vietnamese.moment(deadline), count, ", ".join(units))
    session.console.print(table if found else title)


def _whose(alert: Alert) -> str:
    """The code of the unit that has the duty; `06289 → 06280-2025` if another unit acts for it."""
    code = alert.matter.unit
    return code if alert.unit_id == alert.matter.unit_id else f"{code} → {alert.unit_id}"


def _what(alert: Alert) -> tuple[datetime, str, str, str, datetime]:
    """What the alerts of one row have in common. Sorting by it puts the rows in the order of time."""
    matter = alert.matter
    return alert.rung.at, alert.rung.name, matter.regime, matter.period, matter.deadline
