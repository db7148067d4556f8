"""Checks of the containers that need no engine: names, paths, variables, and the broker's configurations."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer.testing import CliRunner

from services.cli import certificates
from services.cli.app import app
from services.cli.certificate_files import Folder
from services.cli.data import REGIME_FILES, UNIT_FILES
from services.devstack import mongo_users, servers
from services.devstack.environment import environment
from services.devstack.ports import choose_ports
from services.devstack.runfolder import RunFolder
from services.devstack.supervisor import SETUP_COMMANDS
from shared.plumbing import streams, tls
from shared.shell.settings import USERS, ScanSettings, ServiceSettings
from shared.wire import collection_names
from tests import nats_users
from tests.certificates import made

ROOT = Path(__file__).parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APPS = ("ingest", "aggregate", "notify", "portal")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::\?[^}]*)?\}")
OF_COMPOSE = {"COMPOSE_PROJECT_NAME"}  # read by compose itself
EXAMPLE = dict(
    line.split("=", 1) for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
)


def filled_in(text: str) -> str:
    return VARIABLE.sub(lambda found: EXAMPLE[found[1]] or "0" * 64, text)  # secrets are filled in by deploy/secrets.sh


def tonghop_commands() -> list[tuple[str, ...]]:
    """The `tonghop …` commands of the set-up, without `tonghop`."""
    script: str = SERVICES["setup"]["command"][2]
    return [tuple(command.split()[1:]) for command in script.split(" && ")]


def test_every_variable_is_documented_and_every_documented_one_is_used() -> None:
    assert set(VARIABLE.findall(COMPOSE_TEXT)) | OF_COMPOSE == set(EXAMPLE)


def test_the_project_is_named_in_a_way_that_every_compose_takes() -> None:
    assert "name" not in COMPOSE, "compose 1.29 refuses it"
    assert EXAMPLE["COMPOSE_PROJECT_NAME"] == "tonghop"


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_container_says_is_kept_up_to_a_bound(name: str) -> None:
    assert SERVICES[name]["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}


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
            if not source.startswith(("./deploy/tls", "./deploy/nats-keys")):  # made by the service `certificates`
                assert (ROOT / source).exists() if source.startswith("./") else source in COMPOSE["volumes"], source


@pytest.mark.parametrize("name", [*APPS, "setup"])
def test_what_an_agency_writes_itself_is_read_from_its_folder_where_the_code_looks_for_it(name: str) -> None:
    mounted = dict(volume.removesuffix(":ro").split(":") for volume in SERVICES[name]["volumes"])
    for path in (streams.DECLARATION, *REGIME_FILES, *UNIT_FILES, ROOT / EXAMPLE["TONGHOP_CALENDAR_DAYS"]):
        place = path.relative_to(ROOT)
        assert any(place.is_relative_to(source) and target == f"/app/{Path(source)}" for source, target in mounted.items()), place


def test_the_scanner_of_attached_files_is_known_to_those_who_take_them() -> None:
    told = {name for name, service in SERVICES.items() if "TONGHOP_SCAN_COMMAND" in service.get("environment", {})}
    assert told == {"ingest", "portal"}
    assert EXAMPLE["TONGHOP_SCAN_COMMAND"] == ScanSettings.model_fields["scan_command"].default


@pytest.mark.parametrize("script", ["deploy/certificates.sh", "deploy/mongo/entrypoint.sh", "deploy/ready.sh", "deploy/secrets.sh"])
def test_scripts_that_are_run_are_executable(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


def test_the_build_copies_only_what_exists_and_is_not_ignored() -> None:
    [build] = [service["build"] for service in SERVICES.values() if "build" in service]
    dockerfile = (ROOT / build["context"] / build["dockerfile"]).read_text(encoding="utf-8")
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(\S+) ", dockerfile, re.MULTILINE)
    assert copied
    for path in copied:
        assert (ROOT / path).exists(), path
        assert path.split("/")[0] in let_in, path


def test_packages_are_installed_before_the_code_is_copied_and_the_code_without_a_network() -> None:
    dockerfile = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    packages, code = (
        dockerfile.index("pip install --require-hashes --no-deps -r deploy/requirements.txt"),
        dockerfile.index("COPY services"),
    )
    own = dockerfile.index("pip install --no-deps --no-build-isolation -e .")
    assert packages < code < own
    assert dockerfile.count("pip install") == 2


@pytest.mark.parametrize("name", APPS)
def test_every_service_runs_a_module_that_exists_and_is_watched(name: str) -> None:
    assert SERVICES[name]["command"] == ["python", "-m", f"services.{name}"]
    assert importlib.util.find_spec(f"services.{name}.__main__") is not None
    monitor_port = f"${{TONGHOP_{name.upper()}_MONITOR_PORT}}"
    assert SERVICES[name]["healthcheck"]["test"] == ["CMD", "deploy/ready.sh", monitor_port]
    assert SERVICES[name]["ports"][-1] == f"${{MONITOR_ADDRESS}}:{monitor_port}:{monitor_port}"
    assert urlsplit(SERVICES["setup"]["environment"][f"TONGHOP_{name.upper()}_URL"]).hostname == name
    assert SERVICES["setup"]["environment"][f"TONGHOP_{name.upper()}_MONITOR_PORT"] == monitor_port


@pytest.mark.parametrize("name", ["ingest", "portal"])
def test_what_others_reach_is_published_and_speaks_https(name: str) -> None:
    port = f"${{TONGHOP_{name.upper()}_PORT}}"
    assert SERVICES[name]["ports"][0] == f"${{PUBLISH_ADDRESS}}:{port}:{port}"
    assert SERVICES["setup"]["environment"][f"TONGHOP_{name.upper()}_URL"] == f"https://{name}:{port}"
    given = SERVICES[name]["environment"]
    assert given["TONGHOP_BIND_HOST"] == "0.0.0.0"
    assert (given["TONGHOP_TLS_CERT"], given["TONGHOP_TLS_KEY"]) == (f"deploy/tls/{name}/tls.crt", f"deploy/tls/{name}/tls.key")


@pytest.mark.parametrize("name", ["aggregate", "notify"])
def test_what_nobody_reaches_listens_in_its_container_alone_but_for_its_monitor(name: str) -> None:
    assert len(SERVICES[name]["ports"]) == 1
    assert "TONGHOP_BIND_HOST" not in SERVICES[name]["environment"]


@pytest.mark.parametrize(("name", "kind"), [*((name, USERS[name]) for name in APPS), ("setup", USERS["cli"]), ("rebuild", USERS["cli"])])
def test_no_container_sends_or_takes_plain_text(name: str, kind: type[ServiceSettings]) -> None:
    given = {key.removeprefix("TONGHOP_").lower(): filled_in(value) for key, value in SERVICES[name]["environment"].items()}
    settings = kind.model_validate(given)
    assert tls.faults_of_servers(settings.nats_url, settings.mongo_url) == []
    assert tls.fault_of_listener(settings.bind_host, settings.tls_cert) is None
    assert {server.partition("://")[0] for server in settings.nats_servers} == {"tls"}
    assert f"tlsCAFile=/app/{settings.tls_ca}" in settings.mongo_url


def test_each_container_sees_its_own_certificate_and_only_one_sees_the_authoritys_key() -> None:
    seen = {
        name: {volume.split(":")[0].removeprefix("./deploy/tls") for volume in service["volumes"] if volume.startswith("./deploy/tls")}
        for name, service in SERVICES.items()
        if "volumes" in service
    }
    own = {**{name: {"/ca", f"/{name}"} for name in ("ingest", "portal")}, "certificates": {""}}
    own |= {f"{kind}-{number}": {"/ca", f"/{kind}"} for kind in ("nats", "mongo") for number in (1, 2, 3)}
    assert seen == {name: {"/ca"} for name in seen} | own
    assert "deploy/tls" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines(), "no key in the image"
    assert "deploy/tls/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_each_container_sees_its_own_credentials_and_only_two_see_the_keys_of_nats() -> None:
    prefix = "./deploy/nats-keys"
    seen = {
        name: {volume.split(":")[0].removeprefix(prefix) for volume in service.get("volumes", ()) if volume.startswith(prefix)}
        for name, service in SERVICES.items()
    }
    own = {**{name: {f"/services/{name}"} for name in APPS}, **{f"nats-{number}": {"/server"} for number in (1, 2, 3)}}
    own |= {"certificates": {""}, "setup": {""}, "nats-keep": {""}, "rebuild": {"/creds"}}
    assert {name: places for name, places in seen.items() if places} == own
    for name in APPS:
        assert SERVICES[name]["environment"]["TONGHOP_NATS_CREDS"] == f"deploy/nats-keys/services/{name}"
    assert "deploy/nats-keys" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines(), "no key in the image"
    assert "deploy/nats-keys/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", [name for name in SERVICES if re.match(r"(nats|mongo)-\d", name)])
def test_no_server_starts_before_the_certificates_are_made(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {"certificates": {"condition": "service_completed_successfully"}}


def made_certificates(folder: Path, hosts: str, *words: str) -> dict[str, list[str]]:
    """The hosts of each certificate that the service `certificates` makes in a folder."""
    programs = {"tonghop": f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m services.cli.app "$@"', "chown": 'echo "$@" > chowned'}
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    env = {"PATH": f"{folder}:/usr/bin:/bin", "TLS_HOSTS": hosts}
    [script] = SERVICES["certificates"]["command"]
    subprocess.run([ROOT / script, *words], cwd=folder, env=env, check=True, capture_output=True)
    return {found.name: certificates.hosts_of(found.certificate) for found in Folder(folder / "deploy/tls").found() if found.is_own}


def test_the_certificates_are_for_every_name_by_which_a_container_is_asked(tmp_path: Path) -> None:
    made = made_certificates(tmp_path, "bao-cao.tinh.gov.vn,10.0.0.7")

    names = {"nats": ["nats-1", "nats-2", "nats-3"], "mongo": ["mongo-1", "mongo-2", "mongo-3"]}
    names |= {name: [name, "bao-cao.tinh.gov.vn", "10.0.0.7"] for name in ("ingest", "portal")}
    assert made == {name: [*hosts, "localhost", "127.0.0.1", "::1"] for name, hosts in names.items()}
    assert (tmp_path / "chowned").read_text().split() == ["-R", "10001", "deploy/tls/ingest", "deploy/tls/portal", "deploy/nats-keys"]
    given = {
        file.relative_to(tmp_path / "deploy/nats-keys/services").as_posix()
        for file in (tmp_path / "deploy/nats-keys/services").rglob("*.creds")
    }
    assert given == {f"{name}/{name}.creds" for name in APPS}
    assert "--uid 10001 " in (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    key = (tmp_path / "deploy/tls/portal/tls.key").read_bytes()
    assert made_certificates(tmp_path, "bao-cao.tinh.gov.vn,10.0.0.7", "renew") == made
    assert (tmp_path / "deploy/tls/portal/tls.key").read_bytes() != key
    assert made_certificates(tmp_path, EXAMPLE["TLS_HOSTS"])["portal"] == ["portal", "localhost", "127.0.0.1", "::1"]


def test_no_health_check_starts_an_interpreter() -> None:
    """Three shells of MongoDB every five seconds took 43 % of a core."""
    for name, service in SERVICES.items():
        words = " ".join(service.get("healthcheck", {"test": []})["test"])
        assert not re.search(r"mongosh|mongo |python|node", words), name


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_a_service_is_healthy_when_it_says_that_it_is_ready(status: int, code: int) -> None:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        asked = subprocess.run([ROOT / "deploy/ready.sh", str(server.server_port)], capture_output=True, timeout=20, check=False)
    assert asked.returncode == code


def test_a_service_that_does_not_answer_is_not_healthy() -> None:
    port = choose_ports(defaults=False).ingest
    assert subprocess.run([ROOT / "deploy/ready.sh", str(port)], capture_output=True, timeout=20, check=False).returncode != 0


def test_no_password_stands_in_the_arguments_of_a_process() -> None:
    for name, service in SERVICES.items():
        words = f"{service.get('entrypoint', '')} {service.get('command', '')} {service.get('healthcheck', '')}"
        assert not re.search(r"PASSWORD|KEY|mongodb://", words), name


def test_nothing_is_published_beyond_this_machine_by_default() -> None:
    assert EXAMPLE["PUBLISH_ADDRESS"] == EXAMPLE["MONITOR_ADDRESS"] == "127.0.0.1"
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert all(port.startswith(("${PUBLISH_ADDRESS}:", "${MONITOR_ADDRESS}:")) for port in published)


def test_containers_are_set_up_as_the_embedded_stack_is() -> None:
    assert tonghop_commands() == list(SETUP_COMMANDS)


@pytest.mark.parametrize("command", tonghop_commands(), ids=" ".join)
def test_every_set_up_command_exists_and_so_do_its_files(command: tuple[str, ...]) -> None:
    words = [word for word in command if "/" not in word]
    answer = CliRunner().invoke(app, [*words, "--help"])
    assert answer.exit_code == 0, answer.stderr
    for path in set(command) - set(words):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize(("name", "kind"), [*((name, USERS[name]) for name in APPS), ("setup", USERS["cli"])])
def test_every_container_is_given_only_settings_that_its_service_uses_and_they_are_valid(name: str, kind: type[ServiceSettings]) -> None:
    given = {key: filled_in(value) for key, value in SERVICES[name]["environment"].items()}
    fields = {name.removeprefix("TONGHOP_").lower(): value for name, value in given.items()}
    assert set(fields) <= set(kind.model_fields)
    kind.model_validate(fields)


USERS_OF_MONGODB = {**{name: name for name in APPS}, "setup": "operator", "rebuild": "rebuild"}


@pytest.mark.parametrize("name", USERS_OF_MONGODB)
def test_every_container_logs_in_as_its_own_user_and_knows_no_other_password(name: str) -> None:
    user = USERS_OF_MONGODB[name]
    given = SERVICES[name]["environment"]
    assert given["TONGHOP_MONGO_URL"].startswith(f"mongodb://{user}:${{MONGO_{user.upper()}_PASSWORD:?fill in .env}}@mongo-1")
    assert re.findall(r"MONGO_\w+_PASSWORD", str(given)) == [f"MONGO_{user.upper()}_PASSWORD"]


def test_every_user_has_rights_that_are_made_by_the_set_up() -> None:
    given = SERVICES["mongo-init"]["environment"]
    assert set(USERS_OF_MONGODB.values()) == mongo_users.rights().keys()
    assert {f"MONGO_{user.upper()}_PASSWORD" for user in (*mongo_users.rights(), "root")} == {
        key for key in given if key.endswith("PASSWORD")
    }


def test_rights_name_only_collections_that_there_are() -> None:
    there = {value for name, value in vars(collection_names).items() if name.isupper()}
    named = {collection for collections in mongo_users.rights().values() for collection in collections}
    assert named - {""} <= there


def fill_in_secrets(folder: Path, env: str | None = None) -> tuple[str, dict[str, str]]:
    """What `deploy/secrets.sh` prints, and the `.env` that it leaves."""
    (folder / "deploy").mkdir()
    shutil.copy(ROOT / "deploy/secrets.sh", folder / "deploy")
    shutil.copy(ROOT / ".env.example", folder)
    if env is not None:
        (folder / ".env").write_text(env, encoding="utf-8")
    said = subprocess.run([folder / "deploy/secrets.sh"], capture_output=True, text=True, check=True).stdout
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
    return said, dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_secrets_are_filled_in_all_different_and_not_shown(tmp_path: Path) -> None:
    said, filled = fill_in_secrets(tmp_path)
    secrets = {name: filled[name] for name in EXAMPLE if name.endswith(("_PASSWORD", "_KEY"))}
    assert filled.keys() == EXAMPLE.keys()
    assert all(re.fullmatch("[0-9a-f]{64}", secret) for secret in secrets.values())
    assert len(set(secrets.values())) == len(secrets)
    assert not any(secret in said for secret in secrets.values())


def test_an_installation_of_an_earlier_version_keeps_what_it_has_and_gets_what_it_lacks(tmp_path: Path) -> None:
    said, filled = fill_in_secrets(tmp_path, "MONGO_ROOT_PASSWORD=theirs\nTONGHOP_PORTAL_PORT=9000\nMONGO_PASSWORD=old")
    assert (filled["MONGO_ROOT_PASSWORD"], filled["TONGHOP_PORTAL_PORT"], filled["MONGO_PASSWORD"]) == ("theirs", "9000", "old")
    assert len(filled["MONGO_INGEST_PASSWORD"]) == 64
    assert filled.keys() == EXAMPLE.keys() | {"MONGO_PASSWORD"}
    assert "MONGO_ROOT_PASSWORD" not in said


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
    files = made(tmp_path / "tls")
    config = tmp_path / name
    config.write_text((ROOT / "deploy" / "nats" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "identity").mkdir()
    (tmp_path / "identity" / "identity.conf").write_text(nats_users.keys().identity_file.read_text(encoding="utf-8"), encoding="utf-8")
    env = {
        "TONGHOP_NATS_NAME": "nats-1",
        "TONGHOP_NATS_PORT": "4222",
        "TONGHOP_NATS_HTTP_PORT": "8222",
        "TONGHOP_NATS_STORE": f'"{tmp_path}"',
        "TONGHOP_TLS_CERT": f'"{files.cert}"',
        "TONGHOP_TLS_KEY": f'"{files.key}"',
        "TONGHOP_TLS_CA": f'"{files.ca}"',
        "TONGHOP_NATS_ACCOUNTS": f'"{tmp_path}/accounts"',
    }
    checked = subprocess.run([servers.find_nats_server(), "-t", "-c", config], env=env, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert re.search(r"^\s*sync_interval: always$", config.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_service_asks_every_nats_server_for_its_disk_setting(tmp_path: Path) -> None:
    monitored = SERVICES["ingest"]["environment"]["TONGHOP_NATS_MONITOR_URL"].split(",")
    servers_named = SERVICES["ingest"]["environment"]["TONGHOP_NATS_URL"].split(",")
    assert monitored == [server.replace("tls://", "http://").replace(":4222", ":8222") for server in servers_named]
    assert "http_port: 8222" in (ROOT / "deploy/nats/cluster.conf").read_text(encoding="utf-8")
    login = RunFolder(tmp_path).login()
    assert all("TONGHOP_NATS_MONITOR_URL" in environment(choose_ports(defaults=False), name, login, tmp_path) for name in USERS)
