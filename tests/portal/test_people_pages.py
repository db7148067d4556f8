"""The pages about people, on a real database: what an operator and a reviewer see and do, and what nobody else does."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import structlog
from structlog.testing import capture_logs

from services.portal.app import create_app
from shared.plumbing import mongo, password_hashes
from shared.plumbing.mongo import Documents
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import system_clock
from shared.shell.settings import PortalSettings, Settings
from shared.wire import collection_names
from shared.words.units import Unit
from tests import identities
from tests.identities import COOKIE, grant

BEGAN = date(2020, 1, 1)
PEOPLE = "/quan-tri/nguoi-dung"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
PASSWORD = re.compile(r"<code>([a-z2-9-]{24})</code>")


def unit(unit_id: str, parent: str | None, ends: date | None = None) -> Unit:
    return Unit(unit_id, unit_id, f"Xã {unit_id}", "commune", "peoples_committee", parent, BEGAN, ends)


UNITS = [unit("20", None), unit("X", "20"), unit("X1", "X"), unit("Y", "20"), unit("Z", "20", date(2025, 7, 1))]


@dataclass
class Portal:
    """The portal, and who asks."""

    database: Documents
    http: httpx2.AsyncClient

    async def person(self, *grants: Any, login: str) -> str:
        return await identities.put_person(self.database, *grants, login=login)

    async def log_in(self, *grants: Any, login: str = "me") -> str:
        """Logs a new person in, from now on. Returns the id."""
        person = await self.person(*grants, login=login)
        self.http.cookies.set(COOKIE, await identities.put_session(self.database, person))
        return person

    async def get(self, path: str = "", **query: str) -> httpx2.Response:
        return await self.http.get(f"{PEOPLE}{path}", params=query)

    async def post(self, path: str = "", **fields: str) -> httpx2.Response:
        form = {name.rstrip("_"): text for name, text in fields.items()}
        return await self.http.post(f"{PEOPLE}{path}", data=form, headers=SAME_ORIGIN)

    async def document(self, login: str) -> Any:
        return await self.database[collection_names.PEOPLE].find_one({"login": login})

    async def actions(self) -> list[str]:
        return [entry["action"] async for entry in self.database[collection_names.AUDIT].find().sort("_id", 1)]


@pytest_asyncio.fixture
async def portal(settings: Settings) -> AsyncIterator[Portal]:
    client = mongo.connect(settings.mongo_url)
    database = client[settings.database]
    await ReferenceStore(database, system_clock).put_units(UNITS)
    app = create_app(PortalSettings(_env_file=None, **settings.model_dump()))
    transport = httpx2.ASGITransport(app, client=("127.0.0.1", 50000))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http,
    ):
        yield Portal(database, http)
    await mongo.close(client)
    structlog.reset_defaults()


NEW = {"login": "lan", "name": "Lê Thị Lan", "role": "officer", "unit": "X1"}


async def test_an_operator_adds_a_person_whose_password_is_shown_once(portal: Portal) -> None:
    me = await portal.log_in(grant("operator", None))

    with capture_logs() as logs:
        answer = await portal.post(**NEW)

    (password,) = PASSWORD.findall(answer.text)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    stored = await portal.document("lan")
    assert (await password_hashes.check(stored["password"], password)).is_right
    assert (stored["must_change"], stored["grants"][0]["granted_by"]) == (True, f"people/{me}")
    assert await portal.actions() == ["role.granted", "person.added"]
    assert password not in str(answer.url)
    assert password not in str(logs)
    assert password not in (await portal.get()).text
    assert password not in (await portal.get(f"/{stored['_id']}")).text
    assert password not in str(await portal.database[collection_names.AUDIT].find().to_list(None))


async def test_an_operator_ticks_who_approves_what_is_sent_and_only_an_officer_can(portal: Portal) -> None:
    await portal.log_in(grant("operator", None))
    refused = await portal.post(**NEW | {"role": "viewer", "approver": "1"})
    assert refused.status_code == 400
    assert 'name="approver" value="1" checked' in refused.text
    assert await portal.document("lan") is None
    assert 'name="approver" value="1"' in (await portal.get()).text
    assert (await portal.post(**NEW | {"approver": "1"})).status_code == 200
    stored = await portal.document("lan")
    assert stored["grants"][0]["approver"] is True
    assert "Cán bộ báo cáo, duyệt gửi" in (await portal.get(f"/{stored['_id']}")).text
    [entry] = await portal.database[collection_names.AUDIT].find({"action": "role.granted"}).to_list(None)
    assert entry["details"]["approver"] is True
    await portal.post(**NEW | {"login": "binh"})
    assert not (await portal.document("binh"))["grants"][0].get("approver")


async def test_a_reviewer_adds_officers_and_viewers_below_him_only(portal: Portal) -> None:
    await portal.log_in(grant("reviewer", "X"))

    assert (await portal.post(**NEW)).status_code == 200
    refused = [
        await portal.post(**NEW | {"login": "b", "unit": "Y"}),
        await portal.post(**NEW | {"login": "b", "role": "reviewer"}),
        await portal.post(**NEW | {"login": "b", "role": "operator", "unit": ""}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 3
    assert all("Bạn không được cấp vai trò này" in answer.text for answer in refused)
    assert await portal.document("b") is None
    page = (await portal.get()).text
    assert "lan" in page
    assert '<option value="operator"' not in page
    assert re.findall(r'<option value="(X1?|Y)">', page) == ["X", "X1"]


@pytest.mark.parametrize(
    "roles",
    [[grant("officer", "X")], [grant("viewer", "20")], [], [grant("operator", None, ends=date(2021, 1, 1))], [grant("reviewer", "Z")]],
)
async def test_nobody_else_gets_in(portal: Portal, roles: list[Any]) -> None:
    other = await portal.person(grant("officer", "X1"), login="other")
    await portal.log_in(*roles)

    answers = [await portal.get(), await portal.get(f"/{other}"), await portal.post(**NEW)]
    answers += [
        await portal.post(f"/{other}{act}", role="viewer", unit="X1") for act in ("/vai-tro", "/vai-tro/x/thu-hoi", "/thu-hoi", "/mat-khau")
    ]

    assert [answer.status_code for answer in answers] == [403] * 7
    assert set(await portal.actions()) <= {"request.refused"}  # noted once a second


async def test_without_a_session_there_is_only_the_login(portal: Portal) -> None:
    answers = [await portal.get(), await portal.get("/x"), await portal.post(**NEW), await portal.post("/x/mat-khau")]

    assert all(answer.status_code in (303, 401) for answer in answers)
    assert await portal.document("lan") is None


async def test_a_form_of_another_site_does_nothing(portal: Portal) -> None:
    await portal.log_in(grant("operator", None))

    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {}):
        assert (await portal.http.post(PEOPLE, data=NEW, headers=headers)).status_code == 403
    assert await portal.document("lan") is None


async def test_roles_are_granted_and_revoked_and_sessions_end(portal: Portal) -> None:
    person = await portal.person(grant("officer", "X1"), login="lan")
    session = await identities.put_session(portal.database, person)
    await portal.log_in(grant("reviewer", "X"))

    granted = await portal.post(f"/{person}/vai-tro", role="viewer", unit="X", from_="2026-01-01", until="2098-12-31")

    assert (granted.status_code, granted.headers["location"]) == (303, f"{PEOPLE}/{person}")
    stored = await portal.document("lan")
    assert [(role["role"], role["unit"], role["ends"]) for role in stored["grants"]][1:] == [("viewer", "X", "2099-01-01")]
    assert "đến hết 31/12/2098" in (await portal.get(f"/{person}")).text
    revoked = await portal.post(f"/{person}/vai-tro/{stored['grants'][1]['id']}/thu-hoi")
    assert revoked.status_code == 303
    assert (await portal.document("lan"))["grants"][1]["revoked_at"] is not None
    assert await portal.actions() == ["role.granted", "role.revoked"]
    portal.http.cookies.set(COOKIE, session)
    assert (await portal.get()).status_code in (303, 401)


async def test_a_new_password_and_the_end_of_an_account(portal: Portal) -> None:
    person = await portal.person(grant("officer", "X1"), login="lan")
    await portal.log_in(grant("reviewer", "X"))

    answer = await portal.post(f"/{person}/mat-khau")
    (password,) = PASSWORD.findall(answer.text)
    assert (await password_hashes.check((await portal.document("lan"))["password"], password)).is_right
    assert (await portal.post(f"/{person}/thu-hoi")).status_code == 303
    assert (await portal.document("lan"))["revoked_at"] is not None
    assert (await portal.post(f"/{person}/mat-khau")).status_code == 409
    assert await portal.actions() == ["person.reset", "person.revoked"]


async def test_a_new_password_keeps_one_time_codes_unless_they_are_dropped_too(portal: Portal) -> None:
    person = await portal.person(grant("officer", "X1"), login="lan")
    await portal.database[collection_names.PEOPLE].update_one({"_id": person}, {"$set": {"totp": "sealed"}})
    await portal.log_in(grant("reviewer", "X"))

    await portal.post(f"/{person}/mat-khau")
    assert (await portal.document("lan"))["totp"] == "sealed"
    await portal.post(f"/{person}/mat-khau", totp="1")
    assert (await portal.document("lan"))["totp"] is None


async def test_a_reviewer_neither_sees_nor_changes_who_is_not_below_him(portal: Portal) -> None:
    outside = await portal.person(grant("officer", "Y"), login="outside")
    above = await portal.person(grant("officer", "X1"), grant("reviewer", "20"), login="above")
    admin = await portal.person(grant("viewer", "X1"), grant("operator", None), login="admin")
    await portal.log_in(grant("reviewer", "X"))

    page = (await portal.get()).text
    assert ["outside" in page, "above" in page, "admin" in page] == [False, True, True]
    shown = (await portal.get(f"/{admin}")).text.partition("<main")[2].partition("</main>")[0]
    assert ("Người xem – Xã X1" in shown, "quản trị" in shown.lower()) == (True, False)  # only the roles below him
    assert "Xã 20" not in (await portal.get(f"/{above}")).text
    for person in (outside, "unknown"):
        assert (await portal.get(f"/{person}")).status_code == 403
        assert (await portal.post(f"/{person}/mat-khau")).status_code == 403
    for person in (above, admin):
        assert [(await portal.post(f"/{person}{act}")).status_code for act in ("/mat-khau", "/thu-hoi")] == [403, 403]
    stored = await portal.document("above")
    assert (await portal.post(f"/{above}/vai-tro/{stored['grants'][1]['id']}/thu-hoi")).status_code == 403
    assert set(await portal.actions()) <= {"request.refused"}  # noted once a second


async def test_nobody_changes_himself(portal: Portal) -> None:
    me = await portal.log_in(grant("operator", None))
    role = (await portal.document("me"))["grants"][0]["id"]

    answers = [
        await portal.post(f"/{me}/vai-tro", role="reviewer", unit="20"),
        await portal.post(f"/{me}/vai-tro/{role}/thu-hoi"),
        await portal.post(f"/{me}/thu-hoi"),
        await portal.post(f"/{me}/mat-khau"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert "tài khoản của bạn" in (await portal.get(f"/{me}")).text


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"login": "hai chữ"}, 400, "không hợp lệ"),
        ({"login": "x" * 10_000}, 400, "không hợp lệ"),
        ({"name": "a" * 10_000}, 400, "dài quá"),
        ({"name": "Hoa\u202eaoH"}, 400, "ký tự điều khiển"),
        ({"unit": "nowhere"}, 400, "Không có đơn vị"),
        ({"unit": "Z"}, 400, "đã kết thúc hoạt động từ ngày 01/07/2025"),
        ({"unit": ""}, 400, "phải gắn với một đơn vị"),
        ({"role": "operator"}, 400, "không gắn với đơn vị"),
        ({"role": "boss"}, 400, "Không có vai trò"),
        ({"from_": "mai"}, 400, "không phải là ngày"),
        ({"until": "2020-01-01"}, 400, "kết thúc ngày"),
        ({"until": "9999-12-31"}, 400, "không phải là ngày"),
        ({"email": "a@b\r\nBcc: c@d"}, 400, "không hợp lệ"),
        ({"login": "me"}, 409, "đã có người dùng"),
    ],
)
async def test_a_form_that_is_wrong_is_shown_again_with_the_reason(portal: Portal, wrong: dict[str, str], status: int, said: str) -> None:
    await portal.log_in(grant("operator", None))

    answer = await portal.post(**NEW | wrong)

    assert (answer.status_code, said in answer.text) == (status, True)
    assert "Lê Thị Lan" in answer.text or "name" in wrong
    assert await portal.database[collection_names.PEOPLE].count_documents({}) == 1


async def test_texts_are_escaped(portal: Portal) -> None:
    await portal.log_in(grant("operator", None))

    answer = await portal.post(**NEW | {"name": "<script>x</script>", "unit": '"><b>'})
    assert "<script>x" not in answer.text
    assert "<b>" not in answer.text
    assert (await portal.post(**NEW | {"name": "<i>Lan</i>"})).status_code == 200
    assert "<i>Lan" not in (await portal.get()).text


async def test_a_role_is_shown_with_its_unit_and_days_apart(portal: Portal) -> None:
    await portal.log_in(grant("operator", None))
    await portal.post(**NEW)
    shown = re.sub(r"<[^>]*>", "", (await portal.get()).text)
    assert re.search(r"Cán bộ báo cáo – .* \S+\s+từ \d\d/\d\d/\d{4}", shown)
    assert not re.search(r"\Stừ \d", shown)


async def test_the_list_has_pages_and_a_search(portal: Portal) -> None:
    await portal.log_in(grant("operator", None), login="zz")
    for number in range(55):
        await portal.person(grant("officer", "X1"), login=f"cb{number:02}")

    first = (await portal.get()).text
    assert ("cb49" in first, "cb50" in first) == (True, False)
    second = (await portal.get(after="cb49")).text
    assert ("cb50" in second, "zz" in second, "Trang đầu" in second) == (True, True, True)
    found = (await portal.get(q="CB07")).text
    assert ("cb07" in found, "cb08" in found) == (True, False)
    assert "Không có tài khoản nào" in (await portal.get(q="(")).text
    assert (await portal.get(q="x" * 101)).status_code == 400


async def test_an_unknown_account_is_not_there_for_an_operator(portal: Portal) -> None:
    await portal.log_in(grant("operator", None))

    assert [(await portal.get("/unknown")).status_code, (await portal.post("/unknown/thu-hoi")).status_code] == [404, 404]


async def test_the_last_login_is_shown_if_it_is_known(portal: Portal) -> None:
    await portal.log_in(grant("operator", None))
    other = await portal.person(grant("officer", "X1"), login="lan")

    assert "<time" not in (await portal.get(f"/{other}")).text.partition("<footer")[0]
    await identities.put_session(portal.database, other)
    assert "<time" in (await portal.get(f"/{other}")).text
