"""Undoing a confirmation (hủy chốt), with the reason: by who confirmed, or once a unit above has confirmed, by that one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import acting_forms, acting_offers
from services.portal.domain.acting_forms import CONFIRMATION, Typed
from services.portal.domain.acting_offers import Chance
from services.portal.domain.acting_rights import Right
from services.portal.domain.acting_versions import Version
from services.portal.domain.acts import Act
from services.portal.domain.who_acted import Reader
from services.portal.http import forms
from services.portal.http.act_doors import Door, ViewDoor
from services.portal.http.naming import Named, names_of
from services.portal.reading import acting
from services.portal.web import act_page
from shared.wire import events
from shared.words.refusals import refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

TITLE: Final = "Hủy chốt"


@dataclass(frozen=True, slots=True)
class Undoing:
    """A view whose confirmation may be undone: the version that stands, and the one that stands then."""

    door: Door
    chance: Chance
    right: Right
    standing: Version | None
    before: Version | None
    names: Mapping[str, str]

    @property
    def name(self) -> str:
        return "" if self.standing is None else self.standing.name


@router.get("/bang/{regime}/{period}/{unit}/huy-chot")
async def opened(door: ViewDoor, named: Named) -> Response:
    """The version that would be undone."""
    it = await _read(door, named)
    return _shown(it, acting_forms.opened(door.desk.new_id(), ban=it.name))


@router.post("/bang/{regime}/{period}/{unit}/huy-chot")
async def sent(door: ViewDoor, named: Named, request: Request) -> Response:
    """Undoes the confirmation that was shown."""
    it, typed = await _read(door, named), acting_forms.typed(await forms.pairs_of(request))
    reason = acting_forms.reason(typed)
    data = {"confirmation": typed.text(CONFIRMATION), "reason": reason}
    act = door.act(events.UNDONE, it.right, typed.form, "confirmation.undone", data)
    return await _judged(it, typed, act)


async def _judged(it: Undoing, typed: Typed, act: Act) -> Response:
    """The verdict on what was sent, or the form again."""
    door = it.door
    known = await door.desk.known(act, door.matter.unit) if not typed.faults else None
    if known is not None and known.is_done:
        return act_page.done(TITLE, act_page.back_to_view(door), [known], typed)
    typed = _checked(it, typed)
    if typed.faults:
        return _shown(it, typed)
    verdict = await door.desk.settle(act, door.matter.unit, {"confirmation": it.name})
    if verdict.is_done:
        return act_page.done(TITLE, act_page.back_to_view(door), [verdict], typed)
    again, status = act_page.refused_form(door.desk, typed, verdict)
    return act_page.shown("act_undo.html", door, again, it.chance, _values(it), status)


def _checked(it: Undoing, typed: Typed) -> Typed:
    """The form, with why it cannot be sent now; if another confirmation stands now, it is the form of that one."""
    if it.chance.why_not is not None:
        typed.faults.append(it.chance.why_not)
    elif typed.text(CONFIRMATION) != it.name:
        typed.faults.append(refusal("act.no_such_confirmation"))
        return acting_forms.again(typed, it.door.desk.new_id(), ban=it.name)
    return typed


async def _read(door: Door, named: Named) -> Undoing:
    if not door.matter.undoes_some:
        act_page.required(acting_offers.undoing(door.matter, acting.NOTHING))
    facts = await acting.view(door.at, door.matter, door.store, None, [])
    chance = acting_offers.undoing(door.matter, facts)
    standing = [version for version in await acting.versions(door.at, door.store) if version.number]
    shown, before = (*standing, None, None)[:2]
    names = await names_of(named, standing, Reader.of(door.desk.acting.person, door.at, door.scope))
    return Undoing(door, chance, act_page.required(chance), shown, before, names)


def _shown(it: Undoing, typed: Typed) -> Response:
    return act_page.shown("act_undo.html", it.door, typed, it.chance, _values(it))


def _values(it: Undoing) -> dict[str, object]:
    return {"standing": it.standing, "before": it.before, "names": it.names}
