"""Makes a file for an order: reads in the scope of its owner, fills the template, converts.

The scope is made anew when the file is made: a role that was revoked since the order gives no file any more.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from services.portal.domain import address, consolidated, document_words, report_copies
from services.portal.domain.address import Address
from services.portal.domain.document_fields import BanSao, DongMucLuc, MucLuc
from services.portal.domain.file_orders import Order
from services.portal.domain.report_copies import Sent
from services.portal.files import collecting
from services.portal.office import making, template_files
from services.portal.reading.store import PortalStore
from shared.plumbing.mongo import Documents
from shared.plumbing.people_store import PeopleStore
from shared.words import periods, vietnamese
from shared.words.failures import PermanentError
from shared.words.principals import PersonPrincipal
from shared.words.reference import Reference
from shared.words.refusals import refusal
from shared.words.scope import Scope

PART: Final = 25  # reports that LibreOffice converts at once
MOST_IN_BOOK: Final = 600  # reports; a province has fewer units
Progress = Callable[[int, int], Awaitable[None]]
"""Says how many steps are done, of how many."""


class KnowsReference(Protocol):
    """Gives the reference data of now."""

    async def current(self) -> Reference: ...


@dataclass(frozen=True)
class Producer:
    """Makes files. `templates` is the agency's folder of templates, `none` without one."""

    database: Documents
    people: PeopleStore
    reference: KnowsReference
    templates: str

    async def make(self, order: Order, owner: str, now: datetime, progress: Progress) -> bytes:
        """The file's content. Raises `PermanentError` or `TransientError`, or `Refused` for what is out of scope now."""
        known = await self.reference.current()
        store = PortalStore(self.database, await self._scope(owner, known, now))
        at = address.named(known, order.regime, order.period, order.unit)
        is_report = bool(order.event)
        scope = store.scope
        if not (scope.reads_report(at.setting, at.unit.id) if is_report else scope.reads_below(at.setting, at.unit.id)):
            raise PermanentError(refusal("identity.out_of_scope"))
        match order.kind:
            case "book":
                return await self._book(at, store, now, progress)
            case "copy-docx" | "copy-pdf":
                document = await self._copy(at, order.event, store, now)
            case "docx" | "pdf":
                document = await self._consolidated(at, store, now)
        await progress(1, 2)
        return await making.to_pdf(document) if order.needs_office else document

    async def _scope(self, owner: str, known: Reference, now: datetime) -> Scope:
        person = await self.people.by_id(owner)
        if person is None or person.revoked_at is not None:
            raise PermanentError(refusal("identity.out_of_scope"))
        principal = PersonPrincipal(person.id, person.login, person.name, person.grants, "")
        return Scope.of(principal, known, periods.local_day(now))

    async def _consolidated(self, at: Address, store: PortalStore, now: datetime) -> bytes:
        found = await collecting.known(at, store, now)
        if found is None:
            raise PermanentError(refusal("door.no_such_view", regime=at.regime.id, period=at.period.code, unit=at.unit.code))
        template = template_files.found(self.templates, at.regime.id)
        return await making.fill(template, consolidated.fields(found))

    async def _copy(self, at: Address, event: str, store: PortalStore, now: datetime) -> bytes:
        found = await collecting.sent(at, event, store)
        if found is None:
            raise PermanentError(refusal("form.no_receipt"))
        return await self._reports(at, [found], now, title="BẢN SAO BÁO CÁO ĐÃ GỬI", is_copy=True)

    async def _reports(
        self, at: Address, sent: Sequence[Sent], now: datetime, *, title: str, is_copy: bool, first: int | None = None
    ) -> bytes:
        reports = [report_copies.report(at, one, place, is_copy=is_copy) for place, one in enumerate(sent, 1)]
        about = document_words.line(at.regime.title), vietnamese.period(at.period), vietnamese.moment(now)
        template = template_files.found(self.templates, at.regime.id, template_files.COPY)
        return await making.fill(template, BanSao(title, *about, reports), first)

    async def _book(self, at: Address, store: PortalStore, now: datetime, progress: Progress) -> bytes:
        """All reports that count, by unit code: cover, contents, then each report on a new page, numbered through."""
        view = await store.view(at.regime.id, at.period.code, at.unit.id)
        counted = await collecting.counted(at, store, now)
        if view is None or not counted:
            raise PermanentError(refusal("document.empty_book"))
        if len(counted) > MOST_IN_BOOK:
            raise PermanentError(refusal("document.book_too_large", most=MOST_IN_BOOK))
        parts: list[bytes] = []
        rows: list[DongMucLuc] = []
        pages, steps = 1, (len(counted) + PART - 1) // PART + 2
        for begin in range(0, len(counted), PART):
            await progress(begin // PART, steps)
            own = await collecting.with_content(counted[begin : begin + PART], store)
            part = await making.to_pdf(await self._reports(at, own, now, title="BÁO CÁO", is_copy=False, first=pages))
            found = await making.outline(part)
            counts = f"{len(found.headings)} != {len(own)}"  # an agency's template may lack the heading of a unit
            if len(found.headings) != len(own):
                raise PermanentError(refusal("document.template_fails", file=[template_files.COPY], detail=[counts]))
            rows += [
                _contents(len(rows) + place, one, pages + page)
                for place, (one, page) in enumerate(zip(own, found.headings, strict=True), 1)
            ]
            pages += found.pages
            parts.append(part)
        await progress(steps - 2, steps)
        named = {unit.code: unit.name for unit in at.reporters}
        front = MucLuc(
            don_vi=document_words.line(at.unit.name),
            ten_che_do=document_words.line(at.regime.title),
            ky_bao_cao=vietnamese.period(at.period),
            da_nop=view.reporting.received,
            phai_nop=view.reporting.expected,
            tinh_trang_so_lieu=document_words.official(view),
            xuat_luc=vietnamese.moment(now),
            muc=rows,
            chua_nop=[document_words.line(named.get(code, code)) for code in view.reporting.missing],
        )
        template = template_files.found(self.templates, at.regime.id, template_files.BOOK_FRONT)
        first = await making.to_pdf(await making.fill(template, front))
        await progress(steps - 1, steps)
        return await making.join([first, *parts])


def _contents(number: int, sent: Sent, page: int) -> DongMucLuc:
    return DongMucLuc(str(number), document_words.line(sent.unit.name), report_copies.ON_TIME[sent.on_time], str(page))
