"""A stored copy of data in an earlier format, restored into MongoDB and the streams.

`format-4.json.gz`: `make demo` of 26/11/2026 at data format 4, with the units of the three provinces in its regimes. After the demo, three
districts confirmed their views without figures (450, 452, 453 in nq68-quang-binh/2026), a report below 452 was withdrawn, a report of
ct27-van-quan was returned, a unit got an extension, and a period of kl62-binh-dinh was opened.

`format-5.json.gz`: two seconds of the load of `tests/faults` at commit eb3311e, data format 5, with the same units: submissions, repeats,
withdrawals and returns in nq68-quang-binh/2024 and /2025 and ct27-van-quan/2025, folded by the services of then.

`format-6.json.gz`: the data of `format-5.json.gz` after the services of commit 1c4c2db went on with them, data format 6. The reform
2025-03-01-quang-binh was applied; of ct27-van-quan/2026, four reports were sent, one was corrected, one withdrawn, one returned, one unit
got an extension, and one report was refused.

`format-7.json.gz`: the data of `format-6.json.gz` after the services of commit 15a1bbe went on with them, data format 7. Two districts
confirmed their views (450, 452 of nq68-quang-binh/2024), one of them again after a report below it; of ct27-van-quan/2026 a report had an
estimate and a note.
"""

import functools
import gzip
import json
from pathlib import Path
from typing import Any, Final

from bson import json_util

from shared.plumbing import log_mark
from shared.plumbing.broker import Message
from shared.shell.service import Connections
from shared.wire import events, subjects
from tests.waiting import until

FOLDER: Final = Path(__file__).parent
Json = dict[str, Any]


@functools.cache
def _read(name: str) -> str:
    return gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()).decode()


def collections(name: str) -> dict[str, list[Json]]:
    """The documents of each collection, as MongoDB gives them."""
    found: dict[str, list[Json]] = json_util.loads(_read(name), json_options=json_util.JSONOptions(tz_aware=True))["collections"]
    return found


def sent(name: str) -> list[tuple[str, bytes]]:
    """What stood in INBOX: the sender's unit code, and the message."""
    return [(subject.partition(".")[2], payload.encode()) for subject, _, payload in json.loads(_read(name))["streams"]["INBOX"]]


async def checkpoint(connections: Connections, name: str) -> int:
    """The value of a checkpoint."""
    found = await connections.database["checkpoints"].find_one({"_id": name})
    assert found is not None
    return int(found["value"])


async def documents(connections: Connections, name: str) -> dict[str, Json]:
    """The documents of a collection, by `_id`."""
    return {document["_id"]: document async for document in connections.database[name].find()}


async def until_computed_again(connections: Connections, generation: int) -> None:
    """Waits until no view and no duty is left that was computed under `generation` or an earlier one."""

    async def is_done() -> bool:
        views = await connections.database["views"].count_documents({"position.generation": {"$lte": generation}})
        duties = await connections.database["duties"].count_documents({"generation": {"$lte": generation}})
        return (views, duties) == (0, 0)

    await until(is_done)


async def put_back(connections: Connections, name: str) -> None:
    """Fills the empty database and streams. What tells the copied broker from others is that of the one it is put into."""
    for collection, documents in collections(name).items():
        await connections.database[collection].insert_many(documents)
    for stream, messages in json.loads(_read(name))["streams"].items():
        put = [Message(subject, payload.encode(), headers.get("Nats-Msg-Id", "")) for subject, headers, payload in messages]
        await connections.streams.publish_all(stream, put)
    created = await log_mark.stream_created(connections.streams.jetstream)
    checkpoints = connections.database["checkpoints"]
    async for mark in checkpoints.find({"stream_created": {"$exists": True}}):
        message = await connections.streams.jetstream.get_msg(subjects.REPORTS, mark["sequence"])
        assert message.time is not None
        now = {"stored_ms": events.to_ms(message.time), "stream_created": created}
        await checkpoints.update_one({"_id": mark["_id"]}, {"$set": now})
