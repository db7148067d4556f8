"""The pages of the login: each step, and a form that waits to be sent."""

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import segno
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from services.portal.domain import one_time_codes, return_path
from services.portal.domain.login_steps import Step
from services.portal.render import look
from shared.words.refusals import Refusal

HEADERS: Final = {"Cache-Control": "no-store"}
SETTING_UP: Final = timedelta(minutes=10)
"""How long setting up one-time codes may take."""
GROUP: Final = 4  # characters of a secret that are read together


def first(
    *,
    provider: str = "",
    back: str = return_path.HOME,
    form: str = "",
    login: str = "",
    refusals: Sequence[Refusal] = (),
    status: HTTPStatus = HTTPStatus.OK,
    wait_s: int = 0,
) -> HTMLResponse:
    """Login and password. `form` is a sealed form that waits to be sent, `provider` the name of a provider of logins."""
    shown = {"provider": provider, "back": back, "form": form, "login": login, "refusals": refusals, "wait_s": wait_s}
    return look.page("login.html", shown, status, HEADERS | ({"Retry-After": str(wait_s)} if wait_s else {}))


def step(
    step: Step, note: str, login: str, secret: str, refusals: Sequence[Refusal] = (), status: HTTPStatus = HTTPStatus.OK, wait_s: int = 0
) -> HTMLResponse:
    """A step after the password. `note` is what the next request needs; `secret` is new, if one-time codes are set up."""
    shown = {"step": step, "note": note, "login": login, "refusals": refusals, **codes(secret, login)}
    return look.page("login_step.html", shown, status, HEADERS | ({"Retry-After": str(wait_s)} if wait_s else {}))


def codes(secret: str, login: str) -> dict[str, object]:
    """What shows a new secret of one-time codes: as a picture, as an address, and in groups of letters. Empty without a secret."""
    if not secret:
        return {"secret": "", "picture": "", "otpauth": ""}
    address = one_time_codes.address(secret, login)
    picture = segno.make(address, error="m").svg_inline(scale=4, svgclass="qr", lineclass=None, omitsize=False)
    return {
        "secret": " ".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP)),
        "picture": Markup(picture),
        "otpauth": address,
    }


def resend(action: str, fields: Sequence[tuple[str, str]], name: str, back: str) -> HTMLResponse:
    """A form that waits to be sent in the name of a person."""
    return look.page("resend.html", {"action": action, "fields": fields, "name": name, "back": back}, HTTPStatus.OK, HEADERS)
