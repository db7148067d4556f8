"""No secret is where it does not belong: in a log line, an error page, an audit entry or a dump of the database.

A season of actions by people, units and operators, on real services: accounts, passwords, one-time codes, sessions, calendar addresses and
keys, right ones and wrong ones. Then everything that was written or answered is searched for every secret that was in use.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
import httpx2
import orjson
from pyotp import TOTP

from shared.plumbing.broker import Message
from shared.plumbing.mongo import Documents
from shared.shell.service import Connections
from shared.shell.settings import Settings
from shared.wire import collection_names, subjects
from tests.builders import submitted
from tests.portal.logged_in import OWN, Browser
from tests.running import SECRET_KEY, command, running, with_all_settings
from tests.waiting import until

CHOSEN = "thuyền trưởng qua sông 27"
NEXT = "cánh đồng lúa chín vàng 9"
WRONG = "mật khẩu gõ nhầm vào ô 5"
FORGED = "th_" + "f" * 43
SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"


@dataclass
class Season:
    """What the season used, and what it was answered where something was refused."""

    settings: Settings
    folder: Path
    secrets: dict[str, str] = field(default_factory=dict)
    refused: list[httpx2.Response] = field(default_factory=list)
    commands: int = 0

    async def run(self, *words: str, code: int = 0) -> Any:
        """The JSON answer of a command. What it prints is for the operator, and no log."""
        self.commands += 1
        folder = self.folder / f"command-{self.commands}"
        folder.mkdir()
        asked = command(*words, "--json", settings=self.settings, folder=folder)
        asked.launch()
        assert await asked.ended() == code, asked.log.read_text(encoding="utf-8")
        return orjson.loads(asked.log.read_bytes())

    def refuses(self, answer: httpx2.Response, *statuses: int) -> None:
        """Keeps the answer of a request that was refused with one of these statuses."""
        assert answer.status_code in statuses, f"{answer.status_code} {answer.text}"
        self.refused.append(answer)


async def people_act(season: Season) -> None:
    """An account, from its first password to its end."""
    added = await season.run("people", "add", "lan", "--name", "Nguyễn Thị Lan", "--unit", "184", "--role", "reviewer")
    season.secrets["first password"] = added["password"]
    season.secrets |= {"chosen password": CHOSEN, "next password": NEXT, "wrong password": WRONG}
    base = f"http://127.0.0.1:{season.settings.portal_port}"
    async with httpx2.AsyncClient(base_url=base, headers=OWN) as http, httpx2.AsyncClient(base_url=base, headers=OWN) as other:
        browser = Browser(http)
        season.refuses(await browser.log_in("lan", WRONG), 401)
        # typed into the field of the login, which the page shows again; it must be nowhere else
        assert (await browser.log_in(WRONG, added["password"])).status_code == 401
        step = await browser.log_in("lan", added["password"])
        assert (await browser.submit(step, new=CHOSEN, again=CHOSEN)).status_code == 303
        season.secrets["first cookie"] = browser.secret or ""
        await enable_codes(season, browser)
        season.refuses(await http.post("/tai-khoan/mat-khau", data={"current": WRONG, "new": NEXT, "again": NEXT}), 200, 401, 422)
        assert (await http.post("/tai-khoan/lich", data={"viec": "doi"})).status_code == 303
        calendar = re.search(r"/lich/([\w-]{43})\.ics", (await http.get("/tai-khoan")).text)
        assert calendar is not None
        season.secrets["calendar"] = calendar[1]
        for path in ("/khong-co", "/bang/khong-co/2024/184", "/bang/ct27-van-quan/2024/khong-co", "/lich/abc.ics"):
            season.refuses(await http.get(path), 404)
        season.refuses(await http.post("/tai-khoan/lich", data={"viec": "doi"}, headers={"Sec-Fetch-Site": "cross-site"}), 403)
        last = browser.secret or ""
        season.secrets["last cookie"] = last
        assert (await http.post("/dang-xuat")).status_code == 303
        season.refuses(await other.get("/api/v1/duties", headers={"Cookie": f"tonghop-session={last}"}), 401)
    season.secrets["reset password"] = (await season.run("people", "reset", "lan"))["password"]


async def enable_codes(season: Season, browser: Browser) -> None:
    page = await browser.http.get("/tai-khoan/ma-xac-thuc")
    secret = next(found for found in re.findall(r"\b[A-Z2-7]{32}\b", page.text.replace(" ", "")))
    season.secrets["secret of one-time codes"] = secret
    assert (await browser.submit(page, code=TOTP(secret).at(datetime.now(UTC)), current=CHOSEN)).status_code == 303


async def units_act(season: Season) -> None:
    """A unit's key, used, misused and revoked."""
    issued = await season.run("credentials", "issue", "06253", "06256")
    keys = {one["unit"]: one["http_key"] for one in issued}
    season.secrets |= {f"key of {unit}": key for unit, key in keys.items()} | {"forged key": FORGED, "seed": SEED}
    seeds = {one["unit"]: re.findall(r"\bSU[A-Z2-7]{56}\b", one.get("nats_creds") or "") for one in issued}
    season.secrets |= {f"seed of {unit}": seed for unit, found in seeds.items() for seed in found}
    portal = f"http://127.0.0.1:{season.settings.portal_port}"
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{season.settings.ingest_port}") as http:
        for key, event, status in (
            (keys["06253"], submitted(), 201),
            (keys["06256"], submitted(event_id="event-of-another"), 403),
            (FORGED, submitted(), 401),
            (keys["06253"], {"key": keys["06253"], "seed": SEED}, 400),
        ):
            headers = {"content-type": "application/cloudevents+json", "authorization": f"Bearer {key}"}
            season.refuses(await http.post("/v1/reports", content=orjson.dumps(event), headers=headers), status)
        bearer = {"authorization": f"Bearer {keys['06256']}"}
        season.refuses(await http.get(f"/v1/receipts/06253/{SEED[:40]}", headers=bearer), 403)
        season.refuses(await http.get(f"/v1/receipts/06253/{keys['06253'][:40]}"), 401)
        season.refuses(await http.get(f"{portal}/api/v1/views/ct27-van-quan/2024/184", headers=bearer), 404)
        assert (await http.get(f"{portal}/bang/ct27-van-quan/2024/184", headers=bearer, follow_redirects=False)).status_code == 303
    await season.run("credentials", "revoke", "06256")


async def parked(connections: Connections, season: Season) -> None:
    """A message that is no event, with secrets in it: ingest parks it and logs that."""
    text = orjson.dumps({"key": season.secrets["key of 06253"], "seed": SEED, "password": WRONG})
    await connections.streams.publish(subjects.INBOX, Message(subjects.inbox("06253"), text, "no-event"))

    async def is_parked() -> bool:
        return await connections.streams.last_sequence(subjects.PARKED) > 0

    await until(is_parked)


async def dumped(database: Documents) -> bytes:
    """All documents of the database, in the form of a dump, without the bytes of parked messages, which are what a sender wrote."""
    parts = []
    for name in sorted(await database.list_collection_names()):
        without = {"payload": 0} if name == collection_names.PARKED else None
        parts += [bson.encode(document) async for document in database[name].find({}, without)]
    return b"".join(parts)


def forms(secret: str) -> Iterator[bytes]:
    """A secret as it could be written: as it is, escaped in JSON, and in base64."""
    plain = secret.encode()
    yield plain
    yield orjson.dumps(secret)[1:-1]
    yield secret.encode("ascii", "backslashreplace")
    yield base64.b64encode(plain)[:-4]
    yield plain.hex().encode()


def found_in(text: bytes, secrets: dict[str, str]) -> list[str]:
    return [name for name, secret in secrets.items() if any(form in text for form in forms(secret))]


def stored_texts(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for value in document.values():
            yield from stored_texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from stored_texts(value)
    elif isinstance(document, str):
        yield document


async def test_no_secret_is_logged_answered_recorded_or_stored(loaded: Connections, tmp_path: Path) -> None:
    settings = with_all_settings(loaded).settings
    season, database = Season(settings, tmp_path), loaded.database
    async with running(settings, tmp_path, "ingest", "portal") as services:
        await people_act(season)
        await units_act(season)
        await parked(loaded, season)
        await season.run("audit", "verify")
    season.secrets["key of the portal"] = SECRET_KEY

    assert len(season.secrets) >= 13
    assert "seed of 06253" in season.secrets
    assert all(len(secret) >= 16 for secret in season.secrets.values())
    logs = b"".join(service.log.read_bytes() for service in services.values())
    assert b"parked" in logs
    entries = [entry async for entry in database[collection_names.AUDIT].find().sort("_id", 1)]
    actions = {entry["action"] for entry in entries}
    assert {"login.refused", "login.succeeded", "person.reset", "credential.issued", "credential.revoked"} <= actions
    dump = await dumped(database)
    assert b"argon2id" in dump

    assert found_in(logs, season.secrets) == []
    assert found_in(b"".join(bson.encode(entry) for entry in entries), season.secrets) == []
    assert found_in(dump, season.secrets) == []
    assert found_in(b"".join(answer.content + str(answer.headers).encode() for answer in season.refused), season.secrets) == []
    shown = {name for name, secret in season.secrets.items() if any(secret in str(answer.url) for answer in season.refused)}
    assert shown == set()


async def test_no_text_of_a_dump_opens_anything(loaded: Connections, tmp_path: Path) -> None:
    """What is stored of keys, sessions and calendar addresses are hashes: no stored text is what one of them is the hash of."""
    settings = with_all_settings(loaded).settings
    season, database = Season(settings, tmp_path), loaded.database
    async with running(settings, tmp_path, "ingest", "portal"):
        await people_act(season)
        await units_act(season)
        texts = {
            text
            for name in await database.list_collection_names()
            if name not in (collection_names.UNITS, collection_names.REGIMES)
            async for document in database[name].find()
            for text in stored_texts(document)
        }
        hashes = {text for text in texts if re.fullmatch(r"[0-9a-f]{64}", text)}
        assert len(hashes) > 10
        assert {text for text in texts if hashlib.sha256(text.encode()).hexdigest() in hashes} == set()

        bearers = sorted(hashes | {f"th_{text}" for text in hashes})[:60]
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{settings.portal_port}") as http:
            for text in bearers:
                assert (await http.get("/api/v1/duties", headers={"authorization": f"Bearer {text}"})).status_code == 401
                assert (await http.get("/api/v1/duties", headers={"Cookie": f"tonghop-session={text}"})).status_code == 401


def test_a_secret_that_is_written_is_found() -> None:
    written = (
        CHOSEN,
        orjson.dumps({"x": CHOSEN}).decode(),
        ascii(CHOSEN),
        base64.b64encode(CHOSEN.encode()).decode(),
        CHOSEN.encode().hex(),
    )
    for text in written:
        assert found_in(f"...{text}...".encode(), {"password": CHOSEN}) == ["password"]
    assert found_in(b"...", {"password": CHOSEN}) == []
