"""What can be checked of the containers without an engine: names, paths, variables, and the broker's configurations."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cli.embedded import servers
from services.cli.embedded.ports import choose_ports
from services.cli.embedded.process import ROOT
from services.cli.embedded.runfolder import environment
from services.cli.embedded.supervisor import SETUP_COMMANDS
from shared.settings import Settings

COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APPS = ("ingest", "aggregate", "notify", "portal")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::\?[^}]*)?\}")
EXAMPLE = dict(
    line.split("=", 1) for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
)


def filled_in(text: str) -> str:
    return VARIABLE.sub(lambda found: EXAMPLE[found[1]], text)


def tonghop_commands() -> list[tuple[str, ...]]:
    """The `tonghop …` commands of the set-up, without `tonghop`."""
    script: str = SERVICES["setup"]["command"][2]
    return [tuple(command.split()[1:]) for command in script.split(" && ")]


def test_every_variable_is_documented_and_every_documented_one_is_used() -> None:
    assert set(VARIABLE.findall(COMPOSE_TEXT)) == set(EXAMPLE)


def test_no_secret_has_a_value_in_the_example() -> None:
    secrets = {name for name in EXAMPLE if name.endswith(("PASSWORD", "KEY"))}
    assert {EXAMPLE[name] for name in secrets} == {""}
    assert secrets == set(re.findall(r"\$\{(\w+):\?", COMPOSE_TEXT)), "compose must refuse to start without them"


def test_every_image_has_a_pinned_tag() -> None:
    images = {filled_in(service["image"]) for service in SERVICES.values()} | {f"python:{EXAMPLE['PYTHON_TAG']}"}
    for image in images:
        assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+[\w.-]*", image), image


def test_every_mounted_file_and_named_volume_exists() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"], source


def test_mounted_scripts_are_executable() -> None:
    assert os.access(ROOT / "deploy/mongo/entrypoint.sh", os.X_OK)


def test_the_build_copies_only_what_exists_and_is_not_ignored() -> None:
    build = SERVICES["setup"]["build"]
    dockerfile = (ROOT / build["context"] / build["dockerfile"]).read_text(encoding="utf-8")
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(\S+) ", dockerfile, re.MULTILINE)
    assert copied
    for path in copied:
        assert (ROOT / path).exists(), path
        assert path in let_in, path


@pytest.mark.parametrize("name", APPS)
def test_every_service_runs_a_module_that_exists_and_is_watched(name: str) -> None:
    assert SERVICES[name]["command"] == ["python", "-m", f"services.{name}"]
    assert importlib.util.find_spec(f"services.{name}.__main__") is not None
    port = f"${{TONGHOP_{name.upper()}_PORT}}"
    assert f"127.0.0.1:{port}/readyz" in SERVICES[name]["healthcheck"]["test"][-1]
    assert SERVICES[name]["ports"] == [f"${{PUBLISH_ADDRESS}}:{port}:{port}"]


def test_nothing_is_published_beyond_this_machine_by_default() -> None:
    assert EXAMPLE["PUBLISH_ADDRESS"] == "127.0.0.1"
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert all(port.startswith("${PUBLISH_ADDRESS}:") for port in published)


def test_containers_are_set_up_as_the_embedded_stack_is() -> None:
    assert tonghop_commands() == list(SETUP_COMMANDS)


@pytest.mark.parametrize("command", tonghop_commands(), ids=" ".join)
def test_every_set_up_command_exists_and_so_do_its_files(command: tuple[str, ...]) -> None:
    words = [word for word in command if "/" not in word]
    answer = subprocess.run([sys.executable, "-m", "services.cli.app", *words, "--help"], cwd=ROOT, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stderr.decode()
    for path in set(command) - set(words):
        assert (ROOT / path).exists(), path


def test_every_setting_given_to_a_service_is_one_and_is_valid() -> None:
    given = {key: filled_in(value) for key, value in SERVICES["ingest"]["environment"].items()}
    fields = {name.removeprefix("TONGHOP_").lower(): value for name, value in given.items()}
    assert set(fields) <= set(Settings.model_fields)
    Settings.model_validate(fields)


def test_services_know_every_member_of_both_clusters() -> None:
    environment = SERVICES["ingest"]["environment"]
    for name in SERVICES:
        if re.fullmatch(r"nats-\d", name):
            assert name in environment["TONGHOP_NATS_URL"]
            assert f"nats-route://{name}:6222" in (ROOT / "deploy/nats/cluster.conf").read_text(encoding="utf-8")
        if re.fullmatch(r"mongo-\d", name):
            assert name in environment["TONGHOP_MONGO_URL"]
            assert f"{name}:27017" in (ROOT / "deploy/mongo/init.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["nats-server.conf", "cluster.conf"])
def test_the_broker_accepts_its_configuration_and_syncs_always(name: str, tmp_path: Path) -> None:
    config = ROOT / "deploy" / "nats" / name
    env = {
        "TONGHOP_NATS_NAME": "nats-1",
        "TONGHOP_NATS_PORT": "4222",
        "TONGHOP_NATS_HTTP_PORT": "8222",
        "TONGHOP_NATS_STORE": f'"{tmp_path}"',
    }
    checked = subprocess.run([servers.find_nats_server(), "-t", "-c", config], env=env, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert re.search(r"^\s*sync_interval: always$", config.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_service_asks_every_nats_server_for_its_disk_setting() -> None:
    monitored = SERVICES["ingest"]["environment"]["TONGHOP_NATS_MONITOR_URL"].split(",")
    servers_named = SERVICES["ingest"]["environment"]["TONGHOP_NATS_URL"].split(",")
    assert monitored == [server.replace("nats://", "http://").replace(":4222", ":8222") for server in servers_named]
    assert "http_port: 8222" in (ROOT / "deploy/nats/cluster.conf").read_text(encoding="utf-8")
    assert environment(choose_ports(defaults=False)).keys() >= {"TONGHOP_NATS_MONITOR_URL"}
