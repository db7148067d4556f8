"""The JSON API. Source: design, section 4, "Portal"."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from services.portal import address, explaining, feed, problems, statuses
from services.portal.address import Duties, Named, Referred, Stored
from services.portal.domain.standing import Status
from services.portal.duty_choice import After, Chosen
from services.portal.problems import Refused
from services.portal.store import Json
from shared.plumbing.broker import Streams
from shared.wire import events, subjects
from shared.wire.published import View
from shared.words import refusals
from shared.words.units import Unit

router = APIRouter(prefix="/api/v1", tags=["API"])

MAX_SEQUENCE = 2**63 - 1
PARTS_AT_ONCE = 2000
DUTIES_AT_ONCE = 2000


@router.get("/views/{regime}/{period}/{unit}", responses={200: {"model": View}})
async def view(at: Named, store: Stored) -> JSONResponse:
    """The roll-up of one unit's subtree. `unit` is a code at the period's cut-off, or a unit id."""
    found = await store.view(at.regime.id, at.period.code, at.unit.id)
    if found is None:
        raise problems.no_such_view(at.regime.id, at.period.code, at.unit.code)
    return JSONResponse(found)


@router.get("/views/{regime}/{period}/{unit}/children")
async def children(at: Named, store: Stored) -> JSONResponse:
    """What stands directly below a unit: `{"views": […], "units": […]}`, both by unit code.

    `views` are the views of the units below that have one. `units` are the units below that report themselves:
    `{unit: {id, code, name, level, parent}, state, received, counts, revision, received_at, on_time, deadline}`, where
    `state` is on_time, late, returned, withdrawn, overdue or missing; `received` tells whether anything was ever
    submitted, `counts` whether it stands in the totals; `received_at` is the first submission's time; `on_time` is null
    while nothing counts; `deadline` is the first late instant, extensions included, or null.
    """
    below = at.tree.children(at.unit.id)
    views = await store.views(at.regime.id, at.period.code, [unit.id for unit in below])
    reporters = [unit for unit in below if unit.id in at.group_of]
    if not views and not reporters:
        raise problems.no_such_view(at.regime.id, at.period.code, at.unit.code)
    found = await statuses.statuses(at, store, reporters, datetime.now(UTC))
    return JSONResponse({"views": views, "units": [status_json(status) for status in found]})


@router.get("/reports/{regime}/{period}/{unit}")
async def report(at: Named, store: Stored) -> JSONResponse:
    """One unit's own report, with its history.

    `{unit, regime, period, state, counts, revision, received_at, on_time, deadline, values, narratives, history}`.
    `values` and `narratives` are the standing report's, empty when none stands. `history`, by received time, at most the
    last 500: `{event_id, sender, type, revision, received_at, position}`, and `reason`, `fix_by` for returns, `reason`, `until` for
    extensions, `corrects` for one that takes back those before it; `superseded_by` names the newer revision that had come before, so
    that the event changed nothing. In a derived regime it is the source regime's report, restricted to the indicators derived.
    """
    if not at.is_reporter:
        raise problems.no_such_report(at.regime.id, at.period.code, at.unit.code)
    found = await statuses.report(at, store, datetime.now(UTC))
    stands = found.status.counts
    return JSONResponse(
        {
            "regime": at.regime.id,
            "period": at.period.code,
            **status_json(found.status),
            "values": found.values if stands else {},
            "narratives": found.narratives if stands else {},
            "history": [step.as_json() for step in found.steps],
        }
    )


@router.get("/explain/{regime}/{period}/{unit}/{indicator}")
async def explain(
    at: Named,
    store: Stored,
    indicator: str,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=PARTS_AT_ONCE)] = PARTS_AT_ONCE,
) -> JSONResponse:
    """The reports that make one figure of a view, by unit code, and whether they add up to it.

    `{regime, period, unit, indicator, position, figure, computed, adds_up, expected, reported, silent, missing, reports, next}`.
    `figure` is what the view says at `position`, `computed` what its reports say, both without the target. `reports` holds
    `{unit: {id, code, name}, revision, event_id, received_at, position, value}`; `expected` counts the units of whom the indicator is
    asked; of them `silent` those whose report counts and left the figure out, `missing` those of which no report counts. Give `next`
    as `after` to go on; a `position` that is another than that of the page before says that the figure has changed meanwhile.
    """
    found = await explaining.read(at, store, indicator)
    return JSONResponse(found.as_json(after, limit))


@router.get("/feeds/{province}/{regime}")
async def feeds(
    request: Request,
    reference: Referred,
    province: str,
    regime: str,
    after: Annotated[int, Query(ge=0, le=MAX_SEQUENCE)] = 0,
    limit: Annotated[int, Query(ge=1, le=feed.MOST)] = feed.MOST,
) -> JSONResponse:
    """Views as they changed, oldest first: `{"events": [CloudEvents], "cursor": "…"}`.

    Give the cursor as `after` to go on: it is a place in the stream, the same for every province and regime. An empty list means that
    nothing changed since. A cursor that the stream has not reached (it was made anew) is refused: begin again without one. There is a
    feed for each unit that has none above it, not for those below.
    """
    address.checked("province", province)
    address.checked("regime", regime)
    known = await reference.current()
    address.require_known(known, regime, province)
    if not any(unit.code == province and unit.parent not in known.registry.by_id for unit in known.registry.units):
        raise problems.not_found(refusals.refusal("door.no_such_feed", "province", unit=province))
    streams: Streams = request.app.state.streams
    found, cursor = await feed.page(streams, province, regime, after, limit)
    if not found and after and after > await streams.last_sequence(subjects.FEED):
        raise Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("door.cursor_ahead", "after", after=after))
    return JSONResponse({"events": found, "cursor": str(cursor)})


@router.get("/duties")
async def duties(
    chosen: Chosen,
    reference: Referred,
    store: Duties,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=DUTIES_AT_ONCE)] = DUTIES_AT_ONCE,
) -> JSONResponse:
    """Who owes what by when, by id, `<regime>/<period>/<unit id>`: `{"duties": […], "next": "…"}`. Every filter may be left out.

    A duty is `{id, regime, period, unit: {id, code, name}, task, deadline, owed, received_at, first_received_at, revision, late,
    late_by_s, extended_to, returned, confirmed_at}`; `task` is report or confirm. `unit`, a code or an id, asks for the unit and
    those below it in each period's tree, with `only=true` for it alone. `state`: `owed` (chưa nộp) includes `overdue` and
    `returned`, `received` includes `late`; `confirmed` are views, not reports. Give `next` as `after`, with the same filters, to
    go on; null at the end. A duty that is there throughout is met once, whatever becomes of it meanwhile.
    """
    behind = chosen.behind(after)
    known = await reference.current()
    address.require_known(known, chosen.regime, chosen.unit)
    asked = chosen.asked(known, {} if chosen.unit is None else await store.periods(known.regimes))
    found = await store.documents(asked, chosen.state, datetime.now(UTC), behind, limit + 1)
    shown = found[:limit]
    return JSONResponse({"duties": shown, "next": chosen.after(shown[-1]["id"]) if len(found) > limit else None})


def status_json(status: Status) -> Json:
    return {
        "unit": unit_json(status.unit),
        "state": status.state.value,
        "received": status.received_at is not None,
        "counts": status.counts,
        "revision": status.revision,
        "received_at": _text(status.received_at),
        "on_time": status.on_time,
        "deadline": _text(status.deadline),
    }


def unit_json(unit: Unit) -> dict[str, Any]:
    return {"id": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "parent": unit.parent}


def _text(at: datetime | None) -> str | None:
    return None if at is None else events.to_text(at)
