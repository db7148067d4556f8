"""A regime in a period: the units and the version of one reference day, over a reform in the middle of 2025."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.words import regimes
from shared.words.failures import InvalidValueError
from shared.words.lineage import Edge, Lineage
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Area, Registry, Unit

BASE, FIRST = date(2024, 1, 1), date(2025, 7, 1)
LAST = date(2025, 6, 30)


def unit(unit_id: str, level: str, parent: str | None, begins: date = BASE, ends: date | None = None) -> Unit:
    return Unit(unit_id, unit_id.partition("-")[0], unit_id, level, "peoples_committee", parent, begins, ends)


UNITS = [
    unit("1", "province", None),
    unit("11", "district", "1", ends=FIRST),
    unit("111", "commune", "11", ends=FIRST),
    unit("112", "commune", "11", ends=FIRST),
    unit("113", "commune", "11", ends=FIRST),
    unit("113", "commune", "1", FIRST),
    unit("111-2025", "commune", "1", FIRST),
    unit("120", "commune", "1", FIRST),
]
LINEAGE = Lineage(
    [
        Edge("111", "111-2025", FIRST, "whole", is_heir=True),
        Edge("112", "111-2025", FIRST, "whole", is_heir=True),
        Edge("11", "1", FIRST, "none", is_heir=True),
    ]
)
AREA = Area("11-cu", "11-cu", "Địa bàn huyện cũ", ("111-2025", "113"), FIRST)
PLAN: dict[str, Any] = {
    "id": "thu",
    "title": "Thử",
    "legal_basis": ["Kế hoạch số 1"],
    "calendar": "year",
    "periods": ["2024", "2025", "2026"],
    "recipient": "11",
    "within": "11",
    "reporters": {"xa": {"label": "xã", "level": "commune"}},
    "obligation": {"deadlines": {"xa": {"before": "01-20"}}, "confirm": {"level": "district", "before": "01-25"}},
    "indicators": [{"code": "a", "label": "A", "kind": "quantity", "target": {"at_least": "5", "by": "2026", "level": "district"}}],
    "changes": [
        {
            "from": "2025-07-01",
            "legal_basis": ["Nghị quyết số 2"],
            "recipient": "1",
            "within": "11-cu",
            "groupings": ["11-cu"],
            "obligation": {"deadlines": {"xa": {"before": "01-10"}}, "confirm": {"recipient": True, "before": "01-20"}},
            "targets": {"a": {"level": "area"}},
        }
    ],
}


def known(pins: dict[tuple[str, str], date] | None = None, **changes: Any) -> Reference:
    plan = Regime.model_validate(PLAN | changes)
    registry = Registry(UNITS, [AREA], LINEAGE)
    return Reference(1, registry, regimes.resolve([plan]), {"thu": datetime(2024, 1, 1, tzinfo=UTC)}, pins=pins or {}, reform_days=(FIRST,))


def test_each_period_has_the_units_and_the_version_of_its_reference_day() -> None:
    before, after = known().setting("thu", "2024"), known().setting("thu", "2025")
    assert before is not None
    assert after is not None
    assert (set(before.groups), set(after.groups)) == ({"111", "112", "113"}, {"111-2025", "113"})
    assert (before.recipient, after.recipient) == (UNITS[1], UNITS[0])
    assert [found.of.id for found in before.version.confirmations] == ["11"]
    assert [(found.of.id, found.by.id) for found in after.version.confirmations] == [("11-cu", "1")]
    assert [indicator.target.level for indicator in after.regime.indicators if indicator.target] == ["area"]
    assert after.regime.legal_basis == ["Kế hoạch số 1", "Nghị quyết số 2"]


def test_a_pinned_period_keeps_the_units_and_the_version_of_before() -> None:
    setting = known({("thu", "2025"): LAST}).setting("thu", "2025")
    assert setting is not None
    assert set(setting.groups) == {"111", "112", "113"}
    assert setting.regime.recipient == "11"


def test_a_regime_that_has_ended_has_no_later_period() -> None:
    ended = known(ends="2025-07-01")
    assert [setting.period.code for setting in ended.settings("thu")] == ["2024"]
    assert ended.setting("thu", "2025") is None
    assert known({("thu", "2025"): LAST}, ends="2025-07-01").setting("thu", "2025") is not None


def test_a_report_is_judged_by_the_day_of_receipt_if_that_is_before_the_reference_day() -> None:
    early, late = known().setting_at_receipt("thu", "2025", LAST), known().setting_at_receipt("thu", "2025", FIRST)
    assert early is not None
    assert late is not None
    assert (early.tree.by_code["111"].id, late.tree.by_code["111"].id) == ("111", "111-2025")
    old = known().setting_at_receipt("thu", "2024", FIRST)
    assert old is not None
    assert old.tree.by_code["111"].id == "111"


def test_a_period_has_an_early_day_only_if_reporters_end_during_it() -> None:
    found = known()
    plan = found.regimes["thu"]
    days = {code: found.early_days(plan, period) for code in plan.periods if (period := plan.period(code)) is not None}
    assert days == {"2024": [], "2025": [LAST], "2026": []}
    pinned, period = known({("thu", "2025"): LAST}), plan.period("2025")
    assert period is not None
    assert pinned.early_days(pinned.regimes["thu"], period) == []


def test_a_reform_elsewhere_during_the_period_makes_no_early_day() -> None:
    found = replace(known(), reform_days=(date(2025, 3, 1), FIRST))
    period = found.regimes["thu"].period("2025")
    assert period is not None
    assert found.early_days(found.regimes["thu"], period) == [LAST]


@pytest.mark.parametrize(
    ("unit_id", "code", "received", "counts_for"),
    [
        ("111-2025", "111", FIRST, "111-2025"),
        ("113", "113", LAST, "113"),
        ("111", "111", FIRST, "111-2025"),
        ("111", "111", LAST, "111"),
        ("112", "112", FIRST, "112"),
        ("113-2025", "113", FIRST, "113-2025"),
    ],
)
def test_an_event_from_before_the_reform_was_registered_counts_for_the_bearer_of_the_code(
    unit_id: str, code: str, received: date, counts_for: str
) -> None:
    setting = known().setting("thu", "2025")
    assert setting is not None
    assert known().unit_of(setting, unit_id, code, received) == counts_for


def test_a_version_of_a_regime_stands_for_the_whole_regime() -> None:
    found = known()
    after = found.setting("thu", "2025")
    assert after is not None
    before = found.setting_on(after.regime, after.period, LAST)
    assert before is not None
    assert (before.regime.recipient, set(before.groups)) == ("11", {"111", "112", "113"})
    assert found.early_days(after.regime, after.period) == [LAST]
    assert found.setting_at_receipt("thu", "2025", LAST) == before


def test_a_new_units_report_of_a_period_that_is_pinned_later_is_not_the_former_units() -> None:
    pinned = known({("thu", "2025"): LAST})
    setting = pinned.setting("thu", "2025")
    assert setting is not None
    assert pinned.unit_of(setting, "111-2025", "111", FIRST) == "111-2025"


def test_an_area_is_in_the_tree_but_nobodys_child() -> None:
    tree = known().registry.at(FIRST)
    area = tree.by_code["11-cu"]
    assert (area.level, area.parent, [member.id for member in tree.members[area.id]]) == ("area", "1", ["111-2025", "113"])
    assert [unit.id for unit in tree.within("11-cu")] == ["11-cu", "111-2025", "113"]
    assert "11-cu" not in [unit.id for unit in tree.within("")]
    assert "11-cu" not in known().registry.at(LAST).by_code


def test_another_registry_has_its_own_settings() -> None:
    first = known()
    assert first.setting("thu", "2024") is not None
    other = replace(first, registry=Registry([replace(row, name="khác") for row in UNITS]))
    setting = other.setting("thu", "2024")
    assert setting is not None
    assert {row.name for row in setting.tree.by_id.values()} == {"khác"}


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ([{"from": "2025-07-01"}, {"from": "2025-07-01"}], ("changes", "1", "from"), "regime.changes_in_order"),
        ([{"from": "2025-02-30"}], ("changes", "0", "from"), "regime.not_every_year"),
        ([{"from": "2025-07-01", "asked": {"b": ["xa"]}}], ("changes", "0"), "regime.change_of_unknown_indicator"),
        ([{"from": "2025-07-01", "asked": {"a": ["so"]}}], ("changes", "0", "asked", "a"), "regime.asked_of_unknown"),
        ([{"from": "2025-07-01", "obligation": {"on_call": True}}], ("changes", "0", "obligation"), "regime.change_of_on_call"),
    ],
)
def test_a_change_that_does_not_hold_together_is_refused(changes: list[dict[str, Any]], where: tuple[str, ...], code: str) -> None:
    with pytest.raises(ValueError, match=code.replace(".", r"\.")) as raised:
        Regime.model_validate(PLAN | {"changes": changes})
    cause = raised.value.errors()[0]["ctx"]["error"]  # type: ignore[attr-defined]
    assert isinstance(cause, InvalidValueError)
    assert (cause.refusal.code, cause.where) == (code, where)


def test_a_derived_regime_changes_with_its_source() -> None:
    derived = Regime.model_validate(
        {
            "id": "dan-xuat",
            "title": "Dẫn xuất",
            "legal_basis": ["x"],
            "recipient": "11",
            "derived_from": "thu",
            "derived_groups": ["xa"],
            "derived_indicators": ["a"],
            "changes": [{"from": "2025-09-01", "recipient": "1"}],
        }
    )
    assert derived.by_code == {}  # from here on it is cached
    both = regimes.resolve([Regime.model_validate(PLAN), derived])
    made = both["dan-xuat"]
    assert [list(version.by_code) for version in made.versions] == [["a"], ["a"], ["a"]]
    assert made.change_days == [FIRST, date(2025, 9, 1)]
    assert [(version.within, version.recipient) for version in made.versions] == [("11", "11"), ("11-cu", "11"), ("11-cu", "1")]
