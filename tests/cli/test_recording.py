"""What commands record in the audit log: who did what, before it is done or together with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli import importing, recording, sending, session
from shared.shell.service import Connections
from shared.wire import collection_names
from tests.cli import reform_folders
from tests.cli.conftest import YEAR, Cli
from tests.cli.files import COMMUNE, DISTRICT, PROVINCE, csv
from tests.cli.test_contacts import contacts
from tests.cli.test_import import line
from tests.cli.test_reform_acts import UNITS

ON_CALL = f"""id: dot-xuat
title: Đột xuất
legal_basis: []
calendar: year
periods: ["{YEAR}"]
recipient: "20"
within: "20"
reporters:
  huyen: {{label: Huyện, level: district}}
obligation: {{on_call: true}}
indicators: [{{code: so, label: Số, kind: quantity}}]
"""


def recorded(cli: Cli) -> list[tuple[str, str, dict[str, Any]]]:
    """Action, target and details of each entry, oldest first; whoever ran the commands of the test is the actor of all."""
    entries = cli.json("audit", "show", "--limit", "1000")["entries"][::-1]
    assert {entry["actor"] for entry in entries} <= {recording.operator()}
    assert cli.json("audit", "verify")["intact"]
    return [(entry["action"], entry["target"], entry["details"]) for entry in entries]


def after(cli: Cli, count: int) -> list[tuple[str, str, dict[str, Any]]]:
    """The entries after the first `count`."""
    return recorded(cli)[count:]


def test_an_import_of_units_is_recorded_once_it_changes_something(cli: Cli, tmp_path: Path) -> None:
    cli.run("streams", "apply")
    file = csv(tmp_path, PROVINCE, DISTRICT, COMMUNE)
    for _ in range(2):
        cli.run("units", "import", file)

    ((action, target, details),) = recorded(cli)

    assert (action, target, details["read"], details["changed"]) == ("units.imported", "", 3, 3)
    assert details["files"][0]["name"] == file.name
    assert len(details["files"][0]["sha256"]) == 64


def test_contacts_and_regimes_are_recorded_when_they_change(province: Cli, tmp_path: Path) -> None:
    file = contacts(tmp_path, "184,Văn phòng,,vp@huyen.vn")
    for _ in range(2):
        province.run("contacts", "import", file)
    for _ in range(2):
        province.run("contacts", "remove", "184")
    for _ in range(2):
        province.run("regimes", "remove", "thu")

    assert [entry[:2] for entry in recorded(province)] == [
        ("units.imported", ""),
        ("regimes.loaded", ""),
        ("contacts.imported", ""),
        ("contacts.removed", ""),
        ("regime.removed", "regimes/thu"),
    ]
    assert recorded(province)[1][2]["changed"] == ["thu"]
    assert "vp@huyen.vn" not in str(recorded(province))


def test_a_reform_is_recorded_when_it_is_applied_and_when_it_is_reverted(cli: Cli, tmp_path: Path) -> None:
    cli.run("streams", "apply")
    units = tmp_path / "units.csv"
    units.write_text(UNITS, encoding="utf-8")
    cli.run("units", "import", units)
    folder = reform_folders.write(tmp_path)
    for _ in range(2):
        assert cli.run("reform", "apply", folder).exit_code == session.FINE
    for _ in range(2):
        assert cli.run("reform", "revert", "2025-07-01").exit_code == session.FINE

    assert [entry[:2] for entry in after(cli, 1)] == [("reform.applied", "reforms/2025-07-01"), ("reform.reverted", "reforms/2025-07-01")]


def test_what_the_command_line_sends_is_recorded_before_it_is_sent(province: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ingest runs, so nothing is accepted."""
    monkeypatch.setattr(sending, "VERDICT_S", 0.1)
    monkeypatch.setattr(importing, "PATIENCE_S", 0.1)
    regime = tmp_path / "dot-xuat.yaml"
    regime.write_text(ON_CALL, encoding="utf-8")
    province.run("regimes", "load", regime)
    reports = tmp_path / "bao-cao.ndjson"
    reports.write_text(json.dumps(line("06253", received_at=f"{YEAR}-01-01T09:30:00+07:00", values={"so": 1})) + "\n", encoding="utf-8")

    said = [
        province.run("periods", "open", "dot-xuat", YEAR, "--deadline", "2099-12-31"),
        province.run("duties", "extend", "thu", YEAR, "184", "--until", "2099-12-31", "--reason", "Bão lũ"),
        province.run("import", reports, "--period", YEAR, "--dry-run"),
        province.run("import", reports, "--period", YEAR),
    ]

    assert [one.exit_code for one in said] == [session.AWAY, session.AWAY, session.FINE, session.AWAY]
    opened, extended, imported = after(province, 3)
    assert opened == (
        "period.opened",
        f"periods/dot-xuat/{YEAR}",
        {"deadline": "2099-12-31", "is_correction": False, "reason": None},
    )
    assert extended[:2] == ("duty.extended", f"periods/thu/{YEAR}")
    assert extended[2]["unit"] == "184"
    assert imported[:2] == ("reports.imported", f"periods/{YEAR}")
    assert imported[2]["events"] == 1


def test_rebuilds_and_ticks_are_recorded_and_rehearsals_are_not(province: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    province.run("notify", "tick", "--at", "2099-01-01T08:00:00+07:00")
    province.run("notify", "rebuild")
    province.run("rebuild")
    province.run("verify")
    province.run("duties", "list")

    assert [action for action, _, _ in after(province, 2)] == ["duties.rebuilt", "views.rebuilt"]


def test_an_import_that_cannot_be_recorded_is_not_made(cli: Cli, tmp_path: Path) -> None:
    cli.run("streams", "apply")

    async def refuse(connections: Connections) -> None:
        await connections.database.create_collection(collection_names.AUDIT, validator={"never": {"$exists": True}})

    cli.ask(refuse)

    assert cli.run("units", "import", csv(tmp_path, PROVINCE, DISTRICT, COMMUNE)).exit_code != session.FINE
    assert cli.generation() == 0


def test_what_cannot_be_recorded_is_not_sent(province: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(connections: Connections) -> None:
        await connections.database.command("collMod", collection_names.AUDIT, validator={"never": {"$exists": True}})

    async def send(*_: object) -> None:
        raise AssertionError("it was sent")

    province.ask(refuse)
    monkeypatch.setattr(sending, "send", send)

    result = province.run("duties", "extend", "thu", YEAR, "184", "--until", "2099-12-31", "--reason", "Bão lũ")

    assert result.exit_code != session.FINE
    assert "it was sent" not in str(result.exception)
