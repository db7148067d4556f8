"""Collects *Việc của tôi*: the duties of the units at which a person is an officer, and what a reviewer's units wait for."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime

from services.portal.domain import acting_rights, duty_units, entering, reviewing, work, work_offers
from services.portal.domain.acting_offers import Offer
from services.portal.domain.duties import Duty
from services.portal.domain.entering import Person
from services.portal.domain.refused import Link
from services.portal.domain.reviewing import Behind, Counted, Owed, Review, Waiting
from services.portal.domain.work import DONE_FOR, Part, Task
from services.portal.reading import draft_ages
from services.portal.reading.duty_queries import SENT, Asked
from services.portal.reading.duty_store import DutyStore
from services.portal.reading.receipt_store import ReceiptStore
from services.portal.reading.store import PortalStore
from services.portal.reading.work_duties import WorkDuties
from shared.plumbing.mongo import Documents
from shared.wire.view_key import ViewKey
from shared.words import periods
from shared.words.reference import Setting
from shared.words.scope import Scope, acted_for
from shared.words.units import Unit


class WorkReader:
    """Reads a person's first page. The number of queries depends neither on the number of units nor on that of duties."""

    def __init__(self, database: Documents, scope: Scope) -> None:
        self._database = database
        self._scope = scope
        self._duties = WorkDuties(database, scope)
        self._lists = DutyStore(database, scope)
        self._receipts = ReceiptStore(database)
        self._views = PortalStore(database, scope)

    async def own(self, person: Person, now: datetime) -> Sequence[Part]:
        """What the person's units owe and did, in the parts of the page."""
        units = self._scope.own
        stored = await self._duties.of_units(units, self._represented(units), now - DONE_FOR)
        found = [duty for duty in stored if self._has_begun(duty.regime, duty.period, now)]
        sent = work.newest(await self._receipts.sent_by(units, now - DONE_FOR)) if found else {}
        drafts = await draft_ages.saved(self._database, {duty.unit_id for duty in found}) if found else {}
        tasks = [Task(duty, self._form(person, duty), sent.get(duty.view_key), drafts.get(duty.view_key)) for duty in found]
        return work.parts(tasks, now)

    async def review(self, person: Person, now: datetime) -> Review:
        """What the units at which the person is a reviewer wait for; without such a unit nothing."""
        scope, at = self._scope, person.reviewer_at
        if not at:
            return Review()
        waiting, there = await asyncio.gather(self._waiting(person, now), self._lists.periods(scope.reference.regimes))
        asked = Asked(duty_units.in_scope(scope, there))
        behind, returned, late = await asyncio.gather(
            self._behind(person, asked, now),
            self._duties.returned(asked, now, reviewing.MOST_UNITS),
            self._duties.late_since(asked, periods.start_of(scope.today), reviewing.MOST_UNITS),
        )
        return Review(
            [one for one in reversed(waiting) if one.duty.is_owed and self._is_time(one, now)],
            reviewing.confirmed_and_moved(one for one in waiting if not one.duty.is_owed),
            behind,
            returned,
            late,
        )

    async def _waiting(self, person: Person, now: datetime) -> list[Waiting]:
        """The views that the person's units must confirm or have confirmed, the newest deadline last."""
        at = person.reviewer_at
        found = await self._duties.confirmations({*at, *self._represented(at)})
        to_confirm = [duty for duty in found if self._has_begun(duty.regime, duty.period, now)]
        counted = await self._views.counted([ViewKey(duty.regime, duty.period, duty.of_id) for duty in to_confirm])
        acts = {duty.id: self._confirming(person, duty, counted.get(duty.view_key), now) for duty in to_confirm}
        return reviewing.by_id(to_confirm, {duty.of_id: self._name(duty) for duty in to_confirm}, counted, acts)

    async def _behind(self, person: Person, asked: Asked, now: datetime) -> Sequence[Behind]:
        """The periods that have begun in which units owe reports, with how many of these were asked for today."""
        owing = [one for one in await self._duties.owing(asked, now) if self._has_begun(one.regime, one.period, now)]
        of = [(one.regime, one.period) for one in owing]
        requests = await self._views.asked_since(of, periods.start_ms(self._scope.today))
        already = await self._duties.owed_by(reviewing.asked_units(requests), asked)
        rows = [self._row(person, one, already.get((one.regime, one.period), 0), now) for one in owing]
        return reviewing.behind_first(rows)

    def _has_begun(self, regime: str, period: str, now: datetime) -> bool:
        setting = self._scope.reference.setting(regime, period)
        return setting is None or setting.period.has_begun(now)

    def _is_time(self, waiting: Waiting, now: datetime) -> bool:
        setting = self._scope.reference.setting(waiting.duty.regime, waiting.duty.period)
        return setting is None or reviewing.is_time_to_confirm(waiting.duty, waiting.counted, setting.period.cut_off, now)

    def _confirming(self, person: Person, duty: Duty, counted: Counted | None, now: datetime) -> Offer | None:
        matter = acting_rights.of_unit(person, self._scope, duty.regime, duty.period, duty.of_id)
        return None if matter is None else work_offers.confirming(matter, counted, duty.path, now)

    def _represented(self, units: Collection[str]) -> set[str]:
        """The ended units for which these act today."""
        return {other for unit in units for other in acted_for(self._scope.reference.registry, unit, self._scope.today)}

    def _form(self, person: Person, duty: Duty) -> Link | None:
        """The form of a duty that is owed, if the person may enter the report."""
        if not duty.is_owed or duty.task not in SENT:
            return None
        by = entering.entering_at(person, self._scope.reference, duty.regime, duty.period, duty.unit_id, self._scope.today)
        path = f"/bieu-mau/{duty.regime}/{duty.period}/{duty.unit_code}"
        return None if by is None else Link("Nhập thay" if by.entered_by else "Nhập báo cáo", path)

    def _name(self, duty: Duty) -> str:
        """The name of the unit whose view is to be confirmed, on the reference day."""
        setting = self._scope.reference.setting(duty.regime, duty.period)
        unit = setting and setting.tree.by_id.get(duty.of_id)
        return unit.name if unit else duty.unit_name

    def _row(self, person: Person, owing: Owed, asked: int, now: datetime) -> Behind:
        setting = self._scope.reference.setting(owing.regime, owing.period)
        top = setting and self._top(setting)
        path = f"/nghia-vu?regime={owing.regime}&period={owing.period}&state=owed"
        act: Offer | None = None
        if top is not None:
            view = f"/bang/{owing.regime}/{owing.period}/{top.code}"
            matter = acting_rights.of_unit(person, self._scope, owing.regime, owing.period, top.id)
            path, act = f"{view}/chua-nop", None if matter is None else work_offers.asking(matter, owing.owed, asked, view, now)
        return Behind(owing.regime, owing.period, owing.owed, owing.overdue, owing.returned, owing.next_due, path, act)

    def _top(self, setting: Setting) -> Unit | None:
        """The unit of the period whose list of the missing the person reads: a reviewed one, else the whole regime's."""
        scope, tree = self._scope, setting.tree
        whole = tree.by_code.get(setting.regime.within)
        if whole is not None and scope.reads_below(setting, whole.id):
            return whole
        mine = [tree.by_id[unit] for unit in scope.reviewed if unit in tree.by_id]
        return next((unit for unit in mine if _holds(setting, unit)), None)


def _holds(setting: Setting, unit: Unit) -> bool:
    """Whether a unit below this one reports."""
    return any(below.id in setting.groups and below.id != unit.id for below in setting.tree.subtree(unit.id))
