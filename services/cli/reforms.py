"""`tonghop reform check|areas`: checks the folder of a reform (đợt sắp xếp), and drafts areas of former units."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from services.cli import before_reform, known_reforms, reform_tables, session
from services.cli.data import AsJson
from services.cli.files import reform_files, reform_list
from services.cli.files.faults import Fault, FaultsError
from services.cli.files.reform_check import Checked
from services.cli.files.reform_files import AREAS, COLUMNS
from services.cli.files.reform_list import Comparison
from shared.shell import language
from shared.words import numbers, reform_areas, vietnamese
from shared.words.reform import Plan
from shared.words.reform_areas import Draft, Part
from shared.words.reform_sides import Sides
from shared.words.refusals import refusal

reform = typer.Typer(help="Đợt sắp xếp đơn vị hành chính: kiểm tra, soạn địa bàn, áp dụng, thu hồi.", no_args_is_help=True)


Folders = Annotated[
    list[Path] | None, typer.Argument(metavar="THƯ_MỤC", help="Thư mục của đợt sắp xếp; mặc định: mọi đợt trong deploy/reforms.")
]
Folder = Annotated[Path, typer.Argument(metavar="THƯ_MỤC", help="Thư mục của đợt sắp xếp, ví dụ deploy/reforms/2025-07-01.")]
Against = Annotated[
    Path | None, typer.Option("--against", metavar="TỆP", help="Danh sách chính thức (code,name,level,parent) để đối chiếu.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Coi trọng số giả định và đơn vị kế thừa chưa khai là lỗi.")]
Formers = Annotated[
    list[str] | None, typer.Option("--of", metavar="MÃ", help="Chỉ địa bàn của đơn vị cũ này, ví dụ 184; có thể nêu nhiều lần.")
]


@reform.command("check")
def check_reforms(folders: Folders = None, against: Against = None, is_strict: Strict = False, as_json: AsJson = False) -> None:
    """Kiểm tra đợt sắp xếp: in tệp, dòng, lý do của từng lỗi, hoặc số đơn vị kết thúc, tiếp tục và mới. Không ghi gì.

    Đơn vị được đối chiếu với danh mục đã nạp; nếu không đọc được MongoDB thì đối chiếu với danh mục kèm theo (deploy/units) và các đợt
    trước đó trong deploy/reforms. Nêu nhiều thư mục để kiểm tra lần lượt các đợt.

    Ví dụ: tonghop reform check deploy/reforms/2025-07-01 --strict

    Một mã trong chế độ báo cáo (đã nạp, hoặc kèm theo trong deploy/regimes) mà sau đợt sắp xếp chỉ đơn vị khác, hoặc không còn đơn vị nào,
    cũng là lỗi, trừ khi chế độ nói rõ từ ngày ấy (changes, ends).

    Mã thoát: 0 hợp lệ, 1 có lỗi hoặc khác danh sách chính thức.
    """

    working_days = session.working_days()

    async def act() -> tuple[list[Checked], Comparison | None]:
        found = await known_reforms.check(folders or reform_files.folders(known_reforms.REFORM_FILES), session.settings())
        if wrong := await before_reform.regime_faults(found, session.settings(), working_days):
            raise FaultsError(wrong)
        if against is None:
            return found, None
        tree = found[-1].after.registry.at(found[-1].plan.day)
        return found, reform_list.compare(against, tree)

    try:
        found, comparison = session.run(act, prints_faults=not as_json)
    except FaultsError as error:
        session.say_json({"reforms": [], "faults": [fault.as_dict() for fault in error.faults], "warnings": [], "against": None})
        raise typer.Exit(session.NO) from error
    faults = [fault for checked in found for fault in checked.to_declare] if is_strict else []
    if as_json:
        session.say_json(_answer(found, faults, comparison))
    else:
        _print(found, faults, comparison)
    if faults or (comparison is not None and comparison.differences):
        raise typer.Exit(session.NO)


@reform.command("areas")
def draft_areas(folder: Folder, formers: Formers = None, as_json: AsJson = False) -> None:
    """Soạn areas.csv: địa bàn của từng đơn vị cũ gồm những đơn vị mới nhận phần lớn địa bàn từ đơn vị cũ ấy. Không ghi gì.

    In nội dung tệp ra đầu ra chuẩn. Độ khớp của từng địa bàn, và những đơn vị mới chỉ có phần nhỏ thuộc đơn vị cũ nên không được đưa vào,
    in ra đầu ra lỗi: người soạn quyết định.

    Ví dụ: tonghop reform areas deploy/reforms/2025-07-01 --of 184 --of 44 > areas.csv

    Mã thoát: 0, 1 có lỗi hoặc không có đơn vị cũ này.
    """

    async def act() -> list[Draft]:
        (checked,) = await known_reforms.check([folder], session.settings())
        return list(reform_areas.drafts(checked.files.content, Sides(checked.files.content, checked.before.registry)))

    drafts = session.run(act)
    known = {draft.coverage.former.code for draft in drafts if draft.coverage.former is not None}
    for code in formers or ():
        if code not in known:
            session.stop(session.NO, refusal("reform.no_former_unit", code=code))
    chosen = [draft for draft in drafts if not formers or (draft.coverage.former is not None and draft.coverage.former.code in formers)]
    if as_json:
        session.say_json({"areas": [_draft(draft) for draft in chosen]})
        return
    typer.echo(_table(chosen), nl=False)
    for draft in chosen:
        session.notes.print(f"{draft.code}: {draft.coverage.text}.{_partly(draft)}", markup=False)
    exact = numbers.vietnamese(sum(draft.coverage.is_exact for draft in chosen))
    session.notes.print(f"{numbers.vietnamese(len(chosen))} địa bàn, {exact} địa bàn gồm đúng các đơn vị của đơn vị cũ.")


def _answer(found: Sequence[Checked], faults: Sequence[Fault], comparison: Comparison | None) -> dict[str, object]:
    return {
        "reforms": [_reform(checked.plan) for checked in found],
        "faults": [fault.as_dict() for fault in faults],
        "warnings": [fault.as_dict() for checked in found for fault in checked.warnings],
        "against": _against(comparison) if comparison is not None else None,
    }


def _reform(plan: Plan) -> dict[str, object]:
    areas = [{"code": area.code, "name": area.name, "members": len(area.members), "covers": area.covers} for area in plan.areas_begun]
    about = {"id": plan.reform.id, "title": plan.reform.title, "valid_from": plan.day.isoformat()}
    return {**about, "counts": plan.counts, "edges": len(plan.edges), "open_heirs": len(plan.open_heirs), "areas": areas}


def _against(comparison: Comparison) -> dict[str, object]:
    lists = {name: getattr(comparison, name) for name in ("codes", "names", "levels", "parents", "spelling")}
    return {"compared": comparison.compared, **{name: [fault.as_dict() for fault in faults] for name, faults in lists.items()}}


def _print(found: Sequence[Checked], faults: Sequence[Fault], comparison: Comparison | None) -> None:
    for checked in found:
        plan = checked.plan
        session.console.print(f"Đợt sắp xếp {plan.reform.id} hợp lệ: {plan.reform.title}, từ {vietnamese.day(plan.day)}.", markup=False)
        session.console.print(reform_tables.counts_table(plan.counts))
        for area in plan.areas_begun:
            covers = f" {area.covers}." if area.covers else ""
            session.console.print(f"{area.name} ({area.code}): {len(area.members)} đơn vị.{covers}", markup=False)
        session.warn(checked.warnings)
    for fault in faults:
        typer.echo(fault.text(language.chosen()), err=True)
    if comparison is not None:
        _print_comparison(comparison)


def _print_comparison(comparison: Comparison) -> None:
    for fault in comparison.differences:
        session.console.print(fault.text(language.chosen()), markup=False)
    counts = {name: numbers.vietnamese(len(getattr(comparison, name))) for name in ("codes", "names", "levels", "parents", "spelling")}
    session.console.print(
        f"Đối chiếu {numbers.vietnamese(comparison.compared)} đơn vị với danh sách: khác {counts['codes']} mã, {counts['names']} tên,"
        f" {counts['levels']} cấp, {counts['parents']} đơn vị cấp trên; {counts['spelling']} tên chỉ khác cách đặt dấu."
    )


def _table(drafts: Sequence[Draft]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS[AREAS])
    table.writerows((line.area, line.name, line.member) for draft in drafts for line in draft.lines)
    return text.getvalue()


def _draft(draft: Draft) -> dict[str, object]:
    coverage = draft.coverage
    fit = {"inside": coverage.inside, "sources": coverage.sources, "total": coverage.total, "covers": coverage.text}
    members, left_out = ([asdict(part) for part in parts] for parts in (draft.members, draft.left_out))
    return {"code": draft.code, "name": draft.name, "members": members, **fit, "left_out": left_out}


def _partly(draft: Draft) -> str:
    """The units that are only partly made of the former unit."""
    partly = [part for part in draft.members if part.inside < part.sources]
    lists = (("Một phần", partly), ("Không đưa vào", draft.left_out))
    return "".join(f" {word}: {'; '.join(map(_part, parts))}." for word, parts in lists if parts)


def _part(part: Part) -> str:
    return f"{part.name} ({part.code}) {part.inside} trong {part.sources} đơn vị cũ"
