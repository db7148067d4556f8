"""FastAPI's dependency that reads what a reader chose in a unit's table. Only the shape is checked later, by the regime of the address."""

from typing import Annotated

from fastapi import Depends

from services.portal.domain import matrix
from services.portal.domain.address import Address
from services.portal.domain.table_choice import TableChoice

Given = dict[str, str | None]


async def given(
    section: str | None = None,
    rows: str | None = None,
    state: str | None = None,
    q: str | None = None,
    sort: str | None = None,
    rank: str | None = None,
) -> Given:
    """The parameters as they were sent."""
    return {"section": section, "rows": rows, "state": state, "q": q, "sort": sort, "rank": rank}


TableQuery = Annotated[Given, Depends(given)]


def choice_of(at: Address, sent: Given) -> TableChoice:
    """The choice in the query of a page about an address. Raises `Refused` with 400 for a parameter of another form."""
    return TableChoice.parse(at.regime, len(matrix.sections(at.regime)), sent)
