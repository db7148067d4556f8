"""`tonghop reform preview`: says what a reform (đợt sắp xếp) will do, before it is applied."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli import before_reform, known_reforms, reform_lines, session
from services.cli.before_reform import Before
from services.cli.data import AsJson
from services.cli.files import regime_files
from services.cli.reform_tables import counts_table
from shared.wire import reform_answers
from shared.words import vietnamese
from shared.words.reform import Plan
from shared.words.reform_effects import Effects

Folder = Annotated[Path, typer.Argument(metavar="THƯ_MỤC", help="Thư mục của đợt sắp xếp, ví dụ deploy/reforms/2025-07-01.")]
RegimeFolder = Annotated[
    Path | None, typer.Option("--regimes", metavar="TỆP", help="Tệp hoặc thư mục chế độ báo cáo sẽ nạp cùng đợt sắp xếp.")
]


def add_to(group: typer.Typer) -> None:
    """Registers the command of this module."""
    group.command("preview")(preview)


def preview(folder: Folder, regimes: RegimeFolder = None, as_json: AsJson = False) -> None:
    """Xem trước đợt sắp xếp: mã đổi nghĩa, chế độ phải nêu lại, nghĩa vụ, báo cáo không còn tính, kỳ giữ đơn vị cũ. Không ghi gì.

    Đối chiếu với đơn vị, chế độ, báo cáo và nghĩa vụ đã lưu; nếu không đọc được MongoDB thì với bản kèm theo (deploy),
    không có báo cáo nào.

    Ví dụ: tonghop reform preview deploy/reforms/2025-07-01 --regimes deploy/regimes

    Mã thoát: 0, 1 tệp có lỗi.
    """
    working_days = session.working_days()

    async def act() -> tuple[Effects, Before]:
        (checked,) = await known_reforms.check([folder], session.settings())
        read = [] if regimes is None else regime_files.read_each([regimes], working_days)
        before = await before_reform.read(checked, session.settings(), working_days)
        return before.effects(checked, read), before

    effects, before = session.run(act)
    if before.stored is None:
        session.notes.print("Không đọc được MongoDB: đối chiếu với đơn vị và chế độ của thư mục deploy, không có báo cáo và nghĩa vụ nào.")
    if as_json:
        session.say_json(reform_answers.preview(effects).model_dump(mode="json"))
    else:
        _print(effects)


def _print(effects: Effects) -> None:
    session.console.print(_title(effects.plan), markup=False)
    session.console.print(counts_table(effects.plan.counts))
    routes = [(route.was, route.now) for route in reform_answers.figures(effects).feed_routes]
    for line in (*reform_lines.counts(effects), *reform_lines.details(effects, routes)):
        session.console.print(line, markup=False)


def _title(plan: Plan) -> str:
    law = "; ".join(f"{basis.number} ngày {vietnamese.day(basis.day)}" for basis in plan.reform.legal_basis)
    return f"Đợt sắp xếp {plan.reform.id}: {plan.reform.title}, từ ngày {vietnamese.day(plan.day)}. Căn cứ: {law}."
