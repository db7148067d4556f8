"""The units that have not reported, grouped as people phone them: by district or địa bàn, each with its contact.

Contacts are personal data: only reviewers who may ask for the report (đôn đốc) see them: those of the recipient, of the unit on whose
behalf it receives, and of the units that confirm. A viewer never does. Source: docs/security.md; ADR 0075.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.portal.domain.duties import countdown
from services.portal.domain.entering import Person
from services.portal.domain.standing import State, Status
from shared.words.reference import Setting
from shared.words.scope import acted_for
from shared.words.units import Contact, Registry, Tree, Unit

TELEPHONE: Final = re.compile(r"\+?[0-9]{6,15}", re.ASCII)
BETWEEN_DIGITS: Final = str.maketrans("", "", " .-()\u00a0")


@dataclass(frozen=True, slots=True)
class Missing:
    """A unit whose report does not count. `contacts` are those of who acts for it today; empty if the reader may not see them."""

    unit: Unit
    is_returned: bool
    deadline: datetime | None
    contacts: Sequence[Contact] = ()

    def words(self, now: datetime) -> str:
        """`quá hạn 2 ngày`, `bị trả lại, còn 3 ngày`."""
        when = "" if self.deadline is None else countdown(self.deadline, now)
        return ", ".join(filter(None, ("bị trả lại" if self.is_returned else "chưa nộp", when)))

    def is_past(self, now: datetime) -> bool:
        """Whether the deadline has passed."""
        return self.deadline is not None and now >= self.deadline


@dataclass(frozen=True, slots=True)
class Group:
    """The missing units of one district or địa bàn."""

    name: str
    missing: Sequence[Missing]


def may_see_contacts(person: Person | None, setting: Setting, registry: Registry, today: date) -> bool:
    """Whether a person may see the contacts of units that report in a period of a regime."""
    if person is None:
        return False
    named = [setting.tree.by_code.get(code or "") for code in (setting.regime.recipient, setting.regime.on_behalf_of)]
    asking = {unit.id for unit in named if unit is not None} | {found.by.id for found in setting.version.confirmations}
    return any(asking & {unit, *acted_for(registry, unit, today)} for unit in person.reviewer_at)


def of_status(status: Status, contacts: Sequence[Contact]) -> Missing:
    """A unit that is missing, by the state of its report."""
    return Missing(status.unit, status.state is State.RETURNED, status.deadline, contacts)


def contacts_of(registry: Registry, unit_id: str, today: date) -> Sequence[Contact]:
    """To whom reminders about a unit go today: its contacts, or those of its heir if it has ended."""
    acting = registry.acting(unit_id, today)
    rows = registry.ids.get(acting.id if acting is not None else unit_id, ())
    return [contact for contact in rows[-1].contacts if contact.name or contact.phone] if rows else []


def grouped(missing: Iterable[Missing], tree: Tree, top: Unit) -> list[Group]:
    """The missing units by the district or địa bàn below `top` that holds them, by the groups' codes; those directly below it last."""
    area_of = {member.id: tree.by_id[area] for area, members in tree.members.items() for member in members if area != top.id}
    groups: dict[str, list[Missing]] = {}
    names = {"": f"Trực thuộc {top.name}"}
    for one in missing:
        holder = area_of.get(one.unit.id) or next((unit for unit in tree.ancestors(one.unit.id) if unit.id != top.id), None)
        is_below = holder is not None and _is_below(tree, holder, top)
        code = holder.code if holder is not None and is_below else ""
        if holder is not None and is_below:
            names[code] = holder.name
        groups.setdefault(code, []).append(one)
    return [Group(names[code], groups[code]) for code in sorted(groups, key=lambda code: (not code, code))]


def _is_below(tree: Tree, holder: Unit, top: Unit) -> bool:
    return any(above.id == top.id for above in tree.ancestors(holder.id))


def dialled(phone: str) -> str:
    """The telephone number as a link dials it; "" if it is none."""
    number = phone.translate(BETWEEN_DIGITS)
    return number if TELEPHONE.fullmatch(number) else ""


def as_text(title: str, expected: int, groups: Sequence[Group], now: datetime) -> str:
    """The list for a message: a heading, then one line for each unit with its state, contact and telephone."""
    count = sum(len(group.missing) for group in groups)
    lines = [title, f"{count} trong {expected} đơn vị chưa nộp"]
    for group in groups:
        lines += ["", f"{group.name} ({len(group.missing)})", *(_line(one, now) for one in group.missing)]
    return "\n".join(lines) + "\n"


def _line(one: Missing, now: datetime) -> str:
    reached = [" ".join(filter(None, (contact.name, contact.phone))) for contact in one.contacts]
    return f"- {one.unit.name} ({one.unit.code}): {'; '.join((one.words(now), *reached))}"
