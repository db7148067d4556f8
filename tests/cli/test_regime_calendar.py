"""The calendar of a regime: what `regimes show` and `regimes check` say of the two example regimes, every deadline of 2026 by name."""

from pathlib import Path
from typing import Final

import orjson
import pytest
from typer.testing import CliRunner, Result

from services.cli import regime_calendar, regime_changes, session
from services.cli.app import app
from services.cli.data import REGIME_FILES
from services.devstack.servers import choose_ports
from shared.words import deadlines
from shared.words.calendar import COMMON
from shared.words.obligations import AfterCutOff, Confirm
from shared.words.reference import Reference
from tests import seeds
from tests.builders import CT27, NQ68
from tests.notify.builders import vn
from tests.shared.test_regimes import MONTHLY, QUARTERLY, VHTT

MONTHS: Final = {  # cut-off, last day of the communes, last day of the province
    "2026-01": ("2026-01-14", "2026-01-16", "2026-01-21"),
    "2026-02": ("2026-02-14", "2026-02-24", "2026-02-27"),  # Tết: 14/02 to 22/02 are days off
    "2026-03": ("2026-03-14", "2026-03-17", "2026-03-20"),
    "2026-04": ("2026-04-14", "2026-04-16", "2026-04-21"),
    "2026-05": ("2026-05-14", "2026-05-18", "2026-05-21"),
    "2026-06": ("2026-06-14", "2026-06-16", "2026-06-19"),
    "2026-07": ("2026-07-14", "2026-07-16", "2026-07-21"),
    "2026-08": ("2026-08-14", "2026-08-18", "2026-08-21"),
    "2026-09": ("2026-09-14", "2026-09-16", "2026-09-21"),
    "2026-10": ("2026-10-14", "2026-10-16", "2026-10-21"),
    "2026-11": ("2026-11-14", "2026-11-17", "2026-11-20"),
    "2026-12": ("2026-12-14", "2026-12-16", "2026-12-21"),
}
QUARTERS: Final = {  # cut-off, last days of districts, offices, the province and official figures
    "2026-Q1": ("2026-03-31", "2026-04-07", "2026-04-09", "2026-05-04", "2026-04-28"),  # 30/04 to 03/05 are days off
    "2026-Q2": ("2026-06-30", "2026-07-07", "2026-07-09", "2026-07-30", "2026-07-27"),
    "2026-Q3": ("2026-09-30", "2026-10-07", "2026-10-09", "2026-10-30", "2026-10-26"),
    "2026-Q4": ("2026-12-31", "2027-01-07", "2027-01-11", "2027-02-01", "2027-01-25"),  # 30/01/2027 is a Saturday
}


@pytest.fixture
def _no_mongo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_MONGO_URL", f"mongodb://127.0.0.1:{choose_ports(defaults=False).mongo}/?replicaSet=rs0")
    monkeypatch.setattr("services.cli.known_data.STORED_S", 0.2)


def said(*words: str, code: int = session.FINE) -> Result:
    result = CliRunner().invoke(app, ["regimes", *words])
    assert result.exit_code == code, result.stderr
    return result


@pytest.mark.parametrize(("regime_id", "wanted"), [(MONTHLY, MONTHS), (QUARTERLY, QUARTERS)])
def test_every_deadline_of_2026_of_the_two_examples(reference: Reference, regime_id: str, wanted: dict[str, tuple[str, ...]]) -> None:
    found = regime_calendar.dates(reference.regimes[regime_id], COMMON, year=2026)

    last_days = {
        one.period.code: tuple(f"{day}" for day in (one.period.cut_off, *(deadlines.last_day(due.at) for due in one.due))) for one in found
    }
    assert last_days == wanted


def test_the_reminders_of_february_keep_clear_of_tet(reference: Reference) -> None:
    [february] = [one for one in regime_calendar.dates(reference.regimes[MONTHLY], COMMON, year=2026) if one.period.code == "2026-02"]

    assert [(rung.name, rung.at) for rung in february.due[0].reminders] == [
        ("before-3", vn("2026-02-13 08:00")),
        ("before-1", vn("2026-02-23 08:00")),
        ("last-day-0800", vn("2026-02-24 08:00")),
        ("last-day-1400", vn("2026-02-24 14:00")),
        ("after-1", vn("2026-02-25 08:00")),
        ("after-3", vn("2026-02-27 08:00")),
        ("after-7", vn("2026-03-03 08:00")),
    ]


def test_who_is_asked_is_counted_on_the_cut_off_if_units_are_known(reference: Reference) -> None:
    regime = reference.regimes[QUARTERLY]

    [first, *_] = regime_calendar.dates(regime, COMMON, reference.registry.at, 2026)
    assert [(due.task, due.name, due.unit_count) for due in first.due] == [
        ("report", "huyen", 11),
        ("report", "so", 4),
        ("confirm", "province", 1),
        ("official", "official", 15),
    ]
    [unknown, *_] = regime_calendar.dates(regime, COMMON, None, 2026)
    assert {due.unit_count for due in unknown.due} == {None}


def test_a_derived_regime_and_one_on_call_have_no_dates(reference: Reference) -> None:
    on_call = [one for one in reference.regimes.values() if one.is_on_call]
    assert [regime_calendar.dates(one, COMMON) for one in (*on_call, reference.regimes[VHTT])] == [[], [], []]


@pytest.mark.usefixtures("_no_mongo")
def test_the_calendar_as_json_has_days_and_instants_with_their_offset() -> None:
    answer = orjson.loads(said("show", QUARTERLY, "--year", "2026", "--json").stdout)

    assert (answer["regime"], answer["year"], [one["period"] for one in answer["periods"]]) == (QUARTERLY, 2026, list(QUARTERS))
    first = answer["periods"][0]
    assert (first["name_vi"], first["begins"], first["cut_off"]) == ("quý I năm 2026", "2026-01-01", "2026-03-31")
    assert [one["deadline"] for one in first["deadlines"]] == [
        "2026-04-08T00:00:00+07:00",
        "2026-04-09T17:00:00.001+07:00",
        "2026-05-05T00:00:00+07:00",
    ]
    communes, offices, province = first["deadlines"]
    assert (communes["task"], communes["group"], communes["units"]) == ("report", "xa", 135)
    assert (offices["rule"], offices["deadline_vi"]) == ("2 ngày làm việc sau hạn của nhóm xa, đến 17:00", "đến 17:00 ngày 09/04/2026")
    assert (province["task"], province["level"], province["last_day"]) == ("confirm", "province", "2026-05-04")
    assert communes["reminders"][0] == {"rung": "before-7", "at": "2026-03-31T08:00:00+07:00"}


@pytest.mark.usefixtures("_no_mongo")
def test_the_calendar_for_people_has_names_days_and_rules() -> None:
    shown = said("show", MONTHLY, "--year", "2026").stdout

    for words in ("tháng 2 năm 2026", "2026-02", "14/02/2026", "đến hết ngày 24/02/2026", "2 ngày làm việc sau ngày chốt số liệu", "41"):
        assert words in shown
    assert "quá hạn: 25/02, 27/02, 03/03" in shown


@pytest.mark.usefixtures("_no_mongo")
def test_a_file_is_shown_without_being_loaded() -> None:
    answer = orjson.loads(said("show", "services/cli/docs/examples/vi-du-hang-thang.yaml", "--year", "2027", "--json").stdout)
    assert len(answer["periods"]) == 12


@pytest.mark.usefixtures("_no_mongo")
@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("khac",), "cli.unknown_regime_of_product", MONTHLY),
        ((MONTHLY, "--year", "2040"), "cli.no_period_of_year", "2026, 2027"),
        (("kl62-binh-dinh",), "cli.regime_on_call", "52-BCSD"),
        ((VHTT,), "cli.regime_without_deadlines", "ct27-van-quan"),
        (("khong-co.yaml",), "file.missing", "khong-co.yaml"),
    ],
)
def test_what_has_no_calendar_is_refused_with_what_there_is(words: tuple[str, ...], code: str, hint: str) -> None:
    refused = said("show", *words, code=session.NO).stderr
    assert code in refused
    assert hint in refused


@pytest.mark.usefixtures("_no_mongo")
def test_a_year_that_is_no_number_is_wrong_use() -> None:
    assert said("show", MONTHLY, "--year", "nay", code=session.WRONG_USE).stderr.startswith("Dùng sai: --year: hãy ghi một số\n")


@pytest.mark.usefixtures("_no_mongo")
def test_a_check_says_the_rules_in_words_and_the_next_deadlines() -> None:
    shown = said("check").stdout

    assert "thang-tthc-quang-binh, từ ngày 01/07/2025:\n  xa (41 đơn vị): 2 ngày làm việc sau ngày chốt số liệu." in shown
    assert "  so (4 đơn vị): 2 ngày làm việc sau hạn của nhóm xa, đến 17:00." in shown
    assert "  chốt bảng tổng hợp, cấp tỉnh (1 đơn vị): 30 ngày sau ngày chốt số liệu." in shown
    assert "  chốt bảng tổng hợp, cơ quan nhận báo cáo (1 đơn vị): 5 ngày làm việc sau ngày chốt số liệu." in shown
    assert "  Hạn rơi vào ngày nghỉ thì chuyển sang hết ngày làm việc tiếp theo." in shown
    assert "nq68-quang-binh, từ ngày 01/03/2025 đến hết ngày 30/06/2025: không kỳ nào chốt số liệu trong thời gian này.\n" in shown
    assert "kl62-binh-dinh, đến hết ngày 30/06/2025: cơ quan nhận báo cáo mở từng kỳ và ấn định hạn." in shown
    assert "vhtt-van-quan: lấy từ ct27-van-quan, không có hạn riêng." in shown


@pytest.mark.usefixtures("_no_mongo")
def test_a_check_as_json_has_every_deadline_period_by_period() -> None:
    answer = orjson.loads(said("check", "--json").stdout)

    assert answer["faults"] == []
    assert list(answer["deadlines"]) == answer["regimes"]
    assert (len(answer["deadlines"][MONTHLY]), len(answer["deadlines"][QUARTERLY]), answer["deadlines"][VHTT]) == (24, 8, [])
    february = answer["deadlines"][MONTHLY][1]
    assert february["deadlines"][0] == {
        "task": "report",
        "group": "xa",
        "rule": "2 ngày làm việc sau ngày chốt số liệu",
        "deadline": "2026-02-25T00:00:00+07:00",
        "last_day": "2026-02-24",
        "deadline_vi": "đến hết ngày 24/02/2026",
        "units": 41,
    }


@pytest.mark.usefixtures("_no_mongo")
def test_a_forgotten_within_is_seen_by_the_number_of_units(tmp_path: Path) -> None:
    path = tmp_path / f"{MONTHLY}.yaml"
    text = (REGIME_FILES[0] / path.name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if not line.strip().startswith(("within:", "confirm:"))]
    path.write_text("".join(lines), encoding="utf-8")

    assert "  xa (3.321 đơn vị): " in said("check", str(path)).stdout


def test_the_units_of_a_regime_on_call_are_those_of_today(reference: Reference) -> None:
    lines = list(regime_calendar.lines(reference.regimes["kl62-binh-dinh"], [], vn("2024-11-17"), reference.registry.at))

    assert lines[1] == "  huyen (11 đơn vị)."


def test_of_a_rule_the_next_three_deadlines_are_said_or_that_none_is_left(reference: Reference) -> None:
    regime = reference.regimes[MONTHLY]
    found = regime_calendar.dates(regime, COMMON)

    [_, communes, _] = regime_calendar.lines(regime, found, vn("2026-11-17 12:00"))
    assert communes.endswith(
        "Sắp tới: tháng 11 năm 2026 đến hết ngày 17/11/2026; tháng 12 năm 2026 đến hết ngày 16/12/2026; tháng 1 năm 2027 đến hết ngày"
        " 18/01/2027."
    )
    [_, communes, _] = regime_calendar.lines(regime, found, vn("2028-01-01"))
    assert communes == "  xa: 2 ngày làm việc sau ngày chốt số liệu. Không còn hạn nào sắp tới."


def test_of_a_regime_on_call_the_rule_for_confirmation_is_said_without_days(reference: Reference) -> None:
    [on_call] = [one for one in reference.regimes.values() if one.id == "kl62-binh-dinh"]
    assert on_call.obligation is not None
    obligation = on_call.obligation.model_copy(update={"confirm": [Confirm(level="province", after_cut_off=AfterCutOff(working_days=9))]})

    said = list(regime_calendar.lines(on_call.model_copy(update={"obligation": obligation}), [], vn("2026-11-17")))

    assert said[1:] == ["  chốt bảng tổng hợp, cấp tỉnh: 9 ngày làm việc sau ngày chốt số liệu."]


@pytest.mark.usefixtures("_no_mongo")
def test_the_calendar_says_what_changes_from_which_day_on() -> None:
    shown = " ".join(said("show", CT27, "--year", "2026").stdout.split())

    for words in (
        "Từ 01/07/2025: cơ quan nhận báo cáo là Sở Tài chính tỉnh Lạng Sơn (20-STC) thay mặt Tỉnh Lạng Sơn (20)",
        "cộng riêng cho Địa bàn huyện Văn Quan (cũ) (184-VQ)",
        "báo cáo: UBND xã (6 đơn vị), Sở của tỉnh (2 đơn vị)",
        "chốt bảng tổng hợp, cơ quan nhận báo cáo trước ngày 25/12",
        "yt_ttyt_tu_chu cho 20-SYT; gdtp_to_chuc cho 20-STP",
        "mục tiêu của gd_truong_tu_chu ở bảng tổng hợp địa bàn",
    ):
        assert words in shown


@pytest.mark.usefixtures("_no_mongo")
def test_each_year_has_the_units_and_the_deadlines_of_its_version() -> None:
    counts = {}
    for year in ("2024", "2026"):
        answer = orjson.loads(said("show", NQ68, "--year", year, "--json").stdout)
        [period] = answer["periods"]
        counts[year] = [(due.get("group") or due["level"], due["last_day"], due["units"]) for due in period["deadlines"]]

    assert counts == {
        "2024": [("xa", "2024-11-27", 145), ("so", "2024-12-04", 9), ("district", "2024-12-04", 8), ("recipient", "2024-12-14", 1)],
        "2026": [("xa", "2026-12-04", 41), ("so", "2026-12-04", 7), ("recipient", "2026-12-14", 1)],
    }
    assert [change["from"] for change in answer["changes"]] == ["2025-03-01", "2025-07-01"]
    assert answer["ends"] is None


def test_the_words_for_a_change_need_no_units(reformed: Reference) -> None:
    [monthly] = [regime for regime in seeds.changing_regimes() if regime.id == MONTHLY]

    assert list(regime_changes.lines(monthly))[:4] == [
        "Từ 01/07/2025:",
        "  cơ quan nhận báo cáo là 44",
        "  phạm vi là 44-QB",
        "  cộng riêng cho 44-QB",
    ]
    [ended] = [regime for regime in seeds.changing_regimes() if regime.id == "kl62-binh-dinh"]
    assert list(regime_changes.lines(ended, reformed.registry.at)) == ["Từ 01/07/2025: chế độ kết thúc."]
