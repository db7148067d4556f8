"""How a bug is planted: something public of the product is replaced for as long as the seeds of one test run.

Only names without a leading underscore: a bug that needs another one shows that the product lacks a seam there
(`tests/architecture/test_seams.py`).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest import mock

Plant = Callable[[], AbstractContextManager[Any]]
"""Plants a bug; it is taken out again at the end of the `with` block."""


def put(where: object, name: str, wrong: object) -> Plant:
    """Puts `wrong` in the place of a function, a method, a property or a constant."""
    return lambda: mock.patch.object(where, name, wrong)


def together(*plants: Plant) -> Plant:
    """One bug that has several parts."""

    def plant() -> AbstractContextManager[Any]:
        parts = ExitStack()
        for part in plants:
            parts.enter_context(part())
        return parts

    return plant
