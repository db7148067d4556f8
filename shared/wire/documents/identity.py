"""The documents of people, sessions, credentials and the audit log."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, NotRequired, TypedDict


class GrantDocument(TypedDict):
    """One role of a person at a unit."""

    id: Annotated[str, "id of the grant, unique within the person"]
    role: Annotated[Literal["officer", "reviewer", "viewer", "operator"], "the role"]
    unit: Annotated[str | None, "id of the unit; null for an operator"]
    begins: Annotated[str, "first day, `YYYY-MM-DD`"]
    ends: Annotated[str | None, "the first day on which the role no longer holds, `YYYY-MM-DD`; null while no end is known"]
    granted_by: Annotated[str, "actor that granted it"]
    granted_at: Annotated[datetime, "when it was granted"]
    revoked_at: Annotated[datetime | None, "when it was revoked; null while it was not"]
    approver: NotRequired[
        Annotated[bool, "true if the officer approves the unit's drafts and alone sends them, otherwise absent; since data format 8"]
    ]


class SubjectDocument(TypedDict):
    """An account at an OpenID Connect provider, bound to a person by an invitation."""

    issuer: Annotated[str, "the provider"]
    subject: Annotated[str, "the account's `sub` at the provider"]


class PersonDocument(TypedDict):
    """A person who may log in. Removed people keep their document, so that `actor` in the log can always be resolved.

    Written by: the identity stores. Read by: the portal, the command line.
    """

    _id: Annotated[str, "random id; events that the person causes carry `people/<id>`"]
    login: Annotated[str, "name at login, NFC and lower case, unique"]
    name: Annotated[str, "the person's name"]
    email: Annotated[str, "address, empty when there is none"]
    grants: Annotated[list[GrantDocument], "roles, past ones included"]
    password: Annotated[str | None, "argon2id hash with its parameters; null if the person logs in only through a provider"]
    password_set_at: Annotated[datetime | None, "when the password was set"]
    must_change: Annotated[bool, "whether the password was set by somebody else and must be changed at the next login"]
    totp: Annotated[str | None, "secret for one-time codes, encrypted with a key that is not in the database; null when not in use"]
    totp_step: Annotated[int, "time step of the last accepted one-time code, which is not accepted again; 0 at first"]
    subject: Annotated[SubjectDocument | None, "account at a provider; null when none is bound"]
    calendar: Annotated[int, "number of the last secret calendar address; 0 before the first. A new number is a new address"]
    calendar_hash: Annotated[str | None, "sha256 of the calendar address, in hex; null when there is none"]
    version: Annotated[int, "raised by every change that ends sessions: a new password, another role, a reset"]
    created_at: Annotated[datetime, "when the person was added"]
    revoked_at: Annotated[datetime | None, "when the account was revoked; null while it was not"]


class InvitationDocument(TypedDict):
    """An invitation: whoever follows it binds an account at the provider to the person, once.

    Written by: the identity stores. Read by: the portal.
    """

    _id: Annotated[str, "sha256 of the secret in the link, in hex"]
    person: Annotated[str, "id of the person"]
    expires_at: Annotated[datetime, "until when it can be used; MongoDB removes it then"]


class SessionDocument(TypedDict):
    """A person's session in a browser.

    Written by: the identity stores. Read by: the portal.
    """

    _id: Annotated[str, "sha256 of the secret in the cookie, in hex"]
    person: Annotated[str, "id of the person"]
    version: Annotated[int, "`version` of the person at the login; another version ends the session"]
    began_at: Annotated[datetime, "when the person logged in"]
    seen_at: Annotated[datetime, "last request, to the minute"]
    expires_at: Annotated[datetime, "when MongoDB may remove it: 12 hours after the login"]
    address: Annotated[str, "address of the browser at login"]
    browser: Annotated[str, "what the browser called itself, at most 200 characters"]


class LoginDelayDocument(TypedDict):
    """Failed logins of one account, browser or code, or from one address: the next attempt has to wait. Also who has the next turn at an
    account, and which answers of a provider were taken.

    Written by: the identity stores. Read by: the portal.
    """

    _id: Annotated[
        str,
        "`account/<sha256 of the login>`, `address/<address>`, `browser/…`, `code/<person>`, `turn/<sha256 of the login>/<address>` "
        "or `once/…`",
    ]
    failures: Annotated[int, "failed logins since the last success"]
    wait_until: Annotated[datetime, "when the next attempt is examined"]
    expires_at: Annotated[datetime, "when MongoDB may remove it"]


class FeedScopeDocument(TypedDict):
    """Feeds that a receiver may read."""

    top: Annotated[str, "id of the unit at the top whose views the feed has"]
    regime: Annotated[str | None, "id of the regime; null for all"]


class CredentialDocument(TypedDict):
    """One key of a unit or a receiver, for HTTP or NATS. No document holds a secret.

    Written by: the identity stores.
    Read by: ingest, the portal, the command line.
    """

    _id: Annotated[str, "random id"]
    kind: Annotated[Literal["http", "nats"], "for which door"]
    unit: Annotated[str | None, "id of the unit that it acts for; null for a receiver"]
    receiver: Annotated[str | None, "name of the receiver; null for a unit"]
    feeds: Annotated[list[FeedScopeDocument], "feeds that a receiver may read; empty for a unit"]
    verifier: Annotated[str, "sha256 of an HTTP key, in hex; the public nkey of NATS credentials"]
    may: Annotated[list[Literal["send", "read"]], "what it may be used for"]
    issued_at: Annotated[datetime, "when it was issued"]
    issued_by: Annotated[str, "actor that issued it"]
    expires_at: Annotated[datetime, "from when on it is refused"]
    revoked_at: Annotated[datetime | None, "when it was revoked; null while it was not"]
    revoked_by: Annotated[str | None, "actor that revoked it; null while nobody did"]


class CredentialUseDocument(TypedDict):
    """When an HTTP key was last used.

    Written by: the identity stores. Read by: the command line.
    """

    _id: Annotated[str, "id of the credential"]
    at: Annotated[datetime, "last use, to the minute"]


class AuditDocument(TypedDict):
    """One entry of the audit log. Entries are only added; each has the hash of the one before.

    Written by: `shared/plumbing/audit_store.py`. Read by: the command line, notify (the daily head).
    """

    _id: Annotated[int, "number: 1, 2, 3 …"]
    at: Annotated[datetime, "when it happened"]
    actor: Annotated[str, "`people/<id>`, `operator/<login>`, `units/<id>`, `services/<name>` or `nobody`"]
    action: Annotated[str, "what happened, for example `credential.issued`"]
    target: Annotated[str, "what it concerns, for example `units/06253`; empty when nothing"]
    details: Annotated[dict[str, Any], "facts of this action; never a secret"]
    before: Annotated[str, "hash of the entry before, in hex; of the first entry 64 zeros"]
    hash: Annotated[str, "sha256 over the other fields, in hex (`shared/words/audit.py`)"]


class IdentityGenerationDocument(TypedDict):
    """Raised by every change of people or credentials, so that services notice it within a second.

    Written by: the identity stores. Read by: ingest, the portal.
    """

    _id: Annotated[Literal["generation"], "`generation`"]
    value: Annotated[int, "the number of changes"]


class AuditHeadDocument(TypedDict):
    """The last audit entry as its writer knew it: shows if entries at the end are missing.

    Written by: `shared/plumbing/audit_store.py`. Read by: the command line.
    """

    _id: Annotated[Literal["audit"], "`audit`"]
    number: Annotated[int, "number of the entry"]
    hash: Annotated[str, "its hash"]


class DailyHeadDocument(TypedDict):
    """The head of the audit log that is published and mailed on one day, and how far that was done.

    Written by: `services/notify/store/heads.py`. Read by: the same.
    """

    _id: Annotated[str, "`head/<day>`, the day in Vietnam, `YYYY-MM-DD`"]
    number: Annotated[int, "number of the entry"]
    hash: Annotated[str, "its hash"]
    at: Annotated[datetime, "when the head was read"]
    is_published: Annotated[bool, "whether the stream ALERTS has acknowledged it"]
    mailed: Annotated[list[str], "addresses to which it was mailed, or which the mail server refused"]
    holder: Annotated[str, "the notifier that mails it"]
    lease_until: Annotated[datetime, "until when no other notifier mails it"]


IDENTITY_GENERATION: Final = "generation"
"""The id of the document in `identity` whose value is raised whenever people or credentials change."""

AUDIT_HEAD: Final = "audit"
"""The id of the document in `identity` that names the last audit entry."""
