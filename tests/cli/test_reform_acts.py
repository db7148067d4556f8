"""`tonghop reform apply|revert|list|show`, and imports of units and contacts with reforms applied. The tree and the reform are small."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.aggregate.store import report_document
from services.cli import session
from shared.shell.service import Connections
from shared.wire import envelope, events
from shared.words.units import Registry
from tests.cli import reform_folders
from tests.cli.conftest import Cli, point_at

UNITS = """code,name,level,kind,parent,valid_from,valid_to
20,Tỉnh Lạng Sơn,province,peoples_committee,,2024-01-01,
184,Huyện Văn Quan,district,peoples_committee,20,2024-01-01,
185,Huyện Cao Lộc,district,peoples_committee,20,2024-01-01,
06253,Thị trấn Văn Quan,commune,peoples_committee,184,2024-01-01,
06256,Xã Trấn Ninh,commune,peoples_committee,184,2024-01-01,
06268,Xã Liên Hội,commune,peoples_committee,184,2024-01-01,
06211,Thị trấn Đồng Đăng,commune,peoples_committee,185,2024-01-01,
06214,Phường Kỳ Lừa,commune,peoples_committee,185,2024-01-01,
20-STC,Sở Tài chính,province,office,20,2024-01-01,
44,Tỉnh Quảng Bình,province,peoples_committee,,2024-01-01,
44-SYT,Sở Y tế,province,office,44,2024-01-01,
"""
REFORM = "2025-07-01"
OPENED_AT = datetime(2025, 5, 2, tzinfo=UTC)
REGIME = """id: thu
title: Thử
legal_basis: []
calendar: "11-30"
periods: ["2024"]
recipient: "20"
within: "20"
reporters: {xa: {label: Xã, level: commune}}
obligation: {deadlines: {xa: {before: "12-20"}}}
indicators: [{code: so, label: Số, kind: quantity}]
"""


@pytest.fixture
def units(tmp_path: Path) -> Path:
    path = tmp_path / "units.csv"
    path.write_text(UNITS, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return reform_folders.write(tmp_path / "reform")


@pytest.fixture
def before(cli: Cli, units: Path) -> Cli:
    """The units without any reform."""
    assert cli.json("units", "import", units) == {"units": 11, "changed": 11}
    return cli


@pytest.fixture
def applied(before: Cli, folder: Path) -> Cli:
    assert before.json("reform", "apply", folder)["reforms"][0]["applied"]
    return before


def registry(cli: Cli) -> Registry:
    async def question(connections: Connections) -> Registry:
        return (await connections.reference.current()).registry

    found: Registry = cli.ask(question)
    return found


def accept(cli: Cli, sender: str, unit_id: str) -> None:
    """One accepted event."""

    async def question(connections: Connections) -> None:
        claim: dict[str, Any] = {"_id": f"{sender}/e", "verdict": "accepted", "sender": sender, "unit_id": unit_id}
        await connections.database["receipts"].insert_one(claim)

    cli.ask(question)


def log_opening(cli: Cli, period: str, deadline: str) -> None:
    """An accepted opening of a period, as the aggregator stores it."""

    async def question(connections: Connections) -> None:
        data = {"regime": "thu", "period": period, "deadline": deadline, "reason": "Theo yêu cầu"}
        event = envelope.of_unit("20", "opened", events.OPENED, data, at=OPENED_AT)
        logged = events.read_logged(envelope.encode(envelope.logged({**event}, "", int(OPENED_AT.timestamp() * 1000))))
        assert logged is not None
        await connections.database["reports"].insert_one(dict(report_document(logged, 0, 1)))

    cli.ask(question)


def test_apply_says_what_it_has_changed_and_again_that_nothing_has(before: Cli, folder: Path) -> None:
    generation = before.generation()

    first, again = before.run("reform", "apply", folder), before.run("reform", "apply", folder)

    assert (first.exit_code, again.exit_code) == (session.FINE, session.FINE)
    assert "Đợt sắp xếp 2025-07-01, từ 01/07/2025: đã áp dụng; " in first.stdout
    assert again.stdout == "Đợt sắp xếp 2025-07-01: đã áp dụng, không có gì thay đổi.\n"
    assert before.generation() == generation + 1


def test_a_folder_with_faults_is_not_applied(before: Cli, tmp_path: Path) -> None:
    wrong = reform_folders.write(tmp_path / "wrong", {"lineage.csv": {2: "06254,06253,whole,,,x,"}})
    generation = before.generation()

    assert "reform.unknown_unit" in before.refused("reform", "apply", wrong)

    assert before.generation() == generation
    assert before.json("reform", "list") == {"reforms": []}


def test_other_content_under_the_same_id_is_refused(applied: Cli, tmp_path: Path) -> None:
    other = reform_folders.write(tmp_path / "other", {"units.csv": {3: "06253,Xã Văn Quan mới,commune,peoples_committee,20"}})
    before = applied.generation()

    assert "reform.other_content" in applied.refused("reform", "apply", other)

    assert applied.generation() == before


def test_the_history_has_law_counts_state_who_and_when(applied: Cli) -> None:
    [listed] = applied.json("reform", "list")["reforms"]
    assert listed == applied.json("reform", "show", REFORM)
    assert (listed["id"], listed["state"], listed["legal_basis"]) == (REFORM, "applied", [{"number": "202/2025/QH15", "day": "2025-06-12"}])
    assert listed["counts"]["ends"] == {"commune": 4, "district": 2}
    [act] = listed["history"]
    assert (act["what"], act["by"].partition("/")[0]) == ("applied", "operator")

    applied.run("reform", "revert", REFORM)

    shown = applied.run("reform", "show", REFORM).stdout
    assert "202/2025/QH15" in shown
    assert "đã thu hồi" in shown
    assert ": áp dụng, operator/" in shown
    assert ": thu hồi, operator/" in shown
    assert "đã thu hồi" in applied.run("reform", "list").stdout
    assert "reform.unknown" in applied.refused("reform", "show", "2030-01-01")


def test_revert_takes_the_reform_back_and_it_can_be_applied_again(applied: Cli, folder: Path) -> None:
    assert applied.json("reform", "revert", REFORM) == {"reverted": [REFORM], "regimes_kept": [], "events_meanwhile": 0}
    assert len(registry(applied).units) == 11
    assert all(unit.valid_to is None for unit in registry(applied).units)
    assert applied.json("reform", "revert", REFORM)["reverted"] == []

    assert applied.json("reform", "apply", folder)["reforms"][0]["applied"]


@pytest.mark.parametrize(("sender", "unit_id"), [("06268-2025", "06268-2025"), ("20", "06268-2025"), ("06268-2025", "06256")])
def test_red_team_20_a_revert_after_new_units_reported_is_refused_or_said(applied: Cli, sender: str, unit_id: str) -> None:
    accept(applied, sender, unit_id)
    before = applied.generation()

    said = applied.refused("reform", "revert", REFORM)

    assert "1 sự kiện" in said
    assert "--with-reports" in said
    assert applied.generation() == before
    assert applied.json("reform", "revert", REFORM, "--with-reports")["reverted"] == [REFORM]


def test_events_of_units_that_were_there_before_stop_no_revert(applied: Cli) -> None:
    accept(applied, "06256", "06256")

    assert applied.json("reform", "revert", REFORM)["reverted"] == [REFORM]


def test_regimes_are_loaded_with_the_reform_and_put_back_by_its_revert(before: Cli, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "regimes").mkdir()
    path = tmp_path / "regimes" / "thu.yaml"
    path.write_text(REGIME, encoding="utf-8")
    before.run("regimes", "load", path)
    generation = before.generation()
    path.write_text(REGIME.replace("title: Thử", "title: Thử lại"), encoding="utf-8")

    assert before.json("reform", "apply", folder, "--regimes", tmp_path / "regimes")["reforms"][0]["regimes"] == ["thu"]
    assert (_titles(before), before.generation()) == ({"thu": "Thử lại"}, generation + 1)

    before.run("reform", "revert", REFORM)
    assert (_titles(before), before.generation()) == ({"thu": "Thử"}, generation + 2)


def test_red_team_12_a_period_that_was_opened_and_due_before_the_reform_is_pinned(before: Cli, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "thu.yaml"
    on_call = REGIME.replace('periods: ["2024"]', "periods: any").replace('{deadlines: {xa: {before: "12-20"}}}', "{on_call: true}")
    path.write_text(on_call.replace('calendar: "11-30"\n', ""), encoding="utf-8")
    before.json("regimes", "load", path)
    log_opening(before, "2025", "2025-05-30T17:00:00+07:00")

    before.json("reform", "apply", folder)

    assert before.json("reform", "show", REFORM)["pins"] == [{"regime": "thu", "period": "2025", "day": "2025-06-30"}]


def test_red_team_8_a_reform_after_which_a_regime_means_another_unit_is_refused_until_the_regime_says_what_then(
    before: Cli, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "thu.yaml"
    later = REGIME.replace('["2024"]', '["2024", "2025"]').replace('within: "20"', 'within: "184"')
    path.write_text(later, encoding="utf-8")
    before.json("regimes", "load", path)

    assert "reform.regime_lost" in before.refused("reform", "apply", folder)
    assert before.json("reform", "list") == {"reforms": []}

    path.write_text(later + 'ends: "2025-07-01"\n', encoding="utf-8")
    assert before.json("reform", "apply", folder, "--regimes", path)["reforms"][0]["applied"]


def test_regimes_with_faults_keep_the_reform_from_being_applied(before: Cli, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "thu.yaml"
    path.write_text(REGIME.replace('"20"', '"21"'), encoding="utf-8")

    before.refused("reform", "apply", folder, "--regimes", path)

    assert before.json("reform", "list") == {"reforms": []}


def test_regimes_go_with_one_reform_only(before: Cli, folder: Path) -> None:
    assert "reform.regimes_with_one" in before.refused("reform", "apply", "--regimes", folder, code=session.WRONG_USE)


def test_without_a_folder_the_reforms_of_the_product_whose_day_has_come_are_applied(
    cli: Cli, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reform_folders.write(tmp_path / "reforms" / "now")
    future: reform_folders.Edits = {"reform.yaml": {1: 'id: "2999-01-01"', 3: "valid_from: 2999-01-01"}}
    reform_folders.write(tmp_path / "reforms" / "later", future)
    monkeypatch.setattr("services.cli.known_reforms.REFORM_FILES", tmp_path / "reforms")
    cli.run("units", "import", units)

    point_at(monkeypatch, cli.settings, reforms="none")
    assert cli.json("reform", "apply") == {"reforms": []}
    point_at(monkeypatch, cli.settings)
    assert [(one["id"], one["applied"]) for one in cli.json("reform", "apply")["reforms"]] == [(REFORM, True)]
    assert [(one["id"], one["applied"]) for one in cli.json("reform", "apply")["reforms"]] == [(REFORM, False)]


def test_importing_the_base_files_again_changes_nothing(applied: Cli, units: Path) -> None:
    generation, before = applied.generation(), registry(applied)

    assert applied.json("units", "import", units) == {"units": 11, "changed": 0}

    assert applied.generation() == generation
    assert set(registry(applied).units) == set(before.units)


def test_a_file_with_the_rows_of_the_reform_changes_nothing_either(applied: Cli, units: Path) -> None:
    closed = UNITS.replace("06256,Xã Trấn Ninh,commune,peoples_committee,184,2024-01-01,", "\\g")
    text = closed.replace("\\g", "06256,Xã Trấn Ninh,commune,peoples_committee,184,2024-01-01,2025-07-01")
    units.write_text(text + "06268,Xã Điềm He,commune,peoples_committee,20,2025-07-01,\n", encoding="utf-8")

    assert applied.json("units", "import", units)["changed"] == 0


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("06256,Xã Trấn Ninh,commune,peoples_committee,184,2024-01-01,2026-01-01", "unit.closed_by_reform"),
        ("06268,Xã Khác,commune,peoples_committee,20,2025-07-01,", "unit.begun_by_reform"),
        ("06268,Xã Điềm He,commune,peoples_committee,20,2025-07-01,2026-01-01", "unit.begun_by_reform"),
        ("06268,Xã Điềm He,commune,peoples_committee,20,2025-08-01,", "unit.code_taken"),
    ],
)
def test_a_file_that_contradicts_a_reform_is_refused(applied: Cli, units: Path, line: str, code: str) -> None:
    units.write_text(f"{UNITS.splitlines()[0]}\n{line}\n", encoding="utf-8")
    generation = applied.generation()

    said = applied.refused("units", "import", units)

    assert code in said
    assert "units.csv: dòng 2" in said
    assert applied.generation() == generation


def test_red_team_21_contacts_belong_to_the_unit_that_has_the_code_now(applied: Cli, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("unit,name,phone,email\n06268,Bà Lan,,lan@xa.example\n06214,Ông Minh,,minh@xa.example\n", encoding="utf-8")
    applied.run("contacts", "import", path)

    ids = registry(applied).ids
    assert [contact.email for row in ids["06268-2025"] for contact in row.contacts] == ["lan@xa.example"]
    assert [row.contacts for row in ids["06268"]] == [()]
    assert [len(row.contacts) for row in ids["06214"]] == [0, 1]
    listed = applied.json("contacts", "list")["contacts"]
    assert [(one["unit"], one["unit_name"]) for one in listed if one["name"] == "Ông Minh"] == [("06214", "Phường Kỳ Lừa")]
    assert applied.json("contacts", "import", path)["changed"] == 0


def _titles(cli: Cli) -> dict[str, str]:
    async def question(connections: Connections) -> dict[str, str]:
        return {regime.id: regime.title for regime in (await connections.reference.current()).regimes.values()}

    found: dict[str, str] = cli.ask(question)
    return found
