"""Reads the addresses of servers, and masks the credentials in them before anybody sees them."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

MASK: Final = "***"
SCHEME: Final = r"[A-Za-z][\w+.-]*://"
WITHIN: Final = r"(?:[^\s\"<>]|\"(?![,}\]:)\s]|$))"  # a quotation mark may belong to a password, or may end the quoted text
CREDENTIALS: Final = re.compile(rf"({SCHEME})(?:(?!,{SCHEME}){WITHIN})*@")
WHOLE: Final = re.compile(rf"({SCHEME})(?:(?!,{SCHEME}).)*@", re.DOTALL)  # if the whole text is addresses
WITHOUT_SCHEME: Final = re.compile(rf"(?<![\w:/*@])[^\s:/@,\"'=<>*]+:(?!/)(?:(?!,\S*@){WITHIN})*@(?=[\w\[])")
SECRET_OPTIONS: Final = re.compile(r"([?&](?:\w*(?:password|token|secret)\w*|authMechanismProperties)=)[^\s&\"]+", re.IGNORECASE)


class AddressError(ConfigurationError):
    """A setting is not a server address. The value is not repeated, because it may contain a password, which may even be what makes it
    invalid.
    """

    def __init__(self, setting: str, server: str, example: str) -> None:
        super().__init__(refusal("setting.invalid_address", setting, server=server, example=example))


def masked(text: str) -> str:
    """The text without the credentials of the addresses in it: user names are masked too, because a NATS token has the place of a user
    name.

    An unescaped `@` counts as part of the password: masking too much is better than showing part of a password.
    """
    text = (WHOLE if re.match(SCHEME, text) else CREDENTIALS).sub(rf"\1{MASK}@", text)
    text = WITHOUT_SCHEME.sub(f"{MASK}@", text)
    return SECRET_OPTIONS.sub(rf"\1{MASK}", text)


def is_loopback(host: str) -> bool:
    """Whether a host or address is this machine itself, by its text: no name is looked up. A path of a socket is too."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.startswith(("/", "%2F", "%2f"))


def nats_servers(url: str) -> list[str]:
    """The addresses in `TONGHOP_NATS_URL`. Raises AddressError if one is invalid."""
    servers = [server.strip() for server in url.split(",")]
    for server in servers:
        try:
            parts = urlsplit(server if "://" in server else f"nats://{server}")
            is_one = bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_one = False
        if not is_one:
            raise AddressError("TONGHOP_NATS_URL", "NATS", "nats://127.0.0.1:4222") from None
    return servers
