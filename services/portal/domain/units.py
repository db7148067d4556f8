"""The name of a unit in the API's answers."""

from shared.wire.views import UnitOfView
from shared.words.units import Unit


def described(unit: Unit) -> UnitOfView:
    return UnitOfView(id=unit.id, code=unit.code, name=unit.name, level=unit.level, parent=unit.parent)
