"""The system under benchmark: its own servers on free ports, the real units, and regimes of the requested size."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from services.devstack.servers import Server, choose_ports, start_mongo
from shared.plumbing import streams
from shared.shell import service
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.words.obligations import DeadlineRule, Obligation
from shared.words.regime_parts import Group, Indicator
from shared.words.regimes import Regime
from tests import nats_users, seeds

YEAR = str(datetime.now(UTC).year)
NATIONAL = "do-toc-do"
INDICATORS = 12
CACHE_GB = 4.0  # of mongod: a million reports and their indexes; by itself it would take half of the memory


def national_regime(regime_id: str = NATIONAL) -> Regime:
    """A regime of twelve indicators that asks all communes of the country."""
    kinds = [
        *(Indicator(code=f"so_{number}", label="Số", kind="quantity", decimals=number % 4, max="99999999") for number in range(8)),
        *(Indicator(code=f"ty_le_{number}", label="Tỷ lệ", kind="ratio") for number in range(2)),
        Indicator(code="co", label="Có", kind="flag"),
        Indicator(code="muc", label="Mức", kind="choice", options={"thap": "Thấp", "vua": "Vừa", "cao": "Cao"}),
    ]
    return Regime(
        id=regime_id,
        title="Chế độ đo tốc độ",
        legal_basis=[],
        calendar="year",
        periods=[YEAR],
        recipient="44-SLDTBXH",
        reporters={"xa": Group(label="Xã", level="commune")},
        obligation=Obligation(on_call=False, deadlines={"xa": DeadlineRule(before="12-20")}),
        indicators=kinds,
    )


@dataclass(frozen=True, slots=True)
class Machine:
    """Open connections, and the servers behind them as processes."""

    connections: Connections
    nats: Server
    mongo: Server


@asynccontextmanager
async def machine(*regimes: Regime) -> AsyncIterator[Connections]:
    """Servers, streams, units and regimes, gone afterwards."""
    async with servers(*regimes) as running:
        yield running.connections


@asynccontextmanager
async def servers(*regimes: Regime) -> AsyncIterator[Machine]:
    """The same, with the servers' processes."""
    with TemporaryDirectory(prefix="tonghop-bench-") as name:
        folder, ports = Path(name), choose_ports(defaults=False)
        nats = await nats_users.start_nats(folder / "nats", ports.nats, ports.nats_http)
        try:
            mongo = await start_mongo(folder / "mongo", ports.mongo, cache_gb=CACHE_GB)
        except BaseException:
            await nats.stop()
            raise
        settings = Settings(
            _env_file=None,
            nats_url=nats.url,
            nats_creds=nats_users.creds(),
            nats_keys=nats_users.key_folder(),
            nats_monitor_url=f"http://127.0.0.1:{ports.nats_http}",
            mongo_url=mongo.url,
            database="bench",
        ).model_copy(update=ports.of_services())
        connections = service.connections(settings, nats_users.USER)
        try:
            await connections.broker.start()
            await streams.apply(connections.streams.jetstream, connections.declaration)
            await connections.reference.put_units(seeds.units())
            await connections.reference.put_regimes([*seeds.first_regimes(), *regimes])
            yield Machine(connections, nats, mongo)
        finally:
            await connections.close()
            await nats.stop()
            await mongo.stop()
