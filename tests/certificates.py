"""Certificates for tests, and a handshake without a network."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from services.cli import certificates
from services.cli.certificate_files import Folder


@dataclass(frozen=True)
class Files:
    """An authority, and a certificate that it has signed."""

    ca: Path
    cert: Path
    key: Path

    @property
    def both(self) -> Path:
        """Certificate and key in one file, as mongod reads them."""
        file = self.cert.with_name("both.pem")
        file.write_bytes(self.cert.read_bytes() + self.key.read_bytes())
        return file


def made(
    folder: Path, hosts: Sequence[str] = ("localhost",), now: datetime | None = None, permitted: Sequence[str] = ("localhost",)
) -> Files:
    """Certificates as `tonghop tls init` makes them, at an instant."""
    at, files = now or datetime.now(UTC), Folder(folder)
    authority = certificates.authority(permitted, datetime.now(UTC) if now is None else min(at, datetime.now(UTC)))
    files.put_authority(authority)
    files.put("server", certificates.certificate(authority, hosts, at))
    return Files(files.authority_file, folder / "server" / "tls.crt", folder / "server" / "tls.key")


def encrypted(key: Path) -> Path:
    """A copy of a key that needs a password."""
    read = serialization.load_pem_private_key(key.read_bytes(), None)
    how = serialization.BestAvailableEncryption(b"x")
    file = key.with_name("encrypted.key")
    file.write_bytes(read.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
    return file


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> str | None:
    """The version of TLS on which both agree; raises ssl.SSLError if they do not, or if the client refuses the certificate."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    waiting = [asking, answering]
    for _ in range(10):
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                pass
    assert not waiting
    return asking.version()
