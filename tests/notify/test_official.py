"""The duty to replace estimates by official figures."""

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels import stream
from services.notify.domain import digest, duties, notices, reminders
from services.notify.domain.alerts import STREAM, Alert
from services.notify.domain.duties import OFFICIAL, Duty
from services.notify.store import report_states
from services.notify.texts import listing, mailings
from shared.wire import events
from shared.wire.alerts import AlertRaised
from shared.wire.events import Logged
from shared.words.calendar import COMMON
from shared.words.report_state import ReportState, Revision
from tests.notify.builders import (
    REGIME,
    book,
    content_of,
    estimated,
    extended,
    reference,
    returned,
    submitted,
    vn,
    with_estimates,
    withdrawn,
)

UNTIL = vn("2027-01-15")  # the last day is Thursday 14/01
OF = (with_estimates(),)


def _official(*history: Logged, unit_id: str = "111", at: str = "2027-01-01") -> Duty | None:
    found = book(*history, regimes=OF).duties(vn(at))
    return next((one for one in found if one.task == OFFICIAL and one.unit.id == unit_id), None)


def _raised(at: str, *history: Logged, alerted: frozenset[str] = frozenset()) -> list[Alert]:
    candidates = reminders.reached(book(*history, regimes=OF).owed(vn(at)).values(), reference(*OF), vn(at))
    return [alert for alert in reminders.decide(candidates, alerted, reference(*OF), vn(at)).raised if alert.matter.unit == "111"]


def _digests(at: str, *history: Logged) -> list[Alert]:
    candidates = digest.reached(book(*history, regimes=OF).owed(vn(at)).values(), reference(*OF), vn(at))
    return list(reminders.decide(candidates, set(), reference(*OF), vn(at)).raised)


def _mail(alert: Alert, at: str, *history: Logged) -> tuple[str, str]:
    content = content_of(alert, *history, at=vn(at), regimes=OF)
    [mailing] = mailings.of([content], "https://bao-cao.example", {})
    return mailing.mail.subject, mailing.mail.body


def test_who_has_sent_an_estimate_owes_official_figures() -> None:
    found = _official(estimated())
    assert found is not None
    assert (found.id, found.cause, found.deadline, duties.owes(found)) == (f"{REGIME}/2026/111/official", "official", UNTIL, True)
    assert _official(submitted()) is None
    assert _official(estimated(), unit_id="112") is None


def test_a_regime_that_takes_no_estimates_has_no_such_duty() -> None:
    assert [one.task for one in book(estimated()).duties(vn("2026-12-01")) if one.unit.id == "111"] == ["report"]


def test_official_figures_end_the_duty_and_new_estimates_open_it_again() -> None:
    history = [estimated(), submitted(revision=2, received="2027-01-05 10:00")]
    found = _official(*history)
    assert found is not None
    assert (found.is_done, found.is_late, found.first_received_ms) == (True, False, events.to_ms(vn("2027-01-05 10:00")))
    again = _official(*history, estimated(revision=3, received="2027-01-06 10:00"))
    assert again is not None
    assert not again.is_done


@pytest.mark.parametrize(("received", "is_late"), [("2027-01-14 23:59:59.999", False), ("2027-01-15 00:00", True)])
def test_official_figures_on_the_stroke_of_the_deadline_are_late(received: str, is_late: bool) -> None:
    found = _official(estimated(), submitted(revision=2, received=received), at="2027-02-01")
    assert found is not None
    assert (found.is_late, found.late_by(vn("2027-02-01")) is not None) == (is_late, is_late)


def test_a_later_extension_moves_the_deadline_and_an_earlier_one_does_not() -> None:
    longer, shorter = _official(estimated(), extended("2027-01-20")), _official(estimated(), extended("2027-01-05"))
    assert longer is not None
    assert shorter is not None
    assert (longer.deadline, shorter.deadline) == (vn("2027-01-21"), UNTIL)
    assert notices.of_duty(longer) is not None
    assert notices.of_duty(shorter) is None


@pytest.mark.parametrize("undone", [returned(received="2027-01-04 09:00", fix_by="2027-02-01"), withdrawn(received="2027-01-04 09:00")])
def test_while_the_report_is_owed_only_the_report_is_reminded_of(undone: Logged) -> None:
    history = estimated(), undone
    at = "2027-01-11 08:00"
    assert {alert.matter.task for alert in _raised(at, *history)} <= {"report"}
    assert [alert.matter.cause for alert in _raised(at, estimated())] == ["official"]
    found = _official(*history)
    assert found is not None
    assert duties.owes(found)
    assert not duties.is_reminded(found)
    assert {alert.matter.task for alert in reminders.plan(book(*history, regimes=OF).duties(vn(at)), reference(*OF).registry)} == {"report"}


def test_the_ladder_is_the_regimes_counted_from_the_deadline_of_official_figures() -> None:
    names = ["before-14", "before-7", "before-3", "before-1", "last-day-0800", "last-day-1400", "after-1", "after-3", "after-7"]
    planned = reminders.plan(book(estimated(), regimes=OF).duties(vn("2026-12-20")), reference(*OF).registry)
    mine = [alert for alert in planned if alert.matter.unit == "111" and alert.matter.period == "2026"]
    assert [alert.rung.name for alert in mine] == ["before-30", *names]
    [raised] = _raised("2027-01-11 08:00", estimated())
    assert raised.id(STREAM) == f"{REGIME}/2026/111/official/official/2027-01-14T17:00:00.000Z/before-3/stream"


def test_no_rung_from_before_the_estimates_goes_out() -> None:
    late = estimated(received="2027-01-11 10:00")
    assert [alert.matter.cause for alert in _raised("2027-01-11 10:01", late)] == []
    assert [alert.rung.name for alert in _raised("2027-01-13 08:00", late)] == ["before-1"]
    again = estimated(revision=2, received="2027-01-13 09:00")
    assert _raised("2027-01-13 09:01", late, again) == []


def test_an_extension_is_told_as_news_of_the_official_figures() -> None:
    history = estimated(), extended("2027-01-20", received="2027-01-12 09:00")
    [told] = _raised("2027-01-12 09:01", *history)
    assert (told.matter.cause, told.matter.task, told.matter.before) == ("moved-1", OFFICIAL, UNTIL)
    subject, body = _mail(told, "2027-01-12 09:01", *history)
    assert subject.startswith("[Đổi thời hạn] Thời hạn gửi số liệu chính thức thay số ước năm 2026 nay là")
    assert "Thời hạn của số liệu chính thức thay số ước trong báo cáo sau đây đã thay đổi:" in body


def test_an_extension_from_before_the_estimates_is_not_told_again() -> None:
    assert _raised("2027-01-12 10:01", extended("2027-01-20", received="2027-01-12 09:00"), estimated(received="2027-01-12 10:00")) == []


def test_an_alert_is_dropped_when_official_figures_came_or_the_report_was_returned() -> None:
    [alert] = _raised("2027-01-11 08:00", estimated())
    now = vn("2027-01-11 08:01")
    for more in (submitted(revision=2, received="2027-01-11 08:00"), returned(received="2027-01-11 08:00")):
        assert reminders.sort_out([alert], book(estimated(), more, regimes=OF).owed(now), COMMON, now).drop == (alert,)
    assert reminders.sort_out([alert], book(estimated(), regimes=OF).owed(now), COMMON, now).send == (alert,)


def test_the_mail_says_it_in_its_own_words() -> None:
    [alert] = _raised("2027-01-11 08:00", estimated())
    subject, body = _mail(alert, "2027-01-11 08:00", estimated())
    assert subject == "[Nhắc lần 1] Đề nghị gửi số liệu chính thức thay số ước năm 2026 trước ngày 15/01/2027 – Xã 111"
    assert "Báo cáo sau đây của đơn vị còn số ước, đến nay chưa có số liệu chính thức thay số ước:" in body
    assert "Đề nghị đơn vị gửi lại báo cáo với số liệu chính thức đúng thời hạn" in body
    assert f"https://bao-cao.example/bao-cao/{REGIME}/2026/111" in body


def test_a_list_names_it_beside_other_duties() -> None:
    twice = with_estimates(id="bao-cao-khac", title="Báo cáo khác", estimates={"until": {"before": "01-16"}})
    both, at = (*OF, twice), vn("2027-01-11 08:00")
    history = estimated(), estimated(regime="bao-cao-khac"), submitted("112"), returned("112", fix_by="2027-01-13")
    planned = [alert for alert in reminders.plan(book(*history, regimes=both).duties(at), reference(*both).registry) if alert.rung.at <= at]
    of_unit = {alert.matter.ladder_id: alert for alert in planned if alert.matter.unit == "111"}.values()
    of_other = next(alert for alert in planned if alert.matter.unit == "112" and alert.matter.is_returned)
    contents = [content_of(alert, *history, at=at, regimes=both) for alert in of_unit]
    [mailing] = mailings.of(contents, "", {})
    assert "Đề nghị gửi số liệu chính thức thay số ước trong 2 báo cáo (thời hạn sớm nhất: trước ngày 15/01/2027)" in mailing.mail.subject
    assert ": gửi số liệu chính thức thay số ước\n" in mailing.mail.body
    [mailing] = mailings.of([*contents, content_of(of_other, *history, at=at, regimes=both)], "", {})
    assert "Đề nghị hoàn thành 3 nghĩa vụ báo cáo" in mailing.mail.subject


def test_the_digest_of_that_deadline_names_who_still_has_estimates() -> None:
    history = estimated(), estimated("112"), submitted("112", 2, "2027-01-05 09:00"), submitted("113")
    [told] = _digests("2027-01-11 08:00", *history)
    assert (told.matter.cause, told.matter.deadline) == ("official", UNTIL)
    content = content_of(told, *history, at=vn("2027-01-11 08:00"), regimes=OF)
    event = AlertRaised.model_validate_json(stream.event(content))
    figures = event.data.digest
    assert figures is not None
    assert (figures.expected, figures.estimators, figures.official, figures.estimated) == (0, 2, 1, ["111"])
    [mailing] = mailings.of([content], "", {})
    assert "- Đã thay số ước bằng số liệu chính thức: 1/2 báo cáo" in mailing.mail.body
    assert "Còn số ước, chưa có số liệu chính thức (1):\n1. 111 Xã 111" in mailing.mail.body


def test_no_digest_when_every_estimate_is_replaced_or_the_report_is_owed() -> None:
    at = "2027-01-11 08:00"
    rest = [submitted("112"), submitted("113")]
    assert [told.matter.deadline for told in _digests(at, *rest, estimated(), submitted(revision=2))] == []
    assert UNTIL not in [told.matter.deadline for told in _digests(at, *rest, estimated(), withdrawn(revision=2))]


def test_the_event_of_a_reminder_fits_the_published_shape() -> None:
    [alert] = _raised("2027-01-11 08:00", estimated())
    event = AlertRaised.model_validate_json(stream.event(content_of(alert, estimated(), at=vn("2027-01-11 08:00"), regimes=OF)))
    assert (event.data.cause, event.data.rung, event.data.deadline) == ("official", "before-3", "2027-01-15T00:00:00+07:00")


def test_the_command_lists_it() -> None:
    found = _official(estimated(), submitted(revision=2, received="2027-01-16 00:00"), at="2027-02-01")
    assert found is not None
    entry = listing.duty_entry(found, found.unit, vn("2027-02-01"))
    assert (entry["task"], entry["received"], entry["late"], entry["late_by_s"], entry["confirmed_at"]) == (
        OFFICIAL,
        True,
        True,
        86400,
        None,
    )


def test_what_is_stored_brings_the_duty_back() -> None:
    state = ReportState()
    state.submit(Revision(1, 5, "a"), is_estimate=True)
    kept = report_states.report(report_states.document(state))
    assert kept == state
    assert kept.only_submission is None
    plain = ReportState()
    plain.submit(Revision(1, 5, "a"))
    assert plain.only_submission == Revision(1, 5, "a")


HOURS = st.integers(0, 99).map(lambda number: f"2027-01-{10 + number // 24} {number % 24:02}:00")
HISTORIES = st.lists(
    st.one_of(
        st.builds(estimated, revision=st.integers(1, 3), received=HOURS),
        st.builds(submitted, revision=st.integers(1, 3), received=HOURS),
        st.builds(withdrawn, revision=st.integers(1, 3), received=HOURS),
        st.builds(returned, revision=st.integers(1, 3), received=HOURS),
        st.builds(extended, st.sampled_from(["2027-01-05", "2027-01-20"]), received=HOURS),
    ),
    max_size=7,
)


@given(HISTORIES, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_what_is_asked(history: list[Logged], rng: random.Random) -> None:
    shuffled = [*history, *rng.sample(history, len(history) // 2)]
    rng.shuffle(shuffled)
    assert _said(history) == _said(shuffled)


def _said(history: list[Logged]) -> tuple[bool, bool, datetime] | None:
    found = _official(*history, at="2027-02-01")
    return None if found is None else (duties.is_reminded(found), found.is_late, found.deadline)


@given(HISTORIES)
def test_the_duty_follows_the_plain_rule(history: list[Logged]) -> None:
    """The rule in other words: the highest (revision, received, event id) stands, unless that revision was returned."""
    reports = [one for one in history if one.type in (events.SUBMITTED, events.WITHDRAWN)]
    found = _official(*history, at="2027-02-01")
    assert (found is not None) == any(one.is_estimate for one in history)
    if found is None:
        return
    standing = max(reports, key=lambda one: (one.revision, one.received_ms, one.event_id))
    is_returned = any(one.type == events.RETURNED and one.revision == standing.revision for one in history)
    counts = standing.type == events.SUBMITTED and not is_returned
    assert found.is_done == (counts and not standing.is_estimate)
    assert duties.is_reminded(found) == (counts and standing.is_estimate)
    given = [one for one in history if one.type == events.EXTENDED]
    until = UNTIL + timedelta(days=6) if any(one.data["until"] == "2027-01-20" for one in given) else UNTIL
    last = max(given, key=lambda one: (one.received_ms, one.event_id), default=None)
    assert found.deadline in ({until} if last is None or len(given) == 1 else {until, UNTIL})
