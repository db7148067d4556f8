"""`tonghop people move`: drafts the roles that end with a reform (đợt sắp xếp) at the heirs, and grants them once they are approved."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer
from rich.table import Table

from services.cli import people_session, people_tables, session
from services.cli.data import AsJson
from services.cli.people_session import Desk
from services.cli.people_tables import DraftEntry
from shared.words import moving, numbers, vietnamese
from shared.words.moving import Draft, Reformed
from shared.words.principals import ROLES
from shared.words.refusals import Refusal, refusal

GRANTED: Final = "granted"
STATES: Final = {"draft": "dự thảo", "choose": "chọn đơn vị bằng --to", "done": "đã có vai trò", GRANTED: "đã cấp"}


def add_to(group: typer.Typer) -> None:
    """Registers the command of this module."""
    group.command("move")(move)


def move(
    reform: Annotated[str, typer.Option("--reform", metavar="MÃ", help="Mã đợt sắp xếp, ví dụ 2025-07-01.")],
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="CŨ=MỚI", help="Đơn vị nhận vai trò của đơn vị cũ, khi có nhiều đơn vị kế thừa; lặp lại được."),
    ] = None,
    approves: Annotated[bool, typer.Option("--approve", help="Cấp các vai trò dự thảo; mặc định chỉ liệt kê.")] = False,
    as_json: AsJson = False,
) -> None:
    """Liệt kê các vai trò hết hiệu lực vì đơn vị kết thúc trong đợt sắp xếp, với vai trò mới dự thảo ở đơn vị kế thừa.

    Không cấp gì nếu không có --approve. Vai trò ở đơn vị cấp trên của đơn vị cũ phải được chọn bằng --to.

    Ví dụ: tonghop people move --reform 2025-07-01 --to 06268=06211 --approve

    Mã thoát: 0, 1 không có đợt sắp xếp ấy hoặc đơn vị được chọn không kế thừa, 3 máy chủ không trả lời.
    """

    async def act() -> tuple[Reformed, list[DraftEntry]]:
        async with people_session.opened() as desk:
            found = _reformed(desk, reform)
            people = await desk.store.bound_to(found.ended)
            drafts = moving.drafts(people, found, desk.by.registry, desk.by.today, _chosen(desk, found, to or ()))
            states = [await _granted(desk, draft) if approves else draft.state for draft in drafts]
            return found, [people_tables.draft(draft, state) for draft, state in zip(drafts, states, strict=True)]

    found, entries = session.run(act)
    if as_json:
        session.say_json({"reform": reform, "valid_from": found.day.isoformat(), "roles": entries})
        return
    title = f"Đợt sắp xếp {reform}, từ {vietnamese.day(found.day)}: {numbers.vietnamese(len(entries))} vai trò hết hiệu lực."
    session.console.print(title, markup=False)
    if entries:
        session.console.print(_table(entries))
    if any(entry["state"] == "draft" for entry in entries):
        session.console.print("Chưa cấp vai trò nào. Thêm --approve để cấp các vai trò dự thảo.", markup=False)


def _reformed(desk: Desk, reform: str) -> Reformed:
    found = moving.reformed(desk.by.registry, reform)
    if found is None:
        known = sorted({edge.reform for edge in desk.by.registry.lineage.edges if edge.reform})
        session.stop(session.NO, refusal("reform.unknown", id=reform, known=known or ["–"]))
    return found


def _chosen(desk: Desk, found: Reformed, to: Sequence[str]) -> dict[str, str]:
    chosen = [moving.choice(text, found, desk.by.registry, desk.by.today) for text in to]
    if refused := [one for one in chosen if isinstance(one, Refusal)]:
        session.stop(session.NO, *refused)
    return dict(one for one in chosen if not isinstance(one, Refusal))


async def _granted(desk: Desk, draft: Draft) -> str:
    """Grants a drafted role. The person is read again: an earlier draft may have given the same role."""
    if draft.asked is None or draft.state != "draft":
        return draft.state
    answer = await desk.desk.grant(desk.by, await desk.store.by_id(draft.person.id), draft.asked, draft.grant.id)
    if isinstance(answer, tuple) and [why.code for why in answer] == ["role.already"]:
        return "done"
    people_session.person_of(answer)
    return GRANTED


def _table(entries: Sequence[DraftEntry]) -> Table:
    table = Table("Tên đăng nhập", "Họ tên", "Vai trò", "Đơn vị cũ", "Đơn vị kế thừa", "Trạng thái")
    words: dict[str, str] = dict(ROLES.items())
    for entry in entries:
        followers = [entry["heir"]] if entry["heir"] is not None else entry["candidates"]
        new = "\n".join(f"{unit['name']} ({unit['code']})" for unit in followers) or "–"
        old = f"{entry['unit']['name']} ({entry['unit']['id']})"
        table.add_row(entry["login"], entry["name"], words[entry["role"]], old, new, STATES[entry["state"]])
    return table
