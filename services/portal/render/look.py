"""The templates and their filters, and how a page is rendered. All text is escaped."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from fractions import Fraction
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.portal.domain import history
from services.portal.domain.menu import Entry
from services.portal.render import api_calls, assets
from shared.words import numbers, vietnamese

VIEWER: Final[ContextVar[str]] = ContextVar("viewer", default="")
"""The name of the person who is logged in, for the frame of the page that this request gets; "" without a session."""

MENU: Final[ContextVar[Sequence[Entry]]] = ContextVar("menu", default=())
"""The navigation of that page; empty without a session."""

HERE: Final = Path(__file__).parent


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
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["viewer"] = VIEWER.get
    environment.globals["static"] = assets.address
    environment.globals["menu"] = MENU.get
    environment.filters.update(
        day_before=lambda day: vietnamese.day(day - timedelta(days=1)),
        day=vietnamese.day,
        moment=vietnamese.moment,
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
        curl=api_calls.curl,
        json=api_calls.json_text,
    )
    return environment


TEMPLATES: Final = _environment()


def page(
    template: str, shown: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Renders a page. Caches must revalidate it."""
    body = TEMPLATES.get_template(template).render(shown)
    return HTMLResponse(body, int(status), {"Cache-Control": "no-cache", **(headers or {})})
