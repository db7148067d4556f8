"""What each user of NATS may do, written from the contract and not from the product's own table: both change together.

Source: ADR 0051, ADR 0061.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Act = Literal["publish", "subscribe"]

UNIT: Final = "06253"
NEIGHBOUR: Final = "06256"
ENDED: Final = "06259-2024"
RECEIVER: Final = "so-vhtt"
OTHER_RECEIVER: Final = "so-nv"


class Rule(NamedTuple):
    """The subjects that a user may publish and subscribe to, with wildcards."""

    publish: tuple[str, ...] = ()
    subscribe: tuple[str, ...] = ()


def _unit(unit: str) -> Rule:
    return Rule((f"inbox.{unit}",), (f"receipts.{unit}", f"alerts.{unit}", f"_INBOX_{unit}.>"))


def _receiver(name: str) -> Rule:
    api = "$JS.API.CONSUMER"
    return Rule((f"{api}.INFO.FEED.{name}", f"{api}.MSG.NEXT.FEED.{name}", f"$JS.ACK.FEED.{name}.>"), (f"_INBOX_{name}.>",))


def _service(name: str, api: str, *publish: str, subscribe: tuple[str, ...] = ()) -> Rule:
    asked = tuple(f"streams.{request}" for request in api.split())
    return Rule((*asked, *publish), (*subscribe, f"_INBOX_{name}.>"))


RULES: Final[Mapping[str, Rule]] = {
    "unit": _unit(UNIT),
    "another unit": _unit(NEIGHBOUR),
    "a unit that has ended": _unit(ENDED),  # ingest refuses what it sends; its credentials are revoked with the reform
    "a unit with a second key": _unit(UNIT),
    "a user without a tag": Rule(),
    "a user with a tag in capitals": Rule(),
    "a receiver": _receiver(RECEIVER),
    "another receiver": _receiver(OTHER_RECEIVER),
    "ingest": _service(
        "ingest",
        "STREAM.INFO.INBOX STREAM.INFO.REPORTS STREAM.INFO.PARKED STREAM.PURGE.INBOX"
        " CONSUMER.INFO.INBOX.ingest CONSUMER.MSG.NEXT.INBOX.ingest",
        *("$JS.ACK.INBOX.ingest.>", "inbox.*", "reports.*.*", "receipts.*", "parked.ingest"),
        *("preview.*", "_INBOX_portal.>", "_INBOX_cli.>"),
        subscribe=("receipts.*", "dryrun.*", "dryrun.*.people"),
    ),
    "aggregate": _service(
        "aggregate",
        "STREAM.INFO.REPORTS STREAM.INFO.FEED STREAM.MSG.GET.REPORTS STREAM.MSG.GET.FEED CONSUMER.CREATE.REPORTS CONSUMER.CREATE.FEED"
        " CONSUMER.CREATE.FEED.*.feed.> CONSUMER.INFO.FEED.* CONSUMER.MSG.NEXT.REPORTS.* CONSUMER.MSG.NEXT.FEED.*",
        *("feed.*.*.*.*", "_INBOX_ingest.>"),
        subscribe=("preview.*",),
    ),
    "notify": _service(
        "notify",
        "STREAM.INFO.INBOX STREAM.INFO.REPORTS STREAM.INFO.ALERTS STREAM.MSG.GET.REPORTS CONSUMER.INFO.INBOX.ingest CONSUMER.CREATE.REPORTS"
        " CONSUMER.DELETE.REPORTS.* CONSUMER.MSG.NEXT.REPORTS.*",
        *("alerts.*", "audit.head"),
    ),
    "portal": _service(
        "portal",
        "STREAM.INFO.FEED STREAM.INFO.REPORTS CONSUMER.INFO.INBOX.ingest STREAM.MSG.GET.FEED",
        *("inbox.*.people", "dryrun.*", "dryrun.*.people"),
        subscribe=("feed.*.*.*.*", "receipts.*"),
    ),
    "cli": _service(
        "cli",
        ">",
        *("$JS.ACK.>", "inbox.*", "inbox.*.people", "reports.*.*", "feed.*.*.*.*", "alerts.*", "dryrun.*", "dryrun.*.people"),
        subscribe=("receipts.*",),
    ),
    "push": Rule(("$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP"), ("_INBOX_push.>",)),
}

WITHOUT_ENTRY: Final = (
    "nobody",
    "a revoked unit",
    "a unit whose credentials have expired",
    "a unit of another installation",
    "a unit that signed its claims itself",
    "a unit signed by the receivers' key",
    "a unit with permissions of its own",
    "a unit with the credentials of another key",
)
"""Who cannot even connect."""


def may(user: str, act: Act, subject: str) -> bool:
    """Whether the contract allows it. A subscription with wildcards is allowed only if all that it could receive is, but for one thing that
    nats-server does: where `*` is allowed, it takes `>` too.
    """
    rule = RULES[user]
    if act == "publish":
        return any(covers(pattern, subject) for pattern in rule.publish)
    return any(covers(pattern, subject) or (subject.endswith(".>") and covers(pattern, f"{subject[:-1]}*")) for pattern in rule.subscribe)


def covers(pattern: str, subject: str) -> bool:
    """Whether every subject that fits `subject` fits `pattern`."""
    wanted, found = pattern.split("."), subject.split(".")
    for place, token in enumerate(wanted):
        if token == ">":
            return len(found) > place
        if place >= len(found) or found[place] == ">" or token not in ("*", found[place]):
            return False
    return len(wanted) == len(found)
