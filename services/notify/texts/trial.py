"""A trial mail, to see whether mails reach a unit and what they look like. It is not a reminder."""

from datetime import datetime
from typing import Final

from services.notify.domain import reach
from services.notify.texts import mail, wording
from services.notify.texts.mail import Mail
from shared.wire import events
from shared.words import vietnamese
from shared.words.units import Unit

MARK: Final = "[Thử]"


def mails(unit: Unit, site: str, now: datetime) -> list[Mail]:
    """One trial mail to each address of a unit."""
    return [_mail(unit, to, site, now) for to in reach.addresses(unit)]


def _mail(unit: Unit, to: str, site: str, now: datetime) -> Mail:
    at = vietnamese.time_of_day(now)
    parts = [
        mail.salutation(unit),
        f"Đây là thư thử của hệ thống Tổng Hợp, gửi lúc {at} đến đầu mối liên hệ của đơn vị. Đơn vị không phải làm gì.",
        f"Các thư nhắc báo cáo sẽ đến địa chỉ này. Trang tổng hợp: {site}/" if site else "Các thư nhắc báo cáo sẽ đến địa chỉ này.",
        mail.signature(),
    ]
    mail_id = mail.hashed(f"trial/{unit.id}/{to}/{events.to_text(now)}")
    return Mail(mail_id, to, f"{MARK} Thư thử của hệ thống Tổng Hợp – {wording.name(unit)}", mail.body(parts))
