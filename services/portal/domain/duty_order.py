"""The orders in which a list of duties may be read."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

from services.portal.domain import search
from services.portal.domain.duties import Duty, urgency

Sort = Literal["han", "don-vi", "nhan"]

SORTS: Final[Mapping[Sort, str]] = {"han": "hạn sớm nhất trước", "don-vi": "tên đơn vị", "nhan": "nhận gần nhất trước"}
"""The orders with their Vietnamese names; without one, what is most urgent comes first."""


def _by_name(duty: Duty) -> tuple[Any, ...]:
    return tuple(search.bare(word) for word in search.words(duty.unit_name)), duty.unit_code, urgency(duty)


def _newest_first(duty: Duty) -> tuple[Any, ...]:
    return duty.received_at is None, -duty.received_at.timestamp() if duty.received_at else 0.0, urgency(duty)


KEYS: Final[Mapping[Sort, Callable[[Duty], tuple[Any, ...]]]] = {
    "han": lambda duty: (duty.due, urgency(duty)),
    "don-vi": _by_name,
    "nhan": _newest_first,
}


def ordered(duties: Iterable[Duty], sort: Sort | None) -> list[Duty]:
    """The duties in an order."""
    return sorted(duties, key=urgency if sort is None else KEYS[sort])
