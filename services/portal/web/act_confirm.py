"""Confirming a view (chốt): the figures that are shown are the figures that are confirmed.

The form carries them (`acting_statement`). If the view has changed since, nothing is sent: the page says what has changed, figure by
figure, and the new figures are one click away, with what was typed.
"""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import acting_changes, acting_forms, acting_offers, acting_statement, refused
from services.portal.domain.acting_changes import Difference
from services.portal.domain.acting_forms import FIGURES, Typed
from services.portal.domain.acting_offers import Chance, ViewFacts
from services.portal.domain.acting_rights import Right
from services.portal.domain.acting_statement import Statement
from services.portal.domain.acts import Act
from services.portal.http import forms
from services.portal.http.act_doors import Door, Verdict, ViewDoor
from services.portal.reading import acting, overview
from services.portal.reading.overview import Overview
from services.portal.web import act_page
from shared.wire import events, view_hash
from shared.words.refusals import Both, refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

TITLE: Final = "Chốt số liệu"
FIGURES_OF_EVENT: Final = view_hash.FIGURES
MOVED: Final = "action.view_moved"
WHY_MISSING: Final = Both("còn {count} đơn vị chưa nộp", "{count} units have not reported")
WHY_ADJUSTED: Final = Both("đây là điều chỉnh số đã chốt", "this adjusts confirmed figures")


@dataclass(frozen=True, slots=True)
class Confirming:
    """A view that may be confirmed, and its present figures; `before` are those of the confirmed version that stands."""

    door: Door
    chance: Chance
    right: Right
    facts: ViewFacts
    overview: Overview
    statement: Statement
    before: acting_statement.Figures | None

    @property
    def why_reason(self) -> Both | None:
        """Why a reason is needed; None if it is not."""
        if self.facts.missing:
            return Both(*(words.format(count=self.facts.missing) for words in WHY_MISSING))
        return WHY_ADJUSTED if self.facts.is_adjusted else None


@router.get("/bang/{regime}/{period}/{unit}/chot")
async def opened(door: ViewDoor) -> Response:
    """The figures to be confirmed."""
    it = await _read(door)
    return _shown(it, acting_forms.opened(door.desk.new_id(), so=it.statement.text))


@router.post("/bang/{regime}/{period}/{unit}/chot")
async def sent(door: ViewDoor, request: Request) -> Response:
    """Confirms the figures that were seen, or shows what has changed since."""
    it, typed = await _read(door), acting_forms.typed(await forms.pairs_of(request))
    seen = _seen(door, typed)
    if not typed.sends:
        return _shown(it, _renewed(it, typed))
    reason = acting_forms.reason(typed, it.why_reason) if it.why_reason or typed.text(acting_forms.REASON) else ""
    return await _judged(it, seen, typed, _act(it, seen, typed.form, reason))


async def _judged(it: Confirming, seen: Statement, typed: Typed, act: Act) -> Response:
    """The verdict on what was sent, or why nothing was sent."""
    unit = it.door.matter.unit
    known = await it.door.desk.known(act, unit)
    if known is not None and known.is_done:
        return _done(it, known, typed)
    if seen.hash != it.statement.hash:
        return _moved(it, seen, typed)
    typed.faults.extend([it.chance.why_not] if it.chance.why_not is not None else ())
    if typed.faults:
        return _shown(it, typed)
    verdict = await it.door.desk.settle(act, unit, {"hash": seen.hash, "missing": seen.missing, "adjusts": it.facts.is_adjusted})
    return await _answered(it, verdict, seen, typed)


async def _answered(it: Confirming, verdict: Verdict, seen: Statement, typed: Typed) -> Response:
    if verdict.is_done:
        return _done(it, verdict, typed)
    if any(error.code == MOVED for error in verdict.errors):
        now = await _read(it.door)
        typed.faults.extend(verdict.errors)
        return _moved(now, seen, typed)
    again, status = act_page.refused_form(it.door.desk, typed, verdict)
    return act_page.shown("act_confirm.html", it.door, again, it.chance, _values(it), status)


def _done(it: Confirming, verdict: Verdict, typed: Typed) -> Response:
    return act_page.done(TITLE, act_page.back_to_view(it.door), [verdict], typed)


async def _read(door: Door) -> Confirming:
    if door.matter.confirming is None:
        act_page.required(acting_offers.confirming(door.matter, acting.NOTHING, door.now))
    view = await door.store.view(door.at.regime.id, door.at.period.code, door.at.unit.id)
    if view is None:
        raise refused.no_such_view(door.at.regime.id, door.at.period.code, door.at.unit.code)
    read = await overview.read(door.at, door.store, view, door.now)
    facts = await acting.view(door.at, door.matter, door.store, view, read.missing)
    chance = acting_offers.confirming(door.matter, facts, door.now)
    versions = await acting.versions(door.at, door.store)
    standing = next((version.figures for version in versions if version.number), None)
    return Confirming(door, chance, act_page.required(chance), facts, read, acting_statement.of_view(view), standing)


def _seen(door: Door, typed: Typed) -> Statement:
    """The figures that the person saw. Raises `Refused` with 400 for a form that is not ours."""
    at = door.at
    seen = acting_statement.of_form(typed.text(FIGURES), at.regime.id, at.period.code, at.unit.id)
    if seen is None:
        raise refused.malformed_form()
    return seen


def _act(it: Confirming, seen: Statement, form: str, reason: str) -> Act:
    data: dict[str, object] = {"view_hash": seen.hash, "figures": {name: seen.figures[name] for name in FIGURES_OF_EVENT}}
    if reason:
        data["reason"] = reason
    if it.right.as_successor:
        data["as_successor"] = True
    return it.door.act(events.CONFIRMED, it.right, form, "view.confirmed", data)


def _renewed(it: Confirming, typed: Typed) -> Typed:
    """The form with what was typed, for the figures of now."""
    return acting_forms.again(typed, it.door.desk.new_id(), so=it.statement.text)


def _moved(it: Confirming, seen: Statement, typed: Typed) -> Response:
    """What has changed since the figures were seen. Nothing is confirmed from this page: its button shows the new figures."""
    typed.faults[:] = [refusal("act.view_moved")]
    changed = acting_changes.between(seen.figures, it.statement.figures, it.door.matter.setting)
    return act_page.shown("act_moved.html", it.door, typed, it.chance, {"changed": changed})


def _shown(it: Confirming, typed: Typed) -> Response:
    return act_page.shown("act_confirm.html", it.door, typed, it.chance, _values(it))


def _values(it: Confirming) -> dict[str, object]:
    return {"it": it.overview, "facts": it.facts, "why_reason": it.why_reason, "changed": _since(it), "number": _number(it)}


def _since(it: Confirming) -> list[Difference] | None:
    """What differs from the confirmed version that stands; None if there is none, or if it does not say its figures."""
    return acting_changes.between(it.before, it.statement.figures, it.door.matter.setting) if it.before else None


def _number(it: Confirming) -> int:
    """The number of the version that a confirmation would make."""
    return len(it.facts.state.standing_confirmations) + 1
