"""Clients in other languages: curl and Node. Runs only on request: `pytest -m clients tests/clients`."""

import pytest

from tests.ingest.conftest import today

__all__ = ["today"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "clients: needs curl and Node; `make test-clients`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m clients` these tests are not of the run."""
    if "clients" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("clients")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
