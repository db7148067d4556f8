"""Reads one revision of a report, and what it says differently from the revision before it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.portal.domain import content, refused, revision_changes
from services.portal.domain.address import Address
from services.portal.domain.content import Content
from services.portal.domain.history import Step
from services.portal.domain.revision_changes import Difference
from services.portal.domain.wanted import Wanted
from services.portal.reading.store import PortalStore

FORM: Wanted = ("số của một lần nộp, từ 1", "the number of a revision, from 1")
MOST_DIGITS = 9


@dataclass(frozen=True)
class Opened:
    """One revision of a report. `numbers` are all revisions that were sent; `before` is the one that `differences` are from, if any."""

    number: int
    numbers: Sequence[int]
    said: Content
    before: int | None
    differences: Sequence[Difference]

    @property
    def is_newest(self) -> bool:
        return self.number == self.numbers[-1]


def number(text: str | None) -> int | None:
    """The revision that is asked for; None for the newest. Raises `Refused` with 400 if it is no such number."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text)):
        raise refused.bad_query("revision", FORM)
    return int(text)


async def read(at: Address, store: PortalStore, steps: Sequence[Step], wanted: int | None) -> Opened | None:
    """A revision of the report whose history is given; None if none was sent and none is asked for. Raises `Refused` with 404."""
    sent = revision_changes.submissions([step.entry for step in steps])
    if not sent and wanted is None:
        return None
    numbers = list(sent)
    chosen = numbers[-1] if wanted is None else wanted
    if chosen not in sent:
        raise refused.no_such_report(at.regime.id, at.period.code, at.unit.code)
    before = revision_changes.before(numbers, chosen)
    contents = await store.contents([sent[one].id for one in (chosen, before) if one is not None])
    said = contents.get(sent[chosen].id, content.NOTHING)
    differing = [] if before is None else revision_changes.differences(at.regime, contents.get(sent[before].id, content.NOTHING), said)
    return Opened(chosen, numbers, said, before, differing)
