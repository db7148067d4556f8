"""The accounts of NATS: what each exports to the others, and what the users in it may do (ADR 0051).

The streams are in an account of their own, STREAMS, in which no service, unit or receiver has a user: whoever may pull there could delete
any stream through the reply subject of a request. The others reach the streams through imports, which replace reply subjects.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, RootModel

from shared.plumbing import data_files, nats_claims, yaml_files
from shared.plumbing.nats_claims import Claims
from shared.wire import subjects

Account = Literal["STREAMS", "SERVICES", "UNITS", "RECEIVERS", "SYS"]
ACCOUNTS: Final[tuple[Account, ...]] = ("STREAMS", "SERVICES", "UNITS", "RECEIVERS", "SYS")
Scoped = Literal["UNITS", "RECEIVERS"]

RIGHTS: Final = data_files.FOLDER / "nats" / "rights.yaml"
API: Final = "$JS.API"
MAX_PAYLOAD: Final = 1_048_576  # bytes; equal to the servers' `max_payload`
SUBSCRIPTIONS: Final = 20  # of one connection of a unit or a receiver; it is closed when it has more

PUSH: Final = "push"  # the user of SYS that gives account claims to the servers
PUSH_PUBLISH: Final = ("$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP")


class Exported(NamedTuple):
    """A service that STREAMS exports. A `Stream` of answers ends when the asker stops listening, a `Singleton` after one answer."""

    subject: str
    answers: Literal["Singleton", "Stream"] = "Singleton"
    local: str = ""
    """The subject in the importing account; empty: the same."""


AUDIT: Final = "audit.*"
"""With a wildcard, although there is one subject: nats-server carries the answer to a request on through an import of exactly its reply
subject, so that whoever may ask anything could have an answer stored there.
"""

SENT: Final = (
    Exported(subjects.inbox("*")),
    Exported(subjects.inbox_of_people("*")),
    Exported(subjects.reports_under("*")),
    Exported(subjects.feed("*", "*", "*", "*")),
    Exported(subjects.alerts("*")),
    Exported(AUDIT),
    Exported(subjects.parked("*")),
)
"""What is published to streams."""

ASKED: Final = (
    *(
        Exported(f"{API}.{name}", local=f"{subjects.STREAMS_API}.{name}")
        for name in (
            "INFO",
            "STREAM.>",
            "CONSUMER.CREATE.>",
            "CONSUMER.DURABLE.CREATE.>",
            "CONSUMER.DELETE.>",
            "CONSUMER.INFO.>",
            "CONSUMER.NAMES.>",
            "CONSUMER.LIST.>",
        )
    ),
    Exported(f"{API}.CONSUMER.MSG.NEXT.>", "Stream", f"{subjects.STREAMS_API}.CONSUMER.MSG.NEXT.>"),
)
"""JetStream's API."""

ACKNOWLEDGED: Final = Exported("$JS.ACK.>")
FROM_UNITS: Final = Exported(subjects.inbox("*"))
FEEDS: Final = (
    Exported(f"{API}.CONSUMER.INFO.FEED.*"),
    Exported(f"{API}.CONSUMER.MSG.NEXT.FEED.*", "Stream"),
    Exported("$JS.ACK.FEED.>"),
)
"""What receivers use of JetStream's API: each its own consumer of FEED."""
TO_UNITS: Final = (subjects.receipts("*"), subjects.alerts("*"))
"""Streams of messages that SERVICES exports to UNITS."""


class UserRights(BaseModel):
    """What one of our own users may publish and subscribe to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    publish: list[str]
    subscribe: list[str] = []


class Rights(RootModel[dict[str, UserRights]]):
    """The rights of every user of SERVICES, by name."""


def rights() -> Mapping[str, UserRights]:
    """The declared rights, by the name of the user. Raises UnreadableError and ValidationError for a file that is wrong."""
    return Rights.model_validate(yaml_files.values(yaml_files.read(RIGHTS))).root


def inbox_prefix(name: str) -> str:
    """The prefix of the inboxes of a user, a unit (by id) or a receiver."""
    return f"_INBOX_{name}"


def bodies(
    keys: Mapping[Account, str], signing: Mapping[Scoped, str], revoked: Mapping[Scoped, Mapping[str, int]]
) -> dict[Account, Claims]:
    """The claims of every account. `keys` are the accounts' public keys, `signing` the public keys that sign units and receivers, `revoked`
    the users that are refused if they were issued until the given second, by public key.
    """
    streams = keys["STREAMS"]
    exports = [_service(exported) for exported in (*SENT, *ASKED, ACKNOWLEDGED)]
    services = [_import(exported, streams) for exported in (*SENT, *ASKED, ACKNOWLEDGED)]
    receiving = [_import(exported, streams) for exported in FEEDS]
    to_units = [{"name": subject, "subject": subject, "type": "stream"} for subject in TO_UNITS]
    from_services = [{**exported, "account": keys["SERVICES"]} for exported in to_units]
    return {
        "STREAMS": {"limits": nats_claims.UNLIMITED | nats_claims.JETSTREAM, "exports": exports},
        "SERVICES": {"imports": services, "exports": to_units},
        "UNITS": {
            "imports": [_import(FROM_UNITS, streams), *from_services],
            "signing_keys": [unit_scope(signing["UNITS"])],
            **_revocations(revoked.get("UNITS", {})),
        },
        "RECEIVERS": {
            "imports": receiving,
            "signing_keys": [receiver_scope(signing["RECEIVERS"])],
            **_revocations(revoked.get("RECEIVERS", {})),
        },
        "SYS": {},
    }


def unit_scope(signing_key: str) -> Claims:
    """What a unit may do, by its tag `unit:<id>`."""
    unit = "{{tag(unit)}}"
    return _scope(signing_key, "unit", [subjects.inbox(unit)], [subjects.receipts(unit), subjects.alerts(unit), f"{inbox_prefix(unit)}.>"])


def receiver_scope(signing_key: str) -> Claims:
    """What a receiver may do, by its tag `receiver:<name>`: read the consumer of FEED that has its name."""
    name = "{{tag(receiver)}}"
    publish = [f"{API}.CONSUMER.INFO.FEED.{name}", f"{API}.CONSUMER.MSG.NEXT.FEED.{name}", f"$JS.ACK.FEED.{name}.>"]
    return _scope(signing_key, "receiver", publish, [f"{inbox_prefix(name)}.>"])


def _scope(signing_key: str, role: str, publish: Sequence[str], subscribe: Sequence[str]) -> Claims:
    limits: dict[str, Any] = {"subs": SUBSCRIPTIONS, "payload": MAX_PAYLOAD, "allowed_connection_types": ["STANDARD"]}
    return nats_claims.scope(signing_key, role, publish, subscribe, **limits)


def _service(exported: Exported) -> Claims:
    return {"name": exported.subject, "subject": exported.subject, "type": "service", "response_type": exported.answers}


def _import(exported: Exported, account: str) -> Claims:
    local = {"local_subject": exported.local} if exported.local else {}
    return {"name": exported.subject, "subject": exported.subject, "account": account, "type": "service", **local}


def _revocations(revoked: Mapping[str, int]) -> Claims:
    return {"revocations": dict(sorted(revoked.items()))} if revoked else {}
