"""Reads units (`code,name,level,kind,parent,valid_from,valid_to`) and contacts (`unit,name,phone,email`) from CSV files.

The first unit that has a code uses the code as its id, later ones use `<code>-<year>`. A parent is named by the code that it has on the
first day of the child unit. Source: design, section 5, "Units".
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from services.cli.files import csv_rows
from services.cli.files.csv_rows import Row
from services.cli.files.faults import Fault, FaultsError
from shared.plumbing.reform_documents import Decided
from shared.words import mailboxes, refusals, texts
from shared.words.refusals import refusal
from shared.words.units import Contact, Unit

COLUMNS: Final = ("code", "name", "level", "kind", "parent", "valid_from", "valid_to")
CONTACT_COLUMNS: Final = ("unit", "name", "phone", "email")
CODE: Final = re.compile(r"[A-Za-z0-9-]{1,32}", re.ASCII)
KINDS: Final = ("peoples_committee", "office")
NOTHING: Final = Decided({}, {})
RowName = tuple[str, date]
"""Code and first day: what a line of a file and a stored row have in common."""


def read_units(paths: Iterable[Path], stored: Sequence[Unit] = (), decided: Decided = NOTHING) -> list[Unit]:
    """Reads units from files, to be added to the `stored` units. Raises FaultsError with all faults.

    What reforms decided about stored rows (`decided`) stays: a row that a reform closed is read with its end, and a file that contradicts
    is refused.
    """
    rows = [row for path in paths for row in csv_rows.read(path, COLUMNS)]
    faults = [fault for row in rows for fault in _row_faults(row)]
    faults += [row.fault(refusal("unit.repeated", code=row.cells["code"])) for row in csv_rows.repeated(rows, ("code", "valid_from"))]
    if faults:
        raise FaultsError(faults)
    bearers: dict[str, list[Unit]] = {}
    for unit in stored:
        bearers.setdefault(unit.code, []).append(unit)
    read = []
    for row in sorted(rows, key=lambda row: row.cells["valid_from"]):
        read.append(_unit(row, bearers, decided))
    known = {(unit.code, unit.valid_from): unit for unit in stored}
    if faults := list(_reopened(rows, known, decided)) or list(_clashes(rows, read, bearers, known)):
        raise FaultsError(faults)
    units = _with_parents(rows, read, bearers)
    if faults := list(_redefined(rows, units, known, decided)):
        raise FaultsError(faults)
    return units


def read_contacts(path: Path, units: Sequence[Unit]) -> dict[str, tuple[Contact, ...]]:
    """Reads the contacts of each unit, by unit id. The file holds the complete list for each unit that it names. Raises FaultsError with
    all faults.

    A unit is named by its id or its code; a code that several units have had means the latest one.
    """
    rows = list(csv_rows.read(path, CONTACT_COLUMNS))
    named = {name: unit.id for name, unit in by_name(units).items()}
    if faults := of_contacts(rows, named):
        raise FaultsError(faults)
    return contacts_in(rows, named)


def contacts_in(rows: Iterable[Row], named: Mapping[str, str]) -> dict[str, tuple[Contact, ...]]:
    """The contacts in rows without faults, by unit id. `named` has the ids by the names that the rows may use."""
    contacts: dict[str, list[Contact]] = {}
    for row in rows:
        contacts.setdefault(named[row.cells["unit"]], []).append(Contact(row.cells["name"], row.cells["phone"], row.cells["email"]))
    return {unit_id: tuple(found) for unit_id, found in contacts.items()}


def by_name(units: Iterable[Unit]) -> dict[str, Unit]:
    """Units by code (the latest unit that has it) and by id."""
    found = sorted(units, key=lambda unit: unit.valid_from)
    return {unit.id: unit for unit in found} | {unit.code: unit for unit in found}


def of_contacts(rows: Sequence[Row], named: Container[str]) -> list[Fault]:
    """Faults in the rows of a file of contacts, whose units are among `named`."""
    faults = [fault for row in rows for fault in _contact_faults(row, named)]
    return faults or [row.fault(refusal("contact.repeated", code=row.cells["unit"])) for row in csv_rows.repeated(rows, ("unit", "email"))]


def _contact_faults(row: Row, named: Container[str]) -> Iterator[Fault]:
    cells = row.cells
    if cells["unit"] not in named:
        yield row.fault(refusal("contact.unknown_unit", code=cells["unit"]))
    if not _is_email(cells["email"]):
        yield row.fault(refusal("contact.invalid_email"))
    if texts.is_blank(cells["phone"]) and texts.is_blank(cells["email"]):
        yield row.fault(refusal("contact.unreachable"))


def of_unit(row: Row) -> Iterator[Fault]:
    """Faults in the cells `code`, `name`, `level`, `kind` and `parent`."""
    cells = row.cells
    yield from of_codes(row, "code")
    if cells["parent"]:
        yield from of_codes(row, "parent")
    for name in ("name", "level"):
        yield from of_text(row, name)
    if cells["kind"] not in KINDS:
        yield row.fault(refusal("unit.unknown_kind", kinds=list(KINDS)))


def of_codes(row: Row, *columns: str) -> Iterator[Fault]:
    """Faults in cells that are to hold a unit's code."""
    for name in columns:
        if not CODE.fullmatch(row.cells[name]):
            yield row.fault(refusal("unit.invalid_code", column=name, text=row.cells[name]))


def of_text(row: Row, column: str) -> Iterator[Fault]:
    """Faults in a cell that is to hold a text on one line."""
    if texts.is_blank(row.cells[column]):
        yield row.fault(refusal("unit.blank", column=column))
    elif len(row.cells[column].splitlines()) > 1:
        yield row.fault(refusal("unit.several_lines", column=column))


def _row_faults(row: Row) -> Iterator[Fault]:
    cells = row.cells
    yield from of_unit(row)
    for name in ("valid_from", "valid_to"):
        if (cells[name] or name == "valid_from") and _day(cells[name]) is None:
            yield row.fault(refusal("unit.not_a_day", column=name, text=cells[name]))
    begins, ends = _day(cells["valid_from"]), _day(cells["valid_to"])
    if begins and ends and ends <= begins:
        yield row.fault(refusal("unit.ends_before_it_begins"))


def _unit(row: Row, bearers: dict[str, list[Unit]], decided: Decided) -> Unit:
    """The unit of a row, without its parent. A later unit with the same code gets an id of its own."""
    cells = row.cells
    begins = date.fromisoformat(cells["valid_from"])
    known = bearers.setdefault(cells["code"], [])
    same = next((unit for unit in known if unit.valid_from == begins), None)
    unit_id = same.id if same else cells["code"] if not known else f"{cells['code']}-{begins.year}"
    contacts = same.contacts if same else ()
    ends = same.valid_to if same and (same.id, begins) in decided.closed else _day(cells["valid_to"])
    unit = Unit(unit_id, cells["code"], cells["name"], cells["level"], cells["kind"], None, begins, ends, contacts)
    bearers[cells["code"]] = [other for other in known if other is not same] + [unit]
    return unit


def _reopened(rows: Sequence[Row], known: Mapping[RowName, Unit], decided: Decided) -> Iterator[Fault]:
    """Rows that say another end than a reform did. The end of before the reform says nothing else, and so does the reform's own."""
    for row in rows:
        unit = known.get(_name(row))
        closed = decided.closed.get((unit.id, unit.valid_from)) if unit is not None else None
        if unit is not None and closed is not None and _day(row.cells["valid_to"]) not in (closed.end_before, unit.valid_to):
            yield row.fault(refusal("unit.closed_by_reform", code=unit.code, day=refusals.day(closed.day), reform=closed.reform))


def _redefined(rows: Sequence[Row], units: Sequence[Unit], known: Mapping[RowName, Unit], decided: Decided) -> Iterator[Fault]:
    """Rows that a reform began, and that the file has otherwise."""
    for row, unit in zip(rows, units, strict=True):
        reform = decided.begun.get((unit.id, unit.valid_from))
        if reform is not None and known[_name(row)] != unit:
            yield row.fault(refusal("unit.begun_by_reform", code=unit.code, day=refusals.day(unit.valid_from), reform=reform))


def _name(row: Row) -> RowName:
    return row.cells["code"], date.fromisoformat(row.cells["valid_from"])


def _clashes(rows: Sequence[Row], units: Sequence[Unit], bearers: dict[str, list[Unit]], known: Mapping[RowName, Unit]) -> Iterator[Fault]:
    """Rows whose code belongs to another unit on the same day, and new rows whose id belongs to another unit."""
    by_id: dict[str, list[Unit]] = {}
    for unit in (unit for known in bearers.values() for unit in known):
        by_id.setdefault(unit.id, []).append(unit)
    by_key = {(unit.code, unit.valid_from): unit for unit in units}
    for row in rows:
        unit = by_key[_name(row)]
        others = {id(other): other for other in (*bearers[unit.code], *by_id[unit.id]) if other is not unit}.values()
        for other in others:
            if other.valid_from > unit.valid_from and (other.code, other.valid_from) in by_key:
                continue  # reported at the other row
            if other.code == unit.code and _overlap(unit, other):
                yield row.fault(refusal("unit.code_taken", code=unit.code, other=other.name))
            elif other.id == unit.id and _name(row) not in known:
                yield row.fault(refusal("unit.id_taken", id=unit.id, other=other.name))


def _overlap(one: Unit, other: Unit) -> bool:
    later = max(one.valid_from, other.valid_from)
    return one.is_valid(later) and other.is_valid(later)


def _with_parents(rows: Sequence[Row], units: Sequence[Unit], bearers: dict[str, list[Unit]]) -> list[Unit]:
    by_key = {(unit.code, unit.valid_from): unit for unit in units}
    done, faults = [], []
    for row in rows:
        unit = by_key[_name(row)]
        code = row.cells["parent"]
        parent = next((other for other in bearers.get(code, ()) if other.is_valid(unit.valid_from)), None)
        if code and parent is None:
            faults.append(row.fault(refusal("unit.unknown_parent", code=code, day=refusals.day(unit.valid_from))))
        done.append(replace(unit, parent=parent.id if parent else None))
    stored = {unit.id: unit.parent for known in bearers.values() for unit in known}
    faults += _cycles(rows, done, stored)
    if faults:
        raise FaultsError(faults)
    return done


def _cycles(rows: Sequence[Row], units: Sequence[Unit], stored: Mapping[str, str | None]) -> Iterator[Fault]:
    parents = {**stored, **{unit.id: unit.parent for unit in units}}
    for row, unit in zip(rows, units, strict=True):
        seen, above = {unit.id}, unit.parent
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above is not None:
            yield row.fault(refusal("unit.below_itself", code=unit.code))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        return None


def _is_email(text: str) -> bool:
    return not text or mailboxes.is_address(text)
