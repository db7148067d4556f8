"""Names in MongoDB: collections, and the ids in `checkpoints` that more than one module reads. Each name is written only here.

Source: design, section 4, "MongoDB".
"""

from typing import Final

UNITS: Final = "units"
REGIMES: Final = "regimes"
AREAS: Final = "areas"
REFORMS: Final = "reforms"
REPORTS: Final = "reports"
VIEWS: Final = "views"
EARLY_VIEWS: Final = "early_views"
CHECKPOINTS: Final = "checkpoints"
RECEIPTS: Final = "receipts"
PARKED: Final = "parked"
PARKED_COUNTS: Final = "parked_counts"
DRAFTS: Final = "drafts"
FILES: Final = "files"
FILE_CHUNKS: Final = "file_chunks"
SHEETS: Final = "sheets"
ATTACHMENTS: Final = "attachments.files"
ATTACHMENT_CHUNKS: Final = "attachments.chunks"
DUTIES: Final = "duties"
ALERTS: Final = "alerts"
PEOPLE: Final = "people"
INVITATIONS: Final = "invitations"
SESSIONS: Final = "sessions"
LOGIN_DELAYS: Final = "login_delays"
CREDENTIALS: Final = "credentials"
CREDENTIAL_USES: Final = "credential_uses"
AUDIT: Final = "audit"
IDENTITY: Final = "identity"


def aggregate_checkpoint(partition: int | str) -> str:
    """The id of a partition's document in `checkpoints`, which says how far the aggregator has stored the log; with "", how the ids of all
    partitions begin.
    """
    return f"aggregate/{partition}"
