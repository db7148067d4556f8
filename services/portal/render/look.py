"""The templates and their filters, and how a page is rendered. All text is escaped."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.portal.domain import browser_names, history
from services.portal.domain.menu import Entry
from services.portal.office import making
from services.portal.render import api_calls, assets
from shared.words import numbers, vietnamese

VIEWER: Final[ContextVar[str]] = ContextVar("viewer", default="")
"""The name of the person who is logged in, for the frame of the page that this request gets; "" without a session."""

MENU: Final[ContextVar[Sequence[Entry]]] = ContextVar("menu", default=())
"""The navigation of that page; empty without a session."""


@dataclass
class Told:
    """What a page says about itself while only its `<main>` is rendered, for all who watch it."""

    follows: Sequence[tuple[str, str, str]] = ()
    """The views that it shows: regime, period, unit id."""
    position: str = ""
    is_personal: bool = False


TOLD: Final[ContextVar[Told | None]] = ContextVar("told", default=None)
"""None: the page is rendered whole, with its frame, for the person of this request."""

HERE: Final = Path(__file__).parent


def _viewer() -> str:
    """The name of the person; a page that shows it is for this person only."""
    if (told := TOLD.get()) is not None:
        told.is_personal = True
    return VIEWER.get()


def _is_framed() -> bool:
    return TOLD.get() is None


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _compared(value: Fraction) -> str:
    """An exact number that is compared: without decimals if it has none, otherwise with one."""
    decimals = 0 if value.denominator == 1 else 1
    return vietnamese.number(str(numbers.quotient(value.numerator, value.denominator, decimals)))


def _finalize(value: object) -> object:
    """Prepares every text of a page, before it is escaped."""
    return vietnamese.shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        auto_reload=False,  # no template changes while a portal runs
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["viewer"] = _viewer
    environment.globals["is_framed"] = _is_framed
    environment.globals["static"] = assets.address
    environment.globals["menu"] = MENU.get
    environment.globals["offers_pdf"] = making.offers_pdf
    environment.filters.update(
        browser=browser_names.name,
        day_before=lambda day: vietnamese.day(day - timedelta(days=1)),
        day=vietnamese.day,
        moment=vietnamese.moment,
        file_size=vietnamese.file_size,
        machine=vietnamese.machine,
        deadline=vietnamese.deadline,
        through=vietnamese.through,
        until=history.until,
        number=vietnamese.number,
        percent=vietnamese.percent,
        compared=_compared,
        instant=_instant,
        period_name=vietnamese.period_name,
        part_name=vietnamese.part_name,
        sentence=vietnamese.sentence,
        curl=api_calls.curl,
        json=api_calls.json_text,
    )
    return environment


TEMPLATES: Final = _environment()


def page(
    template: str, shown: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Renders a page: whole, or only its `<main>` if it is watched. Caches must revalidate it."""
    if (told := TOLD.get()) is not None:
        told.follows, told.position = shown.get("follows", ()), shown.get("position", "")
    body = TEMPLATES.get_template(template).render(shown)
    return HTMLResponse(body, int(status), {"Cache-Control": "no-cache", **(headers or {})})
