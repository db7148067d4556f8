"""Asking units for what they still owe (đôn đốc): the ticked ones, once a unit and day. Notify tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import acting_forms, acting_offers, acting_told
from services.portal.domain.acting_forms import TEXT, UNITS, Typed
from services.portal.domain.acting_offers import Chance
from services.portal.domain.acting_rights import Right
from services.portal.domain.acts import Act
from services.portal.http import forms
from services.portal.http.act_doors import Door, ViewDoor
from services.portal.reading import acting, statuses
from services.portal.reading.acting import Owing
from services.portal.web import act_page
from shared.wire import events
from shared.words.refusals import refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

TITLE: Final = "Đôn đốc"


@dataclass(frozen=True, slots=True)
class Asking:
    """The units that owe something, by code."""

    door: Door
    chance: Chance
    right: Right
    owing: Mapping[str, Owing]

    @property
    def open(self) -> list[str]:
        """The codes of the units that can be asked today."""
        return [code for code, one in self.owing.items() if not one.is_asked]


@router.get("/bang/{regime}/{period}/{unit}/don-doc")
async def opened(door: ViewDoor) -> Response:
    """The form, with every unit ticked that has not reported."""
    it = await _read(door)
    ticked = [code for code in it.open if it.owing[code].status is not None]
    typed = acting_forms.opened(door.desk.new_id())
    return _shown(it, Typed([*typed.pairs, *((UNITS, code) for code in ticked)]))


@router.post("/bang/{regime}/{period}/{unit}/don-doc")
async def sent(door: ViewDoor, request: Request) -> Response:
    """Asks the chosen units."""
    it, typed = await _read(door), acting_forms.typed(await forms.pairs_of(request))
    text, asked = acting_forms.text(typed, TEXT), typed.ticked(UNITS)
    act = _act(it, typed.form, asked, text)
    known = await door.desk.known(act, door.matter.unit) if asked and not typed.faults else None
    if known is not None and known.is_done:
        return act_page.done(TITLE, act_page.back_to_view(door), [known], typed)
    _check(it, typed, asked)
    if typed.faults:
        return _shown(it, typed)
    verdict = await door.desk.settle(act, door.matter.unit, {"units": asked, "count": len(asked)})
    if verdict.is_done:
        return act_page.done(TITLE, act_page.back_to_view(door), [verdict], typed)
    again, status = act_page.refused_form(door.desk, typed, verdict)
    return act_page.shown("act_ask.html", door, again, it.chance, _values(it), status)


def _check(it: Asking, typed: Typed, asked: Sequence[str]) -> None:
    """Notes why the form cannot be sent."""
    if it.chance.why_not is not None:
        typed.faults.append(it.chance.why_not)
    elif not asked:
        typed.faults.append(refusal("act.none_chosen", UNITS))
    else:
        typed.faults.extend(refusal("act.not_owing", UNITS, unit=code) for code in acting_forms.unknown(typed, UNITS, it.open))


async def _read(door: Door) -> Asking:
    if door.matter.asking is None:
        act_page.required(acting_offers.asking(door.matter, acting.NOTHING, door.now))
    reads = [unit for unit in door.at.reporters if door.scope.reads_report(door.at.setting, unit.id)]
    listed = await statuses.statuses(door.at, door.store, reads, door.now)
    behind = [status for status in listed if not status.counts]
    facts = await acting.view(door.at, door.matter, door.store, None, behind)
    chance = acting_offers.asking(door.matter, facts, door.now)
    owing = await acting.owed(door.matter, door.store, behind)
    return Asking(door, chance, act_page.required(chance), {one.unit.code: one for one in owing})


def _act(it: Asking, form: str, asked: Sequence[str], text: str) -> Act:
    setting, right = it.door.matter.setting, it.right
    data: dict[str, object] = {"regime": setting.regime.id, "period": setting.period.code, "units": list(asked)}
    if text:
        data["text"] = text
    target = f"views/{setting.regime.id}/{setting.period.code}/{it.door.matter.unit.id}"
    return Act(events.ASKED, right.sender, data, form, "reminder.requested", target)


def _shown(it: Asking, typed: Typed) -> Response:
    return act_page.shown("act_ask.html", it.door, typed, it.chance, _values(it))


def _values(it: Asking) -> dict[str, object]:
    told = acting_told.told(it.door.at.reference.registry, (one.unit for one in it.owing.values()), it.door.today)
    return {"rows": [(one, it.owing[one.unit.code]) for one in told], "when": acting_told.WHEN, "now": it.door.now}
