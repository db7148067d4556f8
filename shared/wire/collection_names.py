"""Names in MongoDB: collections, and the documents of `checkpoints` that more than one module reads. Each is written here and nowhere else.

Source: design, section 4, "MongoDB".
"""

from typing import Final

UNITS: Final = "units"
REGIMES: Final = "regimes"
REPORTS: Final = "reports"
VIEWS: Final = "views"
CHECKPOINTS: Final = "checkpoints"
RECEIPTS: Final = "receipts"
DUTIES: Final = "duties"
ALERTS: Final = "alerts"


def aggregate_checkpoint(partition: int) -> str:
    """The id, in `checkpoints`, of how far the aggregator has stored a partition of the log."""
    return f"aggregate/{partition}"
