"""The real installation downloads packages, so it runs only on request: `pytest -m install tests/install`."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "install: makes a virtual environment and installs the product into it; `make test-install`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m install` these tests are not of the run."""
    if "install" in config.option.markexpr:
        return
    kept = [item for item in items if item.get_closest_marker("install") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
