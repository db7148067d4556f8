"""The container tests need an engine, root and several minutes, so they run only on request: `make test-compose`."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "compose: runs docker-compose.yml on a container engine; `make test-compose`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m compose` these tests are not of the run."""
    if "compose" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("compose")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
