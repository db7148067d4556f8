"""The documents of units, areas and regimes: reference data of every service."""

from datetime import datetime
from typing import Annotated, Any, NotRequired, TypedDict


class ContactDocument(TypedDict):
    """A person or an office to whom reminders go; part of a unit's document."""

    name: Annotated[str, "name of the person or the office"]
    email: Annotated[str, "address, empty when there is none"]
    phone: Annotated[str, "telephone number, empty when there is none"]


class UnitDocument(TypedDict):
    """One row of a unit: what the unit is between two days.

    Written by: `shared/plumbing/reference_store.py` (`tonghop units import`, `contacts import`), `shared/plumbing/reform_store.py`
    (`tonghop reform apply`, `reform revert`).
    Read by: every service, as reference data.
    """

    _id: Annotated[str, "the unit's id, stable for its life; of later rows of the unit `<id>@<valid_from>`, since data format 6"]
    code: Annotated[str, "the unit's code; a later unit may get the same code"]
    name: Annotated[str, "the unit's name"]
    level: Annotated[str, "level in the tree, for example `province`"]
    kind: Annotated[str, "kind within its level"]
    parent: Annotated[str | None, "id of the unit above it"]
    valid_from: Annotated[str, "first day, `YYYY-MM-DD`"]
    valid_to: Annotated[str | None, "the first day on which the row no longer holds, `YYYY-MM-DD`; null while no end is known"]
    contacts: Annotated[list[ContactDocument], "to whom reminders go; those of the unit's last row are in use"]


class AreaDocument(TypedDict):
    """One area (địa bàn): a dated set of units, such as the communes of a former district. Since data format 6.

    Written by: `shared/plumbing/reform_store.py` (`tonghop reform apply`, `reform revert`).
    Read by: every service, as reference data.
    """

    _id: Annotated[str, "the area's id"]
    code: Annotated[str, "the area's code"]
    name: Annotated[str, "the area's name"]
    members: Annotated[list[str], "ids of its units"]
    valid_from: Annotated[str, "first day, `YYYY-MM-DD`"]
    valid_to: Annotated[str | None, "the first day on which the area no longer exists, `YYYY-MM-DD`; null while no end is known"]
    covers: Annotated[str, "what the area covers, for readers"]


class RegimeDocument(TypedDict):
    """One reporting regime.

    Written by: `shared/plumbing/reference_store.py` (`tonghop regimes load`), `shared/plumbing/reform_store.py` (`reform apply --regimes`).
    Read by: every service, as reference data.
    """

    _id: Annotated[str, "the regime's id"]
    file: Annotated[dict[str, Any], "the regime's file as loaded, without the values that are defaults (`shared/words/regimes.py`)"]
    loaded_at: Annotated[datetime, "when the regime was loaded for the first time"]
    kinds: NotRequired[
        Annotated[
            dict[str, tuple[str, int]],
            "`[kind, decimals]` of every indicator that the regime ever had, by code: neither can be changed later",
        ]
    ]
