"""Finds what is unusual about the figures of an accepted report: beside its unit's earlier figures, and by the regime's rules.

Both give warnings that ask for a note (giải trình); neither refuses a report. Compared is only what the same unit reported in the period of
the same length before and, for parts of a year, in the same part a year before (cùng kỳ); never another unit's figure. A last figure of 0,
or none, is not compared. Source: design, section 4, "Events"; ADR-0062.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.ingest.domain.case import Case
from services.ingest.domain.known import About, Known
from shared.words import figure_rules, numbers, periods
from shared.words.figure_rules import Term
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regime_parts import Indicator, Unusual
from shared.words.regimes import Regime

MOST_WARNINGS: Final = 100  # a receipt must fit into one message
PARTS: Final = {"": Both("", ""), "numerator": Both("tử số ", "numerator "), "denominator": Both("mẫu số ", "denominator ")}


def prepare(case: Case, regime: Regime) -> None:
    """Notes in the case which figures are compared, with which periods, and which rules are met. The report has no fault."""
    notes = case.data.get("notes") or {}
    if regime.compared:
        case.compared = {code: value for code, value in case.normal_values.items() if code in regime.compared}
        if any(code not in notes for code in case.compared):
            case.compared_with = tuple(code for code in periods.compared_with(case.period_code) if regime.period(code) is not None)
    if regime.rules:
        amounts = _Amounts(regime, case.normal_values)
        met = [rule for rule in regime.rules if rule.parsed.is_true(amounts)]
        case.rules_met = tuple(rule for rule in met if not any(code in notes for code in rule.parsed.codes))
    case.noted = frozenset(notes) if case.compared else frozenset()


def abouts(case: Case) -> Iterator[About]:
    """The earlier reports with which the case's figures are compared."""
    return ((case.regime_id, period, case.unit_id) for period in case.compared_with)


def warnings(case: Case, known: Known, following: int) -> list[Refusal]:
    """What the sender of an accepted report should explain. `following` is the revision with which a note can be sent."""
    found = [*_unusual(case, known, following), *_rules(case, following)]
    if len(found) <= MOST_WARNINGS:
        return found
    return [*found[:MOST_WARNINGS], refusal("report.more_warnings", count=len(found) - MOST_WARNINGS)]


def _unusual(case: Case, known: Known, following: int) -> Iterator[Refusal]:
    if not case.compared_with or case.regime is None:
        return
    earlier = [(about[1], known.of(about).standing_figures) for about in abouts(case)]
    last = [(period, figures) for period, figures in earlier if figures]
    if not last:
        return
    for code, value in case.compared.items():
        if code not in case.noted:
            indicator = case.regime.compared[code]
            found = [(period, figures[code]) for period, figures in last if figures.get(code, value) != value]  # the same is never unusual
            if hits := [hit for period, figure in found for hit in _hits(indicator, period, value, figure)]:
                said = Both("; ".join(hit.vi for hit in hits), "; ".join(hit.en for hit in hits))
                yield refusal("report.unusual", f"data.values.{code}", said=said, next=following)


def _rules(case: Case, following: int) -> Iterator[Refusal]:
    for rule in case.rules_met:
        codes = rule.parsed.codes
        message = Both(rule.message_vi.rstrip(". "), f"the condition {rule.condition} is true")
        names = {"rule": rule.id, "message": message, "codes": list(codes), "next": following}
        yield refusal("report.rule", f"data.values.{codes[0]}", **names)


def _hits(indicator: Indicator, period: str, now: Any, last: Any) -> Iterator[Both]:
    """Each part of a figure that is unusual beside the one of a period, in words."""
    unusual, decimals = indicator.unusual, indicator.decimals
    if unusual is None:
        return
    for part in figure_rules.PARTS if indicator.kind == "ratio" else ("",):
        present, before = _scaled(indicator, now, part), _scaled(indicator, last, part)
        if present is not None and before is not None and is_unusual(unusual, decimals, present, before):
            figures = [numbers.unscaled(value, decimals) for value in (present, before)]
            vietnamese, english = [numbers.vietnamese(figure) for figure in figures], [f"{figure:,f}" for figure in figures]
            yield Both(
                f"{PARTS[part].vi}{vietnamese[0]} so với {vietnamese[1]} của kỳ {period}",
                f"{PARTS[part].en}{english[0]} beside {english[1]} in {period}",
            )


def is_unusual(unusual: Unusual, decimals: int, now: int, last: int) -> bool:
    """Whether a figure is unusual beside the last one. Both are scaled by `decimals`; only their amounts matter."""
    now, last = abs(now), abs(last)
    times, of = unusual.ratio
    is_far = now * of >= times * last or now * times <= last * of
    return is_far and last != 0 and max(now, last) > numbers.scaled(unusual.above, decimals)


def _scaled(indicator: Indicator, value: Any, part: str) -> int | None:
    """A figure, or a part of a ratio, scaled by the indicator's decimals; None if it was not reported."""
    if part:
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return value if indicator.decimals == 0 and isinstance(value, int) else numbers.scaled(value, indicator.decimals)


class _Amounts:
    """The figures of a report, as rules compute with them."""

    def __init__(self, regime: Regime, values: Mapping[str, Any]) -> None:
        self._regime = regime
        self._values = values

    def __call__(self, term: Term) -> int | None:
        indicator = self._regime.by_code[term.code]
        scaled = _scaled(indicator, self._values.get(term.code), term.part)
        shift: int = 10 ** (figure_rules.DECIMALS - indicator.decimals)
        return None if scaled is None else scaled * shift
