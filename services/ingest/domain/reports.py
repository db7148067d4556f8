"""Judges what units send about their own reports: submissions and withdrawals."""

from collections.abc import Iterator

from services.ingest.domain import acting, attaching, comparing, figures, remarks
from services.ingest.domain.case import Case, shown
from services.ingest.domain.decision import Standing
from services.ingest.domain.known import Known, Record
from shared.wire import events
from shared.words import texts
from shared.words.numbers import NumberText
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regimes import Regime
from shared.words.report_state import ReportState, Revision


def judge_submitted(case: Case) -> list[Refusal]:
    """Every fault of a report. Stores the normal form of the figures in the case."""
    wrong = _of_unit(case)
    if case.regime is not None and case.regime.derived_from is None:
        wrong += [*_values(case, case.regime), *_narratives(case, case.regime), *remarks.faults(case, case.regime)]
    wrong += attaching.twice(case.data)
    if not case.data.get("values") and _is_blank(case.data.get("narratives")):
        wrong.append(refusal("report.empty", "data"))
    return wrong


def judge_withdrawn(case: Case) -> list[Refusal]:
    """Every fault of a withdrawal."""
    return _of_unit(case)


def _of_unit(case: Case) -> list[Refusal]:
    """Every fault of the regime, the period, the sender and the unit. Notes in the case whether the sender may know what stands."""
    unpermitted = acting.of_unit(case)
    is_concerned = case.regime is not None and case.regime.derived_from is None and case.unit is not None
    case.may_send = is_concerned and case.sender_row is not None and not unpermitted
    return [*case.context(), *case.begun(), *unpermitted, *case.reporter()]


def standing(case: Case) -> Standing | None:
    """Which revision stands and which one comes next, by what is known; None if the sender may not know it."""
    if not case.may_send:
        return None
    state = case.record.state
    return Standing(state.winner.number if state.counts else 0, highest(case.record) + 1)


def highest(record: Record) -> int:
    """The highest revision that is known: sent, or named by a return (of an earlier format, which accepted returns of any revision)."""
    return max((record.state.winner.number, *record.state.returns))


def warnings(case: Case, known: Known) -> Iterator[Refusal]:
    """What the sender of an accepted revision should know: that it changes nothing, that another event has the same revision number, that
    its figures are unusual.
    """
    state, revision = case.record.state, case.revision
    winner, at, following = state.winner, "data.revision", max(highest(case.record), revision) + 1
    if revision < winner.number:
        names = {"revision": revision, "standing": winner.number, "next": following}
        yield refusal("report.superseded", at, **names, state=state_of(state), **_event(winner))
    elif revision in state.returns:
        yield refusal("report.revision_returned", at, revision=revision, next=following)
    elif case.type == events.WITHDRAWN and not state.counts:
        yield refusal("report.nothing_to_withdraw", at)
    other = case.record.newest.get(revision)
    if other is not None:
        yield refusal("report.revision_repeated", at, revision=revision, next=following, **_event(other))
    if case.compared_with or case.rules_met:
        yield from comparing.warnings(case, known, following)


def state_of(report: ReportState) -> Both:
    """What happened to the winning revision, for a sentence."""
    if report.counts:
        return Both("đang được tính", "counts")
    return Both("đã bị trả lại", "was returned") if report.is_submission else Both("đã rút", "was a withdrawal")


def _event(revision: Revision) -> dict[str, object]:
    """The event that contains a revision, as sentences name it."""
    return {"event_id": revision.event_id, "at": shown(revision.received_ms)}


def _values(case: Case, regime: Regime) -> Iterator[Refusal]:
    values = case.data.get("values")
    for code, value in values.items() if isinstance(values, dict) else ():
        if (strange := remarks.unasked(case, regime, "values", code)) is not None:
            yield strange
        else:
            case.normal_values[code], wrong = figures.judge(regime.by_code[code], value)
            yield from wrong


def _narratives(case: Case, regime: Regime) -> Iterator[Refusal]:
    narratives = case.data.get("narratives")
    for code, text in narratives.items() if isinstance(narratives, dict) else ():
        path = f"data.narratives.{code[:40]}"
        if code not in regime.narratives:
            yield refusal("report.unknown_narrative", path, regime=regime.id, known=list(regime.narratives))
        elif not isinstance(text, str) or isinstance(text, NumberText):
            yield refusal("report.wrong_kind", path, wanted=Both("văn bản", "a text"))
        elif len(text) > events.MAX_NARRATIVE_CHARACTERS:
            yield refusal("report.narrative_too_long", path, size=len(text), most=events.MAX_NARRATIVE_CHARACTERS)


def _is_blank(narratives: object) -> bool:
    """Whether all narratives are blank: forms send empty texts for fields that were not filled in."""
    return not isinstance(narratives, dict) or all(isinstance(text, str) and texts.is_blank(text) for text in narratives.values())
