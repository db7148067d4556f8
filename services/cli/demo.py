"""`tonghop demo`: runs a reporting season end to end with the real units and obligations."""

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage
from typing import Annotated, Any, Final

import typer

from services.aggregate.feed import plain
from services.cli import demo_accounts, demo_removal, session
from services.cli.files.unit_files import read_contacts
from services.cli.stored import StoredData
from services.devstack import mailbox, stack
from services.devstack.demo import season as seasons
from services.devstack.demo import show
from services.devstack.demo.season import Season
from services.devstack.runfolder import RUN_FOLDER, RunFolder
from services.ingest.domain.claims import ACCEPTED
from services.ingest.store import ClaimStore
from services.notify import app as notifier
from services.notify import tick
from services.notify.domain.alerts import Alert
from services.notify.tick import Desk
from services.portal.domain import address
from services.portal.reading import year
from services.portal.reading.store import PortalStore
from shared.plumbing import data_files, dry_runs
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.wire import envelope, events, subjects
from shared.wire.envelope import CloudEvent
from shared.wire.receipts import LogPosition
from shared.wire.view_key import ViewKey
from shared.wire.views import View
from shared.words import deadlines, numbers, periods
from shared.words.failures import TransientError
from shared.words.reference import Reference
from shared.words.refusals import refusal
from shared.words.scope import Scope

SHOWN: Final = ((seasons.VAN_QUAN, "184", "20"), (seasons.QUANG_BINH, "44", "44"))
"""The regimes whose roll-ups are shown, each with the codes of the unit then (2024) and today."""
MONTH_OF: Final = "44-QB"  # the area whose month is shown
CONFIRMED_THEN: Final = ViewKey(seasons.QUANG_BINH, "2024", seasons.CONFIRMING)
CORRECTED: Final = ViewKey(seasons.VAN_QUAN, "2024", "184")
CONTACTS: Final = data_files.FOLDER / "units/contacts-demo.csv"
SETTLE_S: Final = 60.0


def add_to(app: typer.Typer) -> None:
    """Registers the command of this module."""
    app.command("demo")(demo)


def demo(
    is_removal: Annotated[bool, typer.Option("--remove", help="Xóa mọi số liệu, chỉ khi mọi sự kiện là của bản chạy thử.")] = False,
    is_sure: Annotated[bool, typer.Option("--yes", help="Cùng --remove: không hỏi lại.")] = False,
) -> None:
    """Chạy thử một mùa báo cáo: gửi, tổng hợp, đôn đốc; chạy lại không thay đổi gì.

    Số liệu giả lập, đơn vị có thật. Xóa số liệu bằng: tonghop demo --remove

    Mã thoát: 0, 1 không xóa và vì sao, 3 hệ thống chưa chạy.
    """
    if is_removal:
        demo_removal.remove(is_sure)
        return
    if is_sure:
        raise session.wrong_use(refusal("demo.yes_without_remove"), "--yes")
    began = time.perf_counter()
    found = stack.addresses()
    if found is None:
        session.stop(session.AWAY, refusal("demo.stack_not_running"))
    settings = session.settings()
    if demo_removal.is_elsewhere(RunFolder(RUN_FOLDER), settings):
        session.stop(session.NO, refusal("demo.elsewhere"))
    season = session.run(_season)
    accounts = session.run(lambda: demo_accounts.passwords_of(RUN_FOLDER))
    mails = mailbox.mails(found.mail_folder)
    _show_mails(mails)
    portal = settings.service_addresses["portal"]
    session.console.print()
    for place, (regime, _, code) in enumerate(SHOWN):
        session.console.print(
            f"{'[bold]Trang tổng hợp:[/bold]' if place == 0 else '               '} {portal}/bang/{regime}/{season.year}/{code}"
        )
    session.console.print(f"                {portal}/bang/{CORRECTED.text} (huyện Văn Quan, kết thúc hoạt động từ 01/07/2025)")
    session.console.print(f"                {portal}/sap-xep (các đợt sắp xếp)")
    for what, path, who in (
        ("Nhập báo cáo", f"/bieu-mau/{seasons.VAN_QUAN}/{season.year}/{demo_accounts.SENDER}", "can-bo-xa"),
        ("Duyệt gửi", f"/bieu-mau/{seasons.VAN_QUAN}/{season.year}/{demo_accounts.APPROVING}", "soan-bao-cao-xa, rồi duyet-gui-xa"),
        ("Tiếp nhận", f"/bao-cao/{seasons.VAN_QUAN}/{season.year}/{demo_accounts.SENDER}", "tiep-nhan-so"),
        ("Chốt số liệu", f"/bang/{seasons.QUANG_BINH}/{season.year}/44/chot", "tong-hop-so"),
    ):
        session.console.print(f"{what + ':':15} {portal}{path} ({who})")
    session.console.print(f"Hướng dẫn:      {portal}/huong-dan")
    session.console.print()
    demo_accounts.show(accounts, portal, season.year)
    key, feed = session.run(_key_of_receiver), "/".join(demo_accounts.FED)
    session.console.print(f"Đơn vị nhận số liệu ({demo_accounts.RECEIVER}) đọc số tổng hợp:")
    session.console.print(f"  curl -H 'Authorization: Bearer {key}' {portal}/api/v1/feeds/{feed}", markup=False)
    session.console.print(f"Đơn vị {demo_accounts.SENDER} thử gửi báo cáo thay đơn vị {demo_accounts.OTHER}, bị từ chối:")
    for answer in session.run(_refused):
        session.console.print(f"  {answer}", markup=False)
    session.run(lambda: _dry_run(season.year))
    took = numbers.vietnamese(round(Decimal(time.perf_counter() - began), 1))
    session.console.print(f"Xong sau {took} giây. Hệ thống vẫn chạy; dừng bằng `make down`.")


async def _season() -> Season:
    """Sends the season, shows its results and ticks."""
    now = system_clock()
    async with session.connected() as connections:
        if not (await connections.reference.current()).reform_days:
            session.stop(session.NO, refusal("demo.without_reforms"))
        await _give_contacts(connections)
        reference = await connections.reference.current()
        season = seasons.season(reference, str(periods.local_day(now).year), seasons.present_month(reference, now))
        with session.notes.status("Nhập lại báo cáo của các năm trước …"):
            new = await _send(connections, season.past)
            confirmed = [seasons.confirmation(reference, await _stored(connections, CONFIRMED_THEN))]
            new += await _send(connections, confirmed)
        was = await _view(connections, CORRECTED)
        with session.notes.status("Gửi báo cáo vào NATS, chờ tổng hợp …"):
            new += await _send(connections, season.sent)
        imported, sent = len(season.past) + len(confirmed), len(season.sent)
        session.console.print(
            f"Đã nhập lại {imported} sự kiện của năm {' và '.join(seasons.PAST)}, gửi {sent} sự kiện vào NATS:"
            f" {new} mới, {imported + sent - new} trùng lặp."
        )
        session.console.print()
        await _show_views(connections, season, was)
        async with notifier.opened(connections) as desk:
            await _alert(desk, now)
    return season


async def _key_of_receiver() -> str:
    async with session.connected(needs_nats=False) as connections:
        return await demo_accounts.key_of_receiver(connections, RUN_FOLDER)


async def _refused() -> list[str]:
    async with session.connected() as connections:
        return await demo_accounts.refused(connections)


async def _dry_run(year_code: str) -> None:
    """Shows what a report would change, without sending it."""
    async with session.connected() as connections:
        reference = await connections.reference.current()
        event = seasons.tried(reference, year_code)
        sender = events.sender_of(event["source"])
        found = await dry_runs.ask(connections.streams.client, sender, envelope.encode(event), is_people=False)
        setting = reference.setting(seasons.VAN_QUAN, year_code)
        if found is not None and setting is not None:
            show.dry_run(session.console, setting, reference.registry.ids[sender][-1].name, found)


async def _give_contacts(connections: Connections) -> None:
    """Stores contacts for the demo's units. Repeating it changes nothing."""
    units = (await connections.reference.current()).registry.units
    await connections.reference.put_units([], read_contacts(CONTACTS, units))


async def _send(connections: Connections, sent: Sequence[CloudEvent]) -> int:
    """Sends events and waits until the views include them. Returns how many are new."""
    before = len(await StoredData(connections.database).verdicts(seasons.claim_ids(sent)))
    await _publish(connections, sent)
    await _settled(connections, sent)
    return len(seasons.claim_ids(sent)) - before


async def _publish(connections: Connections, sent: Iterable[CloudEvent]) -> None:
    for event in sent:
        sender = events.sender_of(event["source"])
        subject = subjects.inbox_of_people(sender) if "actor" in event else subjects.inbox(sender)
        await connections.streams.jetstream.publish(subject, envelope.encode(event), stream=subjects.INBOX)


async def _settled(connections: Connections, sent: Sequence[CloudEvent]) -> None:
    """Waits until every event has a verdict and every view includes the accepted events."""
    give_up_at = time.monotonic() + SETTLE_S
    ids = seasons.claim_ids(sent)
    while time.monotonic() < give_up_at:
        verdicts = await StoredData(connections.database).verdicts(ids)
        accepted = [key for key, verdict in verdicts.items() if verdict == ACCEPTED]
        places = await ClaimStore(connections.database).positions(accepted)
        info = await connections.streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)
        is_screened = len(verdicts) == len(ids) and not info.num_pending and not info.num_ack_pending
        if is_screened and len(places) == len(accepted) and await _is_folded(connections, places.values()):
            return
        await asyncio.sleep(0.1)
    raise TransientError(refusal("demo.services_behind"))


async def _is_folded(connections: Connections, places: Collection[LogPosition]) -> bool:
    return await StoredData(connections.database).are_folded((place.partition, place.sequence) for place in places)


async def _stored(connections: Connections, key: ViewKey) -> Mapping[str, Any]:
    """A stored view in JSON's types."""
    view = await StoredData(connections.database).view(key)
    if view is None:
        raise TransientError(refusal("door.no_such_view", regime=key.regime, period=key.period, unit=key.unit_id))
    shown: Mapping[str, Any] = plain(view)
    return shown


async def _view(connections: Connections, key: ViewKey) -> View:
    return View.model_validate(await _stored(connections, key))


async def _show_views(connections: Connections, season: Season, was: View) -> None:
    reference = await connections.reference.current()
    years = [await _view(connections, key) for key in _through_the_reforms(reference, season.year)]
    show.through_the_reforms(session.console, reference, years)
    for regime, _, code in SHOWN:
        unit = address.named(reference, regime, season.year, code).unit
        view = await _view(connections, ViewKey(regime, season.year, unit.id))
        show.rollup(session.console, reference, view)
        show.missing(session.console, reference, view)
    if season.month is not None:
        await _show_month(connections, reference, season.month)
    show.corrected(session.console, reference, season.successor, was, await _view(connections, CORRECTED))
    for event in season.refused:
        sender = events.sender_of(event["source"])
        receipt = await ClaimStore(connections.database).receipt(sender, event["id"])
        if receipt is not None:
            show.refused(session.console, receipt, reference.registry.ids[sender][-1].name)


def _through_the_reforms(reference: Reference, year: str) -> list[ViewKey]:
    """The views of both regimes in each year, by the units of then."""
    named = [
        (regime, period, then if period == "2024" else today)
        for regime, then, today in SHOWN
        for period in dict.fromkeys((*seasons.PAST, year))
    ]
    return [ViewKey(regime, period, address.named(reference, regime, period, code).unit.id) for regime, period, code in named]


async def _show_month(connections: Connections, reference: Reference, month: str) -> None:
    at = address.named(reference, seasons.MONTHLY, month, MONTH_OF)
    deadline = deadlines.group_deadline(at.regime, "xa", at.period, None, reference.working_days)
    scope = Scope.of_command_line(reference, periods.local_day(connections.clock()))
    found = await year.read(at, PortalStore(connections.database, scope))
    if deadline is not None and month in found.views:
        show.month(session.console, at, found, deadline)


def tick_at(planned: Sequence[Alert], loaded_at: Mapping[str, datetime], now: datetime) -> datetime | None:
    """The time of the next tick that raises an alert: now or later today if a rung falls on today, otherwise at the next rung. None when no
    rung is left.

    A rung from before its regime was loaded is never raised.
    """
    raised = [alert.rung.at for alert in planned if alert.rung.at >= loaded_at[alert.matter.regime]]
    todays = [at for at in raised if periods.local_day(at) == periods.local_day(now)]
    return max(now, *todays) if todays else min([at for at in raised if at > now], default=None)


async def _alert(desk: Desk, now: datetime) -> None:
    """Ticks now if a rung falls on today, otherwise at the time of the next rung. Then prints the alerts that will follow."""
    today = periods.local_day(now)
    this_year = str(today.year)
    planned = [alert for alert in await tick.plan(desk, now) if alert.matter.period == this_year]
    at = tick_at(planned, desk.follower.reference.loaded_at, now)
    if at is None:
        show.alerted(session.console, "Mức nhắc còn lại", [])
        return
    if periods.local_day(at) != today:
        said = f"{at.astimezone(periods.VIETNAM):%d/%m/%Y %H:%M}"
        session.console.print(f"Hôm nay ({today:%d/%m/%Y}) không còn mức nhắc; chạy một lượt nhắc vào mức kế tiếp, {said}.")
    raised = await tick.tick(desk, at)
    await tick.wait_for_others(desk, at)
    if raised:
        show.alerted(session.console, "Đã nhắc", [alert for alert in raised if not alert.matter.is_digest])
        show.alerted(session.console, "Đã gửi tình hình cho cơ quan nhận báo cáo", [alert for alert in raised if alert.matter.is_digest])
    else:
        session.console.print("Lượt này đã nhắc từ lần chạy trước: không nhắc lại.")
    show.alerted(session.console, "Sẽ nhắc, nếu vẫn chưa nộp", [alert for alert in planned if alert.rung.at > at])


def _show_mails(mails: Sequence[EmailMessage]) -> None:
    session.console.print(f"[bold]Hộp thư thử:[/bold] {len(mails)} thư.")
    show.mails(session.console, mails)
