"""The answer to a table is written row by row, and is the one that its model describes."""

from shared.wire import tables
from shared.wire.published import Reason
from shared.wire.tables import TableReceipts, TableRow

WHY = Reason(code="table.no_key", path="3:1", message_vi="Thiếu “kỳ”.", message_en="There is no period.")


def row(line: int, **more: object) -> TableRow:
    about = {"line": line, "regime": "ct27-van-quan", "period": "2024", "reporter": "06253", "unit": "06253", "errors": [], "warnings": []}
    return TableRow.model_validate({**about, **more})


def test_rows_are_written_as_the_model_writes_them_and_counted() -> None:
    rows = [
        row(2, verdict="accepted", event_id="a", revision=1, received_at="2024-12-10T02:30:00.000Z"),
        row(3, verdict="rejected", errors=[WHY], changes=[]),
        row(4, verdict="duplicate", first_verdict="accepted", event_id="b"),
        row(5, verdict="duplicate", first_verdict="rejected", errors=[WHY], event_id="c"),
        row(6, verdict="pending", event_id="d", warnings=[WHY]),
    ]
    answer = tables.encoded(iter(rows))
    assert answer.decode() == TableReceipts(receipts=rows, accepted=2, rejected=2).model_dump_json(exclude_defaults=True)
    assert TableReceipts.model_validate_json(tables.encoded([])) == TableReceipts(receipts=[], accepted=0, rejected=0)
