"""The lineage of one unit as the API gives it."""

from collections.abc import Iterable, Mapping
from datetime import date

from shared.wire import reform_answers, reforms
from shared.words.lineage import Edge
from shared.words.reference import ONE_DAY
from shared.words.reform import Reform
from shared.words.units import Registry, Unit


def answer(registry: Registry, unit_id: str, today: date, known: Mapping[str, Reform]) -> reforms.UnitLineage | None:
    """The units from which a unit was formed, and those that follow it; None if no unit has the id. `known` has the reforms by id."""
    row = registry.row(unit_id, today)
    if row is None:
        return None
    into, out = registry.lineage.into(unit_id), registry.lineage.out_of(unit_id)
    heir = registry.acting(unit_id, today)
    names = sorted({edge.reform for edge in (*into, *out)})
    return reforms.UnitLineage.model_validate(
        {
            "unit": reform_answers.unit(row),
            "from": _edges((edge, registry.row(edge.old, edge.day - ONE_DAY)) for edge in into),
            "to": _edges((edge, registry.row(edge.new, edge.day)) for edge in out),
            "heir": None if heir is None else reform_answers.unit(heir),
            "law": [
                reforms.ReformLaw(reform=name, title=known[name].title, legal_basis=reform_answers.laws(known[name].legal_basis))
                for name in names
                if name in known
            ],
        }
    )


def _edges(edges: Iterable[tuple[Edge, Unit | None]]) -> list[reforms.LineageEdge]:
    found = [
        reforms.LineageEdge(
            unit=reform_answers.unit(unit),
            day=edge.day.isoformat(),
            share=edge.share,
            weight=edge.weight,
            basis=edge.basis,
            heir=edge.is_heir,
            reform=edge.reform,
        )
        for edge, unit in edges
        if unit is not None
    ]
    return sorted(found, key=lambda one: (one.unit.code, one.unit.id))
