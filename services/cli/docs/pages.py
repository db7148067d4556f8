"""The generated pages of `docs/`, by file name."""

from collections.abc import Callable, Mapping
from typing import Final

from services.cli.docs import data_model, errors, regime_file
from shared.plumbing import data_files

FOLDER: Final = data_files.HOME / "docs"
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "data-model.md": data_model.page,
    "errors.md": errors.page,
    "regime-file.md": regime_file.page,
}


def pages() -> dict[str, str]:
    """The text of every generated page, by file name."""
    return {name: page() for name, page in PAGES.items()}


def differing(wanted: Mapping[str, str]) -> list[str]:
    """The names of pages that are missing or outdated."""
    files = {name: FOLDER / name for name in wanted}
    return [name for name, file in files.items() if not file.exists() or file.read_text(encoding="utf-8") != wanted[name]]


def write(wanted: Mapping[str, str]) -> list[str]:
    """Writes the pages that differ. Returns their names."""
    changed = differing(wanted)
    for name in changed:
        (FOLDER / name).write_text(wanted[name], encoding="utf-8")
    return changed
