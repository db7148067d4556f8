"""What a disk holds of a server's files if only fsynced data are certain to be there.

Data that were written but not fsynced are lost or, in a torn file, present in part. Names (create, rename, remove) are assumed to be on
disk at once, as on a journalling file system whose fsync flushes the journal; the bytes in the files are not.
"""

import os
import random
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.calls import Call


@dataclass
class File:
    """The bytes of a file; up to its size there are zeros (a journal is made large before it is filled)."""

    content: bytearray = field(default_factory=bytearray)
    size: int = 0

    @classmethod
    def read(cls, path: Path) -> "File":
        content = path.read_bytes()
        return cls(bytearray(content.rstrip(b"\0")), len(content))

    def copy(self) -> "File":
        return File(bytearray(self.content), self.size)

    def put(self, offset: int, data: bytes) -> None:
        self.content.extend(b"\0" * (offset - len(self.content)))
        self.content[offset : offset + len(data)] = data
        self.size = max(self.size, len(self.content))

    def cut(self, size: int) -> None:
        del self.content[size:]
        self.size = size

    def write_to(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        os.truncate(path, self.size)


@dataclass(frozen=True, slots=True)
class Change:
    """A write, or a change of a file's size when there are no data, that was asked for and is not sure yet."""

    ended: float
    offset: int
    data: bytes | None = None

    def apply(self, file: File, kept: float = 1.0) -> None:
        if self.data is None:
            file.cut(self.offset)
        else:
            file.put(self.offset, self.data[: int(len(self.data) * kept)])


@dataclass
class Disk:
    """Files below a folder: what is sure to be there, and what was changed since the last fsync."""

    folder: str
    sure: dict[str, File] = field(default_factory=dict)
    unsure: defaultdict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    folders: set[str] = field(default_factory=set)
    _removed: set[str] = field(default_factory=set)
    _ends: dict[str, int] = field(default_factory=dict)  # where `write` goes on
    _syncing: set[str] = field(default_factory=set)  # opened with O_SYNC

    @classmethod
    def of(cls, folder: Path) -> "Disk":
        """A disk on which a folder is as it is now, all of it sure."""
        made = cls(str(folder))
        for path in folder.rglob("*"):
            if path.is_dir():
                made.folders.add(str(path))
            else:
                made.sure[str(path)] = File.read(path)
                made._ends[str(path)] = made.sure[str(path)].size
        return made

    def take(self, call: Call) -> None:
        match call.name:
            case "pwrite64" | "write" | "ftruncate" | "fsync" | "fdatasync":
                path = call.descriptor
                if path in self.sure:
                    self._change(call, path)
                elif self._has(path) and "sync" not in call.name:
                    assert path in self._removed, f"a write to a file of which this model knows nothing: {path}"
            case "openat":
                self._open(call)
            case "rename" | "renameat" | "renameat2":
                self._rename(*call.paths)
            case "mkdir" | "mkdirat":
                self.folders.add(call.paths[0])
            case "unlink" | "unlinkat":
                self._remove(call.paths[0])
            case _:
                raise AssertionError(f"a call of which this model knows nothing: {call.name}")

    def _has(self, path: str) -> bool:
        return path.startswith(f"{self.folder}/")

    def _change(self, call: Call, path: str) -> None:
        match call.name:
            case "pwrite64":
                self._write(path, call.ended, call.last_number, call.texts[0])
            case "write":
                data = call.texts[0]
                self._write(path, call.ended, self._ends.get(path, 0), data)
                self._ends[path] = self._ends.get(path, 0) + len(data)
            case "ftruncate":
                self.unsure[path].append(Change(call.ended, call.last_number))
            case _:
                self._sync(path, call.began)

    def _write(self, path: str, at: float, offset: int, data: bytes) -> None:
        self.unsure[path].append(Change(at, offset, data))
        if path in self._syncing:
            self._sync(path, at)

    def _sync(self, path: str, until: float) -> None:
        """What was written before an fsync began is sure when it has ended."""
        waiting = self.unsure.pop(path, [])
        for change in waiting:
            if change.ended <= until:
                change.apply(self.sure[path])
        self.unsure[path] = [change for change in waiting if change.ended > until]

    def _open(self, call: Call) -> None:
        path = call.paths[0]
        if not self._has(path) or b"O_DIRECTORY" in call.arguments:
            return
        assert b"O_APPEND" not in call.arguments, f"this model writes where the last write ended: {path}"
        if b"O_CREAT" in call.arguments:
            self.sure.setdefault(path, File())
        if b"O_TRUNC" in call.arguments and path in self.sure:
            self.unsure[path].append(Change(call.ended, 0))
        self._ends[path] = 0
        (self._syncing.add if b"O_SYNC" in call.arguments or b"O_DSYNC" in call.arguments else self._syncing.discard)(path)

    def _rename(self, old: str, new: str) -> None:
        for path in [path for path in self.sure if path == old or path.startswith(f"{old}/")]:
            moved = new + path[len(old) :]
            self.sure[moved] = self.sure.pop(path)
            self.unsure[moved] = self.unsure.pop(path, [])
        for path in [path for path in self.folders if path == old or path.startswith(f"{old}/")]:
            self.folders.discard(path)
            self.folders.add(new + path[len(old) :])

    def _remove(self, path: str) -> None:
        self.sure.pop(path, None)
        self.unsure.pop(path, None)
        self.folders.discard(path)
        self._removed.add(path)

    def write_to(self, target: Path, torn: random.Random | None = None) -> None:
        """The files after the cut. Torn: of what is not sure, each write is there, half there, or not, at random."""
        shutil.rmtree(target, ignore_errors=True)
        for name in self.folders:
            (target / Path(name).relative_to(self.folder)).mkdir(parents=True, exist_ok=True)
        for name, sure in self.sure.items():
            file = sure.copy()
            for change in self.unsure[name]:
                if torn is not None and (kept := torn.choice((0.0, 0.5, 1.0))):
                    change.apply(file, kept)
            file.write_to(target / Path(name).relative_to(self.folder))
