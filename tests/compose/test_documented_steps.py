"""Runs docs/operations.md, "Production with containers", step by step on a container engine with stand-in images.

Again: `make test-compose` (prints every command and its output). About five minutes.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.shell.settings import USERS
from tests.compose import trials
from tests.compose.installation import SERVICES, Installation

pytestmark = pytest.mark.compose

COMMUNE = "18859"  # one of the communes of Quảng Bình
YEAR = time.strftime("%Y")
REGIME = "nq68-quang-binh"
VIEW = f"/api/v1/views/{REGIME}/{YEAR}/44"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Steps 1 to 3: a filled in `.env`, the image, everything started."""
    made = Installation(tmp_path_factory.mktemp("compose") / "tonghop", "tonghop-test")
    try:
        made.compose("config", "-q")
        made.compose("build")
        made.compose("up", "-d")
        made.until_ready()
        yield made
    except BaseException:
        made.compose("logs", "--no-color", "--tail", "40", check=False)
        raise
    finally:
        made.remove()


def test_starting_again_changes_nothing(installation: Installation) -> None:
    before = installation.containers()

    installation.compose("up", "-d", "--no-build")

    assert before.keys() >= set(SERVICES)
    assert installation.containers() == before
    assert installation.compose("logs", "setup").text.count("không có gì thay đổi") >= 3


def test_status_finds_the_services_and_shows_no_password(installation: Installation) -> None:
    said = installation.tonghop("status")

    assert "chưa" not in said.text
    assert "***@mongo-1:27017" in said.text
    assert not any(secret in said.text for secret in installation.secrets.values())


def test_no_log_and_no_argument_of_a_container_holds_a_password(installation: Installation) -> None:
    said = installation.compose("logs", "--no-color").text
    names = [name for name in installation.compose("ps", "-a", "-q").text.split() if name]
    said += installation.run("docker", "inspect", "--format", "{{.Path}} {{.Args}} {{.Config.Healthcheck}}", *names).text

    assert not any(secret in said for secret in installation.secrets.values())


OF_MONGO_INIT = {f"MONGO_{user}_PASSWORD" for user in ("ROOT", "INGEST", "AGGREGATE", "NOTIFY", "PORTAL", "OPERATOR", "REBUILD")}
KNOWN_SECRETS = {
    **{f"nats-{number}": set[str]() for number in (1, 2, 3)},
    "mongo-1": {"MONGO_REPLICA_KEY", "MONGO_ROOT_PASSWORD"},
    "mongo-2": {"MONGO_REPLICA_KEY"},
    "mongo-3": {"MONGO_REPLICA_KEY"},
    "mongo-init": OF_MONGO_INIT,
    "mail": set[str](),
    "setup": {"MONGO_OPERATOR_PASSWORD"},
    **{name: {f"MONGO_{name.upper()}_PASSWORD"} for name in SERVICES},
}


@pytest.mark.parametrize("name", KNOWN_SECRETS)
def test_every_container_has_only_its_own_secrets(installation: Installation, name: str) -> None:
    given = " ".join(installation.environment(name).values())

    assert {secret for secret, value in installation.secrets.items() if value in given} == KNOWN_SECRETS[name]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_only_the_settings_that_it_uses(installation: Installation, name: str) -> None:
    used = {f"TONGHOP_{field.upper()}" for field in USERS[name].model_fields}

    given = installation.environment(name).keys()

    assert given
    assert given <= used


def test_a_report_comes_to_its_view_and_the_pages_answer(installation: Installation) -> None:
    status, regime = installation.read(VIEW)
    assert status == 200, regime
    event = {
        "specversion": "1.0",
        "id": "documented-steps-1",
        "source": f"/units/{COMMUNE}-2025",
        "type": "vn.tonghop.report.submitted.v1",
        "time": "2026-11-20T08:00:00+07:00",
        "data": {
            "regime": "nq68-quang-binh",
            "period": YEAR,
            "unit": COMMUNE,
            "revision": 1,
            "narratives": {"kho_khan": "Thiếu kinh phí."},
        },
    }
    status, receipt = installation.get("ingest", "/v1/reports", event, installation.key(f"{COMMUNE}-2025"))
    print(status, receipt)
    assert (status, receipt["verdict"]) == (201, "accepted")
    give_up_at = time.monotonic() + 20
    while installation.read(VIEW)[1]["reporting"]["received"] != 1:
        assert time.monotonic() < give_up_at, "the view does not show it"
        time.sleep(0.1)
    assert installation.get("portal", "/")[0] == installation.get("portal", "/nghia-vu")[0] == 200


def test_contacts_are_loaded_and_a_mail_goes_out(installation: Installation, tmp_path: Path) -> None:
    contacts = tmp_path / "contacts.csv"
    contacts.write_text(f"unit,name,phone,email\n{COMMUNE},Nguyễn Văn A,0912345678,a@xa.example\n", encoding="utf-8")
    contacts.chmod(0o644)
    tmp_path.chmod(0o755)
    mount = ("-v", f"{contacts}:/contacts.csv:ro")
    installation.compose("run", "--rm", "--no-deps", *mount, "setup", "tonghop", "units", "import", "--contacts", "/contacts.csv")

    installation.tonghop("notify", "test", COMMUNE)

    url = f"http://127.0.0.1:{installation.settings['MAIL_WEB_PORT']}/api/v1/messages"
    assert (
        "a@xa.example" in installation.run("python3", "-c", f"import urllib.request as u; print(u.urlopen('{url}').read().decode())").text
    )


def test_verify_finds_everything_equal(installation: Installation) -> None:
    installation.tonghop("verify")


def test_streams_apply_changes_nothing_again(installation: Installation) -> None:
    assert "không có gì thay đổi" in installation.tonghop("streams", "apply").text


def test_reminders_run_as_the_notifier(installation: Installation) -> None:
    for command in (("tick",), ("rebuild",)):
        installation.compose("run", "--rm", "--no-deps", "notify", "tonghop", "notify", *command)
    installation.tonghop("notify", "plan", "--regime", REGIME, "--period", YEAR)


def test_views_are_rebuilt_as_a_user_of_its_own_and_are_what_they_were(installation: Installation) -> None:
    before = installation.read(VIEW)[1]["reporting"]
    assert before["received"] == 1
    refused = installation.tonghop("rebuild", check=False)

    installation.compose("run", "--rm", "--no-deps", "rebuild")

    assert (refused.code, "mongo.login_refused" in refused.text) == (1, True), "the operator may not"
    assert installation.read(VIEW)[1]["reporting"] == before
    installation.tonghop("verify")


def test_a_wrong_password_is_said_in_words_and_not_shown(installation: Installation) -> None:
    wrong = installation.mongo_url.replace(installation.secrets["MONGO_OPERATOR_PASSWORD"], "sai-mat-khau")

    said = installation.compose("run", "--rm", "--no-deps", "-e", f"TONGHOP_MONGO_URL={wrong}", "setup", "tonghop", "verify", check=False)

    assert (said.code, "mongo.login_refused" in said.text) == (1, True)
    assert "sai-mat-khau" not in said.text


def test_a_password_is_changed_in_the_settings_file(installation: Installation) -> None:
    """Until `mongo-init` has run the service is not ready, and says that MongoDB refuses it."""
    installation.set(MONGO_PORTAL_PASSWORD="a-new-password")
    installation.compose("up", "-d", "--no-build", "--no-deps", "portal")
    give_up_at = time.monotonic() + 30
    while (answer := installation.get("portal", "/readyz"))[0] != 503 or "mongodb" not in answer[1]["waiting_for"]:
        assert time.monotonic() < give_up_at, answer
        time.sleep(0.2)
    print(answer)

    installation.compose("up", "-d", "--no-build")
    installation.until_ready()

    assert "MongoDB từ chối" in answer[1]["waiting_for"]["mongodb"]
    assert installation.read(VIEW)[1]["reporting"]["received"] == 1


@pytest.mark.parametrize("run", range(1, trials.KILLS + 1))
def test_a_killed_leader_costs_nothing_that_was_acknowledged(installation: Installation, run: int) -> None:
    kill = trials.kill_leader(installation, run)

    assert kill.acknowledged == kill.sent == trials.RATE * trials.LOAD_S
    assert (kill.lost, kill.unanswered, kill.is_equal) == (0, 0, True)


def test_verify_runs_also_while_a_server_of_each_cluster_is_away(installation: Installation) -> None:
    for name in ("nats-3", "mongo-3"):
        installation.compose("kill", name)
    try:
        installation.tonghop("verify")
    finally:
        installation.compose("up", "-d", "--no-deps", "nats-3", "mongo-3")


def test_what_was_stored_is_there_after_everything_was_stopped(installation: Installation) -> None:
    installation.compose("down")
    installation.compose("up", "-d", "--no-build")
    installation.until_ready()

    assert installation.read(VIEW)[1]["reporting"]["received"] > 0
    installation.tonghop("verify")


def test_a_change_of_code_installs_no_package_again(installation: Installation) -> None:
    code = installation.folder / "services" / "cli" / "app.py"
    code.write_text(code.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")

    said = installation.run(
        "docker",
        "build",
        "--network",
        "none",
        "-f",
        "deploy/Dockerfile",
        "-t",
        installation.image,
        "--build-arg",
        "PYTHON_TAG=tonghop-stand-in",
        ".",
    )

    packages = said.text.partition("pip install --require-hashes --no-deps -r deploy/requirements.txt")[2]
    assert packages.lstrip().startswith("---> Using cache")
