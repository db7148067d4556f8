"""`tonghop people move` and `reform preview` on a real database: what happens to the roles of units that end."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.cli import session
from shared.shell.service import Connections
from tests import identities
from tests.cli import reform_folders
from tests.cli.conftest import Cli
from tests.cli.test_people import audited
from tests.cli.test_reform_acts import REFORM, UNITS

OFFICERS = {"hoa": "06256", "lan": "06268", "mai": "20-STC"}


@pytest.fixture
def before(cli: Cli, tmp_path: Path) -> Cli:
    """The units without any reform, and people at some of them."""
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    cli.json("units", "import", tmp_path / "units.csv")
    for login, unit in OFFICERS.items():
        cli.json("people", "add", login, "--name", login, "--role", "officer", "--unit", unit, "--from", "2024-02-01")
    cli.json("people", "add", "nam", "--name", "Nam", "--role", "reviewer", "--unit", "184", "--from", "2024-02-01")
    return cli


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return reform_folders.write(tmp_path / "reform")


@pytest.fixture
def applied(before: Cli, folder: Path) -> Cli:
    assert before.json("reform", "apply", folder)["reforms"][0]["applied"]
    return before


def roles(cli: Cli) -> dict[str, list[tuple[str, bool]]]:
    """The units of each person's roles, and whether they hold."""
    people = cli.json("people", "list")["people"]
    return {person["login"]: [(role["unit_id"], role["holds"]) for role in person["roles"]] for person in people}


def moved(cli: Cli, *options: str) -> dict[str, tuple[str | None, str]]:
    """The heir and the state of each draft."""
    drafts: list[dict[str, Any]] = cli.json("people", "move", "--reform", REFORM, *options)["roles"]
    return {draft["login"]: (None if draft["heir"] is None else draft["heir"]["id"], draft["state"]) for draft in drafts}


def test_the_preview_names_the_roles_and_keys_that_end_with_their_heirs(before: Cli, folder: Path) -> None:
    async def keys(connections: Connections) -> None:
        await identities.put_key(connections.database, "06256")
        await identities.put_key(connections.database, "06256", revoked_at=datetime.now(UTC))
        await identities.put_key(connections.database, "06256", expires_at=datetime(2025, 6, 1, tzinfo=UTC))
        await identities.put_key(connections.database, "20")

    before.ask(keys)
    before.json("people", "grant", "mai", "--role", "viewer", "--unit", "184", "--from", "2024-02-01", "--until", "2099-01-01")
    before.json("people", "revoke", "mai", "--role", "viewer", "--unit", "184")

    units = before.json("reform", "preview", folder)["units"]

    assert [(one["login"], one["role"], one["unit"]["id"], one["heir"]["id"]) for one in units["roles"]] == [
        ("hoa", "officer", "06256", "06253-2025"),
        ("lan", "officer", "06268", "06211-2025"),
        ("nam", "reviewer", "184", "20"),
    ]
    assert [(one["kind"], one["unit"]["id"], one["heir"]["id"]) for one in units["credentials"]] == [("http", "06256", "06253-2025")]
    said = before.run("reform", "preview", folder).stdout
    assert "Hết hiệu lực từ ngày sắp xếp: 3 vai trò của 3 người, 1 khóa và chứng thư" in said
    assert "  hoa, cán bộ báo cáo: Xã Trấn Ninh (06256) → Xã Văn Quan (06253-2025)" in said
    assert "th_" not in said


def test_roles_of_units_that_end_hold_no_longer_and_nothing_passes_by_itself(applied: Cli) -> None:
    assert roles(applied) == {"hoa": [("06256", False)], "lan": [("06268", False)], "mai": [("20-STC", True)], "nam": [("184", False)]}


def test_drafts_are_listed_and_nothing_is_granted_without_approval(applied: Cli) -> None:
    entries = len(audited(applied))

    assert moved(applied) == {"hoa": ("06253-2025", "draft"), "lan": ("06211-2025", "draft"), "nam": (None, "choose")}
    assert len(audited(applied)) == entries
    said = applied.run("people", "move", "--reform", REFORM).stdout
    assert "3 vai trò hết hiệu lực" in said
    assert "--approve" in said


def test_approved_drafts_are_granted_once_and_the_old_role_is_named(applied: Cli) -> None:
    assert moved(applied, "--approve") == {"hoa": ("06253-2025", "granted"), "lan": ("06211-2025", "granted"), "nam": (None, "choose")}

    assert roles(applied)["hoa"] == [("06256", False), ("06253-2025", True)]
    entry = audited(applied)[-1]
    assert (entry["action"], entry["details"]["unit"], bool(entry["details"]["moved_from"])) == ("person.moved", "06211-2025", True)
    assert moved(applied, "--approve")["hoa"] == ("06253-2025", "done")
    assert len(roles(applied)["hoa"]) == 2


def test_an_operator_chooses_among_the_units_that_follow(applied: Cli) -> None:
    chosen = moved(applied, "--to", "06268=06268", "--to", "184=20", "--approve")

    assert (chosen["lan"], chosen["nam"]) == (("06268-2025", "granted"), ("20", "granted"))
    assert "[move.not_an_heir]" in applied.refused("people", "move", "--reform", REFORM, "--to", "06268=06214")
    assert "[move.not_ended]" in applied.refused("people", "move", "--reform", REFORM, "--to", "20=20")


def test_an_unknown_or_reverted_reform_moves_nothing(applied: Cli) -> None:
    assert "[reform.unknown]" in applied.refused("people", "move", "--reform", "x", code=session.NO)
    applied.json("reform", "revert", REFORM)
    assert "[reform.unknown]" in applied.refused("people", "move", "--reform", REFORM, code=session.NO)
    assert roles(applied)["hoa"] == [("06256", True)]
