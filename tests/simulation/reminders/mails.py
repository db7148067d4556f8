"""Judges the mails: in a tick, an address gets at most one mail of reminders, one of digests, one of entries and one of each request.
Without faults, that is so even when two notifiers tick at once. Every alert that is settled as sent was in a mail.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from services.notify.domain.alerts import EMAIL, SENT
from services.notify.texts.mail import Mail
from tests.simulation.reminders.fakes import Document
from tests.simulation.reminders.judge import Tick
from tests.simulation.verdict import Verdict

MARK: Final = re.compile(rf"\S+/{EMAIL}(?=\n)")
ENTRY: Final = "- Kỳ báo cáo: "


class Mails:
    """The mails that the mail server accepted in one seed."""

    def __init__(self, verdict: Verdict, addressee: Callable[[str, Tick], str], *, is_calm: bool) -> None:
        self.total = 0
        self._verdict, self._addressee, self._is_calm = verdict, addressee, is_calm
        self._times: Counter[int] = Counter()  # by the hash of an alert's id
        self._sent: set[int] = set()  # hashes of a tick, an address and a kind

    def accepted(self, mail: Mail, tick: Tick) -> None:
        """The mail server accepted a mail."""
        self.total += 1
        ids = MARK.findall(mail.body)
        self._times.update(map(hash, ids))
        if not ids or {f"{self._addressee(alert_id, tick)}@xa.example" for alert_id in ids} != {mail.to}:
            self._verdict.violated("mailed to another unit", mail.to, ids)
        if mail.body.count(ENTRY) != len({_matter(alert_id) for alert_id in ids}):
            self._verdict.violated("a mail does not list what it is about", mail.to, ids)
        kinds = {_kind(alert_id) for alert_id in ids}
        if len(kinds) > 1 or ("notice" in kinds and len(ids) > 1):
            self._verdict.violated("a mail of several kinds", mail.to, ids)
        key = hash((tick.turn if self._is_calm else id(tick), mail.to, *kinds))
        if key in self._sent and "notice" not in kinds:
            self._verdict.violated("two mails of one kind in a tick", mail.to, ids, f"at {tick.at}")
        self._sent.add(key)

    def finish(self, documents: Iterable[Document]) -> None:
        """Every alert that is settled as sent was mailed; without faults, exactly once."""
        for document in documents:
            if document["channel"] == EMAIL and document["state"] == SENT:
                times = self._times[hash(document["_id"])]
                if times == 0:
                    self._verdict.violated("settled as sent, in no mail", document["_id"])
                if times > 1 and self._is_calm:
                    self._verdict.violated("mailed twice", document["_id"])


def _is_digest(alert_id: str) -> bool:
    return alert_id.startswith("digest/")


def _kind(alert_id: str) -> str:
    if _is_digest(alert_id):
        return "digest"
    if "/entered-for-" in alert_id:
        return "entry"
    if "/asked-" in alert_id:
        return "/".join(alert_id.rsplit("/", 4)[1:3])
    return "notice" if alert_id.endswith(f"/now/{EMAIL}") else "reminder"


def _matter(alert_id: str) -> str:
    """The id without the rung, and of a digest without the recipient."""
    return alert_id.rsplit("/", 3 if _is_digest(alert_id) else 2)[0]
