"""The list of the missing: grouped, with contacts only for who may ask; also as text. And the overview that leads to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.portal.domain import missing
from services.portal.domain.entering import Person
from services.portal.domain.missing import Missing
from shared.words import vietnamese
from shared.words.units import Contact, Registry, Tree, Unit
from tests import seeds
from tests.portal import builders, entry_desk
from tests.portal.builders import AFTER, BEFORE, CT27, MONTHLY
from tests.portal.conftest import Stack
from tests.portal.test_pages import text_of
from tests.portal.test_strip_pages import of, present
from tests.portal.test_work_pages import shown_to

NOW = datetime(2024, 12, 21, 2, 30, tzinfo=UTC)
PATH = f"/bang/{CT27}/2024/184/chua-nop"


def unit(code: str, name: str, parent: str | None) -> Unit:
    return Unit(code, code, name, "x", "peoples_committee", parent, seeds.first_reference().registry.units[0].valid_from)


def test_the_missing_are_grouped_by_the_district_below_and_what_is_directly_below_comes_last() -> None:
    units = [
        unit("1", "Tỉnh", None),
        unit("11", "Huyện A", "1"),
        unit("111", "Xã A1", "11"),
        unit("112", "Xã A2", "11"),
        unit("19", "Sở B", "1"),
    ]
    tree = Tree(units)
    found = missing.grouped([Missing(tree.by_id[code], False, None) for code in ("111", "19", "112")], tree, units[0])
    assert [(group.name, [one.unit.code for one in group.missing]) for group in found] == [
        ("Huyện A", ["111", "112"]),
        ("Trực thuộc Tỉnh", ["19"]),
    ]


def test_the_text_has_state_contact_and_telephone_of_each() -> None:
    late = Missing(unit("111", "Xã A1", "11"), True, NOW - timedelta(days=2), [Contact("Lan", "0912 345 678", "")])
    text = missing.as_text("Chưa nộp", 15, [missing.Group("Huyện A", [late])], NOW)
    assert text == "Chưa nộp\n1 trong 15 đơn vị chưa nộp\n\nHuyện A (1)\n- Xã A1 (111): bị trả lại, quá hạn 2 ngày; Lan 0912 345 678\n"


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("0912 345.678", "0912345678"),
        ("+84 (25) 123-456", "+8425123456"),
        ("hỏi văn thư", ""),
        ("javascript:alert(1)", ""),
        ("1" * 40, ""),
        ("", ""),
    ],
)
def test_only_a_telephone_number_can_be_dialled(phone: str, dialled: str) -> None:
    assert missing.dialled(phone) == dialled


def test_contacts_are_for_reviewers_of_who_receives_or_confirms() -> None:
    known = seeds.first_reference()
    setting = known.setting("nq68-quang-binh", "2024")
    assert setting is not None

    def sees(officer: str = "", reviewer: str = "") -> bool:
        person = Person([officer] if officer else [], [reviewer] if reviewer else [])
        return missing.may_see_contacts(person, setting, known.registry, AFTER.date())

    recipient = setting.tree.by_code[setting.regime.recipient]
    confirmer = setting.version.confirmations[0].by
    assert sees(reviewer=recipient.id)
    assert sees(reviewer=confirmer.id)
    assert not sees(officer=recipient.id)
    assert not sees(reviewer="184")
    assert not missing.may_see_contacts(None, setting, known.registry, AFTER.date())


@pytest.mark.stores
@pytest.mark.asyncio(loop_scope="session")
async def test_the_recipient_sees_contacts_with_telephones_and_a_viewer_does_not(stack: Stack) -> None:
    reached = (Contact("Hoàng <Lan>", "0912 345 678"),)
    known = seeds.first_reference()
    registry = Registry([replace(one, contacts=reached) for one in known.registry.units])
    await stack.put(views=[builders.view()], reports=builders.season())
    async with entry_desk.desk(stack, replace(known, registry=registry)) as desk:
        recipient = registry.at(entry_desk.NOW.date()).by_code[builders.regime().recipient].id
        asking, viewing = await desk.browser("reviewer", recipient), await desk.browser("viewer", "184")
        page, plain, of_viewer = (await asking.get(PATH)).text, await asking.get(f"{PATH}.txt"), (await viewing.get(PATH)).text
        refused = [(await (await desk.browser(*other)).get(PATH)).status_code for other in (("reviewer", "450"), ("officer", "06253"))]
    assert f'<a class="act" href="/bang/{CT27}/2024/184/don-doc">Đôn đốc</a>' in page
    assert "/don-doc" not in of_viewer
    assert '<a class="phone" href="tel:0912345678">0912 345 678</a>' in page
    assert "Hoàng &lt;Lan&gt;" in page
    assert "9 trong 22 đơn vị chưa nộp" in text_of(page)
    assert "Chưa nộp, còn 9 ngày" in page
    assert plain.headers["content-type"].startswith("text/plain")
    assert plain.text.count("Hoàng <Lan> 0912 345 678") == 9
    assert "0912" not in of_viewer
    assert "chỉ hiện cho cán bộ tổng hợp" in of_viewer
    assert refused == [403, 403]


@pytest.mark.stores
@pytest.mark.asyncio(loop_scope="session")
async def test_the_overview_says_how_far_a_regime_is(stack: Stack) -> None:
    official = {"number": 2, "hash": "0" * 64, "at": BEFORE, "moved": True}
    period = present(MONTHLY)
    about = {"regime": MONTHLY, "period": period}
    duties = [builders.received(code, BEFORE, _id=f"{MONTHLY}/{period}/{code}", **about) for code in ("06253", "06256")]
    await stack.put(views=[builders.view(period=period, official=official) | of(MONTHLY, period, "184")], duties=duties)
    shown = (await shown_to(stack, "viewer", "184", "/tong-quan")).text
    seen = text_of(shown)
    assert f"59,1 % đã nộp: 13 trong 22 đơn vị, {vietnamese.period_name(period)}; đúng hạn 54,5 %." in seen
    assert "Chưa chốt lại Đã chốt, điều chỉnh lần 1" in seen
    assert "Chỉ tiêu đạt: 0 trong 2." in seen
    assert "<polyline" in shown
    assert f'href="/bang/{MONTHLY}/{period}/184/chua-nop"' in shown
    of_unit = text_of((await shown_to(stack, "viewer", "20", "/tong-quan?unit=184")).text)
    assert "Tổng quan: Huyện Văn Quan" in of_unit
    assert "Không có bảng tổng hợp nào của" in text_of((await shown_to(stack, "viewer", "184", "/tong-quan?unit=450")).text)
    await shown_to(stack, "viewer", "184", "/tong-quan?unit=$ne", 400)
    await shown_to(stack, "viewer", "184", "/tong-quan?unit=99999", 404)


@pytest.mark.stores
@pytest.mark.asyncio(loop_scope="session")
async def test_the_overview_begins_with_what_is_due_and_folds_what_is_over(stack: Stack) -> None:
    nq68, plan = "nq68-quang-binh", "nq68-ke-hoach-quang-binh"
    made = {period: builders.view("450", regime=nq68, period=period) for period in ("2024", "2026", "2027")}
    await stack.put(views=[*made.values(), builders.view("450", regime=plan)])
    now = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)
    async with entry_desk.desk(stack, seeds.first_reference(), now) as desk:
        shown, own = [(await (await desk.browser("viewer", "450")).get(f"/tong-quan{query}")).text for query in ("?unit=450", "")]
        elsewhere = text_of((await (await desk.browser("viewer", "20")).get("/tong-quan")).text)
    begins, over = shown.index(f'id="r-{nq68}"'), shown.index(f'id="r-{plan}"')
    first = shown[begins:].partition("</article>")[0]
    assert text_of(own) == text_of(shown).replace(
        "Các chế độ báo cáo trong phạm vi của tài khoản · ", ""
    )  # no regime as a whole is in the district's scope
    assert "8 chế độ báo cáo chưa có bảng tổng hợp trong phạm vi của tài khoản này" in elsewhere
    rows = [first.index(f"/bang/{nq68}/{period}/450") for period in ("2026", "2027", "2024")]
    assert rows == sorted(rows)
    assert "trong 154 đơn vị, năm 2026" in text_of(first)
    assert "Các kỳ đã qua: năm 2024" in text_of(first)
    assert begins < shown.index('<h2 id="da-qua">Các kỳ đã qua</h2>') < shown.index("<details><summary>1 chế độ") < over


def test_a_unit_is_past_its_deadline_from_the_first_late_instant() -> None:
    one = Missing(unit("1", "Xã", None), False, NOW)
    assert one.is_past(NOW)
    assert not replace(one, deadline=NOW + timedelta(milliseconds=1)).is_past(NOW)
