"""The page of duties, who owes what by when, and the same as a table for a spreadsheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from services.portal import address, look, problems
from services.portal.address import Duties, Referred
from services.portal.domain import scope, spreadsheet
from services.portal.domain.duties import WORDS, Duty, DutyState
from services.portal.duty_store import Asked, DutyStore
from shared import periods
from shared.reference import Reference

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = 200
MOST_PAGES = 100_000
CSV_AT_ONCE = 50_000  # rows of one table: about 15 MB


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader chose; `only` leaves out the units below."""

    regime: str | None
    period: str | None
    unit: str | None
    state: DutyState | None
    only: bool

    def to(self, path: str = "/nghia-vu", **changes: object) -> str:
        """An address with the same choice but for `changes`."""
        chosen = {"regime": self.regime, "period": self.period, "unit": self.unit, "state": self.state, "only": int(self.only)}
        kept = {name: str(value) for name, value in (chosen | changes).items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


@dataclass(frozen=True)
class Listing:
    """One page of duties. `totals` are of all states, whichever was chosen."""

    duties: Sequence[Duty]
    all: int
    totals: Mapping[DutyState, int]
    found: int
    page: int
    pages: int
    now: datetime


def filters(
    regime: str | None = None,
    period: str | None = None,
    unit: str | None = None,
    state: Annotated[DutyState | Literal[""] | None, Query()] = None,
    only: bool = False,
) -> Filters:
    """The choice as an address has it. A form sends empty texts for what was not chosen."""
    return Filters(
        address.checked("regime", regime or None),
        address.checked("period", period or None),
        address.checked("unit", (unit or "").strip() or None),
        state or None,
        only,
    )


Chosen = Annotated[Filters, Depends(filters)]


@router.get("/nghia-vu")
async def duties(chosen: Chosen, reference: Referred, store: Duties, page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1) -> Response:
    """Who owes what by when, 200 a page. A page beyond the last is the last."""
    known = await reference.current()
    there = await store.periods(known.regimes)
    listing = await _list(store, _asked(chosen, known, there), chosen.state, page, datetime.now(UTC))
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
async def table(chosen: Chosen, reference: Referred, store: Duties) -> Response:
    """The chosen duties, all pages."""
    now = datetime.now(UTC)
    known = await reference.current()
    asked = _asked(chosen, known, await store.periods(known.regimes))
    titles = _titles(known)
    read = store.read(asked, chosen.state, now, limit=CSV_AT_ONCE + 1)
    lines = [spreadsheet.line(duty, titles, now) async for duty in read]
    if len(lines) > CSV_AT_ONCE:
        raise problems.bad_query("", f"quá {CSV_AT_ONCE} dòng, hãy chọn hẹp hơn (too many rows, choose fewer)")
    name = f"nghia-vu-{periods.local_day(now):%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
    return Response(spreadsheet.head() + "".join(lines), media_type="text/csv; charset=utf-8", headers=headers)


async def _list(store: DutyStore, asked: Asked, state: DutyState | None, page: int, now: datetime) -> Listing:
    everything, totals = await store.totals(asked, now)
    found = totals[state] if state else everything
    pages = max(1, -(-found // PAGE))
    page = min(page, pages)
    duties = [duty async for duty in store.read(asked, state, now, skip=(page - 1) * PAGE, limit=PAGE)]
    return Listing(duties, everything, totals, found, page, pages, now)


def _asked(chosen: Filters, known: Reference, there: Mapping[str, Sequence[str]]) -> Asked:
    """The choice with the asked unit looked up in each period's tree."""
    scopes = None if chosen.unit is None else scope.scopes(known, there, chosen.unit, only=chosen.only)
    return Asked(chosen.regime, chosen.period, scopes)


def _titles(known: Reference) -> dict[str, str]:
    return {regime.id: regime.title for regime in known.regimes.values()}


def _unit_name(known: Reference, unit: str | None) -> str | None:
    """The name of the asked unit, that of the latest bearer of the code; None when nobody bears it."""
    bearers = [one for one in known.registry.units if unit in (one.code, one.id)]
    return max(bearers, key=lambda one: one.valid_from).name if bearers else None
