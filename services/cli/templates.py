"""`tonghop templates check|export`: the templates of documents, which agencies edit in Word."""

import asyncio
import base64
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli import session
from services.cli.data import AsJson
from services.portal.office import making, processes, template_files
from services.portal.office.examples import Purpose
from services.portal.office.processes import Limits
from shared.plumbing import data_files
from shared.shell.settings import CliSettings
from shared.words.failures import PermanentError
from shared.words.refusals import Refusal, refusal

templates = typer.Typer(help="Mẫu văn bản (.docx) của báo cáo tổng hợp.", no_args_is_help=True)

JUDGING = Limits(wall_s=60, cpu_s=40, memory_mib=2048)
KINDS: dict[str, Purpose] = {template_files.PARTY: "plain", template_files.COPY: "copy", template_files.BOOK_FRONT: "book"}


@templates.command("check")
def check(
    file: Annotated[Path | None, typer.Argument(metavar="[TỆP]", help="Mẫu cần kiểm tra; mặc định: mọi mẫu đang dùng.")] = None,
    plain: Annotated[bool, typer.Option("--dang", help="Mẫu của cơ quan Đảng: không có Quốc hiệu.")] = False,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra mẫu: tên trường, thành phần theo Nghị định 30/2020/NĐ-CP, phông chữ, khổ giấy, lề, số trang, nội dung không an toàn.

    Mẫu có lỗi thì không dùng được. Nhận xét chỉ ra chỗ khác Nghị định 30. Không ghi gì.

    Ví dụ: tonghop templates check mau-cua-tinh.docx

    Mã thoát: 0 mọi mẫu dùng được, 1 có mẫu không dùng được hoặc không đọc được.
    """
    files = [file] if file is not None else _in_use(session.settings())
    found = {str(one): asyncio.run(_judge(one, "plain" if plain else KINDS.get(one.name, "state"))) for one in files}
    if as_json:
        session.say_json([{"file": name, **judged} for name, judged in found.items()])
    else:
        for name, judged in found.items():
            _print(name, judged)
    if any(judged["faults"] for judged in found.values()):
        raise typer.Exit(session.NO)


@templates.command("export")
def export(
    folder: Annotated[Path, typer.Argument(metavar="THƯ-MỤC", help="Thư mục nhận các mẫu, được tạo nếu chưa có.")], as_json: AsJson = False
) -> None:
    """Chép các mẫu của sản phẩm vào một thư mục để sửa bằng Word, rồi đặt TONGHOP_TEMPLATES là thư mục ấy. Không ghi đè tệp đã có.

    Mẫu riêng của một chế độ mang tên <mã chế độ>.docx.

    Ví dụ: tonghop templates export mau

    Mã thoát: 0, 1 không ghi được.
    """
    shipped = sorted(template_files.SHIPPED.glob(f"*{template_files.ENDING}"))
    taken = next((folder / one.name for one in shipped if (folder / one.name).exists()), None)
    if taken is not None:
        session.stop(session.NO, refusal("template.exists", file=str(taken)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in shipped:
            shutil.copyfile(one, folder / one.name)
    except OSError as error:
        session.stop(session.NO, refusal("template.not_written", str(folder), detail=[error.strerror or str(error)]))
    written = [str(folder / one.name) for one in shipped]
    if as_json:
        session.say_json(written)
    else:
        session.console.print("\n".join(written), markup=False)


def _in_use(settings: CliSettings) -> list[Path]:
    """Every template that documents are made from: the agency's, and the product's for what the agency has none."""
    own = [] if settings.templates == template_files.NONE else sorted(data_files.path(settings.templates).glob("*.docx"))
    names = {one.name for one in own}
    return [*own, *(one for one in sorted(template_files.SHIPPED.glob("*.docx")) if one.name not in names)]


async def _judge(file: Path, kind: Purpose) -> dict[str, list[dict[str, str]]]:
    """The faults and remarks of a template, found in a process with limits."""
    try:
        order = {"template": base64.b64encode(file.read_bytes()).decode(), "kind": kind}
    except OSError:
        return {"faults": [_entry(refusal("template.not_read", str(file)))], "remarks": []}
    command = [sys.executable, "-m", "services.portal.office.judging"]
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PYTHONPATH": making.ROOT, "HOME": folder}
        try:
            ended = await processes.run(command, JUDGING, given=json.dumps(order).encode(), environment=environment, folder=folder)
        except PermanentError as error:
            return {"faults": [_entry(error.refusals[0])], "remarks": []}
    if ended.code != 0:
        return {"faults": [_entry(refusal("template.fails", detail=[f"exit {ended.code}"]))], "remarks": []}
    judged: dict[str, list[dict[str, str]]] = json.loads(ended.output)
    return judged


def _entry(why: Refusal) -> dict[str, Any]:
    return {"code": why.code, "path": why.path, "message_vi": why.message_vi, "message_en": why.message_en}


def _print(name: str, judged: dict[str, list[dict[str, str]]]) -> None:
    word = "không dùng được" if judged["faults"] else "dùng được, có nhận xét" if judged["remarks"] else "dùng được"
    session.console.print(f"{name}: {word}", markup=False)
    for one in [*judged["faults"], *judged["remarks"]]:
        session.console.print(f"  {one['message_vi']} [{one['code']}]", markup=False, highlight=False)
