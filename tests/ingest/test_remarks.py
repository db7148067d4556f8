"""Notes explain figures, a status marks estimates: judged with every fault at once, logged in normal form, and content of the event."""

import unicodedata
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.decision import Accepted
from shared.wire import events
from shared.words import texts
from shared.words.periods import VIETNAM
from tests.builders import COMMUNE, NQ68, RECIPIENT, extended, submitted
from tests.ingest import remarking
from tests.ingest.remarking import DURING, OTHER, UNIT, UNTIL, faults, logged, report, screen
from tests.knowing import known

EXTENDED = datetime(2024, 12, 21, tzinfo=VIETNAM)
LONGEST = events.MAX_NOTE_CHARACTERS
ESTIMATE = {"ld_viec_lam_moi": "estimate"}


def test_a_report_with_notes_estimates_and_a_reason_is_logged_as_it_is() -> None:
    said: dict[str, Any] = {"notes": {"ld_viec_lam_moi": "Nhà máy mới mở."}, "status": ESTIMATE, "reason": "Sửa số."}

    data = logged(screen(report(**said)))

    assert {name: data[name] for name in said} == said


def test_a_figure_that_is_left_out_may_have_a_note() -> None:
    assert faults(screen(report(notes={"tt_diem_truy_cap": "Chưa có số liệu."}))) == []


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"notes": {"khong_co": "vì"}}, [("report.unknown_indicator", "data.notes.khong_co")]),
        ({"notes": {"nv_tien_do": "vì"}}, [("report.indicator_not_asked", "data.notes.nv_tien_do")]),
        ({"notes": {"gn_ho_ngheo": 5}}, [("report.wrong_kind", "data.notes.gn_ho_ngheo")]),
        ({"notes": {"gn_ho_ngheo": 5.5}}, [("report.wrong_kind", "data.notes.gn_ho_ngheo")]),
        ({"notes": {"gn_ho_ngheo": None}}, [("report.wrong_kind", "data.notes.gn_ho_ngheo")]),
        ({"notes": {"gn_ho_ngheo": ["vì"]}}, [("report.wrong_kind", "data.notes.gn_ho_ngheo")]),
        ({"notes": {"gn_ho_ngheo": "ế" * (LONGEST + 1)}}, [("report.note_too_long", "data.notes.gn_ho_ngheo")]),
        ({"notes": {"gn_ho_ngheo": ""}}, [("report.note_blank", "data.notes.gn_ho_ngheo")]),
        ({"notes": {"gn_ho_ngheo": " \u200b\u3164\n"}}, [("report.note_blank", "data.notes.gn_ho_ngheo")]),
        ({"notes": {"gn_ho_ngheo": "a\u0000b"}}, [("text.control_character", "data.notes.gn_ho_ngheo")]),
        ({"notes": {"gn_ho_ngheo": "số \u202eba"}}, [("text.control_character", "data.notes.gn_ho_ngheo")]),
        ({"notes": "vì"}, [("event.invalid_field", "data.notes")]),
        ({"notes": ["vì"]}, [("event.invalid_field", "data.notes")]),
        ({"notes": 1.5}, [("event.invalid_field", "data.notes")]),
        ({"status": {"khong_co": "estimate"}}, [("report.unknown_indicator", "data.status.khong_co")]),
        ({"status": {"x" * 500: "estimate"}}, [("report.unknown_indicator", f"data.status.{'x' * 40}")]),
        ({"status": {"nv_tien_do": "estimate"}}, [("report.indicator_not_asked", "data.status.nv_tien_do")]),
        ({"status": {"ld_viec_lam_moi": "ước"}}, [("report.unknown_status", "data.status.ld_viec_lam_moi")]),
        ({"status": {"ld_viec_lam_moi": "official"}}, [("report.unknown_status", "data.status.ld_viec_lam_moi")]),
        ({"status": {"ld_viec_lam_moi": True}}, [("report.unknown_status", "data.status.ld_viec_lam_moi")]),
        ({"status": {"ld_viec_lam_moi": {"estimate": 1}}}, [("report.unknown_status", "data.status.ld_viec_lam_moi")]),
        ({"status": {"gn_ho_ngheo": "estimate"}}, [("report.status_without_value", "data.status.gn_ho_ngheo")]),
        ({"status": "estimate"}, [("event.invalid_field", "data.status")]),
        ({"reason": ""}, [("event.invalid_field", "data.reason")]),
        ({"reason": "\u200b"}, [("event.missing_field", "data.reason")]),
        ({"reason": 7.5}, [("event.invalid_field", "data.reason")]),
        ({"reason": "ế" * 2001}, [("event.invalid_field", "data.reason")]),
    ],
)
def test_what_a_report_says_about_its_figures_is_refused_with_path_and_reason(said: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    assert faults(screen(report(**said))) == wrong


def test_every_fault_is_named_at_once() -> None:
    notes = {"khong_co": "vì", "gn_ho_ngheo": "", "ncc_muc_song": 5}
    status = {"gn_ho_ngheo": "tạm", "khong_co": "estimate"}

    wrong = faults(screen(report(values={"ld_viec_lam_moi": -1}, notes=notes, status=status, reason="")))

    assert wrong == [
        ("event.invalid_field", "data.reason"),
        ("report.out_of_range", "data.values.ld_viec_lam_moi"),
        ("report.unknown_indicator", "data.notes.khong_co"),
        ("report.note_blank", "data.notes.gn_ho_ngheo"),
        ("report.wrong_kind", "data.notes.ncc_muc_song"),
        ("report.unknown_status", "data.status.gn_ho_ngheo"),
        ("report.status_without_value", "data.status.gn_ho_ngheo"),
        ("report.unknown_indicator", "data.status.khong_co"),
    ]


def test_a_note_is_counted_as_people_see_it() -> None:
    """2,000 letters with their marks apart are 6,000 code points on the wire."""
    note = unicodedata.normalize("NFD", "ế" * LONGEST)
    assert len(note) == 3 * LONGEST

    data = logged(screen(report(notes={"gn_ho_ngheo": note})))

    assert data["notes"] == {"gn_ho_ngheo": "ế" * LONGEST}


@given(st.text(max_size=40))
def test_whatever_a_note_is_it_is_logged_as_people_see_it_or_refused(note: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in note):
        return
    decision = screen(report(notes={"gn_ho_ngheo": note}))

    normal = texts.normal(note)
    if texts.forbidden(normal) is None and not texts.is_blank(normal):
        assert logged(decision)["notes"] == {"gn_ho_ngheo": normal}
    else:
        assert {code for code, _ in faults(decision)} <= {"text.control_character", "report.note_blank"}
        assert faults(decision) != []


@pytest.mark.parametrize("said", [{"notes": {"gn_ho_ngheo": "Chưa rà soát."}}, {"notes": {}, "status": {}}])
def test_a_report_of_notes_alone_is_empty(said: dict[str, Any]) -> None:
    assert faults(screen(report(values={}, **said))) == [("report.empty", "data")]


def test_empty_remarks_say_nothing() -> None:
    event = report(event_id="event-abc")
    with_empty = {**event, "data": {**event["data"], "notes": {}, "status": {}, "reason": None}}

    plain, empty = screen(event), screen(with_empty)

    assert isinstance(plain, Accepted)
    assert isinstance(empty, Accepted)
    assert plain.logged == empty.logged


def test_notes_and_estimates_are_content() -> None:
    event = report(event_id="event-abc")
    said: list[dict[str, Any]] = [{"notes": {"ld_viec_lam_moi": "Nhà máy mới mở."}}, {"status": ESTIMATE}, {"reason": "Sửa số."}, {}]

    hashes = {screen({**event, "data": {**event["data"], **one}}).hash for one in said}  # type: ignore[union-attr]

    assert len(hashes) == len(said)


# Until when estimates are taken


def test_a_regime_that_takes_no_estimates_says_so_once() -> None:
    status = {"gd_ngay_cong": "estimate", "yt_von_xhh": "tạm"}

    decision = screen(submitted(values={"gd_ngay_cong": 1}, status=status))

    assert faults(decision) == [
        ("report.estimates_not_taken", "data.status"),
        ("report.unknown_status", "data.status.yt_von_xhh"),
        ("report.status_without_value", "data.status.yt_von_xhh"),
    ]


def test_a_derived_regime_says_only_that_nobody_reports_for_it() -> None:
    event = submitted(regime="vhtt-van-quan", status={"gd_ngay_cong": "estimate"}, notes={"khong_co": ""})

    assert faults(screen(event)) == [("report.derived_regime", "data.regime")]


@pytest.mark.parametrize(("received", "is_taken"), [(UNTIL - timedelta(milliseconds=1), True), (UNTIL, False), (EXTENDED, False)])
def test_estimates_are_taken_before_the_official_figures_are_due(received: datetime, is_taken: bool) -> None:
    wrong = faults(screen(report(status=ESTIMATE), received=received))

    assert wrong == ([] if is_taken else [("report.estimate_too_late", "data.status")])


@pytest.mark.parametrize(
    ("until", "received", "is_taken"),
    [
        ("2024-12-20", EXTENDED - timedelta(milliseconds=1), True),
        ("2024-12-20", EXTENDED, False),
        ("2024-12-10", UNTIL - timedelta(milliseconds=1), True),  # an extension never makes a deadline earlier
    ],
)
def test_an_extension_of_the_unit_is_one_of_its_official_figures_too(until: str, received: datetime, is_taken: bool) -> None:
    before = known(extended(UNIT, regime=NQ68, sender=remarking.RECIPIENT, until=until))

    wrong = faults(screen(report(status=ESTIMATE), received=received, known=before))

    assert wrong == ([] if is_taken else [("report.estimate_too_late", "data.status")])


def test_the_extension_of_a_neighbour_gives_no_time() -> None:
    before = known(extended(OTHER, regime=NQ68, sender=remarking.RECIPIENT, until="2024-12-20"))

    assert faults(screen(report(status=ESTIMATE), received=UNTIL, known=before)) == [("report.estimate_too_late", "data.status")]


def test_a_neighbour_learns_nothing_of_an_extension() -> None:
    """What a unit that may not send the report hears is the same with and without the extension."""
    event = {**report(status=ESTIMATE), "source": f"/units/{OTHER}"}
    before = known(extended(UNIT, regime=NQ68, sender=remarking.RECIPIENT, until="2024-12-20"))

    heard = [screen(event, received=UNTIL, known=one) for one in (known(), before)]

    assert heard[0] == heard[1]
    assert faults(heard[0]) == [("event.subject_mismatch", "data.unit")]


def test_official_figures_are_taken_after_the_deadline() -> None:
    assert faults(screen(report(notes={"ld_viec_lam_moi": "Nộp muộn vì bão."}), received=EXTENDED)) == []


def test_an_imported_estimate_is_judged_by_when_it_was_received_then() -> None:
    then: dict[str, Any] = {"actor": "operator/lan", "imported": True, "receivedat": DURING.isoformat()}

    assert faults(screen(report(status=ESTIMATE, **then), received=EXTENDED, is_people=True)) == []


def test_both_sentences_of_a_late_estimate_name_the_deadline() -> None:
    [reason] = screen(report(status=ESTIMATE), received=UNTIL).reasons  # type: ignore[union-attr]

    assert reason.message_vi == (
        "Số ước chỉ được nhận trước 00:00:00 ngày 15/12/2024; báo cáo này nhận lúc 00:00:00 ngày 15/12/2024."
        " Gửi số chính thức và bỏ “status”."
    )
    assert "before 2024-12-15T00:00:00+07:00" in reason.message_en


def test_an_event_of_another_type_has_no_remarks() -> None:
    event = extended(COMMUNE, sender=RECIPIENT)

    wrong = faults(screen({**event, "data": {**event["data"], "notes": {}, "status": {}}}))

    assert wrong[:2] == [("event.unknown_field", "data.notes"), ("event.unknown_field", "data.status")]


@pytest.mark.parametrize(("count", "wrong"), [(24, []), (26, [("event.too_large", "")])])
def test_a_report_that_grows_too_large_for_the_log_is_refused(count: int, wrong: list[tuple[str, str]]) -> None:
    """Composed (NFC), this character is three: 12 bytes instead of 4. What the broker does not take would hold up everybody's reports."""
    texts_of = {f"muc_{number}": "\U0001d160" * (events.MAX_NARRATIVE_CHARACTERS // 3) for number in range(count)}
    among = remarking.with_regime(narratives=dict.fromkeys(texts_of, "Mục"))

    assert faults(screen(report(narratives=texts_of), among=among)) == wrong
