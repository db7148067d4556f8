"""Copies of units' reports as documents: what one unit sent, or what stands, with receipt, time, and a hash of the content."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from services.portal.domain import content, document_words, figures
from services.portal.domain.address import Address
from services.portal.domain.content import Content
from services.portal.domain.document_fields import BaoCao, Dong, DonVi, ThuyetMinh
from services.portal.domain.figures import Row
from shared.wire import events
from shared.wire.events import Logged
from shared.words import vietnamese
from shared.words.attachments import Listed
from shared.words.units import Unit

ON_TIME: Final = {True: "đúng hạn", False: "muộn", None: "không xác định hạn"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A report that was accepted. `on_time` is that of the unit's first report; `standing` says what has become of this one."""

    unit: Unit
    event: Logged
    on_time: bool | None
    standing: str


def content_hash(data: Mapping[str, object]) -> str:
    """sha256 of an event's data as JSON with its keys in order, in hex: what was sent, whoever sent it when."""
    return hashlib.sha256(orjson.dumps(dict(data), option=orjson.OPT_SORT_KEYS)).hexdigest()


def report(at: Address, sent: Sent, number: int, *, is_copy: bool) -> BaoCao:
    """One report with everything that its unit was asked for. A copy of what was sent also names its receipt and its hash."""
    event, unit = sent.event, sent.unit
    said = content.read(event.data, is_imported=event.imported, entered_by=event.entered_by)
    group = at.group_of[unit.id]
    asked = [one for one in at.regime.indicators if at.regime.is_asked(one, group, unit.code)]
    values = {code: found for code, value in said.values.items() if (found := content.value_sent(value)) is not None}
    sections = figures.report_sections(values, asked, said.notes, said.estimates)
    received = events.from_ms(event.received_ms)
    return BaoCao(
        so=str(number),
        ten=document_words.line(unit.name),
        ma=unit.code,
        lan=f"lần {event.data.get('revision', 1)}{sent.standing}",
        nhan_luc=f"{vietnamese.moment(received)}{' (nhập lại)' if said.is_imported else ''}",
        tinh_trang=ON_TIME[sent.on_time],
        bien_nhan=event.event_id if is_copy else "",
        ma_bam=content_hash(event.data) if is_copy else "",
        so_lieu=_rows([(section.title, section.rows) for section in sections]),
        thuyet_minh=_texts(at, said),
        ghi_chu=[f"{row.label}: {document_words.line(row.note)}" for section in sections for row in section.rows if row.note],
        dinh_kem=[] if at.regime.derived_from else [_attached(one) for one in said.attachments],
    )


def _attached(one: Listed) -> str:
    return f"{document_words.line(one.name)} ({one.kind}, {vietnamese.file_size(one.size)}), SHA-256: {one.sha256}"


def _rows(sections: list[tuple[str, tuple[Row, ...]]]) -> list[Dong]:
    listed: list[Dong] = []
    place = 0
    for title, rows in sections:
        if title:
            listed.append(Dong(True, "", document_words.line(title)))
        for row in rows:
            place += 1
            listed.append(
                Dong(
                    la_nhom=False,
                    tt=str(place),
                    ten=document_words.line(row.label),
                    dvt=document_words.line(row.measure),
                    thuc_hien=document_words.line(row.value),
                    ty_le=document_words.line(row.percent),
                    ghi_chu=row.estimated,
                )
            )
    return listed


def _texts(at: Address, said: Content) -> list[ThuyetMinh]:
    texts = {code: document_words.paragraphs(said.narratives.get(code, "")) for code in at.regime.narratives}
    return [
        ThuyetMinh(document_words.line(label), [DonVi("", "", texts[code]) if texts[code] else DonVi("", "", ["Không nêu."])])
        for code, label in at.regime.narratives.items()
    ]
