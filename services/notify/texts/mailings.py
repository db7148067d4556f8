"""The mails about a bundle of alerts: one to each address, about the alerts that the address has not had yet. After a failure, one address
may have had a mail that another one still waits for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.notify.domain import reach
from services.notify.domain.alerts import Alert
from services.notify.texts import digest, digest_list, entry, mail, reminder, reminder_list, request, undoing
from services.notify.texts.content import Content
from services.notify.texts.mail import Mail, Text
from services.notify.texts.reminder import MailsSent


@dataclass(frozen=True, slots=True)
class Mailing:
    """One mail, and the alerts that it is about."""

    mail: Mail
    alerts: tuple[Alert, ...]


def of(bundle: Sequence[Content], site: str, mails_sent: MailsSent) -> list[Mailing]:
    """The mails about a bundle. The portal's pages are at `site` ("": unknown)."""
    mailings = []
    for to in reach.addresses(bundle[0].unit):
        contents = [content for content in bundle if not mail.is_answered(content.handed, content.alert, to)]
        if contents:
            mailings.append(_to(to, contents, site, mails_sent))
    return mailings


def _to(to: str, contents: Sequence[Content], site: str, mails_sent: MailsSent) -> Mailing:
    alerts = tuple(content.alert for content in contents)
    text = _text(_newest(contents), site, mails_sent)
    body = mail.body([*text.paragraphs, mail.signature(mail.marks(alerts))])
    return Mailing(Mail(mail.message_id(alerts, to), to, text.subject, body), alerts)


def _newest(contents: Iterable[Content]) -> list[Content]:
    """The contents, each matter once. If a mail was delayed, a unit may have two rungs of one matter; the newest says everything."""
    newest: dict[str, Content] = {}
    for content in sorted(contents, key=lambda content: content.alert.rung.at):
        newest[content.alert.matter.ladder_id] = content
    return list(newest.values())


def _text(contents: Sequence[Content], site: str, mails_sent: MailsSent) -> Text:
    """The text about one matter, or the list of several."""
    first = contents[0]
    if first.alert.matter.is_entry:
        return entry.compose(contents, site)
    if first.alert.matter.asked_by:
        return request.compose(contents, site)
    if first.alert.matter.undone_by:
        return undoing.compose(first, site)
    match first.tally, len(contents):
        case None, 1:
            return reminder.compose(first, site, reminder.number(first.alert.matter, mails_sent))
        case None, _:
            return reminder_list.compose(contents, site, mails_sent)
        case tally, 1:
            return digest.compose(first, tally, site)
        case _:
            return digest_list.compose(contents, site)
