"""What there is before a reform, for commands that need no server: units, and the reforms that come before."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.cli import data, known_data
from services.cli.files import reform_check, reform_files
from services.cli.files.reform_check import Checked
from services.cli.files.reform_files import Known, ReformFiles
from shared.shell.settings import CliSettings

REFORM_FILES: Final = data.REFORM_FILES


@dataclass(frozen=True, slots=True)
class Reading:
    """The reforms to check, and what the product's files have: units, and reforms with other ids."""

    given: Sequence[ReformFiles]
    units: Known
    others: Sequence[ReformFiles]


async def check(folders: Sequence[Path], settings: CliSettings) -> list[Checked]:
    """Checks reforms with the reforms before them applied. Raises FaultsError with all faults.

    The units are those in MongoDB, if it answers at once and has any, else those of the product's files.
    """
    known, reading = await asyncio.gather(stored(settings), asyncio.to_thread(read, folders))
    return check_with(reading, known)


async def stored(settings: CliSettings) -> Known | None:
    """The stored units, if MongoDB answers at once and has any. Only reads."""
    found = await known_data.stored(settings)
    return None if found is None else Known(found.registry, found.reforms)


def read(folders: Sequence[Path]) -> Reading:
    """Reads folders, and the product's files. Raises FaultsError."""
    given = reform_check.read_all(folders)
    ids = {files.reform.id for files in given}
    of_product = reform_check.read_all(reform_files.folders(REFORM_FILES))
    units = Known(known_data.base_units())
    return Reading(given, units, [files for files in of_product if files.reform.id not in ids])


def check_with(reading: Reading, known: Known | None) -> list[Checked]:
    """Checks reforms. `known` is what is stored; a reform that is applied already is checked against what there was before it.

    With it, only those of the product's reforms that the given ones name in `after` count as applied before them; without it, all of
    earlier days do.
    """
    given, others = reading.given, reading.others
    before = _named(given, others) if known is not None else _earlier(given, others)
    base, undone = known or reading.units, list[ReformFiles]()
    of_given = [files.reform.valid_from for files in given if base.applied.get(files.reform.id) == files.digest]
    if of_given:
        base, undone = reform_check.without_applied(base, [*given, *others], min(of_given))
    needed = [files for files in (*before, *undone) if files.reform.id not in base.applied]
    ordered = reform_check.in_order({files.reform.id: files for files in (*needed, *given)}.values())
    return [checked for checked in reform_check.check_each(ordered, base) if checked.files in given]


def _named(given: Collection[ReformFiles], others: Sequence[ReformFiles]) -> list[ReformFiles]:
    """The reforms that these name in `after`, and those that they name in turn."""
    names = {name for files in given for name in files.reform.after}
    named = [files for files in others if files.reform.id in names]
    return [*_named(named, [files for files in others if files not in named]), *named] if named else []


def _earlier(given: Sequence[ReformFiles], others: Sequence[ReformFiles]) -> list[ReformFiles]:
    """The reforms of earlier days than the last of these, and those that these name in `after`."""
    last = max(files.reform.valid_from for files in given)
    named = _named(given, others)
    return [files for files in others if files.reform.valid_from < last or files in named]
