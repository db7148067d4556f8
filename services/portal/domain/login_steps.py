"""The steps of a login. There is no session before the last of them."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from shared.words.people import Person
from shared.words.principals import Role

Step = Literal["code", "renew", "enrol"]
"""After the password: the one-time code, a new password in place of one that somebody else has set, and setting up one-time codes."""

WITH_CODES: Final[frozenset[Role]] = frozenset({"reviewer", "operator"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the agency demands: `codes_required` for reviewers and operators."""

    codes_required: bool


def next_step(person: Person, has_shown_code: bool, rules: Rules, day: date) -> Step | None:
    """What is still to be done after the password; None if the login is complete."""
    if person.has_totp and not has_shown_code:
        return "code"
    if person.must_change:
        return "renew"
    return "enrol" if needs_codes(person, rules, day) and not person.has_totp else None


def needs_codes(person: Person, rules: Rules, day: date) -> bool:
    """Whether the person must have one-time codes."""
    return rules.codes_required and any(grant.role in WITH_CODES and grant.holds(day) for grant in person.grants)
