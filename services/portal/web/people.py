"""The pages about people: who may log in, with which roles. An operator sees all accounts, a reviewer those in his subtree.

A generated password is shown once, in the answer to the form: it is in no address, no log, and no other page.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import accounts, refused
from services.portal.http.dependencies import After
from services.portal.http.forms import Fields
from services.portal.http.governing import Governing, Governs
from services.portal.render import look
from shared.plumbing.people_desk import NewPerson, WithPassword
from shared.words import texts
from shared.words.people import MOST_NAME, Person
from shared.words.refusals import Refusal

router = APIRouter(prefix="/quan-tri/nguoi-dung", default_response_class=HTMLResponse, include_in_schema=False)

PAGE: Final = 50
SECRET: Final = {"Cache-Control": "no-store"}
NOTHING: Final[Mapping[str, str]] = {}


@router.get("")
async def people(governs: Governs, q: str = "", after: After = None) -> Response:
    """The accounts by login, 50 on a page."""
    if len(texts.normal(q)) > MOST_NAME:
        raise refused.bad_query("q", (f"tối đa {MOST_NAME} ký tự", f"at most {MOST_NAME} characters"))
    return await _list(governs, q, after or "")


@router.post("")
async def add(governs: Governs, fields: Fields) -> Response:
    """Adds a person with one role. The answer shows the password."""
    grant = accounts.asked(fields, governs.by.registry, governs.by.today)
    if isinstance(grant, list):
        return await _list(governs, reasons=grant, fields=fields)
    answer = await governs.desk.add(governs.by, NewPerson(*accounts.typed(fields), grant))
    if not isinstance(answer, WithPassword):
        return await _list(governs, reasons=answer, fields=fields)
    return _password(answer)


@router.get("/{person}")
async def one(governs: Governs, person: str) -> Response:
    """One account."""
    return await _account(governs, await _seen(governs, person))


@router.post("/{person}/vai-tro")
async def grant(governs: Governs, person: str, fields: Fields) -> Response:
    """Grants a role."""
    seen, asked = await _seen(governs, person), accounts.asked(fields, governs.by.registry, governs.by.today)
    return await _done(governs, seen, asked if isinstance(asked, list) else await governs.desk.grant(governs.by, seen, asked), fields)


@router.post("/{person}/vai-tro/{role}/thu-hoi")
async def revoke_role(governs: Governs, person: str, role: str) -> Response:
    """Revokes a role."""
    seen = await _seen(governs, person)
    return await _done(governs, seen, await governs.desk.revoke_grant(governs.by, seen, role))


@router.post("/{person}/thu-hoi")
async def revoke(governs: Governs, person: str) -> Response:
    """Revokes an account."""
    seen = await _seen(governs, person)
    return await _done(governs, seen, await governs.desk.revoke(governs.by, seen))


@router.post("/{person}/mat-khau")
async def reset(governs: Governs, person: str, fields: Fields) -> Response:
    """Gives an account a new password. The answer shows it."""
    seen = await _seen(governs, person)
    answer = await governs.desk.reset(governs.by, seen, drops_totp=fields.get("totp") == "1")
    return _password(answer) if isinstance(answer, WithPassword) else await _done(governs, seen, answer)


async def _seen(governs: Governing, person_id: str) -> Person:
    """The account in the address. Raises `Refused`: 403 for one that the person may not see, whether or not it exists; to an operator 404
    if it does not.
    """
    person = await governs.people.by_id(person_id)
    if person is not None and governs.by.granter.may_see(person):
        return person
    raise refused.no_such_person() if governs.by.granter.is_operator else refused.out_of_scope()


async def _done(governs: Governing, person: Person, answer: Person | Sequence[Refusal], fields: Mapping[str, str] = NOTHING) -> Response:
    """Leads back to the account, or shows it with the reasons why nothing was done."""
    if isinstance(answer, Person):
        return RedirectResponse(f"{router.prefix}/{person.id}", HTTPStatus.SEE_OTHER, SECRET)
    return await _account(governs, person, answer, fields)


async def _list(
    governs: Governing, q: str = "", after: str = "", reasons: Sequence[Refusal] = (), fields: Mapping[str, str] = NOTHING
) -> Response:
    by = governs.by
    text = "" if texts.is_blank(q) or texts.forbidden(q) else texts.normal(q).strip()
    found = await governs.people.listed(text, None if by.granter.is_operator else by.granter.units, after, PAGE + 1)
    logins = await governs.sessions.last_logins([person.id for person in found])
    shown = {
        "query": text,
        "accounts": [accounts.account(one, by.granter, by.registry, by.today, logins.get(one.id)) for one in found[:PAGE]],
        "is_first": not after,
        "next": found[PAGE - 1].login if len(found) > PAGE else "",
        "operates": by.granter.is_operator,
        **_form(governs, reasons, fields),
    }
    return look.page("people.html", shown, accounts.status(reasons) if reasons else HTTPStatus.OK, SECRET)


async def _account(governs: Governing, person: Person, reasons: Sequence[Refusal] = (), fields: Mapping[str, str] = NOTHING) -> Response:
    by, logins = governs.by, await governs.sessions.last_logins([person.id])
    account = accounts.account(person, by.granter, by.registry, by.today, logins.get(person.id))
    shown = {"account": account, "is_own": person.id == by.granter.person, **_form(governs, reasons, fields)}
    return look.page("person.html", shown, accounts.status(reasons) if reasons else HTTPStatus.OK, SECRET)


def _form(governs: Governing, reasons: Sequence[Refusal], fields: Mapping[str, str]) -> dict[str, object]:
    by = governs.by
    return {
        "reasons": reasons,
        "fields": fields,
        "roles": accounts.roles_of(by.granter),
        "units": accounts.suggested(by.granter, by.registry, by.today),
    }


def _password(answer: WithPassword) -> Response:
    return look.page("new_password.html", {"person": answer.person, "password": answer.password}, HTTPStatus.OK, SECRET)
