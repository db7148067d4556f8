"""Screening: the decision on one message, which lists all faults at once. What is accepted, and what does not fit its plan."""

import json
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Concerned, Rejected
from shared.wire import events, sent
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.refusals import CATALOGUE
from shared.words.sentences import entry
from shared.words.units import Registry
from tests.builders import (
    COMMUNE,
    CT27,
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
    submitted,
    withdrawn,
)
from tests.ingest.screening import OFFICE, OPEN, VIEWS, Screen, reasons, with_data
from tests.knowing import known

DISTRICT_OF_KL62 = "540"
ELSEWHERE = "00001"  # a commune of no plan
LARGEST_RECEIPT_BYTES = 512 * 1024  # half of what the broker takes


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
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))

    of_screening = [
        code for code in CATALOGUE if code.startswith(("event.", "text.", "report.", "action.")) and code not in entry.SENTENCES
    ]
    assert [code for code in of_screening if code not in text] == []


def test_attributes_that_are_null_are_not_logged_and_a_time_is_logged_in_capitals(screen: Screen) -> None:
    decision = screen(submitted(time="2024-12-10t09:30:00z", subject=None))

    assert isinstance(decision, Accepted)
    logged = orjson.loads(decision.logged)
    assert logged["time"] == "2024-12-10T09:30:00Z"
    assert "subject" not in logged
