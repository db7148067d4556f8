"""FastAPI's dependencies of the form in which a report is entered: who may enter it, and in whose name."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends

from services.portal.domain import entering, refused
from services.portal.domain.address import Address
from services.portal.domain.entering import Entering, Person
from services.portal.domain.refused import Refused
from services.portal.http.dependencies import NamedReporter
from services.portal.http.principals import AskingPerson
from services.portal.http.scoped import Reads
from shared.words import forms
from shared.words.forms import Asked
from shared.words.refusals import Refusal, refusal


@dataclass(frozen=True, slots=True)
class Entry:
    """A report that a person may enter."""

    at: Address
    asked: Asked
    by: Entering

    @property
    def path(self) -> str:
        return f"/bieu-mau/{self.at.to()}"


async def asked_at(at: NamedReporter, scope: Reads, _: AskingPerson) -> Asked:
    """What the unit is asked for, for whoever reads its report. Raises `Refused`: 403 out of scope, 404 if there is no form."""
    if not scope.reads_report(at.setting, at.unit.id):
        raise refused.out_of_scope()
    asked = forms.find(scope.reference, at.regime.id, at.period.code, at.unit.id, scope.today)
    if isinstance(asked, Refusal):
        raise refused.not_found(asked)
    return asked


async def entry_at(at: NamedReporter, asked: Annotated[Asked, Depends(asked_at)], person: AskingPerson) -> Entry:
    """The report, for whoever may enter it. Raises `Refused` with 403 for others, before anything about the report is read."""
    by = entering.entering(Person.of(person, asked.reference.registry, asked.day), asked)
    if by is None:
        raise Refused(HTTPStatus.FORBIDDEN, refusal("form.not_yours", unit=asked.unit.name))
    return Entry(at, asked, by)


AskedAt = Annotated[Asked, Depends(asked_at)]
EntryAt = Annotated[Entry, Depends(entry_at)]
