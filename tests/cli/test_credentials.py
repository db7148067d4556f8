"""`tonghop credentials` on a real database: keys are shown once, files are private, and a revoked key is refused."""

import resource
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.cli import session
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.key_ring import KeyRing
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.words import periods
from shared.words.credentials import Credential
from shared.words.principals import FeedScope, UnitPrincipal
from tests.cli.conftest import PROVINCE_REGIME, Cli
from tests.cli.files import COMMUNE, DISTRICT, PROVINCE, csv

TODAY = periods.local_day(datetime.now(UTC))
TOMORROW = TODAY + timedelta(days=1)
ENDED = f"06256,Xã Đã Hết,commune,peoples_committee,184,2024-01-01,{TODAY.isoformat()}"
COMING = f"06257,Xã Sắp Có,commune,peoples_committee,184,{TOMORROW.isoformat()},"


@pytest.fixture
def stored(cli: Cli, tmp_path: Path) -> Cli:
    """A province, a district, a commune, one that ended today and one that begins tomorrow; a regime of the first three."""
    cli.run("streams", "apply")
    imported = cli.run("units", "import", csv(tmp_path, PROVINCE, DISTRICT, COMMUNE, ENDED, COMING))
    assert imported.exit_code == 0, imported.output
    file = tmp_path / "thu.yaml"
    file.write_text(PROVINCE_REGIME, encoding="utf-8")
    assert cli.run("regimes", "load", file).exit_code == 0
    return cli


def unit_of(cli: Cli, key: str) -> str | None:
    """The unit whose key this is, as the services find it."""

    async def question(connections: Connections) -> str | None:
        ring = KeyRing(connections.database, connections.reference, system_clock)
        await ring.look()
        found = ring.principal(key, system_clock())
        await ring.look()
        return found.unit if isinstance(found, UnitPrincipal) else None

    found: str | None = cli.ask(question)
    return found


def credentials(cli: Cli) -> list[Credential]:
    async def question(connections: Connections) -> list[Credential]:
        return await CredentialStore(connections.database).all()

    found: list[Credential] = cli.ask(question)
    return found


def issued(cli: Cli, *words: str | Path) -> list[dict[str, Any]]:
    """New HTTP keys; NATS credentials are in test_nats_credentials."""
    found: list[dict[str, Any]] = cli.json("credentials", "issue", *words, "--no-nats")
    return found


def test_a_key_is_shown_once_and_proves_its_unit(stored: Cli) -> None:
    [entry] = issued(stored, "06253")

    assert entry.keys() == {"unit", "http_key", "nats_creds"}
    assert entry["unit"] == "06253"
    assert unit_of(stored, entry["http_key"]) == "06253"
    listed = stored.run("credentials", "list").output + str(stored.json("credentials", "list"))
    assert entry["http_key"] not in listed
    assert entry["http_key"][3:] not in listed


def test_a_regime_gets_a_key_for_each_unit_that_it_asks_today(stored: Cli) -> None:
    assert [entry["unit"] for entry in issued(stored, "20", "--regime", "thu")] == ["06253", "184", "20"]


@pytest.mark.parametrize(
    ("unit", "code", "said"),
    [
        ("99999", "cli.unknown_unit", "99999"),
        ("06256", "credentials.unit_ended", f"{TODAY:%d/%m/%Y}"),
        ("06257", "credentials.unit_not_begun", f"{TOMORROW:%d/%m/%Y}"),
    ],
)
def test_only_a_unit_of_today_gets_credentials(stored: Cli, unit: str, code: str, said: str) -> None:
    answer = stored.refused("credentials", "issue", "06253", unit, code=session.WRONG_USE)

    assert code in answer
    assert said in answer
    assert credentials(stored) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "credentials.nobody_named"),
        (("06253", "--until", "2020-01-01"), "credentials.not_a_coming_day"),
        (("06253", "--until", "soon"), "credentials.not_a_coming_day"),
        (("06253", "--may", "send,write"), "credentials.unknown_right"),
        (("06253", "--may", ""), "credentials.unknown_right"),
        (("06253", "--replaces", "--overlap", "2 weeks"), "credentials.not_an_overlap"),
        (("--regime", "khong-co"), "cli.unknown_regime"),
    ],
)
def test_wrong_use_is_named_and_nothing_is_issued(stored: Cli, words: tuple[str, ...], code: str) -> None:
    assert code in stored.refused("credentials", "issue", *words, code=session.WRONG_USE)
    assert credentials(stored) == []


def test_rights_and_expiry_are_as_given(stored: Cli) -> None:
    issued(stored, "06253", "--may", "read", "--until", TOMORROW.isoformat())
    [found] = credentials(stored)

    assert found.may == {"read"}
    assert found.expires_at.astimezone(periods.VIETNAM).isoformat() == f"{TOMORROW + timedelta(days=1)}T00:00:00+07:00"
    assert found.issued_by.startswith("operator/")


def test_without_an_expiry_it_is_400_days(stored: Cli) -> None:
    issued(stored, "06253")
    [found] = credentials(stored)

    assert found.expires_at - found.issued_at == timedelta(days=400)


def test_a_second_key_leaves_the_first_one_valid(stored: Cli) -> None:
    [first], [second] = issued(stored, "06253"), issued(stored, "06253")

    assert [unit_of(stored, one["http_key"]) for one in (first, second)] == ["06253", "06253"]


def test_a_key_that_replaces_others_lets_them_end_after_the_overlap(stored: Cli) -> None:
    issued(stored, "06253", "184")
    issued(stored, "06253", "--replaces", "--overlap", "3d")

    left = {(one.holder.unit, (one.expires_at - datetime.now(UTC)).days) for one in credentials(stored)}
    assert left == {("06253", 2), ("06253", 399), ("184", 399)}


def test_a_revoked_key_proves_nothing_and_the_others_go_on(stored: Cli) -> None:
    [first], [second] = issued(stored, "06253"), issued(stored, "06253")
    number = next(one.id for one in credentials(stored))

    assert stored.json("credentials", "revoke", "06253", "--id", number) == {"revoked": [number]}

    assert [unit_of(stored, one["http_key"]) for one in (first, second)] == [None, "06253"]
    assert len(stored.json("credentials", "revoke", "06253")["revoked"]) == 1
    assert stored.json("credentials", "revoke", "06253") == {"revoked": []}


def test_what_is_revoked_must_exist(stored: Cli) -> None:
    issued(stored, "06253")

    assert "credentials.no_such" in stored.refused("credentials", "revoke", "06253", "--id", "abc", code=session.WRONG_USE)
    assert "cli.unknown_unit" in stored.refused("credentials", "revoke", "99999", code=session.WRONG_USE)


def test_the_list_says_when_a_key_was_used_and_what_became_of_it(stored: Cli) -> None:
    [entry] = issued(stored, "06253")
    issued(stored, "184")
    unit_of(stored, entry["http_key"])
    stored.run("credentials", "revoke", "184")

    used, revoked = stored.json("credentials", "list")["credentials"]

    assert (used["unit"], used["state"], used["kind"], used["may"]) == ("06253", "valid", "http", ["read", "send"])
    assert used["last_use"] is not None
    assert (revoked["unit"], revoked["state"], revoked["last_use"]) == ("184", "revoked", None)
    assert stored.json("credentials", "list", "184")["credentials"] == [revoked]
    said = stored.run("credentials", "list").stdout
    assert all(word in said for word in ("còn hiệu lực", "đã thu hồi", "khóa HTTP", "06253"))
    assert used["id"] in said  # whole, since `revoke --id` takes it


def test_each_unit_gets_a_private_file_and_the_sheet_has_no_secret(stored: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "giao"
    entries = issued(stored, "--regime", "thu", "--out", folder)

    files = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert {"06253.txt", "184.txt", "phieu-ban-giao.html"} <= files.keys()
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for entry in entries:
        assert entry["http_key"] in files[f"{entry['unit']}.txt"]
        assert "/v1/reports" in files[f"{entry['unit']}.txt"]
        assert not any(entry["http_key"][3:] in text for name, text in files.items() if name != f"{entry['unit']}.txt")
    sheet = files["phieu-ban-giao.html"]
    assert all(credential.id in sheet for credential in credentials(stored))
    assert "Ký nhận" in sheet


def test_files_are_not_overwritten_and_nothing_is_issued_then(stored: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "giao"
    issued(stored, "06253", "--out", folder)
    text = (folder / "06253.txt").read_text(encoding="utf-8")

    assert "credentials.file_exists" in stored.refused("credentials", "issue", "06253", "--out", folder)

    assert (folder / "06253.txt").read_text(encoding="utf-8") == text
    assert len(credentials(stored)) == 1


@pytest.mark.parametrize("folder", ["/dev/null/giao", "/proc/giao", "{}/tệp"])
def test_a_folder_that_cannot_be_written_to_is_named_before_anything_is_issued(stored: Cli, tmp_path: Path, folder: str) -> None:
    (tmp_path / "tệp").write_text("", encoding="utf-8")

    assert "credentials.not_written" in stored.refused("credentials", "issue", "06253", "--out", folder.format(tmp_path))
    assert credentials(stored) == []


def test_a_disk_that_is_full_is_said_and_leaves_no_unfinished_file(stored: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "giao"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        said = stored.refused("credentials", "issue", "06253", "--out", folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert "credentials.not_written" in said
    assert list(folder.iterdir()) == []


def test_a_folder_that_others_can_read_is_refused(stored: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "giao"
    folder.mkdir(mode=0o755)

    assert "credentials.folder_is_open" in stored.refused("credentials", "issue", "06253", "--out", folder)
    assert credentials(stored) == []


def test_a_database_without_a_usable_key(stored: Cli) -> None:
    """Nothing that is stored, in any collection, is a key or leads to one."""
    keys = [entry["http_key"] for entry in issued(stored, "06253", "184")]
    unit_of(stored, keys[0])
    stored.run("credentials", "issue", "06253", "--replaces")
    stored.run("credentials", "revoke", "184")

    async def question(connections: Connections) -> str:
        names = await connections.database.list_collection_names()
        return "\n".join([str(await connections.database[name].find().to_list(None)) for name in names])

    dump: str = stored.ask(question)
    assert "credential.issued" in dump
    assert "th_" not in dump
    assert [key for key in keys if key in dump or key[3:] in dump] == []


def test_a_receiver_gets_a_key_that_reads_its_feeds_and_sends_nothing(stored: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "giao"
    [entry] = stored.json("credentials", "receiver", "so-noi-vu", "--feed", "20", "--regime", "thu", "--out", folder, "--no-nats")

    assert entry.keys() == {"receiver", "http_key", "nats_creds"}
    [found] = credentials(stored)
    assert (found.holder.receiver, found.holder.unit, found.holder.feeds) == ("so-noi-vu", None, (FeedScope("20", "thu"),))
    assert found.may == {"read"}
    assert unit_of(stored, entry["http_key"]) is None
    text = (folder / "so-noi-vu.txt").read_text(encoding="utf-8")
    assert entry["http_key"] in text
    assert "/api/v1/feeds/20/thu" in text
    assert text.startswith("so-noi-vu\n")
    assert stored.json("credentials", "list", "so-noi-vu")["credentials"][0]["receiver"] == "so-noi-vu"
    assert stored.json("credentials", "revoke", "so-noi-vu") == {"revoked": [found.id]}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("so.noi.vu", "--feed", "20"), "credentials.not_a_receiver"),
        (("so*", "--feed", "20"), "credentials.not_a_receiver"),
        (("06253", "--feed", "20"), "credentials.not_a_receiver"),
        (("so-noi-vu", "--feed", "184"), "credentials.not_at_the_top"),
        (("so-noi-vu", "--feed", "99"), "cli.unknown_unit"),
        (("so-noi-vu", "--feed", "20", "--regime", "khong-co"), "cli.unknown_regime"),
    ],
)
def test_a_receiver_that_is_not_right_gets_nothing(stored: Cli, words: tuple[str, ...], code: str) -> None:
    assert code in stored.refused("credentials", "receiver", *words, code=session.WRONG_USE)
    assert credentials(stored) == []
