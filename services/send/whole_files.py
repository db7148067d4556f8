"""Sends whole files that the server reads: tables (CSV) and filled forms (XLSX). Numbers in them are read by one rule, the server's.

A file is not put into the outbox: its events' ids follow from what it says, so the same file sent again counts once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Final, Protocol

from .complaints import LONGEST, Complaint, SendError, clean, complaint, of_server
from .content import Json
from .door import VERDICTS, Barred, Held, Told
from .report import WRONG_USE, Row, State
from .sending import Patience

MOST_BYTES: Final = 8 * 1024 * 1024  # of one file; the server takes 5 MiB and says so
CSV, XLSX = "csv", "xlsx"
KINDS: Final = {".csv": CSV, ".xlsx": XLSX}
NO_DOOR: Final = ("door.not_found", "door.method_not_allowed")  # an older server


class FileDoor(Protocol):
    """A way to the server that takes whole files."""

    async def file(self, kind: str, content: bytes, query: str) -> Told | Held | Barred: ...


@dataclass(slots=True)
class Done:
    """What became of files. `is_no`: one of them was refused as a whole, or the server takes nothing from this key."""

    rows: list[Row] = field(default_factory=list)
    why: list[Complaint] = field(default_factory=list)
    is_no: bool = False
    is_away: bool = False


def kind_of(name: str) -> str | None:
    """The kind of a file by its name; None if it is read here."""
    return KINDS.get(PurePath(name).suffix.lower())


@dataclass(frozen=True, slots=True)
class SendingFiles:
    """One run. `decimal` is what is before the decimals of numbers in tables."""

    door: FileDoor
    patience: Patience
    is_dry_run: bool
    decimal: str

    async def all(self, files: Sequence[tuple[str, bytes]]) -> Done:
        """Sends the files one after the other, until one is not answered. Raises SendError if the server does not know this way."""
        done = Done()
        for number, (name, content) in enumerate(files):
            told = await self._told(str(kind_of(name)), content)
            if isinstance(told, Barred):
                done.why += told.why
                done.is_no = True
                break
            if isinstance(told, Held):
                done.why += [told.why, complaint("send.files_wait", count=len(files) - number)]
                done.is_away = True
                break
            self._take(done, clean(name, LONGEST), told)
        return done

    async def _told(self, kind: str, content: bytes) -> Told | Held | Barred:
        wishes = ["dry_run=true"] if self.is_dry_run else []
        wishes += ["decimal=point"] if kind == CSV and self.decimal == "point" else []
        while True:
            told = await self.door.file(kind, content, "&".join(wishes))
            if not isinstance(told, Held) or told.retry_s is None or not await self.patience.wait(told.retry_s):
                return told

    def _take(self, done: Done, name: str, told: Told) -> None:
        said = told.said
        errors = of_server(said.get("errors"))
        listed, receipt = said.get("receipts"), said.get("receipt", said)
        if isinstance(listed, list):
            done.rows += [self._row(name, one) for one in listed if isinstance(one, dict)]
        elif isinstance(receipt, dict) and receipt.get("verdict") in (*VERDICTS, "pending"):
            done.rows.append(self._row(name, receipt))
        elif errors and errors[0].code in NO_DOOR:
            raise SendError(WRONG_USE, complaint("send.no_files", name))
        else:
            done.is_no = True
            done.why += [replace(one, place=f"{name}:{one.place}" if one.place else name) for one in errors]
        for code, address in (("send.marked", said.get("marked")), ("send.renewed", said.get("renewed"))):
            if isinstance(address, str):
                done.why.append(complaint(code, name, address=address))

    def _row(self, name: str, said: Json) -> Row:
        verdict, revision, line = said.get("verdict"), said.get("revision"), said.get("line")
        is_rejected = "rejected" in (verdict, said.get("first_verdict"))
        states: dict[object, State] = {"accepted": "accepted", "duplicate": "duplicate", "rejected": "rejected"}
        texts = [str(said.get(part) or "") for part in ("regime", "period")]
        return Row(
            name,
            line if isinstance(line, int) else 0,
            texts[0],
            texts[1],
            str(said.get("reporter") or said.get("unit") or ""),
            revision if isinstance(revision, int) else 0,
            str(said.get("event_id") or ""),
            "rejected" if is_rejected else states.get(verdict, "waiting"),
            str(said.get("received_at") or ""),
            of_server(said.get("errors")),
            of_server(said.get("warnings")),
            is_rejected,
            said.get("changes"),
            self.is_dry_run,
        )
