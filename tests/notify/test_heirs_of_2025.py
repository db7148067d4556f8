"""Who gets which alert on the days around the reforms of 1/3 and 1/7/2025: the real units and regimes, expectations made by hand.

Returned reports have fix-by dates whose ladders cross these days: a rung `before-7` comes seven days before the fix-by date. 28/2/2025 is a
Friday, 1/3 a Saturday, 3/3 and 30/6 are Mondays, 1/7 is a Tuesday.
"""

from collections.abc import Sequence
from typing import Any

from services.notify.domain import addressing, digest, reminders
from services.notify.domain.alerts import Alert, Lease
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger
from services.notify.domain.roster import Roster
from services.notify.texts import content, reminder
from shared.wire.events import Logged
from shared.words import periods
from shared.words.reference import Reference
from tests.notify.builders import extended, returned, submitted, vn

CT27, NQ68 = "ct27-van-quan", "nq68-quang-binh"
TRAN_NINH, PHONG_GD, SO_TTTT, DONG_HOI = (CT27, "06256"), (CT27, "184-GDDT"), (NQ68, "44-STTTT"), (NQ68, "450")


def _returned(whose: tuple[str, str], fix_by: str) -> list[Logged]:
    """A report of 2024 that was sent in time, and returned two weeks before its fix-by date or earlier."""
    regime, unit = whose
    came, back = "2024-11-25 09:00", f"{fix_by[:5]}{'02-20' if fix_by < '2025-06' else '06-10'} 09:00"
    about: dict[str, Any] = {"regime": regime, "period": "2024"}
    return [submitted(unit, received=came, **about), returned(unit, fix_by=fix_by, received=back, **about)]


def _book(reference: Reference, history: Sequence[Logged]) -> Book:
    book = Book(Roster(reference), Ledger())
    for event in history:
        book.fold(event)
    return book


def _raised(reference: Reference, history: Sequence[Logged], at: str) -> list[Alert]:
    """The alerts of rungs that come on the day, of the units that the history is about."""
    about, now = {event.unit_id for event in history}, vn(at)
    owed = _book(reference, history).owed(now).values()
    found = reminders.decide(reminders.reached(owed, reference, now), set(), reference, now).raised
    return [one for one in found if one.matter.unit_id in about and periods.local_day(one.rung.at) == now.date()]


def _to(reference: Reference, history: Sequence[Logged], at: str) -> dict[str, str]:
    """Who gets an alert, by the unit that owes."""
    found = _raised(reference, history, at)
    assert all(alert.rung.name == "before-7" for alert in found)
    return {alert.matter.unit_id: alert.unit_id for alert in found}


def test_28_2_2025_everybody_is_reminded_himself(reformed: Reference) -> None:
    history = [*_returned(TRAN_NINH, "2025-03-07"), *_returned(PHONG_GD, "2025-03-07"), *_returned(SO_TTTT, "2025-03-07")]
    assert _to(reformed, history, "2025-02-28 08:00") == {"06256": "06256", "184-GDDT": "184-GDDT", "44-STTTT": "44-STTTT"}


def test_1_3_2025_is_a_saturday_and_on_monday_the_merged_office_is_reminded(reformed: Reference) -> None:
    saturday = [*_returned(TRAN_NINH, "2025-03-08"), *_returned(SO_TTTT, "2025-03-08")]
    assert _to(reformed, saturday, "2025-03-01 08:00") == {}
    monday = [*_returned(TRAN_NINH, "2025-03-10"), *_returned(PHONG_GD, "2025-03-10"), *_returned(SO_TTTT, "2025-03-10")]
    assert _to(reformed, monday, "2025-03-03 08:00") == {"06256": "06256", "184-GDDT": "184-GDDT", "44-STTTT": "44-SKHCN"}


def test_30_6_2025_the_communes_and_the_districts_are_reminded_themselves(reformed: Reference) -> None:
    history = [*_returned(TRAN_NINH, "2025-07-07"), *_returned(PHONG_GD, "2025-07-07"), *_returned(SO_TTTT, "2025-07-07")]
    history.append(extended("2025-07-07", "450", received="2025-06-10 09:00", regime=NQ68, period="2024"))
    expected = {"06256": "06256", "184-GDDT": "184-GDDT", "44-STTTT": "44-SKHCN", "450": "450"}
    assert _to(reformed, history, "2025-06-30 08:00") == expected


def test_1_7_2025_heirs_are_reminded_and_offices_that_were_merged_twice_through_both(reformed: Reference) -> None:
    history = [*_returned(TRAN_NINH, "2025-07-08"), *_returned(PHONG_GD, "2025-07-08"), *_returned(SO_TTTT, "2025-07-08")]
    history.append(extended("2025-07-08", "450", received="2025-06-10 09:00", regime=NQ68, period="2024"))
    expected = {"06256": "06280-2025", "184-GDDT": "20-SGDDT", "44-STTTT": "44-SKHCN-2025", "450": "44-2025"}
    assert _to(reformed, history, "2025-07-01 08:00") == expected


def test_what_was_raised_on_30_6_and_not_sent_goes_to_the_heirs_on_1_7(reformed: Reference) -> None:
    raised = _raised(reformed, [*_returned(TRAN_NINH, "2025-07-07"), *_returned(SO_TTTT, "2025-07-07")], "2025-06-30 08:00")
    found = addressing.addressed(raised, reformed.registry, vn("2025-07-01 08:00"))
    assert {alert.matter.unit_id: alert.unit_id for alert in found.to_units} == {"06256": "06280-2025", "44-STTTT": "44-SKHCN-2025"}


def test_3_the_heirs_mail_names_both_communes_and_the_office_to_ask_today(reformed: Reference) -> None:
    history = _returned(TRAN_NINH, "2025-07-08")
    now = vn("2025-07-01 08:00")
    [alert] = _raised(reformed, history, "2025-07-01 08:00")
    [made] = content.of([Lease(alert)], reformed, _book(reformed, history), now)
    body = "\n".join(reminder.compose(made, "", 1).paragraphs)
    assert "Kính gửi: UBND xã Điềm He," in body
    assert "- Đơn vị phải báo cáo: xã Trấn Ninh cũ, nay thuộc xã Điềm He" in body
    assert "xin liên hệ cơ quan nhận báo cáo: Sở Tài chính tỉnh Lạng Sơn" in body


def test_4_the_mail_about_a_districts_confirmation_names_the_province_that_took_over(reformed: Reference) -> None:
    history = [extended("2025-07-08", "450", received="2025-06-10 09:00", regime=NQ68, period="2024")]
    [alert] = _raised(reformed, history, "2025-07-01 08:00")
    [made] = content.of([Lease(alert)], reformed, _book(reformed, history), vn("2025-07-01 08:00"))
    body = "\n".join(reminder.compose(made, "", 1).paragraphs)
    assert "- Đơn vị phải chốt bảng tổng hợp: thành phố Đồng Hới cũ, nay do UBND tỉnh Quảng Trị kế thừa" in body


def test_digests_of_2024_go_to_whoever_acts_for_their_recipient(reformed: Reference) -> None:
    days = ["2025-02-28", "2025-03-03", "2025-06-30", "2025-07-01"]
    expected = {CT27: ["184-TCKH", "184-TCKH", "184-TCKH", "20-STC"], NQ68: ["44-SLDTBXH", "44-SNV", "44-SNV", "44-SNV-2025"]}
    for regime, offices in expected.items():
        recipient, _ = digest.recipients(reformed, regime, "2024")
        assert recipient is not None
        acting = [reformed.registry.acting(recipient.id, vn(day).date()) for day in days]
        assert [unit.id for unit in acting if unit is not None] == offices


def test_no_duty_of_2024_in_these_regimes_is_without_an_heir(reformed: Reference) -> None:
    book = _book(reformed, [])
    owing = [duty for regime in (CT27, NQ68) for duty in book.duties(vn("2025-07-01 08:00"), regime, "2024")]
    assert len(owing) > 170
    assert all(reformed.registry.acting(duty.unit.id, vn("2025-07-01").date()) is not None for duty in owing)


def _news(reference: Reference, at: str, *tasks: str) -> dict[tuple[str, str, str], list[str]]:
    """Who gets which rung when nobody has done anything, of the two regimes: by regime, task and rung."""
    now = vn(at)
    owed = _book(reference, []).owed(now).values()
    candidates = reminders.reached(owed, reference, now) + digest.reached(owed, reference, now)
    found: dict[tuple[str, str, str], list[str]] = {}
    for alert in reminders.decide(candidates, set(), reference, now).raised:
        if alert.matter.regime in (CT27, NQ68) and alert.matter.task in tasks and periods.local_day(alert.rung.at) == now.date():
            found.setdefault((alert.matter.regime, alert.matter.task, alert.rung.name), []).append(alert.unit_id)
    return {key: sorted(units) for key, units in found.items()}


VAN_QUAN = ["06253-2025", "06280-2025", "06286-2025", "06298-2025", "06313-2025", "06316-2025", "20-STP", "20-SYT"]
OFFICES = [f"44-{name}-2025" for name in ("BHXH", "SGDDT", "SKHCN", "SNNMT")] + ["44-SVHTTDL", "44-SXD-2025", "44-SYT-2025"]


def test_no_unit_of_2025_is_reminded_before_it_begins(reformed: Reference) -> None:
    for at in ("2025-02-28 08:00", "2025-03-03 08:00", "2025-06-30 08:00", "2025-07-01 08:00"):
        assert _news(reformed, at, "report", "confirm", "digest") == {}


def test_10_2025_and_2026_are_asked_of_the_new_units_alone(reformed: Reference) -> None:
    for year in (2025, 2026):
        forty_eight = _news(reformed, f"{year}-11-04 08:00", "report")[NQ68, "report", "before-30"]
        assert len(forty_eight) == 48
        assert [unit for unit in forty_eight if unit[:2] not in ("18", "19")] == OFFICES
    assert _news(reformed, "2025-12-05 08:00", "report")[CT27, "report", "before-14"] == VAN_QUAN
    assert _news(reformed, "2026-12-16 08:00", "report")[CT27, "report", "before-3"] == VAN_QUAN


def test_from_2025_on_the_recipients_confirm_and_get_the_digests(reformed: Reference) -> None:
    for at in ("2025-12-05 08:00", "2026-12-07 08:00"):
        found = _news(reformed, at, "confirm", "digest")
        assert found[NQ68, "confirm", "before-7"] == ["44-SNV-2025"]
        assert found[NQ68, "digest", "before-7"] == ["44-SNV-2025"]
    december = _news(reformed, "2025-12-24 08:00", "confirm", "digest")
    assert december == {(CT27, "confirm", "last-day-0800"): ["20-STC"], (CT27, "digest", "last-day-0800"): ["20-STC"]}


def test_4_in_2024_the_districts_and_the_recipient_confirm(reformed: Reference) -> None:
    districts = ["450", "452", "453", "454", "455", "456", "457", "458"]
    assert _news(reformed, "2024-12-04 08:00", "confirm")[NQ68, "confirm", "last-day-0800"] == districts
    assert _news(reformed, "2024-12-11 08:00", "confirm")[NQ68, "confirm", "before-3"] == ["44-SLDTBXH"]
