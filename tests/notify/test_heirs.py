"""Duties and alerts over a reform: 111 and 112 become 111-2026 on 15/12/2026, 113 is split without a declared heir, district 11 ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import orjson

from services.notify.channels import stream
from services.notify.domain import addressing, bundles, digest, reminders
from services.notify.domain.alerts import STREAM, Alert
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger
from services.notify.domain.reminders import DueAlerts
from services.notify.domain.roster import Roster
from services.notify.texts import digest as digest_text
from services.notify.texts import mailings
from services.notify.texts.content import Content
from shared.wire import events
from shared.wire.events import Logged
from shared.words import periods
from shared.words.calendar import COMMON
from shared.words.lineage import Edge, Lineage
from shared.words.reference import Pins, Reference
from shared.words.regimes import Regime
from shared.words.units import Contact, Registry, Unit
from tests.notify import builders
from tests.notify.builders import LOADED, REGIME, UNITS, confirmed, content_of, extended, regime, returned, submitted, vn

DAY = date(2026, 12, 15)  # the reform's first day; the period 2026 ends on 14/12/2026, its reports are due before 20/12
EVE, MORNING = "2026-12-14 09:00", "2026-12-16 08:00"  # the rungs after the first day: 16/12 (before-3), 18/12 (before-1, last day)
BASE = UNITS[0].valid_from


def _new(unit_id: str, name: str, level: str = "commune", kind: str = "peoples_committee") -> Unit:
    mail = (Contact("", "", f"{unit_id}@moi.example"),)
    return Unit(unit_id, unit_id.removesuffix("-2026"), name, level, kind, "1", DAY, contacts=mail)


def _ended(unit: Unit) -> Unit:
    return unit if unit.id == "1" else replace(unit, valid_to=DAY)


MERGED, PART_A, PART_B, OFFICE = (
    _new("111-2026", "Xã Điềm He"),
    _new("113-2026", "Xã Đình Lập"),
    _new("114-2026", "Xã Kiên Mộc"),
    _new("1-SNV", "Sở Nội vụ", "province", "office"),
)
EDGES = [
    Edge("111", "111-2026", DAY, "whole", is_heir=True),
    Edge("112", "111-2026", DAY, "whole", is_heir=True),
    Edge("113", "113-2026", DAY, "part", 1, "assumed"),
    Edge("113", "114-2026", DAY, "part", 1, "assumed"),
    Edge("11", "1-SNV", DAY, "none", is_heir=True),
]
DECLARED = [replace(edge, is_heir=edge.new == "114-2026") if edge.old == "113" else edge for edge in EDGES]


def _registry(edges: Sequence[Edge] = EDGES) -> Registry:
    return Registry([*map(_ended, UNITS), MERGED, PART_A, PART_B, OFFICE], lineage=Lineage(edges))


def _reference(*regimes: Regime, edges: Sequence[Edge] = EDGES, pins: Pins | None = None) -> Reference:
    known = regimes or (regime(),)
    loaded = dict.fromkeys((one.id for one in known), LOADED)
    return Reference(1, _registry(edges), {one.id: one for one in known}, loaded, pins=pins or {}, reform_days=(DAY,))


def _book(reference: Reference, *history: Logged) -> Book:
    found = Book(Roster(reference), Ledger())
    for event in history:
        found.fold(event)
    return found


def _decide(*history: Logged, at: str, reference: Reference | None = None, seen: Sequence[Alert] = ()) -> DueAlerts:
    known = reference or _reference()
    owed = _book(known, *history).owed(vn(at)).values()
    candidates = reminders.reached(owed, known, vn(at)) + digest.reached(owed, known, vn(at))
    return reminders.decide(candidates, {alert.id(STREAM) for alert in seen}, known, vn(at))


def _to(decision: DueAlerts) -> list[tuple[str, str, str]]:
    """Of each reminder: the unit that owes, the unit that gets it, and the rung."""
    return sorted((alert.matter.unit_id, alert.unit_id, alert.rung.name) for alert in decision.raised if not alert.matter.is_digest)


def _contents(alerts: Sequence[Alert], *history: Logged, at: str, reference: Reference) -> list[Content]:
    found = addressing.addressed(alerts, reference.registry, vn(at)).to_units
    regimes = tuple(reference.regimes.values())
    return [content_of(alert, *history, at=vn(at), regimes=regimes, registry=reference.registry) for alert in found]


def _mail(contents: Sequence[Content]) -> str:
    [mailing] = mailings.of(contents, "", {})
    return f"{mailing.mail.to}\n{mailing.mail.subject}\n{mailing.mail.body}"


def test_duties_of_ended_units_remain_theirs_and_their_heirs_are_reminded() -> None:
    known = _reference()
    assert {duty.unit.id for duty in _book(known).duties(vn(MORNING), period="2026")} == {"111", "112", "113"}
    assert _to(_decide(at=EVE)) == [(unit, unit, "before-7") for unit in ("111", "112", "113")]
    assert _to(_decide(at=MORNING)) == [("111", "111-2026", "before-3"), ("112", "111-2026", "before-3")]


def test_an_alert_to_an_heir_keeps_its_id_and_says_whose_duty_it_is() -> None:
    [first, _] = [alert for alert in _decide(at=MORNING).raised if not alert.matter.is_digest]
    assert first.id(STREAM) == f"{REGIME}/2026/111/report/2026-12-19T17:00:00.000Z/before-3/stream"
    [content] = _contents([first], at=MORNING, reference=_reference())
    data = orjson.loads(stream.event(content))["data"]
    assert (data["unit"], data["of"]) == ("111-2026", {"id": "111", "code": "111", "name": "Xã 111"})


def test_the_mail_to_an_heir_names_both_units_and_lists_its_own_and_its_predecessors_duties_together() -> None:
    alerts = [alert for alert in _decide(at=MORNING).raised if not alert.matter.is_digest]
    contents = _contents(alerts, at=MORNING, reference=_reference())
    [bundle] = bundles.group(contents, lambda content: content.alert)
    body = _mail(bundle)
    assert body.startswith("111-2026@moi.example\n")
    assert "Kính gửi: UBND xã Điềm He," in body
    assert "xã 111 cũ, nay thuộc xã Điềm He" in body
    assert "xã 112 cũ, nay thuộc xã Điềm He" in body
    alone = _mail(contents[:1])
    assert "với tư cách đơn vị kế thừa" in alone
    assert "của đơn vị cũ" in alone
    assert "– xã 111 cũ, nay thuộc xã Điềm He" in alone.splitlines()[1]


def test_a_unit_that_was_renamed_is_addressed_by_its_name_of_today() -> None:
    rows = [replace(UNITS[2], valid_to=DAY), replace(UNITS[2], name="Phường Mới", valid_from=DAY)]
    renamed = replace(_reference(), registry=Registry([*UNITS[:2], *rows, *UNITS[3:]]))
    [alert] = [alert for alert in _decide(at=MORNING, reference=renamed).raised if alert.matter.unit_id == "111"]
    body = _mail(_contents([alert], at=MORNING, reference=renamed))
    assert "Kính gửi: UBND phường Mới," in body
    assert " cũ" not in body


def test_21_a_digest_lists_heirs_without_contact_and_units_without_heir_with_the_reason() -> None:
    known = _reference()
    group = _book(known).of_group(REGIME, "2026", vn("2026-12-20"))
    silent = Registry([replace(unit, contacts=()) for unit in known.registry.units], lineage=known.registry.lineage)
    tally = digest.tally(*group, silent, vn(MORNING))
    assert tally.without_contact == ["111", "112"]
    assert [duty.unit.id for duty in tally.without_heir] == ["113"]
    assert "Chưa xác định đơn vị kế thừa nên không nhắc được (1)" in digest_text.without_heir([tally])
    assert "xã 113 cũ" in digest_text.without_heir([tally])
    assert "1. 111 Xã 111 (cũ, nay thuộc xã Điềm He) – chưa có đầu mối liên hệ" in digest_text.lists(tally)[0]
    before = digest.tally(*group, silent, vn(EVE))
    assert (before.without_contact, before.without_heir) == (["111", "112", "113"], [])


def test_digests_go_to_whoever_acts_for_the_recipient_on_the_day() -> None:
    for at, to in ((EVE, "11"), (MORNING, "1-SNV")):
        [raised] = [alert for alert in _decide(at=at).raised if alert.matter.is_digest]
        assert (raised.matter.unit_id, raised.unit_id) == ("11", to)
        assert raised.id(STREAM).endswith("/11/stream")


def test_one_unit_that_acts_for_the_recipient_and_for_the_level_above_gets_one_digest() -> None:
    both = [replace(edge, new="1") if edge.old == "11" else edge for edge in EDGES]
    overdue = "2026-12-28 08:00"  # after-7: the level above is informed too
    assert [alert.unit_id for alert in _decide(at=overdue).raised if alert.matter.is_digest] == ["1-SNV", "1"]
    assert [alert.unit_id for alert in _decide(at=overdue, reference=_reference(edges=both)).raised if alert.matter.is_digest] == ["1"]


def test_an_alert_raised_before_the_reform_and_not_sent_goes_to_the_heir() -> None:
    raised = [alert for alert in _decide(at=EVE).raised if not alert.matter.is_digest]
    assert [alert.unit_id for alert in raised] == ["111", "112", "113"]
    late = addressing.addressed(raised, _registry(), vn("2026-12-15 08:00"))
    assert [alert.unit_id for alert in late.to_units] == ["111-2026", "111-2026"]
    assert [alert.id(STREAM) for alert in late.to_units] == [alert.id(STREAM) for alert in raised[:2]]


def test_an_alert_for_which_nobody_acts_waits_for_an_heir_and_is_dropped_when_it_is_too_old() -> None:
    raised = [alert for alert in _decide(at=EVE).raised if alert.matter.unit_id == "113"]
    assert addressing.addressed(raised, _registry(), vn(MORNING)).to_nobody == raised
    [now] = addressing.addressed(raised, _registry(DECLARED), vn(MORNING)).to_units
    assert now.unit_id == "114-2026"
    owed = _book(_reference()).owed(vn(MORNING))
    assert reminders.sort_out(raised, owed, COMMON, vn("2026-12-28 09:00")).drop == tuple(raised)


def test_19_a_rung_that_went_to_nobody_goes_to_the_heir_that_is_declared_later() -> None:
    seen = _decide(at=MORNING).raised
    mended = _decide(at="2026-12-17 08:00", reference=_reference(edges=DECLARED), seen=seen)
    assert _to(mended) == [("113", "114-2026", "before-3")]


def test_10_no_rung_from_before_a_units_first_day_goes_to_it() -> None:
    assert _to(_decide(at="2026-12-15 08:00")) == []  # the rungs of 13/12 were not raised: 15/12 has none of its own
    passed = [alert for alert in _decide(at=MORNING).passed if not alert.matter.is_digest]
    assert passed == []  # nor are older ones marked


def test_a_unit_that_has_not_begun_gets_nothing() -> None:
    new_tree = regime(calendar="year")  # reference day 31/12/2026: the new units owe the whole period
    known = _reference(new_tree)
    assert {duty.unit.id for duty in _book(known).duties(vn(EVE))} == {"111-2026", "113-2026", "114-2026"}
    assert _to(_decide(at="2026-12-13 08:00", reference=known)) == []
    assert {to for _, to, _ in _to(_decide(at=MORNING, reference=known))} == {"111-2026", "113-2026", "114-2026"}


def test_3_a_returned_report_of_an_ended_unit_is_mended_by_its_heir() -> None:
    history = submitted("111", received="2026-12-10 09:00"), returned("111", fix_by="2026-12-28", received="2026-12-17 09:00")
    decision = _decide(*history, at="2026-12-17 09:01")
    assert [(alert.unit_id, alert.rung.name) for alert in decision.raised if alert.matter.unit_id == "111"] == [("111-2026", "now")]
    later = _decide(*history, at="2026-12-25 08:00", seen=decision.raised)
    assert [(alert.unit_id, alert.matter.cause) for alert in later.raised if alert.matter.unit_id == "111"] == [("111-2026", "return-1")]
    body = _mail(_contents([decision.raised[0]], *history, at="2026-12-17 09:01", reference=_reference()))
    assert "Báo cáo (lần nộp 1) của đơn vị cũ đã được trả lại" in body


CONFIRMING = regime(
    obligation={
        "deadlines": {"xa": {"before": "12-20"}},
        "confirm": [{"level": "district", "before": "12-22"}, {"recipient": True, "before": "12-25"}],
    },
    recipient="1-STC",
    on_behalf_of="1",
)
OFFICE_BEFORE = Unit("1-STC", "1-STC", "Sở Tài chính", "province", "office", "1", BASE, contacts=(Contact("", "", "stc@tinh.example"),))


def _confirming() -> Reference:
    known = _reference(CONFIRMING)
    return replace(known, registry=Registry([*known.registry.units, OFFICE_BEFORE], lineage=known.registry.lineage))


def test_4_the_confirmation_of_a_district_that_has_ended_is_asked_of_its_heir() -> None:
    known = _confirming()
    sent = [submitted(code) for code in ("111", "112", "113")]
    decision = _decide(*sent, at="2026-12-21 08:00", reference=known)
    assert _to(decision) == [("1-STC", "1-STC", "before-3"), ("11", "1-SNV", "last-day-0800")]
    assert _to(_decide(*sent, confirmed("11"), at="2026-12-21 08:00", reference=known)) == [("1-STC", "1-STC", "before-3")]


def test_a_recipient_that_confirms_is_asked_for_the_view_of_the_unit_for_which_it_acts() -> None:
    known = _confirming()
    sent = [submitted(code) for code in ("111", "112", "113")]
    decided = _decide(*sent, at="2026-12-21 08:00", reference=known).raised
    [raised] = [alert for alert in decided if alert.unit_id == "1-STC" and not alert.matter.is_digest]
    [content] = _contents([raised], *sent, at="2026-12-21 08:00", reference=known)
    [mailing] = mailings.of([content], "https://cong.example", {})
    assert "Đề nghị chốt bảng tổng hợp của xã 1" in mailing.mail.subject  # the name of the province in these tests
    assert f"https://cong.example/bang/{REGIME}/2026/1" in mailing.mail.body
    assert _to(_decide(*sent, confirmed("1"), at="2026-12-21 08:00", reference=known)) == [("11", "1-SNV", "last-day-0800")]


def test_9_a_unit_that_ends_before_the_reference_day_has_no_duty_in_a_spanning_period() -> None:
    known = _reference(regime(calendar="year"))
    book = _book(known, submitted("111", received="2026-06-01 09:00"))
    assert "111" not in {duty.unit.id for duty in book.duties(vn(MORNING))}
    assert all(not duty.is_done for duty in book.duties(vn(MORNING)))  # the early report is not the new unit's


def test_13_a_report_under_an_old_id_received_after_the_reform_is_the_new_bearers() -> None:
    known = _reference(regime(calendar="year"))
    for received, done in (("2026-12-14 09:00", []), ("2026-12-15 09:00", ["111-2026"])):
        book = _book(known, submitted("111", received=received))
        assert [duty.unit.id for duty in book.duties(vn(MORNING)) if duty.is_done] == done
    longer = _book(known, extended("2027-01-20", "111", received="2026-12-15 09:00"))
    assert [duty.unit.id for duty in longer.duties(vn(MORNING)) if duty.extension is not None] == ["111-2026"]


def test_12_a_pinned_period_keeps_its_duties_and_reminds_the_heirs() -> None:
    spanning = regime(calendar="year")
    eve = DAY - periods.ONE_DAY
    known = _reference(spanning, pins={(REGIME, "2026"): eve})
    assert {duty.unit.id for duty in _book(known).duties(vn(MORNING))} == {"111", "112", "113"}
    assert _to(_decide(at=MORNING, reference=known)) == [("111", "111-2026", "before-3"), ("112", "111-2026", "before-3")]


def test_imported_reports_fulfil_duties_with_their_received_time() -> None:
    book = _book(_reference(), submitted("111", received="2026-12-20 09:00")._replace(imported=True))
    [duty] = [duty for duty in book.duties(vn("2026-12-30")) if duty.unit.id == "111"]
    assert duty.is_done
    assert duty.is_late


def _raised_at(history: Sequence[Logged], at: str) -> dict[str, str]:
    """The rung that each unit is alerted at, after the history was logged on 16/12/2026 at 07:00."""
    known = builders.reference()
    book = Book(Roster(known), Ledger())
    for event in history:
        book.fold(event, events.to_ms(vn("2026-12-16 07:00")))
    found = reminders.reached(book.owed(vn(at)).values(), known, vn(at))
    return {alert.matter.unit: alert.rung.name for alert in reminders.decide(found, set(), known, vn(at)).raised}


def test_imported_acts_cause_no_notice_and_no_rung_from_before_the_import_is_raised() -> None:
    history = [submitted("111"), returned("111", received="2026-12-15 20:00"), extended("2026-12-26", "112", received="2026-12-15 20:00")]
    imported = [event._replace(imported=True) for event in history]
    assert _raised_at(history, at="2026-12-15 09:00")["113"] == "before-7"
    assert _raised_at(imported, at="2026-12-15 09:00") == {}
    assert _raised_at(history, at=MORNING) == {"111": "now", "112": "now", "113": "before-3"}
    assert _raised_at(imported, at=MORNING) == {"113": "before-3"}
