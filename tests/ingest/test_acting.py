"""Who may send and act over the reforms of 2025: permission is that of the day of receipt, figures are those of the reference day.

The numbers are those of the list of what goes wrong with reforms, in ADR 0047.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.decision import Accepted
from shared.wire import events
from shared.wire.view_hash import hash_of
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests import seeds
from tests.builders import CT27, FIGURES, NQ68, Event, confirmed, extended, opened, returned, submitted, withdrawn
from tests.ingest.reforming import AFTER, BEFORE, codes, reformed, refusals, screen, sent_by, unreformed
from tests.knowing import known

OLD, NEW, TOWN = "06280", "06280-2025", "06253-2025"  # xã Điềm He before and after, xã Văn Quan
OPEN, PART = "06622", "06613-2025"  # xã Bính Xá was divided, and no heir is declared
LABOUR, INTERIOR, INTERIOR_NEW = "44-SLDTBXH", "44-SNV", "44-SNV-2025"
MARCH = datetime(2025, 3, 1, tzinfo=VIETNAM)
FIRST_RECEIVED = datetime(2024, 12, 15, tzinfo=VIETNAM)
YEAR_2026 = datetime(2026, 1, 5, tzinfo=VIETNAM)


def report(sender: str, unit: str = OLD, **data: object) -> Event:
    return sent_by(sender, submitted(unit), **data)


# Who sends


def test_red_team_05_an_ended_unit_no_longer_sends() -> None:
    assert codes(screen(report(OLD), BEFORE)) == []
    [reason] = refusals(screen(report(OLD), AFTER))

    assert (reason.code, reason.path) == ("sender.ended", "source")
    assert reason.message_vi == (
        "Đơn vị gửi Xã Điềm He (06280) kết thúc hoạt động ngày 30/06/2025 nên không gửi được nữa; "
        "đơn vị kế thừa là Xã Điềm He, gửi bằng source /units/06280-2025."
    )


def test_an_ended_unit_without_a_declared_heir_learns_that_none_is_declared() -> None:
    [reason] = refusals(screen(sent_by(OPEN, submitted("06253", regime=CT27), unit=OPEN), AFTER))[:1]

    assert reason.code == "sender.ended"
    assert reason.message_vi.endswith("chưa khai đơn vị kế thừa nên chưa ai được gửi thay.")


def test_a_unit_does_not_send_before_its_first_day() -> None:
    [reason] = refusals(screen(report(NEW, period="2025"), BEFORE))

    assert (reason.code, reason.path) == ("sender.not_begun", "source")
    assert "01/07/2025" in reason.message_vi


@pytest.mark.parametrize("sender", ["nobody", "06280-2026", "06280-2024", "06280-"])
def test_an_unknown_sender_is_refused(sender: str) -> None:
    assert "sender.unknown" in codes(screen(report(sender), AFTER))


def test_a_code_in_the_place_of_the_id_is_refused_with_the_id() -> None:
    """The special zone Cồn Cỏ keeps its id 471, and has the code 19742 from the reform on."""
    [reason] = [found for found in refusals(screen(report("19742"), AFTER)) if found.code == "sender.unknown"]

    assert reason.message_vi == "Không có đơn vị gửi “19742”. Ghi mã định danh của đơn vị: mã định danh của đặc khu Cồn Cỏ là 471."


# Reports and withdrawals


@pytest.mark.parametrize("received", [AFTER, YEAR_2026])
def test_red_team_01_a_new_commune_that_sends_2024_under_its_code_is_refused(received: datetime) -> None:
    [reason] = refusals(screen(report(NEW), received))

    assert (reason.code, reason.path) == ("report.other_unit_then", "data.unit")
    assert reason.message_vi == "Kỳ 2024, mã 06280 là xã Điềm He cũ (kết thúc 30/06/2025); gửi thay thì ghi as_successor: true."


def test_red_team_02_the_heir_corrects_and_withdraws_for_a_unit_that_has_ended() -> None:
    """Xã Trấn Ninh (06256) belongs to xã Điềm He of today."""
    decision = screen(report(NEW, "06256", as_successor=True, revision=2), AFTER)

    assert isinstance(decision, Accepted)
    logged = events.read_logged(decision.logged)
    assert logged is not None
    assert (logged.unit_id, logged.sender, logged.data["as_successor"]) == ("06256", NEW, True)
    assert codes(screen(sent_by(NEW, withdrawn("06256"), as_successor=True), AFTER)) == []


def test_red_team_02_the_revisions_of_the_ended_unit_go_on() -> None:
    before = known(submitted("06256", revision=3))
    decision = screen(report(NEW, "06256", as_successor=True, revision=2), AFTER, before=before)

    assert isinstance(decision, Accepted)
    assert [warning.code for warning in decision.warnings] == ["report.superseded"]


def test_red_team_05_a_new_unit_reports_a_spanning_period_for_itself() -> None:
    assert codes(screen(report(NEW, period="2025"), AFTER)) == []
    assert codes(screen(report(NEW, period="2025", as_successor=True), AFTER)) == ["report.not_a_successor"]


def test_before_the_reform_the_old_unit_reports_the_spanning_period_for_itself() -> None:
    decision = screen(report(OLD, period="2025"), BEFORE)

    assert isinstance(decision, Accepted)
    assert decision.about.unit_id == OLD
    assert codes(screen(report(OLD, period="2025", as_successor=True), BEFORE)) == ["report.not_a_successor"]


@pytest.mark.parametrize("flag", [False, None])
def test_as_successor_false_says_nothing(flag: bool | None) -> None:
    assert codes(screen(report(NEW, as_successor=flag), AFTER)) == ["report.other_unit_then"]
    assert codes(screen(report(OLD, as_successor=flag), BEFORE)) == []


@pytest.mark.parametrize("flag", [1, 0, "true", "", [True], {"a": 1}, 1.5])
def test_as_successor_is_a_flag(flag: object) -> None:
    found = refusals(screen(report(NEW, as_successor=flag), AFTER))

    assert ("event.invalid_field", "data.as_successor") in [(reason.code, reason.path) for reason in found]


@pytest.mark.parametrize("event", [returned(), extended(), opened()])
def test_recipients_do_not_say_as_successor(event: Event) -> None:
    found = refusals(screen(sent_by("20-STC", event, as_successor=True), AFTER))

    assert ("event.unknown_field", "data.as_successor") in [(reason.code, reason.path) for reason in found]


def test_a_unit_that_is_no_heir_may_not_act_for_another() -> None:
    assert codes(screen(report(TOWN, as_successor=True), AFTER)) == ["report.not_a_successor"]
    assert codes(screen(report(TOWN), AFTER)) == ["event.subject_mismatch"]
    assert codes(screen(report("06283", "06298", as_successor=True), BEFORE)) == ["report.not_a_successor"]


def test_red_team_19_nobody_acts_for_a_unit_whose_heir_is_not_declared() -> None:
    decision = refusals(screen(sent_by(PART, submitted(OPEN), as_successor=True), AFTER))[0]
    unsaid = refusals(screen(sent_by(PART, submitted(OPEN)), AFTER))[0]

    assert (decision.code, decision.path) == ("report.heir_not_declared", "data.as_successor")
    assert "chưa khai đơn vị kế thừa" in decision.message_vi
    assert unsaid.code == "report.other_unit_then"
    assert "chưa khai đơn vị kế thừa" in unsaid.message_vi


def test_red_team_07_the_claims_of_two_bearers_of_a_code_never_meet() -> None:
    old, new = (screen(report(sender, period="2025"), at) for sender, at in ((OLD, BEFORE), (NEW, AFTER)))

    assert isinstance(old, Accepted)
    assert isinstance(new, Accepted)
    ids = [events.read_logged(decision.logged) for decision in (old, new)]
    assert [logged.id.partition("/")[0] for logged in ids if logged is not None] == [OLD, NEW]


# Recipients


@pytest.mark.parametrize("period", ["2024", "2025"])
@pytest.mark.parametrize(
    ("received", "recipient"),
    [
        (MARCH - timedelta(milliseconds=1), LABOUR),
        (MARCH, INTERIOR),
        (BEFORE, INTERIOR),
        (AFTER, INTERIOR_NEW),
        (datetime(2025, 8, 1, tzinfo=VIETNAM), INTERIOR_NEW),
    ],
)
def test_red_team_03_whoever_is_the_recipient_on_the_day_of_receipt_acts_also_for_earlier_periods(
    period: str, received: datetime, recipient: str
) -> None:
    commune = "18880"  # Đức Ninh Đông before, Đồng Thuận after
    for sender in (LABOUR, INTERIOR, INTERIOR_NEW, "44-SYT", "20-STC"):
        event = sent_by(sender, extended(commune, regime=NQ68, period=period, until="2198-12-31"))
        assert (codes(screen(event, received)) == []) == (sender == recipient), (sender, codes(screen(event, received)))


def test_a_former_recipient_learns_that_it_has_ended_and_who_follows() -> None:
    [reason] = refusals(screen(sent_by(LABOUR, extended("18880", regime=NQ68, until="2198-12-31")), MARCH))

    assert reason.code == "sender.ended"
    assert "/units/44-SNV." in reason.message_vi


def test_who_is_not_the_recipient_learns_who_acts_today() -> None:
    [reason] = refusals(screen(sent_by("44-2025", extended("18880", regime=NQ68, until="2198-12-31")), AFTER))

    assert reason.code == "action.not_recipient"
    assert "44-SLDTBXH (nay là 44-SNV-2025)" in reason.message_vi


def test_red_team_03_the_heir_of_the_recipient_returns_a_report_of_2024() -> None:
    event = sent_by("20-STC", returned(OLD, fix_by="2198-12-31"))

    assert codes(screen(event, AFTER, before=known(submitted(OLD)))) == []
    assert codes(screen(sent_by("20", returned(OLD, fix_by="2198-12-31")), AFTER, before=known(submitted(OLD)))) == ["action.not_recipient"]


# Confirmations


@pytest.mark.parametrize(
    ("sender", "received", "flag", "wrong"),
    [
        ("450", BEFORE, None, []),
        ("450", AFTER, None, ["sender.ended"]),
        ("44-2025", AFTER, None, ["report.other_unit_then"]),
        ("44-2025", AFTER, True, []),
        (INTERIOR_NEW, AFTER, True, ["report.not_a_successor"]),
        ("44-2025", BEFORE, True, ["sender.not_begun"]),
    ],
)
def test_red_team_04_a_district_confirms_until_it_ends_and_then_its_heir_does_as_successor(
    sender: str, received: datetime, flag: bool | None, wrong: list[str]
) -> None:
    views = known(views={(NQ68, "2024", "450"): confirmed("450")["data"]["view_hash"]})

    assert codes(screen(sent_by(sender, confirmed("450"), as_successor=flag), received, before=views)) == wrong


def test_from_the_reform_on_the_recipient_confirms_the_view_of_whom_it_acts_for() -> None:
    event = confirmed("44", period="2025")
    digest = hash_of(NQ68, "2025", "44-2025", FIGURES)
    own = sent_by(INTERIOR_NEW, event, view_hash=digest)

    views = known(views={(NQ68, "2025", "44-2025"): digest})
    assert codes(screen(own, AFTER, before=views)) == []
    assert codes(screen(sent_by(INTERIOR_NEW, own, as_successor=True), AFTER, before=views)) == ["report.not_a_successor"]
    assert codes(screen(sent_by("44-2025", own), AFTER, before=views)) == ["action.other_confirmer"]
    assert codes(screen(sent_by("44-SYT-2025", own), AFTER, before=views)) == ["action.other_confirmer"]
    assert codes(screen(sent_by(INTERIOR_NEW, event, unit="450"), AFTER, before=views))[-1:] == ["action.not_confirmer"]


@pytest.mark.parametrize(
    ("sender", "flag", "wrong"),
    [
        (INTERIOR_NEW, None, []),
        (INTERIOR_NEW, True, ["report.not_a_successor"]),
        ("44-2025", None, ["action.other_confirmer"]),
        ("44-2025", True, ["report.not_a_successor"]),
    ],
)
def test_nobody_is_the_successor_of_an_area(sender: str, flag: bool | None, wrong: list[str]) -> None:
    """The recipient confirms the view of the area inside which units report. An area is valid, although it is no unit."""
    digest = hash_of(NQ68, "2025", "44-QB", FIGURES)
    event = sent_by(sender, confirmed("44-QB", period="2025"), view_hash=digest, as_successor=flag)

    assert codes(screen(event, AFTER, of_an_area(), known(views={(NQ68, "2025", "44-QB"): digest}))) == wrong


def of_an_area() -> Reference:
    """The reformed reference, with a regime whose recipient acts for nobody, so it confirms the view of the area."""
    whole = seeds.reformed_reference().regimes[NQ68]
    file = whole.model_dump(exclude_unset=True, by_alias=True)
    file["changes"][-1] |= {"on_behalf_of": ""}
    return replace(seeds.reformed_reference(), regimes={NQ68: Regime.model_validate(file)})


def test_a_confirmation_before_the_reform_concerns_the_early_view() -> None:
    digest = hash_of(NQ68, "2025", "450", FIGURES)
    event = sent_by("450", confirmed("450", period="2025"), view_hash=digest)
    early, late = f"450@{BEFORE:%Y-%m-%d}", "450"

    assert codes(screen(event, BEFORE, before=known(views={(NQ68, "2025", early): digest}))) == []
    assert codes(screen(event, BEFORE, before=known(views={(NQ68, "2025", late): digest}))) == ["action.no_such_view"]


def test_an_ended_unit_has_one_actor() -> None:
    """I6: on any day exactly one unit may send for a unit, or none if no heir is declared."""
    registry = reformed().registry
    for unit in ("06253", "06256", "06268", "06280", "06286", "06298"):
        for received in (BEFORE, AFTER):
            allowed = [
                sender
                for sender in ("06253", "06256", "06268", "06280", "06286", "06298", TOWN, NEW, "06286-2025", "06298-2025", "20", "184")
                for flag in (None, True)
                if not codes(screen(report(sender, unit, as_successor=flag), received))
            ]
            acting = registry.acting(unit, received.date())
            assert allowed == [acting.id if acting is not None else ""]


# The order of a reform and of what came before it

REPORTED = submitted(OLD, period="2025")
SENT_EARLY = [
    *(report(sender, unit, period=period) for sender in (OLD, "06256") for unit in (OLD, "06256") for period in ("2024", "2025")),
    report(OLD, period="2025", as_successor=True),
    sent_by(OLD, withdrawn(OLD, period="2025")),
    sent_by("184-TCKH", extended(OLD, period="2025", until="2198-12-31")),
    sent_by("184-TCKH", returned(OLD, period="2025", fix_by="2198-12-31")),
    *(sent_by(sender, extended("18880", regime=NQ68, period="2025", until="2198-12-31")) for sender in (LABOUR, INTERIOR, "44-SYT")),
    report("nobody"),
    report("99999", "99999"),
]


@given(event=st.sampled_from(SENT_EARLY), minutes=st.integers(0, (BEFORE - FIRST_RECEIVED) // timedelta(minutes=1)))
def test_the_decision_on_what_was_received_before_a_reform_does_not_depend_on_when_it_was_applied(event: Event, minutes: int) -> None:
    """I3. Both reforms are applied or none is, so offices are judged only before the first one."""
    received = FIRST_RECEIVED + timedelta(minutes=minutes)
    if event["source"].startswith("/units/44-"):
        received = min(received, MARCH - timedelta(minutes=1))
    without, applied = (screen(event, received, reference, before=known(REPORTED)) for reference in (unreformed(), reformed()))

    assert without == applied


@pytest.mark.parametrize(
    ("period", "received", "code"), [("2025", AFTER, "report.regime_ended"), ("2025-H3", AFTER, "report.unknown_period")]
)
def test_a_period_after_the_end_of_its_regime_is_refused_with_the_day(period: str, received: datetime, code: str) -> None:
    event = sent_by("52-2025", opened(), regime="kl62-binh-dinh", period=period)
    found = {reason.code: reason for reason in refusals(screen(event, received, seeds.reformed_reference()))}

    assert code in found
    assert ("ngày 01/07/2025" in found[code].message_vi) is (code == "report.regime_ended")
