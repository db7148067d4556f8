"""File names in any language survive the header unchanged, for any client."""

from email.message import EmailMessage
from email.policy import HTTP

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.portal.render import file_name
from shared.words import texts
from tests import identities
from tests.portal import builders
from tests.portal.conftest import Stack

loop = pytest.mark.asyncio(loop_scope="session")


def read(header: str) -> str | None:
    """The name that Python's reader of headers finds."""
    message = EmailMessage(policy=HTTP)
    message["Content-Disposition"] = header
    return message.get_filename()


def extended(header: str) -> str:
    """What stands in `filename*`, decoded by hand (RFC 8187, 3.2.1)."""
    value = header.partition("filename*=UTF-8''")[2]
    octets, place = bytearray(), 0
    while place < len(value):
        if value[place] == "%":
            octets.append(int(value[place + 1 : place + 3], 16))
            place += 3
        else:
            octets += value[place].encode("ascii")
            place += 1
    return octets.decode("utf-8")


def test_a_vietnamese_name_reads_back_and_an_old_reader_has_a_plain_one() -> None:
    header = file_name.disposition("attachment", "lich-06253.ics", "Hạn báo cáo Thị trấn Văn Quan")
    assert header.startswith("attachment; filename=\"lich-06253.ics\"; filename*=UTF-8''H%E1%BA%A1n%20b")
    assert extended(header) == "Hạn báo cáo Thị trấn Văn Quan.ics"
    assert read(f"attachment; {header.partition('; ')[2].partition('; ')[2]}") == "Hạn báo cáo Thị trấn Văn Quan.ics"
    assert read('attachment; filename="lich-06253.ics"') == "lich-06253.ics"


@given(st.text(max_size=300))
@example('..\\..\\etc/passwd"; filename=x.exe')
@example("x\r\nSet-Cookie: a=1")
@example("Xã \u202egpj.exe")
@example("Xa\u0303 A\u0302\u0301p")
def test_no_name_breaks_the_header_or_the_folder(title: str) -> None:
    header = file_name.disposition("inline", "lich-1.ics", title)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    name = extended(header)
    if name:
        assert name.endswith(".ics")
        assert not name.startswith((".", " "))
        assert not set(name) & set('\\/:*?"<>|%\n\t')
        assert texts.forbidden(name) is None
        assert texts.normal(name) == name
        assert not texts.is_blank(name.removesuffix(".ics"))


@pytest.mark.parametrize("title", ["", "   ", "\u200b\ufeff\u00a0", "///", "..."])
def test_a_name_of_which_nothing_can_be_seen_is_none(title: str) -> None:
    assert file_name.disposition("inline", "lich-1.ics", title) == 'inline; filename="lich-1.ics"'


@loop
async def test_files_are_named_after_what_they_hold(stack: Stack) -> None:
    await stack.put(duties=[builders.duty()])
    calendar = await stack.http.get(await identities.calendar(stack.database, "06253"))
    assert calendar.headers["content-disposition"].startswith('inline; filename="lich.ics"; ')
    assert extended(calendar.headers["content-disposition"]) == "Hạn báo cáo Thị trấn Văn Quan.ics"
    table = await stack.http.get("/nghia-vu.csv?unit=184")
    assert extended(table.headers["content-disposition"]).startswith("Nghĩa vụ báo cáo Huyện Văn Quan, ")


@loop
async def test_files_of_two_periods_have_two_names_that_say_the_period(stack: Stack) -> None:
    """The title of the regime is longer than a file name may be; it is cut, and not the period."""
    await stack.put(views=[builders.view(), builders.view(period="2025")])
    for ending in ("xlsx", "csv"):
        answers = [await stack.http.get(f"/bang/{builders.CT27}/{year}/184.{ending}") for year in (2024, 2025)]
        names = [extended(answer.headers["content-disposition"]) for answer in answers]
        assert [name.partition(", ")[2][: len("năm 2024")] for name in names] == ["năm 2024", "năm 2025"]
        assert all(name.startswith("Huyện Văn Quan, ") and name.endswith(f".{ending}") for name in names)


@loop
@pytest.mark.parametrize(
    ("query", "plain", "named"),
    [
        ("period=2026-05&unit=184", "nghia-vu-2026-05-184-", "Nghĩa vụ báo cáo Huyện Văn Quan, tháng 5 năm 2026, "),
        ("period=2026-Q3", "nghia-vu-2026-Q3-", "Nghĩa vụ báo cáo, quý III năm 2026, "),
        ("year=2026", "nghia-vu-2026-", "Nghĩa vụ báo cáo, năm 2026, "),
        ("state=owed", "nghia-vu-owed-", "Nghĩa vụ báo cáo, "),
    ],
)
async def test_a_table_of_duties_is_named_after_what_was_selected(stack: Stack, query: str, plain: str, named: str) -> None:
    header = (await stack.http.get(f"/nghia-vu.csv?{query}")).headers["content-disposition"]
    assert header.startswith(f'attachment; filename="{plain}')
    assert extended(header).startswith(named)
