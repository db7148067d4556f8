"""Sends an event on behalf of a unit and waits for the verdict. Commands send through INBOX, as the software of units does."""

from datetime import datetime
from typing import Final

from services.cli import session
from services.cli.data import NO_REGIME
from shared.plumbing import inbox
from shared.shell import language
from shared.shell.clock import random_id, system_clock
from shared.shell.service import Connections
from shared.wire import envelope
from shared.wire.published import Reason
from shared.wire.receipts import PendingReceipt, Receipt
from shared.wire.sent import Concern
from shared.words import periods
from shared.words.failures import TransientError
from shared.words.reference import Reference
from shared.words.refusals import refusal
from shared.words.regimes import Regime

VERDICT_S: Final = 10.0  # how long a command waits for ingest


async def regime_of(connections: Connections, regime_id: str) -> Regime:
    """The regime with this id. Ends the command if it does not exist."""
    known = (await connections.reference.current()).regimes
    if regime_id not in known:
        session.stop(session.WRONG_USE, refusal("cli.unknown_regime", regime=regime_id, known=sorted(known) or NO_REGIME))
    return known[regime_id]


def recipient_of(reference: Reference, regime: Regime, period: str, now: datetime) -> str:
    """The id of the unit that acts as recipient of a period today; the recipient's code if nobody does, so that ingest refuses it."""
    setting = reference.setting_at_receipt(regime.id, period, periods.local_day(now))
    recipient = None if setting is None else setting.recipient
    acting = None if recipient is None else reference.registry.acting(recipient.id, periods.local_day(now))
    return regime.recipient if acting is None else acting.id


async def send(connections: Connections, sender: str, kind: str, data: Concern, actor: str) -> Receipt:
    """Sends an event in the name of the unit `sender`, an id. Returns the receipt. Raises TransientError if there is no verdict in time."""
    event = envelope.of_unit(sender, random_id(), kind, data, at=system_clock(), actor=actor)
    receipt = await inbox.send(connections.streams, inbox.outgoing(event), VERDICT_S)
    if isinstance(receipt, PendingReceipt):
        raise TransientError(refusal("ingest.no_verdict", event_id=event["id"]))
    return receipt


def tell(receipt: Receipt, done: str, as_json: bool) -> None:
    """Prints what became of an event: `done` and its warnings if it was accepted, otherwise the reasons, with exit code 1."""
    if as_json:
        session.say_json(receipt.model_dump(mode="json", exclude_defaults=True))
    elif not receipt.errors:
        noted = [warning.as_refusal().line(language.chosen()) for warning in receipt.warnings]
        said = [f"{done} (sự kiện {receipt.event_id}).", *(f"Lưu ý: {line}" for line in noted)]
        session.console.print("\n".join(said), markup=False)
    if receipt.errors:
        session.stop(session.NO, refusal("cli.not_accepted"), *map(Reason.as_refusal, receipt.errors))
