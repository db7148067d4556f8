"""Judges who entered a report for its sender (nhập thay): the recipient, or a confirmer of a view above the unit, on the day of receipt.

The unit stays the sender. Source: design, section 4, "Events"; ADR-0062.
"""

from collections.abc import Iterator
from typing import Final

from services.ingest.domain import acting, imports
from services.ingest.domain.case import Case
from shared.wire import events
from shared.words import on_behalf
from shared.words.refusals import Both, Refusal, refusal

ATTRIBUTE: Final = "enteredby"
PERSON: Final = "people/"
WHO: Final = {
    "recipient": Both("cơ quan nhận báo cáo", "the recipient"),
    "confirmers": Both("đơn vị chốt bảng tổng hợp có đơn vị này", "the units that confirm a view with this unit"),
}


def faults(case: Case) -> Iterator[Refusal]:
    """Why the event may not be entered as it is; nothing if nobody entered it for its sender. The attribute's shape is checked elsewhere.

    The event came on the subject for people.
    """
    tree = case.tree
    entered_by, actor = tree.get(ATTRIBUTE), tree.get("actor")
    if not isinstance(entered_by, str):
        return
    if case.type != events.SUBMITTED:
        yield refusal("event.entered_no_report", ATTRIBUTE, type=events.SUBMITTED)
    is_imported = any(tree.get(name) is not None for name in imports.ATTRIBUTES)  # by an operator, who replays what a person entered
    if isinstance(actor, str) and not actor.startswith(PERSON) and not is_imported:
        yield refusal("event.entered_by_person", "actor")
    if entered_by == case.sender:
        yield refusal("event.entered_for_itself", ATTRIBUTE)
    elif case.type == events.SUBMITTED:
        yield from _not_allowed(case, entered_by)


def _not_allowed(case: Case, entered_by: str) -> Iterator[Refusal]:
    setting = case.setting
    if setting is None or setting.regime.derived_from is not None or case.unit is None:
        return  # the refusal of the regime, the period or the unit says so
    allowed = setting.regime.entered_by
    if not allowed:
        yield refusal("report.entering_not_allowed", ATTRIBUTE, regime=setting.regime.id)
    elif not on_behalf.may_enter(case.registry, setting, case.unit, entered_by, case.day, acting.recipient(case)):
        names = [WHO[name] for name in dict.fromkeys(allowed)]
        who = Both(" hoặc ".join(name.vi for name in names), " or ".join(name.en for name in names))
        yield refusal("report.may_not_enter", ATTRIBUTE, entered_by=entered_by, unit=case.unit_code, who=who)
