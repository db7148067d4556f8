"""Garbage collection during a simulation."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage is collected meanwhile. Looking for it among millions of objects that stay would take longer than all else, and what is
    collected (a generator that nobody finished) would end at another step each time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
            gc.collect()
