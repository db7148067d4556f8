"""How the pages of acts are shown: a form with what is wrong with it, and the verdict on what was sent.

The verdict is the answer to the form itself. Whoever sends a form again (double click, back, reload) sends the same events, which count
once, and sees the same verdict.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import Response

from services.portal.domain import acting_forms, refused
from services.portal.domain.acting_forms import Typed
from services.portal.domain.acting_offers import Chance
from services.portal.domain.acting_rights import Right
from services.portal.domain.refused import Link, Refused
from services.portal.http.act_doors import Desk, Door, Verdict
from services.portal.render import look
from shared.words import vietnamese


def required(chance: Chance) -> Right:
    """The right of a person to an act. Raises `Refused` with 403."""
    if chance.right is None:
        raise refused.out_of_scope() if chance.why_not is None else Refused(HTTPStatus.FORBIDDEN, chance.why_not)
    return chance.right


def shown(
    template: str, door: Door, typed: Typed, chance: Chance, values: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """The form of an act on a report or a view, with what was typed."""
    common = {"at": door.at, "period_text": vietnamese.period(door.at.period), "chance": chance}
    return plain(template, typed, {**common, **values}, status)


def plain(template: str, typed: Typed, values: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A form with what was typed. With faults the answer is 422, unless it has another status."""
    faults = list(dict.fromkeys(typed.faults))
    if faults and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    common = {"typed": typed, "faults": faults, "by_field": acting_forms.by_field(faults), "field_of": acting_forms.field_of}
    return look.page(template, {**common, **values}, status)


def done(title: str, back: Link, verdicts: Sequence[Verdict], typed: Typed) -> Response:
    """The verdicts on what was sent. An act that waits, or may not have been published, can be sent again with the same form."""
    words = {verdict.word for verdict in verdicts}
    status = HTTPStatus.OK
    if "away" in words:
        status = HTTPStatus.SERVICE_UNAVAILABLE
    elif "pending" in words:
        status = HTTPStatus.ACCEPTED
    elif "accepted" not in words:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return look.page("act_done.html", {"title": title, "back": back, "verdicts": verdicts, "words": words, "pairs": typed.pairs}, status)


def refused_form(desk: Desk, typed: Typed, verdict: Verdict, **fields: str) -> tuple[Typed, HTTPStatus]:
    """The form again after a verdict that was not good, with the reasons. What ingest has refused is sent as a new event the next time."""
    typed.faults.extend(verdict.errors)
    if verdict.word == "away":
        return typed, HTTPStatus.SERVICE_UNAVAILABLE
    return acting_forms.again(typed, desk.new_id(), **fields), HTTPStatus.UNPROCESSABLE_ENTITY


def back_to_report(door: Door) -> Link:
    return Link(f"Báo cáo: {door.at.unit.name}", f"/bao-cao/{door.at.to()}")


def back_to_view(door: Door) -> Link:
    return Link(f"Bảng tổng hợp: {door.at.unit.name}", f"/bang/{door.at.to()}")
