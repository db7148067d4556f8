"""Consolidated reports for tests: made from a view by the product's own templates, without a server."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

from services.portal.domain import address, consolidated
from services.portal.domain.consolidated import Known
from services.portal.domain.document_fields import TongHop
from services.portal.domain.standing import State, Status
from services.portal.office import filling, template_files
from services.portal.reading.store import as_json
from shared.wire.views import View
from shared.words.reference import Reference
from shared.words.units import Unit
from tests import seeds
from tests.portal import builders

ISSUED = datetime(2026, 12, 5, 3, tzinfo=UTC)


def known(
    regime: str = builders.CT27,
    unit: str = builders.DISTRICT,
    *,
    reference: Reference | None = None,
    texts: Mapping[str, str] | None = None,
    before: dict[str, Any] | None = None,
    now: datetime = ISSUED,
    **changes: Any,
) -> Known:
    """What a report of a view is made from. Each of the first nine units says the texts."""
    at = address.named(reference or seeds.first_reference(), regime, "2024", unit)
    view = View.model_validate(as_json(builders.view(**changes)))
    missing = set(view.reporting.missing)
    said: dict[str, Sequence[tuple[Unit, str]]] = {code: [(one, text) for one in at.reporters[:9]] for code, text in (texts or {}).items()}
    states = [
        Status(one, State.MISSING, False, None, None, None, builders.DEADLINE, State.MISSING) for one in at.reporters if one.code in missing
    ]
    earlier = None if before is None else View.model_validate(as_json(builders.view(**before)))
    return Known(at, view, earlier, "" if earlier else "Không so sánh được.", said, states, "", now)


def fields(found: Known) -> TongHop:
    return consolidated.fields(found)


def document(found: Known) -> bytes:
    template = template_files.found("none", found.at.regime.id)
    return filling.filled(template.read_bytes(), asdict(consolidated.fields(found)))


@cache
def plain() -> bytes:
    """The report of ct27 in 2024 by the district's finance office, with hostile texts."""
    return document(known(texts=dict.fromkeys(("ket_qua", "kho_khan", "kien_nghi", "bai_hoc"), HOSTILE)))


HOSTILE = (
    "{{ 7*7 }} {% raw %} {%p if x %} <w:p>&amp; ]]> <script>alert(1)</script>\n"
    "=cmd|' /C calc'!A0 {{r x}} PAGE \\* MERGEFORMAT {_{ x }_}\n\u202eđảo\x07\x0c\x00 Hòa\n" + "W" * 10_000
)
