"""A dry run: what would become of reports, and which totals would change. Nothing is put into the outbox, and nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from . import content, entry
from .complaints import Complaint, SendError, complaint, of_server
from .door import Barred, Held, Learned, Tried
from .entry import Attempt
from .outbox import Outbox
from .reading import Given
from .report import WRONG_USE, Row, State
from .sending import MOST_ATTEMPTS, Patience


class TryingDoor(Protocol):
    """A way to the server that knows dry runs."""

    async def knows_dry_runs(self) -> bool | Held | Barred: ...

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
        """The rows, what kept the rest from being tried, and whether the server takes nothing from this key. Raises SendError if the server
        knows no dry runs: it would take the reports for real.
        """
        rows: list[Row] = []
        knows = await self._knows()
        if isinstance(knows, Barred):
            return rows, knows.why, True
        if isinstance(knows, Held):
            return rows, (knows.why,), False
        if not knows:
            raise SendError(WRONG_USE, complaint("send.no_dry_run"))
        for one in given:
            found = await self._one(one)
            if not isinstance(found, Row):
                is_barred = isinstance(found, Barred)
                why = found.why if isinstance(found, Barred) else (found.why,)
                return rows, why, is_barred or why[0].code == "send.dry_run_was_real"
            rows.append(found)
        return rows, (), False

    async def _knows(self) -> bool | Held | Barred:
        while True:
            knows = await self.door.knows_dry_runs()
            if not isinstance(knows, Held) or knows.retry_s is None or not await self.patience.wait(knows.retry_s):
                return knows

    async def _one(self, one: Given) -> Row | Held | Barred:
        built = await self._built(one)
        if isinstance(built, Tried):
            return _row(one, "", "", 0, built.answer)
        if not isinstance(built, Attempt):
            return built
        while True:
            answer = await self._answer(built)
            if not isinstance(answer, Tried):
                return answer
            is_old = answer.answer["verdict"] == "duplicate" and answer.answer["errors"]  # rejected before: it would be judged anew
            if one.report is None or not is_old or built.rejections >= MOST_ATTEMPTS:
                return _row(one, built.event_id, built.unit, built.revision, answer.answer)
            built = entry.attempt(self.sender, one.report, built.unit, built.revision, built.rejections + 1)

    async def _answer(self, built: Attempt) -> Tried | Held | Barred:
        while True:
            answer = await self.door.dry_run(built.event_id, built.event.encode())
            if not isinstance(answer, Held) or answer.retry_s is None or not await self.patience.wait(answer.retry_s):
                return answer

    async def _built(self, one: Given) -> Attempt | Tried | Held | Barred:
        if one.report is None:
            head = one.head
            return Attempt(str(head["id"]), one.event or "", str(head.get("unit", "")), int(head.get("revision", 0)))
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
        about = self.outbox.about(self.sender, (regime, period, unit))
        revision = max(learned.revision or 1, entry.next_revision(about))
        again = entry.rejections(about, content.digest([one.report, one.event]), revision)
        return entry.attempt(self.sender, one.report, unit, revision, again)


def _row(one: Given, event_id: str, unit: str, revision: int, said: dict[str, Any]) -> Row:
    report = one.report if one.report is not None else one.head
    errors, warnings = of_server(said["errors"]), of_server(said["warnings"])
    is_rejected = said["verdict"] == "rejected" or bool(errors)
    state: State = "rejected" if is_rejected else said["verdict"]
    concern = (str(report.get("regime", "")), str(report.get("period", "")))
    return Row(one.file, one.line, *concern, unit, revision, event_id, state, "", errors, warnings, is_rejected, said["changes"], True)
