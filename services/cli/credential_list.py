"""`tonghop credentials list|revoke`: what was issued, and its end."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from rich.table import Column, Table

from services.cli import issuing, nats_pushing, recording, session
from services.cli.data import AsJson
from shared.plumbing import delivery, feed_consumers
from shared.plumbing.credential_store import CredentialStore
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.shell.settings import CliSettings
from shared.words import numbers, periods, vietnamese
from shared.words.credentials import Credential
from shared.words.failures import TransientError
from shared.words.principals import Right
from shared.words.refusals import refusal
from shared.words.units import Unit

RIGHTS: Final[dict[Right, str]] = {"send": "gửi", "read": "đọc"}
STATES: Final = {"valid": "còn hiệu lực", "expired": "hết hạn", "revoked": "đã thu hồi", "ended": "đơn vị đã kết thúc"}
ID_WIDTH: Final = 16  # the id of a credential is never cut, because `revoke --id` takes it
KINDS: Final = {"http": "khóa HTTP", "nats": "chứng thư NATS"}


def add_to(group: typer.Typer) -> None:
    """Adds the commands to the group `credentials`."""
    group.command("revoke")(revoke)
    group.command("list")(list_credentials)


def revoke(
    name: Annotated[str, typer.Argument(metavar="ĐƠN VỊ", help="Mã đơn vị hôm nay, mã định danh, hoặc tên đơn vị nhận số liệu.")],
    number: Annotated[str | None, typer.Option("--id", metavar="SỐ", help="Chỉ thu hồi khóa có số này; mặc định: mọi khóa.")] = None,
    as_json: AsJson = False,
) -> None:
    """Thu hồi khóa truy cập và chứng thư NATS của một đơn vị: HTTP từ chối trong nửa giây, máy chủ NATS cắt kết nối ngay.

    Nếu máy chủ NATS không trả lời thì việc thu hồi vẫn được ghi; chạy lại lệnh này hoặc `tonghop nats push`.

    Ví dụ: tonghop credentials revoke 06253

    Mã thoát: 0 đã thu hồi hoặc không còn gì để thu hồi, 2 không có đơn vị hoặc số đó, 3 máy chủ không trả lời.
    """

    async def act() -> list[Credential]:
        async with session.connected(needs_nats=False) as connections:
            store, now = CredentialStore(connections.database), system_clock()
            found = await _of(connections, store, name, now)
            if number is not None and number not in {credential.id for credential in found}:
                session.stop(session.WRONG_USE, refusal("credentials.no_such", name=name, number=number))
            wanted = [credential for credential in issuing.valid(found, now) if number in (None, credential.id)]
            await store.revoke(wanted, now, recording.operator())
            if any(credential.kind == "nats" for credential in found):
                await _pushed(connections, store, {one.holder.receiver for one in found if one.holder.receiver is not None}, now)
            return wanted

    revoked = session.run(act)
    if as_json:
        session.say_json({"revoked": [credential.id for credential in revoked]})
    elif revoked:
        session.console.print(f"Đã thu hồi {numbers.vietnamese(len(revoked))}: {', '.join(credential.id for credential in revoked)}.")
    else:
        session.console.print("Không còn khóa nào có hiệu lực: không có gì thay đổi.")


async def _pushed(connections: Connections[CliSettings], store: CredentialStore, receivers: Collection[str], now: datetime) -> None:
    """Gives NATS what was revoked. Raises TransientError, which says what has been done already, if no server answers."""
    try:
        await nats_pushing.pushed(connections)
        if receivers:
            await session.reach_nats(connections)
        for receiver in receivers:
            await feed_consumers.keep(connections.streams.jetstream, receiver, await store.of_receiver(receiver), now)
    except delivery.PASSING as error:
        raise TransientError(refusal("credentials.revoked_not_on_nats")) from error


def list_credentials(
    name: Annotated[str | None, typer.Argument(metavar="ĐƠN VỊ", help="Mã, mã định danh hoặc tên; mặc định: tất cả.")] = None,
    as_json: AsJson = False,
) -> None:
    """Liệt kê khóa đã cấp, cả khóa cũ: ai cấp, hạn dùng, lần dùng cuối, trạng thái. Không có khóa nào được hiện lại.

    Ví dụ: tonghop credentials list 06253

    Mã thoát: 0, 2 không có đơn vị được nêu, 3 máy chủ không trả lời.
    """

    async def act() -> list[dict[str, Any]]:
        async with session.connected(needs_nats=False) as connections:
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
    number = Column("Số", no_wrap=True, min_width=ID_WIDTH)
    table = Table(number, "Loại", "Đơn vị", "Quyền", "Ngày cấp", "Người cấp", "Hết hạn", "Dùng lần cuối", "Trạng thái")
    for entry in entries:
        days = [vietnamese.moment(entry[field]) for field in ("issued_at", "expires_at", "last_use")]
        holder, may = entry["unit"] or entry["receiver"], ", ".join(RIGHTS[right] for right in entry["may"])
        table.add_row(entry["id"], KINDS[entry["kind"]], holder, may, days[0], entry["issued_by"], *days[1:], STATES[entry["state"]])
    session.console.print(table if entries else "Chưa cấp khóa nào.")


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
