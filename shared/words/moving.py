"""Roles that end with a reform, and drafts of the new ones at the heirs, which an operator approves (ADR 0053)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.words import granting
from shared.words.granting import NewGrant
from shared.words.people import Person
from shared.words.periods import ONE_DAY
from shared.words.principals import Grant
from shared.words.refusals import Refusal, refusal
from shared.words.units import Registry, Unit

State = Literal["draft", "choose", "done"]
"""`draft`: can be granted; `choose`: an operator has to name the heir; `done`: the person has the role at the heir already."""


@dataclass(frozen=True, slots=True)
class Reformed:
    """A reform as the lineage has it: its first day, and the ids of the units that end."""

    day: date
    ended: frozenset[str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A role that ends with the reform. `candidates` are the units that follow the old one, `heir` the one at which it would be granted."""

    person: Person
    grant: Grant
    old: Unit
    candidates: tuple[Unit, ...]
    heir: Unit | None
    asked: NewGrant | None
    state: State


def reformed(registry: Registry, reform: str) -> Reformed | None:
    """What a reform ends; None if no applied reform has this id, or no unit ends with it."""
    edges = [edge for edge in registry.lineage.edges if edge.reform == reform]
    return Reformed(edges[0].day, frozenset(edge.old for edge in edges)) if edges else None


def drafts(people: Iterable[Person], found: Reformed, registry: Registry, today: date, chosen: Mapping[str, str]) -> list[Draft]:
    """The roles that end with a reform and would still hold, by login. `chosen`: the id of the heir by the id of the unit that ended."""
    made = [_draft(person, grant, found, registry, today, chosen) for person in people for grant in _ending(person, found, today)]
    return sorted(made, key=lambda draft: (draft.person.login, draft.old.id, draft.grant.id))


def choice(text: str, found: Reformed, registry: Registry, today: date) -> tuple[str, str] | Refusal:
    """The ids in `OLD=NEW`, by the codes before the reform and today, or by ids."""
    old_name, _, new_name = (part.strip() for part in text.partition("="))
    before, first = registry.at(found.day - ONE_DAY), max(found.day, today)
    old = before.named(old_name)
    if old is None or old.id not in found.ended:
        return refusal("move.not_ended", unit=old_name)
    followers = candidates(old.id, registry, first)
    new = next((unit for unit in followers if new_name in (unit.code, unit.id)), None)
    if new is None:
        return refusal("move.not_an_heir", unit=new_name, old=old.name, known=[f"{unit.name} ({unit.code})" for unit in followers] or ["–"])
    return old.id, new.id


def candidates(unit_id: str, registry: Registry, day: date) -> tuple[Unit, ...]:
    """The units that follow a unit, as they are on a day: those that have its land or its functions, and its heir; by code."""
    followers = {registry.lineage.heir(edge.new, day) for edge in registry.lineage.out_of(unit_id)} | {registry.lineage.heir(unit_id, day)}
    rows = {follower: row for follower in followers if follower and (row := registry.valid(follower, day)) is not None}
    return tuple(sorted(rows.values(), key=lambda unit: unit.code))


def heir_of(unit_id: str, followers: Collection[Unit], registry: Registry, first: date, day: date) -> Unit | None:
    """The unit at which a role would be granted: the declared heir, or the only follower. None if there is none, or if it stood above the
    unit: a role there has another reach, so an operator has to choose it.
    """
    heir = registry.acting(unit_id, first) or (next(iter(followers)) if len(followers) == 1 else None)
    tree = registry.at(day - ONE_DAY)
    above = {unit.id for unit in tree.ancestors(unit_id)} if unit_id in tree.by_id else set()
    return None if heir is None or heir.id in above else heir


def _ending(person: Person, found: Reformed, today: date) -> Iterator[Grant]:
    for grant in person.to_come(max(found.day, today)):
        if grant.unit in found.ended:
            yield grant


def _draft(person: Person, grant: Grant, found: Reformed, registry: Registry, today: date, chosen: Mapping[str, str]) -> Draft:
    assert grant.unit is not None
    first = max(found.day, today)
    old = registry.row(grant.unit, found.day)
    assert old is not None
    followers = candidates(grant.unit, registry, first)
    named = next((unit for unit in followers if unit.id == chosen.get(grant.unit)), None)
    heir = named or heir_of(grant.unit, followers, registry, first, found.day)
    if heir is None:
        return Draft(person, grant, old, followers, None, None, "choose")
    asked = NewGrant(grant.role, heir.id, max(first, grant.begins), grant.ends, grant.is_approver)
    return Draft(person, grant, old, followers, heir, asked, "done" if granting.has_already(person, asked) else "draft")
