"""Returning a report (trả lại): why, which figures, by when; with what the totals will become, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import acting_forms, acting_offers, acting_preview, acting_told, figures
from services.portal.domain.acting_forms import INDICATORS, Typed
from services.portal.domain.acting_offers import Chance
from services.portal.domain.acting_rights import Right
from services.portal.domain.acts import Act
from services.portal.domain.figures import Section
from services.portal.http import forms
from services.portal.http.act_doors import Door, ReportDoor
from services.portal.reading import acting, statuses
from services.portal.web import act_page
from shared.wire import events
from shared.words import vietnamese
from shared.words.refusals import refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

TITLE: Final = "Trả lại báo cáo"
UNSAID: Final = "–"  # the reason in a dry run before one is typed


@dataclass(frozen=True, slots=True)
class Returning:
    """A report that may be returned: the revision that counts (0: none), and its figures."""

    door: Door
    chance: Chance
    right: Right
    revision: int
    sections: Sequence[Section]

    @property
    def codes(self) -> set[str]:
        return {row.code for section in self.sections for row in section.rows}


@router.get("/bao-cao/{regime}/{period}/{unit}/tra-lai")
async def opened(door: ReportDoor) -> Response:
    """The form, with the figures of the revision that counts."""
    it = await _read(door)
    day = acting_forms.proposed(door.at.reference.working_days, door.today)
    typed = acting_forms.opened(door.desk.new_id(), lan=str(it.revision), ngay=vietnamese.day(day))
    return await _shown(it, typed, day)


@router.post("/bao-cao/{regime}/{period}/{unit}/tra-lai")
async def sent(door: ReportDoor, request: Request) -> Response:
    """Returns the report."""
    it, typed = await _read(door), acting_forms.typed(await forms.pairs_of(request))
    revision, reason, day = acting_forms.revision(typed), acting_forms.reason(typed), acting_forms.day(typed, door.today)
    unknown = acting_forms.unknown(typed, INDICATORS, it.codes)
    typed.faults.extend(refusal("act.unknown_indicator", INDICATORS, code=code) for code in unknown)
    if day is None or typed.faults:
        return await _shown(it, typed, day)
    return await _judged(it, typed, revision, day, _act(it, typed.form, revision, reason, day, typed.ticked(INDICATORS)))


async def _judged(it: Returning, typed: Typed, revision: int, day: date, act: Act) -> Response:
    """The verdict on a return, or the form again."""
    door = it.door
    known = await door.desk.known(act, door.matter.unit)
    if known is not None and known.is_done:
        return act_page.done(TITLE, act_page.back_to_report(door), [known], typed)
    if not it.chance.is_open or revision != it.revision:
        return await _shown(it, _moved(it, typed), day)
    verdict = await door.desk.settle(act, door.matter.unit, {"revision": it.revision, "fix_by": day.isoformat()})
    if verdict.is_done:
        return act_page.done(TITLE, act_page.back_to_report(door), [verdict], typed)
    again, status = act_page.refused_form(door.desk, typed, verdict)
    return act_page.shown("act_return.html", door, again, it.chance, await _values(it, day), status)


def _moved(it: Returning, typed: Typed) -> Typed:
    """The form for the revision that counts now."""
    typed.faults.append(it.chance.why_not or refusal("act.returned_meanwhile", newest=it.revision))
    return acting_forms.again(typed, it.door.desk.new_id(), lan=str(it.revision))


async def _read(door: Door) -> Returning:
    facts = await acting.report(door.at, door.matter, door.store)
    chance = acting_offers.returning(door.matter, facts)
    right = act_page.required(chance)
    own = await statuses.report(door.at, door.store, door.now)
    sections = figures.report_sections(own.values, statuses.asked(door.at), own.notes, own.estimates)
    return Returning(door, chance, right, facts.state.winner.number if facts.state.counts else 0, sections)


def _act(it: Returning, form: str, revision: int, reason: str, day: date, named: Sequence[str]) -> Act:
    data = {"revision": revision, "reason": reason, "fix_by": day.isoformat(), **({"indicators": list(named)} if named else {})}
    return it.door.act(events.RETURNED, it.right, form, "report.returned", data)


async def _shown(it: Returning, typed: Typed, day: date | None) -> Response:
    return act_page.shown("act_return.html", it.door, typed, it.chance, await _values(it, day))


async def _values(it: Returning, day: date | None) -> dict[str, object]:
    door = it.door
    foreseen = None
    if it.chance.is_open:
        fix_by = max(day or door.today, door.today)
        found = await door.desk.acting.dry_run(_act(it, door.desk.new_id(), it.revision, UNSAID, fix_by, ()))
        if found is not None and found.changes is not None:
            foreseen = acting_preview.foreseen(found.changes, door.matter, door.scope)
    return {
        "revision": it.revision,
        "sections": it.sections,
        "reasons": acting_forms.REASONS,
        "foreseen": foreseen,
        "told": acting_told.told(door.at.reference.registry, [door.matter.unit], door.today),
        "when": acting_told.WHEN,
    }
