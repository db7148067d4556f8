"""The audit log for operators: who did what, by actor, action, target and day."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import audit_page, refused
from services.portal.domain.audit_page import MOST_LETTERS, PAGE, Choice
from services.portal.http.governing import Operates, Operating
from services.portal.render import look
from shared.plumbing import audit_store
from shared.plumbing.audit_store import Wanted
from shared.words import audit, periods, texts
from shared.words.reference import ONE_DAY

router = APIRouter(prefix="/quan-tri/nhat-ky", default_response_class=HTMLResponse, include_in_schema=False)

CHECKED: Final = 500  # entries at the end whose chain the page checks; `tonghop audit verify` checks all
TIME_LIMIT_MS: Final = 5_000
TEXT_FORM: Final = (f"tối đa {MOST_LETTERS} ký tự", f"at most {MOST_LETTERS} characters")
DAY_FORM: Final = ("ngày như 2026-11-26", "a day such as 2026-11-26")
ACTION_FORM: Final = ("một việc trong danh sách", "an action of the list")
PEOPLE_ASKED: Final = 20  # people whose login begins with what was typed


async def chosen(actor: str = "", action: str = "", target: str = "", day: str = "") -> Choice:
    """The filters. Raises `Refused` with 400 for what cannot be one."""
    for name, text in (("actor", actor), ("target", target)):
        if len(text) > MOST_LETTERS or texts.forbidden(text) is not None:
            raise refused.bad_query(name, TEXT_FORM)
    if action and action not in audit.ACTIONS:
        raise refused.bad_query("action", ACTION_FORM)
    return Choice(actor.strip(), action, target.strip(), _day(day.strip()))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise refused.bad_query("day", DAY_FORM) from None


Chosen = Annotated[Choice, Depends(chosen)]
Before = Annotated[int | None, Query(ge=1, le=10**15)]


@router.get("")
async def entries(operates: Operates, choice: Chosen, before: Before = None) -> Response:
    """The newest entries, 50 on a page, and whether the end of the log is as it was written."""
    actor = await _actor(operates, choice.actor)
    since, until = _bounds(choice.day)
    wanted = Wanted(actor, [choice.action] if choice.action else None, choice.target or None, since, until, before)
    found = await audit_store.matching(operates.database, wanted, PAGE + 1, TIME_LIMIT_MS)
    head = await audit_store.head(operates.database)
    newest = await audit_store.matching(operates.database, Wanted(), CHECKED, TIME_LIMIT_MS)
    names = await _names(operates, audit_page.people_in(found))
    shown = {
        "choice": choice,
        "actions": sorted(audit.ACTIONS.items(), key=lambda pair: pair[1]),
        "rows": [audit_page.row(entry, names, operates.registry) for entry in found[:PAGE]],
        "is_first": before is None,
        "next": choice.to(found[PAGE - 1]["_id"]) if len(found) > PAGE else "",
        "head": head,
        "checked": len(newest),
        "fault": audit_page.first_fault(newest, head),
    }
    return look.page("audit.html", shown, headers={"Cache-Control": "no-store"})


async def _actor(operates: Operating, typed: str) -> str | None:
    """The actor that was typed: as the log has it, or by a person's login."""
    if not typed or "/" in typed:
        return typed or None
    person = await operates.people.by_login(typed)
    return typed if person is None else f"{audit_page.PEOPLE}{person.id}"


async def _names(operates: Operating, people: Collection[str]) -> dict[str, str]:
    return {person.id: person.login for one in people if (person := await operates.people.by_id(one)) is not None}


def _bounds(day: date | None) -> tuple[datetime | None, datetime | None]:
    """The day's first instant, and that of the next one."""
    return (None, None) if day is None else (periods.start_of(day), periods.start_of(day + ONE_DAY))
