"""The demo's story: reports of real units over the reforms of 2025, as their software would send them. It is pure and always the same.

2024 is reported by the units of then and 2025 by the units of today; both are imported with the received times of then. This year's
reports are sent now, by most of the units that owe: two corrections arrive before the reports that they correct, three reports are sent
twice, one is withdrawn, and one is faulty. An heir corrects a report of 2024, and a new commune sends 2024 under a code that was another
unit's then, which is refused.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from services.devstack.demo import figures
from shared.wire import envelope, event_key, events, view_hash
from shared.wire.envelope import CloudEvent
from shared.words import deadlines, periods
from shared.words.reference import Reference, Setting
from shared.words.units import Unit

VAN_QUAN: Final = "ct27-van-quan"
QUANG_BINH: Final = "nq68-quang-binh"
MONTHLY: Final = "thang-tthc-quang-binh"
REGIMES: Final = (VAN_QUAN, QUANG_BINH, MONTHLY)
PAST: Final = ("2024", "2025")
LEFT_OUT: Final = 6  # one unit of so many does not report in the present periods
CONFIRMING: Final = "450"  # the district whose confirmation of 2024 is imported
OLD_COMMUNE: Final = "06256"  # reported 2024 and ended; its heir corrects the report
REUSED_CODE: Final = "06280"  # of an old commune and of the new one that follows it
TRYING, TRIED = "06253", "gd_ngay_cong"  # the commune of a dry run, and the indicator that it changes
OPERATOR: Final = "operator/demo"
SEED: Final = "tong-hop"
NOTHING_MORE: Final[Mapping[str, object]] = {}

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
    """Events in the order of sending, repeats included. `past` is imported. `month` is the present period of the monthly regime; None if it
    has none. `successor` is the correction by an heir; `refused` are meant to be refused.
    """

    year: str
    month: str | None
    past: tuple[CloudEvent, ...]
    present: tuple[CloudEvent, ...]
    successor: CloudEvent
    refused: tuple[CloudEvent, ...]

    @property
    def sent(self) -> tuple[CloudEvent, ...]:
        """What is sent now."""
        return (*self.present, self.successor, *self.refused)


def claim_ids(sent: Iterable[CloudEvent]) -> set[str]:
    """The claim ids of events, each once."""
    return {claim_id(event) for event in sent}


def claim_id(event: CloudEvent) -> str:
    return event_key.of(events.sender_of(event["source"]), event["id"])


def is_ours(event: Any) -> bool:
    """Whether an event, as sent or as logged, belongs to a season of any year. Its id shows this, because it is derived from the event's
    sender and data.
    """
    try:
        data, sender = event["data"], events.sender_of(event["source"])
        ours = id_of(data["regime"], data["period"], data["unit"], data.get("revision", 0), event["type"], sender)
        return data["regime"] in REGIMES and (event["id"], event["source"]) == (ours, f"/units/{sender}")
    except (AttributeError, KeyError, TypeError):
        return False


def present_month(reference: Reference, now: datetime) -> str | None:
    """The first month of the monthly regime whose reports are not due yet, if it has begun; None if the regime has none."""
    for setting in reference.settings(MONTHLY):
        deadline = deadlines.group_deadline(setting.regime, "xa", setting.period, None, reference.working_days)
        if deadline is not None and now < deadline:
            return setting.period.code if setting.period.has_begun(now) else None
    return None


def season(reference: Reference, year: str, month: str | None = None) -> Season:
    """The season of one year and the years before it, and of the months of `month`'s year up to it."""
    van_quan, quang_binh = _setting(reference, VAN_QUAN, year), _setting(reference, QUANG_BINH, year)
    communes, offices = _reporters(van_quan, "commune"), _reporters(van_quan, "office")
    *reporting, faulty = communes
    first = [_report(van_quan, unit, 1) for unit in (*reporting, *_most(offices))]
    corrections = [_report(van_quan, unit, 2) for unit in reporting[:2]]
    withdrawal = _event(van_quan, reporting[-1], 2, events.WITHDRAWN, {})
    other = [_report(quang_binh, unit, 1) for kind in ("commune", "office") for unit in _most(_reporters(quang_binh, kind))]
    of_months = _of_months(reference, month) if month is not None else ()
    years = [(regime, before) for regime in (VAN_QUAN, QUANG_BINH) for before in PAST if before < year]
    past = [event for regime, before in years for event in _imported(reference, regime, before)]
    return Season(
        year,
        month,
        tuple(past),
        (*corrections, *first, *first[:3], withdrawal, *other, *of_months),
        _by_heir(reference),
        (_faulty(van_quan, faulty), _under_old_code(reference)),
    )


def confirmation(reference: Reference, view: Mapping[str, Any]) -> CloudEvent:
    """The confirmation of a view of an earlier year by its own unit, two hours before the deadline for confirming, to be imported.

    `view` is the view in JSON's types.
    """
    setting = _setting(reference, view["regime"], view["period"])
    stated = {name: view[name] for name in view_hash.FIGURES}
    due = next(iter(deadlines.confirm_deadlines(setting.regime, setting.period, reference.working_days).values()))
    data: dict[str, object] = {"figures": stated, "view_hash": view["hash"]}
    unit = setting.tree.by_id[view["unit"]["id"]]
    return _then(_event(setting, unit, 0, events.CONFIRMED, data), due - timedelta(hours=2))


def _setting(reference: Reference, regime: str, period: str) -> Setting:
    setting = reference.setting(regime, period)
    if setting is None:
        raise ValueError(f"{regime} has no period {period}")
    return setting


def _reporters(setting: Setting, level_or_kind: str) -> list[Unit]:
    """The communes or the offices that report, in the order of their codes."""
    units = [setting.tree.by_id[unit_id] for unit_id in setting.groups]
    chosen = [unit for unit in units if level_or_kind == (unit.kind if unit.kind == "office" else unit.level)]
    return sorted(chosen, key=lambda unit: unit.code)


def _most(units: Sequence[Unit]) -> list[Unit]:
    """Most of the units, always the same ones, but never all of them."""
    left_out = random.Random(SEED).sample(range(len(units)), -(-len(units) // LEFT_OUT))
    return [unit for place, unit in enumerate(units) if place not in left_out]


def _imported(reference: Reference, regime: str, period: str) -> Iterator[CloudEvent]:
    """The reports of a past year by all units that owed them: most in the last days before the deadline, one in twenty a day late."""
    setting = _setting(reference, regime, period)
    for place, (unit_id, group) in enumerate(sorted(setting.groups.items())):
        due = deadlines.group_deadline(setting.regime, group, setting.period, None, reference.working_days)
        if due is not None:
            days = -1 if place % 20 == 19 else 1 + place % 9
            yield _then(_report(setting, setting.tree.by_id[unit_id], 1), due - timedelta(days=days, minutes=7 * place % 480))


def _then(event: CloudEvent, received: datetime) -> CloudEvent:
    """The event as an operator imports it, with the received time of then."""
    event["actor"], event["imported"], event["receivedat"] = OPERATOR, True, events.to_text(received)
    return event


def _of_months(reference: Reference, present: str) -> Iterator[CloudEvent]:
    """The reports of a year's months through the present one, of which some are still missing."""
    for code in periods.year_to_date(present):
        setting = reference.setting(MONTHLY, code)
        if setting is not None:
            communes = _reporters(setting, "commune")
            yield from (_report(setting, unit, 1) for unit in (_most(communes) if code == present else communes))


def _by_heir(reference: Reference) -> CloudEvent:
    """The correction of a report of 2024 by the heir of the unit that sent it."""
    setting = _setting(reference, VAN_QUAN, "2024")
    unit = setting.tree.by_code[OLD_COMMUNE]
    heir = reference.registry.lineage.heir(unit.id, max(reference.reform_days, default=setting.period.cut_off)) or unit.id
    return _report(setting, unit, 2, sender=heir, more={} if heir == unit.id else {"as_successor": True})


def tried(reference: Reference, year: str) -> CloudEvent:
    """A correction that is only tried, in a dry run: a commune sends one figure."""
    setting = _setting(reference, VAN_QUAN, year)
    return _event(setting, setting.tree.by_code[TRYING], 3, events.SUBMITTED, {"values": {TRIED: 999}})


def _under_old_code(reference: Reference) -> CloudEvent:
    """A report of 2024 by the commune that has the code `REUSED_CODE` today, under that code."""
    setting = _setting(reference, VAN_QUAN, "2024")
    unit = setting.tree.by_code[REUSED_CODE]
    today = reference.registry.at(max(reference.reform_days, default=setting.period.cut_off)).by_code[REUSED_CODE]
    return _report(setting, unit, 1, sender=today.id)


def _report(
    setting: Setting, unit: Unit, revision: int, sender: str | None = None, more: Mapping[str, object] = NOTHING_MORE
) -> CloudEvent:
    at = figures.place(unit.id, revision, setting.period.code[4:])
    asked = [one for one in setting.regime.indicators if setting.regime.is_asked(one, setting.groups[unit.id], unit.code)]
    values = {indicator.code: figures.value(indicator, at) for indicator in asked}
    known = setting.regime.narratives
    told = {code: at.dice.choice(texts) for code, texts in TEXTS.items() if code == "ket_qua" or at.dice.random() < 0.6}
    narratives = {code: text for code, text in told.items() if code in known}
    return _event(setting, unit, revision, events.SUBMITTED, {"values": values, "narratives": narratives, **more}, sender=sender)


def _faulty(setting: Setting, unit: Unit) -> CloudEvent:
    """A report with typical faults: a part larger than the whole, words instead of a number, too many decimals, an indicator of another
    group.
    """
    values = {
        "vh_nha_van_hoa_thon": {"numerator": 14, "denominator": 11},
        "gd_ngay_cong": "ba trăm",
        "gd_tien_tai_tro": "125.50075",
        "gdtp_to_chuc": 2,
    }
    return _event(setting, unit, 1, events.SUBMITTED, {"values": values})


def _event(setting: Setting, unit: Unit, revision: int, kind: str, data: Mapping[str, object], sender: str | None = None) -> CloudEvent:
    """An event of the season. Its id is derived from its data and sender, so that sending the season again only repeats it."""
    whole: dict[str, object] = {"regime": setting.regime.id, "period": setting.period.code, "unit": unit.code, **data}
    if revision:
        whole["revision"] = revision
    by = unit.id if sender is None else sender
    return envelope.of_unit(by, id_of(setting.regime.id, setting.period.code, unit.code, revision, kind, by), kind, whole)


def id_of(regime: str, period: str, unit: str, revision: int, kind: str, sender: str) -> str:
    """The id of one of the season's events. The sender is named only if its id is not the unit's code, as in seasons before the reforms."""
    who = unit if sender == unit else f"{unit}@{sender}"
    return str(uuid5(NAMESPACE_URL, f"{SEED}/{regime}/{period}/{who}/{revision}/{kind}"))
