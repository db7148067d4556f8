"""Gives the NATS servers what has changed of accounts and revocations."""

from shared.plumbing import data_files, nats_push
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.nats_accounts import Account
from shared.plumbing.nats_keys import NatsKeys
from shared.shell.service import Connections
from shared.shell.settings import CliSettings


def keys(settings: CliSettings) -> NatsKeys:
    """The keys of NATS. Raises ConfigurationError if there are none here."""
    return NatsKeys.read(data_files.path(settings.nats_keys))


async def pushed(connections: Connections[CliSettings]) -> list[Account]:
    """Gives the NATS servers what has changed of accounts and revocations. Raises ConfigurationError if there are no keys here."""
    settings, now = connections.settings, connections.clock()
    found = keys(settings)
    registry = (await connections.reference.current()).registry
    refused = nats_push.revoked(await CredentialStore(connections.database).all(), registry, now)
    async with nats_push.pusher(settings.nats_servers, found, settings.tls_ca) as client:
        return await nats_push.push(client, found, refused, now, len(settings.nats_servers))
