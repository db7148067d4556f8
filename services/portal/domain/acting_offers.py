"""Which acts a person is offered on the page of a report or a view, and why an act cannot be done now. Pure.

What is offered here is accepted by ingest, unless something changed in between: `tests/portal/test_acting_offers.py` holds the two against
each other. Source: ADR 0074.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.portal.domain.acting_rights import Matter, Right
from shared.wire import events
from shared.words import deadlines, periods, refusals, vietnamese
from shared.words.refusals import Both, Refusal, refusal
from shared.words.report_state import Confirmation, ReportState


@dataclass(frozen=True, slots=True)
class Chance:
    """Whether an act can be done now. `right`: in whose name; None if the person never may. `why_not` says why it cannot be done, and
    `note` what to know before.
    """

    right: Right | None
    why_not: Refusal | None = None
    note: str = ""

    @property
    def is_open(self) -> bool:
        return self.right is not None and self.why_not is None


@dataclass(frozen=True, slots=True)
class Offer:
    """An act as a page names it, with the address of its page."""

    label: str
    path: str
    chance: Chance


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What is known of a report: its state, its deadline without an extension, and which views above are confirmed (ids of units)."""

    state: ReportState
    due: datetime | None
    confirmed: Collection[str]

    @property
    def deadline(self) -> datetime | None:
        """The present deadline."""
        return deadlines.effective(self.due, self.state.extended_to)


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """What is known of a view: its hash (None: there is none), how complete it is, its confirmations, and which views above are confirmed
    (ids of units). `is_opened`: reports of the period can be sent. `owing` units below owe something, `unasked` of them were not asked
    today.
    """

    hash: str | None
    received: int
    missing: int
    state: ReportState
    confirmed: Collection[str]
    is_opened: bool
    owing: int
    unasked: int

    @property
    def is_adjusted(self) -> bool:
        """Whether a confirmation would be an adjustment of one that stands."""
        return self.state.confirmation is not None

    @property
    def needs_reason(self) -> bool:
        """Whether a confirmation needs a reason: a unit is missing, or confirmed figures are replaced."""
        return self.missing > 0 or self.is_adjusted


NOT_STANDING: Final = {
    "returned": Both("đã được trả lại", "was returned"),
    "withdrawn": Both("đã được rút", "was withdrawn"),
    "none": Both("chưa có", "does not exist"),
}


def returning(matter: Matter, facts: ReportFacts) -> Chance:
    """Whether the report can be returned. A confirmer returns while its own confirmation does not stand; the recipient always."""
    if matter.receiving is None and not matter.below:
        return Chance(None, not_recipient(matter))
    used = {one.sender for one in matter.below if one.entry is not None and one.entry.of.id in facts.confirmed}
    free = matter.receiving or next((one for one in matter.below if one.sender not in used), None)
    if not facts.state.counts:
        return Chance(free or matter.below[0], refusal("act.nothing_to_return", state=NOT_STANDING[_absence(facts.state)]))
    return Chance(matter.below[0], refusal("act.confirmed_before")) if free is None else Chance(free)


def extending(matter: Matter, facts: ReportFacts) -> Chance:
    """Whether the unit can be given more time."""
    if matter.receiving is None:
        return Chance(None, not_recipient(matter))
    why = None if facts.due is not None else refusal("act.not_opened", period=vietnamese.period_name(matter.setting.period.code))
    return Chance(matter.receiving, why)


def extending_many(matter: Matter, facts: ViewFacts) -> Chance:
    """Whether units below can be given more time."""
    if matter.receiving is None:
        return Chance(None, not_recipient(matter))
    why = None if facts.is_opened else refusal("act.not_opened", period=vietnamese.period_name(matter.setting.period.code))
    return Chance(matter.receiving, why)


def confirming(matter: Matter, facts: ViewFacts, now: datetime) -> Chance:
    """Whether the view can be confirmed."""
    right = matter.confirming
    if right is None:
        return Chance(None, _not_confirmer(matter))
    if why := _nothing_to_confirm(matter, facts, now):
        return Chance(right, why)
    return Chance(right, note="; ".join(_reasons(facts)))


def undoing(matter: Matter, facts: ViewFacts) -> Chance:
    """Whether the confirmation that stands can be undone: by who made it, or if a unit above has confirmed, only by that one."""
    right = matter.undoing(facts.confirmed)
    if right is None and not matter.undoes_some:
        return Chance(None, _not_confirmer(matter))
    standing = facts.state.confirmation
    if standing is None:
        return Chance(_some(matter), refusal("act.nothing_to_undo"))
    if right is None:
        allowed = [entry for entry in matter.above if entry.of.id in set(facts.confirmed)] or matter.own
        names = list(dict.fromkeys(entry.by.name for entry in allowed))
        return Chance(_some(matter), refusal("act.undone_by_others", confirmers=names))
    if _is_closed(matter, standing):
        return Chance(right, refusal("act.confirmation_closed"))
    return Chance(right)


def asking(matter: Matter, facts: ViewFacts, now: datetime) -> Chance:
    """Whether units below can be asked for what they owe."""
    right = matter.asking
    if right is None:
        return Chance(None, not_recipient(matter))
    if not matter.has_begun(now):
        return Chance(right, _not_begun(matter))
    if not facts.is_opened:
        return Chance(right, refusal("act.not_opened", period=vietnamese.period_name(matter.setting.period.code)))
    if facts.owing == 0:
        return Chance(right, refusal("act.nobody_owes"))
    if facts.unasked == 0:
        return Chance(right, refusal("act.asked_today"))
    return Chance(right, note=f"{facts.owing} đơn vị còn việc phải làm")


def of_report(matter: Matter, facts: ReportFacts, to: str) -> list[Offer]:
    """The acts on the page of a report, whose address ends in `to`."""
    return [
        Offer("Trả lại", f"/bao-cao/{to}/tra-lai", returning(matter, facts)),
        Offer("Gia hạn", f"/bao-cao/{to}/gia-han", extending(matter, facts)),
    ]


def of_view(matter: Matter, facts: ViewFacts, to: str, now: datetime) -> list[Offer]:
    """The acts on the page of a view, whose address ends in `to`. Chốt is left out where nobody confirms the view."""
    confirm = "Chốt điều chỉnh" if facts.is_adjusted else "Chốt số liệu"
    own = [
        Offer(confirm, f"/bang/{to}/chot", confirming(matter, facts, now)),
        Offer("Hủy chốt", f"/bang/{to}/huy-chot", undoing(matter, facts)),
    ]
    return [
        *(own if matter.own else []),
        Offer("Đôn đốc", f"/bang/{to}/don-doc", asking(matter, facts, now)),
        Offer("Gia hạn nhiều đơn vị", f"/bang/{to}/gia-han", extending_many(matter, facts)),
    ]


def about_the_missing(offers: Iterable[Offer]) -> list[Offer]:
    """Of the acts on a view those that concern who has not reported, and what is done with the view without them; those only that the
    person ever may.
    """
    return [offer for offer in offers if offer.chance.right is not None and not offer.path.endswith("/huy-chot")]


def not_recipient(matter: Matter) -> Refusal:
    """The refusal of who does not act for the recipient."""
    code = matter.setting.regime.recipient
    return refusal("act.not_recipient", recipient=[code if matter.recipient is None else f"{matter.recipient.name} ({code})"])


def _not_confirmer(matter: Matter) -> Refusal:
    names = list(dict.fromkeys(entry.by.name for entry in matter.own))
    return refusal("act.not_confirmer", confirmers=names) if names else refusal("act.nobody_confirms")


def _nothing_to_confirm(matter: Matter, facts: ViewFacts, now: datetime) -> Refusal | None:
    if not matter.has_begun(now):
        return _not_begun(matter)
    if not facts.is_opened:
        return refusal("act.not_opened", period=vietnamese.period_name(matter.setting.period.code))
    if (early := matter.early_day) is not None:
        return refusal("act.before_reform", day=refusals.day(early))
    if facts.hash is None or facts.received == 0:
        return refusal("act.nothing_to_confirm")
    standing = facts.state.confirmation
    if standing is not None and standing.view_hash == facts.hash:
        return refusal("act.not_changed", at=vietnamese.moment(events.from_ms(standing.received_ms)))
    return None


def _reasons(facts: ViewFacts) -> list[str]:
    """Why a confirmation needs a reason."""
    said = [f"còn {facts.missing} đơn vị chưa nộp: cần ghi lý do"] if facts.missing else []
    return [*said, "thay số đã chốt: cần ghi lý do điều chỉnh"] if facts.is_adjusted else said


def _not_begun(matter: Matter) -> Refusal:
    return refusal("act.not_begun", day=refusals.day(matter.setting.period.begins))


def _is_closed(matter: Matter, standing: Confirmation) -> bool:
    """Whether a confirmation belongs to an early block that no longer changes."""
    setting = matter.setting
    received = events.from_ms(standing.received_ms)
    days = matter.reference.early_days(setting.regime, setting.period)
    return next((day for day in days if periods.local_day(received) <= day), None) != matter.early_day


def _some(matter: Matter) -> Right | None:
    """A right of the person about the confirmations of the view, in some state."""
    return matter.undoing(()) or matter.undoing({entry.of.id for entry in matter.above})


def _absence(state: ReportState) -> str:
    """Why a report does not count."""
    if state.is_submission:
        return "returned"
    return "none" if state.first_submitted_ms is None else "withdrawn"
