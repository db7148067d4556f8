"""The folder of certificates: where each file is, who may read it, and how it is replaced."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from services.cli import certificates
from services.cli.certificates import Signed
from shared.plumbing import whole_files
from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

CERTIFICATE: Final = "tls.crt"
KEY: Final = "tls.key"
WARN_BEFORE: Final = timedelta(days=30)


@dataclass(frozen=True)
class Found:
    """A certificate in the folder. `is_own` is True if the authority beside it has signed it."""

    name: str
    certificate: x509.Certificate
    is_own: bool

    def left(self, now: datetime) -> timedelta:
        """How long it is still valid; negative if it has expired."""
        return self.certificate.not_valid_after_utc - now


class Folder:
    """The files: `ca.key` (secret), `ca/ca.crt` (for everybody), and for each certificate a folder with `tls.crt` and
    `tls.key` (secret).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.authority_file, self.authority_key = path / "ca" / "ca.crt", path / "ca.key"

    def authority(self) -> Signed:
        """The authority. Raises ConfigurationError if its key is not there or its files cannot be used."""
        try:
            return certificates.read(self.authority_file.read_bytes(), self.authority_key.read_bytes())
        except (OSError, ValueError):
            raise ConfigurationError(refusal("tls.no_authority", str(self.path))) from None

    def has_authority(self) -> bool:
        return self.authority_file.exists() or self.authority_key.exists()

    def found(self) -> list[Found]:
        """All certificates, also those of another authority. Raises ConfigurationError if one cannot be read."""
        signer = self._read(self.authority_file) if self.authority_file.exists() else None
        read = {file.parent.name: self._read(file) for file in sorted(self.path.glob(f"*/{CERTIFICATE}"))}
        return [Found(name, one, signer is not None and certificates.is_signed_by(one, signer)) for name, one in read.items()]

    def put_authority(self, made: Signed) -> None:
        self._write(self.authority_key, made.key_pem, is_secret=True)
        self._write(self.authority_file, made.certificate_pem)

    def put(self, name: str, made: Signed) -> None:
        self._write(self.path / name / KEY, made.key_pem, is_secret=True)
        self._write(self.path / name / CERTIFICATE, made.certificate_pem)

    def _read(self, file: Path) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(file.read_bytes())
        except (OSError, ValueError):
            raise ConfigurationError(refusal("tls.unreadable", str(file.parent), file=[file.name])) from None

    def _write(self, file: Path, content: bytes, is_secret: bool = False) -> None:
        """Replaces a file. The folder of a file is open to everybody, because services run as another user."""
        if not file.parent.exists():
            file.parent.mkdir(parents=True)
            file.parent.chmod(0o755)
        whole_files.replace(file, content, whole_files.SECRET if is_secret else whole_files.PUBLIC)
