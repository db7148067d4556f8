"""What every page about an address needs: its path, and the position of the view that it follows."""

from services.portal import live
from services.portal.domain.address import Address
from services.portal.reading.store import PortalStore
from shared.words import vietnamese


async def position(at: Address, store: PortalStore) -> str:
    """The position of the view that the page follows. It is read before the page's content, so that no change is missed."""
    _, _, code = live.key_for(at)
    view = await store.view(at.regime.id, at.period.code, at.tree.by_code[code].id)
    return "" if view is None else live.position_text(view.position)


def head(at: Address) -> dict[str, object]:
    """The values that the HTML head of every page about an address needs."""
    return {
        "at": at,
        "trail": list(at.tree.ancestors(at.unit.id))[::-1],
        "period_text": vietnamese.period(at.period),
        "recipient": at.tree.by_code.get(at.regime.recipient),
    }
