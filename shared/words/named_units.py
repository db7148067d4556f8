"""The units that a regime names by code, each with its place in the regime's file and the day from which the file says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.words.regime_parts import Change, Group
from shared.words.regimes import Regime

Field = Literal["recipient", "on_behalf_of", "within", "reporters", "asked", "groupings"]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """One code in a regime's file. `since` is the first day of the change that says it; `date.min` if no change does."""

    field: Field
    code: str
    where: Path
    since: date = date.min

    @property
    def path(self) -> str:
        """The place in the file, such as `reporters.so.units.2`."""
        return ".".join(map(str, self.where))


def on(file: Regime, day: date) -> list[Named]:
    """The units that a regime names on a day: in the file itself, or in the last change up to that day that replaces the field.

    `file` is the regime as its file has it: a derived regime does not name the units of its source.
    """
    said = _of_file(file)
    for place, change in enumerate(file.changes):
        since = date.fromisoformat(change.first_day)
        if since <= day:
            said |= _of_change(change, ("changes", place), since)
    groups = file.on(day).reporters.keys()
    return [name for names in said.values() for name in names if name.code and not (name.field == "asked" and name.code in groups)]


def _of_file(file: Regime) -> dict[Path, list[Named]]:
    """The names by what a change replaces together: a field, or `asked` of one indicator."""
    said: dict[Path, list[Named]] = {
        ("recipient",): [Named("recipient", file.recipient, ("recipient",))],
        ("on_behalf_of",): [Named("on_behalf_of", file.on_behalf_of or "", ("on_behalf_of",))],
        ("within",): [Named("within", file.within, ("within",))],
        ("reporters",): list(_reporters(file.reporters, (), date.min)),
        ("groupings",): list(_listed("groupings", file.groupings, ("groupings",), date.min)),
    }
    for indicator in file.indicators:
        where = ("indicators", indicator.code, "asked")
        said["asked", indicator.code] = list(_listed("asked", indicator.asked, where, date.min))
    return said


def _of_change(change: Change, path: Path, since: date) -> dict[Path, list[Named]]:
    said: dict[Path, list[Named]] = {}
    if change.recipient is not None:
        said["recipient",] = [Named("recipient", change.recipient, (*path, "recipient"), since)]
    if change.on_behalf_of is not None:
        said["on_behalf_of",] = [Named("on_behalf_of", change.on_behalf_of, (*path, "on_behalf_of"), since)]
    if change.within is not None:
        said["within",] = [Named("within", change.within, (*path, "within"), since)]
    if change.reporters is not None:
        said["reporters",] = list(_reporters(change.reporters, path, since))
    if change.groupings is not None:
        said["groupings",] = list(_listed("groupings", change.groupings, (*path, "groupings"), since))
    for code, asked in change.asked.items():
        said["asked", code] = list(_listed("asked", asked, (*path, "asked", code), since))
    return said


def _reporters(groups: dict[str, Group], path: Path, since: date) -> Iterator[Named]:
    for name, group in groups.items():
        yield from _listed("reporters", group.units, (*path, "reporters", name, "units"), since)


def _listed(field: Field, codes: Iterable[str], where: Path, since: date) -> Iterator[Named]:
    for number, code in enumerate(codes):
        yield Named(field, code, (*where, number), since)
