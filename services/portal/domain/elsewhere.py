"""Where else a unit is: the other periods in which it exists, and what a code means on other days than a period's reference day.

Source: ADR 0050.
"""

from collections.abc import Iterator
from datetime import date, datetime

from services.portal.domain import refused, succession
from services.portal.domain.refused import Link, Refused
from shared.words import periods, refusals, vietnamese
from shared.words.periods import Period
from shared.words.reference import ONE_DAY, Reference
from shared.words.refusals import Both
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit

MOST = 4  # units that a refusal names


def unknown(reference: Reference, regime: Regime, period: Period, day: date, name: str) -> Refused:
    """The refusal of a code or id that no unit has on the day whose units a page shows. If a unit has it on another day, the refusal says
    which one, and what follows it.
    """
    bearers = list({row.id: row for row in reference.registry.bearers(name)}.values())[-MOST:]
    if not bearers:
        return refused.not_found(refusals.refusal("report.unknown_unit", "unit", unit=name, day=refusals.day(day)))
    said = [_then(reference.registry, row, day) for row in bearers]
    then = Both("; ".join(phrase.vi for phrase in said), "; ".join(phrase.en for phrase in said))
    links = [link for row in bearers for link in _links(reference, regime, period, day, row)]
    found = refusals.refusal("door.unit_of_other_days", "unit", unit=name, day=refusals.day(day), then=then)
    return refused.not_found(found, links)


def absent(reference: Reference, unit_id: str, day: date) -> Both | None:
    """Why a unit does not exist on a day: a reform formed it later, or it has ended. None if it exists, or if no reform is the reason."""
    registry = reference.registry
    area = registry.area(unit_id)
    first = area.valid_from if area else registry.begins(unit_id)
    last = succession.last_day(registry, unit_id)
    if first > day and (area or registry.lineage.into(unit_id)):
        return Both(f"đơn vị khác: địa giới thay đổi từ {vietnamese.day(first)}", f"another unit: the territory changed on {first}")
    if last is not None and last < day:
        return Both(f"đã kết thúc ngày {vietnamese.day(last)}", f"ended on {last}")
    return None


def nearest(reference: Reference, regime: Regime, period: Period, unit_id: str) -> tuple[str, Unit] | None:
    """The listed period nearest to `period` in which a unit exists, with its row then; the earlier one of two."""
    at = periods.order(period.code)
    found = [
        (setting.period.code, unit)
        for setting in reference.settings(regime.id)
        if (unit := setting.tree.by_id.get(unit_id)) is not None and setting.period.code != period.code
    ]
    before = [pair for pair in found if periods.order(pair[0]) < at]
    return before[-1] if before else found[0] if found else None


def views_of_area(reference: Reference, area_id: str, now: datetime) -> list[Link]:
    """The page of an area in each regime that lists it, for the newest period that has begun."""
    found: list[Link] = []
    for regime in sorted(reference.regimes.values(), key=lambda regime: regime.title):
        begun = [setting for setting in reference.settings(regime.id) if setting.period.has_begun(now) and area_id in setting.tree.members]
        for setting in begun[-1:]:
            area = setting.tree.by_id[area_id]
            if area.code in (*setting.regime.groupings, setting.regime.within):
                text = f"{regime.title}, {vietnamese.period_name(setting.period.code)}"
                found.append(Link(text, f"/bang/{regime.id}/{setting.period.code}/{area.code}"))
    return found


def page(reference: Reference, regime: Regime, period: Period, unit: Unit) -> Link:
    """The page of a unit in the nearest period in which it exists; the page of its duties if the regime lists none."""
    found = nearest(reference, regime, period, unit.id)
    if found is None:
        return Link(unit.name, f"/nghia-vu?unit={unit.id}")
    code, row = found
    return Link(f"{row.name}, {vietnamese.period_name(code)}", f"/bang/{regime.id}/{code}/{row.code}")


def _then(registry: Registry, row: Unit, day: date) -> Both:
    """`06253 là Thị trấn Văn Quan đến ngày 30/06/2025, nay thuộc Xã Văn Quan`."""
    last = succession.last_day(registry, row.id)
    if row.valid_from > day or last is None:
        return Both(
            f"Mã {row.code} là {row.name} từ ngày {vietnamese.day(row.valid_from)}", f"{row.code} is {row.name} from {row.valid_from} on"
        )
    heir = registry.acting(row.id, day)
    vi = f", sau đó thuộc {heir.name} ({heir.code})" if heir else ""
    en = f", then {heir.name} ({heir.code})" if heir else ""
    return Both(f"Mã {row.code} là {row.name} đến ngày {vietnamese.day(last)}{vi}", f"{row.code} is {row.name} until {last}{en}")


def _links(reference: Reference, regime: Regime, period: Period, day: date, row: Unit) -> Iterator[Link]:
    registry = reference.registry
    heir = registry.acting(row.id, day)
    if heir is not None and heir.id != row.id:
        yield Link(f"{heir.name}, {vietnamese.period_name(period.code)}", f"/bang/{regime.id}/{period.code}/{heir.code}")
    for early in reference.early_days(regime, period):
        unit = registry.at(early).by_id.get(row.id)
        if unit is not None:
            text = f"{unit.name}: số liệu đã báo cáo trước ngày {vietnamese.day(early + ONE_DAY)}"
            yield Link(text, f"/bang/{regime.id}/{period.code}/{unit.code}?units={early}")
    yield page(reference, regime, period, row)
