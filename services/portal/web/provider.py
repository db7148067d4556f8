"""Login through an OpenID Connect provider, and invitations that bind an account there to a person (ADR 0055)."""

import hmac
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import login_delay, return_path
from services.portal.domain.refused import Refused
from services.portal.http.visitors import AccountsUsed, Visiting
from services.portal.oidc.id_tokens import TokenRefused
from services.portal.oidc.provider import Provider, ProviderAway
from services.portal.render import look
from services.portal.sessions import cookies, provider_notes
from services.portal.sessions.accounts import Accounts
from services.portal.sessions.login_notes import LoginNote
from services.portal.sessions.provider_notes import ProviderNote
from services.portal.sessions.records import NOBODY
from services.portal.web import login
from shared.shell.clock import NewSecret
from shared.words import credentials
from shared.words.people import Person
from shared.words.refusals import refusal

log = structlog.get_logger()
router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

START: Final = "/dang-nhap/nha-cung-cap"
BACK: Final = "/dang-nhap/tra-ve"
OWN: Final = "same-origin"  # `Sec-Fetch-Site` of a link on our pages


async def provider_of(request: Request) -> Provider:
    """The provider. Raises `Refused` with 404 if there is none."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise Refused(HTTPStatus.NOT_FOUND, refusal("door.not_found"))
    return provider


ProviderUsed = Annotated[Provider, Depends(provider_of)]


@router.get(START)
async def start(request: Request, accounts: AccountsUsed, provider: ProviderUsed, tiep: str = return_path.HOME, moi: str = "") -> Response:
    """Sends the browser to the provider. With `moi`, the secret of an invitation, the account there is bound to the person invited. From
    elsewhere this leads to the page of the invitation first: a link must not bind an account before its owner has seen to whom.
    """
    if moi and request.headers.get("sec-fetch-site", OWN) != OWN:
        return RedirectResponse(f"/moi/{quote(moi, safe='')}", HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    new: NewSecret = request.app.state.new_secret
    note = ProviderNote(new(), new(), new(), return_path.checked(tiep), moi)
    address = await _address(provider, note, _redirect(request, accounts))
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    scheme = request.url.scheme
    text = provider_notes.sealed(note, accounts.seals, accounts.clock())
    cookies.put(response, provider_notes.name(scheme), scheme, text, provider_notes.LASTS)
    return response


@router.get(BACK)
async def come_back(request: Request, accounts: AccountsUsed, provider: ProviderUsed, visitor: Visiting) -> Response:
    """The provider's answer: begins the session of the person to whom the account there is bound."""
    scheme, answered = request.url.scheme, request.query_params
    note = provider_notes.opened(request.cookies.get(provider_notes.name(scheme), ""), accounts.seals, accounts.clock())
    if note is None or not await _is_answer_to(note, answered, accounts, provider):
        raise Refused(HTTPStatus.BAD_REQUEST, refusal("identity.provider_state"))
    subject = await _subject(provider, answered.get("code", ""), note, _redirect(request, accounts), accounts)
    person = await _person(accounts, note, provider.config.issuer, subject)
    if person is None or person.revoked_at is not None:
        await accounts.records.add("login.refused", "", NOBODY, address=visitor.address, step="provider")
        raise Refused(HTTPStatus.FORBIDDEN, refusal("identity.not_bound"))
    response = await login.finish(request, accounts, LoginNote(back=note.back), person, visitor, "provider")
    cookies.drop(response, provider_notes.name(scheme), scheme)
    return response


@router.get("/moi/{secret}")
async def invitation(secret: str, accounts: AccountsUsed, provider: ProviderUsed) -> Response:
    """Whom an invitation is for, and the way to the provider. Following it changes nothing yet."""
    person = await accounts.invitations.invited(credentials.verifier(secret))
    if person is None:
        raise Refused(HTTPStatus.NOT_FOUND, refusal("identity.invitation_used"))
    shown = {"name": person.name, "provider": provider.config.name, "start": f"{START}?moi={secret}"}
    return look.page("invitation.html", shown, headers={"Cache-Control": "no-store"})


async def _is_answer_to(note: ProviderNote, answered: Mapping[str, str], accounts: Accounts, provider: Provider) -> bool:
    """Whether an answer is that to this browser's login, comes for the first time, and comes from this issuer (RFC 9207)."""
    is_ours = hmac.compare_digest(note.state.encode(), answered.get("state", "").encode())
    is_of_issuer = answered.get("iss", provider.config.issuer) == provider.config.issuer
    return is_ours and is_of_issuer and await accounts.delays.take_once(login_delay.once(note.state), accounts.clock())


async def _person(accounts: Accounts, note: ProviderNote, issuer: str, subject: str) -> Person | None:
    """The person to whom an account is bound, now by an invitation or before."""
    if note.invitation:
        return await accounts.invitations.bind(credentials.verifier(note.invitation), issuer, subject)
    return await accounts.people.by_subject(issuer, subject)


async def _address(provider: Provider, note: ProviderNote, redirect: str) -> str:
    try:
        return await provider.authorization(note.state, note.nonce, note.verifier, redirect)
    except ProviderAway as error:
        raise _away(error) from None


async def _subject(provider: Provider, code: str, note: ProviderNote, redirect: str, accounts: Accounts) -> str:
    """The account's subject. Raises `Refused`: 403 if the provider does not say who has logged in, 503 if it is away."""
    if not code:
        raise Refused(HTTPStatus.FORBIDDEN, refusal("identity.provider_refused"))
    try:
        return await provider.subject(code, note.nonce, note.verifier, redirect, accounts.clock())
    except ProviderAway as error:
        raise _away(error) from None
    except TokenRefused as error:
        log.warning("login.token_refused", reason=str(error))
        raise Refused(HTTPStatus.FORBIDDEN, refusal("identity.provider_refused")) from None


def _away(error: ProviderAway) -> Refused:
    log.warning("login.provider_away", reason=str(error))
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, refusal("identity.provider_away"))


def _redirect(request: Request, accounts: Accounts) -> str:
    """Our address for the provider's answer: the one that is registered there."""
    return f"{accounts.site or str(request.base_url).rstrip('/')}{BACK}"
