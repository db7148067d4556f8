"""Durable writes: a file is there whole, or not at all, whenever the machine stops. The one place where the outbox touches the disk."""

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from .complaints import SendError, complaint

FULL: Final = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
TEMPORARY: Final = ".tmp"


class Disk:
    """What the outbox asks of a disk. A test can stop it at any step."""

    def write(self, path: Path, data: bytes) -> None:
        """Writes a new file and waits until it is on the disk."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def replace(self, source: Path, target: Path) -> None:
        os.replace(source, target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def settle(self, folder: Path) -> None:
        """Waits until the names in a folder are on the disk. Windows has no such call, and needs none."""
        if sys.platform == "win32":
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def put(disk: Disk, path: Path, data: bytes) -> None:
    """Writes a whole file in place of an older one. Its name is on the disk only after `disk.settle`. Raises SendError."""
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        disk.write(temporary, data)
        disk.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):  # otherwise the next run removes it
            disk.remove(temporary)
        raise failure(error, path) from error


def failure(error: OSError, path: Path) -> SendError:
    """Why nothing can be written: the disk is full, or something else."""
    if error.errno in FULL:
        return SendError(3, complaint("send.disk_full", str(path)))
    return SendError(3, complaint("send.outbox_not_written", str(path), why=error.strerror or type(error).__name__))
