"""`tonghop streams|units|regimes` on real servers: answers, exit codes, and that a repeat changes nothing."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from services.cli import session
from services.cli.app import app
from services.cli.data import REGIME_FILES
from services.devstack.servers import choose_ports
from shared.shell.service import Connections
from shared.wire import subjects
from tests import nats_users
from tests.cli.conftest import Cli, point_at
from tests.cli.files import COMMUNE, DERIVED, DISTRICT, PROVINCE, REGIME, csv, regime

STREAMS = ["INBOX", "REPORTS", "FEED", "ALERTS", "PARKED"]


# Streams


def test_applying_streams_makes_them_and_again_changes_nothing(cli: Cli) -> None:
    assert cli.json("streams", "apply") == {"changed": STREAMS}

    assert cli.json("streams", "apply") == {"changed": []}


def test_applying_streams_mends_one_that_was_changed(cli: Cli) -> None:
    cli.run("streams", "apply")

    async def change(connections: Connections) -> None:
        config = connections.declaration.stream_config(subjects.INBOX)
        config.max_msg_size = 10
        await connections.streams.jetstream.update_stream(config)

    cli.ask(change)

    assert cli.json("streams", "apply") == {"changed": [subjects.INBOX]}


def test_a_person_is_told_what_changed(cli: Cli) -> None:
    assert cli.run("streams", "apply").stdout == f"Luồng: {', '.join(STREAMS)}.\n"
    assert cli.run("streams", "apply").stdout == "Luồng: không có gì thay đổi.\n"


# Units


def test_importing_the_units_of_the_product_twice_changes_nothing(cli: Cli) -> None:
    assert cli.json("units", "import") == {"units": 10_818, "changed": 10_818}
    assert cli.generation() == 1

    assert cli.json("units", "import") == {"units": 10_818, "changed": 0}
    assert cli.generation() == 1


def test_a_changed_unit_is_counted_and_raises_the_generation(cli: Cli, tmp_path: Path) -> None:
    cli.run("units", "import", csv(tmp_path, PROVINCE, DISTRICT, COMMUNE))

    assert cli.json("units", "import", csv(tmp_path, PROVINCE, DISTRICT, COMMUNE.replace("Thị trấn", "Xã"))) == {"units": 3, "changed": 1}

    assert cli.generation() == 2


def test_a_reform_gives_a_re_used_code_to_a_unit_of_its_own(cli: Cli, tmp_path: Path) -> None:
    cli.run("units", "import", csv(tmp_path, PROVINCE, DISTRICT, COMMUNE))
    later = COMMUNE.replace("2024-01-01", "2025-07-01")

    assert cli.json("units", "import", csv(tmp_path, COMMUNE + "2025-07-01", later)) == {"units": 2, "changed": 2}
    assert cli.json("units", "import", csv(tmp_path, later)) == {"units": 1, "changed": 0}

    async def ids(connections: Connections) -> list[str]:
        return sorted((await connections.reference.current()).registry.ids)

    assert cli.ask(ids) == ["06253", "06253-2025", "184", "20"]


def test_contacts_are_kept_when_units_are_imported_again(cli: Cli, tmp_path: Path) -> None:
    units = csv(tmp_path, PROVINCE, DISTRICT)
    contacts = csv(tmp_path, "184,Văn phòng,0205,a@b.vn", header="unit,name,phone,email", name="contacts.csv")

    assert cli.json("units", "import", units, "--contacts", contacts) == {"units": 2, "changed": 2}
    assert cli.json("units", "import", units) == {"units": 2, "changed": 0}


def test_a_broken_unit_file_is_refused_with_every_line_and_nothing_is_stored(cli: Cli, tmp_path: Path) -> None:
    path = csv(tmp_path, PROVINCE, DISTRICT.replace("2024-01-01", "hôm nay"), COMMUNE.replace("commune", ""))

    said = cli.refused("units", "import", path)

    assert [line.partition(": ")[2].partition(":")[0] for line in said.splitlines()] == ["dòng 3", "dòng 4"]
    assert all(line.startswith(str(path)) for line in said.splitlines())
    assert cli.generation() == 0


def test_people_read_vietnamese_numbers(cli: Cli, tmp_path: Path) -> None:
    lines = [COMMUNE.replace(",184,", ",20,").replace("06253", f"c{number}") for number in range(1200)]

    assert cli.run("units", "import", csv(tmp_path, PROVINCE, *lines)).stdout == "Đơn vị: đọc 1.201, thay đổi 1.201.\n"


# Regimes


def test_checking_the_regimes_of_the_product_needs_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_NATS_URL", "nats://127.0.0.1:1")

    result = CliRunner().invoke(app, ["regimes", "check", "--json"])

    assert result.exit_code == session.FINE
    answer = orjson.loads(result.stdout)
    assert answer["faults"] == []
    assert answer["regimes"] == list(answer["deadlines"]) == sorted(path.stem for path in REGIME_FILES[0].glob("*.yaml"))


def test_checking_a_broken_file_says_where_it_is_broken(cli: Cli, tmp_path: Path) -> None:
    path = regime(tmp_path, REGIME.replace("kind: flag", "kind: flags"))

    answer = cli.json("regimes", "check", path, code=session.NO)

    [fault] = answer["faults"]
    assert answer["regimes"] == []
    assert (fault["file"], fault["line"], fault["path"]) == (str(path), 19, "indicators.1.kind")
    assert fault["code"] == "field.not_an_option"
    assert all("“flags”" in fault[name] for name in ("message_vi", "message_en"))
    assert cli.refused("regimes", "check", path).startswith(f"{path}: dòng 19, indicators.1.kind: ")


def test_loading_regimes_twice_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    cli.run("units", "import", csv(tmp_path, PROVINCE, DISTRICT))
    regime(tmp_path)
    regime(tmp_path, DERIVED, "dan-xuat.yaml")

    assert cli.json("regimes", "load", tmp_path) == {"regimes": ["dan-xuat", "thu"], "changed": ["dan-xuat", "thu"]}
    generation = cli.generation()
    assert cli.json("regimes", "load", tmp_path) == {"regimes": ["dan-xuat", "thu"], "changed": []}

    assert cli.generation() == generation
    assert cli.run("regimes", "load", tmp_path).stdout == "Chế độ báo cáo: đọc 2, không có gì thay đổi.\n"


def test_a_regime_that_names_an_unknown_unit_is_not_loaded(cli: Cli, tmp_path: Path) -> None:
    cli.run("units", "import", csv(tmp_path, PROVINCE))

    assert "Không có đơn vị “98”" in cli.refused("regimes", "load", regime(tmp_path, REGIME.replace('recipient: "20"', 'recipient: "98"')))
    assert cli.generation() == 1


def test_a_regime_that_changes_the_meaning_of_an_indicator_is_not_loaded(cli: Cli, tmp_path: Path) -> None:
    cli.run("units", "import", csv(tmp_path, PROVINCE, DISTRICT))
    cli.run("regimes", "load", regime(tmp_path))

    assert "indicators.co" in cli.refused("regimes", "load", regime(tmp_path, REGIME.replace("kind: flag", "kind: ratio")))
    cli.run("regimes", "load", regime(tmp_path, REGIME.partition("indicators:")[0] + "indicators: []\n"))  # left out, and back as another
    assert "indicators.co" in cli.refused("regimes", "load", regime(tmp_path, REGIME.replace("kind: flag", "kind: ratio")))


def test_a_check_refuses_a_changed_meaning_as_a_load_does(cli: Cli, tmp_path: Path) -> None:
    cli.run("units", "import", csv(tmp_path, PROVINCE, DISTRICT))
    cli.run("regimes", "load", regime(tmp_path))
    path = regime(tmp_path, REGIME.replace("decimals: 2", "decimals: 3"))

    [fault] = cli.json("regimes", "check", path, code=session.NO)["faults"]

    assert (fault["code"], fault["path"]) == ("regime.meaning_changed", "indicators.so")
    assert cli.refused("regimes", "check", path) == cli.refused("regimes", "load", path)


def test_a_regime_without_what_another_derives_from_it_is_not_loaded(cli: Cli, tmp_path: Path) -> None:
    cli.run("units", "import", csv(tmp_path, PROVINCE, DISTRICT))
    regime(tmp_path)
    regime(tmp_path, DERIVED + "derived_indicators: [co]\n", "dan-xuat.yaml")
    cli.run("regimes", "load", tmp_path)
    without = regime(tmp_path, REGIME[: REGIME.index("  - code: co")])

    assert "dan-xuat" in cli.refused("regimes", "load", without)


def test_a_broken_regime_file_is_not_loaded(cli: Cli, tmp_path: Path) -> None:
    assert "dòng 2" in cli.refused("regimes", "load", regime(tmp_path, "id: thu\nid: hai\n"))


# Exit codes


@pytest.mark.parametrize(
    "arguments",
    [["streams"], ["streams", "drop"], ["units", "import", "--force"], ["regimes", "check", "--json=yes"], ["nothing"]],
)
def test_wrong_use_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == session.WRONG_USE


COMMANDS = [["streams", "apply"], ["units", "import"], ["regimes", "load"]]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("away", ["nats_url", "mongo_url"])
def test_a_server_that_is_away_ends_with_3(cli: Cli, arguments: list[str], away: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SERVER_S", 0.5)
    monkeypatch.setattr("shared.plumbing.mongo.SERVER_SELECTION_MS", 300)
    port = choose_ports(defaults=False).nats
    point_at(
        monkeypatch,
        cli.settings,
        **{away: {"nats_url": f"nats://127.0.0.1:{port}", "mongo_url": f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"}[away]},
    )

    assert "cli.server_away" in cli.refused(*arguments, code=session.AWAY)


@pytest.mark.long
def test_the_process_of_a_command_ends_with_3_and_without_a_traceback(tmp_path: Path) -> None:
    port = choose_ports(defaults=False).nats

    done = subprocess.run(
        [sys.executable, "-m", "services.cli.app", "units", "import", "--json"],
        env={
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TONGHOP_NATS_URL": f"nats://127.0.0.1:{port}",
            "TONGHOP_NATS_CREDS": nats_users.creds(),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (session.AWAY, "")
    assert len(done.stderr.splitlines()) == 1
    assert "cli.server_away" in done.stderr


def test_settings_that_make_no_sense_end_with_2_and_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.cli.app", "streams", "apply"],
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "TONGHOP_REPLICAS": "ba"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == session.WRONG_USE
    assert "Traceback" not in done.stderr
    assert "TONGHOP_REPLICAS" in done.stderr.upper()
