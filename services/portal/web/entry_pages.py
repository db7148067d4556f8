"""The pages of a form: the form itself, the check of what was typed, the differences to what somebody else has typed, and questions."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import orjson
from fastapi import Response

from services.portal.domain import entry_draft, entry_fields, entry_sheet
from services.portal.domain.drafts import Conflict, Draft
from services.portal.domain.entry_changes import Change
from services.portal.domain.entry_sheet import Sheet
from services.portal.http.entry_desk import Desk
from services.portal.render import look
from shared.words import vietnamese
from shared.words.forms import Form
from shared.words.refusals import Refusal
from shared.words.units import Unit

CODE_DIGITS: Final = 8  # of the check code on paper


@dataclass
class Outcome:
    """What the page says about what was typed."""

    faults: list[Refusal] = field(default_factory=list)
    warnings: list[Refusal] = field(default_factory=list)
    changes: Sequence[Change] | None = None
    is_checked: bool = False
    zeros: Sequence[str] = ()
    """The codes that were just filled with 0 at once."""
    note: int = 0
    """The place of the indicator whose note the person wants to write; 0: none."""
    status: HTTPStatus = HTTPStatus.OK

    @property
    def answered(self) -> HTTPStatus:
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.faults and self.status == HTTPStatus.OK else self.status


@dataclass(frozen=True)
class Shown:
    """What the page of a form is about. `fields` has the form's own fields too."""

    desk: Desk
    form: Form
    draft: Draft | None
    fields: Mapping[str, str]
    named: frozenset[str] = frozenset()
    """The indicators that the return of the report names."""

    @property
    def takes_estimates(self) -> bool:
        """Whether figures may be marked as estimates now."""
        until = self.form.official_deadline
        return until is not None and self.desk.now < until


def form(shown: Shown, outcome: Outcome) -> Response:
    """The form with its draft."""
    draft = shown.draft
    more = {
        "opened": outcome.note,
        "stale": [] if draft is None else entry_draft.stale(draft, shown.form),
        "lost": [] if draft is None else entry_draft.lost(shown.desk.entry.asked, draft),
        "other": draft is not None and draft.is_edited_by_other(shown.desk.acting.person.person, shown.desk.now),
    }
    return look.page("form.html", {**frame(shown, outcome), **more}, outcome.answered)


def check(shown: Shown, outcome: Outcome) -> Response:
    """What would be sent, before it is sent: what is missing or unusual first, then everything by section."""
    return look.page("form_check.html", frame(shown, outcome))


def question(shown: Shown, template: str, status: HTTPStatus = HTTPStatus.OK, **more: object) -> Response:
    """A question before something is done at once."""
    return look.page(template, {**frame(shown, Outcome()), **more}, status)


def differences(shown: Shown, found: Conflict, button: str) -> Response:
    """Both texts of each field of which somebody else has typed another one: the person chooses."""
    asked, draft = shown.desk.entry.asked, found.draft
    assert draft is not None
    rows = [
        {
            "name": clash.name,
            "label": entry_fields.label(clash.name, asked),
            "mine": clash.mine,
            "theirs": clash.theirs,
            "by": draft.fields[clash.name].by.name if clash.name in draft.fields else "",
            "theirs_first": entry_draft.is_untouched(clash, draft),
        }
        for clash in found.clashes
    ]
    kept = entry_draft.typed(asked, shown.fields)
    page = {**frame(shown, Outcome()), "rows": rows, "kept": kept, "button": button, "draft": draft}
    return look.page("form_differences.html", page, HTTPStatus.CONFLICT)


def frame(shown: Shown, outcome: Outcome) -> dict[str, object]:
    """What every page of a form has."""
    entry, form = shown.desk.entry, shown.form
    by = entry.by.entered_by
    registry = entry.asked.reference.registry
    draft = shown.draft
    return {
        "entry": entry,
        "form": form,
        "draft": draft,
        "saved_line": "" if draft is None else entry_draft.saved_line(draft),
        "sheet": _sheet(shown, outcome),
        "outcome": outcome,
        "attached": entry_draft.attached(draft, form),
        "approving": shown.desk.approving,
        "waiting": shown.desk.approving.waiting(draft),
        "fields": shown.fields,
        "version": 0 if draft is None else draft.version,
        "named": shown.named,
        "person": shown.desk.acting.person.person,
        "period_text": vietnamese.period(entry.at.period),
        "period_before": "" if form.before is None else vietnamese.period_name(form.before),
        "on_behalf": "" if by is None else _name(registry.valid(by, entry.asked.day), by),
        "heir": _name(entry.asked.sender, entry.by.sender) if entry.by.as_successor else "",
        "now": shown.desk.now,
        "check_code": check_code(entry_draft.typed(entry.asked, shown.fields)),
        "is_late": form.deadline is not None and shown.desk.now >= form.deadline,
    }


def _sheet(shown: Shown, outcome: Outcome) -> Sheet:
    return entry_sheet.sheet(
        shown.form, shown.fields, outcome.faults, outcome.warnings, takes_estimates=shown.takes_estimates, named=shown.named
    )


def check_code(typed: Mapping[str, str]) -> str:
    """A short code of what is typed: two prints that say the same have the same one."""
    said = {name: text for name, text in typed.items() if text}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:CODE_DIGITS]


def _name(unit: Unit | None, unit_id: str) -> str:
    return unit_id if unit is None else unit.name
