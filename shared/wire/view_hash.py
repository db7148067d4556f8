"""The hash of a view: by which a confirmation names the figures that it approves.

It is over figures alone: a name that is corrected, a measure or target that is changed, a deadline that is moved change no
figure, and a view that was confirmed stays so. Source: `shared/contracts/README.md`, "The hash of a view"; ADR-0018.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from shared.words import numbers

Json = dict[str, Any]

FIGURES: Final = ("reporting", "indicators", "narratives")
REPORTING: Final = ("expected", "received", "missing")
NO_FIGURES: Final = ("measure", "target")  # of an indicator
UNIT: Final = ("id", "code", "name", "level", "parent")  # what the digest of format 4 held of a unit


def figures_of(view: Mapping[str, Any]) -> Json:
    """What a confirmation carries as `figures`: the three members of a view, as the view's API gives them."""
    return {name: view[name] for name in FIGURES}


def hash_of(regime: str, period: str, unit_id: str, figures: Mapping[str, Any]) -> str:
    """The hash of a view's figures, as the API gives them, or with decimals as the fold and the store hold them.

    They have the contract's shape (`shared/wire/published.py:View`); what else is beside `reporting`, `indicators` and `narratives`, or in
    `reporting`, does not matter.
    """
    return hashlib.sha256(canonical(regime, period, unit_id, figures)).hexdigest()


def canonical(regime: str, period: str, unit_id: str, figures: Mapping[str, Any]) -> bytes:
    """The canonical JSON that is hashed: UTF-8, keys by code point, no white space, integers and strings; what is null stays null."""
    indicators = {code: {key: value for key, value in one.items() if key not in NO_FIGURES} for code, one in figures["indicators"].items()}
    return _canonical(
        {
            "regime": regime,
            "period": period,
            "unit": unit_id,
            "reporting": {name: figures["reporting"][name] for name in REPORTING},
            "indicators": indicators,
            "narratives": figures["narratives"],
        }
    )


def is_of(view: Mapping[str, Any], confirmed: str) -> bool:
    """Whether a confirmation's `view_hash` names the figures that a view has now. The view is as the API gives it.

    Confirmations that were logged in data format 4 and before carry no figures, and the digest of then.
    """
    return confirmed in (view["hash"], digest_of_format_4(view))


def digest_of_format_4(view: Mapping[str, Any]) -> str:
    """What was the hash of a view up to data format 4: names, measures, targets and timeliness changed it too."""
    identity = {"regime": view["regime"], "period": view["period"], "unit": {name: view["unit"][name] for name in UNIT}}
    return hashlib.sha256(_canonical(identity | figures_of(view))).hexdigest()


def _canonical(content: Json) -> bytes:
    return orjson.dumps(content, default=numbers.text, option=orjson.OPT_SORT_KEYS)
