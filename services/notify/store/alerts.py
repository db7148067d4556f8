"""The collection `alerts`: one document an alert and channel, which is the claim on it.

Inserting the document is claiming the alert: of several notifiers one succeeds. Sending it is a lease of the claim, so that a
notifier that was killed is relieved by another, or by itself after a restart, under the same ids.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from pymongo import ASCENDING

from services.notify.domain.alerts import EMAIL, PASSED, RAISED, SENT, STREAM, Alert
from services.notify.domain.decision import Decision
from services.notify.domain.messages import Handed
from shared.plumbing import mongo
from shared.plumbing.mongo import Document, Documents
from shared.wire import collection_names

LEASE: Final = timedelta(seconds=30)  # longer than sending a few alerts takes
QUERY_BATCH: Final = 5000
Subject = tuple[str, str]
"""A duty and a cause: reminders of the same are counted together."""


class AlertStore:
    """Reads and writes alerts. `seen` are ids, on the channel `stream`, that are known to be claimed: they stay so."""

    def __init__(self, database: Documents) -> None:
        self.seen: set[str] = set()
        self._alerts = database[collection_names.ALERTS]
        self._holder = uuid4().hex

    async def prepare(self) -> None:
        """The indexes: what is not sent yet, a unit's alerts, and those of a duty."""
        await self._alerts.create_index([("state", ASCENDING), ("channel", ASCENDING)])
        await self._alerts.create_index([("unit", ASCENDING), ("period", ASCENDING)])
        await self._alerts.create_index([("duty", ASCENDING), ("channel", ASCENDING)])

    async def known(self, alert_ids: Iterable[str]) -> set[str]:
        """Which of some alerts were raised or passed before, by their ids on the channel `stream`."""
        ids = list(alert_ids)
        asked = [alert_id for alert_id in ids if alert_id not in self.seen]
        for first in range(0, len(asked), QUERY_BATCH):
            cursor = self._alerts.find({"_id": {"$in": asked[first : first + QUERY_BATCH]}}, {"_id": 1})
            self.seen |= {document["_id"] async for document in cursor}
        return self.seen.intersection(ids)

    async def claim(self, decision: Decision) -> list[Alert]:
        """Claims the alerts of a decision; which of those to raise were ours to claim.

        The stream's document comes last: an alert is known as claimed by it, so a claim cut off before is made again.
        """
        await mongo.insert_new(self._alerts, [self._document(alert, EMAIL, RAISED) for alert in decision.raised if alert.has_mail])
        await mongo.insert_new(self._alerts, [self._document(alert, STREAM, PASSED) for alert in decision.passed])
        there = await mongo.insert_new(self._alerts, [self._document(alert, STREAM, RAISED) for alert in decision.raised])
        self.seen |= {alert.id(STREAM) for alert in (*decision.raised, *decision.passed)}
        others = {document["_id"] for document in there}
        return [alert for alert in decision.raised if alert.id(STREAM) not in others]

    async def unsent(self, channel: str) -> list[Alert]:
        """Raised alerts that nobody else is sending now, by time."""
        found = self._alerts.find({"state": RAISED, "channel": channel, **self._free()}).sort([("at", ASCENDING), ("unit", ASCENDING)])
        return [_alert(document) async for document in found]

    async def is_another_sending(self) -> bool:
        """Whether another notifier holds raised alerts; one that was killed holds them until its lease ends."""
        held = {"state": RAISED, "holder": {"$ne": self._holder}, "lease_until": {"$gte": datetime.now(UTC)}}
        return await self._alerts.find_one(held, {"_id": 1}) is not None

    async def take(self, alerts: Sequence[Alert], channel: str) -> list[Alert]:
        """Leases alerts for sending; which of them are ours now."""
        ids = [alert.id(channel) for alert in alerts]
        if not ids:
            return []
        lease = {"holder": self._holder, "lease_until": datetime.now(UTC) + LEASE}
        await self._alerts.update_many({"_id": {"$in": ids}, "state": RAISED, **self._free()}, {"$set": lease})
        found = self._alerts.find({"_id": {"$in": ids}, "state": RAISED, "holder": self._holder}, {"mailed": 1, "refused": 1})
        tried = {document["_id"]: document async for document in found}
        mine = [(alert, tried[alert_id]) for alert, alert_id in zip(alerts, ids, strict=True) if alert_id in tried]
        return [replace(alert, mailed=frozenset(one["mailed"]), refused=frozenset(one.get("refused", ()))) for alert, one in mine]

    async def settle(self, alerts: Sequence[Alert], channel: str, state: str) -> None:
        """Notes what became of raised alerts."""
        ids = [alert.id(channel) for alert in alerts]
        if ids:
            await self._alerts.update_many({"_id": {"$in": ids}, "state": RAISED}, {"$set": {"state": state}})

    async def settle_mail(self, alert: Alert, handed: Handed) -> None:
        """Notes which of an alert's mails the server took and which it refused, and the alert's state."""
        lists = {name: {"$each": sorted(ids)} for name, ids in (("mailed", handed.taken), ("refused", handed.refused))}
        await self._alerts.update_one({"_id": alert.id(EMAIL)}, {"$set": {"state": handed.state}, "$addToSet": lists})

    async def reminders(self, alerts: Iterable[Alert]) -> Counter[Subject]:
        """How many reminders by mail each unit has got of what the alerts are about."""
        wanted = {"duty": {"$in": sorted({alert.duty for alert in alerts})}, "channel": EMAIL, "state": SENT}
        found = self._alerts.find(wanted, {"duty": 1, "cause": 1})
        return Counter([(document["duty"], document["cause"]) async for document in found])

    async def outcomes(self, alerts: Sequence[Alert]) -> dict[str, tuple[str, int]]:
        """What became of alerts, by their ids on each channel: the state, and how many addresses were refused. An alert that had no
        address has none on the channel `email`.
        """
        ids = [alert.id(channel) for alert in alerts for channel in (STREAM, EMAIL)]
        found = self._alerts.find({"_id": {"$in": ids}}, {"state": 1, "refused": 1})
        return {document["_id"]: (document["state"], len(document.get("refused", ()))) async for document in found}

    def _free(self) -> Document:
        return {"$or": [{"holder": self._holder}, {"lease_until": {"$lt": datetime.now(UTC)}}]}

    def _document(self, alert: Alert, channel: str, state: str) -> Document:
        return {
            "_id": alert.id(channel),
            "duty": alert.duty,
            "task": alert.task,
            "regime": alert.regime,
            "period": alert.period,
            "unit": alert.unit,
            "unit_id": alert.unit_id,
            "unit_name": alert.unit_name,
            "cause": alert.cause,
            "rung": alert.rung,
            "at": alert.at,
            "deadline": alert.deadline,
            "reason": alert.reason,
            "before": alert.before,
            "is_returned": alert.is_returned,
            "channel": channel,
            "state": state,
            "raised_at": alert.raised_at,
            "mailed": [],
            "refused": [],
            "holder": self._holder,
            "lease_until": datetime.now(UTC) + LEASE,
        }


def _alert(document: dict[str, Any]) -> Alert:
    return Alert(
        duty=document["duty"],
        task=document["task"],
        regime=document["regime"],
        period=document["period"],
        unit_id=document["unit_id"],
        unit=document["unit"],
        unit_name=document["unit_name"],
        cause=document["cause"],
        rung=document["rung"],
        at=document["at"],
        deadline=document["deadline"],
        reason=document["reason"],
        before=document.get("before"),  # not in what was raised before format 5, nor the next
        is_returned=document.get("is_returned", document["cause"].startswith("return-")),
        has_mail=document["channel"] == EMAIL,
        raised_at=document["raised_at"],
        mailed=frozenset(document["mailed"]),
        refused=frozenset(document.get("refused", ())),
    )
