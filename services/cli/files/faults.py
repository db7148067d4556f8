"""Faults of files: which file, where in it, what is wrong; all of them at once."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file. `where` is a line (`dòng 12`), a path in it, or both."""

    file: Path
    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.reason}"

    def as_dict(self) -> dict[str, str]:
        return {"file": str(self.file), "where": self.where, "reason": self.reason}


class FaultsError(Exception):
    """A file that is refused as a whole."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
