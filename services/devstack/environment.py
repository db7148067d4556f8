"""The settings of each process of a stack on this machine: only the settings that the process uses, with its own users of MongoDB
and NATS."""

from pathlib import Path
from typing import Final

from services.devstack import servers
from services.devstack.mongo_users import Login
from services.devstack.ports import Ports
from shared.plumbing.nats_keys import CREDS
from shared.shell.settings import USERS

CLI: Final = "cli"  # the command line, which has settings like a service


def environment(ports: Ports, name: str, login: Login, nats_keys: Path) -> dict[str, str]:
    """The settings of a service, or of the command line, for a stack on these ports: only those that it uses.

    They override a `.env` that is meant for containers.
    """
    values = {
        "nats_url": nats_url(ports),
        "nats_creds": str(nats_keys / CREDS if name == CLI else nats_keys / CREDS / f"{name}.creds"),
        "nats_keys": str(nats_keys),
        "nats_monitor_url": http(ports.nats_http),
        "mongo_url": mongo_url(ports, name, login),
        "partitions": "all",
        "database": servers.DATABASE,
        "smtp_host": "127.0.0.1",
        "smtp_port": str(ports.smtp),
        "bind_host": "127.0.0.1",
        "monitor_host": "127.0.0.1",
        "monitor_port": "0",
        **{setting: str(port) for setting, port in ports.of_services().items()},
        "secret_key": login.secret_key,
    }
    return {f"TONGHOP_{field.upper()}": value for field, value in values.items() if field in USERS[name].model_fields}


def nats_url(ports: Ports) -> str:
    return f"nats://127.0.0.1:{ports.nats}"


def mongo_url(ports: Ports, name: str, login: Login) -> str:
    """The MongoDB URL with the user of a service or of the command line."""
    options = f"replicaSet={servers.REPLICA_SET}&authSource={servers.DATABASE}"
    return f"mongodb://{name}:{login.passwords[name]}@127.0.0.1:{ports.mongo}/?{options}"


def http(port: int) -> str:
    return f"http://127.0.0.1:{port}"
