"""`tonghop people add|list|revoke|reset|grant|invite`: manages who may log in to the portal, and with which roles."""

from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from services.cli import people_session, people_tables, session
from services.cli.data import AsJson
from services.cli.people_session import Approves, Desk, From, Login, OnlyRole, RoleName, UnitCode, Until
from services.cli.people_tables import PersonEntry
from shared.plumbing.invitation_store import InvitationStore
from shared.plumbing.people_desk import NewPerson, WithPassword
from shared.shell.clock import random_secret
from shared.words import credentials, granting, passwords
from shared.words import people as accounts
from shared.words.refusals import refusal

people = typer.Typer(help="Tài khoản người dùng: ai đăng nhập được, với vai trò gì.", no_args_is_help=True)


@people.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option("--name", metavar="HỌ_TÊN", help="Họ tên.")],
    role: RoleName,
    unit: UnitCode = None,
    begins: From = None,
    until: Until = None,
    email: Annotated[str, typer.Option(metavar="ĐỊA_CHỈ", help="Thư điện tử.")] = "",
    approver: Approves = False,
    as_json: AsJson = False,
) -> None:
    """Thêm một người dùng với một vai trò. In mật khẩu một lần duy nhất; người ấy đổi mật khẩu khi đăng nhập lần đầu.

    Ví dụ: tonghop people add hoa.nt --name "Nguyễn Thị Hoa" --unit 06253 --role officer

    Mã thoát: 0, 1 không thêm được và vì sao, 2 dùng sai, 3 máy chủ không trả lời.
    """

    async def act() -> tuple[WithPassword, str | None]:
        async with people_session.opened() as desk:
            grant = desk.asked(role, unit, begins, until, is_approver=approver)
            new = NewPerson(accounts.login(login), passwords.normal(name), email, grant)
            return people_session.password_of(await desk.desk.add(desk.by, new)), desk.code(grant.unit)

    added, code = session.run(act)
    if as_json:
        session.say_json({"login": added.person.login, "password": added.password, "role": role, "unit": code})
    else:
        session.console.print(f"Đã thêm tài khoản {added.person.login}. Mật khẩu (chỉ hiện một lần): {added.password}", markup=False)


@people.command("list")
def list_people(
    unit: Annotated[str | None, typer.Option("--unit", metavar="MÃ", help="Chỉ người có vai trò ở đơn vị này hoặc bên dưới.")] = None,
    as_json: AsJson = False,
) -> None:
    """Liệt kê người dùng và vai trò, kể cả vai trò đã hết và tài khoản đã thu hồi. Không ghi gì.

    Ví dụ: tonghop people list --unit 20

    Mã thoát: 0, 2 không có đơn vị được nêu, 3 máy chủ không trả lời.
    """

    async def act() -> list[PersonEntry]:
        async with people_session.opened() as desk:
            return [desk.entry(person) for person in await desk.store.listed(units=None if unit is None else _below(desk, unit))]

    found = session.run(act)
    if as_json:
        session.say_json({"people": found})
        return
    table = Table("Tên đăng nhập", "Họ tên", "Vai trò", "Tài khoản")
    for person in found:
        table.add_row(
            person["login"], person["name"], "\n".join(map(people_tables.role_line, person["roles"])), people_tables.state(person)
        )
    none = "Chưa có tài khoản nào" if unit is None else f"Không có tài khoản nào ở đơn vị {unit}"
    session.console.print(table if found else f"{none}: `tonghop people add`.", markup=False)


@people.command()
def grant(
    login: Login,
    role: RoleName,
    unit: UnitCode = None,
    begins: From = None,
    until: Until = None,
    approver: Approves = False,
    as_json: AsJson = False,
) -> None:
    """Cấp thêm một vai trò. Phiên đăng nhập đang mở của người ấy kết thúc.

    Ví dụ: tonghop people grant hoa.nt --unit 20 --role viewer --until 2026-12-31, hoặc --unit 06253 --role officer --approver

    Mã thoát: 0, 1 không cấp được và vì sao, 2 dùng sai, 3 máy chủ không trả lời.
    """

    async def act() -> PersonEntry:
        async with people_session.opened() as desk:
            person, asked = await desk.person(login), desk.asked(role, unit, begins, until, is_approver=approver)
            return desk.entry(people_session.person_of(await desk.desk.grant(desk.by, person, asked)))

    _tell(session.run(act), "đã cấp vai trò", as_json)


@people.command()
def revoke(
    login: Login,
    role: OnlyRole = None,
    unit: UnitCode = None,
    as_json: AsJson = False,
) -> None:
    """Thu hồi tài khoản (vĩnh viễn), hoặc chỉ một vai trò với --role và --unit. Phiên đăng nhập đang mở kết thúc ngay.

    Ví dụ: tonghop people revoke hoa.nt --role viewer --unit 20

    Mã thoát: 0, 1 không thu hồi được và vì sao, 2 dùng sai, 3 máy chủ không trả lời.
    """
    if unit is not None and role is None:
        raise session.wrong_use(refusal("role.unit_without_role"), "--unit")

    async def act() -> PersonEntry:
        async with people_session.opened() as desk:
            person = await desk.person(login)
            if role is None:
                return desk.entry(people_session.person_of(await desk.desk.revoke(desk.by, person)))
            held = [one for one in person.to_come(date.min) if one.role == role and unit in (one.unit, desk.code(one.unit))]
            if not held:
                session.stop(session.NO, refusal("role.unknown", login=person.login))
            for one in held:
                person = people_session.person_of(await desk.desk.revoke_grant(desk.by, person, one.id))
            return desk.entry(person)

    _tell(session.run(act), "đã thu hồi" if role is None else "đã thu hồi vai trò", as_json)


@people.command()
def reset(
    login: Login,
    drops_totp: Annotated[bool, typer.Option("--totp", help="Bỏ cả mã xác thực: người ấy đăng ký lại thiết bị.")] = False,
    as_json: AsJson = False,
) -> None:
    """Cấp lại mật khẩu và in ra một lần duy nhất. Phiên đăng nhập đang mở của người ấy kết thúc.

    Ví dụ: tonghop people reset hoa.nt --totp

    Mã thoát: 0, 1 không cấp lại được và vì sao, 3 máy chủ không trả lời.
    """

    async def act() -> WithPassword:
        async with people_session.opened() as desk:
            return people_session.password_of(await desk.desk.reset(desk.by, await desk.person(login), drops_totp=drops_totp))

    changed = session.run(act)
    if as_json:
        session.say_json({"login": changed.person.login, "password": changed.password})
    else:
        session.console.print(f"Mật khẩu mới của {changed.person.login} (chỉ hiện một lần): {changed.password}", markup=False)


@people.command()
def invite(login: Login, as_json: AsJson = False) -> None:
    """In một đường dẫn, dùng một lần trong 7 ngày, để người ấy liên kết tài khoản của hệ thống đăng nhập ngoài (OIDC).

    Ví dụ: tonghop people invite hoa.nt

    Mã thoát: 0, 1 không mời được và vì sao, 3 máy chủ không trả lời.
    """

    async def act() -> dict[str, str]:
        async with people_session.opened() as desk:
            person, secret = await desk.person(login), random_secret()
            invitations = InvitationStore(desk.connections.database, desk.connections.clock)
            expires = await invitations.invite(desk.by.name, person.id, credentials.verifier(secret))
            if expires is None:
                session.stop(session.NO, refusal("person.revoked", login=person.login))
            settings = desk.connections.settings
            site = settings.site or settings.service_addresses["portal"]
            return {"login": person.login, "link": f"{site}/moi/{secret}", "expires_at": expires.isoformat()}

    found = session.run(act)
    if as_json:
        session.say_json(found)
    else:
        session.console.print(f"Gửi riêng cho {found['login']} (dùng một lần, trong 7 ngày): {found['link']}", markup=False)


def _below(desk: Desk, code: str) -> list[str]:
    """The ids of a unit and the units below it today; of a unit that has ended, its own."""
    found = granting.named(code, desk.by.registry, desk.by.today)
    if found not in desk.by.registry.ids:
        raise session.wrong_use(refusal("cli.unknown_unit", units=[f"“{code}”"]), "--unit")
    tree = desk.by.registry.at(desk.by.today)
    return [one.id for one in tree.subtree(found)] if found in tree.by_id else [found]


def _tell(person: PersonEntry, done: str, as_json: bool) -> None:
    if as_json:
        session.say_json(person)
    else:
        session.console.print(f"Tài khoản {person['login']}: {done}.", markup=False)
