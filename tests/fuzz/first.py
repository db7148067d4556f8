"""First inputs of the fuzzer: one of each kind, so that it does not have to find the contract by chance; and the words of the contract."""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from services.ingest.domain import shapes
from shared.sheets import table_form
from shared.wire import envelope, events
from tests import seeds
from tests.builders import CT27, Event, confirmed, extended, opened, payload, returned, submitted, withdrawn
from tests.fuzz import sheets
from tests.sheets import files, test_table_form

ACTOR: Final = "people/p-0142"
TYPED: Final = ("1.234,5", "1234.5", "1.234", "-1 234 567", "12,5 triệu", "½", "٣", "1,2,3", "0", "−5", "9" * 40, "1e5", " 5 ", "12 %")
TABLES: Final = (
    f"regime;period;unit;gd_ngay_cong;Tiền tài trợ cho giáo dục;kho_khan\n{CT27};2024;06253;4.210;1.234,5;Thiếu vốn\n",
    f"\ufeffregime,period,indicator,value,numerator,denominator,note\r\n{CT27},2024,gd_ngay_cong,340,,,x\r\n{CT27},2024,vh_nha_van_hoa_thon,,9,11,\r\n",
    f'sep=;\nChế độ;Kỳ;vh_nha_van_hoa_xa;gd_ngay_cong.status;kho_khan\n{CT27};2024;có;x;"a;""b""\nc"\n',
    "regime;period;revision;gd_ngay_cong\n;2024;x;1\nkhong;2024;1;2\n",
    'a;b\n"x;1\n',
)
RULES: Final = ("gd_ngay_cong > 1", "a.numerator + b.numerator > a.denominator", "a+1.5<=b+2", "1 > 0", "a >", "a.x = 1", "a" * 41 + " < 1")
RECEIPT: Final[Mapping[str, object]] = {
    "event_id": "event-abc",
    "unit": "06253",
    "verdict": "accepted",
    "errors": [],
    "warnings": [],
    "received_at": "2026-11-26T06:49:05.361Z",
    "position": None,
}
REASON: Final = {"code": "a.b", "path": "", "message_vi": "A", "message_en": "B"}
CHANGE: Final = {"regime": CT27, "unit": "184", "indicator": "gd_ngay_cong", "field": "total", "now": 1, "then": "2.5"}
DRY_RUN: Final = {"verdict": "accepted", "errors": [], "warnings": [], "changes": [CHANGE]}


def accepted() -> Iterator[Event]:
    """Events of every type, most of which are accepted."""
    yield submitted(event_id="event-001")
    yield submitted(
        event_id="event-002",
        values={"vh_nha_van_hoa_xa": True, "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11}, "gd_tien_tai_tro": "125.5"},
        narratives={"kho_khan": "Thiếu kinh phí.\nThie\u0302\u0301u."},
        notes={"gd_ngay_cong": "Do mưa bão."},
        reason="Sửa số.",
    )
    yield submitted(event_id="event-011", status={"gd_ngay_cong": "estimate"})
    yield withdrawn(event_id="event-003")
    yield returned(event_id="event-004")
    yield extended(event_id="event-005")
    yield opened(event_id="event-006")
    yield confirmed(event_id="event-007")
    yield submitted(event_id="event-008", actor=ACTOR, enteredby="184-TCKH")
    yield submitted(event_id="event-009", actor="operator/lan", receivedat="2024-12-09T09:30:00+07:00", imported=True)
    yield submitted(event_id="event-010", time="2024-12-10t09:30:00.123z", subject="x", datacontenttype="application/json")


def inputs() -> Iterator[bytes]:
    """The inputs, each with the byte that says what reads it."""
    for event in accepted():
        yield b"e" + payload(event)
        yield b"l" + envelope.encode(envelope.logged(event, "06253", events.to_ms(events.from_ms(1_733_797_800_000))))
    for text in ("[]", "null", '{"a":1e5}', '{"a":1,"a":2}', '{"id":"\\ud800aaaaaaa"}', '{"a":' * 50 + "1" + "}" * 50, '\ufeff{"id":1}'):
        yield b"e" + text.encode()
    yield b"r" + orjson.dumps(dict(RECEIPT))
    yield b"r" + orjson.dumps({**RECEIPT, "verdict": "rejected", "errors": [REASON]})
    yield b"a" + orjson.dumps(DRY_RUN)
    yield b"a" + orjson.dumps({"changes": [CHANGE], "reason": None})
    yield from (b"f" + text.encode() for text in RULES)
    yield from (b"c" + text.encode() for text in TABLES)
    yield b"c" + TABLES[0].encode("utf-16")
    yield from own_tables()
    yield from (b"n" + text.encode() for text in TYPED)
    yield from sheets.inputs()


def own_tables() -> Iterator[bytes]:
    """Tables of one form each: the byte that names the form, and the form, filled."""
    yield b"t"
    yield b"t\0" + "chỉ tiêu;giá trị;giải trình;lý do\ngd_ngay_cong;1.234;Đếm lại;Sửa\n".encode()
    yield b"t\0" + TABLES[0].encode()
    for place, about in enumerate(files.REPORTED):
        one = files.asked(about)
        given = test_table_form.filled(table_form.written(one), one, files.report(one)).splitlines(keepends=True)
        yield b"t" + bytes([place]) + b"".join(given[:12])


def words() -> Iterator[str]:
    """Words of the contract, for libFuzzer's dictionary."""
    yield from shapes.FORMS
    yield from ("numerator", "denominator", "estimate", "notes", "status", "enteredby", "true", "false", "null", "1.0", "2024", "unitid")
    for regime in seeds.first_regimes():
        yield regime.id
        yield from [indicator.code for indicator in regime.indicators[:10]]
