"""A season of reports from the real units of two areas, as communes would send them. It is pure and always the same.

Văn Quan (ct27): 13 of 15 communes and 5 of 7 offices; two corrections that arrive before the reports that they correct, three repeats, one
report withdrawn (so 17 of 22 count), and a faulty report, the only one of a 14th commune. Quảng Bình (nq68): 120 of 145 communes and 6 of 9
offices. Đồng Hới (a monthly regime): all 15 communes for each earlier month of the year, 12 for the present one.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from services.devstack.demo import figures
from shared.wire import envelope, events
from shared.wire.envelope import CloudEvent
from shared.words import deadlines, periods
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Unit

VAN_QUAN: Final = "ct27-van-quan"
QUANG_BINH: Final = "nq68-quang-binh"
MONTHLY: Final = "thang-tthc-quang-binh"
DONG_HOI: Final = "450"
REPORTED_OF_MONTH: Final = 12  # communes that have reported for the present month
SEED: Final = "tong-hop"

TEXTS: Final = {
    "ket_qua": (
        "Các chỉ tiêu giao trong năm cơ bản hoàn thành; công tác tuyên truyền được duy trì thường xuyên.",
        "Đã huy động Nhân dân tham gia, kết quả tăng so với năm trước.",
    ),
    "kho_khan": (
        "Địa bàn rộng, kinh phí còn hạn hẹp, một số thôn chưa có quỹ đất.",
        "Nguồn lực xã hội hóa còn hạn chế; cán bộ kiêm nhiệm nhiều việc.",
    ),
    "kien_nghi": ("Đề nghị cấp trên quan tâm bố trí kinh phí hỗ trợ.",),
}


@dataclass(frozen=True)
class Season:
    """Events in the order of sending (repeats included), and the event that is meant to be refused. `month` is the present period of the
    monthly regime; None if it has none.
    """

    year: str
    month: str | None
    events: tuple[CloudEvent, ...]
    refused: CloudEvent

    @property
    def ids(self) -> set[str]:
        """The claim ids of all events, each once."""
        return {claim_id(event) for event in (*self.events, self.refused)}


def claim_id(event: CloudEvent) -> str:
    return f"{event['source'].removeprefix('/units/')}/{event['id']}"


def is_ours(event: Any) -> bool:
    """Whether an event, as sent or as logged, belongs to a season of any year. Its id shows this, because it is derived from the event's
    data.
    """
    try:
        data = event["data"]
        ours = id_of(data["regime"], data["period"], data["unit"], data["revision"], event["type"])
        return data["regime"] in (VAN_QUAN, QUANG_BINH, MONTHLY) and (event["id"], event["source"]) == (ours, f"/units/{data['unit']}")
    except (KeyError, TypeError):
        return False


def present_month(reference: Reference, now: datetime) -> str | None:
    """The first month of the monthly regime whose reports are not due yet, if it has begun; None if the regime has none."""
    regime = reference.regimes[MONTHLY]
    listed = [period for code in regime.periods if (period := regime.period(code)) is not None]
    for period in sorted(listed, key=lambda one: one.cut_off):
        deadline = deadlines.group_deadline(regime, "xa", period, None, reference.working_days)
        if deadline is not None and now < deadline:
            return period.code if period.has_begun(now) else None
    return None


def season(reference: Reference, year: str, month: str | None = None) -> Season:
    """The season of one year, and of the months of `month`'s year up to it."""
    van_quan = _reporting(reference, VAN_QUAN, year, {"xa": 14, "phong_ban": 5})
    quang_binh = _reporting(reference, QUANG_BINH, year, {"xa": 120, "so": 6})
    regime = reference.regimes[VAN_QUAN]
    *communes, fourteenth = [unit for unit in van_quan if unit.level == "commune"]
    offices = [unit for unit in van_quan if unit.kind == "office"]
    first = [_report(regime, year, unit, 1) for unit in (*communes, *offices)]
    corrections = [_report(regime, year, unit, 2) for unit in communes[:2]]
    withdrawal = _event(regime, year, communes[4], 2, events.WITHDRAWN, {})
    other = [_report(reference.regimes[QUANG_BINH], year, unit, 1) for unit in quang_binh]
    sent = [*corrections, *first, *first[6:9], withdrawal, *other, *(_of_months(reference, month) if month is not None else ())]
    return Season(year, month, tuple(sent), _faulty(regime, year, fourteenth))


def _of_months(reference: Reference, present: str) -> Iterator[CloudEvent]:
    """The reports of a year's months through the present one."""
    regime = reference.regimes[MONTHLY]
    for code in periods.year_to_date(present):
        setting = reference.setting(MONTHLY, code)
        if setting is not None:
            communes = setting.tree.within(DONG_HOI)
            reporting = [unit for unit in communes if unit.level == "commune"][: REPORTED_OF_MONTH if code == present else None]
            yield from (_report(regime, code, unit, 1) for unit in reporting)


def _reporting(reference: Reference, regime_id: str, year: str, wanted: dict[str, int]) -> list[Unit]:
    """The wanted number of units of each group, always the same units."""
    setting = reference.setting(regime_id, year)
    if setting is None:
        raise ValueError(f"{regime_id} has no period {year}")
    members = setting.regime.group_members(setting.tree)
    return [unit for group, count in wanted.items() for unit in _some(members[group], count)]


def _some(units: Sequence[Unit], count: int) -> Iterable[Unit]:
    chosen = random.Random(SEED).sample(range(len(units)), count)
    return [units[number] for number in sorted(chosen)]


def _report(regime: Regime, period: str, unit: Unit, revision: int) -> CloudEvent:
    group = next(name for name, group in regime.reporters.items() if unit.code in group.units or unit.level == group.level)
    at = figures.place(unit.code, revision, period[4:])
    asked = [indicator for indicator in regime.indicators if regime.is_asked(indicator, group, unit.code)]
    values = {indicator.code: figures.value(indicator, at) for indicator in asked}
    narratives = {code: at.dice.choice(texts) for code, texts in TEXTS.items() if code == "ket_qua" or at.dice.random() < 0.6}
    return _event(regime, period, unit, revision, events.SUBMITTED, {"values": values, "narratives": narratives})


def _faulty(regime: Regime, year: str, unit: Unit) -> CloudEvent:
    """A report with typical faults: a part larger than the whole, words instead of a number, too many decimals, an indicator of another
    group.
    """
    values = {
        "vh_nha_van_hoa_thon": {"numerator": 14, "denominator": 11},
        "gd_ngay_cong": "ba trăm",
        "gd_tien_tai_tro": "125.50075",
        "gdtp_to_chuc": 2,
    }
    return _event(regime, year, unit, 1, events.SUBMITTED, {"values": values})


def _event(regime: Regime, period: str, unit: Unit, revision: int, kind: str, data: dict[str, object]) -> CloudEvent:
    """An event of the season. Its id is derived from its data, so that sending the season again only repeats it."""
    whole = {"regime": regime.id, "period": period, "unit": unit.code, "revision": revision, **data}
    return envelope.of_unit(unit.code, id_of(regime.id, period, unit.code, revision, kind), kind, whole)


def id_of(regime: str, period: str, unit: str, revision: int, kind: str) -> str:
    """The id of one of the season's events."""
    return str(uuid5(NAMESPACE_URL, f"{SEED}/{regime}/{period}/{unit}/{revision}/{kind}"))
