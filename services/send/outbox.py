"""The outbox on disk: every report is here before it is sent, until long after it was answered.

Each entry is one file, written whole at every change of its state. A lock keeps a second process out. What was sent, and under which
revision, is read from the entries: the newest accepted one of each report is kept for ever, other answered ones 90 days.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from . import disk as durable
from . import entry as entries
from .complaints import Complaint, SendError, complaint
from .content import Json
from .disk import Disk
from .entry import Attempt, Entry
from .reading import Given

KEPT_MS: Final = 90 * 24 * 3600 * 1000
NAME: Final = re.compile(r"[0-9]{12}\.json", re.ASCII)
ASIDE: Final = "set-aside"

Key = tuple[str, str, str]  # regime, period, unit


class Outbox:
    """The entries of one folder. Use it as a context manager: it locks the folder."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.folder = folder
        self.entries: list[Entry] = []
        self.set_aside: list[Complaint] = []
        self._disk = disk or Disk()
        self._lock: IO[bytes] | None = None
        self._last = 0
        self._by_concern: dict[tuple[str, str, str], list[Entry]] = {}  # sender, regime, period
        self._codes: dict[tuple[str, str, str], str] = {}  # sender, regime, period

    def __enter__(self) -> Self:
        """Locks and reads the outbox. Raises SendError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = (self.folder / "lock").open("ab")
        except OSError as error:
            raise durable.failure(error, self.folder) from error
        try:
            _lock(self._lock)
        except OSError as error:
            self._lock.close()
            raise SendError(3, complaint("send.outbox_busy", str(self.folder))) from error
        try:
            self._read()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._lock is not None:
            self._lock.close()

    def look(self) -> None:
        """Reads what is there without locking, moving or making anything. A damaged file is passed over. Raises SendError."""
        try:
            for path in sorted(self.folder.glob("*.json")):
                if NAME.fullmatch(path.name):
                    with suppress(entries.DamagedError, FileNotFoundError):
                        self._take(entries.decode(path.read_bytes()))
        except OSError as error:
            raise durable.failure(error, self.folder) from error
        except entries.NewerError as error:
            raise SendError(2, complaint("send.outbox_newer", str(self.folder))) from error

    def _read(self) -> None:
        try:
            for left in self.folder.glob(f"*{durable.TEMPORARY}"):
                if NAME.fullmatch(left.stem):
                    self._disk.remove(left)  # of a run that was killed; what it replaced is still there
            for path in sorted(self.folder.iterdir()):
                if NAME.fullmatch(path.name):
                    self._last = max(self._last, int(path.stem))
                    self._read_one(path)
            aside = self.folder / ASIDE
            for path in aside.iterdir() if aside.is_dir() else ():
                self._last = max(self._last, int(path.name[:12]) if path.name[:12].isdigit() else 0)
        except OSError as error:
            raise durable.failure(error, self.folder) from error

    def _take(self, found: Entry) -> None:
        self._keep(found)
        self._learn(found)

    def _keep(self, one: Entry) -> None:
        self.entries.append(one)
        self._by_concern.setdefault((one.sender, *one.concern), []).append(one)

    def _learn(self, one: Entry) -> None:
        """Remembers under which code the sender's own report was sent."""
        if one.report is not None and "unit" not in one.report and one.attempts:
            self._codes[one.sender, *one.concern] = one.attempts[-1].unit

    def _read_one(self, path: Path) -> None:
        try:
            found = entries.decode(path.read_bytes())
            if found.number != int(path.stem):
                raise entries.DamagedError
            self._take(found)
        except entries.NewerError as error:
            raise SendError(2, complaint("send.outbox_newer", str(path))) from error
        except entries.DamagedError:
            target = self.folder / ASIDE / path.name
            target.parent.mkdir(exist_ok=True, mode=0o700)
            self._disk.replace(path, target)
            self._disk.settle(target.parent)
            self._disk.settle(self.folder)
            self.set_aside.append(complaint("send.set_aside", str(target)))

    def waiting(self, sender: str) -> list[Entry]:
        """The entries of a sender that are not answered, oldest first."""
        return [one for one in self.entries if one.sender == sender and one.state != "answered"]

    def key(self, sender: str, said: Entry | Given) -> Key:
        """What a report is about. Without a unit it is about the sender: under the code that it had there before, if it was ever sent."""
        report = said.report if said.report is not None else said.head
        regime, period, unit = (str(report.get(name, "")) for name in ("regime", "period", "unit"))
        return regime, period, unit or self.own_code(sender, regime, period)

    def own_code(self, sender: str, regime: str, period: str) -> str:
        """The code under which the sender's own report was sent before; "" if none was."""
        return self._codes.get((sender, regime, period), "")

    def about(self, sender: str, key: Key) -> list[Entry]:
        """The entries about one report, oldest first."""
        return [one for one in self._by_concern.get((sender, *key[:2]), ()) if self.key(sender, one) == key]

    def add(self, sender: str, given: Sequence[Given], now_ms: int, *, again: bool) -> list[tuple[Given, Entry, bool]]:
        """Puts reports into the outbox, all of them or none that could be lost: each with its entry, and whether the entry is new.

        What is already here, in the same order and unchanged, is not added once more, unless `again`: a file that is given twice, or after
        a run that was killed, is sent once. Raises SendError.
        """
        known = {} if again else self._known(sender, given)
        added: list[Entry] = []
        answer: list[tuple[Given, Entry, bool]] = []
        for place, one in enumerate(given):
            if place in known:
                answer.append((one, known[place], False))
                continue
            new = _new(self._last + 1 + len(added), sender, one, now_ms)
            added.append(new)
            answer.append((one, new, True))
        for new in added:
            durable.put(self._disk, self._path(new), entries.encode(new))
        if added:
            self._settle()
        self._last += len(added)
        for new in added:
            self._keep(new)
        return answer

    def _known(self, sender: str, given: Sequence[Given]) -> dict[int, Entry]:
        """The places in `given` whose reports are here already: of each report the longest beginning that is the end of its history."""
        by_key: dict[Key, list[int]] = {}
        for place, one in enumerate(given):
            by_key.setdefault(self.key(sender, one), []).append(place)
        histories: dict[Key, list[Entry]] = {key: [] for key in by_key}
        for entry in self.entries:
            if entry.sender == sender and (found := histories.get(self.key(sender, entry))) is not None:
                found.append(entry)
        known: dict[int, Entry] = {}
        for key, places in by_key.items():
            history = histories[key]
            contents = [_new(0, sender, given[place], 0).content for place in places]
            for length in range(min(len(history), len(places)), 0, -1):
                if [one.content for one in history[-length:]] == contents[:length]:
                    known |= dict(zip(places, history[-length:], strict=False))
                    break
        return known

    def attempt(self, entry: Entry, attempt: Attempt) -> None:
        """Stores the event that will be sent. Raises SendError."""
        self._change(entry, replace(entry, state="sent", attempts=[*entry.attempts, attempt]))

    def answer(self, entry: Entry, receipt: Json, now_ms: int) -> None:
        """Stores the verdict. Raises SendError."""
        self._change(entry, replace(entry, state="answered", receipt=receipt, answered_ms=now_ms))

    def prune(self, now_ms: int) -> None:
        """Removes what was answered long ago, but for the newest accepted entry of each report. Raises SendError."""
        newest = {(one.sender, self.key(one.sender, one)): one.number for one in self.entries if one.is_accepted}
        kept = set(newest.values())
        old = [one for one in self.entries if one.state == "answered" and one.answered_ms < now_ms - KEPT_MS and one.number not in kept]
        try:
            for one in old:
                self._disk.remove(self._path(one))
        except OSError as error:
            raise durable.failure(error, self.folder) from error
        gone = {one.number for one in old}
        left, self.entries, self._by_concern = self.entries, [], {}
        for one in left:
            if one.number not in gone:
                self._keep(one)

    def _change(self, entry: Entry, new: Entry) -> None:
        durable.put(self._disk, self._path(entry), entries.encode(new))
        self._settle()
        for name in ("state", "attempts", "receipt", "answered_ms"):
            setattr(entry, name, getattr(new, name))
        self._learn(entry)

    def _settle(self) -> None:
        try:
            self._disk.settle(self.folder)
        except OSError as error:
            raise durable.failure(error, self.folder) from error

    def _path(self, entry: Entry) -> Path:
        return self.folder / f"{entry.number:012}.json"


def others(found: Iterable[Entry], sender: str) -> list[Entry]:
    """Entries of other senders that are not answered."""
    return [one for one in found if one.sender != sender and one.state != "answered"]


def _new(number: int, sender: str, given: Given, now_ms: int) -> Entry:
    return Entry(number, sender, now_ms, given.file, given.line, given.report, given.event, given.head)


def _lock(file: IO[bytes]) -> None:
    """Locks a file until it is closed, or the process ends. Raises OSError if another process has it."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
