"""`tonghop explain` on real servers: the reports of a total, whether they add up, and which requests are refused."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from services.cli import session
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import subjects
from tests.aggregate.running import PERIOD, REGIME, aggregating, log_reports, until_stored
from tests.cli.conftest import Cli
from tests.portal import builders as portal_builders
from tests.portal import years
from tests.waiting import until

INDICATOR = "ld_viec_lam_moi"
VIEW = f"{REGIME}/{PERIOD}/44"


@pytest.fixture
def season(cli: Cli, reference: Any) -> Cli:
    """The command line on the stored reports of the communes of Quảng Bình."""

    async def fill(connections: Connections) -> None:
        await connections.reference.put_units(reference.registry.units)
        await connections.reference.put_regimes([one for one in reference.regimes.values() if one.derived_from is None])
        async with aggregating(connections):
            await until_stored(connections, await log_reports(connections))

    cli.run("streams", "apply")
    cli.ask(fill)
    return cli


def changed(**fields: Any) -> Callable[[Connections], Any]:
    async def act(connections: Connections) -> None:
        await connections.database["views"].update_one({"_id": VIEW}, {"$set": fields})

    return act


def test_a_total_is_explained_to_people_and_to_programs(season: Cli) -> None:
    answer = season.json("explain", VIEW, INDICATOR)
    said = season.run("explain", VIEW, INDICATOR)

    assert (answer["adds_up"], len(answer["reports"]), answer["reported"], answer["next"]) == (True, 145, 145, None)
    assert sum(int(row["value"]) for row in answer["reports"]) == answer["figure"]["total"]
    assert said.exit_code == session.FINE
    assert "Khớp: 145 báo cáo cộng lại đúng bằng số trong bảng tổng hợp." in said.stdout
    for heading in ("Mã", "Đơn vị", "Giá trị", "Lần nộp", "Nhận lúc", "Mã sự kiện"):
        assert heading in said.stdout


def test_the_sum_since_the_beginning_of_the_year_is_shown_beside_the_total(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.portal.reading.explaining.PAUSE_S", 0.0)
    reports = [years.submitted("06253", number, f"2026-0{number}", thu=f"{number}.50", dan_so=7) for number in (1, 2)]

    async def fill(connections: Connections) -> None:
        await connections.reference.put_units(portal_builders.units())
        await connections.reference.put_regimes(years.plain_regimes())
        await connections.database["views"].insert_many(years.views(reports))

    cli.ask(fill)
    view = f"{years.MONTHLY}/2026-02/{years.DISTRICT}"
    said = " ".join(cli.run("explain", view, "thu").stdout.split())
    assert "Lũy kế từ đầu năm: 4,00 triệu đồng, gồm tháng 1, tháng 2 năm 2026; chưa đủ: tháng 1, tháng 2 còn thiếu đơn vị" in said
    assert "Lũy kế" not in cli.run("explain", view, "dan_so").stdout


def test_a_total_that_does_not_add_up_ends_with_1_and_says_so(season: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.portal.reading.explaining.PAUSE_S", 0.0)
    season.ask(changed(**{f"indicators.{INDICATOR}.total": 7}))

    said = season.run("explain", VIEW, INDICATOR)

    assert said.exit_code == session.NO
    assert "Không khớp: bảng lưu" in said.stdout
    assert season.json("explain", VIEW, INDICATOR, code=session.NO)["adds_up"] is False


@pytest.mark.parametrize(
    ("view", "indicator", "code", "reason"),
    [
        ("khong-co/2026/44", INDICATOR, session.WRONG_USE, "report.unknown_regime"),
        (f"{REGIME}/2031/44", INDICATOR, session.WRONG_USE, "report.unknown_period"),
        (f"{REGIME}/{PERIOD}/99999", INDICATOR, session.WRONG_USE, "report.unknown_unit"),
        (VIEW, "khong_co", session.WRONG_USE, "report.unknown_indicator"),
        (f"{REGIME}/{PERIOD}/01", INDICATOR, session.NO, "door.no_such_view"),
        (REGIME, INDICATOR, session.WRONG_USE, "không có dạng"),
    ],
)
def test_what_cannot_be_explained_is_refused(season: Cli, view: str, indicator: str, code: int, reason: str) -> None:
    assert reason in season.refused("explain", view, indicator, code=code)


def copied(**fields: Any) -> Callable[[Connections], Any]:
    """One more event of the log, about something else."""

    async def act(connections: Connections) -> None:
        found = await connections.database["reports"].find_one({"regime": REGIME}, sort=[("sequence", 1)])
        assert found is not None
        event = orjson.loads(found["event"])
        event["id"], event["unitid"] = "mot-su-kien-khac", fields.get("unit", event["unitid"])
        event["data"] |= {name: fields[name] for name in ("regime", "period") if name in fields}
        number = subjects.partition_of(event["data"]["regime"], event["data"]["period"], connections.declaration.partitions)
        message = Message(subjects.reports(number, event["data"]["regime"]), orjson.dumps(event), "x")
        async with aggregating(connections):
            sequence = (await connections.streams.publish(subjects.REPORTS, message)).seq
            await until(lambda: _is_stored(connections, sequence))

    async def _is_stored(connections: Connections, sequence: int) -> bool:
        return await connections.database["reports"].find_one({"sequence": sequence}) is not None

    return act


def test_reports_of_units_that_nobody_knows_are_said_of_every_total(season: Cli) -> None:
    season.ask(copied(unit="99999"))

    answer = season.json("explain", VIEW, INDICATOR, code=session.NO)
    said = season.run("explain", VIEW, INDICATOR).stdout

    assert (answer["adds_up"], answer["unknown_units"]) == (True, ["99999"])
    assert "Chưa trọn: có báo cáo của 1 đơn vị không có trong danh mục, không bảng nào tính: 99999." in said


@pytest.mark.parametrize("about", [{"regime": "chua-nap"}, {"period": "2019"}])
def test_of_a_regime_or_period_that_is_not_known_it_is_said_that_the_log_has_events(season: Cli, about: dict[str, str]) -> None:
    season.ask(copied(**about))
    asked = {"regime": REGIME, "period": PERIOD} | about
    assert "Nhật ký có 1 sự kiện" in season.refused("explain", f"{asked['regime']}/{asked['period']}/44", INDICATOR)


def test_verify_says_what_no_view_counts_and_what_to_do(season: Cli) -> None:
    assert season.run("verify").exit_code == session.FINE
    season.ask(copied(regime="chua-nap"))

    said = season.run("verify")

    assert said.exit_code == session.NO
    assert "Khớp" not in said.stdout
    assert "Chưa trọn" in said.stdout
    assert "1 chế độ có sự kiện nhưng chưa được nạp: chua-nap. Nạp tệp của chế độ bằng `tonghop regimes load`." in said.stdout
    assert season.json("verify", code=session.NO)["unknown_regimes"] == ["chua-nap"]
