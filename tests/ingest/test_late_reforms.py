"""A reform that is registered late: what came after its first day under old ids is known to the units for which it counts."""

from datetime import timedelta

import pytest

from services.ingest.domain import earlier, screening
from services.ingest.domain.case import Case, Incoming
from services.ingest.domain.decision import Accepted
from services.ingest.domain.known import Known
from shared.wire import events
from tests.builders import CT27, Event, payload, returned, submitted
from tests.ingest.conftest import PARTITIONS, Ingest
from tests.ingest.reforming import AFTER, BEFORE, codes, reformed, refusals, screen, sent_by, unreformed

OLD, NEW = "06280", "06280-2025"
LATER = AFTER + timedelta(days=30)


def report(sender: str, revision: int = 1, period: str = "2025") -> Event:
    return sent_by(sender, submitted(OLD, period=period, revision=revision))


def test_red_team_13_the_reports_of_a_unit_may_be_logged_under_the_ids_of_earlier_bearers_of_its_code() -> None:
    assert set(earlier.ids(reformed(), (CT27, "2025", NEW))) == {OLD}
    assert set(earlier.ids(reformed(), (CT27, "2024", OLD))) == set()
    assert set(earlier.ids(unreformed(), (CT27, "2025", OLD))) == set()


@pytest.mark.parametrize(("received", "period", "counts_for"), [(AFTER, "2025", NEW), (BEFORE, "2025", OLD), (AFTER, "2024", OLD)])
def test_red_team_13_an_event_from_after_the_reform_counts_for_the_bearer_of_the_code(
    received: object, period: str, counts_for: str
) -> None:
    decision = screen(report(OLD, period=period), received, unreformed())  # type: ignore[arg-type]
    assert isinstance(decision, Accepted)
    logged = events.read_logged(decision.logged)
    assert logged is not None
    assert logged.unit_id == OLD

    assert earlier.counted(reformed(), logged).unit_id == counts_for


async def test_red_team_13_revisions_and_returns_see_what_came_before_the_reform_was_registered(ingest: Ingest) -> None:
    first = screen(report(OLD, revision=3), AFTER, unreformed())
    assert isinstance(first, Accepted)
    await ingest.store.claim([(Incoming(OLD, b"", events.to_ms(AFTER), 1), first)], PARTITIONS)

    revision = await _known(ingest, report(NEW, revision=2))
    back = sent_by("20-STC", returned(OLD, period="2025", revision=3, fix_by="2198-12-31"))
    act = await _known(ingest, back)
    decision = screen(report(NEW, revision=2), LATER, before=revision)

    assert isinstance(decision, Accepted)
    assert [warning.code for warning in decision.warnings] == ["report.superseded"]
    assert codes(screen(back, LATER, before=act)) == []


async def test_what_came_before_the_first_day_belongs_to_the_early_block(ingest: Ingest) -> None:
    first = screen(report(OLD, revision=3), BEFORE, unreformed())
    assert isinstance(first, Accepted)
    await ingest.store.claim([(Incoming(OLD, b"", events.to_ms(BEFORE), 1), first)], PARTITIONS)

    back = sent_by("20-STC", returned(OLD, period="2025", revision=3, fix_by="2198-12-31"))
    decision = screen(back, LATER, before=await _known(ingest, back))

    assert [reason.code for reason in refusals(decision)] == ["action.no_such_revision"]


async def test_a_report_that_is_sent_again_after_the_reform_was_registered_gets_its_first_verdict(ingest: Ingest) -> None:
    event = report(OLD)
    accepted, refused = screen(event, AFTER, unreformed()), screen(event, LATER, reformed())
    assert isinstance(accepted, Accepted)
    assert codes(refused) == ["sender.ended"]

    for number, decision in enumerate((accepted, refused), 1):
        incoming = Incoming(OLD, payload(event), events.to_ms(AFTER), number)
        [claim] = await ingest.store.claim([(incoming, decision)], PARTITIONS)  # type: ignore[list-item]

    assert (claim.verdict, claim.is_repeat) == ("accepted", True)


async def _known(ingest: Ingest, event: Event) -> Known:
    """What the store knows about the event's report."""
    sender = event["source"].removeprefix("/units/")
    case = screening.read(Incoming(sender, payload(event), events.to_ms(LATER), 1), reformed())
    assert isinstance(case, Case)
    return await ingest.store.known(screening.abouts([case]), (), (), reformed())
