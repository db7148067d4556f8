"""Duties as JSON."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.portal.domain import address, succession
from services.portal.http.dependencies import LIMIT, After, Chosen, Now
from services.portal.http.described import answered
from services.portal.http.scoped import Duties, ReadsFigures
from shared.wire.answers import Duty, DutyPage, UnitName
from shared.words.units import Registry

router = APIRouter(tags=["duties"])

DUTIES_AT_ONCE = 2000


@router.get("/duties", operation_id="listDuties", response_model_exclude_unset=True, responses=answered("listDuties"))
async def duties(
    chosen: Chosen,
    scope: ReadsFigures,
    store: Duties,
    now: Now,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=DUTIES_AT_ONCE, description=LIMIT)] = DUTIES_AT_ONCE,
) -> DutyPage:
    """The duties of units in your scope: what is owed, by when, and what was done. Sorted by id; every filter is optional.

    `unit`, a code or an id, selects the unit and the units below it in each period's tree, and the ended units for which one of them acts
    today; with `only=true`, without the units below. A duty of an ended unit has `acting`, the unit that acts for it today. `state`:
    `owed` (chưa nộp) includes `overdue` and `returned`, `received` includes `late`; `confirmed` are views, not reports. To get the next
    page, send `next` as `after`, with the same filters. A duty that exists during the whole reading is listed exactly once.
    """
    behind = chosen.behind(after)
    known = scope.reference
    address.require_known(known, chosen.regime, chosen.unit)
    asked = chosen.asked(scope, await store.periods(known.regimes))
    read = await store.answers(asked, chosen.state, now, behind, limit + 1)
    shown = [_with_acting(duty, known.registry, scope.today) for duty in read[:limit]]
    return DutyPage(duties=shown, next=chosen.after(shown[-1].id) if len(read) > limit else None)


def _with_acting(duty: Duty, registry: Registry, today: date) -> Duty:
    """The duty, with the unit that acts today if its own unit has ended."""
    heir = succession.acting(registry, duty.unit.id, today)
    return duty if heir is None else duty.model_copy(update={"acting": UnitName(id=heir.id, code=heir.code, name=heir.name)})
