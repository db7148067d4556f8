"""`tonghop regimes check|load|remove` and `tonghop periods open` on real servers, with a real ingest where a verdict is needed."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cli import known_data, regime_remove, session, stack
from services.cli.app import app
from services.devstack.servers import choose_ports
from shared.shell.service import Connections
from shared.wire import events, subjects
from shared.words.refusals import refusal
from tests.cli.conftest import Cli
from tests.cli.files import COMMUNE, DERIVED, DISTRICT, PROVINCE, REGIME, csv, regime
from tests.cli.test_duties import log
from tests.running import running

YEAR = str(datetime.now(UTC).year)
ON_CALL = """id: dot-xuat
title: Đột xuất
legal_basis: []
recipient: "20"
reporters:
  huyen: {label: Huyện, level: district}
obligation: {on_call: true}
indicators: []
narratives: {ket_qua: Kết quả}
"""


@pytest.fixture
def province(cli: Cli, tmp_path: Path) -> Cli:
    """A province with a district and a commune; two regimes, one derived from it, and one on call."""
    cli.run("streams", "apply")
    cli.run("units", "import", csv(tmp_path, *(line.replace("2024-01-01", "2010-01-01") for line in (PROVINCE, DISTRICT, COMMUNE))))
    folder = tmp_path / "regimes"
    folder.mkdir()
    regime(folder)
    regime(folder, DERIVED, "dan-xuat.yaml")
    regime(folder, ON_CALL, "dot-xuat.yaml")
    assert cli.json("regimes", "load", folder)["changed"] == ["dan-xuat", "dot-xuat", "thu"]
    return cli


def known(cli: Cli) -> set[str]:
    async def question(connections: Connections) -> set[str]:
        return set((await connections.reference.current()).regimes)

    found: set[str] = cli.ask(question)
    return found


async def _beside(settings: Any, folder: Path, act: Callable[[], Result]) -> Result:
    async with running(settings, folder, "ingest"):
        return await asyncio.to_thread(act)


def beside_ingest(cli: Cli, folder: Path, *words: str) -> Result:
    """What a command says while ingest runs."""
    return asyncio.run(_beside(cli.settings, folder, lambda: cli.run(*words)))


# Check and load


@pytest.mark.parametrize("command", ["check", "load"])
def test_a_level_that_no_unit_has_is_refused_with_the_levels_that_there_are(province: Cli, tmp_path: Path, command: str) -> None:
    said = province.refused("regimes", command, regime(tmp_path, REGIME.replace("level: district", "level: xã")))

    assert said.startswith(f"{tmp_path / 'thu.yaml'}: dòng 8, reporters.huyen.level: ")
    assert "commune (peoples_committee), district (peoples_committee), province (peoples_committee)" in said
    assert "level “xã”" in said


def test_a_check_is_held_against_the_units_and_regimes_that_are_stored(province: Cli, tmp_path: Path) -> None:
    own = csv(tmp_path, "xa-moi,Xã Mới,ward,peoples_committee,184,2010-01-01,")
    wanted = regime(tmp_path, REGIME.replace("level: district", "level: ward"))
    province.refused("regimes", "check", wanted)

    province.run("units", "import", own)

    answer = province.json("regimes", "check", wanted)
    assert (answer["regimes"], answer["faults"], list(answer["deadlines"])) == (["thu"], [], ["thu"])
    derived = regime(tmp_path, DERIVED, "dan-xuat.yaml")
    assert province.json("regimes", "check", derived) == {
        "regimes": ["dan-xuat"],
        "faults": [],
        "warnings": [],
        "deadlines": {"dan-xuat": []},
        "losses": [],
    }
    assert "đã nạp" in province.run("regimes", "check", derived).stderr


def test_a_check_without_servers_is_held_against_the_units_of_the_product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_MONGO_URL", f"mongodb://127.0.0.1:{choose_ports(defaults=False).mongo}/?replicaSet=rs0")
    monkeypatch.setattr(known_data, "STORED_S", 0.2)

    result = CliRunner().invoke(app, ["regimes", "check", str(regime(tmp_path, REGIME.replace("level: district", "level: xã")))])

    assert result.exit_code == session.NO
    assert "commune (peoples_committee), district (office, peoples_committee)" in result.stderr


def test_the_calendar_of_a_loaded_regime_counts_the_loaded_units(province: Cli) -> None:
    answer = province.json("regimes", "show", "thu", "--year", "2024")

    assert [one["units"] for period in answer["periods"] for one in period["deadlines"]] == [1]
    assert "đã nạp: dan-xuat, dot-xuat, thu" in province.refused("regimes", "show", "khac")


def test_a_check_writes_nothing(cli: Cli) -> None:
    async def collections(connections: Connections) -> list[str]:
        return list(await connections.database.list_collection_names())

    cli.run("regimes", "check")

    assert cli.ask(collections) == []


def test_a_stored_regime_that_would_not_be_loaded_today_goes_on(province: Cli, tmp_path: Path) -> None:
    async def store(connections: Connections) -> None:
        await connections.database["regimes"].update_one({"_id": "thu"}, {"$set": {"file.reporters.huyen.level": "xã"}})
        await connections.reference.raise_to(9)

    province.ask(store)

    assert "thu" in known(province)
    assert province.json("regimes", "load", regime(tmp_path, ON_CALL, "dot-xuat.yaml"))["changed"] == []


def test_a_check_says_which_days_of_the_calendar_have_no_effect(province: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = tmp_path / "days.yaml"
    days.write_text("off: [2026-12-04, 2026-12-05]\nworking: [2026-12-06, 2026-12-07]\n", encoding="utf-8")
    monkeypatch.setenv("TONGHOP_CALENDAR_DAYS", str(days))

    result = province.run("regimes", "check", regime(tmp_path))

    assert result.exit_code == session.FINE
    assert [line.partition(f"{days}: ")[2] for line in result.stderr.splitlines() if "calendar." in line] == [
        refusal("calendar.off_anyway", day="05/12/2026").line("vi"),
        refusal("calendar.working_anyway", day="07/12/2026").line("vi"),
    ]


# What a changed file would hide

MONTHS = REGIME.replace('periods: ["2024"]', "periods: {from: 2024-01, to: 2024-06}").replace(
    "obligation:", "narratives: {ket_qua: Kết quả}\nobligation:"
)
MONTHS = MONTHS.replace('huyen: {before: "12-20"}', "huyen: {after_cut_off: {days: 5}}")


@pytest.fixture
def reported(province: Cli, tmp_path: Path) -> Cli:
    """The monthly regime `thang`, for which the district has reported January, in two revisions, and February."""
    province.run("regimes", "load", regime(tmp_path, MONTHS.replace("id: thu", "id: thang"), "thang.yaml"))

    async def store(connections: Connections) -> None:
        kept = {"regime": "thang", "unit": "184", "type": events.SUBMITTED}
        await connections.database["reports"].insert_many(
            [
                {"_id": "184/1", "period": "2024-01", **kept},
                {"_id": "184/2", "period": "2024-01", **kept},
                {"_id": "184/3", "period": "2024-02", **kept},
                {"_id": "20/1", "period": "2024-03", **kept, "unit": "", "type": events.OPENED},
            ]
        )

    province.ask(store)
    return province


def changed(folder: Path, before: str, after: str) -> Path:
    text = MONTHS.replace("id: thu", "id: thang")
    assert before in text
    return regime(folder, text.replace(before, after), "thang.yaml")


LOSSES = [
    ("from: 2024-01", "from: 2024-02", ("periods", ["2024-01"], 1)),
    ("code: so", "code: so_moi", ("indicators", ["so"], 2)),
    ("ket_qua:", "ket_qua_moi:", ("narratives", ["ket_qua"], 2)),
    ("huyen: {label: Huyện, level: district}", "huyen: {label: Huyện, level: province}", ("groups", ["huyen"], 2)),
]


@pytest.mark.parametrize(("before", "after", "loss"), LOSSES)
def test_a_file_that_would_hide_reports_is_not_loaded_unless_the_operator_is_sure(
    reported: Cli, tmp_path: Path, before: str, after: str, loss: tuple[str, list[str], int]
) -> None:
    path = changed(tmp_path, before, after)
    generation = reported.generation()

    said = reported.refused("regimes", "load", path)

    assert "[regime.would_hide_reports]" in said
    assert f" {', '.join(loss[1])}, nên {loss[2]} báo cáo đã tiếp nhận" in said
    assert "tonghop regimes load --yes" in said
    assert reported.generation() == generation
    assert reported.json("regimes", "load", path, "--yes")["changed"] == ["thang"]


@pytest.mark.parametrize(("before", "after", "loss"), LOSSES)
def test_a_check_warns_of_what_a_file_would_hide(
    reported: Cli, tmp_path: Path, before: str, after: str, loss: tuple[str, list[str], int]
) -> None:
    path = changed(tmp_path, before, after)

    [found] = reported.json("regimes", "check", path)["losses"]

    assert (found["regime"], (found["kind"], found["codes"], found["reports"])) == ("thang", loss)
    shown = reported.run("regimes", "check", path)
    assert shown.exit_code == session.FINE
    assert f"{path}: dòng {found['line']}, {found['path']}: {found['message_vi']} [regime.would_hide_reports]" in shown.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("to: 2024-06", "to: 2024-02"),  # nothing was reported of March, which the recipient opened
        ("huyen", "cac_huyen"),  # the group has another name, and asks the same units
        ("title: Thử", "title: Thử lại"),
        ("  - code: so\n", "  - {code: moi, label: Mới, kind: flag}\n  - code: so\n"),
    ],
)
def test_a_file_that_hides_no_report_is_loaded(reported: Cli, tmp_path: Path, before: str, after: str) -> None:
    path = changed(tmp_path, before, after)

    assert reported.json("regimes", "check", path)["losses"] == []
    assert reported.json("regimes", "load", path)["changed"] == ["thang"]


def test_the_set_up_skips_a_file_that_would_hide_reports_and_loads_the_others(reported: Cli, tmp_path: Path) -> None:
    path = changed(tmp_path, "from: 2024-01", "from: 2024-02")
    other = regime(tmp_path, ON_CALL.replace("title: Đột xuất", "title: Mới"), "dot-xuat.yaml")

    result = reported.run("regimes", "load", path, other, "--skip-losses", "--json")

    assert result.exit_code == session.FINE
    assert '"changed": [\n    "dot-xuat"\n  ]' in result.stdout
    assert "regime.would_hide_reports" in result.stderr


def test_up_says_which_file_was_not_loaded(reported: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "REGIME_FILES", [changed(tmp_path, "from: 2024-01", "from: 2024-02")])

    [loss] = asyncio.run(stack.unloaded(session.settings()))

    assert (loss.codes, loss.reports) == (["2024-01"], 1)


def test_an_indicator_that_leaves_a_derived_regime_hides_the_reports_of_its_source(reported: Cli, tmp_path: Path) -> None:
    derived = DERIVED.replace("dan-xuat", "thang-dx").replace("derived_from: thu", "derived_from: thang")
    path = regime(tmp_path, derived + "derived_indicators: [so, co]\n", "thang-dx.yaml")
    reported.run("regimes", "load", path)
    path.write_text(path.read_text().replace("[so, co]", "[so]"))

    [loss] = reported.json("regimes", "check", path)["losses"]

    assert (loss["kind"], loss["codes"], loss["reports"], loss["path"]) == ("indicators", ["co"], 2, "derived_indicators")


# Remove


def test_a_regime_under_which_nothing_was_reported_is_removed(province: Cli) -> None:
    generation = province.generation()

    assert province.json("regimes", "remove", "dot-xuat") == {"removed": ["dot-xuat"]}

    assert known(province) == {"thu", "dan-xuat"}
    assert province.generation() == generation + 1


def test_a_regime_that_another_is_derived_from_is_not_removed_before_it(province: Cli) -> None:
    assert "dan-xuat" in province.refused("regimes", "remove", "thu")
    assert province.run("regimes", "remove", "dan-xuat").exit_code == session.FINE
    assert province.run("regimes", "remove", "thu").exit_code == session.FINE
    assert known(province) == {"dot-xuat"}


def test_a_regime_that_is_none_is_named_with_those_that_are(province: Cli) -> None:
    assert "đã nạp: dan-xuat, dot-xuat, thu" in province.refused("regimes", "remove", "khac")


def test_a_regime_with_a_report_in_the_log_is_not_removed(province: Cli) -> None:
    province.run("regimes", "remove", "dan-xuat")
    log(province, events.SUBMITTED, "184", datetime(int(YEAR), 1, 2, tzinfo=UTC), revision=1, values={})

    assert "đã tiếp nhận 1 sự kiện" in province.refused("regimes", "remove", "thu")
    assert "thu" in known(province)


@pytest.mark.parametrize("collection", ["receipts", "reports"])
def test_a_regime_with_a_report_that_only_mongodb_has_is_not_removed(province: Cli, collection: str) -> None:
    async def claim(connections: Connections) -> None:
        await connections.database[collection].insert_one({"_id": "20/opening1", "verdict": "accepted", "regime": "dot-xuat"})

    province.ask(claim)

    province.refused("regimes", "remove", "dot-xuat")
    assert "dot-xuat" in known(province)


def test_a_regime_is_put_back_when_something_came_in_meanwhile(province: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    async def claim(connections: Connections) -> None:
        await connections.database["receipts"].insert_one({"_id": "20/opening1", "verdict": "accepted", "regime": "dot-xuat"})

    monkeypatch.setattr(regime_remove, "_until_noticed", claim)

    province.refused("regimes", "remove", "dot-xuat")
    assert "dot-xuat" in known(province)


# Periods


def opened(cli: Cli) -> list[dict[str, Any]]:
    """The openings that were accepted."""

    async def question(connections: Connections) -> list[dict[str, Any]]:
        found = connections.database["receipts"].find({"verdict": "accepted", "type": events.OPENED})
        read = [events.read_logged(events.stored_text(claim["event"])) async for claim in found]
        return [event.data for event in read if event is not None]

    answer: list[dict[str, Any]] = cli.ask(question)
    return answer


def test_a_period_is_opened_in_the_name_of_the_recipient(province: Cli, tmp_path: Path) -> None:
    result = beside_ingest(province, tmp_path, "periods", "open", "dot-xuat", YEAR, "--deadline", "2099-12-31")

    assert result.exit_code == session.FINE, result.output
    assert f"Đã mở kỳ {YEAR} của dot-xuat, hạn đến hết ngày 31/12/2099" in result.stdout
    assert opened(province) == [{"regime": "dot-xuat", "period": YEAR, "deadline": "2099-12-31"}]


async def _in_turn(settings: Any, folder: Path, cli: Cli, calls: list[tuple[str, ...]]) -> list[Result]:
    async with running(settings, folder, "ingest"):
        return [await asyncio.to_thread(cli.run, *words) for words in calls]


def test_a_slip_in_a_deadline_is_mended_only_as_a_correction(province: Cli, tmp_path: Path) -> None:
    slip, right = ("periods", "open", "dot-xuat", YEAR, "--deadline", "2099-12-31"), ("2098-12-31",)
    opening = slip[:-1]
    extending = ("duties", "extend", "dot-xuat", YEAR, "184", "--reason", "Bão lũ", "--until")
    calls = [slip, (*opening, *right), (*opening, *right, "--corrects", "--reason", "ghi nhầm năm")]
    calls += [(*extending, "2099-12-31"), (*extending, "2099-01-31"), (*extending, "2099-01-31", "--corrects")]

    answers = asyncio.run(_in_turn(province.settings, tmp_path, province, calls))

    assert [answer.exit_code for answer in answers] == [session.FINE, session.NO, session.FINE] * 2, [one.output for one in answers]
    assert "không có gì thay đổi" in answers[1].stderr
    assert "Đã sửa hạn kỳ" in answers[2].stdout
    assert "Đã sửa lần gia hạn cho 184" in answers[5].stdout


def test_a_period_of_a_regime_with_fixed_deadlines_is_not_opened(province: Cli, tmp_path: Path) -> None:
    result = beside_ingest(province, tmp_path, "periods", "open", "thu", "2024", "--deadline", "2099-12-31")

    assert (result.exit_code, result.stdout) == (session.NO, "")
    assert "action.not_on_call" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("dot-xuat", YEAR, "--deadline", "31/12/2099"),
        ("dot-xuat", YEAR, "--deadline", "2099-02-30"),
        ("dot-xuat", YEAR, "--deadline", "9999-12-31"),
        ("dot-xuat", YEAR, "--deadline", "2099-12-31", "--corrects"),
        ("dot-xuat", YEAR, "--deadline", "2099-12-31", "--reason", "Nhầm"),
        ("khac", YEAR, "--deadline", "2099-12-31"),
    ],
)
def test_an_opening_that_makes_no_sense_is_wrong_use_and_sends_nothing(province: Cli, words: tuple[str, ...]) -> None:
    province.refused("periods", "open", *words, code=session.WRONG_USE)

    async def last(connections: Connections) -> int:
        return await connections.streams.last_sequence(subjects.INBOX)

    assert province.ask(last) == 0
