"""The cases of the matrix: every user tries every subject, to publish and to subscribe."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from tests.nats_matrix.rules import ENDED, NEIGHBOUR, OTHER_RECEIVER, RECEIVER, RULES, UNIT, Act

DESTRUCTIVE: Final = (
    *("STREAM.DELETE.REPORTS", "STREAM.PURGE.REPORTS", "STREAM.PURGE.INBOX", "STREAM.MSG.DELETE.REPORTS", "STREAM.CREATE.X"),
    *("CONSUMER.DELETE.INBOX.ingest", "CONSUMER.DELETE.FEED.so-nv", "CONSUMER.PAUSE.INBOX.ingest", "CONSUMER.DURABLE.CREATE.INBOX.x"),
)
OWN_MESSAGES: Final = (
    *(f"inbox.{unit}" for unit in (UNIT, NEIGHBOUR, ENDED)),
    *(f"inbox.{unit}.people" for unit in (UNIT, NEIGHBOUR)),
    *("inbox", f"inbox.{UNIT}.x", f"inbox.{UNIT}.people.x", f"INBOX.{UNIT}"),
    *("reports.0.ct27", "reports.1.ct27.x", "feed.20.ct27.2026.20", "parked.ingest", "parked.portal", "audit.head", "preview.0"),
    *(f"{kind}.{unit}" for kind in ("receipts", "alerts") for unit in (UNIT, NEIGHBOUR)),
)
SYSTEM: Final = (
    *("$SYS.REQ.SERVER.PING", "$SYS.REQ.SERVER.PING.VARZ", "$SYS.REQ.USER.INFO", "$SYS.REQ.ACCOUNT.PING.CONNZ"),
    *("$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.CLAIMS.DELETE", "$SYS.REQ.CLAIMS.LIST", "$SYS.REQ.CLAIMS.PACK"),
    *(
        "$SYS.REQ.ACCOUNT.UNITS.CLAIMS.LOOKUP",
        "$SYS.REQ.ACCOUNT.UNITS.CLAIMS.UPDATE",
        "$SYS.REQ.SERVER.X.SHUTDOWN",
        "$SYS.REQ.SERVER.X.KICK",
    ),
)
REQUESTS: Final = (
    *("INFO", "STREAM.LIST", "STREAM.NAMES", "STREAM.INFO.INBOX", "STREAM.INFO.REPORTS", "STREAM.CREATE.X", "STREAM.UPDATE.INBOX"),
    *("STREAM.DELETE.REPORTS", "STREAM.PURGE.REPORTS", "STREAM.PURGE.INBOX", "STREAM.MSG.GET.INBOX", "STREAM.MSG.GET.REPORTS"),
    *("STREAM.MSG.DELETE.REPORTS", "STREAM.SNAPSHOT.REPORTS", "STREAM.RESTORE.X", "STREAM.LEADER.STEPDOWN.INBOX"),
    *("DIRECT.GET.FEED", "DIRECT.GET.INBOX", f"DIRECT.GET.INBOX.inbox.{NEIGHBOUR}"),
    *("CONSUMER.CREATE.INBOX", "CONSUMER.CREATE.INBOX.x", f"CONSUMER.CREATE.INBOX.x.inbox.{NEIGHBOUR}", "CONSUMER.CREATE.REPORTS"),
    *("CONSUMER.DURABLE.CREATE.INBOX.x", "CONSUMER.CREATE.FEED.x.feed.20.>", "CONSUMER.LIST.INBOX", "CONSUMER.NAMES.FEED"),
    *("CONSUMER.INFO.INBOX.ingest", "CONSUMER.DELETE.INBOX.ingest", "CONSUMER.PAUSE.INBOX.ingest", "CONSUMER.LEADER.STEPDOWN.INBOX.ingest"),
    *("CONSUMER.UNPIN.INBOX.ingest", "CONSUMER.RESET.INBOX.ingest", "CONSUMER.MSG.NEXT.INBOX.ingest"),
    *(f"CONSUMER.{verb}.FEED.{name}" for verb in ("INFO", "MSG.NEXT", "DELETE") for name in (RECEIVER, OTHER_RECEIVER)),
)
ANSWERS: Final = (
    *("$JS.ACK.INBOX.ingest.1.1.1.1.0", f"$JS.ACK.FEED.{RECEIVER}.1.1.1.1.0", f"$JS.ACK.FEED.{OTHER_RECEIVER}.1.1.1.1.0"),
    *("_INBOX.x", "_R_.x", "_GR_.x", "$JSC.R.x", "$KV.x.y", "$O.x.C.y", "$MQTT.sess.x"),
    *(f"_INBOX_{name}.x" for name in (UNIT, NEIGHBOUR, RECEIVER, "ingest", "portal", "cli", "push")),
)
PUBLISHED: Final = (
    *OWN_MESSAGES,
    *SYSTEM,
    *(f"{prefix}.{request}" for prefix in ("$JS.API", "streams") for request in REQUESTS),
    *ANSWERS,
)
SUBSCRIBED: Final = (
    *(f"{kind}.{unit}" for kind in ("receipts", "alerts", "inbox") for unit in (UNIT, NEIGHBOUR, ENDED, "*")),
    *("receipts.>", "alerts.>", "inbox.>", "inbox.*.people", "reports.>", "reports.*.*", "parked.*", "audit.head", "preview.*"),
    *("feed.>", "feed.*.*.*.*", "feed.20.ct27.2026.20", "feed.20.>"),
    *("_INBOX.>", *(f"_INBOX_{name}.>" for name in (UNIT, NEIGHBOUR, ENDED, RECEIVER, OTHER_RECEIVER, "ingest", "notify", "cli", "push"))),
    *(f"_INBOX_{UNIT}", f"_INBOX_{UNIT}.x", "_INBOX_*.>", "_INBOX_*.x"),
    *(">", "*", "*.*", "*.*.*", f"*.{UNIT}", "$JS.>", "$JS.API.>", "$JS.ACK.>", "$JS.EVENT.>", "$SYS.>", "$SYS.ACCOUNT.>", "$SYS.REQ.>"),
    *("streams.>", "_R_.>", "_GR_.>", "$JSC.>", "$KV.>", "$MQTT.>"),
)


class Try(NamedTuple):
    """A user publishes or subscribes to a subject."""

    user: str
    act: Act
    subject: str

    @property
    def name(self) -> str:
        return f"{self.user}: {self.act} {self.subject}"


def tries(*users: str) -> Iterator[Try]:
    """What some users try, or all."""
    for user in users or RULES:
        yield from (Try(user, "publish", subject) for subject in PUBLISHED)
        yield from (Try(user, "subscribe", subject) for subject in SUBSCRIBED)


HARMLESS: Final = b'{"filter": "nothing.at.all"}'
"""A body with which no request changes anything: whether a user may do something is asked without doing it."""

REPLIES: Final = (
    *(f"{prefix}.{request}" for prefix in ("$JS.API", "streams") for request in DESTRUCTIVE),
    *(
        "reports.0.ct27",
        f"inbox.{UNIT}",
        f"inbox.{NEIGHBOUR}",
        f"inbox.{NEIGHBOUR}.people",
        "feed.20.ct27.2026.20",
        "parked.ingest",
        "audit.head",
    ),
    *(f"{kind}.{NEIGHBOUR}" for kind in ("receipts", "alerts", "_INBOX")),
    *(f"_INBOX_{name}.x" for name in (NEIGHBOUR, OTHER_RECEIVER, "ingest", "cli", "push")),
    *("$SYS.REQ.CLAIMS.DELETE", "$SYS.REQ.SERVER.PING", "$JS.ACK.INBOX.ingest.1.1.1.1.0", "$JS.ACK.FEED.so-nv.1.1.1.1.0"),
    *("_R_.x", "_GR_.x", "$JSC.R.x", "$JS.EVENT.ADVISORY.x"),
)
"""Reply subjects: whoever answers publishes to them."""

NO_WAIT: Final = b'{"batch": 1, "no_wait": true}'
MISSING: Final = b'{"seq": 999999}'
ASKED: Final = {
    "unit": {f"inbox.{UNIT}": b"{}"},
    "a receiver": {
        f"$JS.API.CONSUMER.MSG.NEXT.FEED.{RECEIVER}": NO_WAIT,
        f"$JS.API.CONSUMER.INFO.FEED.{RECEIVER}": b"",
        f"$JS.ACK.FEED.{RECEIVER}.1.1.1.1.0": b"+WPI",
    },
    "ingest": {
        "streams.CONSUMER.MSG.NEXT.INBOX.ingest": NO_WAIT,
        "streams.CONSUMER.INFO.INBOX.ingest": b"",
        "streams.STREAM.INFO.INBOX": b"",
        "streams.STREAM.PURGE.INBOX": HARMLESS,
        "$JS.ACK.INBOX.ingest.1.1.1.1.0": b"+WPI",
    },
    "aggregate": {
        "streams.STREAM.MSG.GET.REPORTS": MISSING,
        "streams.CONSUMER.MSG.NEXT.FEED.so-nv": NO_WAIT,
        "streams.CONSUMER.MSG.NEXT.FEED.unknown": NO_WAIT,
    },
    "notify": {"streams.STREAM.MSG.GET.REPORTS": MISSING, "streams.CONSUMER.MSG.NEXT.REPORTS.unknown": NO_WAIT},
    "cli": {"streams.CONSUMER.MSG.NEXT.FEED.so-nv": NO_WAIT, "streams.STREAM.MSG.GET.FEED": MISSING, "streams.DIRECT.GET.FEED": MISSING},
    "portal": {"streams.STREAM.MSG.GET.FEED": MISSING, "streams.STREAM.INFO.FEED": b""},
}
"""What users may publish, with a body: answers are short, empty or errors, as an attack through a reply subject needs them."""
