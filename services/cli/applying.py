"""Applies a folder of a reform to the stored units: checks, plans, stores, and plans again if the units changed meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from services.cli import known_data, recording
from services.cli.files import reform_check, reform_regimes, regime_files
from services.cli.files.faults import FaultsError
from services.cli.files.reform_check import Checked
from services.cli.files.reform_files import Known, ReformFiles
from services.cli.files.regime_files import RegimeFile
from services.cli.stored import StoredData
from shared.plumbing.reference_store import Record
from shared.plumbing.reform_documents import Application
from shared.plumbing.reform_store import ReformStore, StaleError
from shared.shell.service import Connections
from shared.words import periods, pins
from shared.words.failures import TransientError
from shared.words.reference import Pins, Reference
from shared.words.refusals import refusal

ATTEMPTS: Final = 5
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class WithRegimes:
    """Regimes to load with a reform. `is_sure`: also those that hide accepted reports. `next_paths`: regimes that are loaded next, by which
    the reform is judged.
    """

    paths: Sequence[Path] = ()
    is_sure: bool = False
    next_paths: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a reform; `checked` is None if it was applied already with equal files."""

    files: ReformFiles
    checked: Checked | None
    regimes: Sequence[str] = ()


def due(read: Sequence[ReformFiles], today: date) -> list[ReformFiles]:
    """The reforms whose first day has come."""
    return [files for files in read if files.reform.valid_from <= today]


def store(connections: Connections) -> ReformStore:
    return ReformStore(connections.reference, connections.database, connections.clock)


async def apply(connections: Connections, files: ReformFiles, given: WithRegimes, say: Say) -> Outcome:
    """Applies one reform. Raises FaultsError, RefusedError, and TransientError if others keep changing the units."""
    reforms = store(connections)
    for _ in range(ATTEMPTS):
        if (await reforms.applied()).get(files.reform.id) == files.digest:
            return Outcome(files, None)
        reference, applied = await connections.reference.current(), await reforms.applied()
        if await connections.reference.generation() != reference.generation:
            continue
        say(f"Kiểm tra đợt sắp xếp {files.reform.id} …")
        checked = reform_check.check(files, Known(reference.registry, applied))
        pinned = await _pins(connections, reference, checked)
        loaded = await _regimes(connections, checked, given, pinned)
        judged = loaded or regime_files.read_each(given.next_paths, connections.reference.working_days)
        if faults := reform_regimes.faults(checked, judged, await connections.reference.files(), pinned):
            raise FaultsError(faults)
        say(f"Áp dụng đợt sắp xếp {files.reform.id} …")
        try:
            application = Application(
                plan=checked.plan,
                texts=files.texts,
                digest=files.digest,
                generation=reference.generation,
                pins=pinned,
                regimes=[file.regime for file in loaded],
            )
            is_new = await reforms.apply(application, recording.operator(), _recorded(files, loaded))
        except StaleError:
            continue
        return Outcome(files, checked if is_new else None, [file.regime.id for file in loaded])
    raise TransientError(refusal("reform.keeps_changing", id=files.reform.id))


def _recorded(files: ReformFiles, loaded: Sequence[RegimeFile]) -> Record[bool]:
    """What the audit log records about a reform that was applied."""
    regimes = recording.named(file.regime.id for file in loaded)
    act = recording.act("reform.applied", f"reforms/{files.reform.id}", hash=files.digest, regimes=regimes)
    return lambda is_new: act if is_new else None


async def _pins(connections: Connections, reference: Reference, checked: Checked) -> dict[tuple[str, str], date]:
    """The periods that keep the units of the day before, by what was opened and extended so far."""
    given = await StoredData(connections.database).openings_and_extensions()
    terms = pins.terms_of(((event.regime, event.period), event.unit_id, event) for event in given)
    return pins.of_reform(reference, checked.files.reform, terms)


async def _regimes(connections: Connections, checked: Checked, given: WithRegimes, pinned: Pins) -> list[RegimeFile]:
    """The regimes to load with the reform, judged by the units after it. Raises FaultsError."""
    if not given.paths:
        return []
    read = regime_files.read_each(given.paths, connections.reference.working_days)
    stored = await known_data.of_store(connections.reference, connections.database)
    after = replace(stored, registry=checked.after.registry, pins={**stored.pins, **pinned})
    today = periods.local_day(connections.clock())
    faults = regime_files.judge(read, after.regimes, after.registry, today, after.day_of).faults
    faults += regime_files.changed_meaning(read, after.kinds)
    if not (faults or given.is_sure):
        faults = [loss.fault for loss in await known_data.losses(connections.database, read, after)]
    if faults:
        raise FaultsError(faults)
    return read
