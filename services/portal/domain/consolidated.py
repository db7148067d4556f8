"""The consolidated report of a view (báo cáo tổng hợp): what each field of its template says.

Source: Nghị định 30/2020/NĐ-CP, Phụ lục I (form) and Phụ lục III, mẫu 1.4; the order of a periodic report is I. Kết quả, II. Khó khăn, III.
Phương hướng, IV. Kiến nghị.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from services.portal.domain import decree, document_words, figures
from services.portal.domain.address import Address
from services.portal.domain.document_fields import ChiTieu, ChuaNop, Dong, DonVi, Nhom, ThuyetMinh, TongHop
from services.portal.domain.figures import Row
from services.portal.domain.standing import Status
from shared.wire.views import View
from shared.words import vietnamese
from shared.words.periods import local_day
from shared.words.regime_parts import Indicator
from shared.words.units import Unit

Texts = Mapping[str, Sequence[tuple[Unit, str]]]
"""Narratives with their units, by the heading's code."""
PARTS: Final = {
    **dict.fromkeys(("kho_khan", "vuong_mac", "ton_tai", "nguyen_nhan", "bai_hoc"), "kho_khan"),
    **dict.fromkeys(("phuong_huong", "nhiem_vu"), "phuong_huong"),
    **dict.fromkeys(("kien_nghi", "de_xuat"), "kien_nghi"),
}
"""The part of the report to which a narrative belongs, by its code; any other code: `ket_qua`."""
MOST_IN_TEXT: Final = 40  # figures in the text; of more only those with a target, and all of them in the appendix


@dataclass(frozen=True)
class Known:
    """What the report is made from. `before` is the view of the same period a year before, `not_compared` why there is none."""

    at: Address
    view: View
    before: View | None
    not_compared: str
    texts: Texts
    missing: Sequence[Status]
    confirmed: str
    now: datetime

    @property
    def day(self) -> date:
        """The day of issue."""
        return local_day(self.now)


def issuing(at: Address, day: date) -> tuple[Unit, Unit | None]:
    """Who issues the report of a view on a day, and who is addressed: the recipient of the regime for the whole, to the one on whose behalf
    it collects; a unit in between for its own part, to the recipient.
    """
    tree, regime, registry = at.tree, at.regime, at.reference.registry
    recipient = tree.by_code.get(regime.recipient)
    behalf = tree.by_code.get(regime.on_behalf_of or "")
    tops = {code for code in (regime.within, regime.on_behalf_of, regime.recipient) if code}
    is_whole = at.unit.code in tops or at.is_area
    first = recipient if recipient is not None and is_whole else at.unit
    second = behalf if is_whole else recipient
    issues = decree.acting(registry, first.id, day) or first
    addressed = None if second is None else decree.acting(registry, second.id, day) or second
    return issues, None if addressed is None or addressed.id == issues.id else addressed


def fields(known: Known) -> TongHop:
    """The fields of the template."""
    at, view = known.at, known.view
    unit, addressed = issuing(at, known.day)
    issuer = decree.issuer(unit, at.reference.registry, known.day)
    title, reporting = _title(at.regime.title), view.reporting
    by_part = _narratives(at, known.texts)
    rows = {indicator.code: _row(known, indicator) for indicator in at.regime.indicators}
    sections = _sections(known, rows)
    has_missing, period = bool(reporting.missing), vietnamese.period_name(at.period.code)
    names = ("Phụ lục I", "Phụ lục II") if has_missing else ("Phụ lục", "")
    more = f" {len(reporting.missing)} đơn vị chưa nộp, nêu tại {names[1]}." if has_missing else ""
    return TongHop(
        co_quan_chu_quan=issuer.superior,
        co_quan_ban_hanh=issuer.header.splitlines(),
        ten_co_quan=issuer.name,
        ky_hieu=f"BC-{issuer.abbreviation}",
        dia_danh=issuer.place,
        ngay_ban_hanh=decree.issue_day(known.day),
        trich_yeu=f"{title}, {period}{_part(at)}",
        kinh_gui=[] if addressed is None else [decree.full_name(addressed)],
        can_cu=decree.listed([f"Căn cứ {document_words.line(basis)}" for basis in at.regime.legal_basis]),
        mo_dau=f"Thực hiện chế độ báo cáo “{document_words.line(at.regime.title)}”, {issuer.name} báo cáo kết quả {period} như sau:",
        tinh_hinh=f"Kỳ báo cáo: {vietnamese.period(at.period)}. Số liệu tổng hợp từ báo cáo của {reporting.received}/{reporting.expected} "
        f"đơn vị phải báo cáo: {reporting.on_time} đơn vị nộp đúng hạn, {reporting.late} đơn vị nộp muộn.{more}",
        so_muc_thuyet_minh=str(len(sections) + 2),
        tinh_trang_so_lieu=f"{document_words.official(view)}; {reporting.received}/{reporting.expected} đơn vị đã nộp",
        don_vi_tinh=_measure(at.regime.indicators),
        cung_ky_la=_year_before(at),
        ghi_chu_cung_ky=known.not_compared,
        ky_bao_cao=vietnamese.period(at.period),
        ten_che_do=document_words.line(at.regime.title),
        don_vi=document_words.line(at.unit.name),
        da_nop=reporting.received,
        phai_nop=reporting.expected,
        nhom=sections,
        so_lieu=table(list(rows.values()), at.regime.indicators),
        **by_part,
        chua_nop=[_missing(place, status) for place, status in enumerate(known.missing, 1)],
        phu_luc_so_lieu=names[0],
        phu_luc_chua_nop=names[1],
        chu_ky=list(issuer.signature),
        noi_nhan=_copies(issuer.abbreviation, has_addressee=addressed is not None),
        cau_ket=f"Trên đây là báo cáo kết quả {period} của {issuer.name}",
        xuat_luc=vietnamese.moment(known.now),
        chot=known.confirmed,
    )


def table(rows: Sequence[tuple[Row, Dong]], indicators: Sequence[Indicator]) -> list[Dong]:
    """The rows of the table of figures, with a row before each section."""
    listed: list[Dong] = []
    titles = list(dict.fromkeys(indicator.section for indicator in indicators))
    place = 0
    for number, title in enumerate(titles, 1):
        if title:
            listed.append(Dong(True, decree.numeral(number), document_words.unnumbered(title)))
        for (row, shown), indicator in zip(rows, indicators, strict=True):
            if indicator.section == title:
                place += 1
                listed.append(replace(shown, tt=str(place)))
                listed += [Dong(False, "", *_option(part.text)) for part in row.bar] if indicator.kind == "choice" else []
    return listed


def _option(text: str) -> tuple[str, str, str, str]:
    """The row of an option that units chose: its label, measure, no plan, and how many did."""
    label, _, count = document_words.line(text).rpartition(": ")
    return f"– {label}", "đơn vị", "", count


def _row(known: Known, indicator: Indicator) -> tuple[Row, Dong]:
    at, view = known.at, known.view
    row = figures.view_row(view, indicator, {unit.code for unit in at.asked(indicator)})
    now, earlier = (document_words.amount(one, indicator.code) for one in (view, known.before))
    before = None if known.before is None else figures.view_row(known.before, indicator)
    was = document_words.NOTHING if known.before is None or before is None else document_words.value(before, known.before, indicator)
    shown = Dong(
        la_nhom=False,
        tt="",
        ten=document_words.line(indicator.label),
        dvt=document_words.line(row.measure),
        ke_hoach=document_words.line(row.target) or document_words.NOTHING,
        thuc_hien="" if indicator.kind == "choice" and row.bar else document_words.value(row, view, indicator),
        ty_le=document_words.line(row.percent) or document_words.NOTHING,
        cung_ky=document_words.line(f"{was} ({before.percent})") if before is not None and before.percent and row.is_reported else was,
        so_sanh=document_words.line(document_words.change(now, earlier)),
        da_bao_cao=f"{row.reported}/{row.asked}",
        ghi_chu=document_words.line(row.estimated),
    )
    return row, shown


def _sections(known: Known, rows: Mapping[str, tuple[Row, Dong]]) -> list[Nhom]:
    """The figures as points of the text, by section. The first number of part I is the state of the reports."""
    indicators = known.at.regime.indicators
    shown = [one for one in indicators if len(indicators) <= MOST_IN_TEXT or rows[one.code][0].target]
    sections: list[Nhom] = []
    for number, title in enumerate(dict.fromkeys(indicator.section for indicator in shown), 2):
        own = [indicator for indicator in shown if indicator.section == title]
        letters = decree.points(len(own))
        points = [ChiTieu(letter, _sentence(known, one, *rows[one.code])) for letter, one in zip(letters, own, strict=True)]
        sections.append(Nhom(str(number), document_words.unnumbered(title) or "Số liệu chủ yếu", points))
    return sections


def _sentence(known: Known, indicator: Indicator, row: Row, shown: Dong) -> str:
    """A figure against the plan and the same period a year before."""
    if not row.is_reported:
        return f"{shown.ten}: chưa có số liệu."
    measure = f" {shown.dvt}" if shown.dvt and indicator.kind != "choice" else ""
    parts = [f"{shown.ten}: {document_words.value(row, known.view, indicator)}{measure}" + (f" (đạt {row.percent})" if row.percent else "")]
    if row.estimated:
        parts.append(row.estimated)
    if row.target:
        state = {True: "đã đạt", False: "chưa đạt"}.get(bool(row.is_met)) if row.is_met is not None else ""
        parts.append(f"kế hoạch {row.target}" + (f" ({state})" if state else ""))
    change = document_words.in_words(*(document_words.amount(one, indicator.code) for one in (known.view, known.before)))
    if change:
        earlier = shown.cung_ky.replace(" (", ", tức ").removesuffix(")")
        parts.append(f"so với cùng kỳ năm trước ({earlier}) {change}")
    if row.reported < row.asked:
        parts.append(f"{row.reported}/{row.asked} đơn vị đã báo cáo")
    return document_words.line("; ".join(parts)) + "."


def _narratives(at: Address, texts: Texts) -> dict[str, list[ThuyetMinh]]:
    by_part: dict[str, list[ThuyetMinh]] = {name: [] for name in ("ket_qua", "kho_khan", "phuong_huong", "kien_nghi")}
    for code, label in at.regime.narratives.items():
        said = [(unit, found) for unit, text in texts.get(code, ()) if (found := document_words.paragraphs(text))]
        letters = decree.points(len(said))
        units = [DonVi(letter, document_words.line(unit.name), found) for letter, (unit, found) in zip(letters, said, strict=True)]
        by_part[PARTS.get(code, "ket_qua")].append(ThuyetMinh(document_words.line(label), units))
    return by_part


def _missing(place: int, status: Status) -> ChuaNop:
    due = "" if status.deadline is None else vietnamese.deadline(status.deadline)
    return ChuaNop(str(place), document_words.line(status.unit.name), status.unit.code, status.word, due)


def _title(text: str) -> str:
    """A regime's title as the end of `BÁO CÁO …`."""
    plain = document_words.line(text).removeprefix("Báo cáo ").strip()
    return plain[:1].upper() + plain[1:]


def _part(at: Address) -> str:
    """Which part of the regime the report is about, if not all of it."""
    whole = {at.regime.within, at.regime.on_behalf_of, at.regime.recipient}
    return "" if at.unit.code in whole else f" ({document_words.line(at.unit.name)})"


def _measure(indicators: Sequence[Indicator]) -> str:
    measures = {document_words.line(indicator.measure) for indicator in indicators}
    return measures.pop() if len(measures) == 1 and all(measures) else "ghi ở từng chỉ tiêu"


def _year_before(at: Address) -> str:
    return vietnamese.period_name(f"{int(at.period.code[:4]) - 1}{at.period.code[4:]}")


def _copies(abbreviation: str, *, has_addressee: bool) -> list[str]:
    """The lines of Nơi nhận: upward first, the archive last."""
    archive = f"Lưu: VT, {abbreviation}" if abbreviation != "UBND" else "Lưu: VT"
    return decree.listed([*(("Như trên",) if has_addressee else ()), archive])
