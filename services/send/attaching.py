"""Files that go with a report, such as the signed scan: sent first, then listed in the report, which is then put into the outbox.

What was sent with the same report before is listed again and not sent anew, so the same command is the same report. Without the line
nothing is put into the outbox: it keeps reports, not files.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Final, Protocol

from .complaints import LONGEST, SendError, clean, complaint, of_server
from .content import Json
from .door import Barred, Held, Told
from .entry import Entry
from .outbox import Outbox
from .reading import Given
from .report import AWAY, NO, WRONG_USE
from .sending import Patience

FIELD: Final = "attachments"
MOST_BYTES: Final = 10 * 1024 * 1024
MOST_FILES: Final = 20
MOST_NAME: Final = 200
KEPT_MS: Final = 6 * 24 * 3600 * 1000  # the server keeps a file that no report uses for seven days
REF: Final = re.compile(r"[A-Za-z0-9_-]{20,100}", re.ASCII)
KIND: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}", re.ASCII)
NO_DOOR: Final = ("door.not_found", "door.method_not_allowed")  # an older server
OF_FILES: Final = "attachment."  # how codes begin that are about a report's files


class AttachingDoor(Protocol):
    """A way to the server that takes files for reports."""

    async def attach(self, content: bytes) -> Told | Held | Barred: ...


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that is to go with a report."""

    place: str
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def is_listed_as(self, listed: object) -> bool:
        """Whether an entry of a list is this same file under the same name."""
        return isinstance(listed, dict) and (listed.get("name"), listed.get("sha256")) == (self.name, self.sha256)


def read(names: Sequence[str]) -> list[Enclosure]:
    """The files. Raises SendError with everything that is wrong: then nothing is sent."""
    if len(names) > MOST_FILES:
        raise SendError(WRONG_USE, complaint("send.attach_too_many", most=MOST_FILES))
    found, wrong = list[Enclosure](), []
    for name in names:
        place = clean(name, LONGEST)
        try:
            if not Path(name).is_file():  # a device would never end
                wrong.append(complaint("send.not_a_file" if Path(name).exists() else "send.no_such_file", place))
                continue
            with Path(name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            wrong.append(complaint("send.file_not_read", place, why=getattr(error, "strerror", None) or type(error).__name__))
            continue
        if not 0 < len(content) <= MOST_BYTES:
            wrong.append(complaint("send.attach_size", place, most=MOST_BYTES // 2**20))
        found.append(Enclosure(place, clean(unicodedata.normalize("NFC", PurePath(name).name), MOST_NAME - 1), content))
    if wrong:
        raise SendError(WRONG_USE, *wrong)
    return found


def report_of(given: Sequence[Given]) -> Given:
    """The one report with which files go. Raises SendError."""
    if len(given) != 1 or given[0].report is None:
        raise SendError(WRONG_USE, complaint("send.attach_one_report"))
    return given[0]


@dataclass(frozen=True, slots=True)
class Attaching:
    """One run."""

    door: AttachingDoor
    patience: Patience
    outbox: Outbox
    sender: str
    now_ms: int

    async def to(self, given: Given, files: Sequence[Enclosure]) -> Given:
        """The report with its files listed. Raises SendError: 1 if the server refuses one, 3 if the line is away; then nothing waits."""
        known = list(self._known(given))
        listed = []
        for file in files:
            before = [one for one in known if file.is_listed_as(one)]
            listed.append(before[0] if before else await self._sent(file))
        return replace(given, report={**(given.report or {}), FIELD: listed})

    def _known(self, given: Given) -> Iterator[Json]:
        """What was listed in this same report before, the newest first, as far as the server still has it."""
        for one in reversed(self.outbox.about(self.sender, self.outbox.key(self.sender, given))):
            if one.report is not None and self._is_there(one):
                yield from one.report.get(FIELD, ())

    def _is_there(self, one: Entry) -> bool:
        errors = (one.receipt or {}).get("errors", ())
        if any(str(error.get("code", "")).startswith(OF_FILES) for error in errors):
            return False
        return one.is_accepted or one.added_ms > self.now_ms - KEPT_MS

    async def _sent(self, file: Enclosure) -> Json:
        while True:
            told = await self.door.attach(file.content)
            if not isinstance(told, Held) or told.retry_s is None or not await self.patience.wait(told.retry_s):
                break
        if isinstance(told, Held):
            raise SendError(AWAY, told.why, complaint("send.attach_waits", file.place))
        if isinstance(told, Barred):
            raise SendError(NO, *told.why)
        if errors := of_server(told.said.get("errors")):
            if errors[0].code in NO_DOOR:
                raise SendError(WRONG_USE, complaint("send.no_attachments", file.place))
            raise SendError(NO, *(replace(one, place=file.place) for one in errors), complaint("send.attach_refused"))
        ref, kind = told.said.get("ref"), told.said.get("media_type")
        is_this = (told.said.get("sha256"), told.said.get("size")) == (file.sha256, len(file.content))
        if not is_this or not isinstance(ref, str) or not REF.fullmatch(ref) or not isinstance(kind, str) or not KIND.fullmatch(kind):
            raise SendError(AWAY, complaint("send.odd_answer", file.place, status=201), complaint("send.attach_waits", file.place))
        return {"name": file.name, "media_type": kind, "size": len(file.content), "sha256": file.sha256, "ref": ref}
