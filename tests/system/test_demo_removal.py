"""`tonghop demo --remove` on its own stack: it removes all data of the demo and nothing else, and may be killed and repeated."""

import re
import shutil
import subprocess
import sys
import time
import urllib.request

from services.cli import demo_removal, session
from services.devstack import removal
from services.devstack.demo import season as seasons
from shared.shell.clock import system_clock
from shared.wire import events
from shared.words import periods
from shared.words.reference import Reference
from tests.system import product as products
from tests.system.product import Product

LIMIT_S = 120.0


def is_empty(product: Product) -> bool:
    """Whether the log is as after a first start; asks, and removes nothing."""
    return "0 sự kiện, 0 biên nhận" in product.tonghop("demo", "--remove", code=session.NO, stdin="n\n")


def send_ours(product: Product) -> None:
    """One of the events that `tonghop demo` sends."""
    event_id = seasons.id_of(seasons.VAN_QUAN, products.PERIOD, "06253", 1, events.SUBMITTED, products.COMMUNE)
    product.report(products.COMMUNE, 1, event_id)


def test_the_demo_is_removed_when_a_person_says_so_and_may_be_shown_again(running: Product, reformed: Reference) -> None:
    now = system_clock()
    season = seasons.season(reformed, str(periods.local_day(now).year), seasons.present_month(reformed, now))
    receipts = len(seasons.claim_ids((*season.past, *season.sent))) + 1  # and a confirmation
    shown = running.tonghop("demo")
    assert all(login in shown for login in demo_removal.LOGINS)
    assert "HTTP: 403 source: " in shown
    key, feed = re.findall(r"Bearer (th_\S+)' (http\S+/api/v1/feeds/20/ct27-van-quan)", shown)[0]
    with urllib.request.urlopen(urllib.request.Request(feed, headers={"Authorization": f"Bearer {key}"}), timeout=30) as answer:
        assert b'"ct27-van-quan"' in answer.read()
    assert key in running.tonghop("demo")  # the same one
    assert 'NATS: nats: permissions violation for publish to "inbox.06280-2025"' in shown
    for answer in ("n\n", ""):
        said = running.tonghop("demo", "--remove", code=session.NO, stdin=answer)
        assert f"Sẽ xóa mọi số liệu của hệ thống này: {receipts - len(season.refused)} sự kiện, {receipts} biên nhận" in said
        assert "Chưa xóa gì" in said

    running.tonghop("demo", "--remove", stdin="y\n")

    assert is_empty(running)
    assert not list(running.run_folder.mail.glob("*.eml"))
    assert f"{receipts} mới, 3 trùng lặp" in running.tonghop("demo")
    running.tonghop("demo", "--remove", "--yes")


def test_a_removal_that_was_killed_is_finished_by_the_next_start(running: Product) -> None:
    send_ours(running)
    killed = subprocess.Popen(
        [sys.executable, "-m", "services.cli.app", "demo", "--remove", "--yes"],
        cwd=running.folder,
        env=running.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + LIMIT_S
    while not running.run_folder.removing.exists():
        assert time.monotonic() < deadline
        assert killed.poll() is None
        time.sleep(0.0005)
    killed.kill()
    killed.wait()

    running.tonghop("up")

    assert is_empty(running)


def test_a_removal_that_had_taken_half_is_finished_by_the_next(running: Product) -> None:
    send_ours(running)
    running.tonghop("down")
    removal.begin(running.run_folder)
    shutil.rmtree(running.run_folder.nats)

    assert "Xong: hệ thống chạy với dữ liệu mới" in running.tonghop("demo", "--remove", "--yes")

    assert is_empty(running)


def test_data_elsewhere_are_left_alone_and_what_to_do_is_said(running: Product) -> None:
    for words in (("demo", "--remove", "--yes"), ("demo",)):
        done = subprocess.run(
            [sys.executable, "-m", "services.cli.app", *words],
            cwd=running.folder,
            env=running.environment() | {"TONGHOP_NATS_URL": "nats://127.0.0.1:4299"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (session.NO, "")
        assert "`make up`" in done.stderr
    assert running.tonghop("status")


def test_a_single_report_of_somebody_else_keeps_all_running_or_not(running: Product) -> None:
    send_ours(running)
    running.report(products.COMMUNE, 9)
    running.tonghop("people", "add", "hoa.nt", "--name", "Nguyễn Thị Hoa", "--unit", "06253", "--role", "officer")

    said = running.tonghop("demo", "--remove", "--yes", code=session.NO)
    assert "Không xóa gì vì hệ thống này không chỉ có số liệu mẫu" in said
    assert "REPORTS 2" in said
    assert "people hoa.nt" in said
    running.tonghop("status")
    running.tonghop("down")
    assert "REPORTS 2" in running.tonghop("demo", "--remove", "--yes", code=session.NO)
    assert running.run_folder.nats.exists()
    assert not removal.is_begun(running.run_folder)
