"""Screening: a message that is no event, and an event that does not have its shape."""

from typing import Any

import pytest

from services.ingest.domain.decision import Accepted, Malformed
from shared.wire import events
from tests.builders import COMMUNE, CT27, Event, confirmed, opened, payload, returned, submitted, withdrawn
from tests.ingest.screening import Screen, reasons, with_data, with_text, without


@pytest.mark.parametrize(
    ("event", "wrong"),
    [
        (without(submitted(), "specversion"), [("event.missing_field", "specversion")]),
        (submitted(specversion="0.3"), [("event.invalid_field", "specversion")]),
        (without(submitted(), "source"), [("event.missing_field", "source")]),
        (without(submitted(), "type"), [("event.missing_field", "type")]),
        (without(submitted(), "data"), [("event.missing_field", "data")]),
        (submitted(type=7), [("event.invalid_field", "type")]),
        (submitted(type="vn.tonghop.view.updated.v1"), [("event.unknown_type", "type")]),
        (submitted(type="vn.tonghop.alert.raised.v1"), [("event.unknown_type", "type")]),
        (submitted(type=""), [("event.unknown_type", "type")]),  # the model takes every text
        (submitted(type=" "), [("event.unknown_type", "type")]),
        (submitted() | {"data": []}, [("event.invalid_field", "data")]),
        (submitted() | {"data": None}, [("event.invalid_field", "data")]),
        (submitted(unitid="184"), [("event.unknown_field", "unitid")]),
        (submitted(receivedms=1), [("event.unknown_field", "receivedms")]),
        (submitted(time=1733797800), [("event.invalid_field", "time")]),
        (submitted(time="2" * 41), [("event.invalid_field", "time")]),
        (with_data(submitted(), note="x"), [("event.unknown_field", "data.note")]),
        (with_data(submitted(), values=[]), [("event.invalid_field", "data.values"), ("report.empty", "data")]),
        (with_data(submitted(), narratives="x"), [("event.invalid_field", "data.narratives")]),
        (with_data(submitted(), revision=0), [("event.invalid_field", "data.revision")]),
        (with_data(submitted(), revision=-1), [("event.invalid_field", "data.revision")]),
        (with_data(submitted(), revision=1_000_001), [("event.invalid_field", "data.revision")]),
        (with_data(submitted(), revision="1"), [("event.invalid_field", "data.revision")]),
        (with_data(submitted(), revision=1.0), [("event.invalid_field", "data.revision")]),
        (with_data(submitted(), revision=True), [("event.invalid_field", "data.revision")]),
        (with_data(withdrawn(), values={"gd_ngay_cong": 1}), [("event.unknown_field", "data.values")]),
        (with_data(returned(), reason=""), [("event.invalid_field", "data.reason")]),
        (with_data(returned(), reason="x" * 2001), [("event.invalid_field", "data.reason")]),
        (with_data(returned(), reason="có \0 trong lý do"), [("text.control_character", "data.reason")]),
        (with_data(returned(), reason="\u200b\u00a0\ufeff"), [("event.missing_field", "data.reason")]),
        (with_data(returned(), fix_by=None), [("event.invalid_field", "data.fix_by")]),
        (with_data(opened(), unit="540"), [("event.unknown_field", "data.unit")]),
        (confirmed(view_hash="0" * 63), [("event.invalid_field", "data.view_hash")]),
        (confirmed(view_hash="G" * 64), [("event.invalid_field", "data.view_hash")]),
        (submitted(subject="có \0 trong chủ đề"), [("event.invalid_field", "subject"), ("text.control_character", "subject")]),
        (submitted(subject="hai\ndòng"), [("event.invalid_field", "subject")]),
        (submitted(subject="có\ttab"), [("event.invalid_field", "subject")]),
        (submitted(traceparent="00-1\n"), [("event.invalid_field", "traceparent")]),
        (submitted(tracestate="a=1\tb=2"), [("event.invalid_field", "tracestate")]),
        (submitted(dataschema="urn:x:%zz"), [("event.invalid_field", "dataschema")]),
        (submitted(dataschema='urn:"x"'), [("event.invalid_field", "dataschema")]),
        (submitted(subject=""), [("event.invalid_field", "subject")]),
        (submitted(dataschema="không phải URI"), [("event.invalid_field", "dataschema")]),
        *[
            (submitted(time=time), [("event.invalid_field", "time")])
            for time in (
                "hôm qua",
                "",
                "2024-12-10",
                "2024-12-10 09:30:00Z",
                "2024-12-10T09:30:00",
                "2024-12-10T09:30Z",
                "2024-02-30T09:30:00Z",
                "2024-12-10T24:00:00Z",
                "2024-12-10T09:30:60Z",
                "2024-12-10T09:30:00+0700",
                "2024-12-10T09:30:00.Z",
                "٢٠٢٤-12-10T09:30:00Z",
                "10/12/2024",
            )
        ],
    ],
)
def test_what_does_not_have_its_shape_is_refused(screen: Screen, event: Event, wrong: list[tuple[str, str]]) -> None:
    assert reasons(screen(event)) == wrong


@pytest.mark.parametrize("name", ["regime", "period", "unit", "revision"])
def test_a_field_that_is_missing_is_named(screen: Screen, name: str) -> None:
    event = submitted()

    assert reasons(screen({**event, "data": without(event["data"], name)})) == [("event.missing_field", f"data.{name}")]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"", "event.malformed"),
        (b"null", "event.malformed"),
        (b"[]", "event.malformed"),
        (b'"event"', "event.malformed"),
        (b"{", "event.malformed"),
        (b"{} {}", "event.malformed"),
        (b"\xff\xfe{}", "event.malformed"),
        (b"\xef\xbb\xbf" + payload(submitted()), "event.malformed"),
        (payload(submitted()).decode().encode("utf-16"), "event.malformed"),
        (payload(submitted()).decode().encode("utf-16-le"), "event.malformed"),
        (payload(submitted()).decode().encode("utf-16-be"), "event.malformed"),
        (payload(submitted()).replace(b'"id":"', b'"id":12345678.5,"subject":"'), "event.malformed"),
        (b"[" * 100_000, "event.malformed"),
        (b'{"id":' * 50_000 + b"1" + b"}" * 50_000, "event.malformed"),
        (payload(submitted(time="x" * events.MAX_EVENT_BYTES)), "event.too_large"),
        (payload(submitted()).replace(b'{"specversion"', b'{"id":"event-other","specversion"'), "event.duplicate_key"),
        (payload(submitted()).replace(b'"gd_ngay_cong":340', b'"gd_ngay_cong":340,"gd_ngay_cong":341'), "event.duplicate_key"),
        (with_text("gd_ngay_cong", "NaN"), "report.not_a_number"),
        (with_text("gd_ngay_cong", "Infinity"), "report.not_a_number"),
        (with_text("gd_ngay_cong", "-Infinity"), "report.not_a_number"),
        (with_text("gd_ngay_cong", "0x10"), "event.malformed"),
        (with_text("gd_ngay_cong", "007"), "event.malformed"),
        (with_text("gd_ngay_cong", "+5"), "event.malformed"),
        (with_text("gd_ngay_cong", "1_000"), "event.malformed"),
    ],
    ids=range(24),
)
def test_what_is_no_event_is_malformed(screen: Screen, body: bytes, wrong: str) -> None:
    decision = screen(body)

    assert isinstance(decision, Malformed)
    assert decision.reason.code == wrong


@pytest.mark.parametrize(
    "event_id",
    [
        None,
        12345678,
        12345678.5,
        "",
        "1234567",
        "x" * 65,
        "event 0001",
        "event/0001",
        "event-é-001",
        "event\0-0001",
        "event\n-0001",
        ["event-0001"],
    ],
)
def test_an_event_without_an_id_to_claim_is_malformed(screen: Screen, event_id: Any) -> None:
    decision = screen({**submitted(), "id": event_id})

    assert isinstance(decision, Malformed)
    assert (decision.reason.code, decision.reason.path) == ("event.malformed", "id")


@pytest.mark.parametrize("event_id", ["12345678", "x" * 64, "7f0c1f2e-6f0b-4a0e-9d1b-2f7f3a9f5c11", "a#b$c.d*e>f"])
def test_an_id_is_8_to_64_characters(screen: Screen, event_id: str) -> None:
    decision = screen(submitted(event_id=event_id))

    assert isinstance(decision, Accepted)
    assert decision.event_id == event_id


@pytest.mark.parametrize("event", [{"regime": CT27, "values": {}}, {}, {"unit": COMMUNE}])
def test_data_without_attributes_are_told_how_an_event_is_sent(screen: Screen, event: Event) -> None:
    assert reasons(screen(event)) == [("event.not_structured", "")]


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_byte_order_mark_is_named(screen: Screen, mark: bytes) -> None:
    decision = screen(mark + payload(submitted()))

    assert isinstance(decision, Malformed)
    assert "BOM" in decision.reason.message_vi
    assert "byte order mark" in decision.reason.message_en


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_what_is_not_utf_8_is_told_how_to_be_saved(screen: Screen, encoding: str) -> None:
    decision = screen(payload(submitted()).decode().encode(encoding))

    assert isinstance(decision, Malformed)
    assert "lưu dạng UTF-8" in decision.reason.message_vi


def test_an_id_that_is_none_is_told_back_with_the_form_that_is_wanted(screen: Screen) -> None:
    decision = screen({**submitted(), "id": "mã số 1/2026"})

    assert isinstance(decision, Malformed)
    assert decision.event_id == "mã số 1/2026"
    assert "không có dấu cách" in decision.reason.message_vi
    assert "without a space" in decision.reason.message_en
