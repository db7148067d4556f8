"""Who may send and act. The sender must exist on the day of receipt; for a unit that has ended, its heir acts and says so.

Figures are read on the reference day of the period, permission on the day of receipt. Source: design, section 4, "Events", section 5,
"Units"; ADR-0047.
"""

from services.ingest.domain.case import Case
from shared.words import confirmers, refusals
from shared.words.reference import ONE_DAY
from shared.words.refusals import Both, Refusal, refusal
from shared.words.units import AREA, Unit

NO_HEIR = Both("chưa khai đơn vị kế thừa nên chưa ai được gửi thay", "no heir is declared, so nobody may act for it yet")


def sender(case: Case) -> list[Refusal]:
    """Refuses a sender that does not exist on the day of receipt."""
    if case.sender_row is not None:
        return []
    rows = case.registry.ids.get(case.sender, ())
    if not rows:
        if case.unit is None and case.unit_code == case.sender:
            return []  # the refusal of the unit concerned says so
        return [refusal("sender.unknown", "source", sender=case.sender, hint=_bearer(case))]
    last = rows[-1]
    if case.day < rows[0].valid_from:
        day = refusals.day(rows[0].valid_from)
        return [refusal("sender.not_begun", "source", sender=case.sender, name=rows[0].name, day=day)]
    heir = case.registry.acting(case.sender, case.day)
    return [refusal("sender.ended", "source", sender=case.sender, name=last.name, day=_last_day(last), heir=_sends_as(heir))]


def of_unit(case: Case) -> list[Refusal]:
    """Why the sender may not send or withdraw the report of the unit concerned."""
    if case.sender_row is None or not case.unit_code:
        return []
    if case.unit is None:
        return [] if case.unit_code in (case.sender, case.sender_row.code) else [_mismatch(case)]
    return _may_act(case, case.unit, case.unit, _mismatch(case))


def of_view(case: Case, by: Unit) -> list[Refusal]:
    """Why the sender may not confirm the view of the unit concerned, which `by` confirms."""
    if case.sender_row is None or case.unit is None:
        return []
    confirmer = refusal("action.other_confirmer", "source", unit=case.unit_code, confirmer=f"{by.name} ({by.id})")
    return _may_act(case, case.unit, by, _mismatch(case) if by.id == case.unit.id else confirmer)


def of_recipient(case: Case) -> list[Refusal]:
    """Refuses an act if the sender is neither the recipient nor acts for it on the day of receipt."""
    if case.sender_row is None or case.setting is None or case.setting.regime.derived_from is not None:
        return []
    receiving = recipient(case)
    if receiving is not None and case.registry.acts_for(case.sender, receiving.id, case.day):
        return []
    return [refusal("action.not_recipient", "source", recipient=_recipient(case, receiving))]


def confirmed_views(case: Case) -> list[str]:
    """The ids of the units whose views have the report of the unit concerned and which the sender confirms on the day of receipt."""
    if case.sender_row is None or case.setting is None or case.unit is None:
        return []
    return [entry.of.id for entry in confirmers.about(case.setting, case.unit) if acts_for(case, entry.by)]


def acts_for(case: Case, unit: Unit) -> bool:
    """Whether the sender is a unit, or acts for it on the day of receipt."""
    return case.registry.acts_for(case.sender, unit.id, case.day)


def recipient(case: Case) -> Unit | None:
    """The unit that receives the reports of the case's regime and period."""
    return None if case.setting is None else case.setting.recipient or _first_bearer(case, case.setting.regime.recipient)


def _first_bearer(case: Case, code: str) -> Unit | None:
    """The first unit that ever had a code: the recipient of a period from before the first units."""
    return next((row for row in case.registry.bearers(code) if row.code == code and row.id in case.registry.ids), None)


def _may_act(case: Case, of: Unit, by: Unit, other: Refusal) -> list[Refusal]:
    """Why the sender may not act about the unit `of`, for which `by` acts. `other`: the refusal of a sender that has nothing to do with it.

    They are the same unit unless a recipient confirms. After the end of either, its heir acts and says so. An area has no heir: nobody acts
    for it.
    """
    ended = [unit for unit in (of, by) if unit.level != AREA and case.registry.valid(unit.id, case.day) is None]
    heirs = {unit.id: case.registry.acting(unit.id, case.day) for unit in ended}
    is_heir = case.sender in {heir.id for heir in heirs.values() if heir is not None}
    if case.is_as_successor:
        if is_heir:
            return []
        if not ended or case.sender == by.id:
            return [_not_needed(case, by)]
        last = by if by in ended else of
        return [_no_successor(case, last, heirs[last.id])]
    if case.sender == by.id:
        return []
    if ended and (is_heir or _is_related(case, ended)):
        return [_other_then(case, ended[0], heirs[ended[0].id])]
    return [other]


def _is_related(case: Case, ended: list[Unit]) -> bool:
    """Whether the sender has the code of the unit today, or follows it: then it takes the old unit for itself."""
    assert case.sender_row is not None
    follows = {edge.new for unit in ended for edge in case.registry.lineage.out_of(unit.id)}
    return case.sender_row.code == case.unit_code or case.sender in follows


def _other_then(case: Case, unit: Unit, heir: Unit | None) -> Refusal:
    if heir is None:
        what = NO_HEIR
    elif heir.id == case.sender:
        what = Both("gửi thay thì ghi as_successor: true", "to send for it, set as_successor to true")
    else:
        what = Both(f"đơn vị kế thừa là {heir.name} ({heir.id})", f"its heir is {heir.name} ({heir.id})")
    names = {"period": case.period_code, "code": unit.code, "name": _in_sentence(unit), "day": _last_day(_row(case, unit))}
    return refusal("report.other_unit_then", "data.unit", **names, what=what)


def _no_successor(case: Case, unit: Unit, heir: Unit | None) -> Refusal:
    """The refusal of a sender that says that it acts for an ended unit, but is not its heir."""
    name, path = _in_sentence(unit), "data.as_successor"
    if heir is None:
        return refusal("report.heir_not_declared", path, name=name, code=unit.code, day=_last_day(_row(case, unit)))
    why = Both(f"đơn vị kế thừa của {name} là {heir.name} ({heir.id})", f"the heir of {unit.name} is {heir.name} ({heir.id})")
    return refusal("report.not_a_successor", path, why=why)


def _not_needed(case: Case, unit: Unit) -> Refusal:
    own = Both("đơn vị gửi đang tự báo cáo cho chính mình", "the sender reports for itself")
    other = Both(f"{_in_sentence(unit)} vẫn đang hoạt động và tự gửi", f"{unit.name} still exists and sends for itself")
    return refusal("report.not_a_successor", "data.as_successor", why=own if unit.id == case.sender else other)


def _mismatch(case: Case) -> Refusal:
    return refusal("event.subject_mismatch", "data.unit", sender=case.sender, claimed=case.unit_code)


def _recipient(case: Case, receiving: Unit | None) -> str | Both:
    """The recipient's code, and who acts for it on the day of receipt if that is another unit."""
    assert case.setting is not None
    code = case.setting.regime.recipient
    acting = None if receiving is None else case.registry.acting(receiving.id, case.day)
    if acting is None:
        return Both(f"{code} (đã kết thúc, chưa khai đơn vị kế thừa)", f"{code} (it has ended, and no heir is declared)")
    return code if acting.id == code else Both(f"{code} (nay là {acting.id})", f"{code} (now {acting.id})")


def _bearer(case: Case) -> Both:
    """If the text in the place of the sender's id is the code of a unit on the day of receipt: the unit's id, to follow in the sentence."""
    bearer = case.registry.at(case.day).by_code.get(case.sender)
    if bearer is None:
        return Both("", "")
    return Both(f": mã định danh của {_in_sentence(bearer)} là {bearer.id}", f": that of {bearer.name} is {bearer.id}")


def _sends_as(heir: Unit | None) -> Both:
    if heir is None:
        return NO_HEIR
    vi = f"đơn vị kế thừa là {heir.name}, gửi bằng source /units/{heir.id}"
    return Both(vi, f"its heir is {heir.name}, which sends with the source /units/{heir.id}")


def _row(case: Case, unit: Unit) -> Unit:
    """The last row of a unit that has ended."""
    return case.registry.row(unit.id, case.day) or unit


def _last_day(row: Unit) -> Both:
    assert row.valid_to is not None  # it has ended
    return refusals.day(row.valid_to - ONE_DAY)


def _in_sentence(unit: Unit) -> str:
    """The unit's name in the middle of a sentence: xã Điềm He."""
    return unit.name[:1].lower() + unit.name[1:]
