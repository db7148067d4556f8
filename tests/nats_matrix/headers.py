"""Headers that a unit may put on its message, and what the broker makes of the message.

`Stored`: the message is stored once, under its own subject. An error code: the stream refuses it. `REFUSED`: the unit may not do it at all.
"""

from collections.abc import Mapping
from typing import Final

from tests import hostile
from tests.nats_matrix.rules import NEIGHBOUR, UNIT

STORED: Final = 0
REFUSED: Final = -1
Outcome = int

_EXPECTED: Final[Mapping[str, Outcome]] = {
    "Nats-Msg-Id: event-of-another-unit": STORED,
    "Nats-Expected-Stream: INBOX": STORED,
    "Nats-Expected-Stream: REPORTS": 10060,
    # what follows tells a unit that and when another one has sent, never what: accepted in ADR 0061
    "Nats-Expected-Last-Sequence: 99999": 10071,
    "Nats-Expected-Last-Subject-Sequence: 99999": 10071,
    f"Nats-Expected-Last-Subject-Sequence: 99999|Nats-Expected-Last-Subject-Sequence-Subject: inbox.{NEIGHBOUR}": 10071,
    f"Nats-Expected-Last-Subject-Sequence: 0|Nats-Expected-Last-Subject-Sequence-Subject: inbox.{NEIGHBOUR}": 10071,
    "Nats-Expected-Last-Msg-Id: x": 10070,
    "Nats-Rollup: sub": 10111,
    "Nats-Rollup: all": 10111,
    "Nats-Rollup: x": 10111,
    "Nats-TTL: 1s": 10166,
    "Nats-TTL: never": 10166,
    f"Nats-Schedule: @at 2030-01-01T00:00:00Z|Nats-Schedule-Target: inbox.{NEIGHBOUR}": 10188,
    f"Nats-Schedule: @every 1s|Nats-Schedule-Target: inbox.{NEIGHBOUR}|Nats-Schedule-TTL: 1s": 10188,
    f"Nats-Schedule-Target: inbox.{NEIGHBOUR}|Nats-Schedule-Source: inbox.{NEIGHBOUR}": STORED,
    f"Nats-Scheduler: inbox.{NEIGHBOUR}|Nats-Schedule-Next: purge": 10188,
    "Nats-Schedule-Next: purge": 10212,
    "Nats-Incr: 1": 10168,
    "Nats-Counter-Sources: {}": STORED,
    "Nats-Batch-Id: a|Nats-Batch-Sequence: 1": 10174,
    "Nats-Batch-Id: a|Nats-Batch-Sequence: 1|Nats-Batch-Commit: 1": 10174,
    "Nats-Batch-Id: a|Nats-Batch-Sequence: 1|Nats-Batch-Commit: eob": 10174,
    "Nats-Fast-Batch-Id: a|Nats-Batch-Sequence: 1": STORED,
    f"Nats-Stream-Source: NONE 1 > > inbox.{NEIGHBOUR}": 10227,
    f"Nats-Trace-Dest: inbox.{NEIGHBOUR}": REFUSED,
    f"Nats-Trace-Dest: receipts.{NEIGHBOUR}": REFUSED,
    f"Nats-Trace-Dest: _INBOX_{NEIGHBOUR}.x": REFUSED,
    f"Nats-Trace-Dest: _INBOX_{UNIT}.x": REFUSED,
    "Nats-Trace-Dest: reports.0.ct27": REFUSED,
    "Nats-Trace-Dest: $JS.API.STREAM.DELETE.REPORTS": REFUSED,
    f"Nats-Trace-Dest: inbox.{NEIGHBOUR}|Nats-Trace-Only: true": REFUSED,
    f"Nats-Trace-Dest: inbox.{UNIT}": STORED,
    f"Nats-Trace-Dest: inbox.{UNIT}|Nats-Trace-Only: true": STORED,
    'Nats-Request-Info: {"acc": "STREAMS"}': STORED,
    "Nats-Marker-Reason: Purge|KV-Operation: PURGE": STORED,
    f"Nats-Sequence: 1|Nats-Subject: inbox.{NEIGHBOUR}|Nats-Stream: REPORTS|Nats-Num-Pending: 9": STORED,
    "Nats-Required-Api-Level: 99": STORED,
    "Nats-Consumer-Stalled: $JS.API.STREAM.DELETE.REPORTS": STORED,
    "Reply-To: $JS.API.STREAM.DELETE.REPORTS|Nats-Reply-To: $JS.API.STREAM.DELETE.REPORTS": STORED,
    "Nats-Pin-Id: x|Nats-Response-Type: error": STORED,
    "ce-source: /units/06256|ce-actor: people/x": STORED,
}

BLOCKS: Final[Mapping[str, tuple[bytes, Outcome]]] = {
    **{lines: (hostile.LINE + lines.replace("|", "\r\n").encode() + b"\r\n\r\n", outcome) for lines, outcome in _EXPECTED.items()},
    **{name: (block, STORED) for name, block in hostile.HEADERS.items()},
}

TRACED: Final = f"Nats-Trace-Dest: inbox.{UNIT}"
"""The one header by which a unit's message adds two messages to its own subject: itself and a trace, which ingest rejects."""
