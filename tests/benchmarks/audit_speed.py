"""`tonghop audit verify` on a million entries.

What: a chain of 1,000,000 entries of about 500 bytes, then the check of the whole chain. `verify_s` is its duration, `read_s` that of only
reading the same documents from MongoDB, `ratio` the quotient of both. Target: 60 s. How: in this process, on a durable MongoDB. Again:
`make bench ONLY=audit`. Figures: docs/benchmarks.md.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.plumbing import audit_store
from shared.plumbing.mongo import Documents
from shared.wire import collection_names
from shared.words import audit
from shared.words.audit import Act, Head
from shared.words.audit_chain import Chain, Claim
from tests.benchmarks.machine import machine

ENTRIES: Final = 1_000_000
BATCH: Final = 10_000
BEGINS: Final = datetime(2026, 1, 1, tzinfo=UTC)


async def measure(size: float) -> dict[str, Any]:
    """`audit: {"entries", "read_s", "verify_s", "ratio"}`."""
    count = max(BATCH, int(ENTRIES * size))
    async with machine() as connections:
        head = await _fill(connections.database, count)
        began = time.perf_counter()
        read = [len(batch) async for batch in audit_store.entries(connections.database)]
        read_s, began = time.perf_counter() - began, time.perf_counter()
        chain = Chain([Claim("database", head)])
        async for batch in audit_store.entries(connections.database):
            chain.take(batch)
        chain.finish()
        verify_s = time.perf_counter() - began
    assert chain.fault is None
    assert sum(read) == chain.head.number == count
    figures = {"entries": count, "read_s": round(read_s, 2), "verify_s": round(verify_s, 2), "ratio": round(verify_s / read_s, 2)}
    return {"audit": figures}


async def _fill(database: Documents, count: int) -> Head:
    """Stores a chain, in large batches instead of entry by entry."""
    head, batch = audit.EMPTY, []
    for number, act in enumerate(_acts(count)):
        entry = audit.entry(head, act, BEGINS + timedelta(seconds=number))
        head = Head(entry.number, audit.hash_of(entry))
        batch.append(dict(audit_store.document(entry, head.hash)))
        if len(batch) == BATCH or number == count - 1:
            await database[collection_names.AUDIT].insert_many(batch, ordered=False)
            batch = []
    return head


def _acts(count: int) -> Iterator[Act]:
    for number in range(count):
        person = f"people/{number % 11_000:016x}"
        details: dict[str, audit.Detail] = {"address": "10.20.30.40", "browser": "Mozilla/5.0 " + "x" * 120}
        yield Act(person, "login.succeeded", person, details)
