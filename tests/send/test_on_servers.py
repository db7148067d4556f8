"""The client against a real ingest on a real nats-server and mongod, over both ways."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.send.nats_door import NatsDoor
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import subjects
from shared.words.reference import Reference
from tests import nats_users, running, scans, seeds
from tests.identities import put_key
from tests.send.conftest import Machine, report
from tests.send.office import CODE, UNIT, Json


@dataclass
class Town:
    """A machine with the unit's key and credentials, and what the servers have."""

    machine: Machine
    connections: Connections
    nats_url: str
    creds: str

    async def rows(self, *reports: Json, code: int = 0, via: str = "http", outbox: str = "outbox") -> list[Json]:
        """What the command prints. The outbox of the two ways is not the same, unless a test says so."""
        more = {"via": via, "nats_url": self.nats_url, "creds": self.creds, "outbox": str(self.machine.folder / outbox)}
        file = [self.machine.file(*reports)] if reports else []
        return await asyncio.to_thread(lambda: self.machine.rows(*file, code=code, **more))

    async def claimed(self) -> list[tuple[str, str]]:
        """Id and verdict of every event that ingest has decided about."""
        found = [document async for document in self.connections.database["receipts"].find()]
        return sorted((str(one["_id"]), str(one["verdict"])) for one in found)


@pytest.fixture
async def town(connections: Connections, settings: Settings, reformed: Reference, tmp_path: Path) -> Town:
    await connections.reference.put_units(reformed.registry.at(max(reformed.reform_days)).within("20"))
    await connections.reference.put_regimes(seeds.changing_regimes())
    now, creds = datetime.now(UTC), tmp_path / f"{UNIT}.creds"
    creds.write_text(nats_users.keys().unit(UNIT, now, now + timedelta(days=1)).text, encoding="utf-8")
    machine = Machine(tmp_path, f"http://127.0.0.1:{settings.ingest_port}")
    machine.environment = {"TONGHOP_KEY": await put_key(connections.database, UNIT)}
    return Town(machine, connections, str(settings.nats_url), str(creds))


async def test_reports_go_over_both_ways_and_each_counts_once(
    town: Town, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (report(unit=CODE, values={"gd_ngay_cong": number}) for number in (340, 341, 342))
    wrong = report("2025", unit=CODE, values={"khong_co": 1})

    assert [row["verdict"] for row in await town.rows(first, code=3)] == ["waiting"]  # nobody listens yet
    with monkeypatch.context() as patch:
        patch.setattr(NatsDoor.__init__, "__defaults__", (0.2,))
        waits = await town.rows(second, code=3, via="nats", outbox="nats")
    assert [row["verdict"] for row in waits] == ["waiting"]  # stored, and not judged
    async with running.running(settings, tmp_path, "ingest"):
        await town.connections.streams.client.publish(subjects.receipts(UNIT), b'{"event_id": "x"}')
        # over NATS the event was judged as soon as ingest ran: the repeat tells the verdict
        assert [row["revision"] for row in await town.rows(via="nats", outbox="nats")] == [1]
        assert [row["verdict"] for row in await town.rows()] == ["accepted"]
        assert [row["verdict"] for row in await town.rows(first)] == ["unchanged"]
        [third_row] = await town.rows(third)
        assert third_row["verdict"] == "accepted"
        assert [verdict for _, verdict in await town.claimed()] == ["accepted"] * 3
        # what NATS does not know: others have sent since; the receipt says so, and the report is sent again
        [late] = await town.rows(report(unit=CODE, values={"gd_ngay_cong": 343}), via="nats", outbox="other")
        assert late["verdict"] == "accepted"
        assert late["revision"] >= third_row["revision"]
        assert "report.superseded" not in [one["code"] for one in late["warnings"]]
        [refused] = await town.rows(wrong, via="nats", outbox="nats", code=1)
        assert (refused["verdict"], refused["errors"][0]["code"]) == ("rejected", "report.unknown_indicator")
        # without a code the form tells it; a dry run leaves nothing; an unknown regime is refused
        before = await town.claimed()
        file = town.machine.file(report("2025"))
        [tried] = await asyncio.to_thread(lambda: town.machine.rows(file, is_dry_run=True))
        assert (tried["verdict"], tried["unit"], tried["revision"], tried["changes"]) == ("accepted", CODE, 1, None)  # no aggregator runs
        assert await town.claimed() == before
        rows = await town.rows(report("2025"), report("2025", values={"gd_ngay_cong": 1}), report(regime="khong-co"), code=1)
        assert [row["verdict"] for row in rows] == ["accepted", "accepted", "rejected"]
        assert [(row["unit"], row["revision"]) for row in rows] == [(CODE, 1), (CODE, 2), ("", 0)]
        [again] = await town.rows(wrong, code=1)  # another outbox, the same event: judged anew
        assert again["verdict"] == "rejected"
        await a_table_goes_and_counts_once(town)
        await a_scan_goes_with_its_report(town, tmp_path / "Bản quét.pdf")


async def a_scan_goes_with_its_report(town: Town, scan: Path) -> None:
    scan.write_bytes(scans.pdf())
    signed = town.machine.file(report("2025", unit=CODE, notes={"gd_ngay_cong": "Có bản ký."}))
    [row] = await asyncio.to_thread(lambda: town.machine.rows(signed, attach=(str(scan),)))
    assert row["verdict"] == "accepted", row
    stored = await town.connections.database["attachments.files"].find_one()
    assert stored is not None
    assert stored["metadata"]["used_by"] == f"ct27-van-quan/2025/{UNIT}"


async def a_table_goes_and_counts_once(town: Town) -> None:
    """A file that the server reads: twice the same, and once with a wrong cell."""
    table = town.machine.folder / "bang.csv"
    text = "Chế độ;Kỳ;Mã đơn vị;gd_ngay_cong;gd_tien_tai_tro\nct27-van-quan;2025;06253;1.344;1.234,5\n"
    table.write_text(text, encoding="utf-16")
    before = await town.claimed()
    for verdict in ("accepted", "duplicate"):
        [row] = await asyncio.to_thread(lambda: town.machine.rows(str(table)))
        assert (row["verdict"], row["line"], row["unit"]) == (verdict, 2, CODE)
    assert len(await town.claimed()) == len(before) + 1
    table.write_text(text.replace("1.234,5", "1.234"), encoding="utf-8")
    [row] = await asyncio.to_thread(lambda: town.machine.rows(str(table), code=1))
    assert [(one["code"], one["path"]) for one in row["errors"]] == [("report.ambiguous_number", "2:5")]


async def test_credentials_of_another_installation_are_refused(town: Town, tmp_path: Path) -> None:
    text = Path(town.creds).read_text(encoding="utf-8")
    head, _, rest = text.partition(".")
    body, _, signature = rest.partition(".")
    Path(town.creds).write_text(f"{head}.{body}.{'A' * 20}{signature[20:]}", encoding="utf-8")

    rows = await town.rows(report(unit=CODE), via="nats", code=1)

    assert [row["verdict"] for row in rows] == ["waiting"]
    assert "[send.login_refused]" in town.machine.said


async def test_a_broker_that_is_away_keeps_everything_here(town: Town) -> None:
    town.nats_url = "nats://127.0.0.1:9"

    assert [row["verdict"] for row in await town.rows(report(unit=CODE), via="nats", code=3)] == ["waiting"]
    assert "[send.away]" in town.machine.said


async def test_without_a_code_the_first_report_over_nats_says_what_is_missing(town: Town) -> None:
    rows = await town.rows(report(), via="nats", code=3)

    assert [row["verdict"] for row in rows] == ["waiting"]
    assert "[send.unit_not_known]" in town.machine.said
    assert json.dumps(rows)
