"""The mails about several alerts to one unit: a list of reminders, a list of digests."""

import email
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from email import policy
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels import letter
from services.notify.channels.email import Answer, outcome
from services.notify.domain import bundles, digest, reminders
from services.notify.domain.alerts import EMAIL, Alert, Handed, Lease
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger
from services.notify.domain.roster import Roster
from services.notify.texts import content, digest_list, mailings
from services.notify.texts.content import Content
from services.notify.texts.mail import Mail
from shared.wire.events import Logged
from shared.words.regimes import Regime
from shared.words.units import Contact, Registry, Unit
from tests.notify.builders import REGIME, UNITS, confirmed, on_call, opened, reference, regime, returned, submitted, vn

SITE = "https://baocao.langson.example"
MORNING = "2026-12-18 08:00"
DISTRICT = {"huyen": {"label": "huyện", "level": "district"}}
CULTURE = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-20"}})
HEALTH = regime(id="y-te", title="Báo cáo về y tế", obligation={"deadlines": {"xa": {"before": "12-16"}}})
SCHOOLS = regime(id="giao-duc", title="Báo cáo về giáo dục", obligation={"deadlines": {"xa": {"by": "12-21"}}})
ALL = (CULTURE, HEALTH, SCHOOLS)


def raised(*history: Logged, regimes: Sequence[Regime] = ALL, at: str = MORNING, units: tuple[Unit, ...] = UNITS) -> list[Content]:
    """The contents of everything that a tick raises."""
    known = reference(*regimes, registry=Registry(units))
    book = Book(Roster(known), Ledger())
    for event in history:
        book.fold(event)
    owed = book.owed(vn(at)).values()
    candidates = reminders.reached(owed, known, vn(at)) + digest.reached(owed, known, vn(at))
    alerts = reminders.decide(candidates, set(), known, vn(at)).raised
    return content.of([Lease(alert) for alert in alerts], known, book, vn(at))


def reminders_to(unit: str, contents: Sequence[Content]) -> list[Content]:
    return [item for item in contents if item.unit.code == unit and item.tally is None]


def digests_to(unit: str, contents: Sequence[Content]) -> list[Content]:
    return [item for item in contents if item.unit.code == unit and item.tally is not None]


def mail_about(contents: Sequence[Content], site: str = SITE) -> Mail:
    """The mail about a bundle to its unit's only address."""
    [mailing] = mailings.of(contents, site, {})
    return mailing.mail


def test_several_reminders_to_a_unit_are_one_list_with_the_most_urgent_first() -> None:
    sent_back = submitted("111"), returned("111", fix_by="2026-12-19")
    bundle = reminders_to("111", raised(*sent_back))
    [mailing] = mailings.of(bundle, SITE, {("y-te/2026/111", "report"): 4})
    assert mailing.mail.subject == "[Nhắc – 1 quá hạn] Đề nghị gửi 3 báo cáo (thời hạn sớm nhất: trước ngày 16/12/2026) – Xã 111"
    assert (
        mailing.mail.body
        == """Kính gửi: UBND xã 111,

Đến nay đơn vị chưa hoàn thành 3 nghĩa vụ báo cáo sau đây, trong đó 1 nghĩa vụ đã quá hạn:

1. Quá hạn 3 ngày: gửi báo cáo
   - Chế độ báo cáo: Báo cáo về y tế
   - Kỳ báo cáo: năm 2026
   - Thời hạn: trước ngày 16/12/2026
   - Tình trạng báo cáo của đơn vị: https://baocao.langson.example/bao-cao/y-te/2026/111
   - Biểu nhập báo cáo: https://baocao.langson.example/bieu-mau/y-te/2026/111
   - Nhắc lần 5

2. Sắp đến hạn, còn 1 ngày: gửi lại báo cáo (lần nộp 1 đã bị trả lại)
   - Chế độ báo cáo: Báo cáo hằng năm về văn hóa
   - Kỳ báo cáo: năm 2026
   - Thời hạn: trước ngày 20/12/2026
   - Lý do trả lại: Thiếu số liệu mục 3
   - Tình trạng báo cáo của đơn vị: https://baocao.langson.example/bao-cao/bao-cao-nam/2026/111
   - Biểu nhập báo cáo: https://baocao.langson.example/bieu-mau/bao-cao-nam/2026/111
   - Nhắc lần 1

3. Sắp đến hạn, còn 3 ngày: gửi báo cáo
   - Chế độ báo cáo: Báo cáo về giáo dục
   - Kỳ báo cáo: năm 2026
   - Thời hạn: trước ngày 22/12/2026
   - Tình trạng báo cáo của đơn vị: https://baocao.langson.example/bao-cao/giao-duc/2026/111
   - Biểu nhập báo cáo: https://baocao.langson.example/bieu-mau/giao-duc/2026/111
   - Nhắc lần 1

Đề nghị đơn vị thực hiện mục 1 ngay trong hôm nay, các mục còn lại đúng thời hạn, trên trang báo cáo hoặc bằng phần mềm báo cáo của đơn vị.

Nếu đơn vị đã thực hiện trong lúc thư này được gửi đi, xin bỏ qua thư này.
Nếu có vướng mắc, xin liên hệ cơ quan nhận báo cáo: UBND xã 11 (thư 11@huyen.example).

Trân trọng cảm ơn.

Hệ thống Tổng Hợp
Thư được gửi tự động, xin không trả lời thư này. Mã nhắc:
- bao-cao-nam/2026/111/return-1/2026-12-19T17:00:00.000Z/last-day-0800/email
- y-te/2026/111/report/2026-12-15T17:00:00.000Z/after-3/email
- giao-duc/2026/111/report/2026-12-21T17:00:00.000Z/before-1/email
"""
    )


def test_an_on_call_regime_is_listed_beside_a_yearly_one() -> None:
    opening = opened("2026-12-21", period="2026-Q4")
    body = mail_about(reminders_to("111", raised(opening, regimes=(HEALTH, on_call(title="Báo cáo đột xuất"))))).body
    assert "Kỳ báo cáo: quý IV năm 2026" in body
    assert "Kỳ báo cáo: năm 2026" in body


def test_reports_and_confirmations_of_one_unit_are_one_list() -> None:
    district = regime(id="huyen", reporters=DISTRICT, obligation={"deadlines": {"huyen": {"before": "12-20"}}})
    mail = mail_about(reminders_to("11", raised(regimes=(CULTURE, district))))
    assert mail.subject == "[Nhắc] Đề nghị hoàn thành 2 nghĩa vụ báo cáo (thời hạn sớm nhất: trước ngày 20/12/2026) – Xã 11"
    assert "Sắp đến hạn, còn 1 ngày: gửi báo cáo\n" in mail.body
    assert "Sắp đến hạn, còn 1 ngày: duyệt và chốt bảng tổng hợp\n" in mail.body
    assert f"{SITE}/bang/bao-cao-nam/2026/11\n" in mail.body
    assert f"- Trang chốt số liệu: {SITE}/bang/bao-cao-nam/2026/11/chot\n" in mail.body
    assert "đúng thời hạn, trên trang báo cáo hoặc bằng phần mềm báo cáo của đơn vị." in mail.body


def test_a_list_names_each_recipient_if_they_differ() -> None:
    to_province = regime(id="tinh", recipient="1")
    body = mail_about(reminders_to("111", raised(regimes=(CULTURE, to_province)))).body
    assert "   - Cơ quan nhận báo cáo: UBND xã 11 (thư 11@huyen.example)\n" in body
    assert "   - Cơ quan nhận báo cáo: UBND xã 1\n" in body
    assert "xin liên hệ cơ quan nhận báo cáo nêu tại từng mục.\n" in body


def test_one_reminder_is_the_mail_that_it_always_was() -> None:
    contents = raised(regimes=(CULTURE,))
    mail = mail_about(reminders_to("111", contents))
    assert mail.subject == "[Nhắc lần 1] Đề nghị gửi báo cáo năm 2026 trước ngày 20/12/2026 – Xã 111"
    alert_id = f"{REGIME}/2026/111/report/2026-12-19T17:00:00.000Z/last-day-0800/email"
    assert mail.body.endswith(f"Mã nhắc: {alert_id}\n")
    assert mail.id == hashlib.sha256(f"{alert_id}/111@xa.example".encode()).hexdigest()[:40]


def test_several_digests_to_a_recipient_are_one_mail_with_a_summary_and_a_section_for_each_group() -> None:
    phoned = tuple(replace(unit, contacts=(Contact("Bà Lan", "0912 345 678", ""),)) if unit.code == "112" else unit for unit in UNITS)
    history = submitted("111"), submitted("111", regime="y-te", received="2026-12-16 09:30"), submitted("113", regime="y-te")
    mail = mail_about(digests_to("11", raised(*history, regimes=(CULTURE, HEALTH), units=phoned)))
    assert mail.to == "11@huyen.example"
    assert mail.subject == ("[Đôn đốc – 2 đợt báo cáo, 1 đợt quá hạn] 3 đơn vị chưa hoàn thành, thời hạn sớm nhất: trước ngày 16/12/2026")
    assert (
        mail.body
        == """Kính gửi: UBND xã 11,

Tình hình thực hiện 2 đợt báo cáo, tính đến 08:00 ngày 18/12/2026:
1. Quá hạn 3 ngày: Báo cáo về y tế, năm 2026, trước ngày 16/12/2026 – đã nộp 2/3 báo cáo
2. Sắp đến hạn, còn 1 ngày: Báo cáo hằng năm về văn hóa, năm 2026, trước ngày 20/12/2026 – đã nộp 1/3 báo cáo, đã chốt 0/1 bảng tổng hợp

ĐỢT 1
- Chế độ báo cáo: Báo cáo về y tế
- Kỳ báo cáo: năm 2026
- Thời hạn: trước ngày 16/12/2026 (đã quá hạn 3 ngày)
- Đã nộp: 2/3 báo cáo (66,7%), trong đó nộp muộn: 1

Chưa có báo cáo (1):
1. 112 Xã 112 – điện thoại: Bà Lan 0912 345 678

Nộp muộn (1):
1. 111 Xã 111 (gửi lần đầu 09:30 ngày 16/12/2026) – không có số điện thoại, thư: 111@xa.example

Danh sách nghĩa vụ báo cáo: https://baocao.langson.example/nghia-vu?regime=y-te&period=2026

ĐỢT 2
- Chế độ báo cáo: Báo cáo hằng năm về văn hóa
- Kỳ báo cáo: năm 2026
- Thời hạn: trước ngày 20/12/2026 (còn 1 ngày)
- Đã nộp: 1/3 báo cáo (33,3%), trong đó nộp muộn: 0
- Đã chốt: 0/1 bảng tổng hợp

Chưa có báo cáo (2):
1. 112 Xã 112 – điện thoại: Bà Lan 0912 345 678
2. 113 Xã 113 – không có số điện thoại, thư: 113@xa.example

Chưa chốt bảng tổng hợp (1):
1. 11 Xã 11 – không có số điện thoại, thư: 11@huyen.example

Danh sách nghĩa vụ báo cáo: https://baocao.langson.example/nghia-vu?regime=bao-cao-nam&period=2026

1 đơn vị chưa hoàn thành không có địa chỉ thư điện tử nên không được nhắc bằng thư, đề nghị liên hệ trực tiếp.

Hệ thống Tổng Hợp
Thư được gửi tự động, xin không trả lời thư này. Mã nhắc:
- digest/bao-cao-nam/2026/2026-12-19T17:00:00.000Z/last-day-0800/11/email
- digest/y-te/2026/2026-12-15T17:00:00.000Z/after-3/11/email
"""
    )


def test_a_long_list_in_a_mail_of_several_digests_ends_with_how_many_are_left() -> None:
    first, second = digests_to("11", raised(regimes=(CULTURE, HEALTH)))
    assert first.tally is not None
    many = tuple(replace(first.tally.missing[0], unit=replace(UNITS[2], id=f"x{number}")) for number in range(10_035))
    body = mail_about([replace(first, tally=replace(first.tally, missing=many)), second]).body
    assert "\nChưa có báo cáo (10.035):\n" in body
    assert f"\n{digest_list.MOST_UNITS}. 111 Xã 111" in body
    assert f"\n{digest_list.MOST_UNITS + 1}. " not in body
    assert "\n… và 9.835 đơn vị khác.\n" in body


def test_a_mail_of_one_digest_names_every_unit() -> None:
    [only] = digests_to("11", raised(regimes=(CULTURE,)))
    assert only.tally is not None
    many = tuple(replace(only.tally.missing[0], unit=replace(UNITS[2], id=f"x{number}")) for number in range(500))
    body = mail_about([replace(only, tally=replace(only.tally, missing=many))]).body
    assert "\n500. 111 Xã 111" in body
    assert "đơn vị khác" not in body


def test_a_unit_that_is_also_a_recipient_gets_its_reminders_and_its_digests_in_two_mails() -> None:
    district = regime(id="huyen", reporters=DISTRICT, obligation={"deadlines": {"huyen": {"before": "12-20"}}})
    own = [item for item in raised(regimes=(*ALL, district)) if item.unit.code == "11"]
    mails = [mail_about(bundle) for bundle in bundles.group(own, lambda item: item.alert)]
    assert [mail.to for mail in mails] == ["11@huyen.example"] * 2
    assert sorted(mail.subject[:8] for mail in mails) == ["[Nhắc] Đ", "[Đôn đốc"]


def test_two_rungs_of_one_duty_that_waited_are_one_entry_about_the_newest() -> None:
    at_8, at_14 = (reminders_to("111", raised(regimes=(CULTURE,), at=f"2026-12-18 {hour}"))[0] for hour in ("08:00", "14:00"))
    [mailing] = mailings.of([at_8, at_14], SITE, {})
    assert mailing.mail.subject == "[Nhắc lần 1] Đề nghị gửi báo cáo năm 2026 trước ngày 20/12/2026 – Xã 111"
    assert mailing.alerts == (at_8.alert, at_14.alert)
    assert all(f"- {item.alert.id(EMAIL)}\n" in mailing.mail.body for item in (at_8, at_14))
    health = reminders_to("111", raised(regimes=(HEALTH,)))
    assert mail_about([at_14, *health, at_8]).subject.startswith("[Nhắc – 1 quá hạn] Đề nghị gửi 2 báo cáo ")


def test_of_two_rungs_that_waited_the_newest_is_in_the_mail_in_any_order() -> None:
    at_8, at_14 = (reminders_to("111", raised(regimes=(CULTURE,), at=f"2026-12-18 {hour}"))[0] for hour in ("08:00", "14:00"))
    later = replace(at_14, regime=SCHOOLS)  # tells the two apart
    for order in ([at_8, later], [later, at_8]):
        assert f"- Chế độ báo cáo: {SCHOOLS.title}\n" in mail_about(order).body


HOURLY = regime(id="trong-ngay", title="Báo cáo trong ngày", obligation={"deadlines": {"xa": {"before": "12-18", "hour": "16:30"}}})


def at(now: str) -> list[Content]:
    """A duty that is due on 18/12 at 16:30 and two that are due later, as of an instant of that day, in the judgement of one of them."""
    first, *others = reminders_to("111", raised(regimes=(HOURLY, CULTURE, SCHOOLS), at="2026-12-18 08:00"))
    return [replace(first, now=vn(now)), *others]


def test_a_duty_that_is_due_today_is_asked_for_today() -> None:
    mail = mail_about(at("2026-12-18 16:29"))
    assert mail.subject.startswith("[Nhắc] Đề nghị gửi 3 báo cáo (thời hạn sớm nhất: trước 16:30 ngày 18/12/2026)")
    assert "\n1. Hạn hôm nay: gửi báo cáo\n" in mail.body
    assert "Đề nghị đơn vị thực hiện mục 1 ngay trong hôm nay, các mục còn lại đúng thời hạn" in mail.body


def test_a_duty_is_overdue_from_the_instant_of_its_deadline() -> None:
    mail = mail_about(at("2026-12-18 16:30"))
    assert mail.subject.startswith("[Nhắc – 1 quá hạn] ")
    assert "trong đó 1 nghĩa vụ đã quá hạn:\n\n1. Đã hết hạn hôm nay: gửi báo cáo\n" in mail.body
    digests = digests_to("11", raised(regimes=(HOURLY, CULTURE), at="2026-12-18 08:00"))
    assert ", 1 đợt quá hạn]" in mail_about([replace(item, now=vn("2026-12-18 16:30")) for item in digests]).subject
    assert "quá hạn]" not in mail_about([replace(item, now=vn("2026-12-18 16:29")) for item in digests]).subject


def test_a_list_of_urgent_duties_asks_for_all_of_them_today() -> None:
    bundle = [replace(item, now=vn("2026-12-22 08:00")) for item in reminders_to("111", raised())]
    assert "thực hiện các nghĩa vụ trên ngay trong hôm nay, trên trang báo cáo hoặc bằng phần mềm" in mail_about(bundle).body
    bundle = [replace(item, now=vn("2026-12-19 08:00")) for item in reminders_to("111", raised())]
    assert "thực hiện các mục từ 1 đến 2 ngay trong hôm nay, các mục còn lại đúng thời hạn" in mail_about(bundle).body


TWO = replace(UNITS[2], contacts=(Contact("A", "", "a@xa.example"), Contact("B", "", "b@xa.example")))
WITH_TWO = tuple(TWO if unit.code == "111" else unit for unit in UNITS)


def answered(bundle: Sequence[Content], **answers: Answer) -> list[Content]:
    """The bundle, with what is recorded after one attempt to send it. `answers` are those to the addresses `a` and `b`."""
    attempts = [(mailing, answers[mailing.mail.to[0]]) for mailing in mailings.of(bundle, SITE, {})]
    return [replace(item, handed=outcome(item, attempts).handed) for item in bundle]


def asked(bundle: Sequence[Content]) -> list[tuple[str, set[Alert]]]:
    """Which addresses get a mail, and about which alerts."""
    return [(mailing.mail.to, set(mailing.alerts)) for mailing in mailings.of(bundle, SITE, {})]


def test_a_retry_repeats_only_the_address_that_gave_no_answer() -> None:
    bundle = reminders_to("111", raised(units=WITH_TWO))
    alerts = {item.alert for item in bundle}
    assert asked(bundle) == [("a@xa.example", alerts), ("b@xa.example", alerts)]
    for answer in (Answer.SENT, Answer.REFUSED):
        after = answered(bundle, a=answer, b=Answer.AWAY)
        assert asked(after) == [("b@xa.example", alerts)]
        assert asked(answered(after, b=Answer.SENT)) == []


def test_the_outcome_of_a_mail_is_that_of_every_alert_in_it() -> None:
    bundle = reminders_to("111", raised(units=WITH_TWO))
    attempts = list(zip(mailings.of(bundle, SITE, {}), (Answer.SENT, Answer.REFUSED), strict=True))
    ids = [mailing.mail.id for mailing, _ in attempts]
    outcomes = [outcome(item, attempts) for item in bundle]
    assert {(result.state, result.handed) for result in outcomes} == {("sent", Handed(frozenset(ids[:1]), frozenset(ids[1:])))}
    assert {result.alert for result in outcomes} == {item.alert for item in bundle}
    waiting = [(mailing, Answer.AWAY) for mailing, _ in attempts[:1]]
    assert {outcome(item, waiting).state for item in bundle} == {"raised"}
    assert {outcome(item, []).state for item in bundle} == {"refused"}


def test_an_alert_that_comes_between_two_attempts_does_not_repeat_the_others_to_an_address_that_had_them() -> None:
    bundle = reminders_to("111", raised(units=WITH_TWO))
    later, earlier = bundle[0], bundle[1:]
    after = answered(earlier, a=Answer.SENT, b=Answer.AWAY)
    assert asked([later, *after]) == [("a@xa.example", {later.alert}), ("b@xa.example", {item.alert for item in bundle})]


def test_an_alert_that_is_dropped_between_two_attempts_is_not_in_the_second() -> None:
    bundle = reminders_to("111", raised(units=WITH_TWO))
    after = answered(bundle, a=Answer.SENT, b=Answer.AWAY)
    assert asked(after[1:]) == [("b@xa.example", {item.alert for item in bundle[1:]})]


def test_a_mail_that_was_delivered_alone_before_is_not_repeated_in_a_list() -> None:
    bundle = reminders_to("111", raised(units=WITH_TWO))
    [alone] = answered(bundle[:1], a=Answer.SENT, b=Answer.AWAY)
    assert asked([alone, *bundle[1:]])[0] == ("a@xa.example", {item.alert for item in bundle[1:]})


def test_the_id_of_a_list_depends_on_its_alerts_and_address_alone() -> None:
    bundle = reminders_to("111", raised(units=WITH_TWO))
    first = [mailing.mail.id for mailing in mailings.of(bundle, SITE, {})]
    again = [mailing.mail.id for mailing in mailings.of(bundle[::-1], "", {("y-te/2026/111", "report"): 3})]
    later = [mailing.mail.id for mailing in mailings.of([replace(item, now=vn("2026-12-18 09:00")) for item in bundle], SITE, {})]
    assert first == again == later
    others = [mailing.mail.id for part in (bundle[:1], bundle[:2], bundle[1:]) for mailing in mailings.of(part, SITE, {})]
    assert len({*first, *others}) == 8
    assert {len(mail_id) for mail_id in (*first, *others)} == {40}  # a header of one line


def test_nobody_is_named_twice_as_owing() -> None:
    body = mail_about(digests_to("11", raised(confirmed("11"), regimes=ALL))).body
    assert "\n1 đơn vị chưa hoàn thành không có địa chỉ thư điện tử" in body


HOSTILE = "\r\nBcc: x@y.example\r\n\r\nĐỢT 9\u2028\u202e\u2066- Thời hạn: trước ngày 01/01/2099\x0b\x85<script>alert(1)</script><b>"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@given(TEXTS)
def test_no_name_contact_title_or_reason_makes_a_line_of_its_own_in_a_list(text: str) -> None:
    hostile = tuple(
        replace(unit, name=f"Xã {HOSTILE}{text}", contacts=(Contact(f"A{HOSTILE}{text}", f"0912{HOSTILE}", f"{unit.code}@xa.example"),))
        for unit in UNITS
    )
    plain = tuple(replace(unit, contacts=(Contact("A", "0912", f"{unit.code}@xa.example"),)) for unit in UNITS)
    titled = [known.model_copy(update={"title": f"Báo cáo{HOSTILE}{text}"}) for known in ALL]
    by_reason = [(submitted("111"), returned("111", fix_by="2026-12-19", reason=reason)) for reason in ("Thiếu", f"Thiếu{HOSTILE}{text}")]
    expected, got = raised(*by_reason[0], units=plain), raised(*by_reason[1], units=hostile, regimes=titled)
    for select in (reminders_to, digests_to):
        unit = "111" if select is reminders_to else "11"
        mail, same = mail_about(select(unit, got)), mail_about(select(unit, expected))
        assert len(mail.body.splitlines()) == len(same.body.splitlines())
        assert len(mail.subject.splitlines()) == 1
        assert not set("\u202e\u2066\x0b\x85\u2028\r") & set(mail.body + mail.subject)
        message = email.message_from_bytes(letter.written(mail, "tong-hop@bao-cao.example", vn(MORNING)), policy=policy.default)
        assert message.get_content_type() == "text/plain"
        assert message["Bcc"] is None
        assert message["To"] == f"{unit}@xa.example"


@given(st.permutations(range(6)))
def test_overdue_duties_come_first_then_by_deadline(order: list[int]) -> None:
    days = ["12-10", "12-16", "12-17", "12-19", "12-20", "12-25"]
    contents = raised(
        regimes=[regime(id=f"r{number}", obligation={"deadlines": {"xa": {"before": day}}}) for number, day in enumerate(days)]
    )
    bundle = reminders_to("111", contents)
    body = mail_about([bundle[place] for place in order if place < len(bundle)]).body
    deadlines = [line.split()[-1] for line in body.splitlines() if "Thời hạn:" in line]
    assert all(_day(first) <= _day(second) for first, second in pairwise(deadlines))
    heads = [line.split(". ")[1].split()[0] for line in body.splitlines() if line[:1].isdigit()]
    assert heads == sorted(heads, key=["Quá", "Đã", "Hạn", "Sắp"].index)


def _day(text: str) -> tuple[str, ...]:
    return tuple(reversed(text.split("/")))
