"""Files that are attached to a report: signed scans. What is taken, for how long, and by whom one may be used.

An attachment belongs to the unit that sent it, and is used by one report: that of one unit, regime and period, in any of its revisions.
Source: design, section 4, "Attachments"; ADR 0085.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

MediaType = Literal["application/pdf", "image/png", "image/jpeg"]
PDF: Final = "application/pdf"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
ENDINGS: Final[dict[MediaType, str]] = {PDF: "pdf", PNG: "png", JPEG: "jpg"}
KINDS: Final[dict[MediaType, str]] = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG"}
MOST_BYTES: Final = 10 * 1024 * 1024  # of one file
MOST_LISTED: Final = 20  # of one report
MOST_UNUSED: Final = 50  # of one unit, so that nobody fills the disk: 500 MiB
MOST_NAME: Final = 200  # characters
KEPT: Final = timedelta(days=7)  # while no report uses it
REF: Final = r"^[A-Za-z0-9_-]{43}$"
SHA256: Final = r"^[0-9a-f]{64}$"


@dataclass(frozen=True, slots=True)
class Listed:
    """An attachment as a report lists it."""

    name: str
    media_type: MediaType
    size: int
    sha256: str
    ref: str

    @property
    def kind(self) -> str:
        """What people call its type."""
        return KINDS[self.media_type]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored attachment: the unit (id) that sent it, what it is, and the report that uses it, `<regime>/<period>/<unit id>`; "" if none
    does.
    """

    ref: str
    unit: str
    media_type: MediaType
    size: int
    sha256: str
    sent_ms: int
    used_by: str = ""

    def listed(self, name: str) -> Listed:
        """As a report lists it, under a name for people."""
        return Listed(name, self.media_type, self.size, self.sha256, self.ref)

    def is_gone(self, received_ms: int) -> bool:
        """Whether a report that was received then came too late to use it."""
        return not self.used_by and received_ms > self.sent_ms + KEPT.total_seconds() * 1000


def of_event(listed: object) -> Sequence[Listed]:
    """The attachments of a logged report; what does not have their form is left out."""
    return tuple(found for one in listed if (found := _listed(one)) is not None) if isinstance(listed, list) else ()


def _listed(one: object) -> Listed | None:
    match one:
        case {"name": str(name), "media_type": kind, "size": int(size), "sha256": str(sha256), "ref": str(ref)} if kind in KINDS:
            return Listed(name, kind, size, sha256, ref) if re.fullmatch(REF, ref) and re.fullmatch(SHA256, sha256) else None
    return None
