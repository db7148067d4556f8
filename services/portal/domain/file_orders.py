"""Orders of files that are made in the background: what is made, for whom, how many a person may have, and how a page names its state."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Kind = Literal["docx", "pdf", "book", "copy-docx", "copy-pdf"]
State = Literal["waiting", "working", "done", "failed"]

KEPT: Final = timedelta(days=1)
LEASE: Final = timedelta(seconds=30)
"""How long a portal that says nothing is believed to work on a file."""
MOST_ATTEMPTS: Final = 3
MOST_UNFINISHED: Final = 3  # files of one person that are not done
MOST_A_DAY: Final = 60  # files of one person
MOST_BYTES: Final = 64 * 1024 * 1024
NAMES: Final[Mapping[Kind, str]] = {
    "docx": "Báo cáo tổng hợp (Word)",
    "pdf": "Báo cáo tổng hợp (PDF)",
    "book": "Tập báo cáo (PDF)",
    "copy-docx": "Bản sao báo cáo đã gửi (Word)",
    "copy-pdf": "Bản sao báo cáo đã gửi (PDF)",
}
ENDINGS: Final[Mapping[Kind, str]] = {"docx": "docx", "pdf": "pdf", "book": "sach.pdf", "copy-docx": "docx", "copy-pdf": "pdf"}
MEDIA_TYPES: Final[Mapping[Kind, str]] = {
    **dict.fromkeys(("docx", "copy-docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    **dict.fromkeys(("pdf", "book", "copy-pdf"), "application/pdf"),
}
STATES: Final[Mapping[State, str]] = {
    "waiting": "Đang chờ đến lượt",
    "working": "Đang tạo tệp",
    "done": "Đã xong",
    "failed": "Không tạo được",
}


@dataclass(frozen=True, slots=True)
class Order:
    """A file that somebody wants. `event` is that of a copy of what was sent, else ""."""

    kind: Kind
    regime: str
    period: str
    unit: str
    event: str = ""

    @property
    def needs_office(self) -> bool:
        """Whether LibreOffice must make it."""
        return MEDIA_TYPES[self.kind] == "application/pdf"

    @property
    def target(self) -> str:
        """As the audit log names it."""
        return f"views/{self.regime}/{self.period}/{self.unit}" if not self.event else f"reports/{self.regime}/{self.period}/{self.unit}"

    @property
    def page(self) -> str:
        """The page from which it was ordered."""
        return f"/{'bao-cao' if self.event else 'bang'}/{self.regime}/{self.period}/{self.unit}"

    def key(self, owner: str) -> str:
        """The same for the same order of the same person: while it is not done, it is made once."""
        named = "\n".join((owner, self.kind, self.regime, self.period, self.unit, self.event))
        return hashlib.sha256(named.encode()).hexdigest()


def may_order(unfinished: int, today: int) -> bool:
    """Whether a person may order one more file."""
    return unfinished < MOST_UNFINISHED and today < MOST_A_DAY


def share(done: int, of: int) -> int:
    """The progress in percent; below 100 while it is not done."""
    return min(99, done * 100 // of) if of else 0
