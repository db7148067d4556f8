"""`tonghop reform apply|revert`: applies reforms (đợt sắp xếp) to the stored units, and takes one back."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli import applying, known_reforms, recording, session
from services.cli.applying import Outcome, WithRegimes
from services.cli.data import REGIME_FILES, AsJson
from services.cli.files import reform_check, reform_files
from services.cli.reform_tables import counts_in_words
from services.cli.stored import StoredData
from shared.shell import language
from shared.words import periods, vietnamese
from shared.words.refusals import number, refusal

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="THƯ_MỤC", help="Thư mục của đợt sắp xếp; mặc định: mọi đợt trong deploy/reforms đã đến ngày."),
]
Regimes = Annotated[
    list[Path] | None, typer.Option("--regimes", metavar="TỆP", help="Tệp hoặc thư mục chế độ báo cáo, nạp cùng đợt sắp xếp.")
]
Name = Annotated[str, typer.Argument(metavar="MÃ", help="Mã đợt sắp xếp, ví dụ 2025-07-01.")]


def add_to(group: typer.Typer) -> None:
    """Registers the commands of this module."""
    group.command("apply")(apply)
    group.command("revert")(revert)


def apply(
    folders: Folders = None,
    regimes: Regimes = None,
    is_sure: Annotated[bool, typer.Option("--yes", help="Nạp cả chế độ làm cho báo cáo đã tiếp nhận không còn được hiển thị.")] = False,
    as_json: AsJson = False,
) -> None:
    """Áp dụng đợt sắp xếp vào danh mục đơn vị; áp dụng lại thư mục không đổi thì không thay đổi gì.

    Không nêu thư mục: áp dụng lần lượt mọi đợt trong deploy/reforms đã đến ngày, trừ khi TONGHOP_REFORMS=none.

    Mỗi đợt được ghi trọn vẹn hoặc không ghi gì. --regimes nạp chế độ báo cáo cùng lúc với đợt sắp xếp (chỉ khi nêu một thư mục).

    Ví dụ: tonghop reform apply deploy/reforms/2025-07-01 --regimes deploy/regimes

    Mã thoát: 0 đã áp dụng hoặc không có gì thay đổi, 1 có lỗi và đợt ấy không được áp dụng, 3 máy chủ không trả lời.
    """
    if regimes and len(folders or ()) != 1:
        raise session.wrong_use(refusal("reform.regimes_with_one"), "--regimes")
    done: list[Outcome] = []

    async def act() -> None:
        if not folders and session.settings().reforms == "none":
            return
        async with session.connected() as connections:
            with session.notes.status("Đọc tệp …") as status:
                read = reform_check.read_all(folders or reform_files.folders(known_reforms.REFORM_FILES))
                today = periods.local_day(connections.clock())
                given = WithRegimes(regimes or (), is_sure, () if folders else REGIME_FILES)
                for files in read if folders else applying.due(read, today):
                    done.append(await applying.apply(connections, files, given, status.update))
                    if not as_json:
                        _print(done[-1], has_regimes=bool(regimes))

    session.run(act)
    if as_json:
        session.say_json({"reforms": [_entry(outcome) for outcome in done]})
    elif not done:
        session.console.print("Đợt sắp xếp: không có đợt nào để áp dụng.")


def revert(
    reform: Name,
    with_reports: Annotated[bool, typer.Option("--with-reports", help="Thu hồi dù đã tiếp nhận sự kiện của đơn vị mới.")] = False,
    as_json: AsJson = False,
) -> None:
    """Thu hồi một đợt sắp xếp: đơn vị, địa bàn và chế độ báo cáo trở lại đúng như trước khi áp dụng; việc thu hồi được ghi vào lịch sử.

    Ví dụ: tonghop reform revert 2025-07-01

    Mã thoát: 0 đã thu hồi hoặc không có gì thay đổi, 1 không thu hồi được và vì sao, 3 máy chủ không trả lời.
    """

    async def act() -> tuple[list[str] | None, int]:
        async with session.connected() as connections:
            reforms, data = applying.store(connections), StoredData(connections.database)
            with session.notes.status("Đếm sự kiện của các đơn vị mới …") as status:
                begun = await reforms.begun_units(reform)
                before = await data.events_of(begun)
                if before and not with_reports:
                    session.stop(session.NO, refusal("reform.has_events", id=reform, count=number(before)))
                status.update(f"Thu hồi đợt sắp xếp {reform} …")
                reverted = recording.act("reform.reverted", f"reforms/{reform}", events_of_new_units=before)
                kept = await reforms.revert(reform, recording.operator(), lambda kept: None if kept is None else reverted)
                return kept, await data.events_of(begun) - before

    kept, meanwhile = session.run(act)
    if as_json:
        session.say_json({"reverted": [] if kept is None else [reform], "regimes_kept": kept or [], "events_meanwhile": meanwhile})
        return
    what = "đã thu hồi từ trước, không có gì thay đổi" if kept is None else "đã thu hồi"
    session.console.print(f"Đợt sắp xếp {reform}: {what}.", markup=False)
    notes = [refusal("reform.regimes_kept", regimes=kept)] if kept else []
    notes += [refusal("reform.events_meanwhile", id=reform, count=number(meanwhile))] if meanwhile > 0 else []
    for note in notes:
        session.notes.print(note.line(language.chosen()), markup=False)


def _entry(outcome: Outcome) -> dict[str, object]:
    counts = outcome.checked.plan.counts if outcome.checked is not None else {}
    changed = {"applied": outcome.checked is not None, "counts": counts, "regimes": list(outcome.regimes)}
    return {"id": outcome.files.reform.id, "valid_from": outcome.files.reform.valid_from.isoformat(), **changed}


def _print(outcome: Outcome, *, has_regimes: bool) -> None:
    reform = outcome.files.reform
    if outcome.checked is None:
        session.console.print(f"Đợt sắp xếp {reform.id}: đã áp dụng, không có gì thay đổi.", markup=False)
        if has_regimes:
            session.notes.print(refusal("reform.regimes_not_loaded", id=reform.id).line(language.chosen()), markup=False)
        return
    counts = counts_in_words(outcome.checked.plan.counts)
    loaded = f"; nạp {len(outcome.regimes)} chế độ báo cáo" if outcome.regimes else ""
    session.console.print(f"Đợt sắp xếp {reform.id}, từ {vietnamese.day(reform.valid_from)}: đã áp dụng; {counts}{loaded}.", markup=False)
    session.warn(outcome.checked.warnings)
