"""Readiness: what a service still waits for, and how many messages it is behind."""

from collections.abc import Callable
from typing import Any

from shared.plumbing import addresses
from shared.words.refusals import Refusal, refusal


class Readiness:
    """What a service still waits for, and how many messages it is behind. Ready when it waits for nothing.

    What is known elsewhere (by a reader, say) is asked for when somebody wants to know, so that no old answer is given. What a task itself
    waits for goes before: a reader that it has given up knows no more.
    """

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._waiting: dict[str, str] = {"start": refusal("service.starting").text("vi")}
        self._asked: dict[str, Callable[[], Refusal | None]] = {}
        self._counted: dict[str, Callable[[], int | None]] = {}

    @property
    def waiting_for(self) -> dict[str, str]:
        troubles = {what: ask() for what, ask in self._asked.items()}
        return {what: _sentences(why) for what, why in troubles.items() if why is not None} | self._waiting

    @property
    def lag(self) -> int | None:
        """Messages that wait, of all that is read; None while it is not known of each."""
        known = [count() for count in self._counted.values()]
        return sum(count for count in known if count is not None) if known and None not in known else None

    def wait_for(self, what: str, *why: Refusal) -> None:
        self._waiting[what] = _sentences(*why)

    def has(self, what: str) -> None:
        self._waiting.pop(what, None)

    def ask(self, what: str, trouble: Callable[[], Refusal | None]) -> None:
        """`trouble` says why `what` is waited for, or nothing."""
        self._asked[what] = trouble

    def count(self, what: str, pending: Callable[[], int | None]) -> None:
        """`pending` says how many messages of `what` wait, if that is known."""
        self._counted[what] = pending

    def warn(self, why: Refusal) -> None:
        """Something that a person should look at, though the service does its work."""
        if (sentence := _sentences(why)) not in self.warnings:
            self.warnings.append(sentence)

    def as_dict(self) -> dict[str, Any]:
        waiting_for = self.waiting_for
        state = {"ready": not waiting_for, "lag": self.lag, "waiting_for": waiting_for}
        return state | ({"warnings": list(self.warnings)} if self.warnings else {})


def _sentences(*why: Refusal) -> str:
    """What a person reads, without credentials."""
    return addresses.masked(" ".join(found.text("vi") for found in why))
