"""schemathesis: the API answers every request without a server error, with a status and a body that its document describes.

The requests are drawn from the OpenAPI document: described names and parameters, invalid ones, and names of existing data. Seed:
hypothesis' own (`derandomize`). About 10 s. To run it again: `pytest tests/portal/test_api_fuzz.py`.
"""

import asyncio
from typing import Any, Final

import orjson
import pytest

from services.portal.reading import explaining
from services.portal.reading.store import as_json
from shared.wire import events, subjects
from tests import identities
from tests.contracts import fuzzing
from tests.portal import builders
from tests.portal.builders import AFTER, CT27, report
from tests.portal.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

CASES: Final = 120  # of each operation, half of them as described
PATHS: Final = [
    "/api/v1/views/{regime}/{period}/{unit}",
    "/api/v1/views/{regime}/{period}/{unit}/children",
    "/api/v1/reports/{regime}/{period}/{unit}",
    "/api/v1/explain/{regime}/{period}/{unit}/{indicator}",
    "/api/v1/feeds/{province}/{regime}",
    "/api/v1/duties",
    "/lich/{address}.ics",
]  # not the live stream: it has no end
KNOWN: Final = {  # what is stored comes more often, so that questions about it are among the drawn ones
    "regime": [CT27, CT27, CT27, "vhtt-van-quan", "nq68-quang-binh"],
    "period": ["2024", "2024", "2024", "2025"],
    "unit": ["184", "184", "20", "06253", "06256", "184-GDDT"],
    "province": ["20", "44"],
    "indicator": ["gd_ngay_cong", "mt_rac_xu_ly", "nv_tien_do", "vh_nha_van_hoa_xa"],
}


@pytest.mark.parametrize("path", PATHS)
async def test_no_question_is_answered_with_a_fault_or_with_what_the_document_does_not_describe(
    stack: Stack, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explaining, "PAUSE_S", 0.0)
    await stack.put(views=[builders.view(), builders.view("20")], reports=[*builders.season(), *acts()], duties=duties())
    event = {"specversion": "1.0", "id": "feed-0001", "source": "/services/aggregate", "type": events.VIEW_UPDATED}
    fed = orjson.dumps({**event, "data": as_json(builders.view())})
    await stack.jetstream.publish(subjects.feed("20", CT27, "2024", "184"), fed)
    document = (await stack.http.get("/openapi.json")).json()

    session = {"Cookie": "; ".join(f"{name}={value}" for name, value in stack.cookies.items())}
    address = (await identities.calendar(stack.database, "06253")).removeprefix("/lich/").removesuffix(".ics")
    statuses = await asyncio.to_thread(
        fuzzing.ask, document, stack.url, path, "GET", cases=CASES, names={**KNOWN, "address": [address]}, headers=session
    )

    assert 200 in statuses
    assert statuses & {400, 404, 422}


def acts() -> list[dict[str, Any]]:
    return [
        report(events.RETURNED, sender="184-TCKH", at=AFTER, reason="Sai số thôn", fix_by="2024-12-28"),
        report(events.EXTENDED, unit="06256", sender="184-TCKH", revision=0, until="2024-12-31", reason="Lũ"),
    ]


def duties() -> list[dict[str, Any]]:
    fix_by = {"revision": 1, "reason": "Sai số thôn", "fix_by": AFTER}
    return [builders.duty(returned=fix_by), builders.received("06256", extended_to=AFTER), builders.confirmation()]
