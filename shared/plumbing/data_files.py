"""The product's own files: regimes, units, streams, the broker's configuration, the calendar.

They form the package `tonghop_data`. In a checkout it is a link to `deploy/`, which people edit; an installation has a copy (ADR 0032).
"""

from importlib import resources
from pathlib import Path
from typing import Final

NAME: Final = "deploy"  # the folder's name in settings, commands and documents
FOLDER: Final = Path(str(resources.files("tonghop_data"))).resolve()
CHECKOUT: Final = FOLDER.parent if FOLDER.name == NAME else None  # None: the product is installed
HOME: Final = CHECKOUT or Path.cwd()  # base of relative paths, and of the embedded stack's `.run/`


def path(name: str) -> Path:
    """The file with this name: an absolute path, `deploy/…` for one of the product's files, or a path relative to the product's home."""
    first, *rest = Path(name).parts or ("",)
    return FOLDER.joinpath(*rest) if first == NAME else HOME / name
