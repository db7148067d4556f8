"""Where to send, as whom, and with which key: options of the command, variables of the environment, and the files that a unit got.

A key is never an argument: other users of the machine could read it there.
"""

import base64
import binascii
import ipaddress
import json
import os
import re
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from .complaints import Complaint, SendError, complaint
from .reading import TOKEN

Via = Literal["http", "nats"]

KEY: Final = re.compile(r"th_[A-Za-z0-9_-]{20,200}", re.ASCII)
UNIT_IN_TEXT: Final = re.compile(
    r"/units/([A-Za-z0-9_-]{1,64})|/v1/receipts/([A-Za-z0-9_-]{1,64})/", re.ASCII
)  # in the file that was handed over
JWT_IN_CREDS: Final = re.compile(r"-----BEGIN NATS USER JWT-----\s+([A-Za-z0-9_.-]+)\s+------END NATS USER JWT------")
SEED_IN_CREDS: Final = re.compile(r"-----BEGIN USER NKEY SEED-----\s+SU[A-Z2-7]+\s+------END USER NKEY SEED------")
MOST_BYTES: Final = 64 * 1024  # of a key file
EXAMPLES: Final[Mapping[Via, tuple[str, str, str, str]]] = {
    "http": ("https://bao-cao.tinh.gov.vn", "http://127.0.0.1", "https://", "http"),
    "nats": ("tls://bao-cao.tinh.gov.vn:4222", "nats://127.0.0.1", "tls://", "nats"),
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    files: tuple[str, ...] = ()
    via: Via = "http"
    url: str | None = None
    key_file: str | None = None
    unit: str | None = None
    nats_url: str | None = None
    creds: str | None = None
    ca: str | None = None
    outbox: str | None = None
    is_dry_run: bool = False
    is_again: bool = False
    as_json: bool = False
    decimal: str = "comma"
    attach: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is needed to send. `key` is for HTTP, `creds` for NATS."""

    via: Via
    address: str
    sender: str
    outbox: Path
    key: str = field(default="", repr=False)
    creds: Path | None = None
    tls: ssl.SSLContext | None = None


def read(options: Options, environment: Mapping[str, str]) -> Settings:
    """The settings. Raises SendError with everything that is missing or wrong."""
    wrong: list[Complaint] = []
    address = _address(options, environment, wrong)
    key, creds, theirs = "", None, None
    if options.via == "http":
        key, theirs = _key(options, environment, wrong)
    else:
        creds, theirs = _creds(options, environment, wrong)
    sender = _sender(options.unit or environment.get("TONGHOP_UNIT", "").strip(), theirs, wrong)
    tls = _tls(options.ca or environment.get("TONGHOP_CA", ""), wrong) if address.startswith(("https:", "tls:")) or options.ca else None
    folder = options.outbox or environment.get("TONGHOP_OUTBOX", "") or _data_folder(environment, sender)
    if folder is None:
        wrong.append(complaint("send.no_folder", "--outbox"))
    if wrong or folder is None:
        raise SendError(2, *wrong)
    return Settings(options.via, address, sender, Path(folder), key, creds, tls)


def _address(options: Options, environment: Mapping[str, str], wrong: list[Complaint]) -> str:
    """The address of the server, without a path. A secret never goes over plain text to another machine."""
    name, option, given = (
        ("TONGHOP_URL", "--url", options.url) if options.via == "http" else ("TONGHOP_NATS_URL", "--nats-url", options.nats_url)
    )
    text = (given or environment.get(name, "")).strip().rstrip("/")
    example, plain, encrypted, scheme = EXAMPLES[options.via]
    if not text:
        wrong.append(complaint("send.no_address", setting=name, option=option))
        return ""
    place = option if given else name
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # a wrong port raises an error
    except ValueError:
        host, parts = None, urlsplit("")
    extra = parts.path or parts.query or parts.fragment or parts.username or parts.password or any(not " " < one < "\x7f" for one in text)
    if not host or extra or f"{parts.scheme}://" not in (f"{scheme}://", encrypted):
        wrong.append(complaint("send.wrong_address", place, example=example))
    elif parts.scheme == scheme and not is_loopback(host):
        wrong.append(complaint("send.not_encrypted", place, plain=plain, encrypted=encrypted))
    return text


def is_loopback(host: str) -> bool:
    """Whether a host is this machine. Names but `localhost` are not: whoever answers for names could lead them elsewhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key(options: Options, environment: Mapping[str, str], wrong: list[Complaint]) -> tuple[str, str | None]:
    """The key, and the id of its unit if the file names it. A file may be what was handed over, or the key alone."""
    given, place = environment.get("TONGHOP_KEY", "").strip(), "TONGHOP_KEY"
    unit = None
    if options.key_file:
        place, given = options.key_file, _text(options.key_file, wrong)
        named = {one for pair in UNIT_IN_TEXT.findall(given) for one in pair if one}
        unit = named.pop() if len(named) == 1 else None
        found = set(KEY.findall(given))
        given = found.pop() if len(found) == 1 else "–"
    if not given:
        wrong.append(complaint("send.no_key"))
    elif KEY.fullmatch(given) is None:
        wrong.append(complaint("send.wrong_key", place))
    return given, unit


def _creds(options: Options, environment: Mapping[str, str], wrong: list[Complaint]) -> tuple[Path | None, str | None]:
    """The file with the NATS credentials, and the id of the unit that they name."""
    name = options.creds or environment.get("TONGHOP_CREDS", "").strip()
    if not name:
        wrong.append(complaint("send.no_creds"))
        return None, None
    before = len(wrong)
    text = _text(name, wrong)
    jwt = JWT_IN_CREDS.search(text)
    if jwt is None or SEED_IN_CREDS.search(text) is None:
        wrong += [] if len(wrong) > before else [complaint("send.wrong_creds", name)]
        return None, None
    return Path(name), _name_in(jwt[1])


def _name_in(jwt: str) -> str | None:
    """The name that a user's JWT has; for a unit that is its id. Nothing is verified: the server does that."""
    try:
        body = jwt.split(".")[1]
        claims: Any = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        name = claims["name"]
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error, RecursionError):
        return None
    return name if isinstance(name, str) and TOKEN.fullmatch(name) else None


def _text(name: str, wrong: list[Complaint]) -> str:
    try:
        with Path(name).open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        wrong.append(complaint("send.file_not_read", name, why=getattr(error, "strerror", None) or type(error).__name__))
        return ""


def _sender(ours: str, theirs: str | None, wrong: list[Complaint]) -> str:
    if ours and TOKEN.fullmatch(ours) is None:
        wrong.append(complaint("send.wrong_unit", unit=ours))
    elif ours and theirs and ours != theirs:
        wrong.append(complaint("send.units_differ", ours=ours, theirs=theirs))
    elif not ours and not theirs:
        wrong.append(complaint("send.no_unit"))
    return ours or theirs or ""


def _tls(ca: str, wrong: list[Complaint]) -> ssl.SSLContext | None:
    """The context for connections: with an authority of the installation's own, or those of the machine."""
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        wrong.append(complaint("send.wrong_ca", ca or "--ca"))
        return None


def _data_folder(environment: Mapping[str, str], sender: str) -> Path | None:
    """The platform's folder for the data of programs, with a folder for each unit."""
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(environment.get("HOME", ""), "Library", "Application Support")
    else:
        base = environment.get("XDG_DATA_HOME", "") or os.path.join(environment.get("HOME", ""), ".local", "share")
    return Path(base) / "tonghop-send" / (sender or "-") if os.path.isabs(base) else None
