"""Obligations: by when each group of a regime reports, who confirms, and when they are reminded. Parts of a regime file.

`shared.words.deadlines` computes the instants. Source: design, section 5, "Regimes" and "Periods".
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from shared.words.failures import InvalidValueError
from shared.words.periods import Length
from shared.words.refusals import refusal
from shared.words.regime_fields import Data, DateText, DayText, TimeText

MOST_DAYS: Final = 182  # half a year: a deadline further from the cut-off is a typing error
MOST_WORKING_DAYS: Final = 120
MOST_STEP: Final = 366


class AfterCutOff(Data):
    """A number of days after the period's cut-off. Give either `days` or `working_days`."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None
    """So many calendar days after the cut-off: after 14/05, `1` is 15/05."""
    working_days: Annotated[int, Field(ge=1, le=MOST_WORKING_DAYS)] | None = None
    """So many working days after the cut-off: after Thursday 14/05, `2` is Monday 18/05."""

    @model_validator(mode="after")
    def counts_one_kind_of_days(self) -> Self:
        if (self.days is None) == (self.working_days is None):
            raise InvalidValueError(refusal("regime.days_or_working_days"))
        return self


class DeadlineRule(Data):
    """The last day on which a report is on time. A rule names exactly one of `before`, `by`, `once` (a day, as MM-DD or as a full date),
    `after_cut_off`, `day_of_next_month` (a day of each period) and `after` (a day after another group's deadline).

    MM-DD is in the period's year, or in the next year if the cut-off is after that day (`shared.words.deadlines`).
    """

    before: DayText | None = None
    """Exclusive: `12-20` is "trước ngày 20/12", so a report received on 20/12 at 00:00 is late."""
    by: DayText | None = None
    """Inclusive: a report is on time until the end of that day."""
    once: DateText | None = None
    """Inclusive, a full date: the duty is due one time and not every year."""
    after_cut_off: AfterCutOff | None = None
    """So many days, or working days, after the cut-off of each period."""
    day_of_next_month: Annotated[int, Field(ge=1, le=31)] | None = None
    """This day of the month after the month of the cut-off. `regimes check` refuses a day that one of the months does not have."""
    after: str | None = None
    """The group of `reporters` whose deadline this one follows, `working_days` later."""
    working_days: Annotated[int, Field(ge=1, le=MOST_WORKING_DAYS)] | None = None
    """With `after`: so many working days after the last day on which that group is on time."""
    inclusive: bool = True
    """With `after_cut_off`, `day_of_next_month` or `after`: `true` lasts until the end of the day, `false` ends when the day begins."""
    hour: TimeText | None = None
    """The hour on that day: an exclusive deadline ends when it strikes, an inclusive one just after."""

    @model_validator(mode="after")
    def has_one_day(self) -> Self:
        if sum(day is not None for day in (self.before, self.by, self.once, self.after_cut_off, self.day_of_next_month, self.after)) != 1:
            raise InvalidValueError(refusal("regime.one_day"))
        if (self.after is None) != (self.working_days is None):
            raise InvalidValueError(refusal("regime.working_days_after_group"), "working_days")
        if self.has_own_day and "inclusive" in self.model_fields_set:
            raise InvalidValueError(refusal("regime.inclusive_of_counted_day"), "inclusive")
        return self

    @property
    def has_own_day(self) -> bool:
        """Whether the rule names a day of the calendar (`before`, `by`, `once`), and does not count from a cut-off or another deadline."""
        return bool(self._day)

    @property
    def is_yearly(self) -> bool:
        """Whether the rule names a day of every year (MM-DD)."""
        return len(self._day) == len("MM-DD")

    @property
    def is_one_date(self) -> bool:
        """Whether the rule names one full date."""
        return self.has_own_day and not self.is_yearly

    @property
    def is_inclusive(self) -> bool:
        """Whether a report is on time until the end of the rule's day."""
        return self.before is None and self.inclusive

    @property
    def _day(self) -> str:
        return self.before or self.by or self.once or ""

    def day_in(self, year: int) -> str:
        """The rule's own day as YYYY-MM-DD: its full date, or its MM-DD in `year`."""
        return f"{year}-{self._day}" if self.is_yearly else self._day


RECIPIENT: Final = "recipient"


class Confirm(DeadlineRule):
    """Who confirms a view, and by when: the units of `level` inside `within` confirm their own, or the recipient confirms the view of
    `on_behalf_of`, otherwise of `within`. Give either `level` or `recipient`.
    """

    level: str | None = None
    """The level of the units inside `within` that confirm their view."""
    recipient: Literal[True] | None = None
    """The recipient confirms the view of the unit for which it acts."""

    @model_validator(mode="after")
    def has_one_confirmer(self) -> Self:
        if (self.level is None) == (self.recipient is None):
            raise InvalidValueError(refusal("regime.level_or_recipient"))
        return self

    @property
    def who(self) -> str:
        """The level, or `recipient`: each is named once in a regime."""
        return self.level or RECIPIENT


class Ladder(Data):
    """When reminders go out: days before the last day, hours on the last day, days after it. A list that is left out follows the length of
    the period.
    """

    before_days: list[int] | None = None
    """Reminders this many days before the last day. A reminder that falls on a day off goes out on the working day before. Without it
    30, 14, 7, 3, 1 for a year; 14, 7, 3, 1 for a half-year or nine months; 7, 3, 1 for a quarter; 3, 1 for a month."""
    last_day: list[TimeText] | None = None
    """Reminders at these hours of the last day. Without it 08:00, 14:00."""
    after_days: list[int] | None = None
    """Reminders this many days after the last day. A reminder that falls on a day off goes out on the working day after. Without it
    1, 3, 7."""


BEFORE_DAYS: Final[Mapping[Length, tuple[int, ...]]] = {
    "year": (30, 14, 7, 3, 1),
    "nine_months": (14, 7, 3, 1),
    "half_year": (14, 7, 3, 1),
    "quarter": (7, 3, 1),
    "month": (3, 1),
}
LAST_DAY: Final = ("08:00", "14:00")
AFTER_DAYS: Final = (1, 3, 7)


class Obligation(Data):
    """When each group must report: by deadlines for each period, or on call (the recipient opens a period with a deadline).

    Source of `to_working_day`: Bộ luật Dân sự 2015, art. 148.
    """

    deadlines: dict[str, DeadlineRule] = Field(default={})
    """The deadline of each group of `reporters`, by the group's name."""
    on_call: bool = False
    """Instead of `deadlines`: the recipient opens each period with a deadline (`tonghop periods open`)."""
    to_working_day: bool = False
    """A deadline whose last day is a day off moves to the end of the next working day."""
    confirm: list[Confirm] = Field(default=[])
    """Who confirms views, and by when, the lowest first. One entry may be given without a list. Without it, views are not confirmed."""
    ladder: Ladder = Ladder()
    """When units that owe a report are reminded. Without it the defaults apply."""

    @field_validator("confirm", mode="before", json_schema_input_type=list[Confirm] | Confirm | None)
    @classmethod
    def lists_one(cls, value: Any) -> Any:
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    @model_validator(mode="after")
    def confirms_once(self) -> Self:
        names = [entry.who for entry in self.confirm]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise InvalidValueError(refusal("regime.confirmed_twice", names=repeated), "confirm")
        return self

    @model_validator(mode="after")
    def is_fixed_or_on_call(self) -> Self:
        if self.on_call == bool(self.deadlines):
            raise InvalidValueError(refusal("regime.deadlines_or_on_call"))
        return self

    @model_validator(mode="after")
    def chains_end(self) -> Self:
        for where, rule in self.rules():
            if rule.after is not None and rule.after not in self.deadlines:
                why = refusal("regime.after_unknown_group", name=rule.after, groups=sorted(self.deadlines))
                raise InvalidValueError(why, *where, "after")
        for name in self.deadlines:
            if (circle := self._chain(name)) and circle[-1] in circle[:-1]:
                raise InvalidValueError(refusal("regime.after_in_circle", groups=circle), "deadlines", name, "after")
        return self

    def rules(self) -> Iterator[tuple[tuple[str, ...], DeadlineRule]]:
        """Every deadline rule, and its path in the obligation."""
        yield from ((("deadlines", name), rule) for name, rule in self.deadlines.items())
        yield from ((("confirm", str(place)), entry) for place, entry in enumerate(self.confirm))

    def _chain(self, name: str) -> list[str]:
        """A group and the groups whose deadlines it follows, up to the first without `after`, or the first that repeats."""
        chain = [name]
        while (before := self.deadlines[chain[-1]].after) is not None:
            chain.append(before)
            if before in chain[:-1]:
                break
        return chain
