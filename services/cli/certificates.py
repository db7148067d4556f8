"""An authority of the installation's own, and the certificates that it signs. Pure but for randomness: files are in `certificate_files.py`.

The authority may sign only for names that it was made for (name constraints, RFC 5280, 4.2.1.10): whoever steals its key cannot pretend to
be any other site to those who trust it.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE: Final = timedelta(days=3650)
LIFE: Final = timedelta(days=397)  # browsers accept no longer ones from public authorities
EARLY: Final = timedelta(hours=1)  # clocks differ
ON_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Signed:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def read(certificate_pem: bytes, key_pem: bytes) -> Signed:
    """A certificate and its key. Raises ValueError if they cannot be read, are of another kind, or do not belong together."""
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    key = serialization.load_pem_private_key(key_pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ValueError("another key")
    return Signed(certificate, key)


def is_host(name: str) -> bool:
    """Whether a certificate can be made for this name: an address, or a host name in ASCII (with letters beyond, its form `xn--…`)."""
    return _address(name) is not None or HOST.fullmatch(name) is not None


def authority(hosts: Iterable[str], now: datetime) -> Signed:
    """A new authority that may sign for these hosts and the hosts below them (`tinh.gov.vn`: also `bao-cao.tinh.gov.vn`), for these
    addresses, and for this machine.
    """
    permitted = list(dict.fromkeys((*hosts, *ON_THIS_MACHINE)))
    networks = [x509.IPAddress(ipaddress.ip_network(address)) for name in permitted if (address := _address(name)) is not None]
    names = [x509.DNSName(name) for name in permitted if _address(name) is None]
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tong Hop"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Tong Hop CA {permitted[0]} {now:%Y-%m-%d}"[:64]),
        ]
    )
    made = (
        _of(name, name, key.public_key(), now, now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([*names, *networks], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Signed(made.sign(key, hashes.SHA256()), key)


def certificate(signer: Signed, hosts: Sequence[str], now: datetime) -> Signed:
    """A new certificate of a server for these hosts and for this machine. It does not outlive the authority.

    It may also be a client's: servers of NATS and MongoDB show theirs to each other.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now + LIFE, signer.certificate.not_valid_after_utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
    made = (
        _of(subject, signer.certificate.subject, key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in with_this_machine(hosts)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(identifier, critical=False)
    )
    return Signed(made.sign(signer.key, hashes.SHA256()), key)


def fingerprint(certificate_pem: bytes) -> str:
    """SHA-256 of a certificate, as browsers show it: people compare it before they trust an authority."""
    return x509.load_pem_x509_certificate(certificate_pem).fingerprint(hashes.SHA256()).hex(":").upper()


def with_this_machine(hosts: Iterable[str]) -> list[str]:
    """The hosts of a certificate that is made for these: the machine itself is always one of them."""
    return list(dict.fromkeys((*hosts, *ON_THIS_MACHINE)))


def hosts_of(found: x509.Certificate) -> list[str]:
    """The hosts and addresses of a certificate, in its order."""
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names if isinstance(name, x509.DNSName | x509.IPAddress)]


def is_signed_by(found: x509.Certificate, signer: x509.Certificate) -> bool:
    """Whether the authority has signed the certificate."""
    try:
        found.verify_directly_issued_by(signer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def outside(signer: x509.Certificate, hosts: Iterable[str]) -> list[str]:
    """The hosts for which the authority may not sign. One that was made elsewhere may have no constraints."""
    try:
        permitted = signer.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    except x509.ExtensionNotFound:
        return []
    networks = [name.value for name in permitted if isinstance(name, x509.IPAddress) and isinstance(name.value, Network)]
    names = [name.value for name in permitted if isinstance(name, x509.DNSName)]

    def is_permitted(host: str) -> bool:
        if (address := _address(host)) is not None:
            return any(address in network for network in networks)
        return any(host == name or host.endswith(f".{name}") for name in names)

    return [host for host in hosts if not is_permitted(host)]


def _of(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, until: datetime) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return made.serial_number(x509.random_serial_number()).not_valid_before(now - EARLY).not_valid_after(until)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general(host: str) -> x509.GeneralName:
    address = _address(host)
    return x509.DNSName(host) if address is None else x509.IPAddress(address)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
