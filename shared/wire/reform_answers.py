"""Turns the effects of a reform into JSON (`shared.wire.reforms`)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from shared.wire import events, reforms, subjects
from shared.words import reform_effects
from shared.words.rebinding import Rebound
from shared.words.reform import Count, LegalBasis, Reform
from shared.words.reform_duties import Moves
from shared.words.reform_effects import Effects
from shared.words.reform_effects import OpenHeir as Open
from shared.words.units import Unit


def unit(row: Unit) -> reforms.UnitOfReform:
    """A unit as answers about reforms name it."""
    return reforms.UnitOfReform(id=row.id, code=row.code, name=row.name, level=row.level)


def laws(basis: Iterable[LegalBasis]) -> list[reforms.Law]:
    """The documents on which a reform is based."""
    return [reforms.Law(number=law.number, day=law.day.isoformat(), about=law.about, within=law.within) for law in basis]


def head(reform: Reform, counts: Mapping[Count, Mapping[str, int]]) -> reforms.ReformHead:
    """What every answer about a reform begins with. `counts`: how many units end, go on, begin, stay and exist after it, by
    level.
    """
    return reforms.ReformHead(
        id=reform.id,
        title=reform.title,
        valid_from=reform.valid_from.isoformat(),
        legal_basis=laws(reform.legal_basis),
        counts={name: dict(levels) for name, levels in counts.items()},
    )


class Act(Protocol):
    """An application (`applied`) or a revert (`reverted`)."""

    @property
    def what(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> str: ...


class Kept(Protocol):
    """What is stored about a reform that was applied."""

    @property
    def reform(self) -> Reform: ...
    @property
    def is_applied(self) -> bool: ...
    @property
    def counts(self) -> Mapping[Count, Mapping[str, int]]: ...
    @property
    def history(self) -> Sequence[Act]: ...


def stored(found: Kept) -> reforms.StoredReform:
    """A reform that was applied, with its history."""
    history = [{"what": act.what, "at": events.to_text(act.at), "by": act.by} for act in found.history]
    about = dict(head(found.reform, found.counts))
    return reforms.StoredReform.model_validate({**about, "applied": found.is_applied, "history": history})


def preview(effects: Effects) -> reforms.ReformPreview:
    """The whole answer of a preview."""
    about = dict(head(effects.plan.reform, effects.plan.counts))
    return reforms.ReformPreview.model_validate({**about, "figures": figures(effects), "units": units(effects)})


def figures(effects: Effects) -> reforms.ReformFigures:
    """What a reform would do, in figures."""
    return reforms.ReformFigures.model_validate(
        {
            **dict(applied_figures(effects)),
            "rebound": [_rebound(one) for one in effects.rebound],
            "emptied": [
                reforms.EmptiedGroup(regime=one.regime, periods=list(one.periods), task=one.task, name=one.name) for one in effects.emptied
            ],
            "uncounted": [
                reforms.UncountedReports(regime=one.regime, period=one.period, early=len(one.early), later=len(one.later))
                for one in effects.uncounted
            ],
            "differing": [
                reforms.DifferingEvents(kind=one.kind, regime=one.regime, period=one.period, events=one.events, senders=list(one.senders))
                for one in effects.differing
            ],
            "changed_views": [reforms.RegimePeriod(regime=regime, period=period) for regime, period in effects.changed_views],
        }
    )


def applied_figures(effects: Effects) -> reforms.AppliedFigures:
    """What a reform does to units and duties, in figures."""
    bound = reforms.EndAndBegin(end=len(effects.ended), begin=len(effects.begun))
    complete = Counter((one.regime, one.period) for one in effects.heirs_complete)
    return reforms.AppliedFigures(
        new_meanings=dict(sorted(Counter(reform_effects.level_of(one.now) for one in effects.meanings).items())),
        duties=[_duties(one) for one in effects.moves],
        pins=[reforms.Pin(regime=regime, period=period, day=day.isoformat()) for (regime, period), day in sorted(effects.pins.items())],
        without_contact=len(effects.silent),
        open_heirs=[_open(one) for one in effects.open_heirs],
        heirs_complete=[
            reforms.HeirsComplete(regime=regime, period=period, duties=count) for (regime, period), count in sorted(complete.items())
        ],
        credentials=bound,
        roles=bound,
        feed_routes=[reforms.FeedRoute(was=subjects.feed_of(old.id), now=subjects.feed_of(new.id)) for old, new in effects.routes],
    )


def units(effects: Effects) -> reforms.ReformUnits:
    """The units behind the figures."""
    return reforms.ReformUnits(
        new_meanings=[reforms.NewMeaning(code=one.code, was=unit(one.was), now=unit(one.now)) for one in effects.meanings],
        ended=[reforms.EndedUnit(unit=unit(one.unit), heir=None if one.heir is None else unit(one.heir)) for one in effects.ended],
        begun=[unit(row) for row in effects.begun],
        goes_on=[unit(row) for row in effects.goes_on],
        without_contact=[row.id for row in effects.silent],
        duties=[
            reforms.DutyMove(
                regime=one.regime,
                periods=list(one.periods),
                task=one.task,
                moved=list(one.moved),
                dropped=list(one.dropped),
                begun=list(one.begun),
            )
            for one in effects.moves
        ],
        uncounted=[
            reforms.EarlyBlock(regime=one.regime, period=one.period, early=list(one.early), later=list(one.later))
            for one in effects.uncounted
        ],
        roles=[
            reforms.EndedRole.model_validate({"login": one.login, "name": one.name, "role": one.role, **dict(_ending(effects, one.unit))})
            for one in effects.bound.roles
        ],
        credentials=[
            reforms.EndedCredential.model_validate({"id": one.id, "kind": one.kind, **dict(_ending(effects, one.unit))})
            for one in effects.bound.credentials
        ],
    )


def _ending(effects: Effects, unit_id: str) -> reforms.EndedUnit:
    end = next(one for one in effects.ended if one.unit.id == unit_id)
    return reforms.EndedUnit(unit=unit(end.unit), heir=None if end.heir is None else unit(end.heir))


def _open(one: Open) -> reforms.OpenHeir:
    waiting = [reforms.WaitingDuty(regime=owed.regime, period=owed.period, task=owed.task) for owed in one.waiting]
    return reforms.OpenHeir(unit=unit(one.unit), followers=[unit(row) for row in one.followers], waiting=waiting)


def _rebound(one: Rebound) -> reforms.ReboundName:
    now = None if one.now is None else unit(one.now)
    code, periods = one.name.code, list(one.periods)
    return reforms.ReboundName(regime=one.regime, field=one.name.path, code=code, was=unit(one.was), now=now, periods=periods)


def _duties(one: Moves) -> reforms.DutyChange:
    return reforms.DutyChange(
        regime=one.regime,
        periods=list(one.periods),
        task=one.task,
        stay=one.stay,
        moved=len(one.moved),
        dropped=len(one.dropped),
        begun=len(one.begun),
    )
