"""The key of a view: a regime, a period, a unit, and the series that the view belongs to.

The key's text is the `_id` of a view's document, the beginning of a duty's `_id` and of a FEED event's id, and the name of a view in
messages: `ct27-van-quan/2024/184`. The key of a view in a later series ends with the series: `ct27-van-quan/2024/184@2025-07-01`.
"""

from typing import Final, NamedTuple

AS_REPORTED: Final = ""
"""The first series: figures by the units that reported them. Keys of this series do not name it."""


class ViewKey(NamedTuple):
    """Names one view. No part contains `/` or `@`, so text and key can be converted into each other."""

    regime: str
    period: str
    unit_id: str
    series: str = AS_REPORTED

    @property
    def text(self) -> str:
        """The key as it is stored."""
        plain = f"{self.regime}/{self.period}/{self.unit_id}"
        return plain if self.series == AS_REPORTED else f"{plain}@{self.series}"


def parse(text: str) -> ViewKey:
    """The key in a text. Raises ValueError if the text is not a key."""
    regime, period, unit = text.split("/")
    unit_id, _, series = unit.partition("@")
    return ViewKey(regime, period, unit_id, series)
