"""What a raised alert says on each channel, by what it is: a reminder of one unit, or a digest of a group."""

from datetime import datetime

from services.notify.domain import alerts, contacts, digest, digest_text, messages
from services.notify.domain.alerts import Alert
from services.notify.domain.book import Book
from services.notify.domain.messages import Mail, Setting
from shared.words.reference import Reference


def event(alert: Alert, book: Book, now: datetime) -> bytes:
    """The event of an alert, as of `now`."""
    return alerts.cloud_event(alert, _standing(alert, book, now).as_data() if alert.is_digest else None)


def mails(alert: Alert, reference: Reference, book: Book, now: datetime, site: str = "", reminders: int = 0) -> list[Mail]:
    """A mail to each address of the alert's unit, as of `now`; `reminders` of the same it has got before. The pages are at `site`."""
    unit, regime = reference.registry.by_id[alert.unit_id], reference.regimes[alert.regime]
    recipient, _ = digest.recipients(reference, regime, alert.period)
    setting = Setting(unit, regime, recipient, site, reminders)
    if not alert.is_digest:
        return [messages.mail(alert, setting, to, now) for to in contacts.addresses(unit)]
    standing = _standing(alert, book, now)
    return [digest_text.mail(alert, setting, standing, to, now) for to in contacts.addresses(unit)]


def _standing(alert: Alert, book: Book, now: datetime) -> digest.Standing:
    return digest.standing(book.duties(now, alert.regime, alert.period), alert.deadline)
