"""Builders of reforms and of a small tree: a province with two districts of communes and an office."""

from datetime import date

from shared.words.lineage import Basis, Share
from shared.words.reform import AreaLine, Content, Heir, Keep, LegalBasis, Line, NewUnit, Reform
from shared.words.units import Registry, Unit

FIRST_DAY = date(2024, 1, 1)
REFORM_DAY = date(2025, 7, 1)


def unit(code: str, parent: str | None = None, level: str = "commune", kind: str = "peoples_committee", name: str = "") -> Unit:
    return Unit(code, code, name or f"Đơn vị {code}", level, kind, parent, FIRST_DAY)


def small_tree() -> Registry:
    """Province 20 with the districts 184 (A, B, C) and 185 (D, E) and the office 20-STC; province 44 with the office 44-SYT."""
    return Registry(
        [
            unit("20", level="province"),
            unit("184", "20", "district"),
            unit("185", "20", "district"),
            *(unit(code, "184") for code in ("A", "B", "C")),
            *(unit(code, "185") for code in ("D", "E")),
            unit("20-STC", "20", "province", "office"),
            unit("44", level="province"),
            unit("44-SYT", "44", "province", "office"),
        ]
    )


def new(code: str, parent: str = "20", level: str = "commune", kind: str = "peoples_committee", name: str = "") -> NewUnit:
    return NewUnit(code, name or f"Đơn vị {code}", level, kind, parent)


def line(old: str, new: str, share: Share = "whole", weight: int = 1, basis: Basis = "", heir: Heir = "x") -> Line:
    return Line(old, new, share, weight, basis or ("declared" if share == "part" else ""), heir)


def content(
    *lines: Line,
    units: list[NewUnit] | None = None,
    areas: list[AreaLine] | None = None,
    day: date = REFORM_DAY,
    name: str = "",
    keep: list[Keep] | None = None,
) -> Content:
    law = LegalBasis(number="1/NQ", day=day)
    reform = Reform(id=name or f"{day}", title="Sắp xếp", valid_from=day, legal_basis=[law], keep=keep or [])
    return Content(reform, tuple(units or ()), lines, tuple(areas or ()))
