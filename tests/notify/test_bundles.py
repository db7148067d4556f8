"""Which alerts go out as one message, and which notifier sends them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import bundles, digest, reminders
from services.notify.domain.alerts import NOT_RAISED, STREAM, Alert, Lease, Matter
from shared.words.ladder import Rung
from tests.notify.builders import REGIME, book, reference, regime, returned, submitted, vn

MORNING = vn("2026-12-18 08:00")
UNITS = ("111", "112", "113")


def reminder(unit: str = "111", regime_id: str = "thang", period: str = "2026-11", rung: str = "before-3", cause: str = "report") -> Alert:
    matter = Matter(
        duty=f"{regime_id}/{period}/{unit}",
        task="report",
        regime=regime_id,
        period=period,
        unit_id=unit,
        unit=unit,
        unit_name=f"Xã {unit}",
        cause=cause,
        deadline=vn("2026-12-20"),
    )
    return Alert(matter, Rung(rung, MORNING), NOT_RAISED)


def digest_about(regime_id: str = "thang", period: str = "2026-11", recipient: str = "11") -> Alert:
    matter = Matter(
        duty=f"digest/{regime_id}/{period}",
        task="digest",
        regime=regime_id,
        period=period,
        unit_id=recipient,
        unit=recipient,
        unit_name="Huyện",
        cause="report",
        deadline=vn("2026-12-20"),
    )
    return Alert(matter, Rung("before-3", MORNING), NOT_RAISED)


def notice(unit: str = "111", regime_id: str = "thang") -> Alert:
    return reminder(unit, regime_id, rung="now", cause="returned-1")


ANY_ALERT = st.one_of(
    st.builds(reminder, st.sampled_from(UNITS), st.sampled_from(["thang", "quy"]), st.sampled_from(["2026-11", "2026-10"])),
    st.builds(digest_about, st.sampled_from(["thang", "quy"]), st.sampled_from(["2026-11", "2026-10"]), st.sampled_from(UNITS)),
    st.builds(notice, st.sampled_from(UNITS), st.sampled_from(["thang", "quy"])),
)
ALERTS = st.lists(ANY_ALERT, unique=True, max_size=30)


def test_reminders_of_a_unit_are_one_bundle_over_all_regimes_and_periods() -> None:
    alerts = [reminder("111"), reminder("112"), reminder("111", "quy", "2026-Q3"), reminder("111", period="2026-10", rung="after-7")]
    assert bundles.of(alerts) == [(alerts[0], alerts[2], alerts[3]), (alerts[1],)]


def test_digests_to_a_recipient_are_one_bundle() -> None:
    alerts = [digest_about(), digest_about(recipient="1"), digest_about("quy", "2026-Q3")]
    assert bundles.of(alerts) == [(alerts[0], alerts[2]), (alerts[1],)]


def test_reminders_and_digests_to_one_unit_are_two_bundles() -> None:
    assert len(bundles.of([reminder("11"), digest_about(recipient="11")])) == 2


def test_a_notice_is_a_bundle_of_its_own() -> None:
    alerts = [notice(), reminder("111", "quy"), notice(regime_id="nam")]
    assert bundles.of(alerts) == [(alerts[0],), (alerts[1],), (alerts[2],)]


def test_a_notice_that_the_notifier_raises_is_a_bundle_of_its_own() -> None:
    other = regime(id="khac")
    history = submitted("111"), returned("111", received="2026-12-18 07:30", fix_by="2027-01-20")
    owed = book(*history, regimes=(regime(), other)).owed(MORNING)
    known = reference(regime(), other)
    raised = reminders.decide(reminders.reached(owed.values(), known, MORNING), set(), known, MORNING).raised
    assert [[alert.rung.name for alert in bundle] for bundle in bundles.of(raised) if bundle[0].matter.unit == "111"] == [
        ["now"],
        ["last-day-0800"],
    ]


@given(ALERTS, st.integers(1, 5))
def test_no_batch_splits_the_alerts_of_a_unit(alerts: list[Alert], most: int) -> None:
    batches = [[alert for bundle in batch for alert in bundle] for batch in bundles.batches(bundles.of(alerts), most)]
    assert sorted(alert.id(STREAM) for batch in batches for alert in batch) == sorted(alert.id(STREAM) for alert in alerts)
    for first in alerts:
        with_it = [batch for batch in batches if first in batch]
        assert len(with_it) == 1
        together = [alert for alert in alerts if _is_one_mail(first, alert)]
        assert [alert for alert in together if alert not in with_it[0]] == []


def _is_one_mail(first: Alert, other: Alert) -> bool:
    """Whether two alerts must be one mail, without asking the code under test."""
    if first.rung.name == "now" or other.rung.name == "now":
        return first == other
    return (first.matter.unit_id, first.matter.is_digest) == (other.matter.unit_id, other.matter.is_digest)


@given(ALERTS, st.integers(1, 5))
def test_a_batch_has_at_most_as_many_bundles_as_fit_into_a_lease(alerts: list[Alert], most: int) -> None:
    assert all(len(batch) <= most for batch in bundles.batches(bundles.of(alerts), most))


def test_a_bundle_waits_while_another_notifier_holds_a_part_of_it() -> None:
    first, second = sorted([reminder("111"), reminder("111", "quy")], key=lambda alert: alert.id(STREAM))
    other = reminder("112")
    assert bundles.divide([first, other], [second]) == bundles.Divided(send=[(other,)], release=[])


def test_a_notifier_releases_its_part_of_a_bundle_if_another_one_holds_the_first_alert() -> None:
    first, second = sorted([reminder("111"), reminder("111", "quy")], key=lambda alert: alert.id(STREAM))
    assert bundles.divide([second], [first]) == bundles.Divided(send=[], release=[second])


@given(st.lists(st.tuples(ANY_ALERT, st.booleans()), unique_by=lambda pair: pair[0], max_size=30))
def test_of_two_notifiers_the_holder_of_the_first_alert_keeps_its_part_of_a_bundle_and_the_other_releases_its_own(
    claimed: list[tuple[Alert, bool]],
) -> None:
    a, b = ([alert for alert, is_of_a in claimed if is_of_a is wanted] for wanted in (True, False))
    by_a, by_b = bundles.divide(a, b), bundles.divide(b, a)
    released = {*by_a.release, *by_b.release}
    for bundle in bundles.of([alert for alert, _ in claimed]):
        of_a, of_b = set(bundle) & set(a), set(bundle) & set(b)
        first = min(bundle, key=lambda alert: alert.id(STREAM))
        expected = (of_b if first in of_a else of_a) if of_a and of_b else set()
        assert released & set(bundle) == expected
        assert [set(sent) for divided in (by_a, by_b) for sent in divided.send if first in sent] == ([] if of_a and of_b else [set(bundle)])


def test_a_bundle_of_which_another_notifier_got_a_part_is_not_sent() -> None:
    alerts = [reminder("111"), reminder("111", "quy"), reminder("112"), reminder("112", "quy")]
    leases = [Lease(alert) for alert in alerts[1:]]
    assert bundles.whole(leases, alerts, bundles.of(alerts)) == leases[1:]


def test_an_alert_that_was_dropped_holds_up_no_bundle() -> None:
    alerts = [reminder("111"), reminder("111", "quy")]
    assert bundles.whole([Lease(alerts[1])], alerts[1:], bundles.of(alerts)) == [Lease(alerts[1])]


@pytest.mark.parametrize("alerts", [[reminder("111"), reminder("111", "quy")], [digest_about(), digest_about("quy")]])
def test_a_channel_that_does_not_bundle_sends_each_alert_alone(alerts: Sequence[Alert]) -> None:
    assert bundles.alone(alerts) == [(alerts[0],), (alerts[1],)]


def test_digests_that_the_notifier_raises_for_one_morning_are_one_bundle() -> None:
    regimes = (regime(), regime(id="khac", obligation={"deadlines": {"xa": {"before": "12-22"}}}))
    known = reference(*regimes)
    found = digest.reached(book(regimes=regimes).owed(MORNING).values(), known, MORNING)
    raised = reminders.decide(found, set(), known, MORNING).raised
    assert [len(bundle) for bundle in bundles.of(raised)] == [2]
    assert {alert.matter.regime for alert in raised} == {REGIME, "khac"}
