"""Gives the NATS servers what has changed of accounts and revocations."""

from shared.plumbing import data_files, identity_changes, nats_push
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.nats_accounts import Account
from shared.plumbing.nats_keys import NatsKeys
from shared.shell.service import Connections
from shared.shell.settings import CliSettings


def keys(settings: CliSettings) -> NatsKeys:
    """The keys of NATS. Raises ConfigurationError if there are none here."""
    return NatsKeys.read(data_files.path(settings.nats_keys))


async def pushed(connections: Connections[CliSettings]) -> list[Account]:
    """Gives the NATS servers what has changed of accounts and revocations. Raises ConfigurationError if there are no keys here.

    If something changes meanwhile, it does so again: another command may have pushed its revocation before, and this one undone it.
    """
    settings, store, pushed_accounts = connections.settings, CredentialStore(connections.database), set[Account]()
    found = keys(settings)
    async with nats_push.pusher(settings.nats_servers, found, settings.tls_ca) as client:
        generation = None
        while generation != (generation := await identity_changes.generation(connections.database)):
            now, registry = connections.clock(), (await connections.reference.current()).registry
            refused = nats_push.revoked(await store.all(), registry, now)
            pushed_accounts.update(await nats_push.push(client, found, refused, now, len(settings.nats_servers)))
    return sorted(pushed_accounts)
