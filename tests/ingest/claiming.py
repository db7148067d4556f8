"""What tests of claims share: another instance's intake, and why an event was refused."""

from typing import Any

from services.ingest.intake import Intake
from services.ingest.store import ClaimStore
from shared.shell.service import Connections
from tests.ingest.conftest import PARTITIONS, parking

NEIGHBOUR = "06256"
LATER = "2099-12-31"  # the broker's clock is the real one


def codes(receipt: dict[str, Any]) -> list[str]:
    """Why it was refused; of an accepted event its warnings, marked."""
    return [reason["code"] for reason in receipt["errors"]] + [f"! {warning['code']}" for warning in receipt["warnings"]]


def another_intake(connections: Connections) -> Intake:
    """That of another instance, which remembers nothing of this one."""
    return Intake(connections.streams, ClaimStore(connections.database), parking(connections), connections.reference, PARTITIONS)
