"""`tonghop audit verify|show`: checks the chain of the audit log (nhật ký kiểm soát), and shows its entries."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.cli import session
from services.cli.data import AsJson
from shared.plumbing import audit_heads, audit_store
from shared.plumbing.audit_store import Wanted
from shared.shell.service import Connections
from shared.wire import events
from shared.wire.documents.identity import AuditDocument
from shared.words import audit as actions
from shared.words import numbers, vietnamese
from shared.words.audit import Head
from shared.words.audit_chain import Chain, Claim
from shared.words.periods import VIETNAM
from shared.words.refusals import Refusal, refusal

audit = typer.Typer(help="Nhật ký kiểm soát: ai đã làm gì; kiểm tra nhật ký có bị sửa hay không.", no_args_is_help=True)

HEAD: Final = re.compile(r"([1-9][0-9]{0,14}):([0-9a-f]{64})")
BAR: Final = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
DAY: Final = ["%Y-%m-%d", "%d/%m/%Y"]


def _head(text: str) -> Head:
    match = HEAD.fullmatch(text.strip().replace(".", ""))
    if match is None:
        raise session.wrong_use(refusal("audit.bad_head", text=text), "--head")
    return Head(int(match[1]), match[2])


@audit.command()
def verify(
    given: Annotated[
        list[str] | None, typer.Option("--head", metavar="SỐ:MÃ", help="Mã kiểm tra chép từ thư gửi hằng ngày; nêu được nhiều lần.")
    ] = None,
    skips_published: Annotated[
        bool, typer.Option("--skip-published", help="Không đối chiếu với các mã đã công bố: sau khi MongoDB được khôi phục từ bản sao.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Đọc toàn bộ nhật ký kiểm soát theo thứ tự và nêu mục đầu tiên bị sửa, bị xóa, bị chuyển chỗ, hoặc thiếu ở cuối. Không ghi gì.

    Nhật ký được đối chiếu với tài liệu `audit` trong MongoDB, với các mã đã công bố trên audit.head, và với --head.

    Ví dụ: tonghop audit verify --head 48211:3f0f1d6b0a4d3c62a8c0f5e7f1b2c3d4e5f60718293a4b5c6d7e8f9012345678

    Mã thoát: 0 nguyên vẹn, 1 không nguyên vẹn và vì sao, 2 dùng sai, 3 máy chủ không trả lời.
    """
    mailed = [Claim("mail", _head(text)) for text in given or ()]

    async def act() -> tuple[Chain, bool, int]:
        async with session.connected() as connections:
            heads = [] if skips_published else await audit_heads.published(connections.streams.jetstream)
            published = [Claim("published", head) for head in heads]
            stored = await audit_store.head(connections.database)  # before the entries, of which more are added meanwhile
            claims = [*published, *mailed, *([Claim("database", stored)] if stored.number else [])]
            chain = await _read(connections, Chain(claims), is_silent=as_json)
            return chain, stored.number == 0 and chain.head.number > 1, len(claims)

    chain, is_head_gone, claims = session.run(act)
    why = chain.fault.why if chain.fault is not None else refusal("audit.no_head") if is_head_gone else None
    if as_json:
        session.say_json(_verdict(chain, why, claims))
    elif why is None:
        entries, last = numbers.vietnamese(chain.head.number), f"{chain.head.number}:{chain.head.hash}"
        said = f"Nguyên vẹn: {entries} mục, đối chiếu với {numbers.vietnamese(claims)} mã kiểm tra.\nMục cuối: {last}"
        session.console.print(said if chain.head.number else "Nhật ký chưa có mục nào.")
    if why is not None:
        session.stop(session.NO, why)


async def _read(connections: Connections, chain: Chain, *, is_silent: bool) -> Chain:
    """Takes all entries into the chain, until the first fault."""
    with Progress(*BAR, console=session.notes, disable=is_silent) as progress:
        reading = progress.add_task("Đọc nhật ký kiểm soát", total=await audit_store.count(connections.database))
        async for batch in audit_store.entries(connections.database):
            chain.take(batch)
            progress.advance(reading, len(batch))
            if chain.fault is not None:
                break
    chain.finish()
    return chain


def _verdict(chain: Chain, why: Refusal | None, claims: int) -> dict[str, Any]:
    fault = None
    if why is not None:
        at = chain.fault.number if chain.fault is not None else None
        fault = {"code": why.code, "number": at, "message_vi": why.message_vi, "message_en": why.message_en}
    return {"intact": why is None, "entries": chain.head.number, "hash": chain.head.hash, "heads": claims, "fault": fault}


@audit.command()
def show(
    actor: Annotated[str | None, typer.Option(metavar="AI", help="Chỉ việc của một người: people/…, operator/…, services/…")] = None,
    action: Annotated[
        str | None, typer.Option(metavar="VIỆC", help="Chỉ một loại việc, ví dụ login.refused, hoặc một nhóm: login.")
    ] = None,
    target: Annotated[str | None, typer.Option(metavar="ĐỐI_TƯỢNG", help="Chỉ đối tượng bắt đầu như thế, ví dụ units/06253.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=DAY, metavar="NGÀY", help="Từ ngày.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, metavar="NGÀY", help="Đến hết ngày.")] = None,
    before: Annotated[int | None, typer.Option(metavar="SỐ", min=1, help="Trang tiếp: các mục trước mục này.")] = None,
    limit: Annotated[int, typer.Option(metavar="SỐ", min=1, max=1000, help="Số mục nhiều nhất.")] = 50,
    as_json: AsJson = False,
) -> None:
    """In các mục của nhật ký kiểm soát, mới nhất trước. Không ghi gì.

    Ví dụ: tonghop audit show --action login.refused --since 2026-11-01

    Mã thoát: 0, 2 dùng sai, 3 máy chủ không trả lời.
    """
    chosen = [name for name in actions.ACTIONS if action is None or name == action or name.startswith(f"{action.removesuffix('.')}.")]
    if not chosen:
        raise session.wrong_use(refusal("audit.unknown_action", text=action, known=list(actions.ACTIONS)), "--action")
    wanted = Wanted(
        actor,
        None if action is None else chosen,
        target,
        None if since is None else _midnight(since.date()),
        None if until is None else _midnight(until.date() + timedelta(days=1)),
        before,
    )

    async def act() -> list[AuditDocument]:
        async with session.connected() as connections:
            return await audit_store.matching(connections.database, wanted, limit)

    found = session.run(act)
    following = found[-1]["_id"] if len(found) == limit and found[-1]["_id"] > 1 else None
    if as_json:
        session.say_json({"entries": [_entry(stored) for stored in found], "next": following})
        return
    _print(found, following)


def _print(found: list[AuditDocument], following: int | None) -> None:
    if not found:
        session.console.print("Không có mục nào.")
        return
    table = Table("Số", "Lúc", "Ai", "Việc", "Đối tượng", "Chi tiết")
    for stored in found:
        words = actions.words(stored["action"])
        details = "; ".join(f"{name}: {_shown(value)}" for name, value in stored["details"].items())
        cells = (str(stored["_id"]), vietnamese.moment(stored["at"]), stored["actor"], words, stored["target"], details)
        table.add_row(*[vietnamese.line(cell).replace("[", r"\[") for cell in cells])
    session.console.print(table)
    if following is not None:
        session.notes.print(f"Trang tiếp: thêm --before {following}.")


def _entry(stored: AuditDocument) -> dict[str, Any]:
    fields = {name: stored.get(name) for name in ("actor", "action", "target", "details", "before", "hash")}
    return {"number": stored["_id"], "at": events.to_text(stored["at"]), **fields}


def _shown(value: object) -> str:
    """A detail in a table."""
    match value:
        case bool():
            return "có" if value else "không"
        case None:
            return "–"
        case int():
            return numbers.vietnamese(value)
        case list():
            return ", ".join(_shown(one) for one in value)
        case dict():
            return ", ".join(f"{name} {_shown(one)}" for name, one in value.items())
    return str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)
