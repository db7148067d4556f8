"""How many units a reform changes, as a table and in words."""

from collections.abc import Mapping
from typing import Final

from rich.table import Table

from shared.words import numbers
from shared.words.reform import COUNTS, Count

HEADINGS: Final = ("cấp", "kết thúc", "tiếp tục", "mới", "giữ nguyên", "sau đợt")
IN_WORDS: Final[Mapping[Count, str]] = {"ends": "kết thúc", "goes_on": "tiếp tục", "begins": "mới"}
Counts = Mapping[Count, Mapping[str, int]]


def counts_table(counts: Counts) -> Table:
    """One line for each level."""
    table = Table(*HEADINGS)
    for level in sorted({level for levels in counts.values() for level in levels}):
        table.add_row(level, *(numbers.vietnamese(counts[count].get(level, 0)) for count in COUNTS))
    return table


def counts_in_words(counts: Counts) -> str:
    """How many units end, go on and begin."""
    totals = {word: sum(counts.get(count, {}).values()) for count, word in IN_WORDS.items()}
    return ", ".join(f"{numbers.vietnamese(total)} đơn vị {word}" for word, total in totals.items())
