"""What every page about an address needs: its path, and the position of the view that it follows."""

from datetime import datetime
from functools import partial

from services.portal import live
from services.portal.domain import duty_units, succession, unit_notes
from services.portal.domain.address import Address
from services.portal.reading.store import PortalStore
from shared.words import periods, vietnamese


async def position(at: Address, store: PortalStore) -> str:
    """The position of the view that the page follows. It is read before the page's content, so that no change is missed."""
    views = live.followed(at)
    return views.position(await store.positions(at.regime.id, views.keys, views.unit.id))


async def head(at: Address, store: PortalStore, now: datetime, *, to_date: bool = False) -> dict[str, object]:
    """The values that the HTML head of every page about an address needs. With `to_date` the page follows all views of the year so far; a
    page about an early block follows none, because it no longer changes, and so does that of a report if the unit above is out of scope.
    """
    today, scope = periods.local_day(now), store.scope
    follows = not at.early and live.follows(scope, at)
    laws = await store.laws(unit_notes.reforms_of(at.reference.registry, at.unit.id))
    return {
        "at": at,
        "unit_notes": unit_notes.within(unit_notes.of_page(at, laws, today), partial(duty_units.is_readable, scope)),
        "today_name": partial(succession.today_name, at.reference.registry, today=today),
        "trail": [(unit, scope.reads_view(at.setting, unit.id)) for unit in at.tree.ancestors(at.unit.id)][::-1],
        "reads_below": scope.reads_below(at.setting, at.unit.id),
        "period_text": vietnamese.period(at.period),
        "recipient": at.tree.by_code.get(at.regime.recipient),
        "follows": tuple(live.followed(at, to_date=to_date).keys.values()) if follows else (),
        "live": f"/live/{at.to()}{'?cumulative=true' if to_date else ''}" if follows else "",
    }
