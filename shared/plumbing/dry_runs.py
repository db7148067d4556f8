"""Asks ingest what would become of an event, for the portal and the command line. Which changes a reader sees is in
`shared/wire/dry_runs.py`.
"""

from typing import Final

from nats.aio.client import Client
from pydantic import ValidationError

from shared.plumbing import broker
from shared.wire import events, subjects
from shared.wire.dry_runs import DryRun

WITHIN_S: Final = 5.0  # ingest answers within four seconds


async def ask(client: Client, sender: str, payload: bytes, is_people: bool) -> DryRun | None:
    """What the verdict on an event of the unit `sender` (an id) would be, with the changes of all views: show only those in the reader's
    scope. None if ingest does not answer, or not in the shape of the contract; whoever asks goes on without.
    """
    subject = subjects.dry_run_of_people(sender) if is_people else subjects.dry_run(sender)
    if not client.is_connected or not subjects.is_token(sender) or len(payload) > events.MAX_EVENT_BYTES:
        return None
    try:
        answer = await client.request(subject, payload, timeout=WITHIN_S)
        return DryRun.model_validate_json(answer.data)
    except (*broker.AWAY, ValidationError):
        return None
