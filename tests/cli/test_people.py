"""`tonghop people` on a real database: accounts, roles, passwords that are printed once, and every wrong use."""

import asyncio
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from services.cli import session
from shared.plumbing import password_hashes
from shared.plumbing.people_store import PeopleStore
from shared.shell.service import Connections
from shared.wire import collection_names
from shared.words.people import Person
from tests.cli.conftest import Cli

NAME = "Nguyễn Thị Hoa"


def add(cli: Cli, login: str = "hoa.nt", role: str = "officer", unit: str = "06253", *more: str) -> dict[str, Any]:
    at = ("--unit", unit) if unit else ()
    answer: dict[str, Any] = cli.json("people", "add", login, "--name", NAME, "--role", role, *at, *more)
    return answer


def stored(cli: Cli, login: str = "hoa.nt") -> Person:
    async def question(connections: Connections) -> Person | None:
        return await PeopleStore(connections.database, connections.clock, connections.new_id).by_login(login)

    person = cli.ask(question)
    assert isinstance(person, Person)
    return person


def audited(cli: Cli) -> list[dict[str, Any]]:
    """The audit entries about people."""

    async def question(connections: Connections) -> list[Any]:
        return await connections.database[collection_names.AUDIT].find({"target": {"$regex": "^people/"}}).sort("_id", 1).to_list(None)

    entries: list[dict[str, Any]] = cli.ask(question)
    return entries


def is_right(person: Person, password: str) -> bool:
    return asyncio.run(password_hashes.check(person.password, password)).is_right


def test_a_person_is_added_with_one_role_and_a_password_that_is_printed_once(province: Cli) -> None:
    answer = add(province)

    assert answer == {"login": "hoa.nt", "password": answer["password"], "role": "officer", "unit": "06253"}
    person = stored(province)
    assert (person.name, person.must_change) == (NAME, True)
    assert [(grant.role, grant.unit) for grant in person.grants] == [("officer", "06253")]
    assert is_right(person, answer["password"])
    assert is_right(person, unicodedata.normalize("NFD", answer["password"]))
    said = province.run("people", "add", "an.nv", "--name", "An", "--role", "viewer", "--unit", "20").stdout
    assert re.fullmatch(r"Đã thêm tài khoản an\.nv\. Mật khẩu \(chỉ hiện một lần\): [a-z2-9-]{24}\n", said)


def test_an_officer_can_be_made_the_one_who_approves_and_nobody_else(province: Cli) -> None:
    add(province, "hoa.nt", "officer", "06253", "--approver")
    add(province, "an.nv")
    assert [grant.is_approver for grant in stored(province).grants] == [True]
    assert [grant.is_approver for grant in stored(province, "an.nv").grants] == [False]
    province.json("people", "grant", "an.nv", "--unit", "06253", "--role", "officer", "--approver")
    assert [(grant.unit, grant.is_approver) for grant in stored(province, "an.nv").grants] == [("06253", False), ("06253", True)]
    assert "cán bộ báo cáo" in province.refused("people", "grant", "an.nv", "--unit", "20", "--role", "viewer", "--approver")
    assert sum("approver" in entry["details"] for entry in audited(province)) == 2


def test_an_operator_has_no_unit(province: Cli) -> None:
    assert add(province, role="operator", unit="")["unit"] is None
    assert [(grant.role, grant.unit) for grant in stored(province).grants] == [("operator", None)]


def test_nothing_secret_is_in_any_output_but_the_one_print(province: Cli) -> None:
    password = add(province)["password"]
    again = province.json("people", "reset", "hoa.nt")["password"]
    link = province.json("people", "invite", "hoa.nt")["link"]
    shown = [
        province.run("people", "list").output,
        province.run("people", "list", "--json").output,
        province.run("people", "grant", "hoa.nt", "--role", "viewer", "--unit", "20").output,
        province.run("people", "add", "hoa.nt", "--name", NAME, "--role", "viewer", "--unit", "20").output,
        province.run("people", "revoke", "hoa.nt").output,
        province.run("people", "reset", "hoa.nt").output,
        str(audited(province)),
    ]

    for secret in (password, again, link.rpartition("/")[2], "argon2"):
        assert not any(secret in text for text in shown)
    assert not any(again in str(entry) for entry in audited(province))


def test_a_reset_replaces_the_password_and_drops_one_time_codes_if_it_is_asked(province: Cli) -> None:
    first = add(province)["password"]

    answer = province.json("people", "reset", "HOA.NT")

    assert answer.keys() == {"login", "password"}
    assert (is_right(stored(province), first), is_right(stored(province), answer["password"])) == (False, True)
    assert stored(province).version == 2
    assert audited(province)[-1]["details"] == {"drops_totp": False}
    province.json("people", "reset", "hoa.nt", "--totp")
    assert audited(province)[-1]["details"] == {"drops_totp": True}


def test_roles_are_granted_with_dates_listed_and_revoked(province: Cli) -> None:
    add(province)
    granted = province.json(
        "people", "grant", "hoa.nt", "--role", "reviewer", "--unit", "184", "--from", "2026-01-01", "--until", "2098-12-31"
    )

    assert [(role["role"], role["unit"], role["from"], role["until"], role["holds"]) for role in granted["roles"]][1:] == [
        ("reviewer", "184", "2026-01-01", "2098-12-31", True)
    ]
    assert province.json("people", "list") == {"people": [granted]}
    assert "Cán bộ" not in province.run("people", "list").stdout
    assert "cán bộ tổng hợp – Huyện Văn Quan (184), từ 01/01/2026, đến hết 31/12/2098" in province.run("people", "list").stdout
    revoked = province.json("people", "revoke", "hoa.nt", "--role", "reviewer", "--unit", "184")
    assert [(role["revoked"], role["holds"]) for role in revoked["roles"]] == [(False, True), (True, False)]
    assert [entry["action"] for entry in audited(province)] == ["role.granted", "person.added", "role.granted", "role.revoked"]
    assert all(entry["actor"].startswith("operator/") for entry in audited(province))


def test_a_unit_without_a_role_never_revokes_the_whole_account(province: Cli) -> None:
    add(province)

    province.refused("people", "revoke", "hoa.nt", "--unit", "06253", code=session.WRONG_USE)
    assert stored(province).revoked_at is None


def test_people_of_a_unit_are_those_with_a_role_there_or_below(province: Cli) -> None:
    add(province, "a", "officer", "06253")
    add(province, "b", "viewer", "184")
    add(province, "c", "operator", "")

    def logins(*unit: str) -> list[str]:
        return [person["login"] for person in province.json("people", "list", *unit)["people"]]

    assert logins() == ["a", "b", "c"]
    assert [logins("--unit", unit) for unit in ("20", "184", "06253")] == [["a", "b"], ["a", "b"], ["a"]]
    assert "“99”" in province.refused("people", "list", "--unit", "99", code=session.WRONG_USE)


def test_a_revoked_account_stays_revoked_and_its_login_taken(province: Cli) -> None:
    add(province)

    assert province.json("people", "revoke", "hoa.nt")["revoked"] is True
    for command in (
        ("revoke", "hoa.nt"),
        ("reset", "hoa.nt"),
        ("invite", "hoa.nt"),
        ("grant", "hoa.nt", "--role", "viewer", "--unit", "20"),
    ):
        assert "[person.revoked]" in province.refused("people", *command)
    refused = province.refused("people", "add", "hoa.nt", "--name", NAME, "--role", "viewer", "--unit", "20")
    assert "[person.login_taken]" in refused


def test_an_invitation_is_a_link_whose_secret_is_stored_only_as_a_hash(province: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    add(province)
    monkeypatch.setenv("TONGHOP_PUBLIC_URL", "https://bao-cao.example/")

    answer = province.json("people", "invite", "hoa.nt")

    assert re.fullmatch(r"https://bao-cao\.example/moi/[A-Za-z0-9_-]{43}", answer["link"])

    async def question(connections: Connections) -> list[Any]:
        return await connections.database[collection_names.INVITATIONS].find().to_list(None)

    (invitation,) = province.ask(question)
    assert len(invitation["_id"]) == 64
    assert answer["link"].rpartition("/")[2] not in str(invitation)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("an an", "--role", "officer", "--unit", "06253"), "person.bad_login"),
        (("x" * 10_000, "--role", "officer", "--unit", "06253"), "person.bad_login"),
        (("an\u202e", "--role", "officer", "--unit", "06253"), "person.bad_login"),
        (("an", "--name", "a" * 10_000, "--role", "officer", "--unit", "06253"), "person.long_name"),
        (("an", "--name", "Hoa\u202eaoH", "--role", "officer", "--unit", "06253"), "person.control_character"),
        (("an", "--name", " ", "--role", "officer", "--unit", "06253"), "person.no_name"),
        (("an", "--email", "x", "--role", "officer", "--unit", "06253"), "person.bad_email"),
        (("an", "--role", "officer", "--unit", "99999"), "role.unknown_unit"),
        (("an", "--role", "officer", "--unit", "99999" * 1000), "role.unknown_unit"),
        (("an", "--role", "officer"), "role.needs_unit"),
        (("an", "--role", "operator", "--unit", "06253"), "role.operator_has_no_unit"),
        (("an", "--role", "officer", "--unit", "06253", "--until", "2020-01-01"), "role.ends_too_early"),
        (("an", "--role", "officer", "--unit", "06253", "--from", "2027-02-01", "--until", "2027-01-31"), "role.ends_too_early"),
    ],
)
def test_a_person_that_is_wrong_is_refused_and_nothing_is_stored(province: Cli, arguments: tuple[str, ...], code: str) -> None:
    name = () if "--name" in arguments else ("--name", NAME)

    said = province.refused("people", "add", *arguments, *name)

    assert f"[{code}]" in said
    assert len(said) < 1000
    assert province.json("people", "list") == {"people": []}
    assert audited(province) == []


@pytest.mark.parametrize("option", [("--role", "boss"), ("--from", "1.1.2026"), ("--from", "20260101"), ("--until", "9999-12-31")])
def test_an_option_that_is_wrong_ends_with_2(province: Cli, option: tuple[str, str]) -> None:
    given = {"--role": "officer", "--unit": "06253"} | {option[0]: option[1]}

    province.refused("people", "add", "an", "--name", NAME, *(part for pair in given.items() for part in pair), code=session.WRONG_USE)


def test_what_is_not_there_is_refused(province: Cli) -> None:
    add(province)

    for command in (("revoke", "ai"), ("reset", "ai"), ("invite", "ai"), ("grant", "ai", "--role", "viewer", "--unit", "20")):
        assert "[person.unknown]" in province.refused("people", *command)
    assert "[role.unknown]" in province.refused("people", "revoke", "hoa.nt", "--role", "viewer", "--unit", "20")
    assert "[role.already]" in province.refused("people", "grant", "hoa.nt", "--role", "officer", "--unit", "06253")
    assert "[role.unit_ended]" in province.refused("people", "grant", "hoa.nt", "--role", "viewer", "--unit", ended_unit(province))


def ended_unit(cli: Cli) -> str:
    """The district, which has ended."""

    async def end(connections: Connections) -> None:
        await connections.database[collection_names.UNITS].update_one({"_id": "184"}, {"$set": {"valid_to": "2026-11-01"}})
        await connections.database[collection_names.CHECKPOINTS].update_one({"_id": "generation"}, {"$inc": {"value": 1}})

    cli.ask(end)
    return "184"


def test_the_role_at_a_unit_that_has_ended_holds_no_longer(province: Cli, tmp_path: Path) -> None:
    add(province, unit="184")
    ended_unit(province)

    (person,) = province.json("people", "list")["people"]
    assert [(role["revoked"], role["holds"]) for role in person["roles"]] == [(False, False)]
    assert "[không hiệu lực]" in province.run("people", "list").stdout
