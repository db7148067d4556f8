"""What a person's units owe, as a calendar to which the person's calendar program subscribes by a secret address."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from services.portal.domain import agenda, refused, succession
from services.portal.domain.agenda import Agenda
from services.portal.domain.duties import Duty
from services.portal.http import caching, described
from services.portal.http.caching import Changes
from services.portal.http.dependencies import Now, Referred
from services.portal.http.visitors import AccountsUsed
from services.portal.reading.duty_store import DutyStore
from services.portal.render import file_name, ical
from services.portal.render.ical import About
from services.portal.sessions import calendar_store, session_store
from shared.words import credentials, periods, refusals
from shared.words.scope import Scope
from shared.words.units import Unit

router = APIRouter(tags=["duties"], responses=described.PROBLEMS)

MEDIA_TYPE: Final = "text/calendar"
ADDRESS: Final = "the secret address of a person's calendar, as the account page shows it"
SHAPE: Final = {"pattern": f"^{calendar_store.ADDRESS.pattern}$"}


class CalendarResponse(Response):
    media_type = MEDIA_TYPE


async def scope_of(
    address: Annotated[str, Path(description=ADDRESS, examples=["A" * 43], json_schema_extra=SHAPE)],
    accounts: AccountsUsed,
    reference: Referred,
    now: Now,
) -> Scope:
    """What the person with this address reads. Raises `Refused` with 404 if the address is nobody's."""
    person = await accounts.calendars.person(address)
    if person is None:
        raise refused.not_found(refusals.refusal("door.not_found"))
    return Scope.of(session_store.principal(person, ""), await reference.current(), periods.local_day(now))


@router.get(
    "/lich/{address}.ics",
    operation_id="getCalendar",
    response_class=CalendarResponse,
    responses={304: {"description": "Nothing has changed since."}},
)
async def calendar(request: Request, address: str, scope: Annotated[Scope, Depends(scope_of)], now: Now) -> Response:
    """The duties of all units at which a person is an officer today, as iCalendar (RFC 5545), with alarms for the coming reminders.

    Whoever has the address reads the calendar: no key or session is needed. An address that was renewed or revoked is unknown. The calendar
    of an heir also has what the units owe for which it acts. Everything that is owed is listed, at most 300 duties: if there are more, one
    event counts the oldest ones. Duties that are done stay for 62 days after their deadline, without alarms. Periods that have not begun
    and are due within 100 days are announced as `TENTATIVE`, by the rules of today. An event's UID is the duty's id and never changes. An
    event lasts all day on the last day that is on time; if the deadline has an hour, it is an instant.
    With `If-None-Match` or `If-Modified-Since` the answer is 304 until something changes.
    """
    known, units = scope.reference, [unit for unit in (scope.reference.registry.valid(own, scope.today) for own in scope.own) if unit]
    duties, found = await _agenda(DutyStore(request.app.state.database, scope), scope, units, now)
    about = About(units, {duty.unit_id: succession.note(known.registry, duty.unit_id, duty.unit_name, scope.today) for duty in duties})
    body = ical.feed(about, found, known.regimes, known.working_days, str(request.base_url).rstrip("/"), now)
    validator = caching.etag(ical.without_stamps(body))
    changes: Changes = request.app.state.calendars
    modified = changes.since(credentials.verifier(address), validator, now)
    headers = {"Cache-Control": "private, no-cache", "ETag": validator, "Last-Modified": modified}
    if caching.is_known(request.headers, validator, modified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    named = file_name.disposition("inline", "lich.ics", f"Hạn báo cáo {about.name}")
    return CalendarResponse(body, headers={"Content-Disposition": named, **headers})


async def _agenda(store: DutyStore, scope: Scope, units: list[Unit], now: datetime) -> tuple[list[Duty], Agenda]:
    """What the units owe and will owe; a duty of an ended unit for which several of them act is listed once."""
    registry, duties = scope.reference.registry, dict[str, Duty]()
    for unit in units:
        acted_for = succession.represented(registry, [unit.id], scope.today)
        duties |= {duty.id: duty for duty in await store.of_unit(unit.id, now - agenda.DONE_FOR, acted_for)}
    planned = [plan for unit in units for plan in agenda.planned(scope.reference, unit, now)]
    return list(duties.values()), agenda.agenda(duties.values(), planned, now)
