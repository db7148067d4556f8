"""A mail, and the parts common to all mails: salutation, signature, and ids that stay the same when a mail is sent again."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.notify.domain.alerts import EMAIL, Alert, Handed
from services.notify.texts import wording
from shared.words.units import Unit


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one address. `id` is the local part of its Message-ID; it is the same for the same alerts and address."""

    id: str
    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Text:
    """What a mail says, without its signature: the subject, and paragraphs, of which some may be empty."""

    subject: str
    paragraphs: Sequence[str]


def body(paragraphs: Iterable[str]) -> str:
    """The text of a mail: its paragraphs, those that are not empty, with a blank line between them."""
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def salutation(unit: Unit) -> str:
    return f"Kính gửi: {wording.addressee(unit)},"


def signature(mark: str = "") -> str:
    return f"Hệ thống Tổng Hợp\nThư được gửi tự động, xin không trả lời thư này.{mark}"


def marks(alerts: Sequence[Alert]) -> str:
    """The marks in a mail by which its alerts can be looked up; several are one on each line."""
    ids = [alert.id(EMAIL) for alert in alerts]
    return f" Mã nhắc: {ids[0]}" if len(ids) == 1 else "\n".join([" Mã nhắc:", *(f"- {alert_id}" for alert_id in ids)])


def message_id(alerts: Sequence[Alert], to: str) -> str:
    """The Message-ID, derived from the alerts and the address, so that mail programs recognise a mail that was sent twice after a crash.

    If a mail is about several alerts, the end of its id identifies the address. All ids are short enough for one line of the header.
    """
    if len(alerts) == 1:
        return hashed(f"{alerts[0].id(EMAIL)}/{to}")
    ids = sorted(alert.id(EMAIL) for alert in alerts)
    end = _end_for(to)
    return f"{hashed(' '.join(ids))[: -len(end)]}{end}"


def is_answered(handed: Handed, alert: Alert, to: str) -> bool:
    """Whether a mail server has accepted or refused a mail about an alert to an address: alone, or together with any other alerts."""
    mail_ids = handed.accepted | handed.refused
    return message_id([alert], to) in mail_ids or any(mail_id.endswith(_end_for(to)) for mail_id in mail_ids)


def hashed(text: str) -> str:
    """The first 40 hexadecimal digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _end_for(to: str) -> str:
    """The end of the ids of all lists to an address. The id of a mail about one alert has no dot."""
    return f".{hashed(to)[:12]}"
