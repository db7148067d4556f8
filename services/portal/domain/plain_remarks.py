"""A warning about figures as a person reads it on a page: indicators by their labels, without the words for programs.

The sentence in a receipt is also read by programs; it names codes, the rule's id, and the field `notes`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from shared.words.refusals import Refusal
from shared.words.regimes import Regime

ABOUT_FIGURES: Final = frozenset({"report.rule", "report.unusual"})
FIELD: Final = re.compile(r" \((trường )?notes\)")
RULE: Final = re.compile(r"^(Số liệu bất thường) theo quy tắc “[^”]*”")
CODES: Final = re.compile(r"(?<=các chỉ tiêu: )[a-z0-9_, ]+(?=\.$)")


def plain(warnings: Sequence[Refusal], regime: Regime) -> list[Refusal]:
    """The warnings with the Vietnamese sentence for a page; warnings about other things as they are."""
    return [replace(one, message_vi=_sentence(one.message_vi, regime)) if one.code in ABOUT_FIGURES else one for one in warnings]


def _sentence(text: str, regime: Regime) -> str:
    def labels(found: re.Match[str]) -> str:
        named = [regime.by_code.get(code) for code in found[0].split(", ")]
        return found[0] if None in named else ", ".join(f"“{indicator.label}”" for indicator in named if indicator)

    return CODES.sub(labels, FIELD.sub("", RULE.sub(r"\1", text), count=1))
