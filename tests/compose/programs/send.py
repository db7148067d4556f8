"""Sends reports of the communes of Quảng Bình at a fixed rate, and publishes each again under its id until it is acknowledged.

    send.py NATS_URL RATE SECONDS RUN

RUN numbers the trial: it is part of the ids, and revisions are higher than in the trial before. The program runs in the image, so it uses
only modules that the image has. It prints `began` after the first report, and JSON at the end: `acknowledged` (event id and sender), and
the longest seconds `without_receipt` and `without_acknowledgement`.
"""

import asyncio
import csv
import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

import nats
import yaml
from nats.aio.msg import Msg

URLS, RATE, SECONDS, RUN = sys.argv[1].split(","), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
DEPLOY = Path("deploy")
CREDS = DEPLOY / "nats-keys/creds/cli.creds"
REGIME = yaml.safe_load((DEPLOY / "regimes/nq68-quang-binh.yaml").read_text(encoding="utf-8"))
AREAS = csv.DictReader((DEPLOY / "reforms/2025-07-01/areas.csv").open(encoding="utf-8-sig"))
COMMUNES = sorted(row["member"] for row in AREAS if row["area"] == "44-QB")  # all of them are new, so their ids end with the year
ASKED = [indicator for indicator in REGIME["indicators"] if "xa" in indicator.get("asked", ["xa"])]
PATIENCE_S = 90.0


def figure(indicator: dict[str, Any], number: int) -> object:
    match indicator["kind"]:
        case "quantity":
            return number % 100
        case "flag":
            return number % 2 == 0
        case "choice":
            return list(indicator["options"])[number % len(indicator["options"])]
    return {"numerator": number % 7, "denominator": 7 + number % 5}


def event(number: int) -> tuple[str, dict[str, Any]]:
    code = COMMUNES[number % len(COMMUNES)]
    data = {
        "regime": REGIME["id"],
        "period": time.strftime("%Y"),
        "unit": code,
        "revision": RUN * 1000 + number // len(COMMUNES) + 1,
        "values": {indicator["code"]: figure(indicator, number) for indicator in ASKED},
    }
    sender = f"{code}-2025"
    head = {
        "specversion": "1.0",
        "id": f"compose-{RUN}-{number:06d}",
        "source": f"/units/{sender}",
        "type": "vn.tonghop.report.submitted.v1",
    }
    return sender, {**head, "time": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()), "data": data}


def longest(times: list[float]) -> float:
    """Seconds between two that follow one another."""
    return round(max((later - earlier for earlier, later in itertools.pairwise(times)), default=0.0), 1)


async def main() -> None:
    async def quiet(_: Exception) -> None:
        """The connection says that it was lost; that is the trial."""

    client = await nats.connect(
        URLS,
        user_credentials=CREDS,
        inbox_prefix=b"_INBOX_cli",
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.2,
        connect_timeout=2,
        ping_interval=1,
        error_cb=quiet,
    )
    jetstream = client.jetstream(timeout=5)
    acknowledged: dict[str, str] = {}
    acknowledged_at: list[float] = []
    received_at: list[float] = []
    answered: set[str] = set()

    async def on_receipt(message: Msg) -> None:
        receipt = json.loads(message.data)
        if str(receipt["event_id"]).startswith(f"compose-{RUN}-"):
            answered.add(receipt["event_id"])
            received_at.append(time.monotonic())

    async def send(number: int) -> None:
        code, one = event(number)
        body, give_up_at = json.dumps(one).encode(), time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up_at:
            try:
                await jetstream.publish(f"inbox.{code}", body, timeout=3, stream="INBOX")
            except (nats.errors.Error, nats.js.errors.Error, OSError):
                await asyncio.sleep(0.2)
            else:
                acknowledged[one["id"]] = code
                acknowledged_at.append(time.monotonic())
                return

    await client.subscribe("receipts.*", cb=on_receipt)
    await client.flush()
    print("began", flush=True)
    began, sending = time.monotonic(), []
    for number in range(int(RATE * SECONDS)):
        await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
        sending.append(asyncio.create_task(send(number)))
    await asyncio.gather(*sending)
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at and not acknowledged.keys() <= answered:
        await asyncio.sleep(0.1)
    answer = {"sent": len(sending), "acknowledged": acknowledged}
    figures = {"without_receipt": longest(received_at), "without_acknowledgement": longest(acknowledged_at)}
    print(json.dumps(answer | figures | {"unanswered": len(acknowledged.keys() - answered)}))
    await client.close()


asyncio.run(main())
