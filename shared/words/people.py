"""People with an account: what is known about one, and what logins, names and addresses are accepted."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from shared.words import mailboxes, texts
from shared.words.principals import Grant
from shared.words.refusals import Refusal, number, refusal
from shared.words.units import Registry

LEAST_LOGIN, MOST_LOGIN = 1, 64
MOST_NAME: Final = 100  # characters of a person's name
MOST_EMAIL: Final = 200
LOGIN: Final = re.compile(r"\w[\w.@-]*")


@dataclass(frozen=True, slots=True)
class Person:
    """A person who may log in, or could until the account was revoked."""

    id: str
    login: str
    name: str
    email: str
    grants: tuple[Grant, ...]
    version: int
    """Raised by every change that ends sessions."""
    created_at: datetime
    password: str | None = field(default=None, repr=False)
    """The hash; None if the person logs in only through a provider."""
    must_change: bool = False
    has_totp: bool = False
    is_bound: bool = False
    """Whether an account at a provider is bound to the person."""
    revoked_at: datetime | None = None

    @property
    def actor(self) -> str:
        """As events and the audit log name the person."""
        return f"people/{self.id}"

    def grant(self, grant_id: str) -> Grant | None:
        """The role with an id, if it was not revoked."""
        return next((grant for grant in self.grants if grant.id == grant_id and not grant.is_revoked), None)

    def to_come(self, day: date) -> list[Grant]:
        """The roles that are not over on a day: those that hold, and those that begin later."""
        return [grant for grant in self.grants if not grant.is_revoked and (grant.ends is None or day < grant.ends)]


def login(text: str) -> str:
    """A login as it is stored and looked up: NFC, small letters, without spaces around it."""
    return texts.composed(text.strip().lower())


def login_faults(text: str) -> list[Refusal]:
    """Why a login (as `login` gives it) is not accepted: only Latin letters, digits and `.`, `_`, `@`, `-`, so that no two look alike."""
    is_latin = all(unicodedata.name(character, "").startswith("LATIN SMALL ") for character in text if character.isalpha())
    is_plain = LOGIN.fullmatch(text) is not None and all(character.isascii() for character in text if not character.isalpha())
    if LEAST_LOGIN <= len(text) <= MOST_LOGIN and is_latin and is_plain:
        return []
    return [refusal("person.bad_login", "login", login=text, least=number(LEAST_LOGIN), most=number(MOST_LOGIN))]


def name_faults(name: str) -> list[Refusal]:
    """Why a person's name (NFC) is not accepted."""
    if found := _text_faults(name, "name"):
        return found
    if texts.is_blank(name):
        return [refusal("person.no_name", "name")]
    return [refusal("person.long_name", "name", most=number(MOST_NAME))] if len(name) > MOST_NAME else []


def email_faults(email: str) -> list[Refusal]:
    """Why a person's address is not accepted; there may be none."""
    is_fine = not email or (len(email) <= MOST_EMAIL and mailboxes.is_address(email))
    return [] if is_fine else [refusal("person.bad_email", "email", email=email)]


def names(person_login: str, name: str, units: Iterable[str], registry: Registry) -> list[str]:
    """The names with which a password is compared: login, name, and the names and codes that the person's units (ids) ever had."""
    found = [person_login, name]
    for unit in units:
        found += [unit, *(text for row in registry.ids.get(unit, ()) for text in (row.code, row.name))]
    return list(dict.fromkeys(found))


def _text_faults(text: str, path: str) -> list[Refusal]:
    character = texts.forbidden(text) or ("U+000A" if texts.LINE_ENDS.search(text) else None)
    return [] if character is None else [refusal("person.control_character", path, character=character)]
