"""What the client has to say when something is wrong: a stable code, where, and a sentence in two languages. Pure, but for the language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from .sentences import SENTENCES

Language = Literal["vi", "en"]

UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
QUOTED: Final = 120  # characters of a text from outside in a sentence
LONGEST: Final = 2_000  # characters of a server's sentence


@dataclass(frozen=True, slots=True)
class Complaint:
    """One reason, said in both languages. `place` is a file with its line, an option or a folder."""

    code: str
    place: str
    message_vi: str
    message_en: str

    def line(self, language: Language) -> str:
        """Place, sentence and code on one line."""
        message = self.message_en if language == "en" else self.message_vi
        return f"{self.place}: {message} [{self.code}]" if self.place else f"{message} [{self.code}]"

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "path": self.place, "message_vi": self.message_vi, "message_en": self.message_en}


class SendError(Exception):
    """The command cannot go on. `exit_code`: 1 the answer is no, 2 wrong use, 3 something is away."""

    def __init__(self, exit_code: int, *complaints: Complaint) -> None:
        super().__init__(*(one.code for one in complaints))
        self.exit_code = exit_code
        self.complaints = complaints


def complaint(code: str, /, place: str = "", **details: object) -> Complaint:
    """The complaint `code` of the catalogue. Details from outside are cut, and characters that a terminal would obey are replaced."""
    shown = {name: clean(str(value), QUOTED) for name, value in details.items()}
    vietnamese, english = SENTENCES[code]
    return Complaint(code, clean(place, LONGEST), vietnamese.format(**shown), english.format(**shown))


def of_server(value: Any) -> tuple[Complaint, ...]:
    """The errors or warnings in a server's answer. What has another shape is left out."""
    found = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return tuple(one for one in map(_of_server, found) if one is not None)


def _of_server(value: Any) -> Complaint | None:
    if not isinstance(value, dict):
        return None
    parts = [value.get(name) for name in ("code", "path", "message_vi", "message_en")]
    texts = [clean(part, LONGEST) for part in parts if isinstance(part, str)]
    return Complaint(*texts) if len(texts) == len(parts) else None


def clean(text: str, most: int) -> str:
    """A text from outside that can be printed: without control characters, and not longer than `most`."""
    return UNSEEN.sub("\ufffd", text if len(text) <= most else text[:most] + "…")
