"""The hash of a view. A confirmation contains it to say which figures it approves.

It is computed from figures alone. A corrected name, a changed measure or target, or a moved deadline changes no figure, so a confirmed view
remains confirmed. Source: `shared/contracts/README.md`, "The hash of a view"; ADR-0018.
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
UNIT: Final = ("id", "code", "name", "level", "parent")  # the fields of a unit in the hash of format 4


def figures_of(view: Mapping[str, Any]) -> Json:
    """The `figures` of a confirmation: the three members of a view, as the API returns them."""
    return {name: view[name] for name in FIGURES}


def hash_of(regime: str, period: str, unit_id: str, figures: Mapping[str, Any]) -> str:
    """The hash of a view's figures. Decimals may be texts, as in the API, or numbers, as in the fold and the store.

    The figures have the contract's shape (`shared/wire/views.py:View`). Members other than `reporting`, `indicators` and `narratives`,
    and other fields inside `reporting`, do not change the hash.
    """
    return hashlib.sha256(canonical(regime, period, unit_id, figures)).hexdigest()


def canonical(regime: str, period: str, unit_id: str, figures: Mapping[str, Any]) -> bytes:
    """The canonical JSON that is hashed: UTF-8, keys sorted by code point, no white space, numbers as integers and strings; null remains
    null.
    """
    indicators = {
        code: {key: value for key, value in indicator.items() if key not in NO_FIGURES} for code, indicator in figures["indicators"].items()
    }
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
    """Whether the `view_hash` of a confirmation names the view's present figures. The view is in the API's form.

    Confirmations logged up to data format 4 carry the hash of that time, and no figures.
    """
    return confirmed == view["hash"] or confirmed == digest_of_format_4(view)


def digest_of_format_4(view: Mapping[str, Any]) -> str:
    """The hash of a view up to data format 4. Names, measures, targets and timeliness changed it too."""
    identity = {"regime": view["regime"], "period": view["period"], "unit": {name: view["unit"][name] for name in UNIT}}
    return hashlib.sha256(_canonical(identity | figures_of(view))).hexdigest()


def _canonical(content: Json) -> bytes:
    return orjson.dumps(content, default=numbers.text, option=orjson.OPT_SORT_KEYS)
