"""Login and logout. There is no session before the last step of a login (ADR 0054)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import login_delay, login_steps, return_path
from services.portal.domain.login_steps import Step
from services.portal.http import principals, visitors
from services.portal.http.forms import Fields
from services.portal.http.visitors import AccountsUsed, Visiting
from services.portal.render import login_pages
from services.portal.sessions import cookies, kept_forms, login_notes, new_passwords
from services.portal.sessions.accounts import Accounts
from services.portal.sessions.login_notes import LoginNote
from services.portal.sessions.logins import Visitor, Waits
from shared.words import periods
from shared.words.people import Person
from shared.words.refusals import Refusal, refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

CLEAR: Final = '"cookies", "storage"'
Outcome = Person | Waits | Sequence[Refusal]
"""After a step: the person as he is now, a wait, or why the step was not taken."""


@router.get("/dang-nhap")
async def page(request: Request, accounts: AccountsUsed, tiep: str = return_path.HOME) -> Response:
    """The first page of the login. Whoever is logged in goes on at once."""
    back = return_path.checked(tiep)
    if await principals.session_of(request) is not None:
        return _see_other(back)
    return login_pages.first(provider=accounts.provider, back=back)


@router.post("/dang-nhap")
async def log_in(request: Request, fields: Fields, accounts: AccountsUsed, visitor: Visiting) -> Response:
    """The first step: login and password."""
    login, back = fields.get("login", ""), return_path.checked(fields.get("tiep", ""))
    note = LoginNote(back=back, form=fields.get("form", ""))
    found = await accounts.logins.with_password(login, fields.get("password", ""), visitor)
    if isinstance(found, Person):
        return await _go_on(request, accounts, note.of(found), found, visitor)
    status, reasons, wait_s = _refused(found or [refusal("identity.login_failed")])
    return login_pages.first(
        provider=accounts.provider, back=back, form=note.form, login=login, refusals=reasons, status=status, wait_s=wait_s
    )


@router.post("/dang-nhap/tiep-tuc")
async def go_on(request: Request, fields: Fields, accounts: AccountsUsed, visitor: Visiting) -> Response:
    """A further step: a one-time code, a new password, or setting up one-time codes."""
    note = login_notes.opened(fields.get("note", ""), accounts.seals, accounts.clock())
    person = None if note is None else await accounts.people.by_id(note.person)
    if note is None or person is None or person.version != note.version or person.revoked_at is not None:
        return login_pages.first(provider=accounts.provider, refusals=[refusal("identity.login_expired")], status=HTTPStatus.UNAUTHORIZED)
    step = _step(accounts, person, note)
    outcome: Outcome = person if step is None else await _taken(accounts, person, step, note, fields, visitor)
    if isinstance(outcome, Person):
        shown = replace(note, has_shown_code=note.has_shown_code or step in ("code", "enrol"), secret="")
        return await _go_on(request, accounts, shown.of(outcome), outcome, visitor)
    assert step is not None
    status, reasons, wait_s = _refused(outcome)
    return login_pages.step(step, fields["note"], person.login, note.secret, reasons, status, wait_s)


@router.post("/dang-xuat")
async def log_out(request: Request, accounts: AccountsUsed) -> Response:
    """Ends the session, and has the browser forget everything about the portal."""
    person, scheme = await principals.session_of(request), request.url.scheme
    if person is not None:
        await accounts.sessions.end(person.session, person.person)
        await accounts.records.add("logout.completed", person.person)
    response = _see_other(return_path.LOGIN)
    cookies.drop(response, cookies.name(scheme), scheme)
    response.headers["Clear-Site-Data"] = CLEAR
    return response


async def _taken(accounts: Accounts, person: Person, step: Step, note: LoginNote, fields: Mapping[str, str], visitor: Visitor) -> Outcome:
    """Takes a step."""
    wrong = [refusal("identity.login_failed")]
    if step == "code":
        answer = await accounts.logins.with_code(person, fields.get("code", ""), visitor)
        return answer if isinstance(answer, Waits) else person if answer else wrong
    if step == "renew":
        return await new_passwords.change(accounts, person, fields)
    return await accounts.codes.enable(person.id, note.secret, fields.get("code", "")) or [refusal("identity.wrong_code", "code")]


async def _go_on(request: Request, accounts: Accounts, note: LoginNote, person: Person, visitor: Visitor) -> Response:
    """The next step, or the end of the login."""
    step = _step(accounts, person, note)
    if step is None:
        return await finish(request, accounts, note, person, visitor)
    note = replace(note, secret=accounts.codes.new_secret() if step == "enrol" else "")
    return login_pages.step(step, login_notes.sealed(note, accounts.seals, accounts.clock()), person.login, note.secret)


async def finish(
    request: Request, accounts: Accounts, note: LoginNote, person: Person, visitor: Visitor, way: str = "password"
) -> Response:
    """Begins the session. A form that was sent without a session waits on the page that follows. `way` is how the person has logged in."""
    form = kept_forms.opened(note.form, accounts.seals, accounts.clock()) if note.form else None
    response: Response = _see_other(note.back)
    is_ours = form is not None and form.is_of(person.id)
    if form is not None and is_ours and await accounts.delays.take_once(login_delay.once(note.form), accounts.clock()):
        response = login_pages.resend(form.action, form.fields, person.name, note.back)
    await visitors.begin(request, response, accounts, person, visitor)
    await accounts.records.add("login.succeeded", person.id, address=visitor.address, way=way)
    return response


def _step(accounts: Accounts, person: Person, note: LoginNote) -> Step | None:
    return login_steps.next_step(person, note.has_shown_code, accounts.rules, periods.local_day(accounts.clock()))


def _refused(outcome: Waits | Sequence[Refusal]) -> tuple[HTTPStatus, Sequence[Refusal], int]:
    """The status of an answer, its sentences, and how many seconds to wait."""
    if isinstance(outcome, Waits):
        return HTTPStatus.TOO_MANY_REQUESTS, [refusal("identity.login_delayed", seconds=outcome.seconds)], outcome.seconds
    return HTTPStatus.UNAUTHORIZED, outcome, 0


def _see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
