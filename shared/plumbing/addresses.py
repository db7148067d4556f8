"""Addresses of servers, which may hold credentials: they are read here, and masked before anybody sees them."""

import re
from typing import Final
from urllib.parse import urlsplit

from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

MASK: Final = "***"
SCHEME: Final = r"[A-Za-z][\w+.-]*://"
WITHIN: Final = r"(?:[^\s\"<>]|\"(?![,}\]:)\s]|$))"  # a quotation mark may be of a password, and may end what is quoted
CREDENTIALS: Final = re.compile(rf"({SCHEME})(?:(?!,{SCHEME}){WITHIN})*@")
WHOLE: Final = re.compile(rf"({SCHEME})(?:(?!,{SCHEME}).)*@", re.DOTALL)  # the text is nothing but addresses
WITHOUT_SCHEME: Final = re.compile(rf"(?<![\w:/*@])[^\s:/@,\"'=<>*]+:(?!/)(?:(?!,\S*@){WITHIN})*@(?=[\w\[])")
SECRET_OPTIONS: Final = re.compile(r"([?&](?:\w*(?:password|token|secret)\w*|authMechanismProperties)=)[^\s&\"]+", re.IGNORECASE)


class AddressError(ConfigurationError):
    """A setting is not the address of a server. It is not repeated: it may hold a password, and be none because of it."""

    def __init__(self, setting: str, server: str, example: str) -> None:
        super().__init__(refusal("setting.invalid_address", setting, server=server, example=example))


def masked(text: str) -> str:
    """The text without the credentials of any address in it: neither names nor passwords, since a NATS token stands alone.

    An `@` that nobody escaped belongs to the password: rather too much is masked than a part of one is shown.
    """
    text = (WHOLE if re.match(SCHEME, text) else CREDENTIALS).sub(rf"\1{MASK}@", text)
    text = WITHOUT_SCHEME.sub(f"{MASK}@", text)
    return SECRET_OPTIONS.sub(rf"\1{MASK}", text)


def nats_servers(url: str) -> list[str]:
    """The addresses of `TONGHOP_NATS_URL`. Raises AddressError when one is none."""
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
