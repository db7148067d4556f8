"""Giving units more time (gia hạn): one unit on its report's page, or many on the page of a view, with one day and one reason.

Each unit gets an event of its own. A form that is sent again repeats nothing: the events have the same ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import acting_forms, acting_offers, acting_told
from services.portal.domain.acting_forms import UNITS, Typed
from services.portal.domain.acting_offers import Chance
from services.portal.domain.acting_rights import Right
from services.portal.domain.acts import Act
from services.portal.domain.refused import Link
from services.portal.domain.standing import Status
from services.portal.http import act_doors, forms
from services.portal.http.act_doors import Door, ReportDoor, Verdict, ViewDoor
from services.portal.reading import acting, statuses
from services.portal.web import act_page
from shared.wire import events
from shared.words import deadlines, vietnamese
from shared.words.refusals import refusal
from shared.words.units import Unit

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

TITLE = "Gia hạn"


@dataclass(frozen=True, slots=True)
class Extending:
    """The units that may get more time, by code, with the state of their reports. `is_many`: the person chooses among them."""

    door: Door
    chance: Chance
    right: Right
    units: Mapping[str, Unit]
    listed: Sequence[Status]
    is_many: bool

    @property
    def back(self) -> Link:
        return act_page.back_to_view(self.door) if self.is_many else act_page.back_to_report(self.door)

    def present(self, code: str) -> datetime | None:
        """The present deadline of a unit."""
        return next((status.deadline for status in self.listed if status.unit.id == self.units[code].id), None)


@router.get("/bao-cao/{regime}/{period}/{unit}/gia-han")
async def opened_for_one(door: ReportDoor) -> Response:
    """The form for one unit."""
    it = await _one(door)
    return _shown(it, _opened(it, list(it.units)))


@router.post("/bao-cao/{regime}/{period}/{unit}/gia-han")
async def sent_for_one(door: ReportDoor, request: Request) -> Response:
    """Gives one unit more time."""
    it, typed = await _one(door), acting_forms.typed(await forms.pairs_of(request))
    return await _sent(it, typed, list(it.units))


@router.get("/bang/{regime}/{period}/{unit}/gia-han")
async def opened_for_many(door: ViewDoor, chon: str = "") -> Response:
    """The form for the units below; with `chon=chua-nop` those are ticked that have not reported."""
    it = await _many(door)
    behind = {status.unit.id for status in it.listed if not status.counts}
    return _shown(it, _opened(it, [code for code, unit in it.units.items() if chon == "chua-nop" and unit.id in behind]))


@router.post("/bang/{regime}/{period}/{unit}/gia-han")
async def sent_for_many(door: ViewDoor, request: Request) -> Response:
    """Gives each chosen unit more time."""
    it, typed = await _many(door), acting_forms.typed(await forms.pairs_of(request))
    codes = typed.ticked(UNITS)
    typed.faults.extend(refusal("act.unknown_unit", UNITS, unit=code) for code in acting_forms.unknown(typed, UNITS, it.units))
    typed.faults.extend(() if codes else [refusal("act.none_chosen", UNITS)])
    return await _sent(it, typed, codes)


async def _one(door: Door) -> Extending:
    chance = acting_offers.extending(door.matter, await acting.report(door.at, door.matter, door.store))
    right = act_page.required(chance)
    listed = await statuses.statuses(door.at, door.store, [door.at.unit], door.now)
    return Extending(door, chance, right, {door.matter.unit.code: door.matter.unit}, listed, is_many=False)


async def _many(door: Door) -> Extending:
    if door.matter.receiving is None:
        act_page.required(Chance(None, acting_offers.not_recipient(door.matter)))
    reads = [unit for unit in door.at.reporters if door.scope.reads_report(door.at.setting, unit.id)]
    listed = await statuses.statuses(door.at, door.store, reads, door.now)
    facts = await acting.view(door.at, door.matter, door.store, None, [status for status in listed if not status.counts])
    chance = acting_offers.extending_many(door.matter, facts)
    tree, groups = door.matter.setting.tree, door.matter.setting.groups
    units = [tree.by_id[status.unit.id] for status in listed if status.unit.id in groups]
    return Extending(door, chance, act_page.required(chance), {unit.code: unit for unit in units}, listed, is_many=True)


def _opened(it: Extending, codes: Sequence[str]) -> Typed:
    """The form, with a day that is later than the present deadlines."""
    days, today = it.door.at.reference.working_days, it.door.today
    due = [deadlines.last_day(at) for code in codes if (at := it.present(code)) is not None]
    day = acting_forms.proposed(days, max([today, *due]))
    typed = acting_forms.opened(it.door.desk.new_id(), ngay=vietnamese.day(day))
    return Typed([*typed.pairs, *((UNITS, code) for code in codes)])


async def _sent(it: Extending, typed: Typed, codes: Sequence[str]) -> Response:
    reason, day = acting_forms.reason(typed), acting_forms.day(typed, it.door.today)
    if day is None or typed.faults:
        return _shown(it, typed)
    acts = {code: _act(it, typed, code, reason, day) for code in codes}
    known = {code: await it.door.desk.known(act, it.units[code]) for code, act in acts.items()}
    if not any(known.values()):
        _check(it, typed, codes, day)
    if typed.faults:
        return _shown(it, typed)
    verdicts = await _settled(it, acts, day)
    if len(verdicts) == 1 and not verdicts[0].is_done:
        again, status = act_page.refused_form(it.door.desk, typed, verdicts[0])
        return act_page.shown("act_extend.html", it.door, again, it.chance, _values(it), status)
    return act_page.done(TITLE, it.back, verdicts, typed)


def _check(it: Extending, typed: Typed, codes: Sequence[str], day: date) -> None:
    """Notes why the form cannot be sent: no act is possible now, or for a unit it would change nothing."""
    if it.chance.why_not is not None:
        typed.faults.append(it.chance.why_not)
    until = deadlines.instant(day.isoformat())
    for code in codes if not typed.corrects else ():
        present = it.present(code)
        if present is not None and until <= present:
            typed.faults.append(refusal("act.not_later", acting_forms.DAY, unit=it.units[code].name, present=vietnamese.deadline(present)))


async def _settled(it: Extending, acts: Mapping[str, Act], day: date) -> list[Verdict]:
    """Sends the acts one after the other. Once a verdict is not there in time, the next ones are not waited for; when nothing can be
    published, the rest is left for the next time.
    """
    verdicts: list[Verdict] = []
    within_s = None
    for code, act in acts.items():
        unit = it.units[code]
        if verdicts and verdicts[-1].word == "away":
            verdicts.append(Verdict(unit, "away", act.event_id, verdicts[-1].errors))
            continue
        verdicts.append(await it.door.desk.settle(act, unit, {"until": day.isoformat()}, within_s))
        if verdicts[-1].word == "pending":
            within_s = act_doors.IMPATIENT_S
    return verdicts


def _act(it: Extending, typed: Typed, code: str, reason: str, day: date) -> Act:
    data = {"until": day.isoformat(), "reason": reason, **({"corrects": True} if typed.corrects else {})}
    return it.door.act(events.EXTENDED, it.right, typed.form, "duty.extended", data, it.units[code])


def _shown(it: Extending, typed: Typed) -> Response:
    return act_page.shown("act_extend.html", it.door, typed, it.chance, _values(it))


def _values(it: Extending) -> dict[str, object]:
    door = it.door
    by_id = {status.unit.id: status for status in it.listed}
    told = acting_told.told(door.at.reference.registry, it.units.values(), door.today)
    return {
        "is_many": it.is_many,
        "back": it.back,
        "rows": [(one, by_id.get(one.unit.id)) for one in told],
        "when": acting_told.WHEN,
        "extended": any(status.deadline for status in it.listed),
    }
