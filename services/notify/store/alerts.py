"""The collection `alerts`: one document for each alert and channel. The document is the claim on the alert.

Inserting the document claims the alert, so only one of several notifiers succeeds. The notifier that sends an alert holds a lease on its
claim. If it is killed, another notifier, or the same one after its restart, takes over under the same ids.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pymongo import ASCENDING

from services.notify.domain.alerts import EMAIL, PASSED, RAISED, SENT, STREAM, Alert, Handed, Lease, Matter, NamedUnit, Outcome, State
from services.notify.domain.reach import StoredOutcomes
from services.notify.domain.reminders import DueAlerts
from shared.plumbing import metrics, mongo
from shared.plumbing.mongo import Document, Documents
from shared.shell.clock import Clock
from shared.wire import collection_names
from shared.wire.documents.alerts import AlertDocument
from shared.words.ladder import Rung

LEASE: Final = timedelta(seconds=30)  # longer than it takes to send a batch of alerts
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)  # when a released lease ended, by every clock
QUERY_BATCH: Final = 5000
DutyAndCause = tuple[str, str]
"""Mails about the same duty and cause are counted together."""
Channels = Callable[[Alert], Sequence[str]]
"""Gives the names of the channels by which an alert goes out, including `stream`."""


class AlertStore:
    """Reads and writes alerts for the notifier `holder`."""

    def __init__(self, database: Documents, clock: Clock, holder: str) -> None:
        self._alerts = mongo.collection(database, collection_names.ALERTS, AlertDocument)
        self._clock, self._holder = clock, holder

    async def prepare(self) -> None:
        """Creates the indexes: unsent alerts, a unit's alerts, and a duty's alerts."""
        await self._alerts.create_index([("state", ASCENDING), ("channel", ASCENDING)])
        await self._alerts.create_index([("unit", ASCENDING), ("period", ASCENDING)])
        await self._alerts.create_index([("duty", ASCENDING), ("channel", ASCENDING)])

    async def known(self, alert_ids: Iterable[str]) -> set[str]:
        """Which of these alerts (ids on the channel `stream`) were raised or passed before."""
        asked = list(alert_ids)
        known: set[str] = set()
        for first in range(0, len(asked), QUERY_BATCH):
            cursor = self._alerts.find({"_id": {"$in": asked[first : first + QUERY_BATCH]}}, {"_id": 1})
            known |= {document["_id"] async for document in cursor}
        return known

    async def claim(self, due: DueAlerts, channels: Channels) -> list[Alert]:
        """Claims the due alerts. Returns the alerts to raise that this notifier claimed first.

        The documents of the channel `stream` are inserted last. They decide whether an alert is claimed, so an interrupted claim is made
        again.
        """
        others = [(alert, channel) for alert in due.raised for channel in channels(alert) if channel != STREAM]
        await mongo.insert_new(self._alerts, [self._document(alert, channel, RAISED) for alert, channel in others])
        await mongo.insert_new(self._alerts, [self._document(alert, STREAM, PASSED) for alert in due.passed])
        duplicates = await mongo.insert_new(self._alerts, [self._document(alert, STREAM, RAISED) for alert in due.raised])
        claimed_before = {document["_id"] for document in duplicates}
        claimed = [alert for alert in due.raised if alert.id(STREAM) not in claimed_before]
        for alert in claimed:
            for channel in channels(alert):
                metrics.ALERTS.labels(channel, RAISED).inc()
        return claimed

    async def unsent(self, channel: str) -> list[Alert]:
        """Raised alerts that no other notifier is sending now, sorted by time."""
        wanted = {"state": RAISED, "channel": channel, **is_free(self._holder, self._clock())}
        documents = self._alerts.find(wanted).sort([("at", ASCENDING), ("unit", ASCENDING)])
        return [_alert(document) async for document in documents]

    async def leased_by_others(self, channel: str) -> list[Alert]:
        """Raised alerts on which another notifier holds a lease."""
        return [_alert(document) async for document in self._alerts.find({"channel": channel, **self._is_leased_by_others()})]

    async def is_another_sending(self) -> bool:
        """Whether another notifier holds a lease on raised alerts. The lease of a killed notifier ends after `LEASE`."""
        return await self._alerts.find_one(self._is_leased_by_others(), {"_id": 1}) is not None

    def _is_leased_by_others(self) -> Document:
        return {"state": RAISED, "holder": {"$ne": self._holder}, "lease_until": {"$gte": self._clock()}}

    async def lease(self, alerts: Sequence[Alert], channel: str) -> list[Lease]:
        """Leases alerts for sending. Returns the leases that this notifier now holds."""
        ids = [alert.id(channel) for alert in alerts]
        if not ids:
            return []
        now = self._clock()
        lease = {"holder": self._holder, "lease_until": now + LEASE}
        await self._alerts.update_many({"_id": {"$in": ids}, "state": RAISED, **is_free(self._holder, now)}, {"$set": lease})
        documents = self._alerts.find({"_id": {"$in": ids}, "state": RAISED, "holder": self._holder}, {"mailed": 1, "refused": 1})
        handed = {document["_id"]: _handed(document) async for document in documents}
        return [Lease(alert, handed[alert_id]) for alert, alert_id in zip(alerts, ids, strict=True) if alert_id in handed]

    async def release(self, alerts: Sequence[Alert], channel: str) -> None:
        """Ends this notifier's leases on raised alerts, so that another notifier can lease them at once."""
        if alerts:
            mine = {"_id": {"$in": [alert.id(channel) for alert in alerts]}, "state": RAISED, "holder": self._holder}
            await self._alerts.update_many(mine, {"$set": {"lease_until": LONG_AGO}})

    async def drop(self, alerts: Sequence[Alert], channel: str) -> None:
        """Records that raised alerts will never be sent."""
        await self.settle([Outcome(alert, PASSED) for alert in alerts], channel)

    async def settle(self, outcomes: Sequence[Outcome], channel: str) -> None:
        """Records the outcomes of raised alerts. Alerts with the same outcome, as those of one mail, are one write."""
        alike: dict[tuple[State, Handed, str], list[str]] = {}
        for outcome in outcomes:
            alike.setdefault((outcome.state, outcome.handed, outcome.alert.to), []).append(outcome.alert.id(channel))
        for (state, handed, to), ids in alike.items():
            await self._settle(ids, state, handed, to)
        for outcome in outcomes:
            if outcome.state != RAISED:
                metrics.ALERTS.labels(channel, outcome.state).inc()

    async def _settle(self, ids: Sequence[str], state: State, handed: Handed, to: str) -> None:
        """Records one outcome. What a mail server answered is recorded even if another notifier has dropped the alert meanwhile."""
        change: Document = {"$set": {"state": state, "to": to} if to else {"state": state}}
        if handed == Handed():
            await self._alerts.update_many({"_id": {"$in": ids}, "state": RAISED}, change)
            return
        lists = {"mailed": handed.accepted, "refused": handed.refused}
        added = {name: {"$each": sorted(mail_ids)} for name, mail_ids in lists.items()}
        await self._alerts.update_many({"_id": {"$in": ids}}, {**change, "$addToSet": added})

    async def mails_sent(self, alerts: Sequence[Alert]) -> Counter[DutyAndCause]:
        """How many mails each unit has had about the duty and cause of each alert. A mail about two rungs counts once."""
        wanted = {"duty": {"$in": sorted({alert.matter.duty for alert in alerts})}, "channel": EMAIL, "state": SENT}
        documents = self._alerts.find(wanted, {"duty": 1, "cause": 1, "mailed": 1})
        mails = {(document["duty"], document["cause"], min(document["mailed"], default=document["_id"])) async for document in documents}
        return Counter((duty, cause) for duty, cause, _ in mails)

    async def outcomes(self, alerts: Sequence[Alert], channels: Sequence[str]) -> StoredOutcomes:
        """The stored outcomes of alerts, by their ids on each channel. Channels that an alert did not use are left out."""
        ids = [alert.id(channel) for alert in alerts for channel in channels]
        documents = self._alerts.find({"_id": {"$in": ids}}, {"state": 1, "refused": 1})
        return {document["_id"]: (document["state"], len(document.get("refused", ()))) async for document in documents}

    def _document(self, alert: Alert, channel: str, state: State) -> AlertDocument:
        matter = alert.matter
        document: AlertDocument = {
            "_id": alert.id(channel),
            "duty": matter.duty,
            "task": matter.task,
            "regime": matter.regime,
            "period": matter.period,
            "unit": matter.unit,
            "unit_id": matter.unit_id,
            "unit_name": matter.unit_name,
            "cause": matter.cause,
            "rung": alert.rung.name,
            "at": alert.rung.at,
            "deadline": matter.deadline,
            "reason": matter.reason,
            "before": matter.before,
            "is_returned": matter.is_returned,
            "channel": channel,
            "state": state,
            "raised_at": alert.raised_at,
            "mailed": [],
            "refused": [],
            "holder": self._holder,
            "lease_until": self._clock() + LEASE,
        }
        if alert.to:
            document["to"] = alert.to
        if matter.view is not None:
            document["view"] = {"id": matter.view.id, "code": matter.view.code, "name": matter.view.name}
        if matter.entered_by:
            document["entered_by"] = matter.entered_by
        if matter.undone_by:
            document["undone_by"] = matter.undone_by
        if matter.asked_by:
            document |= {"asked_by": matter.asked_by, "text": matter.text}
        if matter.traceparent:
            document["traceparent"] = matter.traceparent
        return document


def is_free(holder: str, now: datetime) -> Document:
    """A filter for alerts on which no other notifier holds a lease."""
    return {"$or": [{"holder": holder}, {"lease_until": {"$lt": now}}]}


def _alert(document: AlertDocument) -> Alert:
    matter = Matter(
        duty=document["duty"],
        task=document["task"],
        regime=document["regime"],
        period=document["period"],
        unit_id=document["unit_id"],
        unit=document["unit"],
        unit_name=document["unit_name"],
        cause=document["cause"],
        deadline=document["deadline"],
        reason=document["reason"],
        before=document.get("before"),  # this field and the next are missing in alerts that were raised before format 5
        is_returned=document.get("is_returned", document["cause"].startswith("return-")),
        view=_view(document),
        entered_by=document.get("entered_by", ""),
        undone_by=document.get("undone_by", ""),
        asked_by=document.get("asked_by", ""),
        text=document.get("text", ""),
        traceparent=document.get("traceparent", ""),
    )
    return Alert(matter, Rung(document["rung"], document["at"]), document["raised_at"], document.get("to", ""))


def _view(document: AlertDocument) -> NamedUnit | None:
    view = document.get("view")
    return None if view is None else NamedUnit(view["id"], view["code"], view["name"])


def _handed(document: AlertDocument) -> Handed:
    return Handed(frozenset(document["mailed"]), frozenset(document.get("refused", ())))
