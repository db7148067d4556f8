"""A unit's duties as a calendar to which its officers can subscribe."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from services.portal.domain import agenda, succession, unit_notes
from services.portal.domain.duties import Duty
from services.portal.http import caching, described
from services.portal.http.caching import Changes
from services.portal.http.dependencies import Now, UnitName
from services.portal.http.scoped import Duties, Reads, UnitToday
from services.portal.render import file_name, ical
from services.portal.render.ical import About
from shared.words.units import Registry, Unit

router = APIRouter(tags=["duties"], responses=described.PROBLEMS)

MEDIA_TYPE: Final = "text/calendar"


class CalendarResponse(Response):
    media_type = MEDIA_TYPE


@router.get(
    "/lich/{unit}.ics",
    operation_id="getCalendar",
    response_class=CalendarResponse,
    responses={304: {"description": "Nothing has changed since."}},
)
async def calendar(request: Request, unit: UnitName, bearer: UnitToday, scope: Reads, store: Duties, now: Now) -> Response:
    """The duties that a unit owes, as iCalendar (RFC 5545), with alarms for the coming reminders.

    `unit` is a code of today or an id. The calendar of an heir also has what the units owe for which it acts; that of a unit that has ended
    says who acts for it, and has no alarms. Everything that is owed is listed, at most 300 duties: if there are more, one event counts the
    oldest ones. Duties that are done stay for 62 days after their deadline, without alarms. Periods that have not begun and are due within
    100 days are announced as `TENTATIVE`, by the rules of today. An event's UID is the duty's id and never changes. An event lasts all day
    on the last day that is on time; if the deadline has an hour, it is an instant.
    With `If-None-Match` or `If-Modified-Since` the answer is 304 until something changes.
    """
    known, today = scope.reference, scope.today
    duties = await store.of_unit(bearer.id, now - agenda.DONE_FOR, succession.represented(known.registry, [bearer.id], today))
    found = agenda.agenda(duties, agenda.planned(known, bearer, now), now)
    body = ical.feed(
        _about(known.registry, bearer, duties, today), found, known.regimes, known.working_days, str(request.base_url).rstrip("/"), now
    )
    validator = caching.etag(ical.without_stamps(body))
    changes: Changes = request.app.state.calendars
    modified = changes.since(unit, validator, now)
    headers = {"Cache-Control": "no-cache", "ETag": validator, "Last-Modified": modified}
    if caching.is_known(request.headers, validator, modified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    named = file_name.disposition("inline", f"lich-{unit}.ics", f"Hạn báo cáo {bearer.name}")
    return CalendarResponse(body, headers={"Content-Disposition": named, **headers})


def _about(registry: Registry, unit: Unit, duties: Sequence[Duty], today: date) -> About:
    """What the calendar of a unit says of its time, and of that of the units for which it acts."""
    ended = " ".join(note.plain for note in unit_notes.of_end(registry, unit, today))
    return About(unit, ended, {duty.unit_id: succession.note(registry, duty.unit_id, duty.unit_name, today) for duty in duties})
