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

import pymongo

from shared.plumbing import reader
from shared.plumbing.connection import Connection

CREDS = "deploy/nats-keys/creds/cli.creds"
URLS, MONGO, RUN = sys.argv[1].split(","), sys.argv[2], sys.argv[3]


async def logged() -> collections.Counter[str]:
    client = Connection()
    await client.connect(URLS, user_credentials=CREDS, inbox_prefix=b"_INBOX_cli")
    last = (await client.jetstream(timeout=20).stream_info("REPORTS")).state.last_seq
    follow = reader.log_reader(client, "REPORTS", "reports.>", 1)
    found: collections.Counter[str] = collections.Counter()
    while follow.next_sequence <= last:
        for delivery in await follow.batch(1000, wait_s=20):
            event = json.loads(delivery.payload)
            if event["id"].startswith(f"compose-{RUN}-"):
                found[f"{event['source'].removeprefix('/units/')}/{event['id']}"] += 1
    await follow.end()
    await client.close()
    return found


def stored() -> tuple[list[str], list[str]]:
    with pymongo.MongoClient[dict[str, Any]](MONGO) as client:
        of_run = {"_id": {"$regex": f"/compose-{RUN}-"}}
        accepted = [found["_id"] for found in client["tonghop"].receipts.find({**of_run, "verdict": "accepted"}, {"_id": 1})]
        return accepted, [found["_id"] for found in client["tonghop"].reports.find(of_run, {"_id": 1})]


accepted, reports = stored()
print(json.dumps({"accepted": accepted, "reports": reports, "logged": asyncio.run(logged())}))
