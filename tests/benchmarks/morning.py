"""A national deadline morning: all 10,035 communes owe two reports each, and eight o'clock strikes.

What: two regimes ask every commune, the deadline is such that a rung falls on the chosen instant; one unit in ten has a mail
address; one notifier has folded the log. `raised_s` is the time of one `handlers.tick` from its start until every alert stands
in ALERTS, while reports of other regimes' units come in through the log; `tick_s` until the last mail is handed over; wanted:
raised in 30 s. How: real nats-server, mongod and mail catcher in one machine, all durable. Seed: none, nothing is random.
Again: `make bench ONLY=morning`. Figures: docs/benchmarks.md.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog

from services.cli.embedded import mailcatcher
from services.cli.embedded.ports import choose_ports
from services.notify import handlers
from services.notify.app import opened
from services.notify.domain.alerts import Alert
from services.notify.handlers import Desk
from services.notify.mailer import Mailer
from shared import calendar, periods, subjects, tasks
from shared.errors import TransientError
from shared.regimes import Regime
from shared.service import Connections
from shared.units import Contact, Unit
from tests.benchmarks import load
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import NATIONAL, YEAR, machine, national_regime

RECIPIENT: Final = "44-SLDTBXH"  # receives both digests of the rung
REGIMES: Final = (NATIONAL, f"{NATIONAL}-hai")
MAIL_EVERY: Final = 10
MOST_FAILED: Final = 3
REPORTED: Final = 400  # units that have reported before
COMING_PER_S: Final = 100

log = structlog.get_logger()


async def measure(_: float) -> Figures:
    """`morning: {"units", "alerts", "raised_s", "mails", "tick_s"}`; it has one size, the whole country."""
    regimes = [national_regime(regime_id).model_copy(update={"recipient": RECIPIENT}) for regime_id in REGIMES]
    async with machine(*regimes) as held:
        return {"morning": await _morning(held, regimes)}


async def _morning(held: Connections, regimes: Sequence[Regime]) -> Figures:
    communes = await _communes_with_mail(held)
    await held.database["regimes"].update_many({}, {"$set": {"loaded_at": datetime(int(YEAR), 1, 1, tzinfo=UTC)}})
    await _log(held, regimes[0], communes[:REPORTED])
    eight = _last_morning()
    ports = choose_ports(defaults=False)
    with TemporaryDirectory(prefix="tonghop-bench-mail-") as name:
        async with mailcatcher.catching(Path(name), ports.smtp), opened(held, lambda: eight) as desk:
            desk = replace(desk, mailer=Mailer("127.0.0.1", ports.smtp, held.settings.mail_from))
            wanted = len(regimes) * len(communes) - REPORTED
            coming = asyncio.create_task(_come_in(held, regimes[1], communes))
            began = time.perf_counter()
            watching = asyncio.create_task(_until_raised(held, wanted))
            raised, failed = await _tick(desk, eight)
            tick_s = time.perf_counter() - began
            raised_s = await watching - began
            await tasks.end(coming)
            mails = sum(1 for _ in Path(name).glob("*.eml"))
    units = len({alert.unit for alert in raised if not alert.is_digest})
    return {
        "units": units,
        "alerts": len(raised),
        "raised_s": round(raised_s, 1),
        "mails": mails,
        "tick_s": round(tick_s, 1),
        "failed_ticks": failed,
    }


async def _tick(desk: Desk, at: datetime) -> tuple[list[Alert], int]:
    """Ticks until nothing fails, as the service does, but at once; what was raised, and how many ticks failed."""
    raised: list[Alert] = []
    for failed in range(MOST_FAILED):
        try:
            raised = raised or await handlers.tick(desk, at)
            await handlers.send_raised(desk, at)
        except TransientError as error:
            log.warning("tick.failed", error=str(error))
        else:
            return raised, failed
    raise TimeoutError("the tick fails again and again")


def _last_morning() -> datetime:
    """08:00 on the last working day before 20/12."""
    last = datetime(int(YEAR), 12, 20, tzinfo=periods.VIETNAM).date() - timedelta(days=1)
    return periods.start_of(calendar.working_day_before_or_on(last)) + timedelta(hours=8)


async def _communes_with_mail(held: Connections) -> list[Unit]:
    """All communes; one in ten gets an address."""
    units = [unit for unit in (await held.reference.current()).registry.units if unit.level == "commune"]
    chosen = sorted(units, key=lambda unit: unit.code)[::MAIL_EVERY]
    await held.reference.put_units([replace(unit, contacts=(Contact("Văn phòng", "", f"{unit.code}@xa.example"),)) for unit in chosen])
    return units


async def _log(held: Connections, regime: Regime, units: list[Unit]) -> None:
    messages = list(load.logged(regime, YEAR, units, len(units), held.declaration.partitions))
    await held.streams.publish_together(subjects.REPORTS, messages)


async def _come_in(held: Connections, regime: Regime, communes: list[Unit]) -> None:
    """Reports after the tick's instant: they do not hold it up."""
    for message in load.logged(regime, YEAR, communes, len(communes), held.declaration.partitions, seed=2):
        await held.streams.publish(subjects.REPORTS, message)
        await asyncio.sleep(1 / COMING_PER_S)


async def _until_raised(held: Connections, wanted: int) -> float:
    """When ALERTS held as many as were wanted, or had not grown for ten seconds (some have reported meanwhile)."""
    grew, last = time.perf_counter(), 0
    while last < wanted and (last == 0 or time.perf_counter() - grew < 10):
        now = await held.streams.last_sequence(subjects.ALERTS)
        if now != last:
            grew, last = time.perf_counter(), now
        await asyncio.sleep(0.05)
    return grew
