"""A case: one thing that the product relies on, which a stand-in and the real server must both do."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Rig = TypeVar("Rig")
Case = Callable[[Rig], Coroutine[Any, Any, None]]
"""What is done with a rig: with streams, a database, or the stores of alerts. It fails if the rig does something else than expected."""


def case_of(cases: list[Case[Rig]]) -> Callable[[Case[Rig]], Case[Rig]]:
    """The decorator that adds a case to a list."""

    def add(act: Case[Rig]) -> Case[Rig]:
        cases.append(act)
        return act

    return add
