"""Random chains of reforms of a small country: merged, split, renamed, moved and re-coded communes, merged provinces and offices, areas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hypothesis import strategies as st

from shared.words import reform_plan
from shared.words.reform import AreaLine, Content, Heir, Line, NewUnit, Plan
from shared.words.units import Registry, Unit
from tests.reform_builders import content, line, new, unit

DAYS: Final = (date(2025, 3, 1), date(2025, 7, 1), date(2025, 9, 1), date(2026, 4, 30))
MARKS: Final[tuple[Heir, ...]] = ("x", "?")
FRESH: Final = ("N1", "N2", "N3", "A-2025", "B-2025")  # among them codes that look like ids


@dataclass(frozen=True, slots=True)
class Step:
    """One reform of a chain, with the registry before it."""

    content: Content
    before: Registry
    plan: Plan

    @property
    def after(self) -> Registry:
        return self.plan.applied(self.before)


def country() -> Registry:
    """Two provinces, with five communes and an office each."""
    return Registry(
        [
            *(unit(code, level="province") for code in ("20", "44")),
            *(unit(code, "20") for code in "ABCDE"),
            *(unit(code, "44") for code in "PQRST"),
            *(unit(f"{code}-SNV", code, "province", "office") for code in ("20", "44")),
        ]
    )


@st.composite
def chains(draw: st.DrawFn, most: int = len(DAYS)) -> list[Step]:
    """One reform after the other, each of the units that the ones before have left."""
    registry, steps = country(), []
    for day in DAYS[: draw(st.integers(1, most))]:
        drawn = draw(reforms(registry, day))
        plan = reform_plan.make(drawn, registry)
        steps.append(Step(drawn, registry, plan))
        registry = plan.applied(registry)
    return steps


@st.composite
def reforms(draw: st.DrawFn, registry: Registry, day: date) -> Content:
    """A reform without faults."""
    there = sorted((row for row in registry.units if row.is_valid(date.fromordinal(day.toordinal() - 1))), key=lambda row: row.code)
    communes = [row for row in there if row.level == "commune"]
    ended = draw(st.lists(st.sampled_from(communes), min_size=1, unique=True))
    stays = {row.code for row in there} - {row.code for row in ended}
    codes = sorted({*(row.code for row in ended), *(row.code for row in registry.units if row.level == "commune"), *FRESH} - stays)
    targets = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=6, unique=True))
    lines = [drawn for row in ended for drawn in draw(out_of(row, targets))]
    listed = {code: new(code, name=draw(st.sampled_from(("Xã", "Phường")))) for code in sorted({one.new for one in lines})}
    renamed = draw(st.lists(st.sampled_from([row for row in communes if row not in ended] or communes), unique=True, max_size=2))
    listed |= {row.code: new(row.code, name="Phường mới") for row in renamed if row not in ended}
    provinces = [row for row in there if row.level == "province" and row.kind != "office"]
    if len(provinces) > 1 and draw(st.booleans()):
        merged, rest = draw(merged_provinces(provinces, there))
        lines += rest
        listed = {row.code: new(row.code, name=row.name) for row in communes if row not in ended} | listed | merged
    else:
        listed |= {row.code: NewUnit(row.code, row.name, row.level, row.kind, "") for row in provinces}
    parents = [one.code for one in listed.values() if one.level == "province" and one.kind != "office"]
    units = [draw(placed(one, parents)) for one in listed.values()]
    members = draw(st.lists(st.sampled_from(sorted(one.code for one in units if one.level == "commune")), unique=True, max_size=3))
    areas = [AreaLine("20-X", "Địa bàn", code) for code in members]
    return content(*lines, units=units, areas=areas, day=day)


@st.composite
def out_of(draw: st.DrawFn, row: Unit, targets: Sequence[str]) -> list[Line]:
    """The lines of one unit that ends: whole, or two or three parts, with an heir or an open one."""
    chosen = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=3, unique=True))
    marked, mark = draw(st.sampled_from(chosen)), draw(st.sampled_from(MARKS))
    if len(chosen) == 1:
        return [line(row.code, chosen[0], heir=mark)]
    return [line(row.code, one, "part", draw(st.integers(1, 10**7)), heir=mark if one == marked else "") for one in chosen]


@st.composite
def merged_provinces(draw: st.DrawFn, provinces: Sequence[Unit], there: Sequence[Unit]) -> tuple[dict[str, NewUnit], list[Line]]:
    """All provinces and their offices become one of each; only the functions pass."""
    seat = draw(st.sampled_from([row.code for row in provinces]))
    offices = [row for row in there if row.kind == "office"]
    office = draw(st.sampled_from([row.code for row in offices]))
    lines = [line(row.code, seat, "none") for row in provinces] + [line(row.code, office, "none") for row in offices]
    province = NewUnit(seat, f"Tỉnh {seat}", "province", "peoples_committee", "")
    return {seat: province, office: NewUnit(office, f"Sở {office}", "province", "office", seat)}, lines


@st.composite
def placed(draw: st.DrawFn, one: NewUnit, parents: Sequence[str]) -> NewUnit:
    """A listed unit below one of the provinces, unless it is a province."""
    if one.level == "province":
        return one
    return NewUnit(one.code, one.name, one.level, one.kind, draw(st.sampled_from(parents)))
