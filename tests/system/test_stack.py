"""`tonghop up` on its own stack, as a person uses it: after the log went back, and with new code while the stack runs."""

import re
import shutil
from pathlib import Path

import pytest

from services.cli import session
from services.devstack.fingerprint import KEEPER
from services.devstack.runfolder import SERVICES
from tests.system import product as products
from tests.system.product import Product

SERVERS = ("mongod", "nats-server", "supervisor")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_log_that_went_back_is_mended_by_what_up_prints(running: Product) -> None:
    streams, older = running.run_folder.nats, running.folder / "older"
    running.report(products.COMMUNE, 1)
    running.tonghop("down")
    shutil.copytree(streams, older)
    running.tonghop("up")
    running.report(products.COMMUNE, 2)
    running.report(products.OTHER_COMMUNE, 1)
    running.tonghop("verify")
    running.tonghop("down")
    shutil.rmtree(streams)
    older.rename(streams)

    said = running.tonghop("up", code=session.NO)

    assert set(running.processes()) == {*SERVERS, *SERVICES, KEEPER}
    [printed] = re.findall(r"^  \S*/(tonghop .*)$", said, re.MULTILINE)
    assert printed == "tonghop rebuild"
    running.tonghop(*printed.split()[1:])
    assert "có" in running.tonghop("up")
    assert running.tonghop("verify").startswith("Khớp")
    running.tonghop("status")


@pytest.mark.parametrize(
    ("file", "restarted"), [("services/portal/render/look.py", ("portal",)), ("shared/words/periods.py", (*SERVICES, KEEPER))]
)
def test_up_after_new_code_restarts_the_services_that_run_it_and_no_server(running: Product, file: str, restarted: tuple[str, ...]) -> None:
    before = running.processes()
    append(running.folder / file, "\n# new code\n")

    said = running.tonghop("up")

    after = running.processes()
    assert f"khởi động lại {', '.join(name for name in restarted if name in SERVICES)}" in said
    assert {name for name in after if after[name].pid != before[name].pid} == set(restarted)
    assert "Hệ thống đang chạy sẵn, đúng mã hiện tại" in running.tonghop("up")
    assert running.processes() == after


def test_up_after_new_regime_files_loads_them_or_says_what_is_wrong_until_they_are_right(running: Product) -> None:
    before = running.processes()
    regime = running.folder / "deploy/regimes/thu.yaml"
    regime.write_text("id: thu\n", encoding="utf-8")

    for _ in range(2):
        assert "thu.yaml: dòng 1, title: Thiếu mục bắt buộc" in running.tonghop("up", code=session.NO)

    right = running.folder / "deploy/regimes/vhtt-van-quan.yaml"
    regime.write_text(right.read_text(encoding="utf-8").replace("id: vhtt-van-quan", "id: thu"), encoding="utf-8")
    running.tonghop("up")
    assert running.processes() == before
    running.tonghop("regimes", "remove", "thu")
    regime.unlink()


def test_up_after_another_configuration_of_nats_restarts_all_and_says_so(running: Product) -> None:
    before = running.processes()
    append(running.folder / "deploy/nats/nats-server.conf", "\n# another\n")

    assert "Đã thay đổi: nats-server" in running.tonghop("up")

    after = running.processes()
    assert all(after[name].pid != before[name].pid for name in before)
