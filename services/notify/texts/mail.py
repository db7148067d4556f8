"""A mail, and the parts common to all mails: salutation, signature, and ids that stay the same when a mail is sent again."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from services.notify.domain.alerts import EMAIL, Alert
from services.notify.texts import wording
from shared.words.units import Unit


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one address. `id` is the local part of its Message-ID; it is the same for the same alert and address."""

    id: str
    to: str
    subject: str
    body: str


def body(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def salutation(unit: Unit) -> str:
    return f"Kính gửi: {wording.addressee(unit)},"


def signature(mark: str = "") -> str:
    return f"Hệ thống Tổng Hợp\nThư được gửi tự động, xin không trả lời thư này.{mark}"


def mark(alert: Alert) -> str:
    """The mark in a mail by which its alert can be looked up."""
    return f" Mã nhắc: {alert.id(EMAIL)}"


def message_id(alert: Alert, to: str) -> str:
    """The Message-ID, derived from the alert and the address, so that mail programs recognise a mail that was sent twice after a crash."""
    return hashed(f"{alert.id(EMAIL)}/{to}")


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]
