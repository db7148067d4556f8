"""The page about parked messages, for operators: reasons, units, times and counts, never what a message says."""

from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import parked, refused
from services.portal.http.dependencies import After
from services.portal.http.governing import Operates
from services.portal.render import look
from shared.plumbing.parked_store import STATES
from shared.words import texts

router = APIRouter(prefix="/quan-tri/thu-hong", default_response_class=HTMLResponse, include_in_schema=False)

PAGE: Final = 50
DAYS: Final = 14
MOST_COUNTS: Final = 500
MOST_UNIT: Final = 64  # characters
UNIT_FORM: Final = (f"mã đơn vị, tối đa {MOST_UNIT} ký tự", f"the code of a unit, of at most {MOST_UNIT} characters")
STATE_FORM: Final = (" hoặc ".join(STATES), " or ".join(STATES))


@router.get("")
async def parked_messages(operates: Operates, unit: str = "", state: str = "", after: After = None) -> Response:
    """The newest messages, 50 on a page, and what units spoiled on the last days."""
    if len(unit) > MOST_UNIT or texts.forbidden(unit) is not None:
        raise refused.bad_query("unit", UNIT_FORM)
    if state and state not in STATES:
        raise refused.bad_query("state", STATE_FORM)
    behind = None if after is None else parked.place(after, unit, state)
    if after is not None and behind is None:
        raise refused.bad_cursor("after")
    registry, today = operates.registry, operates.today
    named = registry.at(today).named(unit.strip()) if unit.strip() else None
    sender = unit.strip() or None if named is None else named.id
    found = await operates.parked.listed(PAGE + 1, state=state or None, sender=sender, behind=behind)
    counts = await operates.parked.counts(today - timedelta(days=DAYS - 1), MOST_COUNTS)
    shown = {
        "unit": unit,
        "state": state,
        "states": parked.STATES,
        "waiting": await operates.parked.waiting(),
        "messages": [parked.row(message, registry) for message in found[:PAGE]],
        "is_first": after is None,
        "next": parked.after(found[PAGE - 1], unit, state) if len(found) > PAGE else "",
        "counts": parked.counts(counts, registry),
        "days": DAYS,
        "are_cut": len(counts) == MOST_COUNTS,
    }
    return look.page("parked.html", shown, headers={"Cache-Control": "no-store"})
