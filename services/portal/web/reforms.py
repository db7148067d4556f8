"""The pages of reforms (đợt sắp xếp): their history, what each did, and its lineage as a table."""

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.portal.domain import cursor, duty_units, refused
from services.portal.domain.reforms import Shown
from services.portal.http.dependencies import After, ReformName, ReformsRead
from services.portal.http.scoped import ReadsPublic
from services.portal.render import file_name, look, spreadsheet
from shared.wire import reform_answers
from shared.words import texts
from shared.words.reform_effects import Owed

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = 50
MOST_LETTERS = 200  # characters of the query, in composed form


@router.get("/sap-xep")
async def listed(reader: ReformsRead) -> Response:
    """All reforms, the latest first."""
    return look.page("reforms.html", {"reforms": (await reader.all())[::-1]})


@router.get("/sap-xep/{reform}.csv")
async def lineage(reform: ReformName, reader: ReformsRead, scope: ReadsPublic) -> Response:
    """The edges of a reform as a CSV table."""
    shown = await reader.shown(reform, scope.reference)
    if shown is None:
        raise refused.no_such_reform(reform)
    named = file_name.disposition("attachment", f"{reform}.csv", f"Sắp xếp đơn vị, {shown.effects.plan.reform.title}")
    headers = {"Content-Disposition": named, "Cache-Control": "no-cache"}
    return Response(spreadsheet.lineage(shown.effects.plan.edges, shown.registry), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/sap-xep/{reform}")
async def one(reform: ReformName, reader: ReformsRead, scope: ReadsPublic, q: str = "", after: After = None) -> Response:
    """What one reform did; its units by name or code, 50 on a page."""
    if len(texts.normal(q)) > MOST_LETTERS:
        raise refused.bad_query("q", (f"tối đa {MOST_LETTERS} ký tự", f"at most {MOST_LETTERS} characters"))
    known = await reader.one(reform)
    if known is None:
        raise refused.no_such_reform(reform)
    shown = await reader.shown(reform, scope.reference)
    page: dict[str, object] = {"stored": known, "shown": shown, "q": "" if texts.is_blank(q) else q}
    page["is_readable"] = partial(duty_units.is_readable, scope)
    if shown is not None:
        page |= _units(shown, q, after)
        page |= _figures(shown, await reader.owed(scope, [end.unit.id for end in shown.effects.ended]))
    return look.page("reform.html", page)


def _units(shown: Shown, q: str, after: str | None) -> dict[str, object]:
    """The units that match a query, 50 at once."""
    reform = shown.effects.plan.reform.id
    behind = "" if after is None else cursor.key_of(after, reform, q)
    if behind is None:
        raise refused.bad_cursor("after")
    found = shown.matching(q)
    rest = [hit for hit in found if hit.key > behind]
    following = cursor.after(rest[PAGE - 1].key, reform, q) if len(rest) > PAGE else None
    return {"all": len(found), "units": rest[:PAGE], "is_first": after is None, "next": following}


def _figures(shown: Shown, owed: Sequence[Owed]) -> dict[str, object]:
    effects = shown.with_owed(owed)
    return {"effects": effects, "figures": reform_answers.applied_figures(effects)}
