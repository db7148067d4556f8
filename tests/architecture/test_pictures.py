"""Pictures of the documents: each one is shown somewhere, and small enough to be in the repository."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
IMAGES: Final = ROOT / "docs" / "images"
MOST_BYTES: Final = 160 * 1024


def test_each_picture_is_shown_and_small() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "services").rglob("*.md")]
    shown = {name for file in documents for name in re.findall(r"images/([\w/-]+\.png)", file.read_text(encoding="utf-8"))}
    there = {file.relative_to(IMAGES).as_posix(): file.stat().st_size for file in IMAGES.rglob("*.png")}
    assert shown == set(there)
    assert {name: size for name, size in there.items() if size > MOST_BYTES} == {}
