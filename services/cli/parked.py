"""`tonghop parked list|show|replay|drop`: messages that could not be processed (thông điệp gác lại), kept as they were sent."""

import base64
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from services.cli import issuing, parked_messages, recording, replaying, session
from services.cli.data import AsJson
from services.cli.replaying import Replay
from shared.plumbing import text_files
from shared.plumbing.parked_store import DROPPED, STATES, WAITING, ParkedStore
from shared.plumbing.text_files import UnreadableError
from shared.shell import language
from shared.shell.service import Connections
from shared.shell.settings import CliSettings
from shared.wire import events
from shared.wire.documents.parked import ParkedDocument
from shared.wire.receipts import Receipt
from shared.words import numbers, periods, texts, vietnamese
from shared.words.refusals import Both, Refusal, refusal
from shared.words.units import Unit

parked = typer.Typer(help="Thông điệp gác lại: không xử lý được, giữ nguyên cùng lý do.", no_args_is_help=True)

MOST_REASON: Final = 500  # characters
MOST_FILE: Final = 1024 * 1024  # bytes; how large an event may be is said when it is read
SHOWN_BYTES: Final = 4096
STATE_WORDS: Final = {"waiting": "đang chờ", "replayed": "đã gửi lại", "dropped": "đã bỏ"}
STATE_ENGLISH: Final = {"waiting": "waiting", "replayed": "replayed", "dropped": "dropped"}
VERDICTS: Final = {"accepted": "được nhận", "duplicate": "đã có từ trước (gửi lặp)", "rejected": "bị từ chối"}

Id = Annotated[str, typer.Argument(metavar="MÃ", help="Mã trong danh sách, ví dụ ingest/1042.")]
Ids = Annotated[list[str], typer.Argument(metavar="MÃ…", help="Một hoặc nhiều mã trong danh sách, ví dụ ingest/1042.")]


@parked.command("list")
def list_parked(
    unit: Annotated[str | None, typer.Option(metavar="ĐƠN_VỊ", help="Chỉ của một đơn vị: mã, mã định danh hoặc tên.")] = None,
    shows_all: Annotated[bool, typer.Option("--all", help="Cả những thông điệp đã gửi lại hoặc đã bỏ.")] = False,
    limit: Annotated[int, typer.Option(metavar="SỐ", min=1, max=10_000, help="Số thông điệp nhiều nhất.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Liệt kê các thông điệp không xử lý được, mới nhất trước. Không ghi gì.

    Ví dụ: tonghop parked list --unit 06253

    Mã thoát: 0, 2 dùng sai, 3 máy chủ không trả lời.
    """

    async def act() -> list[ParkedDocument]:
        async with session.connected() as connections:
            sender = None if unit is None else await _sender(connections, unit)
            stored = await ParkedStore(connections.database).listed(limit, state=None if shows_all else WAITING, sender=sender)
            found = [*stored, *await parked_messages.earlier(connections, sender)]
            return sorted(found, key=lambda one: (one["received_ms"], one["_id"]), reverse=True)[:limit]

    found = session.run(act)
    if as_json:
        session.say_json({"parked": [_entry(message) for message in found]})
        return
    table = Table("Mã", "Nhận lúc", "Đơn vị", "Byte", "Lý do", "Trạng thái")
    for message in found:
        at = vietnamese.moment(events.from_ms(message["received_ms"]))
        cells = (message["_id"], at, message["sender"], numbers.vietnamese(message["size"]), _reason(message), _state(message))
        table.add_row(*[vietnamese.line(cell).replace("[", r"\[") for cell in cells])
    session.console.print(table if found else "Không có thông điệp nào.")
    if len(found) == limit:
        session.notes.print("Còn nữa: thêm --limit, hoặc --unit.")


@parked.command()
def show(
    message_id: Id,
    is_raw: Annotated[bool, typer.Option("--raw", help="Chỉ in nội dung, đúng từng byte như đơn vị đã gửi, để ghi vào tệp.")] = False,
    as_json: AsJson = False,
) -> None:
    """In một thông điệp không xử lý được: lý do, nơi gửi, trạng thái, phần đầu của nội dung. Không ghi gì.

    Ví dụ: tonghop parked show ingest/1042 --raw > su-kien.json

    Mã thoát: 0, 1 không có mã này, 2 dùng sai, 3 máy chủ không trả lời.
    """

    async def act() -> ParkedDocument | None:
        async with session.connected() as connections:
            return await parked_messages.find(connections, message_id)

    message = session.run(act)
    if message is None:
        session.stop(session.NO, refusal("parked.unknown", id=message_id))
    if is_raw:
        sys.stdout.buffer.write(message["payload"])
    elif as_json:
        session.say_json({**_entry(message), "payload": base64.b64encode(message["payload"]).decode()})
    else:
        _show(message)


@parked.command()
def replay(
    ids: Ids,
    corrected: Annotated[
        Path | None, typer.Option("--with", metavar="TỆP", help="Gửi nội dung đã sửa trong tệp này, thay cho nguyên bản.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Gửi lại thông điệp vào hộp thư của đơn vị, với thời điểm đã nhận lần đầu, và chờ kết quả. Có một mã không gửi được thì không gửi gì.

    Gửi lại hai lần không làm gì thêm. Việc này được ghi vào nhật ký kiểm soát.

    Ví dụ: tonghop parked replay ingest/1042 --with su-kien.json

    Mã thoát: 0 được nhận, 1 không gửi lại được hoặc bị từ chối và vì sao, 2 dùng sai, 3 máy chủ không trả lời (chạy lại lệnh).
    """
    if corrected is not None and len(set(ids)) > 1:
        raise session.wrong_use(refusal("parked.one_file"), "--with")
    content = None if corrected is None else _content(corrected)

    async def act() -> list[tuple[Replay, Receipt]]:
        async with session.connected() as connections:
            messages = await _messages(connections, ids)
            now, actor = connections.clock(), recording.operator()
            found = [replaying.prepared(message, content, actor, now) for message in messages]
            if wrong := [one for one in found if isinstance(one, Refusal)]:
                session.stop(session.NO, *wrong)
            return [(one, await replaying.send(connections, one, content)) for one in found if isinstance(one, Replay)]

    done = session.run(act)
    if as_json:
        receipts = [{"id": one.message["_id"], "receipt": receipt.model_dump(mode="json", exclude_defaults=True)} for one, receipt in done]
        session.say_json({"replayed": receipts})
    else:
        for one, receipt in done:
            session.console.print(f"{one.message['_id']}: {VERDICTS[receipt.verdict]} (sự kiện {one.event.event_id}).", markup=False)
    if refused := [(one, receipt) for one, receipt in done if receipt.is_rejected]:
        session.stop(session.NO, *[error.as_refusal() for _, receipt in refused for error in receipt.errors])


@parked.command()
def drop(
    ids: Ids,
    reason: Annotated[str, typer.Option("--reason", metavar="LÝ_DO", help="Vì sao bỏ, để người sau đọc.")],
    as_json: AsJson = False,
) -> None:
    """Bỏ thông điệp khỏi danh sách chờ; nội dung vẫn được giữ đến hết 400 ngày. Có một mã không bỏ được thì không bỏ gì.

    Việc này được ghi vào nhật ký kiểm soát.

    Ví dụ: tonghop parked drop ingest/1042 --reason "Đơn vị đã gửi lại đúng."

    Mã thoát: 0, 1 không bỏ được và vì sao, 2 dùng sai, 3 máy chủ không trả lời.
    """
    why = texts.normal(reason).strip()
    if texts.is_blank(why) or len(why) > MOST_REASON or "\n" in why or texts.forbidden(why) is not None:
        raise session.wrong_use(refusal("parked.bad_reason", most=MOST_REASON), "--reason")

    async def act() -> list[str]:
        async with session.connected() as connections:
            messages = await _messages(connections, ids)
            if wrong := [_not_waiting(message) for message in messages if message["state"] != WAITING]:
                session.stop(session.NO, *wrong)
            return [await _drop(connections, message, why) for message in messages]

    done = session.run(act)
    if as_json:
        session.say_json({"dropped": done})
    else:
        session.console.print(f"Đã bỏ {numbers.vietnamese(len(done))} thông điệp.")


async def _drop(connections: Connections[CliSettings], message: ParkedDocument, why: str) -> str:
    store, name = ParkedStore(connections.database), message["_id"]
    await recording.record(connections, "events.dropped", f"parked/{name}", unit=message["sender"], reason=why)
    if not await store.mark(message, DROPPED, recording.operator(), connections.clock(), why):
        now = await store.one(name)
        session.stop(session.NO, refusal("parked.unknown", id=name) if now is None else _not_waiting(now))
    return name


async def _messages(connections: Connections[CliSettings], ids: Sequence[str]) -> list[ParkedDocument]:
    """The messages, each once. Ends the command if there is no message under one of the ids."""
    found = {name: await parked_messages.find(connections, name) for name in dict.fromkeys(ids)}
    if wrong := [refusal("parked.unknown", id=name) for name, message in found.items() if message is None]:
        session.stop(session.NO, *wrong)
    return [message for message in found.values() if message is not None]


async def _sender(connections: Connections[CliSettings], name: str) -> str:
    reference = await connections.reference.current()
    unit = issuing.unit_today(reference, name, periods.local_day(connections.clock()))
    if isinstance(unit, Unit):
        return unit.id
    if name not in reference.registry.ids:
        raise session.wrong_use(unit, "--unit")
    return name


def _content(file: Path) -> bytes:
    try:
        return text_files.raw(file, MOST_FILE)
    except UnreadableError as error:
        session.stop(session.WRONG_USE, error.at(file))


def _not_waiting(message: ParkedDocument) -> Refusal:
    name, state = message["_id"], str(message["state"])
    if state not in STATES:
        return refusal("parked.state_unknown", id=name, state=state)
    at = message.get("at")
    moment = Both("–", "–") if at is None else Both(vietnamese.moment(at), events.to_text(at))
    said = Both(STATE_WORDS[state], STATE_ENGLISH[state])
    return refusal("parked.not_waiting", id=name, state=said, at=moment, by=message.get("by", "–"))


def _entry(message: ParkedDocument) -> dict[str, Any]:
    at = message.get("at")
    return {
        "id": message["_id"],
        "subject": message["subject"],
        "unit": message["sender"],
        "received_at": events.to_text(events.from_ms(message["received_ms"])),
        "size": message["size"],
        "reason": message["reason"],
        "event_id": message.get("event_id"),
        "state": message["state"],
        "by": message.get("by"),
        "at": None if at is None else events.to_text(at),
        "why": message.get("why"),
    }


def _show(message: ParkedDocument) -> None:
    facts = {
        "Mã": message["_id"],
        "Nơi nhận": message["subject"],
        "Nhận lúc": vietnamese.moment(events.from_ms(message["received_ms"])),
        "Mã sự kiện": message.get("event_id", "–"),
        "Lý do": _reason(message),
        "Trạng thái": _state(message),
        "Kích thước": f"{numbers.vietnamese(message['size'])} byte"
        + ("" if parked_messages.is_whole(message) else f", chỉ còn {numbers.vietnamese(len(message['payload']))} byte đầu"),
    }
    for name, text in facts.items():
        session.console.print(f"{name}: {vietnamese.line(text)}", markup=False)
    shown = message["payload"][:SHOWN_BYTES].decode(errors="backslashreplace")
    session.console.print("".join(one if one.isprintable() else ascii(one)[1:-1] for one in shown), markup=False)
    if len(message["payload"]) > SHOWN_BYTES:
        session.notes.print("Còn nữa: dùng --raw để xem hết.")


def _reason(message: ParkedDocument) -> str:
    reason = message["reason"]
    return Refusal(reason["code"], reason["path"], reason["message_vi"], reason["message_en"]).line(language.chosen())


def _state(message: ParkedDocument) -> str:
    state = STATE_WORDS.get(message["state"], message["state"])
    return " ".join(filter(None, (state, vietnamese.moment(message["at"]) if "at" in message else "", message.get("why", ""))))
