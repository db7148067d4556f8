"""Forms over HTTP, on real servers: what a unit learns, validators, and addresses of every kind."""

from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import quote

import httpx2
import pytest

from services.ingest import app as ingest_app
from shared.shell.limits import Limits
from shared.shell.service import Connections
from shared.shell.settings import Settings
from tests import identities
from tests.builders import CALLER, COMMUNE, RECIPIENT, Event, extended, opened, payload, returned, sender_of, submitted, withdrawn
from tests.identities import bearer
from tests.ingest.serving import serving
from tests.running import is_ready
from tests.waiting import until

CT27: Final = "ct27-van-quan"
FORM: Final = f"/v1/forms/{CT27}/2024/{COMMUNE}"
NEXT: Final = f"/v1/forms/{CT27}/2025/{COMMUNE}"
MEDIA: Final = {"content-type": "application/cloudevents+json"}
OFFICE: Final = "52-SNV"
HOSTILE: Final = (
    *(
        "",
        " ",
        ".",
        "..",
        "%",
        "%2e%2e",
        "\x00",
        "\r\nx: y",
        "a" * 8000,
        "…",
        "２０２４",
        "2024\u202e",
        "e\u0301",
        "\ud800",
        "'; drop",
        "{$ne}",
    ),
    *("$where", "[$gt]", "null", "../../etc/passwd", "2024/2025", "?period=", "#", "*", "🇻🇳", "<script>", "06253 ", "06253\n"),
)


class Door:
    """A working ingest, and its units' keys."""

    def __init__(self, client: httpx2.AsyncClient, keys: dict[str, str]) -> None:
        self.client, self.keys = client, keys

    async def get(self, address: str, unit: str = COMMUNE, **headers: str) -> httpx2.Response:
        return await self.client.get(address, headers=bearer(self.keys[unit]) | headers)

    async def send(self, *sent: Event) -> None:
        for event in sent:
            answer = await self.client.post("/v1/reports", content=payload(event), headers=MEDIA | bearer(self.keys[sender_of(event)]))
            assert answer.status_code == 201, answer.text

    async def form(self, address: str = FORM) -> dict[str, Any]:
        answer = await self.get(address)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def door(known: Connections, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr(Limits, "wait", lambda *_: None)
    keys = {unit: await identities.put_key(known.database, unit) for unit in (COMMUNE, RECIPIENT, CALLER, OFFICE)}
    app = ingest_app.create_app(settings)
    async with serving(app) as client:
        await until(lambda: is_ready(app))
        yield Door(client, keys)


async def test_the_list_says_in_which_regimes_the_unit_reports(door: Door) -> None:
    regimes = {entry["id"]: entry for entry in (await door.get("/v1/regimes")).json()["regimes"]}
    assert regimes[CT27]["reports"] is True
    assert regimes[CT27]["group"]
    assert regimes["vhtt-van-quan"]["derived_from"] == CT27
    assert [name for name, entry in regimes.items() if entry["reports"]] == [CT27]


async def test_a_form_follows_the_report_through_its_life(door: Door) -> None:
    first = await door.form()
    assert (first["standing_revision"], first["next_revision"], "standing" in first) == (0, 1, False)
    assert first["data"] == {"regime": CT27, "period": "2024", "unit": COMMUNE, "revision": 1}

    await door.send(submitted(values={"gd_tien_tai_tro": "12.5"}, narratives={"kho_khan": "Thiếu kinh phí."}))
    sent = await door.form()
    assert (sent["standing_revision"], sent["next_revision"]) == (1, 2)
    assert sent["standing"]["values"] == {"gd_tien_tai_tro": "12.500"}
    assert sent["standing"]["narratives"] == {"kho_khan": "Thiếu kinh phí."}

    await door.send(returned(fix_by="2030-12-18"))
    back = await door.form()
    assert (back["standing_revision"], back["next_revision"], "standing" in back) == (0, 2, False)
    assert back["returned"]["reason"] == "Thiếu số liệu ngày công."
    assert back["returned"]["values"] == {"gd_tien_tai_tro": "12.500"}
    assert back["returned"]["fix_by"] == "2030-12-18T17:00:00.000Z"

    await door.send(submitted(revision=3))
    again = await door.form()
    assert (again["standing_revision"], again["next_revision"], "returned" in again) == (3, 4, False)

    await door.send(withdrawn(revision=4))
    gone = await door.form()
    assert (gone["standing_revision"], gone["next_revision"], "standing" in gone) == (0, 5, False)


async def test_the_next_period_shows_the_last_figures(door: Door) -> None:
    await door.send(submitted(values={"gd_ngay_cong": 340, "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11}}))
    form = await door.form(NEXT)
    last = {indicator["code"]: indicator["last"] for indicator in form["indicators"] if indicator["last"] is not None}
    assert form["last_period"] == "2024"
    assert last == {"gd_ngay_cong": 340, "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11}}


async def test_where_there_is_no_form_the_reason_says_so(door: Door) -> None:
    answers = {unit: await door.get(f"/v1/forms/{CT27}/2024/{unit}", unit) for unit in (RECIPIENT, CALLER)}
    assert {(answer.status_code, answer.json()["code"]) for answer in answers.values()} == {(404, "report.unit_not_asked")}
    refused = {
        f"/v1/forms/vhtt-van-quan/2024/{COMMUNE}": (404, "report.derived_regime"),
        "/v1/regimes/vhtt-van-quan/schema": (404, "report.derived_regime"),
        f"/v1/regimes/{CT27}/schema?unit={COMMUNE}": (400, "form.unit_needs_period"),
        f"/v1/forms/{CT27}/2024-Q1/{COMMUNE}": (404, "report.unknown_period"),
        f"/v1/forms/{CT27}/2024/no-such": (404, "door.no_such_unit"),
    }
    told = {address: await door.get(address) for address in refused}
    assert {address: (answer.status_code, answer.json()["code"]) for address, answer in told.items()} == refused
    assert (await door.form(f"/v1/forms/{CT27}/2030/{COMMUNE}"))["begins"] == "2029-12-15"  # has not begun


async def test_an_on_call_period_has_no_deadline_until_it_is_opened(door: Door) -> None:
    address = f"/v1/forms/kl62-binh-dinh/2024/{OFFICE}"
    closed = (await door.get(address, OFFICE)).json()
    assert (closed["deadline"], closed["opened"]) == (None, False)
    await door.send(opened(deadline="2030-12-31"))
    at = (await door.get(address, OFFICE)).json()
    assert (at["deadline"], "opened" in at) == ("2030-12-31T17:00:00.000Z", False)


async def test_an_answer_has_a_strong_validator_that_changes_with_the_report(door: Door) -> None:
    first = await door.get(FORM)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "private, no-cache"
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await door.get(FORM, **{"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)

    for address in ("/v1/regimes", f"/v1/regimes/{CT27}?period=2025", f"/v1/regimes/{CT27}/schema"):
        of_regime = (await door.get(address)).headers["etag"]
        assert (await door.get(address, **{"if-none-match": of_regime})).status_code == 304

    await door.send(submitted())
    assert (await door.get(FORM, **{"if-none-match": tag})).status_code == 200
    newer = (await door.get(FORM)).headers["etag"]
    await door.send(extended(until="2030-01-01"))
    assert len({tag, newer, (await door.get(FORM)).headers["etag"]}) == 3


async def test_a_validator_of_nonsense_is_no_validator(door: Door) -> None:
    tag = (await door.get(FORM)).headers["etag"]
    for nonsense in ("", ",", '"', '""', "W/", tag[1:-1], tag[:-1], "x" * 9000 + tag, '"' * 9000, "\xff", "* *", f"W/ {tag}x"[:5]):
        sent = bearer(door.keys[COMMUNE]) | {"if-none-match": nonsense}
        headers = {name.encode(): value.encode("latin-1") for name, value in sent.items()}
        answer = await door.client.get(FORM, headers=headers)
        assert answer.status_code == 200, nonsense


async def test_names_of_every_kind_are_refused_with_a_reason(door: Door) -> None:
    for name in HOSTILE:
        part = quote(name.encode("utf-8", "surrogatepass"), safe="")
        for address in (
            f"/v1/regimes/{part}",
            f"/v1/regimes/{CT27}?period={part}",
            f"/v1/regimes/{part}/schema",
            f"/v1/regimes/{CT27}/schema?period={part}",
            f"/v1/regimes/{CT27}/schema?period=2024&unit={part}",
            f"/v1/forms/{part}/2024/{COMMUNE}",
            f"/v1/forms/{CT27}/{part}/{COMMUNE}",
            f"/v1/forms/{CT27}/2024/{part}",
        ):
            answer = await door.get(address)
            assert answer.status_code in (400, 404) or (name in ("", ".", "..") and answer.status_code in (200, 307)), (
                address,
                answer.text,
            )
            assert len(answer.content) < 4000

    plain = await door.get(f"/v1/regimes/{CT27}?period=2024")
    padded = await door.get(f"/v1/regimes/{CT27}?{'&'.join(f'a{number}={number}' for number in range(5000))}&period=2024")
    assert padded.text == plain.text
    assert (await door.get(f"/v1/regimes/{CT27}?period={'2' * 60_000}")).status_code == 404
