"""Accounts to try the demo with, the key of a receiver of figures, and a refusal to see: one unit tries to send for another.

The accounts' passwords and the receiver's key are kept in a file of the stack's folder, which only its owner can read, so that a demo that
runs again prints the same ones.
"""

import asyncio
import json
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from nats.aio.client import RawCredentials
from nats.errors import Error as NatsError
from rich.table import Table

from services.cli import issuing, people_session, session
from services.cli.issuing import Terms
from services.devstack.demo import season as seasons
from services.devstack.removal import DEMO_ACCOUNTS
from shared.plumbing import data_files, nats_accounts, password_hashes, whole_files
from shared.plumbing.connection import Connection
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.nats_keys import NatsKeys
from shared.plumbing.people_desk import NewPerson
from shared.shell.clock import random_character
from shared.shell.service import Connections
from shared.shell.settings import CliSettings
from shared.wire import subjects
from shared.words import passwords, periods
from shared.words.credentials import Holder
from shared.words.principals import ROLES, Role

ANSWER_S: Final = 5.0
PAUSE_S: Final = 0.2
UNKNOWN_YET: Final = "401"  # what ingest answers until it has read the new key
VALID_FOR: Final = timedelta(days=30)
SENDER, OTHER = "06253", "06280"
"""Codes of two communes of today: the first tries to send for the second."""
APPROVING: Final = "06313"
"""The code of a commune of today that has withdrawn its report, where one person writes the next one and another one approves it."""
RECEIVER: Final = "nhan-so-lieu"
FED: Final = ("20", seasons.VAN_QUAN)
"""The unit at the top and the regime whose figures the receiver reads."""


class Account(NamedTuple):
    """An account to try: who he is, and the page to look at."""

    login: str
    name: str
    role: Role
    unit: str | None
    page: str
    is_approver: bool = False

    @property
    def role_word(self) -> str:
        return ROLES[self.role] + (", duyệt gửi" if self.is_approver else "")


ACCOUNTS: Final = (
    Account("can-bo-xa", "Cán bộ báo cáo (thử)", "officer", SENDER, "/viec-cua-toi"),
    Account("soan-bao-cao-xa", "Cán bộ soạn báo cáo (thử)", "officer", APPROVING, f"/bieu-mau/ct27-van-quan/{{year}}/{APPROVING}"),
    Account("duyet-gui-xa", "Lãnh đạo duyệt gửi (thử)", "officer", APPROVING, "/viec-cua-toi", is_approver=True),
    Account("tiep-nhan-so", "Cán bộ tiếp nhận Sở Tài chính (thử)", "reviewer", "20-STC", "/bang/ct27-van-quan/{year}/20"),
    Account("tong-hop-so", "Cán bộ tổng hợp Sở Nội vụ (thử)", "reviewer", "44-SNV", "/bang/nq68-quang-binh/{year}/44"),
    Account("tong-hop-tinh", "Cán bộ tổng hợp tỉnh (thử)", "reviewer", "20", "/bang/ct27-van-quan/{year}/20"),
    Account("quan-tri", "Quản trị (thử)", "operator", None, "/quan-tri/nguoi-dung"),
)


async def passwords_of(folder: Path) -> dict[str, str]:
    """The password of each account, by login. Makes the accounts that do not exist; an account whose password is not in the folder's file
    gets a new one.
    """
    known = _read(folder)
    async with people_session.opened() as desk:
        for account in ACCOUNTS:
            person = await desk.store.by_login(account.login)
            if person is not None and account.login in known:
                continue
            if person is None:
                new = NewPerson(
                    account.login, account.name, "", desk.asked(account.role, account.unit, None, None, is_approver=account.is_approver)
                )
                person = people_session.password_of(await desk.desk.add(desk.by, new)).person
            known[account.login] = passwords.generated(random_character)
            await desk.store.set_password(desk.by.name, person.id, await password_hashes.hashed(known[account.login]))
            _write(folder, known)
    return {account.login: known[account.login] for account in ACCOUNTS}


def show(found: dict[str, str], portal: str, year: str) -> None:
    """Prints the accounts with their passwords."""
    table = Table("Tên đăng nhập", "Mật khẩu", "Vai trò", "Đơn vị", "Xem trang", title="Tài khoản để thử", title_justify="left")
    for account in ACCOUNTS:
        page = portal + account.page.format(year=year)
        table.add_row(account.login, found[account.login], account.role_word, account.unit or "–", page)
    session.console.print(table)


async def key_of_receiver(connections: Connections[CliSettings], folder: Path) -> str:
    """The key with which a receiver reads a feed: that of the folder's file while it is valid, otherwise a new one."""
    known, now, store = _read(folder), connections.clock(), CredentialStore(connections.database)
    if RECEIVER in known and issuing.valid(await store.of_receiver(RECEIVER), now):
        return known[RECEIVER]
    top, regime = FED
    holder = issuing.receiver(await connections.reference.current(), RECEIVER, [top], regime, periods.local_day(now))
    terms = Terms(seasons.OPERATOR, now, now + VALID_FOR, frozenset({"read"}))
    [issued] = await issuing.issue(store, [holder], terms, lambda _: None)
    _write(folder, {**known, RECEIVER: issued.http_key})
    return issued.http_key


async def refused(connections: Connections[CliSettings]) -> list[str]:
    """What a unit hears that sends a report for another one: over HTTP and over NATS."""
    now = connections.clock()
    reference = await connections.reference.current()
    tree = reference.registry.at(periods.local_day(now))
    sender, other = tree.by_code[SENDER], tree.by_code[OTHER]
    terms = Terms(seasons.OPERATOR, now, now + timedelta(minutes=5), frozenset({"send"}))
    [issued] = await issuing.issue(CredentialStore(connections.database), [Holder(sender.id)], terms, lambda _: None)
    event = {"specversion": "1.0", "id": "demo-thay", "source": f"/units/{other.id}", "type": "vn.tonghop.report.submitted.v1", "data": {}}
    ingest = connections.settings.service_addresses["ingest"]
    over_http = await asyncio.to_thread(_post, ingest, issued.http_key, event)
    give_up_at = asyncio.get_running_loop().time() + ANSWER_S
    while over_http.startswith(UNKNOWN_YET) and asyncio.get_running_loop().time() < give_up_at:
        await asyncio.sleep(PAUSE_S)
        over_http = await asyncio.to_thread(_post, ingest, issued.http_key, event)
    keys = NatsKeys.read(data_files.path(connections.settings.nats_keys))
    over_nats = await _publish(connections.settings, keys.unit(sender.id, now, terms.expires_at).text, sender.id, other.id)
    return [f"HTTP: {over_http}", f"NATS: {over_nats}"]


def _post(ingest: str, key: str, event: object) -> str:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
    request = urllib.request.Request(f"{ingest}/v1/reports", orjson.dumps(event), headers)
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.code} {orjson.loads(error.read())['detail']}"


async def _publish(settings: CliSettings, creds: str, sender: str, other: str) -> str:
    """What the broker answers to a message to another unit's inbox."""
    answer: asyncio.Queue[str] = asyncio.Queue()

    async def hear(error: Exception) -> None:
        answer.put_nowait(str(error))

    connection = Connection()
    login = nats_accounts.inbox_prefix(sender).encode()
    await connection.connect(
        settings.nats_servers, user_credentials=RawCredentials(creds), inbox_prefix=login, error_cb=hear, allow_reconnect=False
    )
    try:
        await connection.publish(subjects.inbox(other), b"{}")
        async with asyncio.timeout(ANSWER_S):
            return await answer.get()
    except (NatsError, TimeoutError) as error:
        return type(error).__name__
    finally:
        await connection.close()


def _read(folder: Path) -> dict[str, str]:
    file = folder / DEMO_ACCOUNTS
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return known


def _write(folder: Path, known: dict[str, str]) -> None:
    whole_files.replace(folder / DEMO_ACCOUNTS, json.dumps(known, indent=2))
