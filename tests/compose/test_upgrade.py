"""An installation of 26/11/2026, 05:08, with one MongoDB user for all, becomes one of today, as docs/operations.md says ("An upgrade").

Again: `make test-compose`; needs the commit in the clone. About three minutes.
"""

import io
import subprocess
import tarfile
import time
from collections.abc import Iterator

import pytest

from tests.compose.installation import ROOT, SERVICES, Installation
from tests.compose.trials import compose_of

pytestmark = pytest.mark.compose

EARLIER = "09ea5962e67c795bf216161262c70a84d2b15718"  # three secrets in `.env`, streams and data of that day
COMMUNE, REGIME, YEAR = "18859", "nq68-quang-binh", time.strftime("%Y")
VIEW = f"/api/v1/views/{REGIME}/{YEAR}/44"


def report(number: int, sender: str = COMMUNE) -> dict[str, object]:
    data = {"regime": REGIME, "period": YEAR, "unit": COMMUNE, "revision": number, "narratives": {"kho_khan": "Thiếu kinh phí."}}
    head = {"specversion": "1.0", "id": f"upgrade-{number}", "source": f"/units/{sender}", "type": "vn.tonghop.report.submitted.v1"}
    return {**head, "time": "2026-11-20T08:00:00+07:00", "data": data}


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The earlier installation with a report, after every step of the upgrade."""
    folder = tmp_path_factory.mktemp("upgrade")
    archive = subprocess.run(["git", "-C", ROOT, "archive", EARLIER], capture_output=True, check=False)
    assert archive.returncode == 0, f"the clone has no commit {EARLIER}: fetch the whole history (git fetch --unshallow)"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder / "earlier", filter="data")
    made = Installation(folder / "tonghop", "tonghop-upgrade", folder / "earlier", compose_of(folder / "earlier"))
    try:
        made.compose("build")
        made.compose("up", "-d")
        made.until_ready()
        assert set(made.secrets) == {"MONGO_ROOT_PASSWORD", "MONGO_PASSWORD", "MONGO_REPLICA_KEY"}
        status, receipt = made.get("ingest", "/v1/reports", report(1))
        assert status == 201, receipt
        before = made.secrets

        made.copy(ROOT)
        made.run("deploy/secrets.sh")
        assert before.items() <= made.secrets.items()
        made.set(COMPOSE_PROJECT_NAME=made.project)
        made.compose("build")
        made.compose("stop", *SERVICES)
        made.compose("up", "-d")
        made.until_ready()
        yield made
    except BaseException:
        made.compose("logs", "--no-color", "--tail", "40", check=False)
        raise
    finally:
        made.remove()


def test_what_was_stored_is_there(upgraded: Installation) -> None:
    """The report of the earlier commune counts for the one that has its code since the reform, which the upgrade applies."""
    assert upgraded.read(VIEW)[1]["reporting"]["received"] == 1
    upgraded.tonghop("verify")
    upgraded.tonghop("status")


def test_streams_of_the_earlier_version_are_as_today_declares_them(upgraded: Installation) -> None:
    assert "không có gì thay đổi" in upgraded.tonghop("streams", "apply").text


def test_the_report_is_known_and_the_next_one_counts(upgraded: Installation) -> None:
    """The commune of before has ended, so it has no key: its event can no longer be sent again over HTTP."""
    key = upgraded.key(f"{COMMUNE}-2025")
    assert upgraded.get("ingest", "/v1/reports", report(1), key)[0] == 403
    assert upgraded.get("ingest", "/v1/reports", report(2, f"{COMMUNE}-2025"), key)[1]["verdict"] == "accepted"


def test_rebuild_and_reminders_run(upgraded: Installation) -> None:
    upgraded.compose("run", "--rm", "--no-deps", "rebuild")
    upgraded.compose("run", "--rm", "--no-deps", "notify", "tonghop", "notify", "tick")
    upgraded.tonghop("verify")


def test_the_user_who_might_do_everything_is_gone(upgraded: Installation) -> None:
    """Its password, still in `.env`, opens nothing."""
    hosts = upgraded.mongo_url.partition("@")[2]
    earlier = f"mongodb://tonghop:{upgraded.secrets['MONGO_PASSWORD']}@{hosts}"

    said = upgraded.compose("run", "--rm", "--no-deps", "-e", f"TONGHOP_MONGO_URL={earlier}", "setup", "tonghop", "verify", check=False)

    assert (said.code, "mongo.login_refused" in said.text) == (1, True)
