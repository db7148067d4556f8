"""The key of a view: a regime, a period, a unit, and the series that the view belongs to.

The text of a key is the `_id` of a view's document, begins the `_id` of a duty and the id of a FEED event, and names a view in what people
read: `ct27-van-quan/2024/184`. A view of another series than the first has the series behind it: `ct27-van-quan/2024/184@2025-07-01`.
"""

from typing import Final, NamedTuple

AS_REPORTED: Final = ""
"""The first series: figures of the units that reported them. Its keys name no series."""


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
    """The key that a text says. Raises ValueError for a text that is no key."""
    regime, period, unit = text.split("/")
    unit_id, _, series = unit.partition("@")
    return ViewKey(regime, period, unit_id, series)
