"""The head of the audit log, as it is published once a day."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.wire.published import Published, UtcText


class AuditHead(Published):
    """Number and hash of the last entry of the audit log, published once a day. Whoever keeps it can show later that no entry up to this
    one was changed or removed.
    """

    number: Annotated[int, Field(ge=1)]
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    at: UtcText
