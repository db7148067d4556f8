"""A request that cannot be answered: an HTTP status and an entry of the error catalogue, for pages and programs alike."""

from http import HTTPStatus

from services.portal.domain.wanted import Wanted
from shared.words import refusals
from shared.words.refusals import Refusal


class Refused(Exception):
    """The request cannot be answered; `refusal` is the entry of the error catalogue."""

    def __init__(self, status: HTTPStatus, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.status = status
        self.refusal = refusal


def no_such_view(regime: str, period: str, unit: str) -> Refused:
    return not_found(refusals.refusal("door.no_such_view", regime=regime, period=period, unit=unit))


def not_found(refusal: Refusal) -> Refused:
    """The refusal of a request for something that does not exist."""
    return Refused(HTTPStatus.NOT_FOUND, refusal)


def no_such_report(regime: str, period: str, unit: str) -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, refusals.refusal("door.no_such_report", regime=regime, period=period, unit=unit))


def bad_query(name: str, form: Wanted) -> Refused:
    """The refusal of a parameter that does not have the required form."""
    return Refused(HTTPStatus.BAD_REQUEST, malformed(name, form))


def bad_cursor(name: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, refusals.refusal("door.bad_cursor", name, name=name))


def malformed(name: str, form: Wanted) -> Refusal:
    vietnamese, english = form
    return refusals.refusal("door.bad_query", name, name=name, wanted=[vietnamese], wanted_en=[english])
