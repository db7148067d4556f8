"""A made-up country's years: real units and regimes, and what everybody does, all from one seed.

The tasks are listed here from the design's text, not by asking the notifier: who reports (units of a level inside another, or
by name), who confirms, when a period begins. Codes are ids: the registry of 2024 re-uses none.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.cli.data import REGIME_FILES, UNIT_FILES
from services.cli.files import regime_files, unit_files
from shared.wire import events
from shared.wire.events import Logged
from shared.words import regimes
from shared.words.obligations import DeadlineRule, Ladder, Obligation
from shared.words.regimes import Group, Regime
from shared.words.units import Contact, Registry, Unit

VN: Final = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_YEAR: Final = 2024
NATIONAL_A: Final = "thu-ca-nuoc-nam"
NATIONAL_B: Final = "thu-ca-nuoc-tet"
HOME: Final = ("44", "52", "20")  # the provinces of the real regimes
ON_CALL_PERIODS: Final = ("", "-H1", "-Q3", "-05")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated. `communes`: how many of the country's communes there are; None: all 10,035."""

    communes: int | None = 24
    years: int = 5


@dataclass(frozen=True, slots=True)
class Task:
    """One unit's task. `deadline` is None when the period is opened on call."""

    regime: str
    period: str
    unit: str
    kind: str
    begins: datetime
    deadline: datetime | None

    @property
    def id(self) -> str:
        return f"{self.regime}/{self.period}/{self.unit}" + ("/confirm" if self.kind == "confirm" else "")


@dataclass(frozen=True)
class World:
    """Everything that happens, in the order in which the broker received it."""

    registry: Registry
    regimes: dict[str, Regime]
    loaded_at: dict[str, datetime]
    tasks: dict[str, Task]
    history: list[tuple[datetime, Logged]]
    ends: datetime


@lru_cache(maxsize=1)
def _files() -> tuple[tuple[Unit, ...], tuple[Regime, ...]]:
    real = regime_files.read_regimes(REGIME_FILES)
    return tuple(unit_files.read_units(UNIT_FILES)), tuple(regime for regime in real if not _is_counted(regime))


def _is_counted(regime: Regime) -> bool:
    """Whether a deadline is counted from a cut-off, a month or another deadline. Such regimes are not simulated."""
    return regime.obligation is not None and not all(rule.has_own_day for _, rule in regime.obligation.rules())


def make(seed: int, size: Size) -> World:
    """The world of one seed."""
    rng = random.Random(f"world/{seed}")
    units, real = _files()
    chosen = [_with_mail(unit) for unit in _choose(units, size.communes, rng)]
    loaded = regimes.resolve([*real, *_national()])
    loaded_at = {regime: at(date(FIRST_YEAR, 1, 1)) for regime in loaded}
    loaded_at[NATIONAL_B] = at(date(FIRST_YEAR, 1, 29), 10)  # in the middle of its first ladder
    ends = at(date(FIRST_YEAR + size.years, 1, 31))
    openings = list(_openings(loaded.values(), size.years, rng))
    opened = {(event.regime, event.period) for _, event in openings}
    tasks = {task.id: task for task in _tasks(loaded.values(), {unit.id: unit for unit in chosen}, opened, ends)}
    history = [*openings, *(item for task in tasks.values() for item in _deeds(task, openings, rng))]
    return World(Registry(chosen), loaded, loaded_at, tasks, sorted(history, key=lambda item: (item[0], item[1].id)), ends)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """An instant in Vietnam."""
    return datetime.combine(day, time(hour, minute), VN)


def _with_mail(unit: Unit) -> Unit:
    return replace(unit, contacts=(Contact("Văn phòng", "", f"{unit.id}@xa.example"),)) if sum(map(ord, unit.id)) % 3 == 0 else unit


def _choose(units: tuple[Unit, ...], communes: int | None, rng: random.Random) -> list[Unit]:
    if communes is None:
        return list(units)
    by_id = {unit.id: unit for unit in units}
    pool = [unit for unit in units if unit.level == "commune"]
    home = [unit for unit in pool if by_id[unit.parent or ""].parent == "44"], [unit for unit in pool if unit.parent == "184"]
    kept = {unit.id for some in (*home, pool) for unit in rng.sample(some, min(len(some), communes // 3))}
    kept |= {unit.id for unit in units if unit.kind == "office" or unit.level == "province" or unit.parent in HOME}
    kept |= {by_id[unit].parent or "" for unit in kept if by_id[unit].level == "commune"}
    return [unit for unit in units if unit.id in kept]


def _national() -> list[Regime]:
    def one(regime_id: str, calendar: str, obligation: Obligation) -> Regime:
        return Regime(
            id=regime_id,
            title="Chế độ thử",
            legal_basis=[],
            calendar=calendar,
            periods=[str(year) for year in range(FIRST_YEAR, 2029)],
            recipient="44-SLDTBXH",
            reporters={"xa": Group(label="Xã", level="commune")},
            obligation=obligation,
        )

    steps = Ladder(before_days=[20, 10, 5, 2], last_day=["08:00", "16:30"], after_days=[2, 10])
    return [
        one(NATIONAL_A, "report_year", Obligation(deadlines={"xa": DeadlineRule(before="12-20")})),
        one(NATIONAL_B, "01-20", Obligation(deadlines={"xa": DeadlineRule(by="02-10")}, ladder=steps)),
    ]


def _begins(regime: Regime, period: str) -> datetime:
    year, part = int(period[:4]), period[5:]
    if regime.calendar == "year":
        month = 1 if not part else {"H": 6, "Q": 3}.get(part[0], 1) * (int(part[-2:].strip("HQ")) - 1) + 1
        return at(date(year, month, 1))
    day = "12-14" if regime.calendar == "report_year" else regime.calendar
    return at(date.fromisoformat(f"{year - 1}-{day}") + timedelta(days=1))


def _due(rule: DeadlineRule, period: str) -> datetime:
    text = rule.before or rule.by or ""
    day = date.fromisoformat(text if len(text) == 10 else f"{period[:4]}-{text}")
    return at(day if rule.before else day + timedelta(days=1))


def _tasks(loaded: Any, units: dict[str, Unit], opened: set[tuple[str, str]], ends: datetime) -> Iterator[Task]:
    for regime in loaded:
        if regime.obligation is None:
            continue
        on_call = regime.obligation.on_call
        codes = [period for of, period in sorted(opened) if of == regime.id] if on_call else regime.periods
        for period in [code for code in codes if _begins(regime, code) < ends]:
            begins, confirm = _begins(regime, period), regime.obligation.confirm
            for name, group in regime.reporters.items():
                due = None if on_call else _due(regime.obligation.deadlines[name], period)
                for unit in units.values():
                    of_level = unit.level == group.level and unit.kind == "peoples_committee" and _is_inside(unit, regime.within, units)
                    if unit.code in group.units or (not group.units and of_level):
                        yield Task(regime.id, period, unit.id, "report", begins, due)
            for unit in units.values() if confirm else ():
                if unit.level == confirm.level and unit.kind == "peoples_committee" and _is_inside(unit, regime.within, units):
                    yield Task(regime.id, period, unit.id, "confirm", begins, _due(confirm, period))


def _is_inside(unit: Unit, code: str, units: dict[str, Unit]) -> bool:
    while unit.code != code and unit.parent in units:
        unit = units[unit.parent or ""]
    return not code or unit.code == code


def _openings(loaded: Any, years: int, rng: random.Random) -> Iterator[tuple[datetime, Logged]]:
    """Periods opened on call, some twice: later, and with a deadline that is later or earlier (which does nothing unless it corrects)."""
    for regime in loaded:
        if regime.obligation is None or not regime.obligation.on_call:
            continue
        for year in range(FIRST_YEAR, FIRST_YEAR + years):
            for period in [f"{year}{part}" for part in ON_CALL_PERIODS] if regime.periods == "any" else [str(year)]:
                if (regime.periods != "any" and period not in regime.periods) or rng.random() < 0.4:
                    continue
                when = at(date(year, rng.randrange(2, 11), rng.randrange(1, 29)), rng.randrange(24), rng.randrange(60))
                until = when + timedelta(days=rng.randrange(4, 60))
                yield when, _event(events.OPENED, when, regime.id, period, "", rng, deadline=_text(until, rng))
                if rng.random() < 0.6:
                    when += timedelta(days=rng.random() * 40)
                    until += timedelta(days=rng.randrange(-15, 25))
                    mended = {"corrects": True, "reason": "Gõ nhầm"} if until > when + timedelta(days=2) and rng.random() < 0.5 else {}
                    yield when, _event(events.OPENED, when, regime.id, period, "", rng, deadline=_text(until, rng), **mended)


def _text(until: datetime, rng: random.Random) -> str:
    """A day (inclusive) or an instant (exclusive)."""
    if rng.random() < 0.7:
        return until.date().isoformat()
    return until.replace(hour=rng.choice([0, 12, 17]), minute=0, second=0, microsecond=0).isoformat()


def _deeds(task: Task, openings: list[tuple[datetime, Logged]], rng: random.Random) -> Iterator[tuple[datetime, Logged]]:
    """What one unit and its recipient do about one task."""
    firsts = [when for when, event in openings if (event.regime, event.period) == (task.regime, task.period)]
    due = task.deadline or firsts[0] + timedelta(days=30)
    earliest = max(task.begins, firsts[0]) if firsts else task.begins

    def event(kind: str, when: datetime, **data: Any) -> tuple[datetime, Logged]:
        return when, _event(kind, when, task.regime, task.period, task.unit, rng, **data)

    if rng.random() < 0.12:
        when = due + timedelta(days=rng.uniform(-50, 8))
        until = due + timedelta(days=rng.randrange(-6, 25))
        yield event(events.EXTENDED, when, until=_text(until, rng), reason="Lũ")
        if rng.random() < 0.4:
            when += timedelta(days=rng.uniform(0, 4))
            until = max(when, until) + timedelta(days=rng.randrange(-3, 6))
            yield event(events.EXTENDED, when, until=_text(until, rng), reason="Gõ nhầm", corrects=rng.random() < 0.6)
    chance = rng.random()
    if chance < 0.2:
        return
    when = max(earliest, due + timedelta(days=rng.uniform(-40, -0.01) if chance < 0.6 else rng.gauss(-2, 6)))
    if rng.random() < 0.1:  # within a second of eight o'clock, when the alerts go out
        when = max(earliest, when.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(milliseconds=rng.randrange(-900, 900)))
    if task.kind == "confirm":
        yield event(events.CONFIRMED, when, view_hash="a" * 64)
        return
    revision = 1
    yield event(events.SUBMITTED, when, revision=1)
    while rng.random() < 0.35 and revision < 5:
        when += timedelta(days=rng.expovariate(1 / 4))
        deed = rng.choice(["correct", "withdraw", "return", "return", "extend"])
        if deed == "return":
            fix_by = _text(when + timedelta(days=rng.randrange(0, 20)), rng)
            yield event(
                events.RETURNED, when, revision=rng.choice([revision, revision, max(1, revision - 1)]), reason="Thiếu", fix_by=fix_by
            )
        elif deed == "extend":
            yield event(events.EXTENDED, when, until=_text(when + timedelta(days=rng.randrange(1, 20)), rng), reason="Lũ")
        else:
            revision += 1
            yield event(events.SUBMITTED if deed == "correct" else events.WITHDRAWN, when, revision=revision)


def _event(kind: str, when: datetime, regime: str, period: str, unit: str, rng: random.Random, **data: Any) -> Logged:
    received = events.to_ms(when.astimezone(UTC))
    return Logged(f"{unit}/{rng.getrandbits(48):012x}", kind, regime, period, unit, received, data, b"")
