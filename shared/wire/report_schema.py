"""The JSON Schema (2020-12) of one regime's report: of the `data` of a `report.submitted` event, for validators. Pure.

Whatever ingest accepts fits the schema, so what does not fit is refused. The reverse does not hold: some rules cannot be said in JSON
Schema, and `UNSAID` lists them; the schema's description has them. Texts are supposed to be in NFC, with line feeds as line ends, as ingest
stores and counts them. Source: JSON Schema 2020-12; design, section 4, "Events"; ADR 0064.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from shared.wire import sent
from shared.words import attachments, numbers, regime_fields
from shared.words.forms import Asked
from shared.words.numbers import MAX_SCALED
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime

Json = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MEDIA_TYPE: Final = "application/schema+json"
MOST_REVISION: Final = 1_000_000
MOST_DIGITS: Final = 30
BLANK: Final[Json] = {"pattern": "^[ \\t\\r\\n]*$"}
REASON: Final[Json] = {"type": ["string", "null"], "minLength": 1, "maxLength": 2000}
ATTACHMENTS: Final[Json] = {"type": "array", "maxItems": attachments.MOST_LISTED, "items": sent.Attachment.model_json_schema()}

UNSAID: Final = (
    "a number is judged by its text: an exponent, as in 1e3, is refused, and so are more decimals than the indicator has",
    "the range of a number that is sent as a text",
    "of a ratio whose numerator is a part of its denominator: the numerator is not larger",
    "a status `estimate` is only for an indicator with a value in the same report, and only until the deadline of the official figures",
    "the period has begun and, in a regime on call, was opened; the unit reports in it, and the sender may send for it",
    "a text has no control characters except tab and line feed, and no bidi controls; a note and a reason show something",
    "an attachment was sent before by the same unit, is what the report says, is listed once, and is used by no other report",
    "a report is not empty: it has a figure, or a text that shows something",
)
"""The rules that the schema does not say, or not wholly."""


def of_regime(regime: Regime, period: str | None = None) -> Json:
    """The schema of the reports of a version of a regime, in one period or in all. Each unit is asked for some of the indicators."""
    return _schema(regime, regime.indicators, period, {"type": "string", "pattern": regime_fields.UNIT_CODE}, {"type": "boolean"}, ())


def of_unit(asked: Asked) -> Json:
    """The schema of one unit's report in one period: only what the unit is asked for."""
    successor = {"const": asked.is_ended}
    required = ("as_successor",) if asked.is_ended else ()
    return _schema(asked.regime, asked.indicators, asked.period.code, {"const": asked.unit.code}, successor, required, asked.unit.id)


def _schema(
    regime: Regime,
    indicators: Sequence[Indicator],
    period: str | None,
    unit: Json,
    as_successor: Json,
    required: Iterable[str],
    unit_id: str = "",
) -> Json:
    codes = [indicator.code for indicator in indicators]
    takes_estimates = regime.estimates is not None
    return {
        "$schema": DIALECT,
        "$id": ":".join(filter(None, ("urn:tonghop:report", regime.id, period, unit_id))),
        "title": regime.title,
        "description": "The `data` of an event `vn.tonghop.report.submitted.v1`. A report that does not fit is refused. Not said here: "
        + "; ".join(UNSAID)
        + ".",
        "type": "object",
        "properties": {
            "regime": {"const": regime.id},
            "period": _period(regime, period),
            "unit": unit,
            "revision": {"type": "integer", "minimum": 1, "maximum": MOST_REVISION},
            "as_successor": as_successor,
            "values": _closed({indicator.code: figure(indicator) for indicator in indicators}),
            "narratives": _closed({code: {"title": label, **sent.NARRATIVE} for code, label in regime.narratives.items()}),
            "notes": _closed(dict.fromkeys(codes, sent.NOTE)),
            "status": _closed(dict.fromkeys(codes, sent.STATUS) if takes_estimates else {}),
            "attachments": ATTACHMENTS,
            "reason": REASON,
        },
        "required": ["regime", "period", "unit", "revision", *required],
        "additionalProperties": False,
        "not": {"properties": {"values": {"maxProperties": 0}, "narratives": {"additionalProperties": BLANK}}},
    }


def _period(regime: Regime, period: str | None) -> Json:
    if period is not None:
        return {"const": period}
    return {"enum": regime.periods} if isinstance(regime.periods, list) else {"type": "string", "pattern": regime_fields.PERIOD}


def _closed(properties: Json) -> Json:
    """An object with these properties and no others, none of them required."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


def figure(indicator: Indicator) -> Json:
    """The schema of one figure."""
    about = {"title": indicator.label} | ({"description": indicator.measure} if indicator.measure else {})
    match indicator.kind:
        case "quantity":
            return about | number(indicator, *indicator.bounds)
        case "ratio":
            return about | _ratio(indicator)
        case "flag":
            return about | {"type": "boolean"}
        case "choice":
            return about | {"enum": list(indicator.options)}


def _ratio(indicator: Indicator) -> Json:
    parts = {
        name: ({"title": label} if label else {}) | number(indicator, 0, MAX_SCALED)
        for name, label in (("numerator", indicator.numerator_label), ("denominator", indicator.denominator_label))
    }
    return _closed(parts) | {"required": list(parts)}


def number(indicator: Indicator, least: int, most: int) -> Json:
    """A JSON number within the bounds (scaled), or a decimal text with no more digits than the bounds need."""
    decimals = indicator.decimals
    plain = {"type": "number" if decimals else "integer", "minimum": _number(least, decimals), "maximum": _number(most, decimals)}
    return {"anyOf": [plain, {"type": "string", "pattern": _pattern(least, most, decimals)}]}


def _number(scaled: int, decimals: int) -> int | float:
    """A bound as a JSON number. Bounds have at most 15 digits, so that the number is read as it was written."""
    value = numbers.unscaled(scaled, decimals)
    return int(value) if value == value.to_integral_value() else float(value)


def _pattern(least: int, most: int, decimals: int) -> str:
    """Decimal texts with as many digits as the bounds have. Zeros may precede, and minus zero is zero."""
    digits = max(len(str(abs(bound) // 10**decimals)) for bound in (least, most))
    whole = f"0{{0,{MOST_DIGITS - 1}}}[0-9]{{1,{digits}}}"
    fraction, zeros = (f"(\\.{digit}{{1,{decimals}}})?" if decimals else "" for digit in ("[0-9]", "0"))
    return f"^-?{whole}{fraction}$" if least < 0 else f"^({whole}{fraction}|-0{{1,{MOST_DIGITS}}}{zeros})$"
