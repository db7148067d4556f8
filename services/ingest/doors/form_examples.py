"""Examples of the answers about forms, for the OpenAPI document: one regime, cut down to two indicators."""

from typing import Any, Final

Json = dict[str, Any]

REGIME: Final = "ct27-van-quan"
PERIOD: Final = "2026"
TITLE: Final = "Thực hiện Chỉ thị số 27-CT/TU về đẩy mạnh xã hội hóa, giai đoạn 2024 – 2030"
MONEY: Final[Json] = {
    "code": "gd_tien_tai_tro",
    "label": "Tiền tài trợ cho giáo dục",
    "section": "Giáo dục – đào tạo",
    "kind": "quantity",
    "measure": "triệu đồng",
    "decimals": 3,
    "min": "0",
    "max": None,
    "options": {},
}
HOUSES: Final[Json] = {
    "code": "vh_nha_van_hoa_thon",
    "label": "Thôn, phố có Nhà Văn hóa",
    "section": "Văn hóa",
    "kind": "ratio",
    "measure": "thôn, phố",
    "decimals": 0,
    "min": None,
    "max": None,
    "options": {},
    "share": True,
    "numerator_label": "Thôn, phố có Nhà Văn hóa",
    "denominator_label": "Tổng số thôn, phố",
}
NARRATIVES: Final = {"kho_khan": "Khó khăn, vướng mắc"}
DUE: Final[Json] = {"rule": {"before": "12-20"}, "text_vi": "trước ngày 20/12", "deadline": "2026-12-19T17:00:00.000Z"}

LIST: Final[Json] = {
    "regimes": [
        {
            "id": REGIME,
            "title": TITLE,
            "periods": ["2025", "2026"],
            "calendar": "report_year",
            "recipient": "20-STC",
            "reports": True,
            "group": "xa",
        }
    ]
}
DETAIL: Final[Json] = {
    "id": REGIME,
    "title": TITLE,
    "legal_basis": ["Chỉ thị số 27-CT/TU ngày 11/3/2024 của Ban Thường vụ Tỉnh ủy Lạng Sơn"],
    "calendar": "report_year",
    "periods": ["2025", "2026"],
    "period": {"code": PERIOD, "begins": "2025-12-15", "cut_off": "2026-12-14"},
    "recipient": "20-STC",
    "recipient_name": "Sở Tài chính tỉnh Lạng Sơn",
    "groups": [{"name": "xa", "label": "UBND xã", "units": ["06253", "06280"], "deadline": DUE}],
    "confirm": [{"rule": {"before": "12-25"}, "text_vi": "trước ngày 25/12", "deadline": "2026-12-24T17:00:00.000Z", "recipient": True}],
    "sections": [
        {"title": MONEY["section"], "indicators": [{**MONEY, "asked": ["xa"], "aggregation": "sum"}]},
        {"title": HOUSES["section"], "indicators": [HOUSES]},
    ],
    "narratives": NARRATIVES,
}
FORM: Final[Json] = {
    "regime": REGIME,
    "title": TITLE,
    "period": PERIOD,
    "begins": "2025-12-15",
    "cut_off": "2026-12-14",
    "unit": "06253-2025",
    "unit_name": "Xã Văn Quan",
    "sender": "06253-2025",
    "deadline": "2026-12-19T17:00:00.000Z",
    "standing_revision": 1,
    "next_revision": 2,
    "data": {"regime": REGIME, "period": PERIOD, "unit": "06253", "revision": 2},
    "last_period": "2025",
    "indicators": [{**MONEY, "last": "118.250"}, {**HOUSES, "last": {"numerator": 8, "denominator": 11}}],
    "narratives": NARRATIVES,
    "standing": {
        "revision": 1,
        "values": {"gd_tien_tai_tro": "125.500", "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11}},
        "narratives": {"kho_khan": "Thiếu kinh phí."},
        "notes": {},
        "status": {},
    },
}
SCHEMA: Final[Json] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:tonghop:report:ct27-van-quan:2026:06253-2025",
    "type": "object",
    "properties": {
        "regime": {"const": REGIME},
        "period": {"const": PERIOD},
        "unit": {"const": "06253"},
        "revision": {"type": "integer", "minimum": 1, "maximum": 1000000},
    },
    "required": ["regime", "period", "unit", "revision"],
}
