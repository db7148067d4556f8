"""The registry as it was before a reform that is applied, computed from the reform's files: for checking a folder that is applied already.

A revert does not need it: it has the plan. Pure.
"""

from dataclasses import replace

from shared.words.lineage import Lineage
from shared.words.reform import Content
from shared.words.units import Area, Registry, Unit


def without(content: Content, registry: Registry) -> Registry:
    """The registry without a reform, the last one that was applied to its units. Rows that it closed had no end before."""
    reform, day = content.reform, content.reform.valid_from
    ended = {edge.old for edge in registry.lineage.edges if edge.reform == reform.id}
    codes = {unit.code for unit in content.units}
    begun = {row.id for row in registry.units if row.valid_from == day and row.code in codes}
    closed = ended | begun
    named = {line.area for line in content.areas}
    areas_begun = {area.id for area in registry.areas if area.valid_from == day and area.code in named}
    areas_closed = {area.id for area in registry.areas if area.valid_to == day and (area.code in named or ended.intersection(area.members))}

    def is_of_before(row: Unit | Area) -> bool:
        return row.valid_from != day or row.id not in (begun if isinstance(row, Unit) else areas_begun)

    def is_closed(row: Unit | Area) -> bool:
        return row.valid_to == day and row.id in (closed if isinstance(row, Unit) else areas_closed)

    return Registry(
        (replace(row, valid_to=None) if is_closed(row) else row for row in registry.units if is_of_before(row)),
        (replace(area, valid_to=None) if is_closed(area) else area for area in registry.areas if is_of_before(area)),
        Lineage(edge for edge in registry.lineage.edges if edge.reform != reform.id),
    )
