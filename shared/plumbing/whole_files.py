"""Replaces files as a whole: a reader sees the old file or the new one, and others can never read a secret, not even for a moment."""

import contextlib
import os
from pathlib import Path
from typing import Final

SECRET: Final = 0o600
"""Only the owner can read the file."""
PUBLIC: Final = 0o644
"""Everybody can read the file, whatever the umask says: services may run as another user."""


def replace(file: Path, content: str | bytes, mode: int = SECRET) -> None:
    """Writes a file in place of the present one, if there is one. The folder must exist."""
    _unfinished(file, content, mode).replace(file)


def make(file: Path, content: str | bytes, mode: int = SECRET) -> None:
    """Writes a file, unless there is one: another process may just have made it. The folder must exist."""
    unfinished = _unfinished(file, content, mode)
    with contextlib.suppress(FileExistsError):
        file.hardlink_to(unfinished)
    unfinished.unlink()


def _unfinished(file: Path, content: str | bytes, mode: int) -> Path:
    """A file beside `file` with the content."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        os.fchmod(opened.fileno(), mode)
        opened.write(content.encode() if isinstance(content, str) else content)
    return unfinished
