"""Files that people attach in the form, and that readers of the report get: on real servers without ingest, one portal for all."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import docx
import httpx2
import orjson
import pytest
import pytest_asyncio

from services.portal.domain.file_orders import Order
from services.portal.files.producing import Producer
from services.portal.http import acting
from shared.plumbing import dry_runs
from shared.plumbing.attachment_store import AttachmentStore
from shared.plumbing.people_store import PeopleStore
from shared.words.attachments import MOST_BYTES, MOST_LISTED
from tests import identities, scans
from tests.portal import builders, entry_desk
from tests.portal.builders import COMMUNE, CT27
from tests.portal.conftest import Stack
from tests.portal.entry_desk import NOW, PATH, Desk, hidden, main_of
from tests.portal.test_entry import RECIPIENT, sent, typed

pytestmark = pytest.mark.asyncio(loop_scope="session")
WHERE = f"{PATH}/dinh-kem"
REPORT = f"/bao-cao/{CT27}/2024/{COMMUNE}"
EDGE = "----edge"


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(acting, "VERDICT_S", 0.2)
    monkeypatch.setattr(dry_runs, "WITHIN_S", 0.2)
    await stack.jetstream.purge_stream("INBOX")
    for name in ("receipts", "drafts", "attachments.files", "attachments.chunks"):
        await stack.database[name].delete_many({})
    async with entry_desk.desk(stack) as made:
        yield made


async def upload(browser: httpx2.AsyncClient, content: bytes, name: str = "ban-quet.pdf", where: str = WHERE) -> httpx2.Response:
    return await browser.post(where, files={"tep": (name, content, "text/html")}, follow_redirects=True)


async def refs(desk: Desk) -> list[str]:
    return [document["_id"] async for document in desk.stack.database["attachments.files"].find().sort("uploadDate", 1)]


async def test_a_file_goes_with_the_draft_and_then_with_the_report(desk: Desk) -> None:
    await desk.stack.put()
    async with await desk.browser("officer", COMMUNE) as officer:
        led = await typed(officer, "dinh-kem", v__gd_ngay_cong="12")  # what was typed is kept
        assert led.headers["location"] == WHERE
        page = await upload(officer, scans.pdf(), "Báo cáo <có dấu>.pdf")
        assert "Báo cáo &lt;có dấu&gt;.pdf" in page.text
        await upload(officer, scans.png(), "anh.png")
        first, second = await refs(desk)
        form = await officer.get(PATH)
        assert 'name="v.gd_ngay_cong" value="12"' in main_of(form.text)
        assert f"{WHERE}/{first}" in form.text
        got = await officer.get(f"{WHERE}/{first}")
        assert got.content == scans.pdf()
        await officer.post(f"{WHERE}/bo", data={"tep": second})
        check = await officer.post(PATH, data={**hidden(form.text), "tu": "1", "viec": "gui", "ban": await version(officer)})
        assert check.status_code == 303
    [(_, event)] = await sent(desk.stack)
    data = event["data"]
    assert isinstance(data, dict)
    store = AttachmentStore(desk.stack.database)
    stored = (await store.of_refs([first]))[first]
    assert stored.unit == COMMUNE
    listed = {"name": "Báo cáo <có dấu>.pdf", "media_type": "application/pdf", "size": stored.size, "sha256": stored.sha256, "ref": first}
    assert data["attachments"] == [listed]


async def version(browser: httpx2.AsyncClient) -> str:
    return hidden((await browser.get(PATH)).text)["ban"]


async def test_what_is_refused_is_said_on_the_page_and_nothing_is_kept(desk: Desk) -> None:
    await desk.stack.put()
    bodies = {
        "no edge": (b"x", "multipart/form-data"),
        "another form": (b"tep=1", "application/x-www-form-urlencoded"),
        "another field": (part(b'name="x"; filename="a.pdf"', scans.pdf()), None),
        "no name of a file": (part(b'name="tep"', scans.pdf()), None),
        "without its end": (part(b'name="tep"; filename="a.pdf"', scans.pdf())[:-20], None),
        "an endless head": (b"--" + EDGE.encode() + b"\r\n" + b"x" * 20_000, None),
        "nothing chosen": (part(b'name="tep"; filename=""', b""), None),
        "another edge": (part(b'name="tep"; filename="a.pdf"', scans.pdf()).replace(b"edge", b"ledge"), None),
    }
    async with await desk.browser("officer", COMMUNE) as officer:
        for name, (body, kind) in bodies.items():
            answer = await officer.post(WHERE, content=body, headers={"content-type": kind or f"multipart/form-data; boundary={EDGE}"})
            assert answer.status_code == 400, name
        for name, (code, content) in {**scans.REFUSED, "nothing": ("attachment.empty", b"")}.items():
            answer = await upload(officer, content)
            assert answer.status_code in (400, 415), (name, code)
            assert "Tệp chưa được nhận" in answer.text
        large = await upload(officer, scans.pdf_of(MOST_BYTES + 1))
        assert (large.status_code, "lớn hơn 10 MB" in large.text) == (413, True)
        assert await refs(desk) == []
        assert "Chưa có tệp nào" in (await officer.get(WHERE)).text
        assert (await upload(officer, scans.pdf_of(MOST_BYTES))).status_code == 200
        files = AttachmentStore(desk.stack.database)
        [first] = (await files.of_refs(await refs(desk))).values()
        many = [{"name": "a", "media_type": first.media_type, "size": first.size, "sha256": first.sha256, "ref": first.ref}] * MOST_LISTED
        await desk.stack.database["drafts"].update_one({}, {"$set": {"attachments": many}})
        full = await upload(officer, scans.pdf())
        assert (full.status_code, "đã có 20 tệp" in full.text) == (422, True)
    async with await desk.browser("viewer", "184") as viewer:
        assert (await upload(viewer, scans.pdf())).status_code == 403
    assert len(await refs(desk)) == 1


def part(about: bytes, content: bytes) -> bytes:
    edge = b"--" + EDGE.encode()
    return edge + b"\r\nContent-Disposition: form-data; " + about + b"\r\n\r\n" + content + b"\r\n" + edge + b"--\r\n"


async def test_a_file_is_read_as_it_comes_wherever_it_is_cut(desk: Desk) -> None:
    await desk.stack.put()
    tricky = scans.pdf("--" + EDGE + "\r\n--" + EDGE[:-1])  # lines as the edge has them, but not the edge
    body = part(b'name="tep"; filename="C:\\\\fakepath\\\\a\\"b.pdf"', tricky)

    async with await desk.browser("officer", COMMUNE) as officer:
        for size in (1, 7, len(body)):

            async def pieces(size: int = size) -> AsyncIterator[bytes]:
                for at in range(0, len(body), size):
                    yield body[at : at + size]

            answer = await officer.post(WHERE, content=pieces(), headers={"content-type": f"multipart/form-data; boundary={EDGE}"})
            assert answer.status_code == 303
    store, stored = AttachmentStore(desk.stack.database), await refs(desk)
    assert len(stored) == 3
    for ref in stored:
        assert b"".join([piece async for piece in store.content(ref)]) == tricky


async def copied(desk: Desk, event: str) -> bytes:
    """The copy of what was sent, for a reviewer."""
    owner = await identities.put_person(desk.stack.database, identities.grant("reviewer", RECIPIENT))
    producer = Producer(
        desk.stack.database, PeopleStore(desk.stack.database, lambda: NOW, lambda: "unused"), desk.app.state.reference, "none"
    )

    async def progress(done: int, steps: int) -> None:
        assert done < steps

    return await producer.make(Order("copy-docx", CT27, "2024", COMMUNE, event), owner, NOW, progress)


async def test_readers_of_the_report_get_its_files_as_downloads_and_nobody_else(desk: Desk) -> None:
    store = AttachmentStore(desk.stack.database)
    async with await desk.browser("officer", COMMUNE) as officer:
        await desk.stack.put()
        await upload(officer, scans.pdf())
        await upload(officer, scans.jpeg())
    first, second = await refs(desk)
    stored = await store.of_refs([first, second])
    entry = {name: getattr(stored[first], name) for name in ("media_type", "size", "sha256", "ref")}
    later = {name: getattr(stored[second], name) for name in ("media_type", "size", "sha256", "ref")}
    reports = [
        builders.report(values={"gd_ngay_cong": 1}, attachments=[{**entry, "name": "Xấu\u202e.exe"}], at=NOW - timedelta(days=2)),
        builders.report(
            values={"gd_ngay_cong": 2},
            revision=2,
            event_id="second-0001",
            attachments=[{**later, "name": "sau.jpg"}],
            at=NOW - timedelta(days=1),
        ),
    ]
    await desk.stack.put(reports=reports)
    async with await desk.browser("reviewer", RECIPIENT) as reviewer:
        page = await reviewer.get(REPORT)
        assert f"{REPORT}/dinh-kem/{second}" in page.text
        assert stored[second].sha256 in page.text
        assert f"{REPORT}/dinh-kem/{first}" in (await reviewer.get(f"{REPORT}?revision=1")).text
        got = await reviewer.get(f"{REPORT}/dinh-kem/{first}")
        assert (got.status_code, got.content, got.headers["content-type"]) == (200, scans.pdf(), "application/pdf")
        assert got.headers["content-disposition"].startswith('attachment; filename="tep-dinh-kem.pdf"')
        assert ".exe" not in got.headers["content-disposition"]
        assert got.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in got.headers["content-security-policy"]
        assert got.headers["cache-control"] == "no-store"
        for ref in ("A" * 43, quote("../x", safe=""), "a" * 300):
            assert (await reviewer.get(f"{REPORT}/dinh-kem/{ref}")).status_code in (404, 422), ref
        told = (await reviewer.get(f"/api/v1{REPORT.replace('bao-cao', 'reports')}")).json()
        assert told["attachments"] == [{name: text for name, text in later.items() if name != "ref"} | {"name": "sau.jpg"}]
        last = await desk.stack.database["audit"].find_one({"action": "attachment.exported"}, sort=[("_id", -1)])
        assert last is not None
        assert last["target"] == f"reports/{CT27}/2024/{COMMUNE}"
    copy = docx.Document(io.BytesIO(await copied(desk, "second-0001")))
    lines = [paragraph.text for paragraph in copy.paragraphs]
    assert f"- sau.jpg (JPEG, 1 KB), SHA-256: {later['sha256']}" in lines[lines.index("Tệp đính kèm") :]
    assert second not in "".join(lines)
    async with await desk.browser("officer", "06280") as other:
        answers = await asyncio.gather(other.get(f"{REPORT}/dinh-kem/{first}"), other.get(f"{REPORT}/dinh-kem/{'A' * 43}"))
        assert [answer.status_code for answer in answers] == [403, 403]
    await desk.stack.database["drafts"].delete_many({})
    async with await desk.browser("officer", COMMUNE) as officer:  # a correction keeps what the report has
        answer = await typed(officer, "gui", v__gd_ngay_cong="3")
        assert answer.status_code == 303
    events = [event for _, event in await sent(desk.stack)]
    assert orjson.loads(orjson.dumps(events[-1]))["data"]["attachments"] == [{**later, "name": "sau.jpg"}]
