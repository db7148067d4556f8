"""Faults of files: the file, the place in it, and what is wrong. All faults are reported together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from shared.plumbing.text_files import UnreadableError
from shared.words import refusals
from shared.words.refusals import Language, Refusal

LINE = {"vi": "dòng", "en": "line"}
SINCE = {"vi": "từ", "en": "from"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file. `line` is None and `path` empty when the fault is not about a certain line or field."""

    file: Path
    refusal: Refusal
    line: int | None = None
    path: Sequence[int | str] = ()
    since: date | None = None
    """Since when a value that was right is wrong, because of a reform or of a change of the regime."""

    @classmethod
    def of_unreadable(cls, file: Path, error: UnreadableError) -> Self:
        return cls(file, error.refusal, error.line)

    @property
    def where(self) -> str:
        """Line and path, such as `12: obligation.deadlines.xa`; empty when the fault is not about a certain line or field."""
        return self._where("vi")

    def __str__(self) -> str:
        return self.text("en")

    def text(self, language: Language) -> str:
        """The text for an operator: file, line, path, sentences, code."""
        return ": ".join(filter(None, (str(self.file), self._where(language), self.refusal.line(language))))

    def as_dict(self) -> dict[str, object]:
        where = {"file": str(self.file), "line": self.line, "path": ".".join(map(str, self.path))}
        if self.since is not None:
            where["since"] = self.since.isoformat()
        return {"code": self.refusal.code, **where, "message_vi": self.refusal.message_vi, "message_en": self.refusal.message_en}

    def _where(self, language: Language) -> str:
        line = f"{LINE[language]} {self.line}" if self.line is not None else ""
        since = f"{SINCE[language]} {getattr(refusals.day(self.since), language)}" if self.since is not None else ""
        return ", ".join(filter(None, (line, ".".join(map(str, self.path)), since)))


class FaultsError(Exception):
    """A file is refused as a whole."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = list(faults)
