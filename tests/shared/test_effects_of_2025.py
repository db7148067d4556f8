"""What the reforms of 2025 do to the product's units and to the regimes as first published."""

from dataclasses import replace
from functools import cache

from services.cli.files import reform_check, reform_files
from services.cli.known_reforms import REFORM_FILES
from shared.words import reform_effects, regimes
from shared.words.reform_effects import Effects, Rules
from shared.words.reform_plan import make
from tests import seeds


@cache
def effects_of(name: str, *, changing: bool = False) -> Effects:
    """The effects of a reform, with the reforms before it applied, on the regimes as first published or as they change."""
    files_of = seeds.changing_regimes() if changing else seeds.first_regimes()
    reference = replace(seeds.first_reference(), regimes=regimes.resolve(files_of))
    for files in reform_check.read_all(reform_files.folders(REFORM_FILES)):
        plan = make(files.content, reference.registry)
        if files.reform.id == name:
            return reform_effects.of_plan(reference, Rules(files_of), plan)
        days = (*reference.reform_days, plan.day)
        reference = replace(reference, registry=plan.applied(reference.registry), reform_days=days)
    raise AssertionError(name)


def levels(effects: Effects) -> dict[str, int]:
    found = [reform_effects.level_of(one.now) for one in effects.meanings]
    return {level: found.count(level) for level in sorted(set(found))}


def test_3184_communes_and_23_provinces_have_a_code_that_meant_another_unit_the_day_before() -> None:
    found = levels(effects_of("2025-07-01"))
    assert (found["commune"], found["province"]) == (3184, 23)


def test_137_communes_go_on_and_9903_end() -> None:
    found = effects_of("2025-07-01")
    ended = [one.unit.level for one in found.ended if one.unit.kind != "office"]
    assert {level: ended.count(level) for level in set(ended)} == {"commune": 9903, "district": 691, "province": 52}
    assert len([row for row in found.goes_on if row.level == "commune"]) == 137
    assert len([row for row in found.begun if row.kind != "office"]) == 3184 + 23


def test_126_communes_have_no_declared_heir_and_52_provinces_end() -> None:
    found = effects_of("2025-07-01")
    assert (len(found.open_heirs), len(found.routes)) == (126, 52)
    assert ("44", "44-2025") in {(old.id, new.id) for old, new in found.routes}
    assert ("45", "44-2025") in {(old.id, new.id) for old, new in found.routes}


def test_red_team_08_kl62_would_ask_gia_lai_and_ct27_nobody() -> None:
    said = {(one.regime, one.name.path): one.now.name if one.now else "" for one in effects_of("2025-07-01").rebound}
    assert said["kl62-binh-dinh", "within"] == "Tỉnh Gia Lai"
    assert said["kl62-binh-dinh", "recipient"] == ""
    assert said["nq68-quang-binh", "within"] == "Tỉnh Quảng Trị"
    assert said["ct27-van-quan", "within"] == ""
    assert not [regime for regime, _ in said if regime == "nq68-ke-hoach-quang-binh"]


def test_without_changes_nq68_would_ask_all_78_communes_of_quang_tri() -> None:
    (moves,) = [one for one in effects_of("2025-07-01").moves if (one.regime, one.task) == ("nq68-quang-binh", "report")]
    reporters = {heir for _, heir in moves.moved} | set(moves.begun)
    assert len([unit for unit in reporters if "-S" not in unit and "-BHXH" not in unit]) + moves.stay == 78
    assert moves.periods == ("2025", "2026", "2027", "2028", "2029", "2030")


def test_the_offices_of_quang_binh_lose_a_recipient_in_march() -> None:
    found = effects_of("2025-03-01-quang-binh")
    assert {one.name.path for one in found.rebound if one.regime == "nq68-quang-binh"} >= {"recipient", "reporters.so.units.2"}
    assert found.routes == ()


def test_no_view_of_an_earlier_period_changes() -> None:
    assert effects_of("2025-07-01").changed_views == effects_of("2025-03-01-quang-binh").changed_views == ()


def test_no_period_that_a_regime_lists_is_pinned() -> None:
    assert effects_of("2025-07-01").pins == {}


def test_the_regimes_of_the_product_say_what_their_codes_mean_after_both_reforms() -> None:
    for name in ("2025-03-01-quang-binh", "2025-07-01"):
        found = effects_of(name, changing=True)
        assert (found.rebound, found.emptied, found.changed_views) == ((), (), ())


def test_ct27_passes_from_15_communes_and_7_offices_to_6_communes_and_2_offices() -> None:
    (moves,) = [one for one in effects_of("2025-07-01", changing=True).moves if (one.regime, one.task) == ("ct27-van-quan", "report")]
    assert (len(moves.moved), len(moves.dropped), len({heir for _, heir in moves.moved})) == (17, 5, 8)


def test_the_41_communes_of_quang_binh_go_on_with_nq68_and_no_other() -> None:
    (moves,) = [one for one in effects_of("2025-07-01", changing=True).moves if (one.regime, one.task) == ("nq68-quang-binh", "report")]
    communes = {heir for _, heir in moves.moved if "-S" not in heir and "-BHXH" not in heir}
    assert (len(communes) + moves.stay, moves.begun) == (41, ())
