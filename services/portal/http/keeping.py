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
from shared.words import refusals

MOST_LETTERS: Final = forms.MOST_BYTES // 2  # of a sealed form: a note of the login that has it is a third longer, and must fit in a form


def install(app: FastAPI) -> None:
    """Handles refusals: a form without a session leads to the login, everything else is answered as `problems` does."""

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        lacks_session = error.status == HTTPStatus.UNAUTHORIZED and request.method not in guard.SAFE
        if lacks_session and not problems.is_for_programs(request.url.path):
            return await _login(request)
        return problems.refuse(request, error)

    app.add_exception_handler(Refused, on_refused)


async def _login(request: Request) -> Response:
    """The page of the login, with the form that waits, or without it and a sentence that says so."""
    accounts: Accounts = request.app.state.accounts
    form = await _kept(request, accounts)
    reasons = [refusals.refusal("identity.form_not_kept")] if form is None else []
    provider, back = accounts.provider, _page_of(request)
    return login_pages.first(provider=provider, back=back, form=form or "", refusals=reasons, status=HTTPStatus.UNAUTHORIZED)


async def _kept(request: Request, accounts: Accounts) -> str | None:
    """The form, sealed; None if it is not one of ours, has secrets in it, or is too large to be sent again with the login."""
    try:
        fields = await forms.pairs_of(request)
    except Refused:
        return None
    if any(name in problems.SECRETS for name, _ in fields):
        return None
    owner = await accounts.sessions.owner(request.cookies.get(cookies.name(request.url.scheme), ""))
    action = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    form = kept_forms.sealed(KeptForm(action, fields, owner), accounts.seals, accounts.clock())
    return form if len(form) <= MOST_LETTERS else None


def _page_of(request: Request) -> str:
    """The page that the form was on; `/` if the browser does not say it."""
    try:
        referer = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return return_path.HOME
    return return_path.checked(f"{referer.path}?{referer.query}" if referer.query else referer.path)
