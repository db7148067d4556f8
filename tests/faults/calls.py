"""Parses strace's output (`-f -y -ttt -T`): the system calls that change files."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CALLS: Final = "write,pwrite64,fsync,fdatasync,ftruncate,openat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat"
UNSEEN: Final = "pwritev,pwritev2,sync_file_range,copy_file_range,io_uring_enter,msync,truncate,link,linkat"  # not modelled
LINE: Final = re.compile(rb"^(\d+) +(\d+\.\d+) (.*)$", re.DOTALL)
DONE: Final = re.compile(rb"^(\w+)\((.*)\) += (-?\d+)(?:<.*>)?(?: \(.*\)| E\w+.*)? <(\d+\.\d+)>$", re.DOTALL)
TEXT: Final = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
DESCRIPTOR: Final = re.compile(rb"^(?:\d+|AT_FDCWD)<([^>]*)>")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that succeeded, with when it began and ended by the wall clock."""

    name: str
    arguments: bytes
    began: float
    ended: float

    @property
    def descriptor(self) -> str:
        found = DESCRIPTOR.match(self.arguments)
        assert found, self.arguments[:200]
        return found[1].decode()

    @property
    def texts(self) -> list[bytes]:
        return [codecs.escape_decode(text)[0] for text in TEXT.findall(self.arguments)]

    @property
    def last_number(self) -> int:
        return int(self.arguments.rpartition(b", ")[2])

    @property
    def paths(self) -> list[str]:
        """The paths of a call that names files relative to folders."""
        folders = [found.decode() for found in re.findall(rb"(?:\d+|AT_FDCWD)<([^>]*)>", TEXT.sub(b"", self.arguments))] or [""]
        named = [text.decode() for text in self.texts]
        return [str(Path(folders[min(index, len(folders) - 1)]) / name) for index, name in enumerate(named)]


def calls(trace: Path) -> Iterator[Call]:
    """The calls of a trace that succeeded, in the order of their ends."""
    begun: dict[bytes, tuple[float, bytes]] = {}
    with trace.open("rb") as lines:
        for line in lines:
            found = LINE.match(line.rstrip(b"\n"))
            assert found, line[:200]
            process, at, text = found[1], float(found[2]), found[3]
            if text.endswith(b" <unfinished ...>"):
                begun[process] = (at, text.removesuffix(b" <unfinished ...>"))
                continue
            if text.startswith(b"<... "):
                at, head = begun.pop(process, (at, b""))  # begun before the trace
                text = head + text.partition(b" resumed>")[2]
            done = DONE.match(text)
            if done and not done[3].startswith(b"-"):
                yield Call(done[1].decode(), done[2], at, at + float(done[4]))
