"""Makes documents in processes of their own: fills templates, converts to PDF with LibreOffice, joins PDFs."""

import base64
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import orjson
import structlog

from services.portal.domain.document_fields import BanSao, MucLuc, TongHop
from services.portal.office import processes
from services.portal.office.processes import CANNOT_BE_FILLED, Ended, Limits
from shared.words.failures import PermanentError, TransientError
from shared.words.refusals import refusal

log = structlog.get_logger()

FILLING: Final = Limits(wall_s=120, cpu_s=90, memory_mib=2048)
CONVERTING: Final = Limits(wall_s=240, cpu_s=180, memory_mib=6144)  # addresses, not memory: LibreOffice maps its libraries and fonts
JOINING: Final = Limits(wall_s=120, cpu_s=90, memory_mib=2048)
NAMES: Final = ("soffice", "libreoffice")
WRITER: Final = "pdf:writer_pdf_Export"
ROOT: Final = str(Path(str(resources.files("services"))).parent)
"""The folder of our packages, for the processes that import them."""


@dataclass(frozen=True, slots=True)
class Outline:
    """How many pages a PDF has, and the page of each entry at the top of its outline, from 0."""

    pages: int
    headings: Sequence[int]


@cache
def office() -> str | None:
    """The program of LibreOffice; None if this machine has none. Looked for once."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def offers_pdf() -> bool:
    """Whether PDFs can be made here; DOCX always can."""
    return office() is not None


async def fill(template: Path, fields: TongHop | BanSao | MucLuc, first_page: int | None = None) -> bytes:
    """The document. Raises `PermanentError` if the template cannot be filled."""
    order = {"template": base64.b64encode(template.read_bytes()).decode(), "fields": asdict(fields), "first_page": first_page}
    with tempfile.TemporaryDirectory() as folder:
        ended = await _python("services.portal.office.worker", FILLING, folder, given=orjson.dumps(order))
    if ended.code == CANNOT_BE_FILLED:
        raise PermanentError(refusal("document.template_fails", file=[template.name], detail=[ended.errors]))
    _require(ended, "filling")
    return ended.output


async def to_pdf(document: bytes) -> bytes:
    """The document as PDF, with its fonts in it. LibreOffice gets a new profile each time, and none of our secrets."""
    program = office()
    if program is None:
        raise PermanentError(refusal("document.no_office"))
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "bao-cao.docx"), Path(folder, "bao-cao.pdf")
        given.write_bytes(document)
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        command = [program, profile, "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"]
        command += ["--convert-to", WRITER, "--outdir", folder, str(given)]
        ended = await processes.run(command, CONVERTING, environment={"HOME": folder, "TMPDIR": folder}, folder=folder)
        if not made.exists():
            _require(ended, "converting", failed=True)
        return made.read_bytes()


async def outline(pdf: bytes) -> Outline:
    """How many pages a PDF has, and on which its headings stand."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "0.pdf").write_bytes(pdf)
        ended = await _python("services.portal.office.joining", JOINING, folder, "outline", "0.pdf")
        _require(ended, "reading")
        found = orjson.loads(ended.output)
        return Outline(found["pages"], found["headings"])


async def join(parts: Sequence[bytes]) -> bytes:
    """One PDF of several, with the outlines of all."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{place}.pdf" for place in range(len(parts))]
        for name, part in zip(names, parts, strict=True):
            Path(folder, name).write_bytes(part)
        ended = await _python("services.portal.office.joining", JOINING, folder, "join", *names)
        _require(ended, "joining")
        return ended.output


async def _python(module: str, limits: Limits, folder: str, *arguments: str, given: bytes = b"") -> Ended:
    environment = {"PYTHONPATH": ROOT, "HOME": folder, "TMPDIR": folder}
    return await processes.run([sys.executable, "-m", module, *arguments], limits, given=given, environment=environment, folder=folder)


def _require(ended: Ended, step: str, *, failed: bool = False) -> None:
    """Raises `TransientError` if a program failed: the machine may have been short of memory."""
    if ended.code != 0 or failed:
        log.warning("document.program_failed", step=step, code=ended.code, error=ended.errors[-500:])
        raise TransientError(refusal("document.program_failed"))
