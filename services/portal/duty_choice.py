"""Which duties a reader chose: in the page's form, or in an address of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from pydantic import BeforeValidator

from services.portal import address, problems
from services.portal.domain import cursor, scope
from services.portal.domain.duties import DutyState
from services.portal.duty_store import Asked
from shared.words import texts
from shared.words.reference import Reference

MOST_LETTERS = 1000  # of a cursor; ours have less than 200
After = Annotated[str | None, Query(max_length=MOST_LETTERS)]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader chose; `only` leaves out the units below."""

    regime: str | None
    period: str | None
    unit: str | None
    state: DutyState | None
    only: bool

    def to(self, path: str = "/nghia-vu", **changes: object) -> str:
        """An address with the same choice but for `changes`."""
        chosen = {"regime": self.regime, "period": self.period, "unit": self.unit, "state": self.state, "only": int(self.only)}
        kept = {name: str(value) for name, value in (chosen | changes).items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path

    def after(self, duty_id: str) -> str:
        """The cursor behind a duty of this choice."""
        return cursor.after(duty_id, "duties", *self._names)

    def behind(self, after: str | None) -> str | None:
        """The duty behind which to go on. Raises `Refused` for a cursor that this choice's list has not given."""
        if after is None:
            return None
        duty_id = cursor.key_of(after, "duties", *self._names)
        if duty_id is None:
            raise problems.bad_cursor("after")
        return duty_id

    def asked(self, known: Reference, there: Mapping[str, Sequence[str]]) -> Asked:
        """The choice with the unit looked up in each period's tree; `there` are the periods by regime."""
        scopes = None if self.unit is None else scope.scopes(known, there, self.unit, only=self.only)
        return Asked(self.regime, self.period, scopes)

    @property
    def _names(self) -> tuple[object, ...]:
        return self.regime, self.period, self.unit, self.state and self.state.value, self.only


def _seen(text: str | None) -> str | None:
    """A field without what nobody can see around it; None when nothing is left. Control characters stay, to be refused."""
    if text is None or texts.forbidden(text):
        return text
    seen = [place for place, character in enumerate(text) if not texts.is_blank(character)]
    return text[seen[0] : seen[-1] + 1] if seen else None


def typed(
    regime: str | None = None,
    period: str | None = None,
    unit: str | None = None,
    state: Annotated[DutyState | None, Query(), BeforeValidator(_seen)] = None,
    only: Annotated[bool | None, Query(), BeforeValidator(_seen)] = None,
) -> Choice:
    """The choice as the page's form sends it: an empty text, or one of which nothing can be seen, was not chosen."""
    return Choice(
        address.checked("regime", _seen(regime)),
        address.checked("period", _seen(period)),
        address.checked("unit", _seen(unit)),
        state,
        bool(only),
    )


def named(
    regime: str | None = None, period: str | None = None, unit: str | None = None, state: DutyState | None = None, only: bool = False
) -> Choice:
    """The choice as a program sends it."""
    return Choice(address.checked("regime", regime), address.checked("period", period), address.checked("unit", unit), state, only)


Typed = Annotated[Choice, Depends(typed)]
Chosen = Annotated[Choice, Depends(named)]
