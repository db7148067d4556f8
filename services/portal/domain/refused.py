"""A request that cannot be answered: an HTTP status and an entry of the error catalogue, for pages and programs alike."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from services.portal.domain.wanted import Wanted
from shared.words import refusals
from shared.words.refusals import Refusal


class Link(NamedTuple):
    """A page that is shown beside a text, by its address."""

    text: str
    path: str


class Refused(Exception):
    """The request cannot be answered; `refusal` is the entry of the error catalogue. `links` are pages that a reader may want, `headers`
    those of the answer.
    """

    def __init__(self, status: HTTPStatus, refusal: Refusal, links: Sequence[Link] = (), headers: Mapping[str, str] | None = None) -> None:
        super().__init__(refusal.code)
        self.status = status
        self.refusal = refusal
        self.links = links
        self.headers = headers or {}


def no_such_view(regime: str, period: str, unit: str) -> Refused:
    return not_found(refusals.refusal("door.no_such_view", regime=regime, period=period, unit=unit))


def not_found(refusal: Refusal, links: Sequence[Link] = ()) -> Refused:
    """The refusal of a request for something that does not exist."""
    return Refused(HTTPStatus.NOT_FOUND, refusal, links)


def out_of_scope() -> Refused:
    """The refusal of what the principal may not read, whether or not it exists."""
    return Refused(HTTPStatus.FORBIDDEN, refusals.refusal("identity.out_of_scope"))


def no_such_report(regime: str, period: str, unit: str) -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, refusals.refusal("door.no_such_report", regime=regime, period=period, unit=unit))


def no_such_reform(reform: str) -> Refused:
    return not_found(refusals.refusal("door.no_such_reform", "reform", reform=reform))


def bad_query(name: str, form: Wanted) -> Refused:
    """The refusal of a parameter that does not have the required form."""
    return Refused(HTTPStatus.BAD_REQUEST, malformed(name, form))


def bad_cursor(name: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("door.bad_cursor", name, name=name))


def malformed(name: str, form: Wanted) -> Refusal:
    vietnamese, english = form
    return refusals.refusal("door.bad_query", name, name=name, wanted=[vietnamese], wanted_en=[english])


def no_such_person() -> Refused:
    return not_found(refusals.refusal("person.unknown"))


def malformed_form() -> Refused:
    """The refusal of a form that is not one of our pages."""
    return Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("form.malformed"))
