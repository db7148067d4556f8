"""Screening over the reforms of 2025: the real units, with regimes that change with them."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, Final

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Decision, Rejected
from services.ingest.domain.known import Known
from shared.wire import events
from shared.words import regimes
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.refusals import Refusal
from shared.words.regimes import Regime
from tests import seeds
from tests.builders import CT27, NQ68, Event, payload
from tests.knowing import known

FIRST: Final = "2025-07-01"
BEFORE: Final = datetime(2025, 6, 30, 23, 59, 59, 999_000, tzinfo=VIETNAM)
AFTER: Final = datetime(2025, 7, 1, tzinfo=VIETNAM)
QUANG_BINH: Final = ["18859", "18871", "18880"]
CHANGES: Final[dict[str, list[dict[str, Any]]]] = {
    CT27: [
        {
            "from": FIRST,
            "legal_basis": ["Chỉ thị số 27-CT/TU"],
            "recipient": "20-STC",
            "within": "20",
            "reporters": {"xa": {"label": "xã", "units": ["06253", "06280", "06286", "06298", "06313", "06316"]}},
            "obligation": {"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"recipient": True, "before": "12-25"}},
        }
    ],
    NQ68: [
        {"from": "2025-03-01", "legal_basis": ["Nghị quyết của HĐND tỉnh"], "recipient": "44-SNV"},
        {
            "from": FIRST,
            "legal_basis": ["Nghị quyết số 202/2025/QH15"],
            "reporters": {"xa": {"label": "xã", "units": QUANG_BINH}},
            "obligation": {"deadlines": {"xa": {"before": "12-05"}}, "confirm": {"recipient": True, "before": "12-10"}},
        },
    ],
}


@cache
def reformed() -> Reference:
    """The reforms of 2025 applied, with regimes that change with them."""
    return _with_changes(seeds.reformed_reference())


@cache
def unreformed() -> Reference:
    """The same regimes before any reform is applied."""
    return _with_changes(seeds.first_reference())


def _with_changes(reference: Reference) -> Reference:
    files = []
    for regime in seeds.first_regimes():
        file = regime.model_dump(exclude_unset=True, by_alias=True) | {"changes": CHANGES.get(regime.id, [])}
        asked: dict[str, list[str]] = {code: [] for code in regime.by_code} if regime.id in CHANGES else {}
        for change in file["changes"]:
            if "reporters" in change:
                change["asked"] = asked
        files.append(Regime.model_validate(file))
    return replace(reference, regimes=regimes.resolve(files))


def sent_by(sender: str, event: Event, **data: Any) -> Event:
    """The event, sent by another unit, with other data. A value `None` takes the field away."""
    changed = {name: value for name, value in {**event["data"], **data}.items() if value is not None}
    return {**event, "source": f"/units/{sender}", "data": changed}


def screen(
    event: Event, received: datetime, reference: Reference | None = None, before: Known | None = None, *, is_people: bool = False
) -> Decision:
    sender = event["source"].removeprefix("/units/")
    incoming = Incoming(sender, payload(event), events.to_ms(received), 1, is_people)
    return screening.screen(incoming, reference or reformed(), known() if before is None else before)


def refusals(decision: Decision) -> list[Refusal]:
    assert isinstance(decision, Accepted | Rejected), decision
    return list(decision.reasons) if isinstance(decision, Rejected) else []


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in refusals(decision)]
