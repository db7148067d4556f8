"""The names of the people who did something, for pages: events have only their ids."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import Depends

from services.portal.domain.acting_versions import Version
from services.portal.domain.who_acted import Reader
from services.portal.http.visitors import AccountsUsed
from shared.plumbing.people_store import PeopleStore


async def people_of(accounts: AccountsUsed) -> PeopleStore:
    return accounts.people


Named = Annotated[PeopleStore, Depends(people_of)]


async def names_of(people: PeopleStore, versions: Iterable[Version], reader: Reader) -> Mapping[str, str]:
    """The names of those who confirmed or undid, by their ids, as far as the reader is told; who is no longer known is left out."""
    acted = [done for version in versions for done in (version.made, version.undone) if done is not None and done.person]
    done = [one for one in acted if reader.is_told(one.sender)]
    found = [await people.by_id(person) for person in dict.fromkeys(one.person for one in done)]
    return {person.id: person.name for person in found if person is not None}
