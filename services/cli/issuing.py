"""Whom credentials are issued to, and how: units that exist today get an HTTP key each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from services.cli import session
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.nats_keys import Credentials, NatsKeys
from shared.shell.clock import random_secret
from shared.wire import subjects
from shared.words import credentials, refusals
from shared.words.credentials import Credential, Holder
from shared.words.principals import FeedScope, Right
from shared.words.reference import Reference
from shared.words.refusals import Refusal, refusal
from shared.words.units import AREA, Unit

BATCH = 100  # units in one transaction: others that write the audit log wait for it


@dataclass(frozen=True, slots=True)
class Terms:
    """How credentials are issued: by whom and when, until when they are valid, what for, when those that they replace end (None: they
    replace none), and by whose keys NATS credentials are signed (None: there are none).
    """

    by: str
    at: datetime
    expires_at: datetime
    may: frozenset[Right]
    old_end_at: datetime | None = None
    nats: NatsKeys | None = None


class Issued(NamedTuple):
    """What one holder got: the secrets, and what is stored about them."""

    holder: Holder
    http_key: str
    nats_creds: str | None
    stored: tuple[Credential, ...]

    @property
    def name(self) -> str:
        """The unit's id, or the receiver's name."""
        return self.holder.unit or self.holder.receiver or ""

    def as_json(self) -> dict[str, Any]:
        kind = "receiver" if self.holder.unit is None else "unit"
        return {kind: self.name, "http_key": self.http_key, "nats_creds": self.nats_creds}


def new(holder: Holder, terms: Terms) -> Issued:
    """New credentials, not stored yet."""
    key = credentials.new_key(random_secret(), holder, terms.may, terms.at, terms.by, terms.expires_at)
    made = None if terms.nats is None else _nats(terms.nats, holder, terms)
    if made is None:
        return Issued(holder, key.key, None, (key.credential,))
    number = credentials.id_of(made.public_key)
    stored = Credential(number, "nats", holder, made.public_key, terms.may, terms.at, terms.by, terms.expires_at)
    return Issued(holder, key.key, made.text, (key.credential, stored))


def _nats(keys: NatsKeys, holder: Holder, terms: Terms) -> Credentials | None:
    """NATS credentials; None for a unit that may not send, because those of units can always send."""
    if holder.receiver is not None:
        return keys.receiver(holder.receiver, terms.at, terms.expires_at)
    if holder.unit is None or "send" not in terms.may:
        return None
    return keys.unit(holder.unit, terms.at, terms.expires_at)


async def issue(store: CredentialStore, holders: Sequence[Holder], terms: Terms, keep: Callable[[Sequence[Issued]], None]) -> list[Issued]:
    """Issues credentials to each holder, in batches. `keep` is called with each batch as soon as it is stored."""
    done: list[Issued] = []
    old = [] if terms.old_end_at is None else valid(await store.all(), terms.at)
    for batch in _batches(holders):
        issued = [new(holder, terms) for holder in batch]
        await store.issue([credential for one in issued for credential in one.stored])
        keep(issued)
        if terms.old_end_at is not None:
            replaced = [credential for credential in old if (credential.holder.unit, credential.holder.receiver) in _names(batch)]
            await store.end(replaced, terms.old_end_at, terms.at, terms.by)
        done += issued
    return done


def valid(found: Sequence[Credential], now: datetime) -> list[Credential]:
    """Those that can be used now."""
    return [credential for credential in found if credential.state(now) == "valid"]


def units(reference: Reference, names: Sequence[str], regime: str | None, today: date) -> list[Unit]:
    """The units with these codes of today or ids, and all that a regime asks today, by code. Ends the command if one of them cannot have
    credentials.
    """
    found = {name: unit_today(reference, name, today) for name in names}
    if wrong := [unit for unit in found.values() if isinstance(unit, Refusal)]:
        session.stop(session.WRONG_USE, *wrong)
    chosen = {unit.id: unit for unit in found.values() if isinstance(unit, Unit)}
    chosen |= {unit.id: unit for unit in ([] if regime is None else asked(reference, regime, today))}
    if unsafe := [unit_id for unit_id in chosen if not subjects.is_token(unit_id)]:
        session.stop(session.WRONG_USE, refusal("credentials.unsafe_id", units=unsafe))
    return sorted(chosen.values(), key=lambda unit: (unit.code, unit.id))


def asked(reference: Reference, regime_id: str, today: date) -> list[Unit]:
    """The units that report in a regime today. Ends the command if it is unknown or has ended."""
    regime = reference.regimes.get(regime_id)
    if regime is None:
        session.stop(session.WRONG_USE, refusal("cli.unknown_regime", regime=regime_id, known=sorted(reference.regimes)))
    if regime.has_ended(today):
        session.stop(session.WRONG_USE, refusal("credentials.regime_ended", regime=regime_id))
    tree = reference.registry.at(today)
    return [tree.by_id[unit_id] for unit_id in regime.on(today).group_of(tree)]


def receiver(reference: Reference, name: str, tops: Sequence[str], regime: str | None, today: date) -> Holder:
    """The receiver of the feeds of units at the top, by their codes of today or ids. Ends the command if a name is not right."""
    if not subjects.is_token(name) or reference.registry.bearers(name):
        session.stop(session.WRONG_USE, refusal("credentials.not_a_receiver", name=name))
    if regime is not None and regime not in reference.regimes:
        session.stop(session.WRONG_USE, refusal("cli.unknown_regime", regime=regime, known=sorted(reference.regimes)))
    found = units(reference, tops, None, today)
    if below := [unit.name for unit in found if reference.registry.at(today).top(unit.id).id != unit.id]:
        session.stop(session.WRONG_USE, refusal("credentials.not_at_the_top", units=below))
    return Holder(receiver=name, feeds=tuple(FeedScope(unit.id, regime) for unit in found))


def unit_today(reference: Reference, name: str, today: date) -> Unit | Refusal:
    """The unit that has this code today, or this id; or why nobody can act for it with credentials."""
    registry = reference.registry
    found = registry.at(today).named(name)
    if found is not None and found.level != AREA:
        return found
    rows = registry.ids.get(name) or [row for row in registry.bearers(name) if row.level != AREA]
    if not rows:
        return refusal("cli.unknown_unit", units=[f"“{name}”"])
    last = rows[-1]
    if today < last.valid_from:
        return refusal("credentials.unit_not_begun", unit=last.name, day=refusals.day(last.valid_from))
    assert last.valid_to is not None  # else it would exist today
    heir = registry.acting(last.id, today)
    goes_to = refusals.Both("chưa khai đơn vị kế thừa", "no heir is declared") if heir is None else f"{heir.name} ({heir.id})"
    return refusal("credentials.unit_ended", unit=last.name, day=refusals.day(last.valid_to), heir=goes_to)


def _names(holders: Sequence[Holder]) -> set[tuple[str | None, str | None]]:
    return {(holder.unit, holder.receiver) for holder in holders}


def _batches(holders: Sequence[Holder]) -> Iterator[Sequence[Holder]]:
    for first in range(0, len(holders), BATCH):
        yield holders[first : first + BATCH]
