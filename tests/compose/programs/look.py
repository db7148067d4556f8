"""Checks whether every acknowledged event is stored exactly once.

    look.py NATS_URL MONGO_URL RUN

Prints JSON for the trial RUN: the keys `<sender>/<event id>` of accepted receipts, of `reports`, and of the events in the log with the
number of times that each occurs there.
"""

import asyncio
import collections
import json
import sys
from typing import Any

import nats
import pymongo
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

URLS, MONGO, RUN = sys.argv[1].split(","), sys.argv[2], sys.argv[3]


async def logged() -> collections.Counter[str]:
    client = await nats.connect(URLS)
    jetstream = client.jetstream(timeout=20)
    last = (await jetstream.stream_info("REPORTS")).state.last_seq
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE)
    subscription = await jetstream.subscribe(
        "reports.>", ordered_consumer=True, config=config, pending_msgs_limit=-1, pending_bytes_limit=-1
    )
    found: collections.Counter[str] = collections.Counter()
    sequence = 0
    while sequence < last:
        message = await subscription.next_msg(timeout=20)
        sequence = message.metadata.sequence.stream
        event = json.loads(message.data)
        if event["id"].startswith(f"compose-{RUN}-"):
            found[f"{event['source'].removeprefix('/units/')}/{event['id']}"] += 1
    await client.close()
    return found


def stored() -> tuple[list[str], list[str]]:
    with pymongo.MongoClient[dict[str, Any]](MONGO) as client:
        of_run = {"_id": {"$regex": f"/compose-{RUN}-"}}
        accepted = [found["_id"] for found in client["tonghop"].receipts.find({**of_run, "verdict": "accepted"}, {"_id": 1})]
        return accepted, [found["_id"] for found in client["tonghop"].reports.find(of_run, {"_id": 1})]


accepted, reports = stored()
print(json.dumps({"accepted": accepted, "reports": reports, "logged": asyncio.run(logged())}))
