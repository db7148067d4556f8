"""Documents in the form that ingest, aggregate and notify write, with defaults: a test states only what it is about."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson
import yaml
from bson import Decimal128

from services.portal.domain.duties import Duty
from services.portal.domain.standing import Entry
from services.portal.reading import duty_store
from shared.wire import envelope, events
from shared.wire.documents.duties import DutyDocument
from shared.words import regimes
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit
from tests import seeds

DEPLOY = Path(__file__).parents[2] / "deploy"
EXAMPLES = Path(__file__).parents[2] / "services" / "cli" / "docs" / "examples"
CT27 = "ct27-van-quan"
DISTRICT = "184"
COMMUNE = "06253"
DEADLINE = datetime(2024, 12, 19, 17, tzinfo=UTC)  # 20/12/2024 00:00 in Vietnam
BEFORE = datetime(2024, 12, 10, 2, 30, tzinfo=UTC)
AFTER = datetime(2024, 12, 21, 2, 30, tzinfo=UTC)


@cache
def units() -> tuple[Unit, ...]:
    """The provinces 20, 44 and 52 of the real registry, with their offices."""
    provinces, found = {"20", "44", "52"}, {}
    for name in ("units.csv", "offices.csv"):
        with (DEPLOY / "units" / name).open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if row["code"] in provinces or row["parent"] in provinces or row["parent"] in found:
                    found[row["code"]] = _unit(row)
    return tuple(found.values())


def _unit(row: dict[str, str]) -> Unit:
    begins = date.fromisoformat(row["valid_from"])
    return Unit(row["code"], row["code"], row["name"], row["level"], row["kind"], row["parent"] or None, begins)


@cache
def registry() -> Registry:
    return Registry(units())


@cache
def plain_regimes() -> tuple[Regime, ...]:
    """The regimes as first published."""
    return seeds.first_regimes()


MONTHLY = "thang-van-quan"
QUARTERLY = "quy-van-quan"


@cache
def many_periods() -> tuple[Regime, ...]:
    """A monthly and a quarterly regime of the district's communes, from last year to next year."""
    year = datetime.now(UTC).year
    found = []
    for example, regime_id, first, last in (("thang", MONTHLY, "01", "12"), ("quy", QUARTERLY, "Q1", "Q4")):
        file = yaml.safe_load((EXAMPLES / f"vi-du-hang-{example}.yaml").read_text(encoding="utf-8"))
        file |= {
            "id": regime_id,
            "title": file["title"].replace("tỉnh Lạng Sơn", "huyện Văn Quan"),
            "recipient": "184-VHTT",
            "within": "184",
        }
        file["obligation"]["confirm"]["level"] = "district"
        if "so" in file["reporters"]:
            file["reporters"]["so"]["units"] = ["184-GDDT", "184-TP"]
        found.append(Regime.model_validate(file | {"periods": {"from": f"{year - 1}-{first}", "to": f"{year + 1}-{last}"}}))
    return tuple(found)


def regime(regime_id: str = CT27) -> Regime:
    return regimes.resolve([*plain_regimes(), *many_periods()])[regime_id]


def entry(kind: str = events.SUBMITTED, revision: int = 1, at: datetime = BEFORE, event_id: str = "", unit: str = COMMUNE) -> Entry:
    name = event_id or f"event-{kind[-12:-3]}-{revision}"
    return Entry(f"{unit}/{name}", kind, unit, revision, events.to_ms(at))


def report(
    kind: str = events.SUBMITTED,
    *,
    unit: str = COMMUNE,
    sender: str = "",
    revision: int = 1,
    at: datetime = BEFORE,
    regime: str = CT27,
    period: str = "2024",
    event_id: str = "",
    sequence: int = 1,
    **data: Any,
) -> dict[str, Any]:
    """A document of `reports`."""
    name = event_id or f"{kind.split('.')[-2]}-{revision:04d}-{unit}"
    sender = sender or unit
    body = {"regime": regime, "period": period, "unit": unit, **data}
    if revision:
        body["revision"] = revision
    event = envelope.logged(envelope.of_unit(sender, name, kind, body, at=at), unit, events.to_ms(at))
    return {
        "_id": f"{sender}/{name}",
        "regime": regime,
        "period": period,
        "unit": unit,
        "type": kind,
        "revision": revision,
        "received_ms": events.to_ms(at),
        "partition": 3,
        "sequence": sequence,
        "event": orjson.dumps(event),
    }


def view(unit_id: str = DISTRICT, *, regime: str = CT27, period: str = "2024", sequence: int = 1234, **changes: Any) -> dict[str, Any]:
    """A document of `views`: the district of the design's example."""
    unit = registry().ids[unit_id][-1]
    codes = sorted(reporters(regime))
    received, missing = len(codes[:-9]), codes[-9:]
    document = {
        "_id": f"{regime}/{period}/{unit_id}",
        "regime": regime,
        "period": period,
        "unit": {"id": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "parent": unit.parent},
        "position": {"generation": 1, "partition": 3, "sequence": sequence},
        "updated_at": BEFORE,
        "hash": "0" * 64,
        "reporting": {
            "expected": received + 9,
            "received": received,
            "on_time": received - 1,
            "late": 1,
            "missing": missing,
            "rate": Decimal128("59.1"),
            "timely_rate": Decimal128("54.5"),
        },
        "indicators": {
            "gd_tien_tai_tro": {"kind": "quantity", "total": Decimal128("1532.750"), "measure": "triệu đồng", "reported": 11},
            "gd_dat_hien": {"kind": "quantity", "total": Decimal128("0E-1"), "measure": "m²", "reported": 2},
            "gd_ngay_cong": {"kind": "quantity", "total": 4210, "measure": "công", "reported": 11},
            "yt_von_xhh": {"kind": "quantity", "total": None, "measure": "triệu đồng", "reported": 0},
            "yt_ttyt_tu_chu": {"kind": "quantity", "total": Decimal128("42.5"), "measure": "%", "reported": 1},
            "vh_nha_van_hoa_xa": {"kind": "flag", "true": 11, "reported": 12, "percent": Decimal128("91.7"), "target": _target("100")},
            "vh_nha_van_hoa_thon": {
                "kind": "ratio",
                "numerator": 131,
                "denominator": 148,
                "reported": 12,
                "percent": Decimal128("88.5"),
                "target": _target("100"),
            },
            "mt_rac_xu_ly": {
                "kind": "ratio",
                "numerator": Decimal128("812.5"),
                "denominator": Decimal128("1300.0"),
                "reported": 11,
                "percent": Decimal128("62.5"),
            },
            "nv_tien_do": {
                "kind": "choice",
                "counts": {"chua_trien_khai": 1, "dang_thuc_hien": 4, "hoan_thanh": 2, "cham": 0},
                "reported": 7,
            },
        },
        "narratives": {"ket_qua": 11, "kho_khan": 7, "kien_nghi": 4, "bai_hoc": 0},
    }
    return document | changes


def _target(at_least: str) -> dict[str, Any]:
    return {"at_least": at_least, "by": "2030", "met": False}


def reporters(regime_id: str = CT27) -> Iterator[str]:
    tree = registry().at(date(2024, 12, 14))
    for unit_id in regime(regime_id).group_of(tree):
        yield tree.by_id[unit_id].code


def season(regime_id: str = CT27) -> list[dict[str, Any]]:
    """One submitted report of each unit but the last nine; the second one late."""
    return [
        report(
            unit=code,
            regime=regime_id,
            at=AFTER if place == 1 else BEFORE,
            sequence=place + 1,
            values={
                "vh_nha_van_hoa_xa": place != 3,
                "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11},
                "gd_tien_tai_tro": "125.5",
                "gd_ngay_cong": 1340,
                "mt_rac_xu_ly": {"numerator": "62.5", "denominator": 100},
            },
            narratives={"kho_khan": f"Khó khăn của {code}: kinh phí chậm phân bổ.", "ket_qua": "Đã thực hiện theo kế hoạch."},
        )
        for place, code in enumerate(sorted(reporters(regime_id))[:-9])
    ]


def duty(unit_id: str = COMMUNE, **changes: Any) -> dict[str, Any]:
    """A document of `duties`."""
    unit = registry().ids[unit_id][-1]
    document = {
        "_id": f"{CT27}/2024/{unit_id}",
        "regime": CT27,
        "period": "2024",
        "unit": {"id": unit.id, "code": unit.code, "name": unit.name},
        "task": "report",
        "deadline": DEADLINE,
        "owed": True,
        "received": False,
        "received_at": None,
        "first_received_at": None,
        "revision": 0,
        "late": False,
        "returned": None,
        "extended_to": None,
        "confirmed_at": None,
        "reminded_of": changes.get("deadline", DEADLINE),
        "late_by_s": None,
    }
    return document | changes


def received(unit_id: str = COMMUNE, at: datetime = BEFORE, **changes: Any) -> dict[str, Any]:
    """A duty whose report came at `at`."""
    is_late = at >= changes.get("deadline", DEADLINE)
    done = {"owed": False, "received": True, "received_at": at, "first_received_at": at, "revision": 1, "late": is_late}
    return duty(unit_id, **done | changes)


def confirmation(unit_id: str = "450", at: datetime | None = BEFORE, **changes: Any) -> dict[str, Any]:
    """A duty to confirm a view, done at `at`."""
    regime = "nq68-quang-binh"
    deadline = changes.get("deadline", datetime(2024, 12, 4, 17, tzinfo=UTC))
    is_late = at is not None and at >= deadline
    done = {
        "_id": f"{regime}/2024/{unit_id}/confirm",
        "regime": regime,
        "task": "confirm",
        "deadline": deadline,
        "owed": at is None,
        "late": is_late,
        "late_by_s": int((at - deadline).total_seconds()) if at is not None and is_late else None,
        "confirmed_at": at,
    }
    return duty(unit_id, **done | changes)


def read_duty(document: dict[str, Any]) -> Duty:
    """The duty of a document of `duties`."""
    return duty_store.from_document(cast(DutyDocument, document))
