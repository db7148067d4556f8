"""FastAPI's dependencies that carry the scope of a request: who asks, the readers made from it, and the addresses that are in it.

An address is judged in this order: 401 without a principal, 400 if it is malformed, 404 for an unknown regime, period or unit (that these
exist is public), 403 outside the scope. Only then is the database asked.
"""

from typing import Annotated

from fastapi import Depends, Request

from services.portal.domain import refused
from services.portal.domain.address import Address
from services.portal.http.dependencies import Named, NamedOn, NamedReporter, NamedReporterOn, known_of, now_of
from services.portal.http.principals import Asking
from services.portal.reading.duty_store import DutyStore
from services.portal.reading.store import PortalStore
from shared.words import periods
from shared.words.scope import Scope


async def scope_of(request: Request, principal: Asking) -> Scope:
    """What the principal of the request reads today. Raises `Refused` with 401 if nobody has shown who he is."""
    today = periods.local_day(await now_of(request))
    return Scope.of(principal, await known_of(request), today)


Reads = Annotated[Scope, Depends(scope_of)]


async def with_public(scope: Reads) -> Scope:
    """The scope of a principal that reads what is public to everybody who uses the portal."""
    if not scope.reads_public:
        raise refused.out_of_scope()
    return scope


async def with_figures(scope: Reads) -> Scope:
    """The scope of a principal that reads figures of any unit."""
    if not scope.reads_figures:
        raise refused.out_of_scope()
    return scope


ReadsPublic = Annotated[Scope, Depends(with_public)]
ReadsFigures = Annotated[Scope, Depends(with_figures)]


async def store_of(request: Request, scope: Reads) -> PortalStore:
    return PortalStore(request.app.state.database, scope)


async def duties_of(request: Request, scope: Reads) -> DutyStore:
    return DutyStore(request.app.state.database, scope)


def _required(is_in_scope: bool, at: Address) -> Address:
    if not is_in_scope:
        raise refused.out_of_scope()
    return at


async def view_at(at: Named, scope: Reads) -> Address:
    """A unit or area whose view is in scope."""
    return _required(scope.reads_view(at.setting, at.unit.id), at)


async def view_at_on(at: NamedOn, scope: Reads) -> Address:
    """As `view_at`; with `units`, in an early block."""
    return _required(scope.reads_view(at.setting, at.unit.id), at)


async def below(at: Named, scope: Reads) -> Address:
    """A unit or area whose view is in scope with everything below it."""
    return _required(scope.reads_below(at.setting, at.unit.id), at)


async def report_at(at: NamedReporter, scope: Reads) -> Address:
    """A unit whose report is in scope."""
    return _required(scope.reads_report(at.setting, at.unit.id), at)


async def report_at_on(at: NamedReporterOn, scope: Reads) -> Address:
    """As `report_at`; with `units`, in an early block."""
    return _required(scope.reads_report(at.setting, at.unit.id), at)


Stored = Annotated[PortalStore, Depends(store_of)]
Duties = Annotated[DutyStore, Depends(duties_of)]
ViewAt = Annotated[Address, Depends(view_at)]
ViewAtOn = Annotated[Address, Depends(view_at_on)]
Below = Annotated[Address, Depends(below)]
ReportAt = Annotated[Address, Depends(report_at)]
ReportAtOn = Annotated[Address, Depends(report_at_on)]
