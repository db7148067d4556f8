"""Requests (đôn đốc): whoever still owes is asked at once, in the words of the unit that asks."""

from dataclasses import replace
from datetime import date

import pytest

from services.notify.channels import stream
from services.notify.domain import bundles, reminders
from services.notify.domain.alerts import STREAM, Alert
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger, ReportKey
from services.notify.domain.roster import Roster
from services.notify.store import report_states
from services.notify.texts import mailings
from shared.wire import events
from shared.wire.alerts import AlertRaised
from shared.wire.events import Logged
from shared.words.calendar import COMMON
from shared.words.ladder import Rung
from shared.words.lineage import Edge, Lineage
from shared.words.regimes import Regime
from shared.words.units import Registry
from tests.notify.builders import (
    REGIME,
    UNITS,
    asked,
    book,
    confirmed,
    content_of,
    estimated,
    extended,
    reference,
    regime,
    returned,
    submitted,
    undone,
    unit,
    vn,
    with_estimates,
    withdrawn,
)

AT, RECEIVED = "2026-12-16 09:01", "2026-12-16 09:00"
CONFIRMING = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-25"}})
AT_ONCE = Rung("now", vn(RECEIVED))


def told(found: Book, at: str = AT, alerted: frozenset[str] = frozenset(), regimes: tuple[Regime, ...] = ()) -> list[Alert]:
    """The requests that a tick raises."""
    known = reference(*regimes)
    candidates = reminders.reached(found.owed(vn(at)).values(), known, vn(at))
    raised = reminders.decide(candidates, alerted, known, vn(at)).raised
    reminders.close(candidates)
    return [alert for alert in raised if alert.matter.asked_by]


def duties_of(*history: Logged, at: str = AT, regimes: tuple[Regime, ...] = ()) -> list[str]:
    return [alert.matter.duty.removeprefix(f"{REGIME}/2026/") for alert in told(book(*history, regimes=regimes), at, regimes=regimes)]


def test_those_who_owe_are_asked_at_once_and_those_who_do_not_are_not() -> None:
    request = asked("111", "112")
    [alert] = told(book(submitted("112"), request))
    assert (alert.unit_id, alert.rung, alert.matter.cause, alert.matter.task) == ("111", AT_ONCE, f"asked-{request.event_id}", "report")
    assert alert.id(STREAM) == f"{REGIME}/2026/111/asked-{request.event_id}/11/now/stream"


def test_each_duty_that_a_unit_owes_is_asked_for() -> None:
    both = regime(
        reporters={"huyen": {"label": "huyện", "level": "district"}},
        obligation={"deadlines": {"huyen": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-25"}},
    )
    assert duties_of(asked("11"), regimes=(both,)) == ["11", "11/confirm"]
    assert duties_of(submitted("11"), asked("11"), regimes=(both,)) == ["11/confirm"]
    assert duties_of(submitted("11"), confirmed(), asked("11"), regimes=(both,)) == []


def test_official_figures_are_asked_for() -> None:
    assert duties_of(estimated("111"), asked("111"), regimes=(with_estimates(),)) == ["111/official"]


def test_a_recipient_is_asked_for_the_view_of_the_unit_for_which_it_confirms() -> None:
    of_recipient = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"recipient": True, "before": "12-25"}})
    [alert] = told(book(asked("11", by="1"), regimes=(of_recipient,)), regimes=(of_recipient,))
    assert (alert.matter.duty, alert.matter.view and alert.matter.view.id) == (f"{REGIME}/2026/11/confirm", "1")


@pytest.mark.parametrize(
    ("later", "left"),
    [
        (submitted(received="2026-12-16 09:00:30"), []),
        (extended("2026-12-30", received="2026-12-16 09:00:30"), ["111"]),
        (submitted("112", received="2026-12-16 09:00:30"), ["111"]),
    ],
    ids=["report", "extension", "another report"],
)
def test_only_what_is_owed_when_it_goes_out_is_asked_for(later: Logged, left: list[str]) -> None:
    request = asked("111")
    assert duties_of(request, later) == left
    [alert] = told(book(request))
    sent = reminders.sort_out([alert], book(request, later).owed(vn(AT)), COMMON, vn(AT))
    assert bool(sent.send) == bool(left) != bool(sent.drop)


@pytest.mark.parametrize(
    "history",
    [
        (submitted(), withdrawn(received="2026-12-18 09:00")),
        (submitted(), returned(received="2026-12-18 09:00")),
        (submitted(), estimated(revision=2, received="2026-12-18 09:00")),
    ],
    ids=["withdrawal", "return", "estimates"],
)
def test_what_came_to_be_owed_since_is_not_asked_for(history: tuple[Logged, ...]) -> None:
    assert duties_of(asked("111"), *history, at="2026-12-18 10:00", regimes=(with_estimates(),)) == []


def test_a_confirmation_that_was_undone_since_is_not_asked_for() -> None:
    first = confirmed()
    assert (
        duties_of(first, asked("11", by="1"), undone(first, received="2026-12-18 09:00"), at="2026-12-18 10:00", regimes=(CONFIRMING,))
        == []
    )


def test_it_says_the_deadline_of_the_moment_when_it_is_sent() -> None:
    request, longer = asked("111"), extended("2026-12-30", received="2026-12-16 09:00:30")
    [alert] = told(book(request))
    [present] = reminders.present([alert], book(request, longer).owed(vn(AT)))
    assert (present.matter.deadline, present.id(STREAM)) == (vn("2026-12-31"), alert.id(STREAM))
    assert told(book(request, longer), alerted=frozenset({alert.id(STREAM)})) == []


def test_in_the_evening_it_waits_for_the_morning() -> None:
    late = asked("111", received="2026-12-16 19:00")
    assert told(book(late), "2026-12-16 19:01") == []
    assert [alert.rung.at for alert in told(book(late), "2026-12-17 08:00")] == [vn("2026-12-17 08:00")]


def test_it_is_asked_once_whatever_is_repeated_or_rebuilt() -> None:
    request = asked("111")
    found = book(request)
    [alert] = told(found)
    assert told(found) == []  # claimed, as this notifier knows
    found.fold(request)
    assert told(found, alerted=frozenset({alert.id(STREAM)})) == []
    assert told(book(request), alerted=frozenset({alert.id(STREAM)})) == []


def test_two_units_that_ask_are_two_requests_even_under_one_event_id() -> None:
    one = asked("111")
    two = one._replace(id=f"1/{one.event_id}")
    assert len({alert.id(STREAM) for alert in told(book(one, two))}) == 2


def test_an_imported_request_asks_nobody_and_an_import_silences_none() -> None:
    assert duties_of(asked("111")._replace(imported=True)) == []
    found = book(asked("111"))
    found.fold(submitted("112")._replace(imported=True), events.to_ms(vn("2026-12-16 09:00:30")))
    assert [alert.unit_id for alert in told(found)] == ["111"]


def test_a_request_that_names_nobody_who_is_asked_changes_nothing() -> None:
    assert duties_of(asked("1", "999", units=["1", "999", 5]), asked("111", units="111")) == []


def test_what_is_stored_neither_forgets_nor_repeats_it() -> None:
    request, pair = asked("111", text="Gửi gấp"), (REGIME, "2026")
    found = book(request)
    state = found.ledger.of(ReportKey(*pair, "111"))
    assert report_states.report(report_states.document(state)) == state
    ledger = Ledger()
    ledger.absent.add(pair)
    ledger.recall(pair, {"111": report_states.report(report_states.document(state))})
    [alert] = told(Book(Roster(reference()), ledger, [pair]))
    assert (alert.matter.text, alert.id(STREAM)) == ("Gửi gấp", told(found)[0].id(STREAM))
    assert found.ledger.acted_ms == {pair: events.to_ms(vn(RECEIVED))}


def test_the_heir_of_a_unit_that_has_ended_is_asked() -> None:
    new, ends = replace(unit("211", parent="11", mail="211@xa.example"), valid_from=date(2026, 12, 15)), date(2026, 12, 15)
    rows = [replace(one, valid_to=ends) if one.id == "111" else one for one in UNITS]
    registry = Registry([*rows, new], lineage=Lineage([Edge("111", "211", ends, "whole", is_heir=True)]))
    known = reference(registry=registry)
    found = Book(Roster(known), Ledger())
    found.fold(asked("111"))
    raised = reminders.decide(reminders.reached(found.owed(vn(AT)).values(), known, vn(AT)), frozenset(), known, vn(AT)).raised
    [alert] = [alert for alert in raised if alert.matter.asked_by]
    assert (alert.unit_id, alert.matter.unit_id) == ("211", "111")
    content = content_of(alert, asked("111"), at=vn(AT), registry=registry)
    [mailing] = mailings.of([content], "", {})
    assert "- Đơn vị phải báo cáo: xã 111 cũ, nay thuộc xã 211" in mailing.mail.body


def test_the_alert_and_the_mail_say_who_asks_in_which_words_for_what() -> None:
    history = submitted("111"), returned("111", fix_by="2026-12-18"), asked("111", text="Gửi gấp\nđể họp")
    [alert] = told(book(*history))
    content = content_of(alert, *history, at=vn(AT))
    data = AlertRaised.model_validate_json(stream.event(content)).data
    assert data.asked_by is not None
    assert (data.cause, data.asked_by.id, data.text) == (alert.matter.cause, "11", "Gửi gấp\nđể họp")
    [mailing] = mailings.of([content], "https://bao-cao.example", {})
    assert mailing.mail.subject == "[Đôn đốc] Đề nghị gửi lại báo cáo bị trả lại năm 2026 trước ngày 19/12/2026 – Xã 111"
    assert mailing.mail.body.split("\n\n")[:4] == [
        "Kính gửi: UBND xã 111,",
        "UBND xã 11 đôn đốc đơn vị thực hiện nghĩa vụ báo cáo sau đây, đến nay chưa hoàn thành.\nNội dung đôn đốc: “Gửi gấp để họp”",
        "- Việc phải làm: gửi lại báo cáo đã bị trả lại\n- Chế độ báo cáo: Báo cáo hằng năm về văn hóa\n"
        "- Kỳ báo cáo: năm 2026\n- Thời hạn: trước ngày 19/12/2026 (còn 2 ngày)\n- Lý do trả lại: Thiếu số liệu mục 3\n"
        "- Tình trạng báo cáo của đơn vị: https://bao-cao.example/bao-cao/bao-cao-nam/2026/111\n"
        "- Biểu nhập báo cáo: https://bao-cao.example/bieu-mau/bao-cao-nam/2026/111",
        "Đề nghị đơn vị chỉnh sửa số liệu và gửi lại báo cáo đúng thời hạn, trên trang báo cáo hoặc bằng phần mềm báo cáo của đơn vị.",
    ]
    assert "xin liên hệ cơ quan đôn đốc: UBND xã 11 (thư 11@huyen.example)." in mailing.mail.body


def test_all_that_a_request_asks_of_a_unit_is_one_mail_and_nothing_else_is_in_it() -> None:
    both = regime(
        reporters={"huyen": {"label": "huyện", "level": "district"}},
        obligation={"deadlines": {"huyen": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-25"}},
    )
    history = asked("11", by="1"), asked("11", by="1", text="Lần nữa", received="2026-12-16 09:00:10")
    alerts = told(book(*history, regimes=(both,)), regimes=(both,))
    found = bundles.of(alerts)
    assert [len(bundle) for bundle in found] == [2, 2]
    contents = [content_of(alert, *history, at=vn(AT), regimes=(both,)) for alert in found[0]]
    [mailing] = mailings.of(contents, "", {})
    assert mailing.mail.subject == ("[Đôn đốc] Đề nghị hoàn thành 2 nghĩa vụ báo cáo (thời hạn sớm nhất: trước ngày 20/12/2026) – Xã 11")
    assert "UBND xã 1 đôn đốc đơn vị thực hiện 2 nghĩa vụ báo cáo sau đây" in mailing.mail.body
    assert "\n\n1. Gửi báo cáo\n   - Chế độ" in mailing.mail.body
    assert "\n\n2. Duyệt và chốt bảng tổng hợp\n   - Chế độ" in mailing.mail.body
