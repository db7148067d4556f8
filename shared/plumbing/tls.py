"""TLS of a process: what it requires of addresses, and the contexts of its listener and of its connections.

Plain connections stay on this machine (loopback); everything else is encrypted, and the other side proves its name with a certificate
(ADR 0060).
"""

import ssl
from datetime import datetime
from typing import Final, NoReturn
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509

from shared.plumbing import addresses, data_files
from shared.words import periods
from shared.words.failures import ConfigurationError
from shared.words.refusals import Refusal, day, refusal

NONE: Final = "none"  # the value of a setting that is not set
CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2: with forward secrecy, authenticated; TLS 1.3 has no others
CERT, KEY, CA = "TONGHOP_TLS_CERT", "TONGHOP_TLS_KEY", "TONGHOP_TLS_CA"

WEAKENING: Final = ("tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames", "ssl_cert_reqs", "ssl_match_hostname")
"""Options of a MongoDB URL that would accept the certificate of anybody."""


def fault_of_listener(host: str, cert: str) -> Refusal | None:
    """Why a service must not listen on `host`: beyond this machine a certificate is required."""
    if cert != NONE or addresses.is_loopback(host):
        return None
    return refusal("setting.tls_required", "TONGHOP_BIND_HOST", address=host)


def faults_of_servers(nats_url: str, mongo_url: str) -> list[Refusal]:
    """Why the addresses of NATS and MongoDB must not be used: a server that is not on this machine needs TLS."""
    return [*_faults_of_nats(nats_url), *_faults_of_mongo(mongo_url)]


def _faults_of_nats(url: str) -> list[Refusal]:
    plain = []
    for server in url.split(","):
        parts = urlsplit(server.strip() if "://" in server else f"nats://{server.strip()}")
        if parts.scheme != "tls" and parts.hostname and not addresses.is_loopback(parts.hostname):
            plain.append(parts.hostname)
    example = "tls://nats-1:4222"
    return [refusal("setting.tls_server_required", "TONGHOP_NATS_URL", hosts=plain, example=example)] if plain else []


def _faults_of_mongo(url: str) -> list[Refusal]:
    scheme, _, rest = url.partition("://")
    place, _, options = rest.partition("?")
    given = {name.lower(): value.lower() for name, value in parse_qsl(options, keep_blank_values=True)}
    weak = [refusal("setting.tls_weakened", "TONGHOP_MONGO_URL", name=name) for name in WEAKENING if name in given]
    hosts = [_host(member) for member in place.partition("/")[0].rpartition("@")[2].split(",")]
    away = [host for host in hosts if host and not addresses.is_loopback(host)]  # the driver names an empty one
    has_tls = given.get("tls", given.get("ssl", "true" if scheme == "mongodb+srv" else "false")) == "true"
    example = "mongodb://mongo-1:27017/?replicaSet=rs0&tls=true&tlsCAFile=/tls/ca.crt"
    plain = [refusal("setting.tls_server_required", "TONGHOP_MONGO_URL", hosts=away, example=example)] if away and not has_tls else []
    return weak + plain


def _host(member: str) -> str:
    """The host of `host:port`, also in brackets."""
    return member.partition("]")[0].removeprefix("[") if member.startswith("[") else member.partition(":")[0]


def server_context(cert: str, key: str, now: datetime) -> ssl.SSLContext:
    """The context of a listener. `key` is `none` if the file of the certificate has the key too.

    Raises ConfigurationError if the files cannot be used, or if the certificate is not valid now.
    """
    _require_valid(cert, now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(data_files.path(cert), None if key == NONE else data_files.path(key), password=_no_password)
    except (OSError, ValueError) as error:
        setting, file = (CERT, cert) if key == NONE else (KEY, key)
        if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            raise ConfigurationError(refusal("tls.other_key", setting, file=[file])) from None
        raise ConfigurationError(refusal("tls.unreadable", setting, file=[file])) from None
    return context


def client_context(ca: str) -> ssl.SSLContext:
    """The context of a connection. It trusts the authority in the file `ca`, or with `none` those of the operating system, and checks the
    server's name. Raises ConfigurationError if the file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=None if ca == NONE else str(data_files.path(ca)))
    except (OSError, ValueError):
        raise ConfigurationError(refusal("tls.unreadable", CA, file=[ca])) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _require_valid(cert: str, now: datetime) -> None:
    try:
        found = x509.load_pem_x509_certificates(data_files.path(cert).read_bytes())[0]
    except (OSError, ValueError):
        raise ConfigurationError(refusal("tls.unreadable", CERT, file=[cert])) from None
    if now > found.not_valid_after_utc:
        raise ConfigurationError(refusal("tls.expired", CERT, file=[cert], day=day(periods.local_day(found.not_valid_after_utc))))
    if now < found.not_valid_before_utc:
        raise ConfigurationError(refusal("tls.not_valid_yet", CERT, file=[cert], day=day(periods.local_day(found.not_valid_before_utc))))


def _no_password() -> NoReturn:
    """Without this, the interpreter would ask for the password of an encrypted key on the terminal."""
    raise ValueError("the key is encrypted")
