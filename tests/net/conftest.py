"""Network namespaces as hosts that can vanish. Runs only on request and as root: `pytest -m net tests/net`."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "net: makes network namespaces, so it needs root; `make test-net`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m net` these tests are not of the run."""
    if "net" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("net")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
