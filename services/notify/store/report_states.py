"""The stored form of a report's and a period's state, in every duty and in the notifier's checkpoint."""

from shared.wire import event_key
from shared.wire.documents.duties import GivenFields, ReportStateDocument
from shared.words import instants
from shared.words.instants import Given, Givens
from shared.words.report_state import (
    NO_CONFIRMATIONS,
    NO_ENTRIES,
    NO_UNDOINGS,
    Asked,
    Confirmation,
    Entered,
    PeriodState,
    ReportState,
    Return,
    Revision,
    Undoing,
)


def document(report: ReportState) -> ReportStateDocument:
    """The stored form of a report's state."""
    stored: ReportStateDocument = {
        "winner": report.winner,
        "is_submission": report.is_submission,
        "first_submitted_ms": report.first_submitted_ms,
        "extensions": givens(report.extensions),
        "returns": [
            (returned.revision, returned.received_ms, returned.event_id, returned.reason, returned.fix_by)
            for returned in report.returns.values()
        ],
        "confirmations": [(name, found.received_ms, found.view_hash) for name, found in report.confirmations.items()],
        "undone": sorted(report.undone),
        "first_confirmed_ms": report.first_confirmed_ms,
        "is_estimate": report.is_estimate,
        "was_estimated": report.was_estimated,
        "first_official_ms": report.first_official_ms,
    }
    if report.entered:
        stored["entered"] = [(number, entry.received_ms, entry.event_id, entry.by) for number, entry in report.entered.items()]
    if report.undoings:
        stored["undoings"] = [(name, one.received_ms, one.event_id, one.by, one.reason) for name, one in report.undoings.items()]
    if report.asked:
        stored["asked"] = [(one.received_ms, one.event_id, one.by, one.unit_id, one.text) for one in sorted(report.asked)]
    return stored


def report(state: ReportStateDocument) -> ReportState:
    """A report's state from its stored form."""
    returns = {returned.revision: returned for returned in (Return(*fields) for fields in state["returns"])}
    extensions = _read_givens(state["extensions"])
    confirmations = {name: Confirmation(at_ms, event_key.event_id(name), digest) for name, at_ms, digest in state.get("confirmations", ())}
    return ReportState(
        winner=Revision(*state["winner"]),
        is_submission=state["is_submission"],
        first_submitted_ms=state["first_submitted_ms"],
        returns=returns,
        extensions=extensions,
        extension=instants.in_force(extensions.values()),
        confirmations=confirmations or NO_CONFIRMATIONS,
        undone=frozenset(state.get("undone", ())),
        first_confirmed_ms=state["first_confirmed_ms"],
        is_estimate=state.get("is_estimate", False),
        was_estimated=state.get("was_estimated", False),
        first_official_ms=state.get("first_official_ms", state["first_submitted_ms"]),
        entered={number: Entered(at_ms, event_id, by) for number, at_ms, event_id, by in state.get("entered", ())} or NO_ENTRIES,
        undoings={name: Undoing(at_ms, event_id, by, why) for name, at_ms, event_id, by, why in state.get("undoings", ())} or NO_UNDOINGS,
        asked=frozenset(Asked(*fields) for fields in state.get("asked", ())),
    )


def period(stored: list[GivenFields]) -> PeriodState:
    """A period's state from its stored openings."""
    openings = _read_givens(stored)
    return PeriodState(openings, instants.in_force(openings.values()))


def givens(entries: Givens) -> list[GivenFields]:
    """The stored form of openings or extensions, in the order of receipt."""
    return [(given.received_ms, given.event_id, given.at, given.reason, given.author, given.corrects) for given in sorted(entries.values())]


def _read_givens(stored: list[GivenFields]) -> Givens:
    return {given.key: given for given in (Given(*fields) for fields in stored)}
