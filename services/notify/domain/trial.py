"""A trial mail: whether mails come to a unit, and what they look like. It reminds nobody of anything."""

import hashlib
from datetime import datetime

from services.notify.domain import contacts, messages
from services.notify.domain.messages import Mail
from shared.wire import events
from shared.words import periods
from shared.words.units import Unit

MARK = "[Thử]"


def mails(unit: Unit, site: str, now: datetime) -> list[Mail]:
    """One to each address of a unit."""
    return [_mail(unit, to, site, now) for to in contacts.addresses(unit)]


def _mail(unit: Unit, to: str, site: str, now: datetime) -> Mail:
    at = f"{now.astimezone(periods.VIETNAM):%H:%M ngày %d/%m/%Y}"
    parts = [
        messages.salutation(unit),
        f"Đây là thư thử của hệ thống Tổng Hợp, gửi lúc {at} đến đầu mối liên hệ của đơn vị. Đơn vị không phải làm gì.",
        f"Các thư nhắc báo cáo sẽ đến địa chỉ này. Trang tổng hợp: {site}/" if site else "Các thư nhắc báo cáo sẽ đến địa chỉ này.",
        messages.signature(""),
    ]
    mail_id = hashlib.sha256(f"trial/{unit.id}/{to}/{events.to_text(now)}".encode()).hexdigest()[:40]
    return Mail(mail_id, to, f"{MARK} Thư thử của hệ thống Tổng Hợp – {contacts.name(unit)}", messages.text(parts))
