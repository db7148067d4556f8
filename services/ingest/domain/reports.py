"""Judges what units send about their own reports: submissions and withdrawals."""

from collections.abc import Iterator

from services.ingest.domain import acting, figures
from services.ingest.domain.case import Case, shown
from shared.wire import events
from shared.words import texts
from shared.words.numbers import NumberText
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regimes import Regime
from shared.words.report_state import ReportState, Revision


def judge_submitted(case: Case) -> list[Refusal]:
    """Every fault of a report. Stores the normal form of the figures in the case."""
    wrong = [*case.context(), *case.begun(), *acting.of_unit(case), *case.reporter()]
    if case.regime is not None and case.regime.derived_from is None:
        wrong += [*_values(case, case.regime), *_narratives(case, case.regime)]
    if not case.data.get("values") and _is_blank(case.data.get("narratives")):
        wrong.append(refusal("report.empty", "data"))
    return wrong


def judge_withdrawn(case: Case) -> list[Refusal]:
    """Every fault of a withdrawal."""
    return [*case.context(), *case.begun(), *acting.of_unit(case), *case.reporter()]


def warnings(case: Case) -> Iterator[Refusal]:
    """What the sender of an accepted revision should know: that it changes nothing, or that another event has the same revision number."""
    state, revision = case.record.state, case.revision
    winner, at = state.winner, "data.revision"
    if revision < winner.number:
        yield refusal("report.superseded", at, revision=revision, standing=winner.number, state=state_of(state), **_event(winner))
    elif revision in state.returns:
        yield refusal("report.revision_returned", at, revision=revision)
    elif case.type == events.WITHDRAWN and not state.counts:
        yield refusal("report.nothing_to_withdraw", at)
    other = case.record.newest.get(revision)
    if other is not None:
        yield refusal("report.revision_repeated", at, revision=revision, **_event(other))


def state_of(report: ReportState) -> Both:
    """What happened to the winning revision, for a sentence."""
    if report.counts:
        return Both("đang được tính", "counts")
    return Both("đã bị trả lại", "was returned") if report.is_submission else Both("đã rút", "was a withdrawal")


def _event(revision: Revision) -> dict[str, object]:
    """The event that contains a revision, as sentences name it."""
    return {"event_id": revision.event_id, "at": shown(revision.received_ms)}


def _values(case: Case, regime: Regime) -> Iterator[Refusal]:
    values, group, unit_code = case.data.get("values"), case.group, case.unit_code
    for code, value in values.items() if isinstance(values, dict) else ():
        indicator = regime.by_code.get(code)
        if indicator is None:
            yield refusal("report.unknown_indicator", f"data.values.{code[:40]}", regime=regime.id)
        elif group is not None and not regime.is_asked(indicator, group, unit_code):
            yield refusal("report.indicator_not_asked", f"data.values.{code}", unit=unit_code)
        else:
            case.normal_values[code], wrong = figures.judge(indicator, value)
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
