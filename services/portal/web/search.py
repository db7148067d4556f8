"""The page for finding a unit or a regime by name or code."""

from functools import partial

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import cursor, duty_units, refused, search, unit_notes
from services.portal.http.dependencies import After
from services.portal.http.scoped import ReadsPublic
from services.portal.render import look
from shared.words import texts
from shared.words.units import Registry, Unit

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = 50


@router.get("/tim")
async def find(scope: ReadsPublic, q: str = "", after: After = None) -> Response:
    """Units, areas and regimes by name, with or without accents, or by code; 50 units on a page. Invisible words are ignored."""
    if len(texts.normal(q)) > search.MOST_LETTERS:
        raise refused.bad_query("q", (f"tối đa {search.MOST_LETTERS} ký tự", f"at most {search.MOST_LETTERS} characters"))
    registry, today = scope.reference.registry, scope.today
    asked = " ".join(search.words(q))
    behind = "" if after is None else cursor.key_of(after, "units", asked)
    if behind is None:
        raise refused.bad_cursor("after")
    titles = {regime.id: regime.title for regime in scope.reference.regimes.values()}
    hits = search.find(search.of_registry(registry), q)
    rest = [hit for hit in hits if hit.key > behind]
    is_readable = partial(duty_units.is_readable, scope)
    shown = {
        "q": "" if texts.is_blank(q) else q,
        "all": len(hits),
        "regimes": [] if behind else [(regime, titles[regime]) for regime in search.find_titled(titles, q)],
        "units": [
            (hit.unit, is_readable(hit.unit.id), _above(registry, hit.unit), unit_notes.brief(registry, hit.unit, today))
            for hit in rest[:PAGE]
        ],
        "is_first": after is None,
        "next": cursor.after(rest[PAGE - 1].key, "units", asked) if len(rest) > PAGE else None,
    }
    return look.page("search.html", shown)


def _above(registry: Registry, unit: Unit) -> list[str]:
    """The names of the units above, nearest first."""
    names: list[str] = []
    seen = {unit.id}
    parent = registry.row(unit.parent or "", unit.valid_from)
    while parent is not None and parent.id not in seen:
        seen.add(parent.id)
        names.append(parent.name)
        parent = registry.row(parent.parent or "", unit.valid_from)
    return names
