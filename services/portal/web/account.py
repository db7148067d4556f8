"""A person's own account: roles, sessions, password, one-time codes, and the secret address of the calendar."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import login_steps, own_roles
from services.portal.domain.refused import Refused
from services.portal.http import principals, visitors
from services.portal.http.forms import Fields
from services.portal.http.principals import AskingPerson
from services.portal.http.visitors import AccountsUsed, Visiting
from services.portal.render import login_pages, look
from services.portal.sessions import new_passwords
from services.portal.sessions.accounts import Accounts
from services.portal.sessions.logins import Visitor, Waits
from shared.words import grants, periods
from shared.words.people import Person
from shared.words.refusals import Refusal, refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PATH: Final = "/tai-khoan"
DONE: Final = {
    "mat-khau": "Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc.",
    "ma-bat": "Đã bật mã xác thực. Các phiên đăng nhập khác đã kết thúc.",
    "ma-tat": "Đã tắt mã xác thực. Các phiên đăng nhập khác đã kết thúc.",
    "phien": "Đã kết thúc phiên đăng nhập.",
    "lich": "Đã cấp địa chỉ lịch mới. Địa chỉ cũ (nếu có) không dùng được nữa.",
    "lich-thoi": "Đã thu hồi địa chỉ lịch.",
}


async def own_of(person: AskingPerson, accounts: AccountsUsed) -> Person:
    """The account of the person who asks. Raises `Refused` with 401."""
    own = await accounts.people.by_id(person.person)
    if own is None:
        raise principals.required()
    return own


Own = Annotated[Person, Depends(own_of)]


@router.get(PATH)
async def account(request: Request, asking: AskingPerson, own: Own, accounts: AccountsUsed, da: str = "") -> Response:
    """The page of the account."""
    return await _page(request, asking.session, own, accounts, done=DONE.get(da, ""))


@router.post(f"{PATH}/mat-khau")
async def change_password(
    request: Request, asking: AskingPerson, own: Own, accounts: AccountsUsed, visitor: Visiting, fields: Fields
) -> Response:
    """A new password; the other sessions end."""
    faults = await _password_faults(accounts, own, fields, visitor)
    changed = faults or await new_passwords.change(accounts, own, fields)
    if isinstance(changed, Person):
        return await _again(request, accounts, changed, visitor, "mat-khau")
    return await _page(request, asking.session, own, accounts, refusals=changed)


@router.get(f"{PATH}/ma-xac-thuc")
async def set_up_codes(own: Own, accounts: AccountsUsed) -> Response:
    """Setting up one-time codes."""
    if own.has_totp or own.password is None:
        return _done("")
    return _codes(accounts, own, accounts.codes.new_secret())


@router.post(f"{PATH}/ma-xac-thuc")
async def enable_codes(request: Request, own: Own, accounts: AccountsUsed, visitor: Visiting, fields: Fields) -> Response:
    """One-time codes from now on; the other sessions end."""
    secret = accounts.seals.opened("enrolment", fields.get("note", ""), accounts.clock(), login_pages.SETTING_UP)
    if secret is None or own.has_totp or not secret.startswith(f"{own.id}/"):
        return _done("")
    secret = secret.removeprefix(f"{own.id}/")
    faults = await _password_faults(accounts, own, fields, visitor)
    changed = None if faults else await accounts.codes.enable(own.id, secret, fields.get("code", ""))
    if changed is None:
        return _codes(accounts, own, secret, faults or [refusal("identity.wrong_code", "code")])
    return await _again(request, accounts, changed, visitor, "ma-bat")


@router.post(f"{PATH}/ma-xac-thuc/tat")
async def disable_codes(
    request: Request, asking: AskingPerson, own: Own, accounts: AccountsUsed, visitor: Visiting, fields: Fields
) -> Response:
    """No one-time codes any more, unless the agency requires them; the other sessions end."""
    faults = await _password_faults(accounts, own, fields, visitor)
    if not faults and _needs_codes(accounts, own):
        faults = [refusal("identity.codes_required")]
    changed = None if faults else await accounts.codes.disable(own.id)
    if changed is None:
        return await _page(request, asking.session, own, accounts, refusals=faults or [refusal("identity.login_expired")])
    return await _again(request, accounts, changed, visitor, "ma-tat")


@router.post(f"{PATH}/phien")
async def end_sessions(asking: AskingPerson, accounts: AccountsUsed, fields: Fields) -> Response:
    """Ends one session, or all others."""
    if fields.get("session"):
        is_ended = await accounts.sessions.end(fields["session"], asking.person)
    else:
        is_ended = bool(await accounts.sessions.end_all(asking.person, except_for=asking.session))
    if is_ended:
        await accounts.records.add("session.ended", asking.person, all_others=not fields.get("session"))
    return _done("phien")


@router.post(f"{PATH}/lich")
async def change_calendar(asking: AskingPerson, accounts: AccountsUsed, fields: Fields) -> Response:
    """A new address of the calendar, or none."""
    if fields.get("viec") == "thu-hoi":
        await accounts.calendars.revoke(asking.person)
        return _done("lich-thoi")
    await accounts.calendars.renew(asking.person)
    return _done("lich")


async def _page(
    request: Request, session: str, own: Person, accounts: Accounts, *, done: str = "", refusals: Sequence[Refusal] = ()
) -> Response:
    now = accounts.clock()
    registry, today = (await accounts.reference.current()).registry, periods.local_day(now)
    address = await accounts.calendars.address(own.id)
    shown = {
        "own": own,
        "governs": any(grant.role in ("operator", "reviewer") for grant in grants.effective(own.grants, registry, today)),
        "operates": any(grant.role == "operator" for grant in grants.effective(own.grants, registry, today)),
        "roles": own_roles.listed(own.grants, registry, today),
        "sessions": await accounts.sessions.of_person(own.id, now),
        "session": session,
        "needs_codes": _needs_codes(accounts, own),
        "calendar": "" if address is None else f"{accounts.site or str(request.base_url).rstrip('/')}/lich/{address}.ics",
        "done": done,
        "refusals": refusals,
    }
    return look.page("account.html", shown, HTTPStatus.UNPROCESSABLE_ENTITY if refusals else HTTPStatus.OK)


def _codes(accounts: Accounts, own: Person, secret: str, refusals: Sequence[Refusal] = ()) -> Response:
    note = accounts.seals.seal("enrolment", f"{own.id}/{secret}", accounts.clock())
    shown = {"note": note, "own": own, "refusals": refusals, **login_pages.codes(secret, own.login)}
    return look.page("account_codes.html", shown, HTTPStatus.UNPROCESSABLE_ENTITY if refusals else HTTPStatus.OK)


async def _password_faults(accounts: Accounts, own: Person, fields: Mapping[str, str], visitor: Visitor) -> list[Refusal]:
    """Why the present password was not taken; empty if it is right. Wrong ones delay as at the login."""
    found = await accounts.logins.with_password(own.login, fields.get("current", ""), visitor)
    if isinstance(found, Waits):
        raise Refused(
            HTTPStatus.TOO_MANY_REQUESTS,
            refusal("identity.login_delayed", seconds=found.seconds),
            headers={"Retry-After": str(found.seconds)},
        )
    return [] if found is not None else [refusal("identity.wrong_password", "current")]


async def _again(request: Request, accounts: Accounts, changed: Person, visitor: Visitor, done: str) -> Response:
    """A new session in this browser, after a change that has ended all sessions."""
    response = _done(done)
    await visitors.begin(request, response, accounts, changed, visitor)
    await accounts.sessions.end_older(changed.id, changed.version)
    return response


def _needs_codes(accounts: Accounts, own: Person) -> bool:
    return login_steps.needs_codes(own, accounts.rules, periods.local_day(accounts.clock()))


def _done(what: str) -> Response:
    return RedirectResponse(f"{PATH}?da={what}" if what else PATH, HTTPStatus.SEE_OTHER)
