"""Puts regimes and forms into the shape in which the HTTP API gives them (`shared/wire/forms.py`). Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from shared.wire import events
from shared.wire.forms import Form, RegimeDetail, RegimeEntry, RegimeList
from shared.words import deadlines, periods, rules_in_words
from shared.words.calendar import WorkingDays
from shared.words.forms import Asked, Content
from shared.words.forms import Form as Filled
from shared.words.obligations import DeadlineRule
from shared.words.reference import Reference, Version
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.report_state import Return


def regime_list(reference: Reference, unit_id: str, today: date) -> RegimeList:
    """All regimes; `reports` is about the unit with this id."""
    return RegimeList(regimes=[_entry(reference, regime, unit_id, today) for _, regime in sorted(reference.regimes.items())])


def _entry(reference: Reference, regime: Regime, unit_id: str, today: date) -> RegimeEntry:
    version = reference.version_on(regime.id, today)
    now = regime.on(today)
    group = None if version is None or regime.derived_from else version.groups.get(unit_id)
    return RegimeEntry.model_validate(
        {
            "id": regime.id,
            "title": now.title,
            "periods": _periods(now),
            "calendar": now.calendar,
            "recipient": now.recipient,
            "reports": group is not None,
            **_given(group=group, on_call=now.is_on_call or None, derived_from=now.derived_from, ends=now.ends),
        }
    )


def _periods(regime: Regime) -> list[str] | str:
    return regime.periods if isinstance(regime.periods, str) else sorted(regime.periods, key=periods.order)


def regime_detail(version: Version, days: WorkingDays, period: periods.Period | None = None) -> RegimeDetail:
    """A version of a regime. With `period`, its deadlines have their instants."""
    regime, recipient = version.regime, version.tree.by_code.get(version.regime.recipient)
    obligation, until = regime.obligation, regime.estimates.until if regime.estimates else None
    official = None if period is None else deadlines.official_deadline(regime, period, days)
    confirmed = {} if period is None else deadlines.confirm_deadlines(regime, period, days)
    return RegimeDetail.model_validate(
        {
            "id": regime.id,
            "title": regime.title,
            "legal_basis": regime.legal_basis,
            "calendar": regime.calendar,
            "periods": _periods(regime),
            "recipient": regime.recipient,
            "groups": [_group(regime, name, days, period) for name in regime.reporters],
            "confirm": [
                _deadline(entry, confirmed.get(entry.who)) | _given(level=entry.level, recipient=entry.recipient)
                for entry in (obligation.confirm if obligation else ())
            ],
            "sections": sections(regime.indicators),
            "narratives": regime.narratives,
            **_given(
                period=period and {"code": period.code, "begins": period.begins.isoformat(), "cut_off": period.cut_off.isoformat()},
                recipient_name=recipient and recipient.name,
                on_behalf_of=regime.on_behalf_of,
                within=regime.within or None,
                on_call=regime.is_on_call or None,
                derived_from=regime.derived_from,
                ends=regime.ends,
                moves_to_working_day=(obligation is not None and obligation.to_working_day) or None,
                estimates=until and _deadline(until, official),
                entered_by=regime.entered_by or None,
                rules=_rules(regime, regime.by_code) or None,
            ),
        }
    )


def _group(regime: Regime, name: str, days: WorkingDays, period: periods.Period | None) -> dict[str, Any]:
    group, obligation = regime.reporters[name], regime.obligation
    rule = None if obligation is None or obligation.on_call else obligation.deadlines[name]
    at = None if period is None else deadlines.group_deadline(regime, name, period, None, days)
    of_level = group.level and {"level": group.level, "kind": group.kind}
    return {
        "name": name,
        "label": group.label,
        **(of_level or {"units": group.units}),
        **_given(deadline=rule and _deadline(rule, at)),
    }


def _deadline(rule: DeadlineRule, at: datetime | None) -> dict[str, Any]:
    stated = rule.model_dump(exclude={"level", "recipient"}, exclude_defaults=True)
    return {"rule": stated, "text_vi": rules_in_words.rule(rule), **_given(deadline=at and events.to_text(at))}


def sections(indicators: Iterable[Indicator]) -> list[dict[str, Any]]:
    """The indicators by heading, in the regime's order. A heading that comes again later goes on where it was."""
    found: dict[str, list[dict[str, Any]]] = {}
    for indicator in indicators:
        more = _given(
            asked=indicator.asked or None,
            aggregation=indicator.aggregation if indicator.kind == "quantity" else None,
            cumulative=indicator.cumulative or None,
        )
        found.setdefault(indicator.section, []).append(_figure(indicator) | more)
    return [{"title": title, "indicators": own} for title, own in found.items()]


def _figure(indicator: Indicator) -> dict[str, Any]:
    is_quantity, is_ratio = indicator.kind == "quantity", indicator.kind == "ratio"
    return {
        "code": indicator.code,
        "label": indicator.label,
        "section": indicator.section,
        "kind": indicator.kind,
        "measure": indicator.measure,
        "decimals": indicator.decimals,
        "min": indicator.min if is_quantity else None,
        "max": indicator.max if is_quantity else None,
        "options": indicator.options,
        **_given(
            share=(is_ratio and indicator.share) or None,
            numerator_label=indicator.numerator_label or None,
            denominator_label=indicator.denominator_label or None,
            target=indicator.target and indicator.target.model_dump(exclude_none=True),
            unusual=indicator.unusual and indicator.unusual.model_dump(),
        ),
    }


def form(filled: Filled) -> Form:
    """A form in the API's shape."""
    asked, held = filled.asked, filled.held
    sender, returned = asked.sender, held.returned
    return Form.model_validate(
        {
            "regime": asked.regime.id,
            "title": asked.regime.title,
            "period": asked.period.code,
            "begins": asked.period.begins.isoformat(),
            "cut_off": asked.period.cut_off.isoformat(),
            "unit": asked.unit.id,
            "unit_name": asked.unit.name,
            "deadline": filled.deadline and events.to_text(filled.deadline),
            "standing_revision": held.standing_revision,
            "next_revision": held.next_revision,
            "data": begin(asked, held.next_revision),
            "indicators": [_figure(indicator) | {"last": filled.last.get(indicator.code)} for indicator in asked.indicators],
            "narratives": asked.narratives,
            **_given(
                sender=sender and sender.id,
                opened=None if filled.is_opened else False,
                estimates_until=filled.official_deadline and events.to_text(filled.official_deadline),
                last_period=filled.before,
                rules=_rules(asked.regime, {indicator.code for indicator in asked.indicators}) or None,
                standing=_said(held.standing_revision, held.standing) if held.standing_revision else None,
                returned=returned and _said(returned.revision, held.content) | _why(returned),
            ),
        }
    )


def _rules(regime: Regime, codes: Collection[str]) -> list[dict[str, Any]]:
    """The rules between figures that are all among these."""
    return [rule.model_dump(by_alias=True) for rule in regime.rules if all(code in codes for code in rule.parsed.codes)]


def begin(asked: Asked, revision: int) -> dict[str, Any]:
    """How the `data` of the next report begins."""
    about = {"regime": asked.regime.id, "period": asked.period.code, "unit": asked.unit.code, "revision": revision}
    return about | _given(as_successor=asked.is_ended or None)


def _said(revision: int, content: Content) -> dict[str, Any]:
    parts: Mapping[str, Mapping[str, Any]] = {name: getattr(content, name) for name in ("values", "narratives", "notes", "status")}
    attached = [asdict(one) for one in content.attachments]
    return {"revision": revision, **{name: dict(part) for name, part in parts.items()}, **_given(attachments=attached or None)}


def _why(returned: Return) -> dict[str, Any]:
    return {"reason": returned.reason, **_given(fix_by=returned.fix_by and events.to_text(returned.fix_by))}


def _given(**fields: object) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}
