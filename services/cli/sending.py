"""Sending an event in the name of a unit, and its verdict: what a command does takes the same way as what a unit sends."""

from typing import Any, Final

from services.cli import session
from shared.plumbing import broker, inbox
from shared.shell.clock import random_id, system_clock
from shared.shell.service import Connections
from shared.wire import envelope, subjects
from shared.words.failures import TransientError
from shared.words.regimes import Regime

VERDICT_S: Final = 10.0  # how long a command waits for ingest


async def regime_of(held: Connections, regime_id: str) -> Regime:
    """The regime with an id. Ends the command when there is none."""
    known = (await held.reference.current()).regimes
    if regime_id not in known:
        session.stop(session.WRONG_USE, f"Không có chế độ “{regime_id}” (no such regime); có: {', '.join(sorted(known)) or 'chưa nạp'}.")
    return known[regime_id]


async def send(held: Connections, sender: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Puts an event into the sender's inbox; the receipt. Raises TransientError when none comes."""
    event = envelope.of_unit(sender, random_id(), kind, data, at=system_clock())
    async with inbox.receipts_of(held.streams.client, sender) as receipts:
        ack = await held.streams.jetstream.publish(
            subjects.inbox(sender), envelope.encode(event), timeout=broker.ACK_TIMEOUT_S, stream=subjects.INBOX
        )
        receipt = await inbox.verdict(receipts, ack.seq, VERDICT_S)
    if receipt is None:
        raise TransientError(f"ingest chưa trả lời; sự kiện {event['id']} đã ở trong INBOX và sẽ được xử lý (ingest is away)")
    return receipt


def tell(receipt: dict[str, Any], done: str, as_json: bool) -> None:
    """Says what became of an event: `done` and its warnings when it was accepted, else why not, with exit code 1."""
    warnings = receipt.get("warnings", [])
    if as_json:
        session.say_json(receipt)
    elif not receipt["errors"]:
        said = [f"{done} (sự kiện {receipt['event_id']}).", *(f"Lưu ý: {_sentence(warning)}" for warning in warnings)]
        session.console.print("\n".join(said), markup=False)
    if receipt["errors"]:
        session.stop(session.NO, "\n".join(["Không được tiếp nhận, không có gì thay đổi:", *map(_sentence, receipt["errors"])]))


def _sentence(reason: dict[str, str]) -> str:
    return f"{reason['path']}: {reason['message_vi']} [{reason['code']}]"
