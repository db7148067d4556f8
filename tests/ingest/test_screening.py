"""Screening: the decision on one message, which lists all faults at once and never fails."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Concerned, Decision, Malformed, Rejected
from services.ingest.domain.known import About
from shared.wire import events, sent
from shared.words import deadlines, numbers, texts
from shared.words.numbers import MAX_SCALED
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.refusals import Refusal
from shared.words.regime_parts import Indicator
from shared.words.units import Registry
from tests.builders import (
    COMMUNE,
    CT27,
    DISTRICT,
    KL62,
    NQ68,
    RECEIVED,
    RECIPIENT,
    Event,
    confirmed,
    extended,
    opened,
    payload,
    returned,
    sender_of,
    submitted,
    withdrawn,
)
from tests.knowing import known

Opened = AbstractSet[tuple[str, str]]  # (regime, period) of on-call regimes
VIEWS = {(NQ68, period, DISTRICT): confirmed(period=period)["data"]["view_hash"] for period in ("2024", "2025")}
OPEN: Opened = frozenset({(KL62, "2024")})
OFFICE = "184-GDDT"
DISTRICT_OF_KL62 = "540"
ELSEWHERE = "00001"  # a commune of no plan
LARGEST_RECEIPT_BYTES = 512 * 1024  # half of what the broker takes


class Screen(Protocol):
    def __call__(
        self,
        sent: Event | bytes,
        sender: str | None = None,
        received: datetime = RECEIVED,
        known_open: Opened = frozenset(),
        before: Sequence[Event] = (),
        views: Mapping[About, str] | None = None,
    ) -> Decision: ...


@pytest.fixture(scope="session")
def screen(reference: Reference) -> Screen:
    def decide(
        sent: Event | bytes,
        sender: str | None = None,
        received: datetime = RECEIVED,
        known_open: Opened = frozenset(),
        before: Sequence[Event] = (),
        views: Mapping[About, str] | None = None,
    ) -> Decision:
        body = sent if isinstance(sent, bytes) else payload(sent)
        token = sender or (sender_of(sent) if isinstance(sent, dict) and "source" in sent else COMMUNE)
        return screening.screen(
            Incoming(token, body, events.to_ms(received), 1), reference, known(*before, opened_periods=known_open, views=views)
        )

    return decide


def reasons(decision: Decision) -> list[tuple[str, str]]:
    """Codes and paths of all that is wrong."""
    match decision:
        case Rejected():
            return [(reason.code, reason.path) for reason in decision.reasons]
        case Malformed():
            return [(decision.reason.code, decision.reason.path)]
        case Accepted():
            return []


def logged_values(decision: Decision) -> dict[str, Any]:
    assert isinstance(decision, Accepted), reasons(decision)
    logged = events.read_logged(decision.logged)
    assert logged is not None
    values: dict[str, Any] = logged.data["values"]
    return values


def with_text(code: str, text: str, unit: str = COMMUNE) -> bytes:
    """A report whose figure is this JSON text."""
    return payload(submitted(unit, values={code: "HERE"})).replace(b'"HERE"', text.encode("utf-8", "surrogatepass"))


def with_narrative(text: str) -> bytes:
    """A report whose narrative is this JSON text."""
    return payload(submitted(narratives={"ket_qua": "HERE"})).replace(b'"HERE"', text.encode("utf-8", "surrogatepass"))


def without(event: Event, name: str) -> Event:
    return {key: value for key, value in event.items() if key != name}


def with_data(event: Event, **changes: Any) -> Event:
    return {**event, "data": {**event["data"], **changes}}


EMPTY = {**submitted(), "data": {"regime": CT27, "period": "2024", "unit": COMMUNE, "revision": 1}}

# What is accepted


@pytest.mark.parametrize(
    "event",
    [
        submitted(),
        submitted(values={}, narratives={"ket_qua": "Đã làm."}),
        submitted(OFFICE, values={"nv_tien_do": "hoan_thanh"}),
        submitted(period="2024", time="2024-12-10T09:30:00+07:00", datacontenttype="application/json", subject="xã"),
        withdrawn(),
        returned(),
        returned(fix_by="2024-12-18T17:00:00+07:00"),
        extended(),
        opened(period="2023"),
        opened(deadline="2100-01-01"),
        confirmed(),
        submitted(DISTRICT_OF_KL62, regime=KL62, values={"dv_tong": 5}),
    ],
)
def test_a_right_event_is_accepted(screen: Screen, event: Event) -> None:
    assert reasons(screen(event, known_open=OPEN, before=[submitted()], views=VIEWS)) == []


def test_the_log_gets_the_event_with_the_unit_resolved_and_the_time_received(screen: Screen) -> None:
    decision = screen(submitted(revision=3, event_id="event-abc", narratives={"kho_khan": "Mưa lũ."}))

    assert isinstance(decision, Accepted)
    assert decision.event_id == "event-abc"
    assert decision.about == Concerned(events.SUBMITTED, CT27, "2024", COMMUNE, 3)
    logged = events.read_logged(decision.logged)
    assert logged is not None
    assert (logged.id, logged.unit_id, logged.received_ms, logged.revision) == (f"{COMMUNE}/event-abc", COMMUNE, events.to_ms(RECEIVED), 3)
    assert logged.data["narratives"] == {"kho_khan": "Mưa lũ."}


def test_the_log_keeps_what_the_sender_sent(screen: Screen) -> None:
    event = submitted(time="2024-12-10T09:30:00+07:00")

    decision = screen(event)

    assert isinstance(decision, Accepted)
    assert orjson.loads(decision.logged) == {**event, "unitid": COMMUNE, "receivedms": str(events.to_ms(RECEIVED))}


def test_the_opening_of_a_period_concerns_no_unit(screen: Screen) -> None:
    decision = screen(opened())

    assert isinstance(decision, Accepted)
    assert decision.about == Concerned(events.OPENED, KL62, "2024")


def test_a_re_used_code_means_its_bearer_on_the_cut_off_of_the_period(reference: Reference) -> None:
    old = replace(reference.registry.ids[COMMUNE][-1], valid_to=date(2025, 7, 1))
    new = replace(old, id=f"{COMMUNE}-2025", valid_from=date(2025, 7, 1), valid_to=None)
    reformed = replace(reference, registry=Registry([*(unit for unit in reference.registry.units if unit.id != COMMUNE), old, new]))

    found = [
        screening.screen(
            Incoming(sender, payload(submitted(period=period) | {"source": f"/units/{sender}"}), events.to_ms(received), 1),
            reformed,
            known(),
        )
        for period, sender, received in (("2024", old.id, RECEIVED), ("2025", new.id, datetime(2025, 12, 10, tzinfo=VIETNAM)))
    ]

    assert [decision.about.unit_id for decision in found if isinstance(decision, Accepted)] == [old.id, new.id]


def test_white_space_and_the_order_of_fields_do_not_make_other_content(screen: Screen) -> None:
    event = submitted(event_id="event-abc", values={"gd_ngay_cong": 340, "yt_ho_tro_bhyt": 5})
    shuffled = {**dict(reversed(event.items())), "data": dict(reversed(event["data"].items()))}

    first, second = screen(event), screen(json.dumps(shuffled, indent=4).encode())

    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert first.hash == second.hash


def test_another_figure_makes_other_content(screen: Screen) -> None:
    first, second = (screen(submitted(event_id="event-abc", values={"gd_ngay_cong": days})) for days in (340, 341))

    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert first.hash != second.hash


# What is refused: the sender, the regime, the period, the unit


@pytest.mark.parametrize(
    ("event", "wrong"),
    [
        (submitted(regime="khong-co"), [("report.unknown_regime", "data.regime")]),
        (submitted(regime="vhtt-van-quan"), [("report.derived_regime", "data.regime")]),
        (opened(sender="184-VHTT", regime="vhtt-van-quan"), [("report.derived_regime", "data.regime")]),
        (submitted(period="2031"), [("report.unknown_period", "data.period")]),
        (submitted(period="2024-H1"), [("report.unknown_period", "data.period")]),
        (
            submitted(DISTRICT_OF_KL62, regime=KL62, period="2024-13", values={"dv_tong": 1}),
            [("event.invalid_field", "data.period"), ("report.unknown_period", "data.period")],
        ),
        (submitted(period="2025"), [("report.period_not_begun", "data.period")]),
        (withdrawn(period="2025"), [("report.period_not_begun", "data.period")]),
        (confirmed(period="2026", regime=NQ68), [("report.period_not_begun", "data.period")]),
        (submitted(DISTRICT_OF_KL62, regime=KL62, period="2024-H1", values={"dv_tong": 1}), [("report.period_not_opened", "data.period")]),
        (submitted("99999"), [("report.unknown_unit", "data.unit")]),
        (submitted(ELSEWHERE), [("report.unit_not_asked", "data.unit")]),
        (submitted("184"), [("report.unit_not_asked", "data.unit")]),
        (submitted(RECIPIENT), [("report.unit_not_asked", "data.unit")]),
        (withdrawn("99999"), [("report.unknown_unit", "data.unit")]),
        (returned("99999"), [("report.unknown_unit", "data.unit")]),
        (extended("184"), [("report.unit_not_asked", "data.unit")]),
        (with_data(submitted(), unit="06256"), [("event.subject_mismatch", "data.unit")]),
        (with_data(withdrawn(), unit="06256"), [("event.subject_mismatch", "data.unit")]),
        (with_data(confirmed(), unit="452"), [("event.subject_mismatch", "data.unit")]),
        (returned(sender="184"), [("action.not_recipient", "source")]),
        (returned(sender=COMMUNE), [("action.not_recipient", "source")]),
        (extended(sender="44-SLDTBXH"), [("action.not_recipient", "source")]),
        (opened(sender="52"), [("action.not_recipient", "source")]),
        (opened(sender=RECIPIENT, regime=CT27), [("action.not_on_call", "data.regime")]),
        (opened(period="2025", deadline="2024-12-20"), [("action.deadline_before_period", "data.deadline")]),
        (opened(period="2025", deadline="2025-01-01T00:00:00+07:00"), [("action.deadline_before_period", "data.deadline")]),
        (confirmed("06253"), [("action.not_confirmer", "data.unit")]),
        (confirmed("44"), [("action.other_confirmer", "source")]),
        (confirmed("99999"), [("action.not_confirmer", "data.unit")]),
        (confirmed("184", regime=CT27), [("action.not_confirmer", "data.unit")]),
        (returned(fix_by="2024-12-09"), [("action.date_not_after", "data.fix_by")]),
        (returned(fix_by="2024-12-10T09:30:00+07:00"), [("action.date_not_after", "data.fix_by")]),
        (extended(until="2024-01-01"), [("action.date_not_after", "data.until")]),
        (opened(deadline="2024-01-01"), [("action.date_not_after", "data.deadline")]),
        (returned(fix_by="18/12/2024"), [("event.invalid_field", "data.fix_by")]),
        *[
            (extended(until=until), [("event.invalid_field", "data.until")])
            for until in ("2024-12-28T08:00:00", "2024-12-28T08+07", "2024-12-28 08:00:00+07:00", "2024-12-28T08:00:00+0700", "2024-W52-6")
        ],
        (opened(deadline="2024-12-32"), [("event.invalid_field", "data.deadline")]),
        (opened(deadline="9999-12-31"), [("event.invalid_field", "data.deadline")]),
        (opened(deadline="9999-12-30"), [("event.invalid_field", "data.deadline")]),
        (extended(until="9999-12-31T23:59:59-12:00"), [("event.invalid_field", "data.until")]),
        (submitted(values={}, narratives={}), [("report.empty", "data")]),
        (EMPTY, [("report.empty", "data")]),
        *[
            (submitted(narratives={"ket_qua": text, "kho_khan": ""}), [("report.empty", "data")])
            for text in (" \n", "\u200b\u00a0\ufeff", "\u2800", "\u3164", "\u00ad", "\u0301", "\U000e0001")
        ],
    ],
)
def test_what_does_not_fit_its_plan_is_refused(screen: Screen, event: Event, wrong: list[tuple[str, str]]) -> None:
    assert reasons(screen(event)) == wrong


def test_a_sender_cannot_write_for_another(screen: Screen) -> None:
    assert reasons(screen(submitted(), sender="06256")) == [("event.subject_mismatch", "source"), ("event.subject_mismatch", "data.unit")]


def test_a_recipient_cannot_be_impersonated(screen: Screen) -> None:
    assert reasons(screen(returned(), sender=COMMUNE)) == [("event.subject_mismatch", "source"), ("action.not_recipient", "source")]


def test_a_period_is_open_to_reports_from_its_first_midnight_in_vietnam(screen: Screen) -> None:
    midnight = datetime(2024, 12, 15, tzinfo=VIETNAM)

    assert reasons(screen(submitted(period="2025"), received=midnight - timedelta(milliseconds=1))) == [
        ("report.period_not_begun", "data.period")
    ]
    assert reasons(screen(submitted(period="2025"), received=midnight)) == []


def test_an_on_call_period_is_refused_until_it_is_opened(screen: Screen) -> None:
    report = submitted(DISTRICT_OF_KL62, regime=KL62, values={"dv_tong": 5})

    assert reasons(screen(report)) == [("report.period_not_opened", "data.period")]
    assert reasons(screen(report, known_open={(CT27, "2024"), (KL62, "2023")})) == [("report.period_not_opened", "data.period")]
    assert reasons(screen(report, known_open=OPEN)) == []


# What is refused: the shape


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


# What is refused: figures and narratives


@pytest.mark.parametrize(
    ("code", "text", "normal"),
    [
        ("gd_ngay_cong", "340", 340),
        ("gd_ngay_cong", '"340"', 340),
        ("gd_ngay_cong", "-0", 0),
        ("gd_ngay_cong", str(MAX_SCALED), MAX_SCALED),
        ("gd_tien_tai_tro", "125.5", "125.500"),
        ("gd_tien_tai_tro", '"125.5"', "125.500"),
        ("gd_tien_tai_tro", "125.500", "125.500"),
        ("gd_tien_tai_tro", '"-0"', "0.000"),
        ("gd_tien_tai_tro", "100000000000.000", "100000000000.000"),
        ("gd_tien_tai_tro", "0.001", "0.001"),
        ("vh_nha_van_hoa_thon", '{"numerator": 9, "denominator": 11}', {"numerator": 9, "denominator": 11}),
        ("vh_nha_van_hoa_thon", '{"denominator": "0", "numerator": 0}', {"numerator": 0, "denominator": 0}),
        ("mt_rac_xu_ly", '{"numerator": 9, "denominator": "11.5"}', {"numerator": "9.0", "denominator": "11.5"}),
        ("vh_nha_van_hoa_xa", "false", False),
    ],
)
def test_a_figure_is_logged_in_its_normal_form(screen: Screen, code: str, text: str, normal: Any) -> None:
    found = logged_values(screen(with_text(code, text)))[code]

    assert found == normal
    assert type(found) is type(normal)


@pytest.mark.parametrize(
    ("code", "text", "wrong"),
    [
        *[("gd_tien_tai_tro", text, "report.not_a_number") for text in ("1e2", "1E2", "1.5e0", "1e400", "9" * 31)],
        *[
            ("gd_tien_tai_tro", json.dumps(text), "report.not_a_number")
            for text in (
                "1e2",
                "1_000",
                "1,5",
                "1.234,5",
                "٣",
                "１２",
                " 5 ",
                "5\n",
                "",
                "+5",
                ".5",
                "5.",
                "NaN",
                "Infinity",
                "0x1F",
                "5\0",
                "\ud800",
                "²",
            )
        ],
        *[("gd_tien_tai_tro", text, "report.too_many_decimals") for text in ("125.5001", '"0.0001"', "1.0000000000000000001")],
        *[
            ("gd_ngay_cong", text, "report.too_many_decimals")
            for text in ("340.5", '"0.1"', '"1.000"', "1.000", "340.0", '"1.0"', '"-0.0"', '"12.000000"')
        ],
        *[("gd_tien_tai_tro", text, "report.too_many_decimals") for text in ("125.5000", '"1.0000"')],
        *[
            ("gd_ngay_cong", text, "report.out_of_range")
            for text in ("-1", '"-1"', str(MAX_SCALED + 1), "9" * 19, "9" * 30, "-" + "9" * 25)
        ],
        *[("gd_tien_tai_tro", text, "report.out_of_range") for text in ("100000000000.001", "-0.001", "1" + "0" * 14)],
        *[
            ("gd_ngay_cong", text, "report.wrong_kind")
            for text in ("true", "false", "null", "[]", "[5]", "{}", '{"numerator": 1, "denominator": 2}')
        ],
        *[("vh_nha_van_hoa_thon", text, "report.wrong_kind") for text in ("5", '"9/11"', "null", "[9, 11]", "true")],
        *[("vh_nha_van_hoa_xa", text, "report.wrong_kind") for text in ("1", "0", '"true"', '"có"', "null", "[]", "1.0")],
        ("vh_nha_van_hoa_thon", '{"numerator": 12, "denominator": 11}', "report.share_above_one"),
        ("vh_nha_van_hoa_thon", '{"numerator": 1, "denominator": 0}', "report.share_above_one"),
        ("gdtp_to_chuc", "5", "report.indicator_not_asked"),
        ("nv_tien_do", '"hoan_thanh"', "report.indicator_not_asked"),
        ("khong_co", "5", "report.unknown_indicator"),
    ],
)
def test_a_wrong_figure_is_refused_under_its_path(screen: Screen, code: str, text: str, wrong: str) -> None:
    assert reasons(screen(with_text(code, text))) == [(wrong, f"data.values.{code}")]


def test_a_part_of_a_ratio_is_judged_by_its_text_too(screen: Screen) -> None:
    decision = screen(with_text("vh_nha_van_hoa_thon", '{"numerator": "1.000", "denominator": 2000}'))

    assert reasons(decision) == [("report.too_many_decimals", "data.values.vh_nha_van_hoa_thon.numerator")]


def test_a_thousand_with_a_point_is_told_how_to_be_written(screen: Screen) -> None:
    decision = screen(with_text("gd_ngay_cong", '"1.000"'))

    assert isinstance(decision, Rejected)
    assert "một nghìn ghi 1000" in decision.reasons[0].message_vi
    assert "a thousand as 1000" in decision.reasons[0].message_en


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{}", {("event.missing_field", "numerator"), ("event.missing_field", "denominator")}),
        ('{"numerator": 9}', {("event.missing_field", "denominator")}),
        ('{"numerator": 9, "denominator": 11, "percent": 82}', {("event.unknown_field", "percent")}),
        ('{"numerator": -1, "denominator": 1.5}', {("report.out_of_range", "numerator"), ("report.too_many_decimals", "denominator")}),
        ('{"numerator": true, "denominator": null}', {("report.wrong_kind", "numerator"), ("report.wrong_kind", "denominator")}),
        ('{"numerator": "1e0", "denominator": {}}', {("report.not_a_number", "numerator"), ("report.wrong_kind", "denominator")}),
    ],
)
def test_each_wrong_part_of_a_ratio_is_named(screen: Screen, text: str, wrong: set[tuple[str, str]]) -> None:
    path = "data.values.vh_nha_van_hoa_thon"

    assert set(reasons(screen(with_text("vh_nha_van_hoa_thon", text)))) == {(code, f"{path}.{part}") for code, part in wrong}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('"xong"', "report.unknown_option"),
        ('""', "report.unknown_option"),
        ("1", "report.wrong_kind"),
        ("1.5", "report.wrong_kind"),
        ("true", "report.wrong_kind"),
    ],
)
def test_a_choice_is_one_of_its_options(screen: Screen, text: str, wrong: str) -> None:
    assert reasons(screen(with_text("nv_tien_do", text, OFFICE), sender=OFFICE)) == [(wrong, "data.values.nv_tien_do")]


def test_an_office_answers_for_its_own_field_only(screen: Screen) -> None:
    assert reasons(screen(submitted(OFFICE, values={"gd_truong_tu_chu": 2}))) == []
    assert reasons(screen(submitted("184-TP", values={"gd_truong_tu_chu": 2}))) == [
        ("report.indicator_not_asked", "data.values.gd_truong_tu_chu")
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (json.dumps("đ" * 10_000), []),
        (json.dumps("😀" * 10_000, ensure_ascii=False), []),
        (json.dumps("đ" * 10_001), ["report.narrative_too_long"]),
        ('"có \\u0000 ở giữa"', ["text.control_character"]),
        ('"nửa \\ud800 cặp"', ["text.control_character"]),
        ('"nửa \\udc00 cặp"', ["text.control_character"]),
        ('"đảo \\u202e chiều"', ["text.control_character"]),
        ('"dòng\\rmột"', ["text.control_character"]),
        ('"dòng một\\r\\n\\tdòng hai"', []),
        (json.dumps(unicodedata.normalize("NFD", "ệ") * 10_000), []),
        (json.dumps(unicodedata.normalize("NFD", "ệ") * 10_001), ["report.narrative_too_long"]),
        ("5", ["report.wrong_kind"]),
        ("5.5", ["report.wrong_kind"]),
        ("null", ["report.wrong_kind"]),
        ('["một"]', ["report.wrong_kind"]),
    ],
    ids=range(15),
)
def test_a_narrative_is_a_text_that_can_be_stored(screen: Screen, text: str, wrong: list[str]) -> None:
    assert reasons(screen(with_narrative(text))) == [(code, "data.narratives.ket_qua") for code in wrong]


def test_twelve_long_narratives_of_wide_characters_are_an_event() -> None:
    assert len(payload(submitted(narratives={f"muc_{number}": "😀" * 10_000 for number in range(12)}))) <= events.MAX_EVENT_BYTES


def test_an_unknown_narrative_is_refused(screen: Screen) -> None:
    assert reasons(screen(submitted(narratives={"loi_chao": "Kính gửi"}))) == [("report.unknown_narrative", "data.narratives.loi_chao")]


# All at once


def test_all_that_is_wrong_is_said_at_once(screen: Screen) -> None:
    event = with_data(
        submitted(
            period="2025",
            values={
                "gd_ngay_cong": -1,
                "gd_tien_tai_tro": "1e2",
                "gd_dat_hien": 0.25,
                "vh_nha_van_hoa_xa": "có",
                "vh_nha_van_hoa_thon": {"numerator": 12, "denominator": 11},
                "gdtp_to_chuc": 1,
                "khong_co": 1,
            },
            narratives={"ket_qua": "x" * 10_001, "loi_chao": "x"},
            specversion="2",
            extra="x",
        ),
        revision=0,
        note="x",
    )

    assert set(reasons(screen(event, sender="06256"))) == {
        ("event.invalid_field", "specversion"),
        ("event.unknown_field", "extra"),
        ("event.subject_mismatch", "source"),
        ("event.subject_mismatch", "data.unit"),
        ("event.invalid_field", "data.revision"),
        ("event.unknown_field", "data.note"),
        ("report.period_not_begun", "data.period"),
        ("report.out_of_range", "data.values.gd_ngay_cong"),
        ("report.not_a_number", "data.values.gd_tien_tai_tro"),
        ("report.too_many_decimals", "data.values.gd_dat_hien"),
        ("report.wrong_kind", "data.values.vh_nha_van_hoa_xa"),
        ("report.share_above_one", "data.values.vh_nha_van_hoa_thon"),
        ("report.indicator_not_asked", "data.values.gdtp_to_chuc"),
        ("report.unknown_indicator", "data.values.khong_co"),
        ("report.narrative_too_long", "data.narratives.ket_qua"),
        ("report.unknown_narrative", "data.narratives.loi_chao"),
    }


def test_an_unknown_type_is_told_which_types_are_taken(screen: Screen) -> None:
    decision = screen(submitted(type="vn.tonghop.report.sent.v1"))

    assert isinstance(decision, Rejected)
    assert all(kind in decision.reasons[0].message_vi for kind in sent.SENT)


@pytest.mark.parametrize(
    "event",
    [
        submitted(values={f"sai_{number}_{'đ' * 40}": 1 for number in range(4000)}),
        submitted(narratives={f"sai_{number}_{'đ' * 40}": "x" for number in range(4000)}),
        with_data(submitted(), **{f"sai_{number}": 1 for number in range(4_000)}),
        submitted() | {f"sai{number}": 1 for number in range(4_000)},
        submitted(values={"vh_nha_van_hoa_thon": {f"sai_{number}": 1 for number in range(4_000)}}),
    ],
    ids=["figures", "narratives", "data", "attributes", "parts"],
)
def test_however_much_is_wrong_the_receipt_can_be_sent(screen: Screen, event: Event) -> None:
    decision = screen(event)

    assert isinstance(decision, Rejected)
    assert decision.reasons[0].code == "event.too_many_faults"
    assert len(orjson.dumps([asdict(reason) for reason in decision.reasons])) < LARGEST_RECEIPT_BYTES


def test_every_code_that_screening_can_give_is_provoked_here(screen: Screen) -> None:
    """The codes of the catalogue, less those of claims, doors and typed numbers; each stands in a test of this folder."""
    from pathlib import Path

    from shared.words.refusals import CATALOGUE
    from shared.words.sentences import entry

    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))

    of_screening = [
        code for code in CATALOGUE if code.startswith(("event.", "text.", "report.", "action.")) and code not in entry.SENTENCES
    ]
    assert [code for code in of_screening if code not in text] == []


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


def test_texts_are_logged_in_their_normal_form_and_those_that_say_nothing_are_left_out(screen: Screen) -> None:
    decomposed = unicodedata.normalize("NFD", "Việc làm")

    decision = screen(submitted(narratives={"ket_qua": decomposed, "kho_khan": "\u200b", "kien_nghi": "a\r\nb"}))

    assert isinstance(decision, Accepted)
    assert orjson.loads(decision.logged)["data"]["narratives"] == {"ket_qua": "Việc làm", "kien_nghi": "a\nb"}


def test_attributes_that_are_null_are_not_logged_and_a_time_is_logged_in_capitals(screen: Screen) -> None:
    decision = screen(submitted(time="2024-12-10t09:30:00z", subject=None))

    assert isinstance(decision, Accepted)
    logged = orjson.loads(decision.logged)
    assert logged["time"] == "2024-12-10T09:30:00Z"
    assert "subject" not in logged


# Whatever comes

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=[]), max_size=20)
NUMBERS = st.one_of(
    st.integers(-(10**40), 10**40),
    st.integers(0, 500),
    st.decimals(0, 10**6, places=3).map(str),
    st.floats(),
    st.sampled_from(["125.5", "1e5", "NaN", "1_000", "٣", " 5 ", "-0", "0.0000"]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ANY_TEXT, inner, max_size=3)),
    max_leaves=8,
)
SENT: Mapping[str, Callable[[], Event]] = {
    "submitted": submitted,
    "office": lambda: submitted(OFFICE, values={"nv_tien_do": "cham", "nv_hoan_thanh": {"numerator": 1, "denominator": 35}}),
    "withdrawn": withdrawn,
    "returned": returned,
    "opened": opened,
    "extended": extended,
    "confirmed": confirmed,
}


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    """Figures of ct27, right ones and wrong ones."""
    ratio = st.fixed_dictionaries({"numerator": NUMBERS, "denominator": NUMBERS})
    names = {
        "gd_ngay_cong": NUMBERS,
        "gd_tien_tai_tro": NUMBERS,
        "vh_nha_van_hoa_xa": st.booleans(),
        "vh_nha_van_hoa_thon": ratio,
        "mt_rac_xu_ly": ratio,
    }
    return draw(st.fixed_dictionaries({}, optional=names | {"khong_co": JSON}))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A right event of any type with something changed, left out or added, anywhere in it, or bytes of it changed."""
    event: Any = json.loads(payload(SENT[draw(st.sampled_from(sorted(SENT)))]()))
    if draw(st.booleans()) and "values" in event["data"]:
        event["data"]["values"] = draw(figures())
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.sampled_from([event, event["data"], *[part for part in event["data"].values() if isinstance(part, dict)]]))
        name = draw(st.one_of(st.sampled_from([*sorted(place), "unit", "values", "narratives", "time"]), ANY_TEXT))
        if draw(st.booleans()):
            place[name] = draw(JSON)
        else:
            place.pop(name, None)
        event.setdefault("data", {})
        if not isinstance(event["data"], dict):
            break
    body = bytearray(json.dumps(event).encode())
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body)


def is_normal(indicator: Indicator, value: Any) -> bool:
    """Whether a logged figure is what every reader of the log may count on."""
    match indicator.kind:
        case "flag":
            return isinstance(value, bool)
        case "choice":
            return value in indicator.options
        case "ratio":
            return value.keys() == {"numerator", "denominator"} and all(is_normal_number(indicator, part) for part in value.values())
        case _:
            return is_normal_number(indicator, value)


def is_normal_number(indicator: Indicator, value: Any) -> bool:
    if indicator.decimals == 0:
        return type(value) is int and abs(value) <= MAX_SCALED
    return (
        isinstance(value, str)
        and numbers.parts(value) is not None
        and len(value.partition(".")[2]) == indicator.decimals
        and abs(numbers.scaled(value, indicator.decimals)) <= MAX_SCALED
    )


def assert_sound(decision: Decision, reference: Reference) -> None:
    match decision:
        case Accepted():
            logged = events.read_logged(decision.logged)
            assert logged is not None
            assert logged.event_id == decision.event_id
            assert Concerned(logged.type, logged.regime, logged.period, logged.unit_id, logged.revision) == decision.about
            indicators = reference.regimes[logged.regime].by_code
            assert all(is_normal(indicators[code], value) for code, value in logged.data.get("values", {}).items())
            for text in (*logged.data.get("narratives", {}).values(), logged.data.get("reason") or "có"):
                assert texts.forbidden(text) is None
                assert text == texts.normal(text)
                assert not texts.is_blank(text)
            for name in ("fix_by", "until", "deadline"):
                if name in logged.data:
                    assert events.to_text(deadlines.instant(logged.data[name]))
        case Rejected():
            assert decision.reasons
            assert_storable(*decision.reasons)
        case Malformed():
            assert_storable(decision.reason)


def assert_storable(*found: Refusal) -> None:
    assert b"\\u0000" not in orjson.dumps([asdict(reason) for reason in found])


@given(body=st.binary(max_size=200))
def test_no_bytes_make_screening_fail(screen: Screen, body: bytes) -> None:
    assert isinstance(screen(body), Malformed)


@given(tree=st.dictionaries(st.one_of(ANY_TEXT, st.sampled_from(["id", "source", "type", "data", "specversion"])), JSON, max_size=6))
def test_no_json_makes_screening_fail(screen: Screen, reference: Reference, tree: dict[str, Any]) -> None:
    assert_sound(screen(json.dumps({"id": "event-000001", **tree}).encode()), reference)


def own_sender(body: bytes) -> str:
    """The unit that an event says it comes from, so that screening gets past it."""
    try:
        return str(json.loads(body)["source"]).removeprefix("/units/")
    except (ValueError, KeyError):
        return COMMUNE


@settings(max_examples=500)
@given(body=mutated(), other_sender=st.sampled_from([None, None, None, COMMUNE, RECIPIENT, DISTRICT, "*", "đ"]))
def test_no_changed_event_makes_screening_fail_and_what_is_accepted_is_normal(
    screen: Screen, reference: Reference, body: bytes, other_sender: str | None
) -> None:
    assert_sound(screen(body, sender=other_sender or own_sender(body), known_open=OPEN), reference)


@settings(max_examples=500)
@given(values=figures())
def test_whatever_the_figures_those_that_are_accepted_are_normal(screen: Screen, reference: Reference, values: dict[str, Any]) -> None:
    assert_sound(screen(json.dumps(submitted(values=values)).encode()), reference)


# What is accepted reads back as what a person would have read in it

ENDS_OF_PLANES = "".join(chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(17))  # noncharacters
NEVER_TAKEN = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef{ENDS_OF_PLANES}]"
)
# fillers, empty notation, and the stand-ins for an object or a character that could not be shown: letters and symbols, for Unicode
NOTHING_SEEN = set("\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd\U00013441\U00013442\U0001d159")
PEOPLE_TYPE = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=[]), max_size=40),
    st.text(st.sampled_from("ệđ ế\u0301\u0323\u200b\u00a0\ufeff\u2800\n\r\t.aA1"), max_size=20),
    st.text(max_size=20).map(lambda text: unicodedata.normalize("NFD", text)),
)
DIGITS = st.text(st.sampled_from("0123456789"), min_size=1, max_size=8)
NUMBER_TEXTS = st.one_of(
    st.text(st.sampled_from("0123456789.,-+ eE_\u00a0٣²"), max_size=12),
    st.builds("{}.{}".format, DIGITS, DIGITS),
    st.builds("{}.000".format, DIGITS),
    st.builds("{},{}".format, DIGITS, DIGITS),
    DIGITS,
)


@settings(max_examples=300)
@given(text=PEOPLE_TYPE)
def test_a_narrative_reads_back_as_it_was_seen_or_is_refused(screen: Screen, text: str) -> None:
    decision = screen(json.dumps(submitted(narratives={"ket_qua": text})).encode())

    seen = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    if isinstance(decision, Accepted):
        assert orjson.loads(decision.logged)["data"]["narratives"] == {"ket_qua": seen}
        assert NEVER_TAKEN.search(seen) is None
        assert seen.strip()
    else:
        assert {code for code, _ in reasons(decision)} <= {"text.control_character", "report.empty"}
        is_seen = any(unicodedata.category(character)[0] in "LNPS" for character in seen)
        assert NEVER_TAKEN.search(seen) or not is_seen or set(seen) & NOTHING_SEEN, repr(text)


@settings(max_examples=300)
@given(text=PEOPLE_TYPE)
def test_a_reason_reads_back_as_it_was_seen_or_is_refused(screen: Screen, text: str) -> None:
    decision = screen(json.dumps(returned(reason=text)).encode(), sender=RECIPIENT, before=[submitted()])

    if isinstance(decision, Accepted):
        seen = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        assert orjson.loads(decision.logged)["data"]["reason"] == seen
        assert NEVER_TAKEN.search(seen) is None
        assert not texts.is_blank(seen)
    else:
        assert {path for _, path in reasons(decision)} == {"data.reason"}


@settings(max_examples=500)
@given(text=NUMBER_TEXTS, code=st.sampled_from(["gd_ngay_cong", "gd_tien_tai_tro"]), is_quoted=st.booleans())
def test_a_number_reads_back_as_what_it_says_or_is_refused(
    screen: Screen, reference: Reference, text: str, code: str, is_quoted: bool
) -> None:
    decimals = reference.regimes[CT27].by_code[code].decimals
    decision = screen(with_text(code, json.dumps(text) if is_quoted else text))

    if isinstance(decision, Accepted):
        assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text.strip())
        assert len(text.strip().partition(".")[2]) <= decimals  # so a point with three digits behind it is no thousand by mistake
        assert Decimal(str(logged_values(decision)[code])) == Decimal(text)


@settings(max_examples=300)
@given(attributes=st.dictionaries(st.sampled_from(["time", "subject", "dataschema", "traceparent", "tracestate"]), PEOPLE_TYPE, max_size=3))
def test_attributes_that_are_accepted_are_of_cloud_events(screen: Screen, attributes: dict[str, str]) -> None:
    decision = screen(json.dumps(submitted() | attributes).encode(), sender=COMMUNE)

    if isinstance(decision, Accepted):
        logged = orjson.loads(decision.logged)
        assert {name: logged[name] for name in attributes} == {name: texts.normal(text) for name, text in attributes.items()}
        assert all(text and NEVER_TAKEN.search(text) is None and not {"\t", "\n"} & {*text} for text in attributes.values())
        if "time" in logged:
            assert datetime.fromisoformat(logged["time"]).tzinfo is not None
    else:
        assert {path for _, path in reasons(decision)} <= attributes.keys()
