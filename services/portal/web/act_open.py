"""Opening a period of an on-call regime (mở kỳ): its recipient says for which period reports are asked, and by when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import acting_forms, acting_periods, address, refused
from services.portal.domain.acting_forms import PERIOD, REASON, Typed
from services.portal.domain.acting_offers import Chance
from services.portal.domain.acting_periods import Opened
from services.portal.domain.acting_rights import Right
from services.portal.domain.acts import Act
from services.portal.domain.entering import Person
from services.portal.domain.refused import Link
from services.portal.http import forms
from services.portal.http.act_doors import Desk, Desks
from services.portal.http.scoped import ReadsPublic, Stored
from services.portal.web import act_page
from shared.wire import events
from shared.words import deadlines, vietnamese
from shared.words.refusals import Both, refusal
from shared.words.regimes import Regime

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

TITLE: Final = "Mở kỳ báo cáo"
WHY_CORRECTED: Final = Both("đây là sửa hạn đã ghi nhầm", "this corrects a deadline")


@dataclass(frozen=True, slots=True)
class Opening:
    """A regime whose periods a person opens: in whose name, by the period's code; and the periods that were opened."""

    regime: Regime
    desk: Desk
    today: date
    rights: Mapping[str, Right]
    opened: Sequence[Opened]
    proposed: date

    @property
    def back(self) -> Link:
        return Link(self.regime.title, f"/che-do/{self.regime.id}")


async def opening_of(regime: str, scope: ReadsPublic, store: Stored, desk: Desks) -> Opening:
    """The regime in the address, for a reviewer at its recipient. Raises `Refused`: 403 for others, 404 for a regime that is unknown or has
    fixed deadlines.
    """
    address.checked("regime", regime)
    address.require_known(scope.reference, regime, None)
    found, person = scope.reference.regimes[regime], Person.of_principal(desk.acting.person, scope)
    reviewer_at = () if person is None else person.reviewer_at
    rights = acting_periods.openable(scope.reference, found, scope.today, reviewer_at)
    if not rights:
        act_page.required(Chance(None, acting_periods.not_recipient(scope.reference, found, scope.today)))
    if not found.is_on_call or found.derived_from is not None:
        raise refused.not_found(refusal("act.not_on_call"))
    listed = acting_periods.opened(await store.all_openings(regime))
    proposed = acting_forms.proposed(scope.reference.working_days, scope.today)
    return Opening(found, desk, scope.today, rights, listed, proposed)


OpeningAt = Annotated[Opening, Depends(opening_of)]


@router.get("/che-do/{regime}/mo-ky")
async def opened(it: OpeningAt) -> Response:
    """The form."""
    present = str(it.today.year) if str(it.today.year) in it.rights else next(iter(it.rights))
    return _shown(it, acting_forms.opened(it.desk.new_id(), ky=present, ngay=vietnamese.day(it.proposed)))


@router.post("/che-do/{regime}/mo-ky")
async def sent(it: OpeningAt, request: Request) -> Response:
    """Opens the period, or moves its deadline."""
    typed = acting_forms.typed(await forms.pairs_of(request))
    day, period = acting_forms.day(typed, it.today), typed.text(PERIOD)
    reason = acting_forms.reason(typed, WHY_CORRECTED) if typed.corrects else acting_forms.text(typed, REASON)
    if period not in it.rights:
        typed.faults.append(refusal("act.no_period", PERIOD, text=period))
    if day is None or typed.faults:
        return _shown(it, typed)
    return await _judged(it, typed, day, _act(it, typed, period, day, reason))


async def _judged(it: Opening, typed: Typed, day: date, act: Act) -> Response:
    """The verdict on what was sent, or the form again."""
    known = await it.desk.known(act, None)
    if known is not None and known.is_done:
        return act_page.done(TITLE, it.back, [known], typed)
    _check(it, typed, typed.text(PERIOD), day)
    if typed.faults:
        return _shown(it, typed)
    verdict = await it.desk.settle(act, None, {"deadline": day.isoformat(), "corrects": typed.corrects})
    if verdict.is_done:
        return act_page.done(TITLE, it.back, [verdict], typed)
    again, status = act_page.refused_form(it.desk, typed, verdict)
    return act_page.plain("act_open.html", again, _values(it), status)


def _check(it: Opening, typed: Typed, period: str, day: date) -> None:
    """Notes that the period has this deadline, or a later one, already."""
    present = next((one.deadline for one in it.opened if one.period == period), None)
    if present is not None and not typed.corrects and deadlines.instant(day.isoformat()) <= present:
        name = vietnamese.period_name(period)
        typed.faults.append(refusal("act.not_later", acting_forms.DAY, unit=name, present=vietnamese.deadline(present)))


def _act(it: Opening, typed: Typed, period: str, day: date, reason: str) -> Act:
    data: dict[str, object] = {"regime": it.regime.id, "period": period, "deadline": day.isoformat()}
    if reason:
        data["reason"] = reason
    if typed.corrects:
        data["corrects"] = True
    return Act(events.OPENED, it.rights[period].sender, data, typed.form, "period.opened", f"periods/{it.regime.id}/{period}")


def _shown(it: Opening, typed: Typed) -> Response:
    return act_page.plain("act_open.html", typed, _values(it))


def _values(it: Opening) -> dict[str, object]:
    choices = [(code, vietnamese.period_name(code)) for code in it.rights]
    return {"regime": it.regime, "choices": choices, "opened": it.opened, "back": it.back}
