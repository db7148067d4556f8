"""The mail of a digest: how many units have reported, which have not, which were late, and how to reach them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from services.notify.domain import reach
from services.notify.domain.alerts import Alert
from services.notify.domain.digest import Tally
from services.notify.domain.duties import Duty
from services.notify.texts import mail, wording
from services.notify.texts.content import Content
from services.notify.texts.mail import Text
from shared.wire import events
from shared.words import vietnamese
from shared.words.units import Unit


def compose(content: Content, tally: Tally, site: str) -> Text:
    """What the mail says. The portal's pages are at `site` ("": unknown)."""
    alert, now = content.alert, content.now
    parts = [
        mail.salutation(content.unit),
        "\n".join([f"Tình hình thực hiện chế độ báo cáo, tính đến {vietnamese.time_of_day(now)}:", *facts(content, tally, now)]),
        *lists(tally),
        without_heir([tally]),
        "\n".join(filter(None, [whom_to_call(owing([tally])), link(alert, site)])),
    ]
    return Text(_subject(alert, tally), parts)


def _subject(alert: Alert, tally: Tally) -> str:
    rung, units = wording.rung(alert.rung.name), vietnamese.number(len(owing([tally])))
    period, deadline = vietnamese.period_name(alert.matter.period), vietnamese.deadline(alert.matter.deadline)
    return f"[Đôn đốc – {rung}] {units} đơn vị chưa hoàn thành báo cáo {period} {deadline}"


def facts(content: Content, tally: Tally, now: datetime) -> list[str]:
    """The group and its figures, one fact in each line."""
    matter = content.alert.matter
    return [
        f"- Chế độ báo cáo: {wording.title(content.regime)}",
        f"- Kỳ báo cáo: {vietnamese.period_name(matter.period)}",
        f"- Thời hạn: {vietnamese.deadline(matter.deadline)} ({wording.time_left(matter.deadline, now)})",
        *([f"- Cơ quan nhận báo cáo: {wording.both(content.of, content.unit)}"] if content.is_to_heir else []),
        *_counts(tally),
    ]


def lists(tally: Tally, most: int | None = None) -> list[str]:
    """The lists of units; "" for a list without units. Of a long list, the first `most` units are named."""
    return [
        _list("Chưa có báo cáo", tally, tally.missing, _note, most),
        _list("Nộp muộn", tally, tally.late, _came, most),
        _list("Chưa chốt bảng tổng hợp", tally, tally.unconfirmed, _note, most),
        _list("Còn số ước, chưa có số liệu chính thức", tally, tally.estimated, _note, most),
    ]


def owing(tallies: Iterable[Tally]) -> dict[str, Unit | None]:
    """The units that act for those that still owe, by the id of the unit that owes; None if nobody acts for it."""
    return {duty.unit.id: tally.acting_for(duty) for tally in tallies for duty in tally.owing}


def without_heir(tallies: Iterable[Tally]) -> str:
    """The paragraph about units that have ended and for which no heir is declared: nobody is reminded."""
    units = {duty.unit.id: duty.unit for tally in tallies for duty in tally.without_heir}
    if not units:
        return ""
    lines = [f"{number}. {unit.code} {wording.former(unit)}" for number, unit in enumerate(units.values(), start=1)]
    head = f"Chưa xác định đơn vị kế thừa nên không nhắc được ({vietnamese.number(len(units))})"
    return "\n".join([f"{head}, đề nghị cơ quan có thẩm quyền xác định:", *lines])


def whom_to_call(units: Mapping[str, Unit | None]) -> str:
    """The paragraph about units that get no mail: they must be called."""
    count = sum(unit is not None and not reach.addresses(unit) for unit in units.values())
    if not count:
        return ""
    without = f"{vietnamese.number(count)} đơn vị chưa hoàn thành"
    return f"{without} không có địa chỉ thư điện tử nên không được nhắc bằng thư, đề nghị liên hệ trực tiếp."


def link(alert: Alert, site: str) -> str:
    """The line with the link to the group's duties; "" if `site` is unknown."""
    matter = alert.matter
    return f"Danh sách nghĩa vụ báo cáo: {site}/nghia-vu?regime={matter.regime}&period={matter.period}" if site else ""


def _counts(tally: Tally) -> list[str]:
    lines = []
    if tally.expected:
        rate = f"{vietnamese.number(tally.rate)}%"
        late = f"trong đó nộp muộn: {vietnamese.number(len(tally.late))}"
        lines.append(f"- Đã nộp: {share(tally.received, tally.expected)} báo cáo ({rate}), {late}")
    if tally.confirmers:
        lines.append(f"- Đã chốt: {share(tally.confirmed, tally.confirmers)} bảng tổng hợp")
    if tally.estimators:
        lines.append(f"- Đã thay số ước bằng số liệu chính thức: {share(tally.official, tally.estimators)} báo cáo")
    return lines


def share(part: int, whole: int) -> str:
    """`1.200/10.035`: a part of a whole."""
    return f"{vietnamese.number(part)}/{vietnamese.number(whole)}"


def _list(heading: str, tally: Tally, duties: tuple[Duty, ...], note: Callable[[Duty], str], most: int | None) -> str:
    """One line for each unit; "" if there are none."""
    if not duties:
        return ""
    lines = [
        f"{number}. {duty.unit.code} {_whose(duty, acting)}{note(duty)} – {_reach(acting)}"
        for number, duty in enumerate(duties[:most], start=1)
        for acting in [tally.acting_for(duty)]
    ]
    more = len(duties) - len(lines)
    rest = [f"… và {vietnamese.number(more)} đơn vị khác."] if more else []
    return "\n".join([f"{heading} ({vietnamese.number(len(duties))}):", *lines, *rest])


def _whose(duty: Duty, acting: Unit | None) -> str:
    """The unit of a duty, with the unit that acts for it if that is another one, and with the view if it is another unit's."""
    named = wording.name(duty.unit)
    if acting is None:
        named += " (cũ)"
    elif acting.id != duty.unit.id:
        named += f" (cũ, {wording.now_of(duty.unit, acting)})"
    return named if duty.view is None else f"{named}, bảng tổng hợp của {wording.inside(wording.name(duty.view))}"


def _note(duty: Duty) -> str:
    """Why a unit's deadline differs from its group's; "" if it does not."""
    if duty.returned is not None and duty.returned.fix_by is not None:
        return f" (đã trả lại, sửa {vietnamese.deadline(duty.reminded_of)})"
    return f" (được gia hạn: {vietnamese.deadline(duty.deadline)})" if duty.deadline > duty.due else ""


def _came(duty: Duty) -> str:
    first = duty.state.first_submitted_ms
    return "" if first is None else f" (gửi lần đầu {vietnamese.time_of_day(events.from_ms(first))})"


def _reach(unit: Unit | None) -> str:
    """The unit's telephone contacts, or a note that it cannot be reached."""
    if unit is None:
        return "chưa xác định đơn vị kế thừa"
    phones = [f"{person} {phone}".strip() for person, phone in reach.phones(unit)]
    addresses = reach.addresses(unit)
    if phones:
        return f"điện thoại: {'; '.join(phones)}"
    return f"không có số điện thoại, thư: {', '.join(addresses)}" if addresses else "chưa có đầu mối liên hệ"
