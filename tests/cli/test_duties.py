"""`tonghop duties list|extend`, `tonghop notify tick|rebuild` on real servers, with a real ingest."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.cli import session
from shared import events, subjects
from shared.broker import Message
from shared.service import Connections
from tests.cli.conftest import Cli
from tests.cli.test_files import COMMUNE, DISTRICT, PROVINCE, csv, regime
from tests.running import running

YEAR = str(datetime.now(UTC).year)
REGIME = f"""id: thu
title: Thử
legal_basis: []
calendar: "01-02"
periods: ["{YEAR}"]
recipient: "20"
within: "20"
reporters:
  huyen: {{label: Huyện, level: district}}
  xa: {{label: Xã, level: commune}}
obligation:
  deadlines:
    huyen: {{once: "{YEAR}-01-02"}}
    xa: {{once: "2099-12-31"}}
indicators: []
"""


@pytest.fixture
def province(cli: Cli, tmp_path: Path) -> Cli:
    """A province with one district, whose duty is overdue, and one commune, whose duty is not."""
    cli.run("streams", "apply")
    cli.run("units", "import", csv(tmp_path, *(line.replace("2024-01-01", "2010-01-01") for line in (PROVINCE, DISTRICT, COMMUNE))))
    assert cli.json("regimes", "load", regime(tmp_path, REGIME))["regimes"] == ["thu"]
    return cli


def log(cli: Cli, kind: str, unit: str, at: datetime, **data: Any) -> None:
    """Puts an event into the log as ingest does."""
    body = {"regime": "thu", "period": YEAR, "unit": unit, **data}
    event: dict[str, Any] = {"specversion": "1.0", "id": f"{kind[-12:]}-{unit}", "source": f"/units/{unit}", "type": kind, "data": body}
    payload = orjson.dumps({**event, "unitid": unit, "receivedms": events.to_ms(at)})

    async def act(held: Connections) -> None:
        subject = subjects.reports(subjects.partition_of("thu", YEAR, 8), "thu")
        await held.streams.publish(subjects.REPORTS, Message(subject, payload, event["id"]))

    cli.ask(act)


def listed(cli: Cli, *options: str) -> dict[str, dict[str, Any]]:
    return {found["unit"]: found for found in cli.json("duties", "list", *options)["duties"]}


def test_duties_are_listed_with_what_came_and_how_late(province: Cli) -> None:
    late = datetime(int(YEAR), 1, 4, 17, tzinfo=UTC)  # two days after 03/01 00:00 in Vietnam
    log(province, events.SUBMITTED, "184", late, revision=3, values={})

    district = listed(province)["184"]

    assert (district["owed"], district["received"], district["revision"], district["late"]) == (False, True, 3, True)
    assert district["late_by_s"] == 2 * 86_400
    assert district["deadline"] == f"{YEAR}-01-03T00:00:00+07:00"
    assert district["received_at"] == f"{YEAR}-01-05T00:00:00+07:00"
    assert "muộn 2 ngày" in province.run("duties", "list").stdout


def test_duties_are_chosen_by_unit_by_owed_and_by_late(province: Cli) -> None:
    assert set(listed(province)) == {"184", "06253"}
    assert set(listed(province, "--unit", "06253", "--regime", "thu", "--period", YEAR)) == {"06253"}
    assert set(listed(province, "--late")) == {"184"}  # overdue, and still owed
    log(province, events.SUBMITTED, "06253", datetime(int(YEAR), 1, 5, tzinfo=UTC), revision=1, values={})
    assert set(listed(province, "--owed")) == {"184"}
    assert province.refused("duties", "list", "--regime", "khac", code=session.WRONG_USE)


def test_a_returned_duty_is_listed_with_its_reason_and_fix_by_date(province: Cli) -> None:
    at = datetime(int(YEAR), 1, 2, tzinfo=UTC)
    log(province, events.SUBMITTED, "184", at, revision=1, values={})
    log(province, events.RETURNED, "184", at + timedelta(hours=1), revision=1, reason="Thiếu", fix_by=f"{YEAR}-02-01")

    district = listed(province)["184"]

    assert (district["owed"], district["late"]) == (True, False)
    assert district["returned"] == {"revision": 1, "reason": "Thiếu", "fix_by": f"{YEAR}-02-02T00:00:00+07:00"}


def test_rebuilt_duties_are_what_the_log_says_and_old_ones_go(province: Cli) -> None:
    log(province, events.SUBMITTED, "184", datetime(int(YEAR), 1, 2, tzinfo=UTC), revision=1, values={})
    listed(province)

    async def spoil(held: Connections) -> None:
        await held.database["duties"].update_many({}, {"$set": {"owed": True, "state.winner": [9, 9, "x"], "sequence": 99}})
        await held.database["duties"].insert_one({"_id": "khong/ai/ca", "generation": 1, "sequence": 99, "owed": True})

    province.ask(spoil)
    answer = province.json("notify", "rebuild")

    async def stored(held: Connections) -> dict[str, bool]:
        return {found["_id"]: found["owed"] async for found in held.database["duties"].find()}

    assert (answer["duties"], answer["owed"], answer["sequence"]) == (2, 1, 1)
    assert province.ask(stored) == {f"thu/{YEAR}/184": False, f"thu/{YEAR}/06253": True}
    assert "Đã lập lại 2 nghĩa vụ, còn nợ 1" in province.run("notify", "rebuild").stdout


def test_a_tick_answers_who_was_reminded_and_who_was_told_apart(province: Cli) -> None:
    async def long_ago(held: Connections) -> None:
        await held.database["regimes"].update_many({}, {"$set": {"loaded_at": datetime(2020, 1, 1, tzinfo=UTC)}})
        await held.reference.raise_to(9)
        config = await held.streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
        assert config.num_pending == 0

    province.ask(long_ago)
    answer = province.json("notify", "tick", "--at", "2099-12-31T08:00:00+07:00")
    assert ([found["unit"] for found in answer["raised"]], [found["unit"] for found in answer["digests"]]) == (["06253"], ["20"])


async def _extend(settings: Any, folder: Path, cli: Cli, *words: str) -> Any:
    async with running(settings, folder, "ingest"):
        return await asyncio.to_thread(cli.run, "duties", "extend", *words)


def test_an_extension_is_published_by_the_recipient_and_its_verdict_is_told(province: Cli, tmp_path: Path) -> None:
    words = ("thu", YEAR, "184", "--until", "2099-12-31", "--reason", "Bão lũ")
    result = asyncio.run(_extend(province.settings, tmp_path, province, *words))
    assert result.exit_code == session.FINE, result.output
    assert "Đã gia hạn cho 184" in result.stdout

    district = listed(province)["184"]

    assert district["extended"] == {"until": "2100-01-01T00:00:00+07:00", "reason": "Bão lũ", "author": "20"}
    assert (district["deadline"], district["late_by_s"]) == ("2100-01-01T00:00:00+07:00", None)


def test_an_extension_that_ingest_refuses_ends_with_1_and_its_reasons(province: Cli, tmp_path: Path) -> None:
    words = ("thu", YEAR, "99", "--until", "2099-12-31", "--reason", "Bão lũ", "--json")
    result = asyncio.run(_extend(province.settings, tmp_path, province, *words))
    assert result.exit_code == session.NO, result.output
    assert orjson.loads(result.stdout)["verdict"] == "rejected"
    assert "Không được tiếp nhận" in result.stderr


def test_an_extension_without_a_day_or_regime_is_wrong_use(province: Cli) -> None:
    for words in (("thu", YEAR, "184", "--until", "mai", "--reason", "x"), ("khac", YEAR, "184", "--until", "2099-01-01", "--reason", "x")):
        province.refused("duties", "extend", *words, code=session.WRONG_USE)


def test_an_extension_that_nobody_answers_ends_with_3(province: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.sending.VERDICT_S", 0.2)
    words = ("thu", YEAR, "184", "--until", "2099-12-31", "--reason", "Bão lũ")
    assert "đã ở trong INBOX" in province.refused("duties", "extend", *words, code=session.AWAY)


def test_a_broken_calendar_is_refused_by_commands_with_line_and_reason(
    province: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = tmp_path / "days.yaml"
    days.write_text("off:\n  - hôm nay\n", encoding="utf-8")
    monkeypatch.setenv("TONGHOP_CALENDAR_DAYS", str(days))
    for words in (("duties", "list"), ("regimes", "check")):
        assert province.refused(*words).startswith(f"{days}: dòng 2: ")
