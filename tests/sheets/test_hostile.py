"""Files that are made to do harm are refused with a reason, within limits, and nothing comes of them. The next file is read as always."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from shared.plumbing import sheet_desk
from shared.plumbing.sheet_desk import SheetDesk
from shared.sheets import reading
from shared.words.failures import PermanentError
from shared.words.refusals import Refusal
from tests.sheets import files, hostile

CASES = list(hostile.cases())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncIterator[SheetDesk]:
    """A desk whose jobs may wait for a busy machine. What they may compute is the same: one second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_desk, "READING", replace(sheet_desk.READING, wall_s=60.0))
        made = SheetDesk()
        async with made.confined:
            await made.read(files.blank())
            yield made


async def refused(desk: SheetDesk, given: bytes) -> list[str]:
    """The codes with which a file is refused, as the door asks; none if it is taken."""
    try:
        filled = await desk.read(given)
    except PermanentError as error:
        return error.codes
    core = reading.stamped(filled)
    if isinstance(core, Refusal):
        return [core.code]
    if wrong := reading.other_form(core, files.asked()):
        return [one.code for one in wrong]
    if reading.changed(files.asked(), core, filled):
        return ["sheet.other_version"]
    return [fault.code for fault in reading.read(files.asked(), filled).faults]


def test_there_are_many_of_them() -> None:
    assert len({name for name, _, _ in CASES}) == len(CASES) >= 100


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("make", "codes"), [pytest.param(make, codes, id=name) for name, make, codes in CASES])
async def test_a_hostile_file_is_refused(desk: SheetDesk, make: Callable[[], bytes], codes: str) -> None:
    found = await refused(desk, make())
    assert found, "it was taken"
    assert set(found) <= set(codes.split())


@pytest.mark.asyncio(loop_scope="module")
async def test_the_next_file_is_read_as_always(desk: SheetDesk) -> None:
    assert await refused(desk, files.put(files.blank(), {"v.gd_ngay_cong": 7})) == []
