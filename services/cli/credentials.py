"""`tonghop credentials issue|receiver`: the keys with which the software of units sends and reads, and receivers read feeds."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final, get_args

import typer

from services.cli import issuing, nats_pushing, recording, session
from services.cli.data import AsJson
from services.cli.files import hand_over, usage_texts
from services.cli.files.hand_over import HandedOver
from services.cli.issuing import Issued, Terms
from shared.plumbing import feed_consumers
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.nats_keys import NatsKeys
from shared.shell.clock import system_clock
from shared.shell.settings import CliSettings
from shared.words import numbers, periods
from shared.words.credentials import VALID_FOR, Holder
from shared.words.principals import Right
from shared.words.refusals import refusal

credentials = typer.Typer(help="Khóa truy cập và chứng thư NATS của đơn vị: cấp, thu hồi, liệt kê.", no_args_is_help=True)

OVERLAP: Final = re.compile(r"([0-9]{1,3})d")
PROGRESS: Final = 1000  # units between two lines of progress

Names = Annotated[list[str] | None, typer.Argument(metavar="ĐƠN VỊ", help="Mã đơn vị hôm nay, hoặc mã định danh.")]
Until = Annotated[str | None, typer.Option("--until", metavar="NGÀY", help="Ngày cuối còn hiệu lực, ví dụ 2027-12-31; mặc định 400 ngày.")]
NoNats = Annotated[bool, typer.Option("--no-nats", help="Chỉ cấp khóa HTTP, không cấp chứng thư NATS.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="THƯ MỤC", help="Ghi mỗi đơn vị một tệp và phiếu bàn giao vào thư mục này.")]


@credentials.command("issue")
def issue(
    names: Names = None,
    regime: Annotated[str | None, typer.Option(metavar="CHẾ ĐỘ", help="Cấp cho mọi đơn vị phải báo cáo theo chế độ này hôm nay.")] = None,
    out: Out = None,
    may: Annotated[str, typer.Option(metavar="QUYỀN", help="send, read hoặc cả hai.")] = "send,read",
    until: Until = None,
    replaces: Annotated[bool, typer.Option("--replaces", help="Thay khóa cũ: khóa cũ hết hạn sau thời gian --overlap.")] = False,
    overlap: Annotated[str, typer.Option(metavar="SỐ NGÀY", help="Khóa cũ còn dùng được bao lâu khi --replaces, ví dụ 14d.")] = "14d",
    no_nats: NoNats = False,
    as_json: AsJson = False,
) -> None:
    """Cấp khóa truy cập HTTP và chứng thư NATS cho các đơn vị. Chúng chỉ hiện một lần; hệ thống chỉ giữ mã băm và khóa công khai.

    Khóa đã cấp trước vẫn dùng được, trừ khi có --replaces. Chứng thư NATS chỉ dành cho đơn vị được gửi.

    Ví dụ: tonghop credentials issue 06253; tonghop credentials issue --regime ct27-van-quan --out ban-giao

    Mã thoát: 0, 1 thư mục --out không dùng được, 2 không có đơn vị được nêu hoặc đơn vị không còn, 3 máy chủ không trả lời.
    """
    if not names and regime is None:
        session.stop(session.WRONG_USE, refusal("credentials.nobody_named"))
    now = system_clock()
    terms = Terms(recording.operator(), now, expiry(until, now), _rights(may), _old_end(overlap, now) if replaces else None, _nats(no_nats))

    async def act() -> list[Issued]:
        async with session.connected() as connections:
            reference = await connections.reference.current()
            found = issuing.units(reference, names or (), regime, periods.local_day(now))
            names_of = {unit.id: (unit.code, unit.name) for unit in found}
            store, folder = CredentialStore(connections.database), Folder(out, names_of, terms, connections.settings)
            return await issuing.issue(store, [Holder(unit.id) for unit in found], terms, folder.keep)

    tell(session.run(act), out, as_json)


@credentials.command("receiver")
def receiver(
    name: Annotated[str, typer.Argument(metavar="TÊN", help="Tên đơn vị hoặc hệ thống nhận số liệu: A–Z, a–z, 0–9, “_”, “-”.")],
    feeds: Annotated[list[str], typer.Option("--feed", metavar="ĐƠN VỊ", help="Đơn vị cấp cao nhất mà đơn vị nhận được đọc số liệu.")],
    regime: Annotated[str | None, typer.Option(metavar="CHẾ ĐỘ", help="Chỉ số liệu của chế độ này; mặc định: mọi chế độ.")] = None,
    out: Out = None,
    until: Until = None,
    no_nats: NoNats = False,
    as_json: AsJson = False,
) -> None:
    """Cấp khóa cho đơn vị nhận số liệu tổng hợp. Đơn vị nhận chỉ đọc, không gửi.

    Ví dụ: tonghop credentials receiver so-noi-vu --feed 20 --regime ct27-van-quan

    Mã thoát: 0, 1 thư mục --out không dùng được, 2 tên hoặc đơn vị không đúng, 3 máy chủ không trả lời.
    """
    now = system_clock()
    terms = Terms(recording.operator(), now, expiry(until, now), frozenset({"read"}), None, _nats(no_nats))

    async def act() -> list[Issued]:
        async with session.connected() as connections:
            holder = issuing.receiver(await connections.reference.current(), name, feeds, regime, periods.local_day(now))
            store, folder = CredentialStore(connections.database), Folder(out, {name: (name, name)}, terms, connections.settings)
            issued = await issuing.issue(store, [holder], terms, folder.keep)
            await feed_consumers.keep(connections.streams.jetstream, name, await store.of_receiver(name), now)
            return issued

    tell(session.run(act), out, as_json)


class Folder:
    """Where credentials go as soon as they are stored; without a folder, only progress is shown. `names` has code and name by id."""

    def __init__(self, folder: Path | None, names: Mapping[str, tuple[str, str]], terms: Terms, settings: CliSettings) -> None:
        self._folder, self._names, self._settings = folder, names, settings
        self._expires = periods.local_day(terms.expires_at - timedelta(seconds=1))
        self._today = periods.local_day(terms.at)
        self._given: list[HandedOver] = []
        if folder is not None:
            hand_over.prepare(folder, names)

    def keep(self, issued: Sequence[Issued]) -> None:
        """Writes the files of a batch; after the last one, the sheet."""
        given = [self._handed_over(one) for one in issued]
        before, self._given = len(self._given), [*self._given, *given]
        if before // PROGRESS < len(self._given) // PROGRESS:
            session.notes.print(f"{numbers.vietnamese(len(self._given))}/{numbers.vietnamese(len(self._names))} đơn vị")
        if self._folder is None:
            return
        hand_over.write(self._folder, given)
        if len(self._given) == len(self._names):
            hand_over.write_sheet(self._folder, self._given, self._today, self._expires)

    def _handed_over(self, issued: Issued) -> HandedOver:
        code, name = self._names[issued.name]
        at, broker, given = self._settings.service_addresses, self._settings.nats_url, (issued.http_key, issued.nats_creds)
        if issued.holder.unit is None:
            text = usage_texts.of_receiver(name, *given, issued.holder.feeds, at["portal"], broker, self._expires)
        else:
            text = usage_texts.of_unit(issued.name, *given, at["ingest"], broker, self._expires)
        ids = tuple(credential.id for credential in issued.stored)
        return HandedOver(issued.name, code, name, text, issued.nats_creds, ids)


def tell(issued: Sequence[Issued], out: Path | None, as_json: bool) -> None:
    """Shows the new keys, once."""
    if as_json:
        session.say_json([one.as_json() for one in issued])
    elif out is not None:
        session.console.print(f"Đã cấp cho {numbers.vietnamese(len(issued))} đơn vị. Tệp và {hand_over.SHEET}: {out}", markup=False)
    else:
        for one in issued:
            session.console.print("\n".join([f"{one.name}: {one.http_key}", *([one.nats_creds] if one.nats_creds else [])]), markup=False)
        session.notes.print("Chỉ hiện một lần. Giao cho đúng đơn vị; --out ghi thành tệp kèm phiếu bàn giao.", markup=False)


def _nats(no_nats: bool) -> NatsKeys | None:
    return None if no_nats else session.run(_nats_keys)


async def _nats_keys() -> NatsKeys:
    return nats_pushing.keys(session.settings())


def expiry(until: str | None, now: datetime) -> datetime:
    """When a credential expires: after the day `until`, else after the usual time. Ends the command if it is not a day, or is past."""
    if until is None:
        return now + VALID_FOR
    try:
        ends = datetime.combine(date.fromisoformat(until) + timedelta(days=1), time(), periods.VIETNAM)
    except (ValueError, OverflowError):
        ends = None
    if ends is None or ends <= now:
        raise session.wrong_use(refusal("credentials.not_a_coming_day", text=until), "--until")
    return ends


def _old_end(overlap: str, now: datetime) -> datetime:
    found = OVERLAP.fullmatch(overlap)
    if found is None:
        raise session.wrong_use(refusal("credentials.not_an_overlap", text=overlap), "--overlap")
    return now + timedelta(days=int(found[1]))


def _rights(text: str) -> frozenset[Right]:
    found = {part.strip() for part in text.split(",")}
    known = frozenset(right for right in get_args(Right) if right in found)
    if not known or len(known) < len(found):
        raise session.wrong_use(refusal("credentials.unknown_right", text=text), "--may")
    return known
