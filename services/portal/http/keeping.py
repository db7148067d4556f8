"""A form that is sent without a session leads to the login, and its fields go with it (`services/portal/sessions/kept_forms.py`)."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response

from services.portal.domain import return_path
from services.portal.domain.refused import Refused
from services.portal.http import forms, guard, problems
from services.portal.render import login_pages
from services.portal.sessions import cookies, kept_forms
from services.portal.sessions.accounts import Accounts
from services.portal.sessions.kept_forms import KeptForm

MOST_ACTION: Final = 2000


def install(app: FastAPI) -> None:
    """Handles refusals: a form without a session leads to the login, everything else is answered as `problems` does."""

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        lacks_session = error.status == HTTPStatus.UNAUTHORIZED and request.method not in guard.SAFE
        if lacks_session and not problems.is_for_programs(request.url.path):
            return await _login(request)
        return problems.answer(request, error.status, error.refusal, links=error.links, headers=error.headers)

    app.add_exception_handler(Refused, on_refused)


async def _login(request: Request) -> Response:
    """The page of the login, with the form that waits. Without it, if it is not a form or too large."""
    accounts: Accounts = request.app.state.accounts
    now = accounts.clock()
    try:
        fields = await forms.pairs_of(request)
    except Refused:
        return login_pages.first(provider=accounts.provider, back=_page_of(request), refusals=[])
    owner = await accounts.sessions.owner(request.cookies.get(cookies.name(request.url.scheme), ""))
    action = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    form = kept_forms.sealed(KeptForm(action[:MOST_ACTION], fields, owner), accounts.seals, now)
    return login_pages.first(provider=accounts.provider, back=_page_of(request), form=form, status=HTTPStatus.UNAUTHORIZED)


def _page_of(request: Request) -> str:
    """The page that the form was on."""
    referer = urlsplit(request.headers.get("referer", ""))
    return return_path.checked(f"{referer.path}?{referer.query}" if referer.query else referer.path)
