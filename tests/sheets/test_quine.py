"""The ZIP that contains itself is one; what becomes of it at the doors is in `hostile.py` and `tests/ingest/test_workbooks.py`."""

import io
import zipfile
import zlib

import pytest

from tests.sheets import hostile, quine


@pytest.mark.parametrize(
    "given", [quine.made(), quine.made("b.xlsx", b"x" * 100), hostile.quine_of_types()], ids=["small", "comment", "types"]
)
def test_a_zip_that_contains_itself_unpacks_to_itself_however_often(given: bytes) -> None:
    unpacked = given
    for _ in range(100):
        with zipfile.ZipFile(io.BytesIO(unpacked)) as file:
            [entry] = file.infolist()
            assert file.testzip() is None  # its checksum too
            unpacked = file.read(entry)
        assert unpacked == given
    assert len(given) == entry.file_size > entry.compress_size
    packed = given[given.index(entry.filename.encode()) + quine.PREFIX - 30 :][: entry.compress_size]
    inflating = zlib.decompressobj(-15)
    assert inflating.decompress(packed) == given
    assert inflating.eof


def test_a_changed_byte_makes_it_another_file() -> None:
    given = bytearray(quine.made())
    given[-30] ^= 1
    with pytest.raises(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(given)) as file:
        file.read(file.namelist()[0])
