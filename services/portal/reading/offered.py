"""Collects the acts that a person is offered on the page of a report or a view. Nothing is read for whoever may do none of them."""

from collections.abc import Sequence
from datetime import datetime

from services.portal.domain import acting_offers, acting_rights
from services.portal.domain.acting_offers import Offer
from services.portal.domain.acting_rights import Matter
from services.portal.domain.address import Address
from services.portal.domain.standing import Status
from services.portal.reading import acting
from services.portal.reading.store import PortalStore
from shared.wire.views import View
from shared.words.principals import Principal


async def of_report(principal: Principal | None, at: Address, store: PortalStore) -> list[Offer]:
    """The acts on a report in scope; none for whoever is no reviewer."""
    matter = acting_rights.matter(principal, at, store.scope)
    if matter is None:
        return []
    has_right = matter.receiving is not None or matter.below
    facts = await acting.report(at, matter, store) if has_right else acting.NO_REPORT
    return acting_offers.of_report(matter, facts, at.to())


async def of_view(
    principal: Principal | None, at: Address, store: PortalStore, view: View, missing: Sequence[Status], now: datetime
) -> list[Offer]:
    """The acts on a view in scope, whose reports `missing` do not count; none for whoever is no reviewer."""
    matter = acting_rights.matter(principal, at, store.scope)
    if matter is None:
        return []
    facts = await acting.view(at, matter, store, view, missing) if _has_right(matter) else acting.NOTHING
    return acting_offers.of_view(matter, facts, at.to(), now)


def _has_right(matter: Matter) -> bool:
    return matter.asking is not None or matter.confirming is not None or matter.undoes_some
