"""The page about parked messages, on a real database: what an operator sees, and that nobody else sees it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.shell.clock import system_clock
from shared.wire import events
from shared.words import periods
from tests.identities import grant
from tests.portal.test_people_pages import Portal, portal

__all__ = ["portal"]
PAGE = "/quan-tri/thu-hong"
AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
FIGURE = "987654321"


def document(number: int, **changes: Any) -> dict[str, Any]:
    payload = f'{{"values": {{"so": {FIGURE}}}}}'.encode()
    return {
        "_id": f"ingest/{number}",
        "subject": "inbox.X1",
        "sender": "X1",
        "sequence": number,
        "received_ms": events.to_ms(AT + timedelta(minutes=number)),
        "parked_at": AT,
        "size": len(payload),
        "payload": payload,
        "reason": {"code": "event.not_structured", "path": "", "message_vi": "Không phải sự kiện.", "message_en": "No event."},
        "event_id": "event-abc",
        "state": "waiting",
    } | changes


@pytest.fixture
async def operator(portal: Portal) -> Portal:
    await portal.log_in(grant("operator", None))
    return portal


async def test_an_operator_sees_what_is_parked_and_why_but_never_what_it_says(operator: Portal) -> None:
    today = periods.local_day(system_clock())
    count = {"_id": f"X1/{today}", "unit": "X1", "day": today.isoformat(), "began_at": AT, "kept": 2, "counted": 1234, "refused": 56}
    await operator.database["parked"].insert_many(
        [
            document(1),
            document(2, sender="<b>", subject="inbox.<script>", state="dropped", by="operator/lan", at=AT, why="<i>Thử"),
            document(3, state="of a later version", sender="Z"),
        ]
    )
    await operator.database["parked_counts"].insert_one(count)

    answer = await operator.http.get(PAGE)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    page = answer.text
    for said in ("ingest/1", "Xã X1 (X1)", "Không phải sự kiện.", "1 thông điệp đang chờ", "1.234", "tonghop parked show", "of a later"):
        assert said in page, said
    for hidden in (FIGURE, "<script>alert", "<b>", "<i>Thử", "inbox.<script>"):
        assert hidden not in page, hidden


async def test_the_list_is_filtered_and_goes_on_behind_the_last_row(operator: Portal) -> None:
    await operator.database["parked"].insert_many([document(number) for number in range(120)])
    await operator.database["parked"].insert_one(document(500, sender="Y"))

    seen: list[str] = []
    path = f"{PAGE}?unit=X1&state=waiting"
    while path:
        page = (await operator.http.get(path)).text
        seen += [part.partition("<")[0] for part in page.split('role="rowheader"><span class="code">')[1:]]
        following = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        path = following

    assert seen == [f"ingest/{number}" for number in reversed(range(120))]
    assert "ingest/500" in (await operator.http.get(f"{PAGE}?unit=Y")).text
    assert "Không có thông điệp nào." in (await operator.http.get(f"{PAGE}?state=replayed")).text


@pytest.mark.parametrize(
    "query",
    [
        "state=burnt",
        "unit=" + "x" * 65,
        "unit=%00",
        "unit=%E2%80%AE",
        "after=x",
        "after=",
        "after=MTIz",
        "state=$ne",
    ],
)
async def test_a_wrong_parameter_is_named(operator: Portal, query: str) -> None:
    answer = await operator.http.get(f"{PAGE}?{query}")

    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


@pytest.mark.parametrize("role", ["reviewer", "officer", "viewer"])
async def test_nobody_else_sees_it(portal: Portal, role: str) -> None:
    await portal.log_in(grant(role, "20"))  # type: ignore[arg-type]
    await portal.database["parked"].insert_one(document(1))

    answer = await portal.http.get(PAGE)

    assert answer.status_code == 403
    assert "ingest/1" not in answer.text
    assert PAGE not in (await portal.http.get("/tai-khoan")).text


async def test_the_account_of_an_operator_leads_there(operator: Portal) -> None:
    assert f'href="{PAGE}"' in (await operator.http.get("/tai-khoan")).text
