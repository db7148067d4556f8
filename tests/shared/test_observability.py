"""What readiness reports: what waits, how much waits, and when this is unknown."""

import asyncio
import math
import subprocess
import sys
from pathlib import Path

import orjson
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from shared.plumbing.readiness import Readiness
from shared.shell import observability
from shared.words.refusals import Refusal, refusal

ROOT = Path(__file__).parents[2]


def test_before_anything_is_counted_the_lag_is_not_known() -> None:
    assert Readiness().as_dict() == {"ready": False, "lag": None, "waiting_for": {"start": "Dịch vụ đang khởi động."}}


def test_the_lag_is_the_sum_unless_one_part_is_not_known() -> None:
    known: dict[str, int | None] = {"one": 3, "two": 4}
    readiness = Readiness()
    readiness.count("one", lambda: known["one"])
    readiness.count("two", lambda: known["two"])
    assert readiness.lag == 7
    known["one"] = None
    assert readiness.lag is None


def test_what_is_asked_for_is_told_as_it_is_now() -> None:
    found: list[Refusal] = []
    readiness = Readiness()
    readiness.has("start")
    readiness.ask("inbox", lambda: found[-1] if found else None)
    assert readiness.as_dict()["ready"] is True
    found.append(refusal("nats.no_leader", "INBOX"))
    assert readiness.waiting_for == {"inbox": refusal("nats.no_leader", "INBOX").text("vi")}
    readiness.wait_for("inbox", refusal("service.log_went_back", sequence=7))
    assert readiness.waiting_for == {"inbox": refusal("service.log_went_back", sequence=7).text("vi")}
    readiness.has("inbox")
    found.clear()
    assert readiness.waiting_for == {}


def test_a_lag_that_is_not_known_is_null_and_nan_and_never_zero() -> None:
    readiness = Readiness()
    app = FastAPI()
    app.include_router(observability.monitor(readiness))
    client = TestClient(app)
    assert orjson.loads(client.get("/readyz").content)["lag"] is None
    assert math.isnan(gauge(client, "tonghop_lag_messages"))
    assert gauge(client, "tonghop_ready") == 0

    readiness.count("one", lambda: 5)
    readiness.has("start")

    assert (gauge(client, "tonghop_lag_messages"), gauge(client, "tonghop_ready")) == (5, 1)


def gauge(client: TestClient, name: str) -> float:
    [found] = [family for family in text_string_to_metric_families(client.get("/metrics").text) if family.name == name]
    return float(found.samples[0].value)


async def test_an_error_that_nobody_asks_for_is_an_event_of_the_log() -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(observability.report_unclaimed)
    try:
        with structlog.testing.capture_logs() as logged:
            future = loop.create_future()
            future.set_exception(ZeroDivisionError("secret"))
            del future
    finally:
        loop.set_exception_handler(None)
    assert logged == [
        {
            "event": "task.error_unclaimed",
            "log_level": "warning",
            "said": "Future exception was never retrieved",
            "error": "ZeroDivisionError",
        }
    ]


SPEAKING = """
import logging, threading, warnings
import structlog
from shared.shell import observability

observability.take_over_output("ingest")
structlog.get_logger().info("report.accepted", unit="06253")
logging.getLogger("uvicorn.error").warning("Exceeded %d\\nconnections", 7)
logging.getLogger("nats.aio.client").error("mongodb://a:geheim@host", exc_info=ZeroDivisionError("two\\nlines"))
warnings.warn("deprecated", stacklevel=1)
speaking = threading.Thread(target=lambda: logging.getLogger("pymongo").warning("from a thread"))
speaking.start()
speaking.join()
failing = threading.Thread(target=lambda: 1 / 0)
failing.start()
failing.join()
raise ValueError("TONGHOP_NATS_URL: “x”")
"""


def test_every_line_that_a_service_prints_is_one_json_object_also_what_libraries_threads_and_the_interpreter_report() -> None:
    ended = subprocess.run([sys.executable, "-c", SPEAKING], capture_output=True, text=True, cwd=ROOT, check=False)

    lines = [orjson.loads(line) for line in ended.stdout.splitlines()]
    assert ended.stderr == ""
    assert ended.returncode == 1
    assert "geheim" not in ended.stdout
    assert {line["service"] for line in lines} == {"ingest"}
    assert [(line["level"], line["event"], line.get("logger"), line.get("said", "")[:20]) for line in lines] == [
        ("info", "report.accepted", None, ""),
        ("warning", "library.reported", "uvicorn.error", "Exceeded 7\nconnectio"),
        ("error", "library.reported", "nats.aio.client", "mongodb://***@host"),
        ("warning", "library.reported", "py.warnings", "<string>:10: UserWar"),
        ("warning", "library.reported", "pymongo", "from a thread"),
        ("error", "thread.failed", None, ""),
        ("error", "service.failed", None, ""),
    ]
    assert lines[-1]["reason"] == "TONGHOP_NATS_URL: “x”"
    assert "ZeroDivisionError: two\nlines" in lines[2]["exception"]


def test_an_address_that_cannot_be_read_ends_a_service_with_its_code_and_without_a_traceback() -> None:
    start = "from shared.plumbing import mongo\nfrom shared.shell import observability\nobservability.take_over_output('ingest')\n"
    connect = "mongo.connect('mongodb://odd:geheim@:/?#x@127.0.0.1/')\n"
    ended = subprocess.run([sys.executable, "-c", start + connect], capture_output=True, text=True, cwd=ROOT, check=False)

    [line] = [orjson.loads(line) for line in ended.stdout.splitlines()]
    assert (ended.returncode, line["event"], line["codes"]) == (1, "service.refused_to_go_on", ["setting.invalid_address"])
    assert "exception" not in line
    assert "geheim" not in ended.stdout + ended.stderr
