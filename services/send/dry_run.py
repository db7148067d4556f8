"""A dry run: what would become of reports, and which totals would change. Nothing is put into the outbox, and nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from . import content, entry
from .complaints import Complaint, complaint, of_server
from .door import Barred, Held, Learned, Tried
from .outbox import Outbox
from .reading import Given
from .report import Row, State
from .sending import Patience


class TryingDoor(Protocol):
    """A way to the server that knows dry runs."""

    async def learn(self, regime: str, period: str, unit: str) -> Learned | Held | Barred: ...

    async def dry_run(self, event_id: str, event: bytes) -> Tried | Held | Barred: ...


@dataclass(frozen=True, slots=True)
class Trying:
    """One dry run. Each report is judged as if it came next: one does not see another of the same run."""

    outbox: Outbox
    door: TryingDoor
    sender: str
    patience: Patience

    async def all(self, given: Sequence[Given]) -> tuple[list[Row], tuple[Complaint, ...], bool]:
        """The rows, what kept the rest from being tried, and whether the server takes nothing from this key."""
        rows: list[Row] = []
        for one in given:
            found = await self._one(one)
            if not isinstance(found, Row):
                is_barred = isinstance(found, Barred)
                why = found.why if isinstance(found, Barred) else (found.why,)
                return rows, why, is_barred or why[0].code == "send.dry_run_was_real"
            rows.append(found)
        return rows, (), False

    async def _one(self, one: Given) -> Row | Held | Barred:
        built = await self._built(one)
        if isinstance(built, Tried):
            return _row(one, "", "", 0, built.answer)
        if not isinstance(built, tuple):
            return built
        event_id, event, unit, revision = built
        while True:
            answer = await self.door.dry_run(event_id, event.encode())
            if not isinstance(answer, Held) or answer.retry_s is None or not await self.patience.wait(answer.retry_s):
                break
        return answer if not isinstance(answer, Tried) else _row(one, event_id, unit, revision, answer.answer)

    async def _built(self, one: Given) -> tuple[str, str, str, int] | Tried | Held | Barred:
        if one.report is None:
            head = one.head
            return str(head["id"]), one.event or "", str(head.get("unit", "")), int(head.get("revision", 0))
        regime, period = str(one.report["regime"]), str(one.report["period"])
        given = str(one.report.get("unit", ""))
        learned = await self.door.learn(regime, period, given if given and one.report.get("as_successor") else self.sender)
        if not isinstance(learned, Learned):
            return learned
        unit = given or learned.unit or self.outbox.own_code(self.sender, regime, period)
        if not unit and learned.errors:
            return Tried({"verdict": "rejected", "errors": learned.errors, "warnings": [], "changes": []})
        if not unit:
            return Held(complaint("send.unit_not_known", f"{one.file}:{one.line}"))
        known = entry.next_revision(self.outbox.about(self.sender, (regime, period, unit)))
        revision = max(learned.revision or 1, known)
        data = content.data_of(one.report, unit, revision)
        return content.event_id(self.sender, data), content.event(self.sender, data), unit, revision


def _row(one: Given, event_id: str, unit: str, revision: int, said: dict[str, Any]) -> Row:
    report = one.report if one.report is not None else one.head
    errors, warnings = of_server(said["errors"]), of_server(said["warnings"])
    is_rejected = said["verdict"] == "rejected" or bool(errors)
    state: State = "rejected" if is_rejected else said["verdict"]
    concern = (str(report.get("regime", "")), str(report.get("period", "")))
    return Row(one.file, one.line, *concern, unit, revision, event_id, state, "", errors, warnings, is_rejected, said["changes"], True)
