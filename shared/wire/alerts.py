"""An alert as ALERTS has it: a reminder, a notice or a digest."""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from shared.wire.published import Count, IfSet, OffsetText, PercentText, Published, PublishedEvent
from shared.words.regime_fields import RegimeId, UnitCode

DIGEST_CODES: Final = 300  # of each list; six lists of codes of 32 characters are below the 64 KiB of a message of ALERTS
FirstCodes = Annotated[list[UnitCode], Field(max_length=DIGEST_CODES)]


class DigestData(Published):
    """The state of a group of units that share a deadline, as their recipient gets it.

    `received` includes late reports. `confirmers` is the number of units that must confirm their view, `confirmed` how many have done so.
    `estimators` is the number of units whose official figures are due by this deadline, because they have sent estimates; `official` is how
    many have sent official figures, `estimated` are units whose report still has estimates.

    Each list holds unit codes of the reference day, at most the first 300; the mail names all of them. `without_contact` are units that no
    reminder can reach. `without_heir` are units that have ended and for which no heir is declared: nobody is reminded of what they owe.
    """

    expected: Count
    received: Count
    late: Count
    rate: PercentText | None
    confirmers: Count
    confirmed: Count
    missing: FirstCodes
    late_units: FirstCodes
    unconfirmed: FirstCodes
    without_contact: FirstCodes
    without_heir: FirstCodes = Field(default=[])
    estimators: Count = 0
    official: Count = 0
    estimated: FirstCodes = Field(default=[])


class NamedUnit(Published):
    """A unit, with its code and name on the reference day of the period."""

    id: str
    code: UnitCode
    name: str


CAUSE: Final = r"^(report|confirm|official|(return|returned|moved|entered-for|undone)-[0-9]+|asked-[\x21-\x2e\x30-\x7e]{8,64})$"


class AlertData(Published):
    """One reminder to one unit. `rung` is the step of the reminder ladder, or `now` for news that is sent at once.

    `unit` is the id of the unit that the alert is for. `of` is the unit that has the duty. They differ if that unit has ended and `unit`
    acts for it as its heir. In a digest, `of` is the recipient of the reports.

    `cause` says what the unit owes: `report`, `confirm`, `official` (figures that replace estimates), or `return-<revision>` (a report that
    was sent back). At the rung `now` it says what happened: `returned-<revision>` (the report was sent back), `moved-<n>` (the deadline was
    moved from `deadline_before` to `deadline`), `entered-for-<revision>` (`entered_by` entered the report for this unit, which can send a
    higher revision), `undone-<n>` (`undone_by` undid the confirmation of this unit, for the reason `text`) or `asked-<event id>`
    (`asked_by` asks for what is still owed, in the words `text`). An alert with `digest` goes to the recipient: it says which units still
    owe.
    """

    unit: str
    of: IfSet[NamedUnit] = None
    regime: RegimeId
    period: str
    rung: str
    at: OffsetText
    deadline: OffsetText
    cause: Annotated[str, StringConstraints(pattern=CAUSE)]
    deadline_before: IfSet[OffsetText] = None
    entered_by: IfSet[NamedUnit] = None
    undone_by: IfSet[NamedUnit] = None
    asked_by: IfSet[NamedUnit] = None
    text: IfSet[str] = None
    digest: IfSet[DigestData] = None


class AlertRaised(PublishedEvent):
    """A reminder to a unit that still owes a report or a confirmation, or a digest to the recipient.

    The event id is `<duty>/<cause>/<deadline>/<rung>/stream`; for a digest `digest/<regime>/<period>/<deadline>/<rung>/<recipient
    id>/stream`. Of the causes `asked-` and `undone-` it has the id of the unit that asked or undid instead of the deadline. It names the
    unit of `of`, whoever acts for it.
    """

    type: Literal["vn.tonghop.alert.raised.v1"]
    source: Literal["/services/notify"]
    data: AlertData
