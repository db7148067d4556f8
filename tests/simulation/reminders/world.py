"""A made-up country's years: real units and regimes, and what everybody does, all from one seed.

The tasks are listed here from the design's text, not by asking the notifier: who reports (units of a level inside another, or
by name), who confirms, when a period begins. Codes are ids: the registry of 2024 re-uses none.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Final, Literal
from zlib import crc32

from shared.wire import events
from shared.wire.events import Logged
from shared.words import regimes
from shared.words.obligations import Confirm, DeadlineRule, Ladder, Obligation
from shared.words.regime_parts import Estimates, Group
from shared.words.regimes import Regime
from shared.words.units import Contact, Unit
from tests import seeds
from tests.simulation.reminders import decree, estimates, parts, reforms, requests
from tests.simulation.reminders.decree import VN, at
from tests.simulation.reminders.eras import Era, Task

NATIONAL_A: Final = "thu-ca-nuoc-nam"
NATIONAL_B: Final = "thu-ca-nuoc-tet"
HOME: Final = ("44", "52", "20")  # the provinces of the real regimes
HASH: Final = "a" * 64
ON_CALL_PERIODS: Final = ("", "-H1", "-Q3", "-05")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated. `communes`: how many of the country's communes there are; None: all 10,035.

    `regimes`: the six of the product with two yearly ones of all communes, the regimes of parts of a year, or all of them; or `reformed`: a
    made-up province whose units are reformed under way (`reforms`), from November 2024 on. `orderly` is the share of tasks that are done in
    time, once, and of which nobody else does anything. `is_asked`: recipients ask for what is owed, and confirmations are undone.
    """

    communes: int | None = 24
    years: int = 5
    first_year: int = 2024
    regimes: Literal["yearly", "parts", "all", "reformed"] = "all"
    orderly: float = 0
    is_asked: bool = True


@dataclass(frozen=True)
class World:
    """Everything that happens, in the order in which the broker received it. `eras` are what is known of units and tasks; the first is from
    the beginning.
    """

    eras: list[Era]
    regimes: dict[str, Regime]
    loaded_at: dict[str, datetime]
    history: list[Logged]
    begins: datetime
    ends: datetime

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """The tasks of all eras."""
        return {task_id: task for era in self.eras for task_id, task in era.tasks.items()}


@lru_cache(maxsize=1)
def _files() -> tuple[tuple[Unit, ...], tuple[Regime, ...]]:
    return seeds.units(), tuple(regime for regime in seeds.first_regimes() if not _is_counted(regime))


def _is_counted(regime: Regime) -> bool:
    """Whether a deadline is counted from a cut-off, a month or another deadline. Such regimes are not simulated."""
    return regime.obligation is not None and not all(rule.has_own_day for _, rule in regime.obligation.rules())


def make(seed: int, size: Size) -> World:
    """The world of one seed."""
    if size.regimes == "reformed":
        return _reformed(seed, size)
    rng, more = random.Random(f"world/{seed}"), random.Random(f"estimates/{seed}")
    units, real = _files()
    chosen = [_with_mail(unit) for unit in _choose(units, size.communes, rng)]
    of_parts = parts.regimes(size.first_year, size.first_year + size.years)
    loaded = regimes.resolve({"yearly": [*real, *_national()], "parts": of_parts, "all": [*real, *_national(), *of_parts]}[size.regimes])
    begins = at(date(size.first_year, 1, 1))
    loaded_at = dict.fromkeys(loaded, begins)
    if NATIONAL_B in loaded:
        loaded_at[NATIONAL_B] = at(date(size.first_year, 1, 29), 10)  # in the middle of its first ladder
    ends = at(date(size.first_year + size.years, 1, 31))
    opened = _by_period(_openings(loaded.values(), range(size.first_year, size.first_year + size.years), rng))
    tasks = {task.id: task for task in _tasks(loaded.values(), {unit.id: unit for unit in chosen}, opened, ends)}
    history = [event for some in opened.values() for event in some]
    asking = random.Random(f"requests/{seed}") if size.is_asked else None
    for task in tasks.values():
        history += _deeds(task, loaded[task.regime], opened.get((task.regime, task.period), ()), size.orderly, rng, more, asking)
    history += _requests(tasks.values(), opened, {}, asking)
    by_code = {unit.code: unit for unit in chosen}
    recipients = {(task.regime, task.period): _recipients(loaded[task.regime], by_code) for task in tasks.values()}
    return World([Era(begins, chosen, (), tasks, recipients)], loaded, loaded_at, sorted(history, key=_place), begins, ends)


def _place(event: Logged) -> tuple[int, str]:
    return event.received_ms, event.id


def _recipients(regime: Regime, units: Mapping[str, Unit]) -> tuple[str, str]:
    """The recipient, and the level above it."""
    recipient = units.get(regime.recipient)
    return ("", "") if recipient is None else (recipient.id, regime.on_behalf_of or recipient.parent or "")


def _reformed(seed: int, size: Size) -> World:
    """The world of one seed, whose units are reformed under way."""
    rng, more = random.Random(f"reformed/{seed}"), random.Random(f"estimates/{seed}")
    loaded = regimes.resolve(reforms.regimes())
    begins, ends = at(date(2024, 11, 15)), at(date(2024 + size.years, 1, 31))
    opened = _by_period(_openings(loaded.values(), range(2025, 2024 + size.years), rng))
    eras = reforms.eras(rng, begins, ends, opened)
    codes = {row.id: row.code for era in eras for row in era.rows}
    history = [event for some in opened.values() for event in some]
    asking = random.Random(f"requests/{seed}") if size.is_asked else None
    tasks = {task_id: task for era in eras for task_id, task in era.tasks.items()}
    for task in tasks.values():
        logged_under = task.about if rng.random() < 0.7 else codes[task.about]  # a reform that was not registered yet
        for event in _deeds(task, loaded[task.regime], opened.get((task.regime, task.period), ()), size.orderly, rng, more, asking):
            history.append(event._replace(unit_id=logged_under, data={**event.data, "unit": codes[task.about]}))
    history += _requests(tasks.values(), opened, codes, asking)
    return World(eras, loaded, dict.fromkeys(loaded, begins), sorted(history, key=_place), begins, ends)


def _by_period(openings: Iterable[Logged]) -> dict[tuple[str, str], list[Logged]]:
    found: dict[tuple[str, str], list[Logged]] = defaultdict(list)
    for event in openings:
        found[(event.regime, event.period)].append(event)
    return found


def _with_mail(unit: Unit) -> Unit:
    """One unit in three has an address. The codes of communes are three apart, so the choice is not by their remainder."""
    return unit if crc32(unit.id.encode()) % 3 else replace(unit, contacts=(Contact("Văn phòng", "", f"{unit.id}@xa.example"),))


def _choose(units: tuple[Unit, ...], communes: int | None, rng: random.Random) -> list[Unit]:
    if communes is None:
        return list(units)
    by_id = {unit.id: unit for unit in units}
    pool = [unit for unit in units if unit.level == "commune"]
    home = [unit for unit in pool if by_id[unit.parent or ""].parent == "44"], [unit for unit in pool if unit.parent == "184"]
    kept = {unit.id for some in (*home, pool) for unit in rng.sample(some, min(len(some), communes // 3))}
    kept |= {unit.id for unit in units if unit.kind == "office" or unit.id in HOME}
    for province in HOME:
        kept |= {unit.id for unit in rng.sample([unit for unit in units if unit.parent == province and unit.level == "district"], 3)}
    for _ in range(2):  # their districts, and the provinces of these
        kept |= {by_id[unit].parent or unit for unit in kept}
    return [unit for unit in units if unit.id in kept]


def _national() -> list[Regime]:
    def one(regime_id: str, calendar: str, obligation: Obligation, until: DeadlineRule | None = None) -> Regime:
        return Regime(
            id=regime_id,
            title="Chế độ thử",
            legal_basis=[],
            calendar=calendar,
            periods=[str(year) for year in range(2024, 2029)],
            recipient="44-SLDTBXH",
            reporters={"xa": Group(label="Xã", level="commune")},
            obligation=obligation,
            estimates=None if until is None else Estimates(until=until),
        )

    steps = Ladder(before_days=[20, 10, 5, 2], last_day=["08:00", "16:30"], after_days=[2, 10])
    return [
        one(NATIONAL_A, "report_year", Obligation(deadlines={"xa": DeadlineRule(before="12-20")}), DeadlineRule(by="12-28")),
        one(NATIONAL_B, "01-20", Obligation(deadlines={"xa": DeadlineRule(by="02-10")}, ladder=steps)),
    ]


def _tasks(
    loaded: Iterable[Regime], units: dict[str, Unit], opened: Mapping[tuple[str, str], list[Logged]], ends: datetime
) -> Iterator[Task]:
    for regime in loaded:
        if regime.obligation is None:
            continue
        on_call = regime.obligation.on_call
        reporters = {name: _of_group(group, regime, units) for name, group in regime.reporters.items()}
        confirmers = [(confirm, unit) for confirm in regime.obligation.confirm for unit in _confirmers(confirm, regime, units)]
        view = next((unit.id for unit in units.values() if unit.code == (regime.on_behalf_of or regime.within)), "")
        codes = [period for of, period in sorted(opened) if of == regime.id] if on_call else regime.periods
        for period in codes:
            begins = decree.begins(regime.calendar, period)
            if begins >= ends:
                continue
            for name, members in reporters.items():
                due = None if on_call else decree.due(regime.obligation.deadlines[name], regime, period)
                for unit in members:
                    yield Task(f"{regime.id}/{period}/{unit.id}", regime.id, period, unit.id, "report", begins, due)
                    if (until := estimates.until(regime, period)) is not None:
                        yield Task(f"{regime.id}/{period}/{unit.id}/official", regime.id, period, unit.id, "official", begins, until)
            for confirm, unit in confirmers:
                due, of = decree.due(confirm, regime, period), view if confirm.recipient else ""
                yield Task(f"{regime.id}/{period}/{unit.id}/confirm", regime.id, period, unit.id, "confirm", begins, due, of)


def _confirmers(confirm: Confirm, regime: Regime, units: dict[str, Unit]) -> list[Unit]:
    if confirm.level:
        return _of_level(confirm.level, regime, units)
    return [unit for unit in units.values() if unit.code == regime.recipient]


def _of_group(group: Group, regime: Regime, units: dict[str, Unit]) -> list[Unit]:
    return [unit for unit in units.values() if unit.code in group.units] if group.units else _of_level(group.level or "", regime, units)


def _of_level(level: str, regime: Regime, units: dict[str, Unit]) -> list[Unit]:
    committees = (unit for unit in units.values() if unit.level == level and unit.kind == "peoples_committee")
    return [unit for unit in committees if _is_inside(unit, regime.within, units)]


def _is_inside(unit: Unit, code: str, units: dict[str, Unit]) -> bool:
    while unit.code != code and unit.parent in units:
        unit = units[unit.parent or ""]
    return not code or unit.code == code


def _openings(loaded: Iterable[Regime], years: Iterable[int], rng: random.Random) -> Iterator[Logged]:
    """Periods opened on call, some twice: later, and with a deadline that is later or earlier (which does nothing unless it corrects)."""
    for regime in loaded:
        if regime.obligation is None or not regime.obligation.on_call:
            continue
        for year in years:
            for period in [f"{year}{part}" for part in ON_CALL_PERIODS] if regime.periods == "any" else [str(year)]:
                if (regime.periods != "any" and period not in regime.periods) or rng.random() < 0.4:
                    continue
                when = at(date(year, rng.randrange(2, 11), rng.randrange(1, 29)), rng.randrange(24), rng.randrange(60))
                until = when + timedelta(days=rng.randrange(4, 60))
                yield _event(events.OPENED, when, regime.id, period, "", rng, deadline=_text(until, rng))
                if rng.random() < 0.6:
                    when += timedelta(days=rng.random() * 40)
                    until += timedelta(days=rng.randrange(-15, 25))
                    mended = {"corrects": True, "reason": "Gõ nhầm"} if until > when + timedelta(days=2) and rng.random() < 0.5 else {}
                    yield _event(events.OPENED, when, regime.id, period, "", rng, deadline=_text(until, rng), **mended)


def _text(until: datetime, rng: random.Random) -> str:
    """A day (inclusive) or an instant (exclusive)."""
    if rng.random() < 0.7:
        return until.date().isoformat()
    return until.replace(hour=rng.choice([0, 12, 17]), minute=0, second=0, microsecond=0).isoformat()


def _requests(
    tasks: Iterable[Task], opened: Mapping[tuple[str, str], list[Logged]], codes: Mapping[str, str], asking: random.Random | None
) -> Iterable[Logged]:
    """Requests for what is owed; none without `asking`."""
    if asking is None:
        return ()

    def event(kind: str, when: datetime, regime: str, period: str, **data: Any) -> Logged:
        return _event(kind, when, regime, period, "", asking, **data)

    return requests.of_periods(tasks, opened, codes, asking, event)


def _deeds(
    task: Task,
    regime: Regime,
    openings: Sequence[Logged],
    orderly: float,
    rng: random.Random,
    more: random.Random,
    asking: random.Random | None,
) -> Iterable[Logged]:
    """What one unit and others do about one task. Estimates and entries are drawn from `more`, what undoes confirmations from `asking`.
    Official figures come with the reports.
    """
    if task.kind == "official":
        return []

    def event(kind: str, when: datetime, **data: Any) -> Logged:
        return _event(kind, when, task.regime, task.period, task.about, asking if asking and task.kind == "confirm" else more, **data)

    acts = list(_acts(task, openings, orderly, rng))
    if task.kind == "confirm":
        return acts if asking is None else [*acts, *requests.undone(acts, task, asking, event)]
    return estimates.mixed(acts, estimates.until(regime, task.period), more, event)


def _acts(task: Task, openings: Sequence[Logged], orderly: float, rng: random.Random) -> Iterator[Logged]:
    """What one unit and its recipient do about one task, without estimates."""
    first = events.from_ms(openings[0].received_ms).astimezone(VN) if openings else None
    due = task.deadline or (first or task.begins) + timedelta(days=30)
    earliest = task.begins if first is None else max(task.begins, first)
    days = min(40.0, max(0.1, (due - earliest) / timedelta(days=1)))

    def event(kind: str, when: datetime, **data: Any) -> Logged:
        return _event(kind, when, task.regime, task.period, task.about, rng, **data)

    if rng.random() < orderly:
        when = due - timedelta(days=rng.uniform(0.01, days))
        yield event(events.SUBMITTED, when, revision=1) if task.kind == "report" else event(events.CONFIRMED, when, view_hash=HASH)
        return
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
    when = max(earliest, due + timedelta(days=rng.uniform(-days, -0.01) if chance < 0.6 else rng.gauss(-2, 6)))
    if rng.random() < 0.1:  # within a second of eight o'clock, when the alerts go out
        when = max(earliest, when.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(milliseconds=rng.randrange(-900, 900)))
    if task.kind == "confirm":
        yield event(events.CONFIRMED, when, view_hash=HASH)
        return
    revision = 1
    yield event(events.SUBMITTED, when, revision=1)
    while rng.random() < 0.35 and revision < 5:
        when += timedelta(days=rng.expovariate(1 / 4))
        deed = rng.choice(["correct", "withdraw", "return", "return", "extend"])
        if deed == "return":
            fix_by = _text(when + timedelta(days=rng.randrange(0, 20)), rng)
            which = rng.choice([revision, revision, max(1, revision - 1)])
            yield event(events.RETURNED, when, revision=which, reason="Thiếu", fix_by=fix_by)
        elif deed == "extend":
            yield event(events.EXTENDED, when, until=_text(when + timedelta(days=rng.randrange(1, 20)), rng), reason="Lũ")
        else:
            revision += 1
            yield event(events.SUBMITTED if deed == "correct" else events.WITHDRAWN, when, revision=revision)


def _event(kind: str, when: datetime, regime: str, period: str, unit: str, rng: random.Random, **data: Any) -> Logged:
    received = events.to_ms(when.astimezone(UTC))
    if len(data) == 1:
        data = _shared(*data.items())
    return Logged(f"{unit}/{rng.getrandbits(48):012x}", kind, regime, period, unit, received, data, b"")


@lru_cache(maxsize=100)
def _shared(item: tuple[str, Any]) -> dict[str, Any]:
    """Of a million events most say only their revision: one object for all of them."""
    return dict([item])
