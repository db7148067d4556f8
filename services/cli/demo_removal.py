"""`tonghop demo --remove`: deletes all data of the embedded stack, but only if every event belongs to the demo."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import nats.js.errors
import orjson
import typer

from services.aggregate import log as logs
from services.cli import recording, session
from services.cli.stored import StoredData
from services.devstack import removal, servers, stack
from services.devstack.demo import season as seasons
from services.devstack.environment import CLI, environment
from services.devstack.ports import Ports, choose_ports
from services.devstack.runfolder import RUN_FOLDER, RunFolder
from shared.plumbing.nats_keys import NatsKeys
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.shell.settings import CliSettings
from shared.wire import collection_names, subjects
from shared.words import numbers
from shared.words.refusals import refusal

SHOWN: Final = 5
LOGINS: Final = frozenset(  # of the accounts that the demo makes
    {"can-bo-xa", "soan-bao-cao-xa", "duyet-gui-xa", "tiep-nhan-so", "tong-hop-so", "tong-hop-tinh", "quan-tri"}
)
COUNTED: Final = {
    collection_names.RECEIPTS: "biên nhận",
    collection_names.VIEWS: "bảng tổng hợp",
    collection_names.ALERTS: "lời nhắc",
    collection_names.UNITS: "đơn vị",
    collection_names.REGIMES: "chế độ báo cáo",
}


@dataclass(frozen=True, slots=True)
class Content:
    """What a stack holds: counts by kind, and the first events that do not belong to the demo."""

    counts: dict[str, int]
    strangers: list[str]


def is_elsewhere(run: RunFolder, settings: CliSettings) -> bool:
    """Whether the settings point to servers that do not belong to the stack in `run`."""
    ports = run.ports()
    if ports is None:
        return True
    own = {name.removeprefix("TONGHOP_").lower(): value for name, value in environment(ports, CLI, run.login(), run.nats_keys).items()}
    names = ("nats_url", "mongo_url", "database")
    return any(name in settings.model_fields_set and getattr(settings, name) != own[name] for name in names)


def remove(is_sure: bool) -> None:
    """Drops all data of the embedded stack if every event belongs to the demo, then starts the stack with empty data."""
    run = RunFolder(RUN_FOLDER)
    if is_elsewhere(run, session.settings()):
        session.stop(session.NO, refusal("demo.remove_elsewhere"))
    was_running = run.supervisor() is not None
    if was_running or not removal.is_begun(run):
        _judge_and_ask(run, is_sure, was_running)
    removal.finish(run)
    session.console.print("Đã xóa mọi số liệu. Tạo lại luồng, đơn vị, chế độ báo cáo …")
    stack.up()
    session.run(_record)
    session.console.print("Xong: hệ thống chạy với dữ liệu mới, chưa có sự kiện nào.")


async def _record() -> None:
    """The audit log of before is gone with the data; the new one begins with who removed them."""
    async with session.connected() as connections:
        await recording.record(connections, "demo.removed")


def _judge_and_ask(run: RunFolder, is_sure: bool, was_running: bool) -> None:
    """Checks the content and asks for confirmation. Then the stack is stopped and marked for removal; otherwise the command ends and
    nothing has changed.
    """
    if not run.mongo.exists():
        session.console.print("Không có số liệu nào: không có gì thay đổi.")
        raise typer.Exit(session.FINE)
    if was_running:
        _ask(session.run(_content_of_running), is_sure)
        stack.down()
    found = session.run(lambda: _content_of_stopped(run))  # checked while the stack is stopped, so no event can arrive afterwards
    if was_running and found.strangers:
        stack.up()
    if was_running:
        _refuse_strangers(found)
    else:
        _ask(found, is_sure)
    removal.begin(run)


async def _content_of_running() -> Content:
    async with session.connected() as connections:
        return await content(connections)


async def _content_of_stopped(run: RunFolder) -> Content:
    ports = choose_ports(defaults=False)
    async with _servers(run, ports):
        own = environment(ports, CLI, run.login(), run.nats_keys)
        settings = CliSettings(
            _env_file=None,
            nats_url=own["TONGHOP_NATS_URL"],
            nats_creds=own["TONGHOP_NATS_CREDS"],
            mongo_url=own["TONGHOP_MONGO_URL"],
            database=own["TONGHOP_DATABASE"],
        )
        async with session.connected(settings) as connections:
            return await content(connections)


@asynccontextmanager
async def _servers(run: RunFolder, ports: Ports) -> AsyncIterator[None]:
    """Runs only the stack's servers, on ports that no client knows."""
    mongod = await servers.start_mongo(run.mongo, ports.mongo, run.log_of("mongod"), login=run.login())
    try:
        nats_server = await servers.start_nats(
            run.nats, ports.nats, ports.nats_http, run.log_of("nats"), keys=NatsKeys.ensure(run.nats_keys, system_clock())
        )
        try:
            yield
        finally:
            await nats_server.stop()
    finally:
        await mongod.stop()


def _ask(found: Content, is_sure: bool) -> None:
    _refuse_strangers(found)
    session.console.print(f"Sẽ xóa mọi số liệu của hệ thống này: {_in_words(found.counts)}.")
    session.console.print("Đơn vị và chế độ báo cáo được nạp lại từ deploy/; đầu mối và những gì nạp thêm thì không.")
    if is_sure:
        return
    try:
        is_sure = typer.confirm("Xóa?", default=False)
    except typer.Abort:
        session.console.print()
    if not is_sure:
        session.stop(session.NO, refusal("demo.not_confirmed"))


def _refuse_strangers(found: Content) -> None:
    if found.strangers:
        shown = [*found.strangers[:SHOWN], *(["…"] if len(found.strangers) > SHOWN else [])]
        session.stop(session.NO, refusal("demo.other_events", events=shown))


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{numbers.vietnamese(count)} {name}" for name, count in counts.items())


async def content(connections: Connections) -> Content:
    """Counts what is stored, and lists events that do not belong to the demo: in the log, `reports`, the claims, and INBOX."""
    logged, strangers = await _of_log(connections)
    stored = StoredData(connections.database)
    async for name, claim_id, event in stored.accepted_events():
        if len(strangers) > SHOWN:
            break
        strangers += _strangers(name, [event], claim_id)
    strangers += await _unscreened(connections)
    strangers += [f"{collection_names.PEOPLE} {login}" for login in await stored.logins() if login not in LOGINS]
    counts = {words: await stored.count(name) for name, words in COUNTED.items()}
    return Content({"sự kiện": logged} | counts, list(dict.fromkeys(strangers)))


async def _of_log(connections: Connections) -> tuple[int, list[str]]:
    """The number of events in the log, and the first events that do not belong to the demo."""
    try:
        end = await connections.streams.last_sequence(subjects.REPORTS)
    except nats.js.errors.NotFoundError:
        return 0, []
    count, strangers = 0, list[str]()
    async for batch in logs.whole(connections.streams, subjects.ALL_REPORTS, end):
        count += len(batch)
        strangers += [line for found in batch for line in _strangers(subjects.REPORTS, [found.payload], str(found.sequence))]
        if len(strangers) > SHOWN:
            break
    return count, strangers


async def _unscreened(connections: Connections) -> list[str]:
    """Messages that ingest has not screened yet and that do not belong to the demo."""
    jetstream, strangers = connections.streams.jetstream, list[str]()
    try:
        info = await jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
        last = await connections.streams.last_sequence(subjects.INBOX)
    except nats.js.errors.NotFoundError:
        return []
    first = (info.ack_floor.stream_seq if info.ack_floor is not None else 0) + 1
    for sequence in range(first, last + 1 if info.num_pending or info.num_ack_pending else first):
        try:
            message = await jetstream.get_msg(subjects.INBOX, sequence)
        except nats.js.errors.NotFoundError:
            continue
        strangers += _strangers(f"{subjects.INBOX} (chưa xử lý)", [message.data or b""], str(sequence))
        if len(strangers) > SHOWN:
            break
    return strangers


def _strangers(where: str, payloads: Sequence[bytes], name: str) -> list[str]:
    return [f"{where} {name}" for payload in payloads if not seasons.is_ours(_event(payload))]


def _event(payload: bytes) -> Any:
    try:
        return orjson.loads(payload)
    except ValueError:
        return None
