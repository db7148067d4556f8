"""Parts of a regime file: groups of reporters, indicators with their targets, and what changes from a day on.

Source: design, section 5, "Regimes"; ADR 0043.
"""

from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from shared.words import figure_rules, numbers, texts
from shared.words.failures import InvalidValueError
from shared.words.figure_rules import Condition
from shared.words.numbers import MAX_SCALED
from shared.words.obligations import DeadlineRule, Obligation
from shared.words.refusals import number, refusal
from shared.words.regime_fields import DECIMAL, Code, Data, DateText, DecimalText, UnitCode

LARGEST_FACTOR: Final = 1_000_000
LONGEST_MESSAGE: Final = 300  # characters


class Group(Data):
    """Named reporters: all units of a level and kind inside the regime's `within`, or units listed by name."""

    label: str
    """What people read: the name of the group."""
    level: str | None = None
    """All units of this level inside the regime's `within`, such as `commune`. Give either this or `units`."""
    kind: Literal["peoples_committee", "office"] = "peoples_committee"
    """With `level`: people's committees, or offices (phòng, ban, ngành)."""
    units: list[UnitCode] = Field(default=[])
    """The reporters by code, instead of a level. A code that no unit has in a period is left out in that period."""

    @model_validator(mode="after")
    def has_one_way_to_name_units(self) -> Self:
        if (self.level is None) == (not self.units):
            raise InvalidValueError(refusal("regime.level_or_units"))
        return self


class Target(Data):
    """A target set by the plan; for flags and ratios it is a percentage."""

    at_least: DecimalText
    """The goal: a percentage for flags and ratios, otherwise a figure. It is compared exactly, not after rounding."""
    by: str
    """The year in which the plan expects the goal to be reached. It is only shown."""
    level: str | None = None
    """The goal is shown only in views of units of this level. Without it, in all views."""


def _text_of_whole(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Factor = Annotated[str, StringConstraints(pattern=DECIMAL), BeforeValidator(_text_of_whole, json_schema_input_type=int | DecimalText)]


class Unusual(Data):
    """When a figure is far from the unit's figure of the period before. Then the sender gets a warning that asks for a note."""

    factor: Factor
    """How many times as large, or as small, a figure must be to be unusual: more than 1, and at most 1,000,000."""
    above: DecimalText
    """Figures are compared only if the larger one is above this number, so that small ones may vary."""

    @model_validator(mode="after")
    def makes_sense(self) -> Self:
        if not 1 < Decimal(self.factor) <= LARGEST_FACTOR:
            raise InvalidValueError(refusal("regime.unusual_factor", most=number(LARGEST_FACTOR)), "factor")
        if self.above.startswith("-"):
            raise InvalidValueError(refusal("regime.unusual_above"), "above")
        return self

    @cached_property
    def ratio(self) -> tuple[int, int]:
        """The factor as a fraction of whole numbers: numerator and denominator."""
        return Fraction(self.factor).as_integer_ratio()


class FigureRule(Data):
    """What is strange about a report's figures: if the condition is true, the sender gets a warning that asks for a note."""

    id: Code
    """The name of the rule. It is used once in the regime."""
    condition: Annotated[str, Field(alias="if")]
    """The condition `A op B`: `op` is one of `<`, `<=`, `=`, `>=`, `>`; `A` and `B` are sums (`+`) of plain numbers and of figures, which
    are the code of a quantity, or of a ratio with `.numerator` or `.denominator`. It is not judged while one of the figures is missing."""
    message_vi: str
    """What the sender reads, in Vietnamese: one sentence that says what is strange."""

    @field_validator("condition")
    @classmethod
    def is_a_condition(cls, value: str) -> str:
        if figure_rules.parse(value) is None:
            raise InvalidValueError(refusal("regime.rule_unreadable", most=figure_rules.MOST_TERMS))
        return value

    @field_validator("message_vi")
    @classmethod
    def can_be_read(cls, value: str) -> str:
        if len(value) > LONGEST_MESSAGE or texts.is_blank(value) or texts.forbidden(value) is not None or "\n" in value:
            raise InvalidValueError(refusal("regime.rule_message", most=LONGEST_MESSAGE))
        return value

    @cached_property
    def parsed(self) -> Condition:
        """The condition, parsed."""
        parsed = figure_rules.parse(self.condition)
        assert parsed is not None  # validated
        return parsed


class Indicator(Data):
    """One figure of the form. Its kind and decimals never change: a new meaning is a new code."""

    code: Code
    """The name of the figure in events and views. Its meaning never changes."""
    label: str
    """What people read."""
    section: str = ""
    """The heading under which forms and tables show it."""
    kind: Literal["quantity", "ratio", "flag", "choice"]
    """`quantity` is a number, `ratio` a numerator and a denominator, `flag` true or false, `choice` one of `options`."""
    measure: str = ""
    """The unit of measure that people read."""
    decimals: Annotated[int, Field(ge=0, le=9)] = 0
    """How many digits may follow the decimal point. It can never be changed."""
    aggregation: Literal["sum", "max", "min", "mean"] = "sum"
    """How a view totals a quantity."""
    min: DecimalText = "0"
    """The smallest quantity that is accepted."""
    max: DecimalText | None = None
    """The largest quantity that is accepted. Without it 10¹⁴ after scaling by the decimals."""
    share: bool = True
    """For a ratio: the numerator is a part of the denominator, so it must not be larger."""
    numerator_label: str = ""
    """What people read beside the numerator of a ratio."""
    denominator_label: str = ""
    """What people read beside the denominator of a ratio."""
    options: dict[Code, str] = Field(default={})
    """The options of a choice: code, and what people read."""
    target: Target | None = None
    """A goal of the plan."""
    cumulative: bool = False
    """Readers also see the sum since the beginning of the year (lũy kế). Only for ratios and for quantities that are summed."""
    unusual: Unusual | None = None
    """When a quantity, or a part of a ratio, is unusual beside the same unit's figure of the period of the same length before, and, for
    parts of a year, of the same part a year before. The sender gets a warning that asks for a note. Without it, nothing is compared."""
    asked: list[str] = Field(default=[])
    """The groups or unit codes that must report the figure. Without it, all reporters."""

    @model_validator(mode="after")
    def fits_its_kind(self) -> Self:
        if (self.kind == "choice") != bool(self.options):
            raise InvalidValueError(refusal("regime.options_of_choice"), "options")
        if self.kind != "quantity" and self.aggregation != "sum":
            raise InvalidValueError(refusal("regime.aggregation_of_quantity"), "aggregation")
        if self.unusual is not None and self.kind not in ("quantity", "ratio"):
            raise InvalidValueError(refusal("regime.unusual_of_number"), "unusual")
        if self.cumulative and not self.is_summed:
            raise InvalidValueError(refusal("regime.cumulative_of_sum"), "cumulative")
        above = None if self.unusual is None else self.unusual.above
        for text, *where in ((self.min, "min"), (self.max, "max"), (above, "unusual", "above")):
            if text is not None and numbers.decimals_of(_without_zeros(text)) > self.decimals:
                raise InvalidValueError(refusal("regime.too_many_decimals", text=text, most=self.decimals), *map(str, where))
        if self.max is not None and Decimal(self.min) > Decimal(self.max):
            raise InvalidValueError(refusal("regime.min_above_max"), "max")
        return self

    @property
    def is_summed(self) -> bool:
        """Whether a view adds up the figures: the values of a quantity, the numerators and denominators of a ratio."""
        return self.kind == "ratio" or (self.kind == "quantity" and self.aggregation == "sum")

    @property
    def goal_decimals(self) -> int:
        """The decimals of the figure that is compared with the target: the indicator's own decimals, but at least one for a percentage or a
        mean.
        """
        return self.decimals if self.kind == "quantity" and self.aggregation != "mean" else max(1, self.decimals)

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """The smallest and the largest accepted value of a quantity, scaled."""
        most = MAX_SCALED if self.max is None else numbers.scaled(self.max, self.decimals)
        return max(-MAX_SCALED, numbers.scaled(self.min, self.decimals)), min(MAX_SCALED, most)


class Estimates(Data):
    """Estimated figures (số ước) are accepted until a deadline, by which official figures replace them."""

    until: DeadlineRule
    """The deadline of the official figures. Reports with estimates are accepted before it."""


class TargetChange(Data):
    """What changes about an indicator's target."""

    level: str | None
    """The level of the units whose views show the target from then on; null: all views."""


class Change(Data):
    """What a regime says from a day on, for every period whose reference day is not before that day. Each field replaces the whole field of
    the regime; what is left out stays as it was.
    """

    first_day: Annotated[DateText, Field(alias="from")]
    """The first day."""
    legal_basis: list[str] = Field(default=[])
    """The legal documents that require the change. They are added to the regime's."""
    recipient: UnitCode | None = None
    """The unit that receives the reports from then on."""
    on_behalf_of: UnitCode | Literal[""] | None = None
    """The unit for which the recipient acts; empty: none."""
    within: UnitCode | Literal[""] | None = None
    """The unit or area whose subtree has the reporters."""
    reporters: dict[str, Group] | None = None
    """The groups of units that report."""
    obligation: Obligation | None = None
    """When the reports are due."""
    groupings: list[UnitCode] | None = None
    """The areas that have a view."""
    asked: dict[Code, list[str]] = Field(default={})
    """Who must report an indicator, by the indicator's code."""
    targets: dict[Code, TargetChange] = Field(default={})
    """Which views show an indicator's target, by the indicator's code."""

    @property
    def replaced(self) -> dict[str, object]:
        """The fields of the regime that change, with their new values as a regime file has them."""
        names = ("recipient", "within", "reporters", "obligation", "groupings")
        dumped = self.model_dump(include=set(names), exclude_defaults=True)
        return dumped if self.on_behalf_of is None else {**dumped, "on_behalf_of": self.on_behalf_of or None}

    @property
    def has_fields(self) -> bool:
        """Whether the change says anything but its day and its legal basis."""
        return bool(self.replaced or self.asked or self.targets)

    def indicator(self, indicator: Indicator) -> Indicator:
        """The indicator as it is from then on."""
        update: dict[str, object] = {}
        if indicator.code in self.asked:
            update["asked"] = self.asked[indicator.code]
        if indicator.code in self.targets and indicator.target is not None:
            update["target"] = indicator.target.model_copy(update={"level": self.targets[indicator.code].level})
        return indicator.model_copy(update=update)


def _without_zeros(text: str) -> str:
    """A plain decimal without trailing zeros."""
    return text.rstrip("0") if "." in text else text
