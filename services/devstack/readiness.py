"""Which services of a running stack are not ready, what they wait for, and whether waiting can help."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.devstack import probe
from services.devstack.runfolder import SERVICES, RunFolder
from shared.words.refusals import refusal

COMMAND: Final = re.compile(r"`(tonghop [^`]+)`")
PERSON_S: Final = 5.0  # a reason that has named a command for this long will not go away by itself


@dataclass(frozen=True, slots=True)
class Waiting:
    """A service that is not ready. The reason is "" if it does not answer."""

    name: str
    reason: str

    @property
    def commands(self) -> list[str]:
        """The commands that the reason tells a person to run."""
        return COMMAND.findall(self.reason)


def all_of(run: RunFolder) -> list[Waiting]:
    """The services that are not ready."""
    ports = run.ports()
    if ports is None:
        return [Waiting(name, "") for name in SERVICES]
    answers = {name: probe.get(getattr(ports, f"{name}_monitor"), "/readyz") for name in SERVICES}
    return [Waiting(name, _reason(body) if status else "") for name, (status, body) in answers.items() if status != 200]


def _reason(body: str) -> str:
    try:
        waiting_for = json.loads(body)["waiting_for"]
        return "; ".join(f"{what}: {why}" for what, why in waiting_for.items())
    except (ValueError, KeyError, AttributeError, TypeError):
        return refusal("stack.unreadable_answer").text("vi")


class Patience:
    """Decides how long to wait for services: not for long if one of them waits for a person."""

    def __init__(self) -> None:
        self._asked_since: float | None = None

    def is_over(self, waiting: Sequence[Waiting]) -> bool:
        now = time.monotonic()
        if not any(service.commands for service in waiting):
            self._asked_since = None
        elif self._asked_since is None:
            self._asked_since = now
        return self._asked_since is not None and now - self._asked_since > PERSON_S
