"""Who may enter a report for its unit (nhập thay): the recipient, or a confirmer of a view above the unit, as the regime allows.

The unit stays the sender. Permission is that of the day of receipt, as for every act (ADR 0047). Source: design, section 4, "Events";
ADR 0068.
"""

from collections.abc import Iterator
from datetime import date

from shared.words import confirmers
from shared.words.reference import Setting
from shared.words.units import Registry, Unit


def allowed(setting: Setting, of: Unit, recipient: Unit | None) -> Iterator[Unit]:
    """The units that a regime allows to enter the report of `of`. `recipient` receives the reports of the period."""
    entered_by = setting.regime.entered_by
    if "recipient" in entered_by and recipient is not None:
        yield recipient
    if "confirmers" in entered_by:
        yield from (entry.by for entry in confirmers.about(setting, of))


def may_enter(registry: Registry, setting: Setting, of: Unit, by: str, day: date, recipient: Unit | None) -> bool:
    """Whether the unit `by` (an id) may enter the report of `of` on a day: it is one of those units, or acts for one of them."""
    return any(registry.acts_for(by, unit.id, day) for unit in allowed(setting, of, recipient))
