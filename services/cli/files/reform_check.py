"""Checks folders of reforms, one after the other, and gives the plan of each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from services.cli.files import reform_faults, reform_files, reform_warnings, unit_files
from services.cli.files.faults import Fault, FaultsError
from services.cli.files.reform_files import CONTACTS, Known, ReformFiles
from services.cli.files.reform_units import FirstDay
from shared.words import reform_plan, reform_undone
from shared.words.reform import Plan
from shared.words.refusals import refusal


@dataclass(frozen=True)
class Checked:
    """A reform without faults. `before` is what there was before it."""

    files: ReformFiles
    plan: Plan
    before: Known

    @property
    def warnings(self) -> list[Fault]:
        """What looks wrong without being refused."""
        return reform_warnings.find(self._day, self.plan)

    @cached_property
    def after(self) -> Known:
        """What there is after the reform."""
        return with_applied(self.before, self.files, self.plan)

    @property
    def to_declare(self) -> list[Fault]:
        """The weights and heirs that an authority still has to declare."""
        return reform_warnings.to_declare(self._day)

    @cached_property
    def _day(self) -> FirstDay:
        return FirstDay(self.files, self.before.registry)


def check(files: ReformFiles, known: Known) -> Checked:
    """Checks one reform. `known` has all reforms before it. Raises FaultsError with all faults."""
    if faults := reform_faults.find(files, known):
        raise FaultsError(faults)
    plan = reform_plan.make(files.content, known.registry)
    faults, plan = _with_contacts(files, plan)
    if faults := [*reform_faults.unmet(files, plan.counts), *faults]:
        raise FaultsError(faults)
    return Checked(files, plan, known)


def read_all(folders: Iterable[Path]) -> list[ReformFiles]:
    """Reads folders, in the order in which the reforms are applied. Raises FaultsError with the faults of all folders."""
    read, faults = [], []
    for folder in folders:
        try:
            read.append(reform_files.read(folder))
        except FaultsError as error:
            faults += error.faults
    by_id: dict[str, ReformFiles] = {}
    for files in read:
        if (first := by_id.setdefault(files.reform.id, files)) is not files:
            why = refusal("reform.repeated_id", id=files.reform.id, other=[str(first.folder)])
            faults.append(files.fault(("id",), why))
    if faults:
        raise FaultsError(faults)
    return in_order(read)


def in_order(read: Iterable[ReformFiles]) -> list[ReformFiles]:
    """Reforms in the order of their first days. On one day, a reform comes behind those that it names in `after`, else by its id."""
    waiting = sorted(read, key=lambda files: (files.reform.valid_from, files.reform.id))
    ordered: list[ReformFiles] = []
    while waiting:
        names = {files.reform.id for files in waiting if files.reform.valid_from == waiting[0].reform.valid_from}
        first = next((files for files in waiting if not names.intersection(files.reform.after)), waiting[0])
        waiting.remove(first)
        ordered.append(first)
    return ordered


def without_applied(known: Known, read: Iterable[ReformFiles], day: date) -> tuple[Known, list[ReformFiles]]:
    """What there was before those of these reforms that are applied with equal files and begin on a day or later, and these reforms."""
    applied = [files for files in read if known.applied.get(files.reform.id) == files.digest and files.reform.valid_from >= day]
    registry, names = known.registry, {files.reform.id for files in applied}
    for files in reversed(in_order(applied)):
        registry = reform_undone.without(files.content, registry)
    return replace(known, registry=registry, applied={name: digest for name, digest in known.applied.items() if name not in names}), applied


def check_each(read: Iterable[ReformFiles], known: Known) -> Iterator[Checked]:
    """Checks reforms in their order, each with the ones before it applied. Raises FaultsError at the first that has faults."""
    checked: Checked | None = None
    for files in read:
        checked = check(files, known if checked is None else checked.after)
        yield checked


def with_applied(known: Known, files: ReformFiles, plan: Plan) -> Known:
    """What there is when the plan of a reform is applied."""
    return replace(known, registry=plan.applied(known.registry), applied={**known.applied, files.reform.id: files.digest})


def _with_contacts(files: ReformFiles, plan: Plan) -> tuple[list[Fault], Plan]:
    rows, begun = files.rows[CONTACTS], {row.code: row.id for row in plan.begun}
    untouched = [row for row in rows if row.cells["unit"] not in begun]
    if untouched:
        return [row.fault(refusal("reform.contact_of_untouched", code=row.cells["unit"])) for row in untouched], plan
    return [], plan.with_contacts(unit_files.contacts_in(rows, begun))
