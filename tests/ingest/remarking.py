"""A regime that takes estimates and lets others enter reports, and its units, for tests of what a report says about its figures."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Decision, Rejected
from services.ingest.domain.known import Known
from shared.wire import events
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.regimes import Regime
from tests import seeds
from tests.builders import NQ68, Event, payload, sender_of, submitted

UNIT: Final = "18856"  # a commune of the district 450 in nq68
OTHER: Final = "18853"  # its neighbour
DISTRICT, PROVINCE, RECIPIENT = "450", "44", "44-SLDTBXH"
UNTIL: Final = datetime(2024, 12, 15, tzinfo=VIETNAM)  # official figures are due before 15/12
DURING: Final = UNTIL - timedelta(days=2)
PERSON: Final = "people/p-0142"


@cache
def reference(**changed: Any) -> Reference:
    """The first units, with nq68 as it would be with estimates and entering."""
    first = seeds.first_reference()
    return Reference(1, first.registry, first.regimes | {NQ68: regime(first)}, first.loaded_at)


def regime(of: Reference, **changed: Any) -> Regime:
    """nq68 with what is said in `changed`, as in its file."""
    file = of.regimes[NQ68].model_dump(exclude_unset=True, by_alias=True)
    more = {"estimates": {"until": {"before": "12-15"}}, "entered_by": ["recipient", "confirmers"]}
    return Regime.model_validate(file | more | changed)


def with_regime(**changed: Any) -> Reference:
    """The same world with something else in the regime."""
    first = reference()
    return Reference(1, first.registry, first.regimes | {NQ68: regime(first, **changed)}, first.loaded_at)


def report(unit: str = UNIT, **about: Any) -> Event:
    """A report of a commune in nq68; 12 persons found work unless figures are given."""
    return submitted(unit, **({"regime": NQ68, "values": {"ld_viec_lam_moi": 12}} | about))


def entered(by: str = DISTRICT, **about: Any) -> Event:
    """A report that a person of another unit entered."""
    return report(**({"actor": PERSON, "enteredby": by} | about))


def screen(
    event: Event,
    *,
    sender: str | None = None,
    received: datetime = DURING,
    known: Known | None = None,
    among: Reference | None = None,
    is_people: bool = False,
) -> Decision:
    incoming = Incoming(sender or sender_of(event), payload(event), events.to_ms(received), 1, is_people)
    return screening.screen(incoming, reference() if among is None else among, Known() if known is None else known)


def faults(decision: Decision) -> list[tuple[str, str]]:
    """Code and path of everything for which an event is refused; nothing if it is accepted."""
    return [(reason.code, reason.path) for reason in decision.reasons] if isinstance(decision, Rejected) else []


def logged(decision: Decision) -> dict[str, Any]:
    """The data of an accepted event in the log."""
    assert isinstance(decision, Accepted), decision
    event = events.read_logged(decision.logged)
    assert event is not None
    return event.data
