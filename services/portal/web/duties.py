"""The page of duties: what each unit owes, and by when."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import duty_order, duty_periods, duty_units, entering, present_period, succession, unit_notes
from services.portal.domain.duties import WORDS, Duty, DutyState, is_settled
from services.portal.domain.duty_order import SORTS
from services.portal.domain.duty_periods import Owed
from services.portal.domain.entering import Person
from services.portal.domain.refused import Link
from services.portal.domain.strip import Year
from services.portal.http.dependencies import After, Now, Typed
from services.portal.http.principals import Asking
from services.portal.http.scoped import Duties, ReadsFigures, Stored
from services.portal.reading.duty_choice import Choice
from services.portal.reading.duty_queries import Asked
from services.portal.reading.duty_store import DutyStore
from services.portal.render import look
from shared.words import regime_versions
from shared.words.reference import Reference
from shared.words.scope import Scope
from shared.words.units import Registry

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = 200
URGENT = 50  # owed duties that are shown before a list of several pages
FOR_A_FORM = ("report", "official")  # tasks that are done by sending a report
FIRST = 10  # rows of a list that are not folded: about one screen


@dataclass(frozen=True)
class Listing:
    """One page of duties. `urgent` are the first owed duties of all pages; it is empty if this page has all of them. `settled` are done
    duties of earlier periods. `totals` count all states, whichever state is selected; `next` is the cursor of the next page.
    """

    urgent: Sequence[Duty]
    duties: Sequence[Duty]
    settled: Sequence[Duty]
    all: int
    totals: Mapping[DutyState, int]
    found: int
    is_first: bool
    next: str | None
    now: datetime

    @property
    def is_whole(self) -> bool:
        return self.is_first and self.next is None

    @property
    def shown(self) -> Sequence[Duty]:
        return [*self.duties, *self.settled]


@router.get("/nghia-vu")
async def duties(
    chosen: Typed, scope: ReadsFigures, store: Duties, stored: Stored, now: Now, asking: Asking, after: After = None
) -> Response:
    """The duties of units, 200 on a page. Pages are in the order of regime, period and unit; within a page, owed duties come first.

    Rows after the first ten are folded.
    """
    known, today = scope.reference, scope.today
    there = await store.periods(known.regimes)
    codes = {code for of_regime in there.values() for code in of_regime}
    in_all, asked = replace(chosen, period=None, year=None).asked(scope, there), chosen.asked(scope, there)
    owed, it = await asyncio.gather(store.owed(in_all, now), _list(store, chosen, asked, there, after, now))
    bearer = None if chosen.unit is None else succession.bearer(known.registry, chosen.unit, today)
    laws = {} if bearer is None else await stored.laws(unit_notes.reforms_of(known.registry, bearer.id))
    is_readable = partial(duty_units.is_readable, scope)
    shown = {
        "chosen": chosen,
        "it": it,
        "words": WORDS,
        "sorts": SORTS,
        "titles": titles_of(known),
        "regimes": sorted(regime.id for regime in known.regimes.values() if regime.obligation is not None),
        "options": duty_periods.options(codes),
        "years": duty_periods.years(codes),
        "regime_years": duty_periods.years(there.get(chosen.regime, ()) if chosen.regime else codes),
        "first": FIRST,
        "strips": _strips(known, chosen, there, owed, now),
        "unit_name": None if bearer is None else bearer.name,
        "unit_notes": [] if bearer is None else unit_notes.within(unit_notes.of_duties(known, bearer, laws, now), is_readable),
        "form_of": partial(_form_of, Person.of_principal(asking, scope), scope),
        "name_today": partial(name_today, known.registry, today),
    }
    return look.page("duties.html", shown)


async def _list(
    store: DutyStore, chosen: Choice, asked: Asked, there: Mapping[str, Sequence[str]], after: str | None, now: datetime
) -> Listing:
    behind = chosen.behind(after)
    (everything, totals), read = await asyncio.gather(
        store.totals(asked, now), store.first(asked, chosen.state, now, behind=behind, limit=PAGE + 1)
    )
    shown = duty_order.ordered(read[:PAGE], chosen.sort)
    newest = {regime: codes[-1] for regime, codes in there.items() if codes}
    settled = [duty for duty in shown if not (chosen.period or chosen.state) and is_settled(duty, newest)]
    is_long = behind is None and len(read) > PAGE
    return Listing(
        await store.urgent(asked, now, URGENT) if is_long and not chosen.state else [],
        [duty for duty in shown if duty not in settled],
        settled,
        everything,
        totals,
        totals[chosen.state] if chosen.state else everything,
        behind is None,
        chosen.after(read[PAGE - 1].id) if len(read) > PAGE else None,
        now,
    )


def _strips(known: Reference, chosen: Choice, there: Mapping[str, Sequence[str]], owed: Mapping[str, Owed], now: datetime) -> list[Year]:
    """The periods of the selected year (otherwise of the newest one) of the selected regime; empty if there is only one period."""
    selected = {regime: codes for regime, codes in there.items() if codes and chosen.regime in (None, regime)}
    codes = {code for of_regime in selected.values() for code in of_regime}
    if len(codes) < 2:
        return []
    listed = [regime_versions.periods_of(known.regimes[regime], of_regime) for regime, of_regime in selected.items()]
    done = codes - owed.keys()
    dues = [present_period.by_rule(known, regime, of_regime) for regime, of_regime in zip(selected, listed, strict=True)]
    at = [present_period.present(of_regime, of, done, now) for of_regime, of in zip(listed, dues, strict=True)]
    present = {period.code for period in at if period is not None}
    year = int(chosen.period[:4]) if chosen.period else chosen.year or max(duty_periods.years(codes))
    return duty_periods.side_by_side(year, codes, owed, present, lambda code: chosen.to(period=code, year=None))


def titles_of(known: Reference) -> dict[str, str]:
    return {regime.id: regime.title for regime in known.regimes.values()}


def _form_of(person: Person | None, scope: Scope, duty: Duty) -> Link | None:
    """The form in which the person may enter the report that a duty asks for; None if the person may not."""
    if not duty.is_owed or duty.task not in FOR_A_FORM or person is None:
        return None
    by = entering.entering_at(person, scope.reference, duty.regime, duty.period, duty.unit_id, scope.today)
    path = f"/bieu-mau/{duty.regime}/{duty.period}/{duty.unit_code}"
    return None if by is None else Link("Nhập thay" if by.entered_by else "Nhập báo cáo", path)


def name_today(registry: Registry, today: date, duty: Duty) -> str:
    """What follows the name of a duty's unit if it has another name today, or has ended."""
    return succession.note(registry, duty.unit_id, duty.unit_name, today)
