"""`tonghop credentials issue|revoke|list`: the keys with which the software of units sends and reads."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import typer
from rich.table import Table

from services.cli import issuing, sending, session
from services.cli.data import AsJson
from services.cli.files import hand_over
from services.cli.files.hand_over import HandedOver
from services.cli.issuing import Issued, Terms
from shared.plumbing.credential_store import CredentialStore
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.shell.settings import CliSettings
from shared.words import numbers, periods, vietnamese
from shared.words.credentials import VALID_FOR, Credential, Holder
from shared.words.principals import Right
from shared.words.refusals import refusal
from shared.words.units import Unit

credentials = typer.Typer(help="Khóa truy cập của phần mềm đơn vị: cấp, thu hồi, liệt kê.", no_args_is_help=True)

RIGHTS: Final[dict[Right, str]] = {"send": "gửi", "read": "đọc"}
STATES: Final = {"valid": "còn hiệu lực", "expired": "hết hạn", "revoked": "đã thu hồi", "ended": "đơn vị đã kết thúc"}
KINDS: Final = {"http": "khóa HTTP", "nats": "chứng thư NATS"}
OVERLAP: Final = re.compile(r"([0-9]{1,3})d")
PROGRESS: Final = 1000  # units between two lines of progress

Names = Annotated[list[str] | None, typer.Argument(metavar="ĐƠN VỊ", help="Mã đơn vị hôm nay, hoặc mã định danh.")]
Until = Annotated[str | None, typer.Option("--until", metavar="NGÀY", help="Ngày cuối còn hiệu lực, ví dụ 2027-12-31; mặc định 400 ngày.")]
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
    as_json: AsJson = False,
) -> None:
    """Cấp khóa truy cập cho các đơn vị. Khóa chỉ hiện một lần; hệ thống chỉ giữ mã băm.

    Khóa đã cấp trước vẫn dùng được, trừ khi có --replaces.

    Ví dụ: tonghop credentials issue 06253; tonghop credentials issue --regime ct27-van-quan --out ban-giao

    Mã thoát: 0, 1 thư mục --out không dùng được, 2 không có đơn vị được nêu hoặc đơn vị không còn, 3 máy chủ không trả lời.
    """
    if not names and regime is None:
        session.stop(session.WRONG_USE, refusal("credentials.nobody_named"))
    now = system_clock()
    terms = Terms(sending.operator(), now, expiry(until, now), _rights(may), _old_end(overlap, now) if replaces else None)

    async def act() -> list[Issued]:
        async with session.connected() as connections:
            reference = await connections.reference.current()
            found = issuing.units(reference, names or (), regime, periods.local_day(now))
            store, folder = CredentialStore(connections.database), Folder(out, found, terms, connections.settings)
            return await issuing.issue(store, [Holder(unit.id) for unit in found], terms, folder.keep)

    tell(session.run(act), out, as_json)


@credentials.command("revoke")
def revoke(
    name: Annotated[str, typer.Argument(metavar="ĐƠN VỊ", help="Mã đơn vị hôm nay, mã định danh, hoặc tên đơn vị nhận số liệu.")],
    number: Annotated[str | None, typer.Option("--id", metavar="SỐ", help="Chỉ thu hồi khóa có số này; mặc định: mọi khóa.")] = None,
    as_json: AsJson = False,
) -> None:
    """Thu hồi khóa của một đơn vị; khóa bị từ chối trong vòng nửa giây.

    Ví dụ: tonghop credentials revoke 06253

    Mã thoát: 0 đã thu hồi hoặc không còn gì để thu hồi, 2 không có đơn vị hoặc số đó, 3 máy chủ không trả lời.
    """

    async def act() -> list[Credential]:
        async with session.connected() as connections:
            store, now = CredentialStore(connections.database), system_clock()
            found = await _of(connections, store, name, now)
            if number is not None and number not in {credential.id for credential in found}:
                session.stop(session.WRONG_USE, refusal("credentials.no_such", name=name, number=number))
            wanted = [credential for credential in issuing.valid(found, now) if number in (None, credential.id)]
            await store.revoke(wanted, now, sending.operator())
            return wanted

    revoked = session.run(act)
    if as_json:
        session.say_json({"revoked": [credential.id for credential in revoked]})
    elif revoked:
        session.console.print(f"Đã thu hồi {numbers.vietnamese(len(revoked))}: {', '.join(credential.id for credential in revoked)}.")
    else:
        session.console.print("Không còn khóa nào có hiệu lực: không có gì thay đổi.")


@credentials.command("list")
def list_credentials(
    name: Annotated[str | None, typer.Argument(metavar="ĐƠN VỊ", help="Mã, mã định danh hoặc tên; mặc định: tất cả.")] = None,
    as_json: AsJson = False,
) -> None:
    """Liệt kê khóa đã cấp, cả khóa cũ: ai cấp, hạn dùng, lần dùng cuối, trạng thái. Không có khóa nào được hiện lại.

    Ví dụ: tonghop credentials list 06253

    Mã thoát: 0, 2 không có đơn vị được nêu, 3 máy chủ không trả lời.
    """

    async def act() -> list[dict[str, Any]]:
        async with session.connected() as connections:
            store, now = CredentialStore(connections.database), system_clock()
            found = await store.all() if name is None else await _of(connections, store, name, now)
            registry, uses = (await connections.reference.current()).registry, await store.uses()
            today = periods.local_day(now)
            ended = {one.id for one in found if one.holder.unit is not None and registry.valid(one.holder.unit, today) is None}
            return [_entry(one, uses.get(one.id), "ended" if one.id in ended else one.state(now)) for one in found]

    entries = session.run(act)
    if as_json:
        session.say_json({"credentials": entries})
        return
    table = Table("Số", "Loại", "Đơn vị", "Quyền", "Ngày cấp", "Người cấp", "Hết hạn", "Dùng lần cuối", "Trạng thái")
    for entry in entries:
        days = [vietnamese.moment(entry[field]) for field in ("issued_at", "expires_at", "last_use")]
        holder, may = entry["unit"] or entry["receiver"], ", ".join(RIGHTS[right] for right in entry["may"])
        table.add_row(entry["id"], KINDS[entry["kind"]], holder, may, days[0], entry["issued_by"], *days[1:], STATES[entry["state"]])
    session.console.print(table if entries else "Chưa cấp khóa nào.")


class Folder:
    """Where credentials go as soon as they are stored; without a folder, only progress is shown."""

    def __init__(self, folder: Path | None, units: Sequence[Unit], terms: Terms, settings: CliSettings) -> None:
        self._folder, self._units = folder, {unit.id: unit for unit in units}
        self._expires = periods.local_day(terms.expires_at - timedelta(seconds=1))
        self._today = periods.local_day(terms.at)
        self._door, self._broker = settings.service_addresses["ingest"], settings.nats_url
        self._given: list[HandedOver] = []
        if folder is not None:
            hand_over.prepare(folder, self._units)

    def keep(self, issued: Sequence[Issued]) -> None:
        """Writes the files of a batch; after the last one, the sheet."""
        given = [self._handed_over(one) for one in issued]
        before, self._given = len(self._given), [*self._given, *given]
        if before // PROGRESS < len(self._given) // PROGRESS:
            session.notes.print(f"{numbers.vietnamese(len(self._given))}/{numbers.vietnamese(len(self._units))} đơn vị")
        if self._folder is None:
            return
        hand_over.write(self._folder, given, self._door, self._broker, self._expires)
        if len(self._given) == len(self._units):
            hand_over.write_sheet(self._folder, self._given, self._today, self._expires)

    def _handed_over(self, issued: Issued) -> HandedOver:
        unit = self._units[issued.name]
        numbers_of = tuple(credential.id for credential in issued.stored)
        return HandedOver(unit.id, unit.code, unit.name, issued.http_key, issued.nats_creds, numbers_of)


def tell(issued: Sequence[Issued], out: Path | None, as_json: bool) -> None:
    """Shows the new keys, once."""
    if as_json:
        session.say_json([one.as_json() for one in issued])
    elif out is not None:
        session.console.print(f"Đã cấp cho {numbers.vietnamese(len(issued))} đơn vị. Tệp và {hand_over.SHEET}: {out}", markup=False)
    else:
        for one in issued:
            session.console.print(f"{one.name}: {one.http_key}", markup=False)
        session.notes.print("Khóa chỉ hiện một lần. Giao cho đúng đơn vị; --out ghi thành tệp kèm phiếu bàn giao.", markup=False)


def expiry(until: str | None, now: datetime) -> datetime:
    """When a credential expires: after the day `until`, else after the usual time. Ends the command if the day is none, or not to come."""
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


async def _of(connections: Connections[CliSettings], store: CredentialStore, name: str, now: datetime) -> list[Credential]:
    """The credentials of a unit or a receiver. Ends the command if there is neither."""
    reference = await connections.reference.current()
    unit = issuing.unit_today(reference, name, periods.local_day(now))
    unit_id = unit.id if isinstance(unit, Unit) else name
    found = [*await store.of_unit(unit_id), *await store.of_receiver(name)]
    if not found and unit_id not in reference.registry.ids:
        session.stop(session.WRONG_USE, refusal("cli.unknown_unit", units=[f"“{name}”"]))
    return found


def _entry(credential: Credential, used_at: datetime | None, state: str) -> dict[str, Any]:
    return {
        "id": credential.id,
        "kind": credential.kind,
        "unit": credential.holder.unit,
        "receiver": credential.holder.receiver,
        "may": sorted(credential.may),
        "issued_at": credential.issued_at,
        "issued_by": credential.issued_by,
        "expires_at": credential.expires_at,
        "last_use": used_at,
        "state": state if credential.revoked_at is None else "revoked",
    }
