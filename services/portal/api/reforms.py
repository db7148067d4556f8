"""Reforms of units as JSON: their history, what each did, and the lineage of a unit."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from services.portal.domain import address, lineage, refused
from services.portal.http.dependencies import ReformName, ReformsRead, shaped
from services.portal.http.described import answered
from services.portal.http.scoped import ReadsPublic, with_public
from shared.wire import reform_answers, reforms
from shared.words.refusals import refusal

router = APIRouter(tags=["reforms"], dependencies=[Depends(with_public)])
UnitId = Annotated[str, Path(description="a unit's id", examples=["06253-2025"], json_schema_extra=shaped("unit"))]


@router.get("/reforms", operation_id="listReforms", responses=answered("listReforms"))
async def listed(reader: ReformsRead) -> reforms.Reforms:
    """The reforms of units (đợt sắp xếp) that were ever applied, by first day, with law, counts and history."""
    return reforms.Reforms(reforms=[reform_answers.stored(one) for one in await reader.all()])


@router.get("/reforms/{reform}", operation_id="getReform", responses=answered("getReform"))
async def one(reform: ReformName, reader: ReformsRead, scope: ReadsPublic) -> reforms.ReformDetail:
    """One reform, and what it did to units, codes, duties and feeds."""
    known = await reader.one(reform)
    if known is None:
        raise refused.no_such_reform(reform)
    shown = await reader.shown(reform, scope.reference)
    figures = None
    if shown is not None:
        owed = await reader.owed(scope, [end.unit.id for end in shown.effects.ended])
        figures = reform_answers.applied_figures(shown.with_owed(owed))
    return reforms.ReformDetail.model_validate({**dict(reform_answers.stored(known)), "figures": figures})


@router.get("/units/{unit}/lineage", operation_id="getLineage", responses=answered("getLineage"))
async def of_unit(unit: UnitId, reader: ReformsRead, scope: ReadsPublic) -> reforms.UnitLineage:
    """The units from which a unit was formed, those that follow it, who acts for it today, and the law of the reforms."""
    address.checked("unit", unit)
    known = {one.reform.id: one.reform for one in await reader.all()}
    found = lineage.answer(scope.reference.registry, unit, scope.today, known)
    if found is None:
        raise refused.not_found(refusal("door.no_such_unit", "unit", unit=unit))
    return found
