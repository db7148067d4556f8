"""The templates of documents: files that an agency replaces in Word. The product ships one of each (`deploy/templates`).

A template is looked for in this order: the agency's for the regime, the product's for the regime, the agency's for all, the product's for
all. So a general template of an agency does not put Quốc hiệu on the report of a Party body.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shared.plumbing import data_files

GENERAL: Final = "bao-cao-tong-hop.docx"
PARTY: Final = "kl62-binh-dinh.docx"
COPY: Final = "ban-sao-bao-cao.docx"
BOOK_FRONT: Final = "tap-bao-cao.docx"
NONE: Final = "none"
SHIPPED: Final = data_files.path("deploy/templates")
ENDING: Final = ".docx"


def found(own: str, regime: str, name: str = GENERAL) -> Path:
    """The template for a regime. `own` is the agency's folder, `none` without one. Regime ids have no dots and slashes."""
    return next(path for path in _candidates(own, regime, name) if path.is_file())


def _candidates(own: str, regime: str, name: str) -> Iterator[Path]:
    folders = [*(() if own == NONE else (data_files.path(own),)), SHIPPED]
    if name == GENERAL:
        yield from (folder / f"{regime}{ENDING}" for folder in folders)
    yield from (folder / name for folder in folders)
