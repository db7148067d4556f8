"""A new password that a person chooses."""

from collections.abc import Mapping, Sequence

from services.portal.sessions.accounts import Accounts
from shared.plumbing import common_passwords, password_hashes
from shared.words import passwords, people
from shared.words.people import Person
from shared.words.refusals import Refusal, refusal


async def change(accounts: Accounts, person: Person, fields: Mapping[str, str]) -> Person | Sequence[Refusal]:
    """Stores the password in the fields `new` and `again`. The result has the version of sessions from now on; or why it was not taken."""
    new = fields.get("new", "")
    units = [grant.unit for grant in person.grants if grant.unit is not None]
    names = people.names(person.login, person.name, units, (await accounts.reference.current()).registry)
    faults = passwords.faults(new, names, common_passwords.known())
    if not faults and passwords.normal(new) != passwords.normal(fields.get("again", "")):
        faults = [refusal("identity.passwords_differ", "again")]
    if not faults and (await password_hashes.check(person.password, new)).is_right:
        faults = [refusal("identity.same_password", "new")]
    if faults:
        return faults
    return await accounts.people.set_password(person.actor, person.id, await password_hashes.hashed(new)) or [
        refusal("identity.login_expired")
    ]
