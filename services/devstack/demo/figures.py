"""Plausible figures for the demo, made by a generator seeded with the unit's code, so that every run makes the same figures.

No figure here is real. A commune has a size (households, people, hamlets), and its figures are consistent with that size.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from shared.words.regime_parts import Indicator


@dataclass(frozen=True, slots=True)
class Place:
    """The size of one commune, and its own random generator."""

    dice: random.Random
    households: int
    people: int
    workers: int
    hamlets: int

    def part(self, whole: int, least: float, most: float) -> dict[str, int]:
        """A share of `whole`, between two fractions of it."""
        return {"numerator": round(whole * self.dice.uniform(least, most)), "denominator": whole}

    def money(self, most: float) -> str:
        """An amount in million đồng with three decimals; most communes have small amounts."""
        return f"{most * self.dice.random() ** 2:.3f}"


def place(unit_code: str, revision: int, part_of_year: str = "") -> Place:
    """The commune with a code. A correction and another part of the year (`-05`) change its figures, not its size."""
    size = random.Random(f"{unit_code}/size")
    households = size.randint(600, 3200)
    people = round(households * size.uniform(3.4, 4.2))
    return Place(random.Random(f"{unit_code}/{revision}{part_of_year}"), households, people, round(people * 0.58), size.randint(6, 16))


FIGURES: Final[dict[str, Callable[[Place], Any]]] = {
    "gd_truong_tu_chu": lambda it: 1,
    "gd_tien_tai_tro": lambda it: it.money(400),
    "gd_hien_vat": lambda it: it.money(150),
    "gd_dat_hien": lambda it: f"{it.dice.choice([0, 0, 120, 350.5, 800]):.1f}",
    "gd_ngay_cong": lambda it: it.dice.randint(20, 600),
    "gdnn_hoc_vien": lambda it: it.dice.randint(80, 260),
    "yt_co_so_tu_nhan": lambda it: it.dice.randint(3, 12),
    "yt_ttyt_tu_chu": lambda it: f"{it.dice.uniform(18, 40):.1f}",
    "yt_von_xhh": lambda it: it.money(250),
    "yt_ho_tro_bhyt": lambda it: it.dice.randint(10, 180),
    "yt_cham_soc_nct": lambda it: it.dice.choice([0, 0, 0, 1]),
    "vh_nha_van_hoa_xa": lambda it: it.dice.random() < 0.85,
    "vh_nha_van_hoa_thon": lambda it: it.part(it.hamlets, 0.75, 1.0),
    "vh_san_the_thao_xa": lambda it: it.dice.random() < 0.7,
    "vh_san_the_thao_thon": lambda it: it.part(it.hamlets, 0.3, 0.9),
    "vh_dong_gop": lambda it: it.money(300),
    "vh_cau_lac_bo": lambda it: it.dice.randint(2, 15),
    "mt_du_an": lambda it: it.dice.choice([0, 0, 1, 2]),
    "gdtp_to_chuc": lambda it: it.dice.randint(1, 6),
    "nv_hoan_thanh": lambda it: it.part(35, 0.4, 0.95),
    "ncc_muc_song": lambda it: it.part(it.households // 12, 0.9, 1.0),
    "ncc_kinh_phi": lambda it: it.money(2500),
    "ld_qua_dao_tao": lambda it: it.part(it.workers, 0.5, 0.75),
    "ld_viec_lam_moi": lambda it: it.dice.randint(30, 260),
    "bhxh_tham_gia": lambda it: it.part(it.workers, 0.15, 0.4),
    "bhyt_tham_gia": lambda it: it.part(it.people, 0.9, 0.99),
    "tgxh_doi_tuong": lambda it: round(it.people * it.dice.uniform(0.02, 0.05)),
    "gn_ho_ngheo": lambda it: it.part(it.households, 0.01, 0.12),
    "gn_ho_can_ngheo": lambda it: it.part(it.households, 0.02, 0.09),
    "gd_truong_chuan": lambda it: it.part(it.dice.randint(3, 6), 0.4, 1.0),
    "yt_tram_dat": lambda it: it.dice.random() < 0.93,
    "tt_diem_truy_cap": lambda it: it.dice.randint(1, 8),
    "no_xoa_nha_tam": lambda it: it.dice.randint(0, 14),
    "nuoc_sach": lambda it: it.part(it.households, 0.55, 0.98),
    "hs_truc_tuyen": lambda it: it.part(round(it.people * 0.02), 0.4, 0.9),
    "hs_dung_han": lambda it: it.part(round(it.people * 0.019), 0.95, 1.0),
    "hs_qua_han": lambda it: it.dice.choice([0, 0, 0, 1, 2]),
    "phi_le_phi": lambda it: it.money(25),
    "luot_tiep": lambda it: it.dice.randint(2, 30),
    "don_tiep_nhan": lambda it: it.dice.choice([0, 0, 1, 1, 2, 3]),
    "dv_chi_tra_khong_tien_mat": lambda it: it.part(round(it.people * 0.04), 0.4, 0.95),
}


def value(indicator: Indicator, at: Place) -> Any:
    """A valid value for the indicator."""
    if indicator.kind == "choice":
        return at.dice.choice(list(indicator.options)[1:3])
    if indicator.code == "mt_rac_xu_ly":
        collected = at.dice.uniform(80, 900)
        return {"numerator": f"{collected * at.dice.uniform(0.3, 0.8):.1f}", "denominator": f"{collected:.1f}"}
    return FIGURES[indicator.code](at)
