"""Events that were received after a reform, but before it was registered: they were logged under the id of the old bearer of a code.

They count for the unit that has the code on the reference day (`Reference.unit_of`), so what is known about that unit includes them.
"""

from collections.abc import Collection

from services.ingest.domain.known import About
from shared.wire import events
from shared.wire.events import Logged
from shared.words import periods
from shared.words.reference import Reference


def ids(reference: Reference, about: About) -> Collection[str]:
    """The ids under which events about this report may have been logged before a reform was registered."""
    regime, period, unit_id = about
    setting = reference.setting(regime, period) if reference.registry.lineage.edges else None
    unit = None if setting is None else setting.tree.by_id.get(unit_id)
    if setting is None or unit is None:
        return ()
    bearers = {row.id for row in reference.registry.bearers(unit.code) if row.code == unit.code and row.valid_from < unit.valid_from}
    return bearers - setting.tree.by_id.keys()


def counted(reference: Reference, event: Logged) -> Logged:
    """The event with the id of the unit for which it counts."""
    setting = reference.setting(event.regime, event.period)
    if setting is None or not event.unit_id:
        return event
    received = periods.local_day(events.from_ms(event.received_ms))
    return event._replace(unit_id=reference.unit_of(setting, event.unit_id, str(event.data.get("unit", "")), received))
