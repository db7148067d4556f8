"""What a file is, by its content; and the agency's scanner."""

import asyncio
import tempfile
import time
from pathlib import Path

import pytest

from shared.plumbing import file_kinds
from shared.plumbing.scanning import Scanner
from shared.words.refusals import Refusal
from tests import scans


def recognised(content: bytes) -> str | Refusal:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        return file_kinds.recognised(file)


@pytest.mark.parametrize("name", scans.TAKEN)
def test_what_scanners_and_cameras_write_is_recognised(name: str) -> None:
    kind, content = scans.TAKEN[name]
    assert recognised(content) == kind


def test_what_is_no_scan_is_refused_whatever_it_is_called() -> None:
    found = {name: recognised(content) for name, (_, content) in scans.REFUSED.items()}
    assert {name: why.code if isinstance(why, Refusal) else why for name, why in found.items()} == {
        name: code for name, (code, _) in scans.REFUSED.items()
    }
    assert len(found) >= 20


def test_every_cut_of_a_file_is_refused() -> None:
    for _, content in (scans.TAKEN["a PDF"], scans.TAKEN["a PNG"], scans.TAKEN["a JPEG"]):
        cuts = [content[:length] for length in range(1, len(content) - 1)]
        assert [len(cut) for cut in cuts if not isinstance(recognised(cut), Refusal)] == []


def test_a_file_of_ten_megabytes_is_judged_at_once() -> None:
    for content in (scans.pdf(padding=10 * scans.MIB), scans.png(scans.chunk(b"tEXt", bytes(10 * scans.MIB)))):
        began = time.monotonic()
        assert not isinstance(recognised(content), Refusal)
        assert time.monotonic() - began < 1.0


async def judged(command: str, content: bytes = b"%PDF", within_s: float = 5.0) -> str | None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        why = await Scanner(command, within_s).refused(file.file, file.name)
    return None if why is None else why.code


async def test_the_exit_code_of_the_scanner_decides(tmp_path: Path) -> None:
    assert await judged("none") is None
    assert await judged("sh -c 'grep -q PDF'") is None  # on standard input
    assert await judged("grep -q PDF {}") is None  # by its path
    assert await judged("sh -c 'grep -q EICAR'") == "attachment.not_clean"
    assert await judged("sh -c 'exit 2'") == "attachment.not_clean"
    assert await judged("sh -c 'exit 75'") == "attachment.not_scanned"
    assert await judged("sh -c 'kill -9 $$'") == "attachment.not_scanned"
    assert await judged(f"{tmp_path}/there-is-no-such-program") == "attachment.not_scanned"


async def test_a_scanner_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    late = tmp_path / "late"
    began = time.monotonic()
    assert await judged(f"sh -c '(sleep 0.4; touch {late}) & wait'", within_s=0.2) == "attachment.not_scanned"
    assert time.monotonic() - began < 0.4
    await asyncio.sleep(0.5)
    assert not late.exists()


async def test_the_scanner_is_not_told_the_secrets_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_MONGO_URL", "mongodb://ingest:secret@127.0.0.1")
    assert await judged("sh -c 'test -z \"$TONGHOP_MONGO_URL\"'") is None
