"""`tonghop nats init|push|keep`: the keys of NATS, and what the servers know of accounts and revocations."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from nats.js.errors import NotFoundError

from services.cli import nats_pushing, session
from shared.plumbing import data_files, delivery, feed_consumers, identity_changes
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.nats_accounts import Account
from shared.plumbing.nats_keys import NatsKeys
from shared.shell.clock import system_clock
from shared.words.credentials import Credential
from shared.words.failures import TransientError

nats = typer.Typer(help="Khóa và tài khoản NATS.", no_args_is_help=True)

LOOK_S: Final = 1.0
CHECK_S: Final = 60.0  # how often the servers are asked what they have, although nothing has changed


@nats.command("init")
def init(out: Annotated[Path | None, typer.Option(metavar="THƯ MỤC", help="Mặc định: cài đặt TONGHOP_NATS_KEYS.")] = None) -> None:
    """Tạo khóa NATS: tài khoản, chứng thư NATS của từng dịch vụ, cấu hình máy chủ. Khóa đã có thì giữ nguyên.

    Chứng thư NATS của dịch vụ sắp hết hạn (còn dưới một năm) hoặc có quyền đã thay đổi thì được cấp lại. Thư mục này là bí mật.

    Mã thoát: 0, 1 không ghi được.
    """
    folder = out or data_files.path(session.settings().nats_keys)

    async def act() -> NatsKeys:
        return NatsKeys.ensure(folder, system_clock())

    session.run(act)
    session.console.print(f"Khóa NATS: {folder}")


@nats.command("push")
def push() -> None:
    """Gửi quyền của các tài khoản và các thu hồi tới máy chủ NATS, rồi đọc lại để đối chiếu.

    Mã thoát: 0, 1 không có khóa, 3 máy chủ không trả lời hoặc chưa nhận.
    """

    async def act() -> list[Account]:
        async with session.connected(needs_nats=False) as connections:
            return await nats_pushing.pushed(connections)

    changed = session.run(act)
    session.console.print(f"Tài khoản NATS: {', '.join(changed) or 'không có gì thay đổi'}.")


@nats.command("keep")
def keep() -> None:
    """Chạy liên tục: mỗi thu hồi, mỗi đơn vị kết thúc hoạt động được gửi tới máy chủ NATS trong vài giây.

    Mã thoát: 1 không có khóa.
    """
    session.run(_keep)


async def _keep() -> None:
    """Pushes whenever people or credentials change, and once a minute, until it is cancelled."""
    pause = asyncio.get_running_loop().time
    while True:
        try:
            async with session.connected(needs_nats=False) as connections:
                generation, checked_at = -1, -CHECK_S
                while True:
                    present = await identity_changes.generation(connections.database)
                    if present != generation or pause() - checked_at >= CHECK_S:
                        await nats_pushing.pushed(connections)
                        if present != generation:
                            await _narrow(await CredentialStore(connections.database).all(), connections.clock())
                        generation, checked_at = present, pause()
                    await asyncio.sleep(LOOK_S)
        except (TransientError, *delivery.MAY_PASS) as error:
            if not isinstance(error, TransientError) and not delivery.is_passing(error):
                raise
            session.notes.print(f"nats keep: {type(error).__name__}", markup=False)
            await asyncio.sleep(LOOK_S)


async def _narrow(credentials: Sequence[Credential], now: datetime) -> None:
    """Gives the consumers of receivers that have lost a NATS credential the feeds of the others, as the command `revoke` does."""
    revoked = {one.holder.receiver for one in credentials if one.kind == "nats" and one.revoked_at is not None} - {None}
    if not revoked:
        return
    async with session.connected() as connections:
        of_them = [one for one in credentials if one.holder.receiver in revoked]
        try:
            await feed_consumers.keep_all(connections.streams.jetstream, of_them, now)
        except NotFoundError:  # there is no FEED yet; `streams apply`, which makes it, does this then
            session.notes.print("nats keep: FEED", markup=False)
