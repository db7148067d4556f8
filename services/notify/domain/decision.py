"""What a tick does: which alerts it raises and passes, and what becomes of raised ones that were not sent."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from services.notify.domain import due
from services.notify.domain.alerts import Alert
from services.notify.domain.notices import NOW
from services.notify.domain.owing import Owing, Pair
from services.notify.domain.series import Series
from shared.wire import events
from shared.words.calendar import WorkingDays
from shared.words.ladder import Rung


@dataclass(frozen=True, slots=True)
class Decision:
    """What a tick does: alerts to raise, and alerts that were missed and overtaken."""

    raised: tuple[Alert, ...]
    passed: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Raised alerts that were not sent yet: to be sent now, or never, because nothing is owed or they are too old."""

    send: tuple[Alert, ...]
    drop: tuple[Alert, ...]


def decide(
    ladders: Iterable[Series], alerted: Set[str], loaded_at: Mapping[str, datetime], working_days: WorkingDays, now: datetime
) -> Decision:
    """What to raise of some ladders. `alerted` are the ids, on the channel `stream`, of what was raised or passed before."""
    raised: list[Alert] = []
    passed: list[Alert] = []
    for one in ladders:
        names = {rung.name for rung, alert_id in zip(one.rungs, one.ids, strict=True) if alert_id in alerted}
        found = due.due_rungs(one.rungs, names, loaded_at[one.about.regime], now, working_days)
        raised += [one.alert(found.send, now)] if found.send else []
        passed += [one.alert(rung, now) for rung in found.passed]
    return Decision(tuple(raised), tuple(passed))


def horizon(unsent: Iterable[Alert], now: datetime) -> datetime:
    """The latest time at which one of some alerts was raised, or `now`: an alert may be raised for a time to come."""
    return max([now, *(alert.raised_at for alert in unsent)])


def sort_out(unsent: Iterable[Alert], owing: Mapping[Pair, Owing], working_days: WorkingDays, now: datetime) -> Leftovers:
    """What becomes of raised alerts that were not sent. Nobody is alerted who owes nothing any more, and nothing
    goes out on a day off. Each is judged at `now` or at the time it was raised for, whichever is later.
    """
    send: list[Alert] = []
    drop: list[Alert] = []
    for alert in unsent:
        at = max(now, alert.raised_at)
        if not _is_owed(alert, owing) or due.is_too_old(alert.at, at):
            drop.append(alert)
        elif due.may_go_out(Rung(alert.rung, alert.at), at, working_days):
            send.append(alert)
    return Leftovers(tuple(send), tuple(drop))


def _is_owed(alert: Alert, owing: Mapping[Pair, Owing]) -> bool:
    """Whether the unit, or of a digest anybody of the group, still owes just what the alert is about."""
    found = owing.get((alert.regime, alert.period))
    if found is None:
        return False
    if alert.is_digest:
        return found.is_group_owing(alert.deadline)
    duty = found.duty(alert.duty)
    if duty is None or events.to_text(duty.reminded_of) != events.to_text(alert.deadline):
        return False
    return alert.cause == (duty.cause if alert.rung != NOW or duty.notice is None else duty.notice.cause)
