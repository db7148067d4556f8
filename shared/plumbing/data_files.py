"""Where the product's own files are: regimes, units, streams, the broker's configuration, the calendar.

They are the package `tonghop_data`. In a checkout it is a link to `deploy/`, which people edit; an installation has a copy (ADR 0032).
"""

from importlib import resources
from pathlib import Path
from typing import Final

NAME: Final = "deploy"  # how settings, commands and documents name the folder
FOLDER: Final = Path(str(resources.files("tonghop_data"))).resolve()
CHECKOUT: Final = FOLDER.parent if FOLDER.name == NAME else None  # None: the product is installed
HOME: Final = CHECKOUT or Path.cwd()  # of the embedded stack, which keeps its data in `.run/`, and of relative paths


def path(name: str) -> Path:
    """The file with this name: an absolute path, `deploy/…` for a file of the product, or a path below the product's home."""
    first, *rest = Path(name).parts or ("",)
    return FOLDER.joinpath(*rest) if first == NAME else HOME / name
