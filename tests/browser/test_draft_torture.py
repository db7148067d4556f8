"""A short run of `make draft-torture` (tests/browser/draft_torture.py), the same in every run."""

from pathlib import Path

import pytest

from tests.browser.draft_torture import torture

pytestmark = [pytest.mark.browser]


async def test_no_word_that_was_shown_as_saved_is_lost(tmp_path: Path) -> None:
    seen, lost = await torture(tmp_path, rounds=3, seed=1, events=("browser killed", "portal killed", "session ends"))
    assert seen.confirmed
    assert lost == set()
