"""Holds what the stores and streams say against the promises: at every change what may never happen, at the end what must be.

The final views, and FEED's newest message of each, equal the plain recomputation of the accepted events; every accepted event is
stored once, with one received time. Nothing here shares code with ingest or the fold.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final

import orjson

from services.aggregate.feed import plain
from shared.check import plain_periods, recompute
from shared.wire import events
from shared.wire.events import Logged
from shared.wire.view_key import ViewKey
from shared.words.reference import Reference
from tests.simulation.rollup import histories
from tests.simulation.rollup.broker import Broker
from tests.simulation.rollup.histories import Changes, Sending
from tests.simulation.rollup.store import Server
from tests.simulation.rollup.streams import Stored, Stream
from tests.simulation.rollup.tables import Document
from tests.simulation.verdict import Verdict

MOVED: Final = ("position", "updated_at")  # they say which message came last, not what the figures are


class Judge(Verdict):
    """Judges one seed."""

    def __init__(self, is_first_enough: bool) -> None:
        super().__init__(is_first_enough=is_first_enough)
        self.went_back = False  # the broker was restored from a copy: sequences are used again
        self.is_feed_cut = False  # FEED lost its end: sequences are used again
        self.claimed_at: dict[str, int] = {}  # claim: the first received time
        self.first_generation = 0
        self._taken_in: dict[str, int] = {}  # view of the generation before, taken away: the generation then
        self._read: dict[bytes, Logged] = {}
        self._stood: set[tuple[str, str]] = set()  # views, and the hashes that they had
        self.broker: Broker
        self.server: Server

    def changed(self, name: str, before: Document | None, after: Document | None) -> None:
        """A document was written or taken away."""
        match name:
            case "receipts":
                self._claim(before, after)
            case "views":
                self._view(before, after)
            case "early_views":
                self._early_view(before, after)
            case _ if name.endswith(" > views"):  # until the aggregators load it, what came since the rebuild read the log is missing
                self.first_generation = 0
                self._stood |= {(view["_id"], view["hash"]) for view, _ in self.server.table("views").rows.values()}
            case "checkpoints" if after is not None and "event_id" in after:
                self._checkpoint(before, after)
            case "reports" if before is not None:
                kept = {key: value for key, value in before.items() if key not in ("partition", "sequence")}
                if after is None or any(after[key] != value for key, value in kept.items()):
                    self.violated("a stored event never changes", before["_id"])

    def stored(self, stream: Stream, sequence: int) -> None:
        """A message came to a stream."""
        message = stream.messages[sequence]
        if stream.name == "FEED" and not self.is_feed_cut:
            older = [one for key, one in stream.messages.items() if one.subject == message.subject and key < sequence]
            if older and _position(older[-1]) >= _position(message):
                self.violated("FEED goes forward only", message.subject, _position(older[-1]), _position(message))
        elif stream.name == "REPORTS":
            logged = events.read_logged(message.data)
            claim = self.server.table("receipts").rows.get(logged.id if logged else "")
            if logged is None or claim is None or claim[0].get("event") != message.data:
                self.violated("only what was claimed is logged", message.subject, logged and logged.id)

    def answered(self, data: bytes) -> None:
        """A receipt was sent."""
        receipt = orjson.loads(data)
        if receipt["position"] is None:
            if receipt["verdict"] == "accepted":
                self.violated("an accepted event's receipt says where the log has it", receipt["event_id"])
        elif not self.went_back:
            place = self.broker.streams["REPORTS"].messages.get(receipt["position"]["sequence"])
            if place is None or self._logged(place).id != f"{receipt['unit']}/{receipt['event_id']}":
                self.violated("a receipt's position is in the log", receipt["unit"], receipt["event_id"], receipt["position"])

    def feed_lacks(self) -> list[str]:
        """Views whose figures are not those of their newest message in FEED."""
        newest = self._newest()
        return [view["_id"] for view, key in self._keys() if key not in newest or _hash(newest[key]) != view["hash"]]

    def feed_lags(self) -> list[str]:
        """Views whose position is not that of their newest message in FEED."""
        newest = self._newest()
        return [view["_id"] for view, key in self._keys() if key not in newest or _position(newest[key]) != _place(view)]

    def older_views(self) -> list[str]:
        """Views that are not of the generation now."""
        generation = self.generation
        stored = [*self.server.table("views").rows.values(), *self.server.table("early_views").rows.values()]
        return [view["_id"] for view, _ in stored if view["position"]["generation"] != generation]

    @property
    def generation(self) -> int:
        found: int = self.server.table("checkpoints").rows["generation"][0]["value"]
        return found

    def _newest(self) -> dict[str, Stored]:
        """FEED's newest message of each view, without the code of its province."""
        messages = self.broker.streams["FEED"].messages.values()
        return {message.subject.partition(".")[2].partition(".")[2]: message for message in messages}

    def _keys(self) -> list[tuple[Document, str]]:
        views = [view for view, _ in self.server.table("views").rows.values()]
        return [(view, f"{view['regime']}.{view['period']}.{view['unit']['id']}") for view in views]

    def _claim(self, before: Document | None, after: Document | None) -> None:
        if before is None and after is not None:
            self.claimed_at[after["_id"]] = after["received_ms"]
        elif before is not None and after != before:
            self.violated("a claim never changes", before["_id"])

    def _view(self, before: Document | None, after: Document | None) -> None:
        if after is not None:
            self._stood.add((after["_id"], after["hash"]))
        if before is not None and after is None:
            if before["position"]["generation"] >= self.generation:
                self.violated("a view is not taken away", before["_id"])
            elif before["position"]["generation"] == self.generation - 1 and not self.went_back:  # else perhaps by one between
                self._taken_in[before["_id"]] = self.generation
        elif before is None and after is not None and self._taken_in.get(after["_id"]) == after["position"]["generation"]:
            self.violated("a view that stays is replaced, not taken away", after["_id"])
        elif before is not None and after is not None and _place(after) < _place(before):
            self.violated("a view is written over an older one only", before["_id"], _place(before), _place(after))

    def _early_view(self, before: Document | None, after: Document | None) -> None:
        if before is not None and after is None and before["position"]["generation"] >= self.generation:
            self.violated("an early view is not taken away", before["_id"])
        elif before is not None and after is not None and _place(after) < _place(before):
            self.violated("an early view is written over an older one only", before["_id"], _place(before), _place(after))

    def _checkpoint(self, before: Document | None, after: Document) -> None:
        if before is not None and after["sequence"] < before["sequence"] and not self.went_back:
            self.violated("a checkpoint goes forward", before, after)
        partition, sequence = after["_id"].partition("/")[2], after["sequence"]
        log = self.broker.streams["REPORTS"].messages
        at = events.read_logged(log[sequence].data) if sequence in log else None
        if at is None or at.id != after["event_id"]:
            if not self.went_back:
                self.violated("a checkpoint names the event at its place", after)
            return  # one of the life before, which the next look at it will notice
        reports = self.server.table("reports").rows
        for one in log.values():
            if one.sequence <= sequence and one.subject.split(".")[1] == partition:
                logged = self._logged(one)
                if logged.id not in reports:
                    self.violated("a checkpoint stands behind what is stored", after["_id"], sequence, "without", logged.id)
        if self.generation == self.first_generation and not self.went_back:
            self._touched(partition, sequence)

    def _touched(self, partition: str, up_to: int) -> None:
        """Every view is as new as the last event up to a checkpoint that touched it. While no unit and no regime was changed."""
        views = self.server.table("views").rows
        for (regime, period, unit_id), sequence in self._last_touches(partition, up_to).items():
            row = views.get(ViewKey(regime, period, unit_id).text)
            if row is None or row[0]["position"]["sequence"] < sequence:
                self.violated("a view is as new as the checkpoint", regime, period, unit_id, sequence, row and row[0]["position"])

    def _last_touches(self, partition: str, up_to: int) -> dict[tuple[str, str, str], int]:
        """The sequence of the last event that touched each view, by the first copy of each event."""
        seen: set[str] = set()
        touched: dict[tuple[str, str, str], int] = {}
        for message in self.broker.streams["REPORTS"].messages.values():
            if message.sequence > up_to or message.subject.split(".")[1] != partition:
                continue
            logged = self._logged(message)
            if logged.id not in seen:
                seen.add(logged.id)
                for key in histories.views_of(logged.type, logged.regime, logged.period, logged.unit_id):
                    touched[key] = message.sequence
        return touched

    def _logged(self, message: Stored) -> Logged:
        if message.data not in self._read:
            logged = events.read_logged(message.data)
            assert logged is not None
            self._read[message.data] = logged
        return self._read[message.data]

    def end(self, changes: Changes, sent: Iterable[Sending], now_ms: int) -> None:
        """Everything is quiet: what must be true now."""
        accepted = self._accepted()
        self._events(accepted)
        self._verdicts(sent)
        reference = changes.reference(self.generation)
        expected = {view["_id"]: view for view in recompute.expected_views(reference, accepted.values(), events.from_ms(now_ms))}
        self._views(expected)
        self._feed(reference, {key: view for key, view in expected.items() if "units" not in view})
        self.counts["views"] += len(expected)
        self.counts["early views"] += sum("units" in view for view in expected.values())
        self.counts["early reports"] += sum(view["reporting"]["received"] for view in expected.values() if "units" in view)
        self.counts["pins"] += len(reference.pins)
        self.counts["areas"] += sum(view["unit"]["level"] == "area" for view in expected.values())
        self.counts["events"] += len(accepted)

    def _accepted(self) -> dict[str, Logged]:
        found = {}
        for claim, _ in self.server.table("receipts").rows.values():
            if claim["verdict"] == "accepted":
                logged = events.read_logged(claim["event"])
                if logged is None or logged.id != claim["_id"] or logged.received_ms != claim["received_ms"]:
                    self.violated("a claim holds its event", claim["_id"])
                    continue
                found[claim["_id"]] = logged
                if logged.type == events.CONFIRMED:
                    self._confirmation(logged)
                if claim["received_ms"] != self.claimed_at[claim["_id"]]:
                    self.violated("one received time", claim["_id"])
        return found

    def _confirmation(self, logged: Logged) -> None:
        """It states figures that its view had, and says which."""
        self.counts["confirmations"] += 1
        stated, figures = logged.data["view_hash"], logged.data["figures"]
        text = {"regime": logged.regime, "period": logged.period, "unit": logged.unit_id, **figures}
        canonical = json.dumps(text, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if hashlib.sha256(canonical.encode()).hexdigest() != stated:
            self.violated("a confirmation carries the figures of its hash", logged.id)
        if (f"{logged.regime}/{logged.period}/{logged.unit_id}", stated) not in self._stood:
            self.violated("a confirmation states figures that stood", logged.id, stated)

    def _events(self, accepted: dict[str, Logged]) -> None:
        """Claims, the log and `reports` hold the same events."""
        log = self.broker.streams["REPORTS"].messages
        copies: dict[str, list[int]] = {}
        for message in log.values():
            logged = events.read_logged(message.data)
            if logged is not None:
                copies.setdefault(logged.id, []).append(message.sequence)
                if accepted.get(logged.id) != logged:
                    self.violated("the log holds what was accepted", logged.id)
        reports = {key: document for key, (document, _) in self.server.table("reports").rows.items()}
        for missing in accepted.keys() - copies.keys():
            self.violated("an accepted event is in the log", missing)
        for missing in accepted.keys() - reports.keys():
            self.violated("an accepted event is stored", missing)
        for strange in reports.keys() - accepted.keys():
            self.violated("only accepted events are stored", strange)
        for key in accepted.keys() & reports.keys():
            report = reports[key]
            if report["event"] != accepted[key].raw or report["received_ms"] != accepted[key].received_ms:
                self.violated("one received time", key)
            if report["sequence"] not in copies.get(key, []):
                self.violated("a stored event's position is in the log", key, report["sequence"], copies.get(key))
        self.counts["copies in the log"] += sum(len(found) - 1 for found in copies.values())

    def _verdicts(self, sent: Iterable[Sending]) -> None:
        """Whatever stands in INBOX has a verdict, and the one it must have."""
        claims = {key: claim for key, (claim, _) in self.server.table("receipts").rows.items()}
        must = {sending.payload: sending.must for sending in sent if sending.must}
        parked = sum(orjson.loads(one.data)["subject"] == "inbox.X1" for one in self.broker.streams["PARKED"].messages.values())
        rubbish = 0
        for message in self.broker.streams["INBOX"].messages.values():
            wanted = must.get(message.data, "")
            if wanted == "parked":
                rubbish += 1
                continue
            sender, event_id = message.subject.partition(".")[2], orjson.loads(message.data)["id"]
            claim = claims.get(f"{sender}/{event_id}")
            if claim is None:
                self.violated("everything in INBOX has a receipt", message.subject, event_id)
            elif wanted and claim["verdict"] != wanted:
                self.violated(f"it must be {wanted}", sender, event_id, claim["errors"])
        if parked < rubbish:
            self.violated("rubbish is parked", parked, "of", rubbish)

    def _views(self, expected: dict[str, Any]) -> None:
        stored = [*self.server.table("views").rows.items(), *self.server.table("early_views").rows.items()]
        views = {key: plain(document) for key, (document, _) in stored}
        for missing in sorted(expected.keys() - views.keys()):
            self.violated("every view is there", missing)
        for strange in sorted(views.keys() - expected.keys()):
            self.violated("no view too many", strange)
        for key in sorted(expected.keys() & views.keys()):
            wrong = [name for name in expected[key].keys() | views[key].keys() if name not in MOVED]
            wrong = sorted(name for name in wrong if views[key].get(name) != expected[key].get(name))
            if wrong:
                self.violated(
                    "a view equals the plain recomputation", key, {name: (views[key].get(name), expected[key].get(name)) for name in wrong}
                )
            elif views[key]["position"]["generation"] != self.generation:
                self.violated("a view is of the generation now", key, views[key]["position"], self.generation)

    def _feed(self, reference: Reference, expected: dict[str, Any]) -> None:
        newest: dict[str, Stored] = {message.subject: message for message in self.broker.streams["FEED"].messages.values()}
        for key, view in sorted(expected.items()):
            period = reference.regimes[view["regime"]].period(view["period"])
            assert period is not None
            day = plain_periods.reference_day(reference, reference.regimes[view["regime"]], period)
            top = reference.registry.at(day).top(view["unit"]["id"]).id
            found = newest.get(f"feed.{top}.{view['regime']}.{view['period']}.{view['unit']['id']}")
            if found is None:
                self.violated("FEED has every view", key)
                continue
            data = orjson.loads(found.data)["data"]
            if {name: value for name, value in data.items() if name not in MOVED} != {
                name: value for name, value in view.items() if name != "_id"
            }:
                self.violated("FEED's newest message is the view", key, _position(found))


def _place(view: Document) -> tuple[int, int]:
    return view["position"]["generation"], view["position"]["sequence"]


def _hash(message: Stored) -> str:
    found: str = orjson.loads(message.data)["data"]["hash"]
    return found


def _position(message: Stored) -> tuple[int, int]:
    generation, _, sequence = message.headers["Tonghop-Position"].partition(".")
    return int(generation), int(sequence)
