"""Readiness: what a service still waits for, and how many messages it is behind."""

from collections.abc import Callable
from typing import Any

from shared.plumbing import addresses
from shared.words.refusals import Refusal, refusal


class Readiness:
    """What a service still waits for, and how many messages it is behind. It is ready when it waits for nothing.

    State that another object knows (a reader, say) is requested from it when readiness is read, so that the answer is current. If the same
    name is also set by `wait_for`, that takes precedence: a reader that its task has stopped knows nothing new.
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
        """The number of waiting messages, over everything that is read; None while a part of it is unknown."""
        known = [count() for count in self._counted.values()]
        return sum(count for count in known if count is not None) if known and None not in known else None

    def wait_for(self, what: str, *why: Refusal) -> None:
        self._waiting[what] = _sentences(*why)

    def has(self, what: str) -> None:
        self._waiting.pop(what, None)

    def ask(self, what: str, trouble: Callable[[], Refusal | None]) -> None:
        """Registers `trouble`, which returns why `what` is missing, or None."""
        self._asked[what] = trouble

    def count(self, what: str, pending: Callable[[], int | None]) -> None:
        """Registers `pending`, which returns how many messages of `what` are waiting, or None if that is unknown."""
        self._counted[what] = pending

    def warn(self, why: Refusal) -> None:
        """Adds a warning: a person should look at it, although the service works."""
        if (sentence := _sentences(why)) not in self.warnings:
            self.warnings.append(sentence)

    def as_dict(self) -> dict[str, Any]:
        waiting_for = self.waiting_for
        state = {"ready": not waiting_for, "lag": self.lag, "waiting_for": waiting_for}
        return state | ({"warnings": list(self.warnings)} if self.warnings else {})


def _sentences(*why: Refusal) -> str:
    """The sentences for people, without credentials."""
    return addresses.masked(" ".join(reason.text("vi") for reason in why))
