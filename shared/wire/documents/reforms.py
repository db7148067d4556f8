"""The document of a reform of units, with all that a revert needs."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypedDict

from shared.wire.documents.reference import ContactDocument, RegimeDocument


class ClosedRowDocument(TypedDict):
    """A row of a unit, or an area, that a reform closed; part of a reform's document."""

    id: Annotated[str, "`_id` of the row's document"]
    valid_to: Annotated[str | None, "its end before the reform"]


class PinDocument(TypedDict):
    """A period that keeps the units of the day before the reform; part of a reform's document."""

    regime: Annotated[str, "id of the (source) regime"]
    period: Annotated[str, "code of the period"]
    day: Annotated[str, "its reference day, `YYYY-MM-DD`"]


class ReplacedRegimeDocument(TypedDict):
    """A regime that was loaded with a reform; part of a reform's document."""

    id: Annotated[str, "the regime's id"]
    file: Annotated[dict[str, Any], "its file as it was loaded with the reform"]
    before: Annotated[RegimeDocument | None, "its document before the reform; null if there was none"]


class ReformActDocument(TypedDict):
    """An application or a revert of a reform; part of a reform's document."""

    what: Annotated[Literal["applied", "reverted"], "what was done"]
    at: Annotated[datetime, "when"]
    by: Annotated[str, "who: `operator/<login>`"]
    hash: Annotated[str, "SHA-256 of the files that were applied or reverted"]


EdgeFields = tuple[str, str, str, int, str, bool]
"""An edge: id of the unit that ended, id of the unit that follows it, share, weight, basis of the weight, whether it is the heir."""


class ReformDocument(TypedDict):
    """One reform of units (đợt sắp xếp) that was applied, with all that a revert needs. Since data format 6.

    Written by: `shared/plumbing/reform_store.py` (`tonghop reform apply`, `reform revert`).
    Read by: every service, as reference data (`edges` and `pins` of applied ones); `tonghop reform list`, `reform show`.
    """

    _id: Annotated[str, "the reform's id"]
    state: Annotated[Literal["applied", "reverted"], "whether it is in force"]
    valid_from: Annotated[str, "its first day, `YYYY-MM-DD`"]
    hash: Annotated[str, "SHA-256 of its files"]
    reform: Annotated[dict[str, Any], "what reform.yaml says: title, law, `after`, `expect`, `keep` (`shared/words/reform.py`)"]
    counts: Annotated[dict[str, dict[str, int]], "how many units end, go on, begin, stay and exist after it, by level"]
    edges: Annotated[list[EdgeFields], "which units follow those that ended"]
    pins: Annotated[list[PinDocument], "periods that keep the units of the day before"]
    closed: Annotated[list[ClosedRowDocument], "rows of units that it closed"]
    begun: Annotated[list[str], "`_id` of the rows of units that it began"]
    areas_closed: Annotated[list[ClosedRowDocument], "areas that it closed"]
    areas_begun: Annotated[list[str], "`_id` of the areas that it began"]
    contacts: Annotated[dict[str, list[ContactDocument]], "contacts that its files brought, by unit id"]
    regimes: Annotated[list[ReplacedRegimeDocument], "regimes that were loaded with it"]
    history: Annotated[list[ReformActDocument], "every application and revert, the oldest first"]
    files: Annotated[bytes, "its files: JSON with the texts by name, compressed (zlib)"]
