"""A national deadline morning: all 10,035 communes owe two reports each, and the reminders of eight o'clock go out while reports arrive.

What: two regimes ask every commune, with a deadline that puts a rung on the chosen instant. One commune in ten has a mail address, and so
has the recipient. From five seconds before that instant on, reports arrive through INBOX and a real ingest at 100 a second, from the units
in random order. All times run from that instant: `raised_s` until the last alert is in ALERTS, `digests_raised_s` until both digests are on
their subject, `digests_mailed_s` until the mail server has the mail about both, `tick_s` until the mail server has the last mail. Targets:
alerts raised within 30 s, digests within 60 s. A commune that owes both reports gets one mail. `came` counts the reports accepted by the
end, `stopped` the alerts that they stopped before publishing, `mails_stopped` those that they stopped before mailing.

How: real nats-server, mongod, ingest and mail catcher on one machine, everything durable; the notifier has folded the log before. Seed: 2
(the order of the units). Again: `make bench ONLY=morning`. Figures: docs/benchmarks.md.
"""

import asyncio
import multiprocessing
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import orjson
import structlog
from nats.aio.msg import Msg

from services.devstack import mailcatcher
from services.devstack.ports import choose_ports
from services.notify import tick
from services.notify.app import opened
from services.notify.channels.email import Email, SmtpServer
from services.notify.channels.stream import Stream
from services.notify.domain.alerts import EMAIL, PASSED, STREAM
from services.notify.domain.duties import REPORT
from services.notify.tick import Desk
from shared.plumbing import tasks
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import subjects
from shared.words import periods
from shared.words.calendar import COMMON
from shared.words.failures import TransientError
from shared.words.regimes import Regime
from shared.words.units import Contact, Unit
from tests.benchmarks import load
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import NATIONAL, YEAR, machine, national_regime
from tests.running import running, with_all_settings

RECIPIENT: Final = "44-SLDTBXH"  # receives both digests of the rung
RECIPIENT_MAIL: Final = "so@tinh.example"
REGIMES: Final = (NATIONAL, f"{NATIONAL}-hai")
MAIL_EVERY: Final = 10
MOST_FAILED: Final = 3
REPORTED: Final = 400  # units that have reported before
COMING_PER_S: Final = 100
BEFORE_S: Final = 5.0
SEED: Final = 2

log = structlog.get_logger()


@dataclass
class Strike:
    """What was seen since eight o'clock."""

    began: float = field(default_factory=time.perf_counter)
    began_ns: int = field(default_factory=time.time_ns)
    digests: list[float] = field(default_factory=list)

    def elapsed_s(self, at: float | None = None) -> float:
        return round((time.perf_counter() if at is None else at) - self.began, 1)


async def measure(_: float) -> Figures:
    """`morning`: how many, how soon raised, digests apart, how many reports came and what they stopped; it has one size."""
    regimes = [national_regime(regime_id).model_copy(update={"recipient": RECIPIENT}) for regime_id in REGIMES]
    async with machine(*regimes) as connections:
        return {"morning": await _morning(with_all_settings(connections), regimes)}


async def _morning(connections: Connections[Settings], regimes: Sequence[Regime]) -> Figures:
    communes = await _units_with_mail(connections)
    await connections.database["regimes"].update_many({}, {"$set": {"loaded_at": datetime(int(YEAR), 1, 1, tzinfo=UTC)}})
    await _log(connections, regimes[0], communes[:REPORTED])
    eight = _last_morning()
    port = choose_ports(defaults=False).smtp
    with TemporaryDirectory(prefix="tonghop-bench-") as name:
        folder = Path(name)
        async with (
            _catching(folder, port),
            running(connections.settings, folder, "ingest"),
            opened(connections, lambda: eight) as desk,
        ):
            server = SmtpServer("127.0.0.1", port, connections.settings.mail_from, connections.clock)
            desk = replace(desk, channels=[Stream(connections.streams), Email(server, connections.settings.site, desk.alerts.mails_sent)])
            coming = asyncio.create_task(_come_in(connections, regimes[1], communes))
            await asyncio.sleep(BEFORE_S)
            return await _strike(connections, desk, eight, coming, folder)


async def _strike(connections: Connections, desk: Desk, eight: datetime, coming: asyncio.Task[None], folder: Path) -> Figures:
    strike = Strike()

    async def on_digest(_: Msg) -> None:
        strike.digests.append(time.perf_counter())

    await connections.streams.client.subscribe(subjects.alerts(RECIPIENT), cb=on_digest)
    watching = asyncio.create_task(_until_raised(connections))
    failed = await _tick(desk, eight)
    tick_s = strike.elapsed_s()
    raised_s = strike.elapsed_s(await watching)
    await tasks.end(coming)
    alerts, of_rung = connections.database["alerts"], {"task": REPORT, "at": eight}
    claimed = await alerts.count_documents({**of_rung, "channel": STREAM})
    dropped = await alerts.count_documents({**of_rung, "channel": STREAM, "state": PASSED})
    owed = len(REGIMES) * len(await connections.database["units"].distinct("_id", {"level": "commune"})) - REPORTED
    mails = [(int(path.name.split("-")[0]), path.read_bytes()) for path in folder.glob("*.eml")]
    digests = [at for at, content in mails if f"To: {RECIPIENT_MAIL}".encode() in content]
    return {
        "owed": owed,
        "alerts": claimed - dropped,
        "raised_s": raised_s,
        "digests": len(strike.digests),
        "digests_raised_s": strike.elapsed_s(max(strike.digests)),
        "digests_mailed": len(digests),
        "digests_mailed_s": round((max(digests) - strike.began_ns) / 1e9, 1),
        "mails": len(mails),
        "tick_s": tick_s,
        "came": await connections.streams.last_sequence(subjects.REPORTS) - REPORTED,
        "stopped": owed - claimed + dropped,
        "stopped_after_the_claim": dropped,
        "mails_stopped": await alerts.count_documents({**of_rung, "channel": EMAIL, "state": PASSED}),
        "failed_ticks": failed,
    }


async def _tick(desk: Desk, at: datetime) -> int:
    """Ticks until nothing fails, as the service does, but at once; how many ticks failed."""
    for failed in range(MOST_FAILED):
        try:
            await tick.tick(desk, at)
        except TransientError as error:
            log.warning("tick.failed", error=str(error))
        else:
            return failed
    raise TimeoutError("the tick fails again and again")


def _last_morning() -> datetime:
    """08:00 on the last working day before 20/12."""
    last = datetime(int(YEAR), 12, 20, tzinfo=periods.VIETNAM).date() - timedelta(days=1)
    return periods.start_of(COMMON.before_or_on(last)) + timedelta(hours=8)


async def _units_with_mail(connections: Connections) -> list[Unit]:
    """All communes by code; one in ten, and the recipient, gets an address."""
    units = (await connections.reference.current()).registry.units
    communes = sorted((unit for unit in units if unit.level == "commune"), key=lambda unit: unit.code)
    addresses = {unit.id: f"{unit.code}@xa.example" for unit in communes[::MAIL_EVERY]} | {RECIPIENT: RECIPIENT_MAIL}
    reachable = [replace(unit, contacts=(Contact("Văn phòng", "", addresses[unit.id]),)) for unit in units if unit.id in addresses]
    await connections.reference.put_units(reachable)
    return communes


async def _log(connections: Connections, regime: Regime, units: list[Unit]) -> None:
    messages = list(load.logged(regime, YEAR, units, len(units), connections.declaration.partitions))
    await connections.streams.publish_together(subjects.REPORTS, messages)


async def _come_in(connections: Connections, regime: Regime, communes: Sequence[Unit]) -> None:
    """Every commune reports once, 100 a second from the beginning on, whatever the servers do."""
    rng, began = random.Random(SEED), time.perf_counter()
    for number, unit in enumerate(rng.sample(communes, len(communes))):
        await asyncio.sleep(max(0.0, began + number / COMING_PER_S - time.perf_counter()))
        payload = orjson.dumps(load.event(regime, YEAR, unit, 1, rng))
        await connections.streams.client.publish(subjects.inbox(unit.code), payload)


async def _until_raised(connections: Connections) -> float:
    """When ALERTS last grew, once it has not grown for ten seconds."""
    grew, last = time.perf_counter(), 0
    while last == 0 or time.perf_counter() - grew < 10:
        now = await connections.streams.last_sequence(subjects.ALERTS)
        if now != last:
            grew, last = time.perf_counter(), now
        await asyncio.sleep(0.05)
    return grew


@asynccontextmanager
async def _catching(folder: Path, port: int) -> AsyncIterator[None]:
    """A mail server in a process of its own."""
    catcher = multiprocessing.get_context("spawn").Process(target=_catch, args=(folder, port), daemon=True)
    catcher.start()
    try:
        await _until_open(port)
        yield
    finally:
        catcher.terminate()
        catcher.join()


def _catch(folder: Path, port: int) -> None:
    async def catch() -> None:
        async with mailcatcher.catching(folder, port):
            await asyncio.Event().wait()

    asyncio.run(catch())


async def _until_open(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
