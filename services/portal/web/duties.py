"""The page of duties (what each unit owes, and by when), and the same as a table for a spreadsheet."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from services.portal.domain import address
from services.portal.domain.duties import WORDS, Duty, DutyState, first_owed
from services.portal.domain.refused import Refused
from services.portal.http.dependencies import After, Duties, Now, Referred, Typed
from services.portal.reading.duty_choice import Choice
from services.portal.reading.duty_store import Asked, DutyStore
from services.portal.render import file_name, look, spreadsheet
from shared.words import periods, refusals
from shared.words.reference import Reference

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = 200
ROWS_AT_ONCE = 200
CSV_AT_ONCE = 50_000  # rows of one table: about 15 MB


@dataclass(frozen=True)
class Listing:
    """One page of duties. `totals` counts all states, whichever state is selected; `next` is the cursor of the next page."""

    duties: Sequence[Duty]
    all: int
    totals: Mapping[DutyState, int]
    found: int
    is_first: bool
    next: str | None
    now: datetime

    @property
    def is_whole(self) -> bool:
        return self.is_first and self.next is None


@router.get("/nghia-vu")
async def duties(chosen: Typed, reference: Referred, store: Duties, now: Now, after: After = None) -> Response:
    """The duties of units, 200 on a page. Pages are in the order of regime, period and unit; within a page, owed duties come first."""
    known = await reference.current()
    there = await store.periods(known.regimes)
    listing = await _list(store, chosen, chosen.asked(known, there), after, now)
    shown = {
        "chosen": chosen,
        "it": listing,
        "words": WORDS,
        "titles": _titles(known),
        "regimes": sorted(regime.id for regime in known.regimes.values() if regime.obligation is not None),
        "periods": sorted({code for codes in there.values() for code in codes}, reverse=True),
        "unit_name": _unit_name(known, chosen.unit),
    }
    return look.page("duties.html", shown)


@router.get("/nghia-vu.csv")
async def table(chosen: Typed, reference: Referred, store: Duties, now: Now) -> Response:
    """The selected duties of all pages; owed duties come first."""
    known = await reference.current()
    address.require_known(known, chosen.regime, chosen.unit)
    asked = chosen.asked(known, await store.periods(known.regimes))
    read = [duty async for duty in store.read(asked, chosen.state, now, limit=CSV_AT_ONCE + 1)]
    if len(read) > CSV_AT_ONCE:
        raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("door.too_many_rows", most=CSV_AT_ONCE))
    lines = _lines(sorted(read, key=first_owed), _titles(known), now)
    today = periods.local_day(now)
    title = f"Nghĩa vụ báo cáo {_unit_name(known, chosen.unit) or ''} {today:%d-%m-%Y}"
    named = file_name.disposition("attachment", f"nghia-vu-{today:%Y%m%d}.csv", title)
    headers = {"Content-Disposition": named, "Cache-Control": "no-cache"}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(duties: Sequence[Duty], titles: Mapping[str, str], now: datetime) -> AsyncIterator[str]:
    """The table, some rows at a time: rendering all rows at once would block every other page for seconds."""
    yield spreadsheet.head()
    for first in range(0, len(duties), ROWS_AT_ONCE):
        yield "".join(spreadsheet.line(duty, titles, now) for duty in duties[first : first + ROWS_AT_ONCE])


async def _list(store: DutyStore, chosen: Choice, asked: Asked, after: str | None, now: datetime) -> Listing:
    behind = chosen.behind(after)
    everything, totals = await store.totals(asked, now)
    read = [duty async for duty in store.read(asked, chosen.state, now, behind=behind, limit=PAGE + 1)]
    shown = read[:PAGE]
    return Listing(
        sorted(shown, key=first_owed),
        everything,
        totals,
        totals[chosen.state] if chosen.state else everything,
        behind is None,
        chosen.after(shown[-1].id) if len(read) > PAGE else None,
        now,
    )


def _titles(known: Reference) -> dict[str, str]:
    return {regime.id: regime.title for regime in known.regimes.values()}


def _unit_name(known: Reference, unit: str | None) -> str | None:
    """The name of the requested unit; for a code, of the latest unit that has it. None if there is none."""
    bearers = [bearer for bearer in known.registry.units if unit in (bearer.code, bearer.id)]
    return max(bearers, key=lambda bearer: bearer.valid_from).name if bearers else None
