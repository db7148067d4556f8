"""The audit log for operators: filters, paging, and whether its end is as it was written."""

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from services.portal.domain import audit_page, audit_words
from shared.plumbing import audit_store
from shared.words.audit import Detail
from tests import identities, seeds
from tests.portal.conftest import Stack
from tests.portal.test_pages import text_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_ACTS = {"event", "sender", "revision", "fix_by", "until", "deadline", "corrects", "hash", "missing", "adjusts", "confirmation", "units"}
OF_DRAFTS = {"version", "handed_in_by", "note", "fields", "field"}
AT = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)


async def filled(stack: Stack, entries: int) -> httpx2.AsyncClient:
    """A log with entries, and the browser of an operator."""
    await stack.database["audit"].delete_many({})
    await stack.database["identity"].delete_many({"_id": "audit"})
    for number in range(entries):
        details = {"file": "csv", "query": f"<b>{number}"}
        await audit_store.append(stack.database, actor="operator/lan", action="duties.exported", target="duties", details=details, at=AT)
    await audit_store.append(stack.database, actor="units/06253", action="report.sent", target="units/06253", details={}, at=AT)
    secret = await identities.session_with(stack.database, identities.grant("operator", None))
    return httpx2.AsyncClient(base_url=stack.url, cookies={identities.COOKIE: secret})


@pytest.mark.stores
async def test_entries_are_filtered_and_paged(stack: Stack) -> None:
    async with await filled(stack, 55) as http:
        first = (await http.get("/quan-tri/nhat-ky")).text
        assert "56 mục mới nhất nối tiếp nhau" in text_of(first)
        assert "Thị trấn Văn Quan" in first
        assert "&lt;b&gt;54" in first
        assert "<b>5" not in first
        assert 'href="/quan-tri/nhat-ky?before=7"' in first
        assert first.count('<th scope="row"') == 50
        assert (await http.get("/quan-tri/nhat-ky?before=7")).text.count('<th scope="row"') == 6
        for query, found in (
            ("action=report.sent", 1),
            ("actor=operator/lan&day=2026-11-26", 50),
            ("target=units/", 1),
            ("day=2026-11-27", 0),
            ("actor=khong-co", 0),
            ("target=.*", 0),
        ):
            assert (await http.get(f"/quan-tri/nhat-ky?{query}")).text.count('<th scope="row"') == found, query


async def test_details_are_in_vietnamese_and_an_unknown_name_is_shown_as_it_is(stack: Stack) -> None:
    async with await filled(stack, 0) as http:
        person = await identities.put_person(stack.database, identities.grant("officer", "06253"), login="hoa.van")
        details: dict[str, Detail] = {
            "role": "reviewer",
            "begins": "2026-11-01",
            "expires": "2026-11-26T02:30:00+00:00",
            "may": ["read", "send"],
            "drops_totp": True,
            "ends": None,
            "count": 1200,
            "handed_in_by": f"people/{person}",
            "files": [{"name": "units.csv", "sha256": "0a" * 32}],
            "later_name": {"x": 1},
        }
        await audit_store.append(stack.database, actor="operator/lan", action="role.granted", target="people/x", details=details, at=AT)
        page = (await http.get("/quan-tri/nhat-ky?action=role.granted")).text
    log = page[page.index('class="stack log"') :]
    expected = [
        "vai trò: cán bộ tổng hợp",
        "từ ngày: 01/11/2026",
        "hết hạn: 26/11/2026 09:30",
        "được: đọc, gửi",
        "bỏ mã xác thực: có",
        "đến ngày: không có",
        "số lần, số đơn vị: 1.200",
        f"người trình: hoa.van (people/{person})",
        "tệp: units.csv (mã kiểm tra 0a0a0a0a0a0a…)",
        "later_name: {&#34;x&#34;:1}",
    ]
    assert re.findall("<li>(.*?)</li>", log) == expected
    assert '<span class="long">lan, trên máy chủ</span> <span class="code">operator/lan</span>' in log


async def test_a_report_is_named_by_its_unit_and_period() -> None:
    found = audit_page.named("reports/ct27-van-quan/2024/06253", {}, seeds.first_reference().registry)
    assert (found.name, found.noted) == ("Báo cáo Thị trấn Văn Quan, năm 2024", "reports/ct27-van-quan/2024/06253")


async def test_long_details_are_cut() -> None:
    found = audit_page.details({"note": "a" * 100, "reason": "b" * 500, "unit": "06253"}, {})
    assert found[0] == f"ý kiến: {'a' * 100}"
    assert found[1].endswith("b…")
    assert sum(map(len, found)) == audit_page.MOST_DETAILS + 1


async def test_every_detail_that_the_code_records_has_a_label() -> None:
    """The names in the calls that record an act, read from the source."""
    assert OF_ACTS | OF_DRAFTS | {"file", "query"} <= audit_words.LABELS.keys()
    source = "\n".join(path.read_text(encoding="utf-8") for folder in ("services", "shared") for path in Path(folder).rglob("*.py"))
    calls = re.findall(r"(?:records\.add|recording\.(?:record|act))\(([^()]*(?:\([^()]*\)[^()]*)*)\)", source)
    named = {name for call in calls for name in re.findall(r"\b([a-z_]+)=", call)}
    assert len(named) > 10
    assert named - audit_words.LABELS.keys() == set()


async def test_hostile_filters_are_refused(stack: Stack) -> None:
    async with await filled(stack, 0) as http:
        for bad in (
            "action=$ne",
            "day=2026-13-01",
            "day=x",
            "before=0",
            "before=x",
            f"actor={'a' * 101}",
            "target=a%00",
            "actor=a&actor=b",
        ):
            assert (await http.get(f"/quan-tri/nhat-ky?{bad}")).status_code in (400, 422), bad


@pytest.mark.parametrize("damage", ["changed", "missing", "cut"])
async def test_a_log_that_was_changed_is_said_to_be(stack: Stack, damage: str) -> None:
    async with await filled(stack, 5) as http:
        audit = stack.database["audit"]
        if damage == "changed":
            await audit.update_one({"_id": 3}, {"$set": {"actor": "operator/an"}})
        else:
            await audit.delete_one({"_id": 3 if damage == "missing" else 6})
        said = text_of((await http.get("/quan-tri/nhat-ky")).text)
        assert "Nhật ký không nguyên vẹn" in said
        assert {"changed": "mục 3 đã bị sửa", "missing": "mục 4 không nối tiếp mục 2", "cut": "thiếu mục 6 ở cuối"}[damage] in said
    await audit.delete_many({})
