import asyncio
import os
import time
from collections.abc import AsyncIterator

import pytest

from shared.plumbing import confined
from shared.plumbing.confined import Confined, ConfinedFaultError, Limits
from shared.words.failures import PermanentError, TransientError

JOBS = "tests.shared.confined_jobs"
SHORT = Limits(wall_s=0.5, cpu_s=5)


@pytest.fixture
async def jobs() -> AsyncIterator[Confined]:
    async with Confined([JOBS]) as made:
        yield made


async def code(jobs: Confined, name: str, limits: Limits = SHORT) -> str:
    with pytest.raises(PermanentError) as caught:
        await jobs.run(f"{JOBS}:{name}", b"", limits=limits)
    return caught.value.codes[0]


async def test_runs_a_function_on_bytes(jobs: Confined) -> None:
    assert await jobs.run(f"{JOBS}:turned", b"abc", {"behind": "é"}) == "cbaé".encode()
    large = bytes(range(256)) * 20_000
    assert await jobs.run(f"{JOBS}:turned", large) == large[::-1]


async def test_gives_back_refusals_and_tells_faults_from_them(jobs: Confined) -> None:
    with pytest.raises(PermanentError) as caught:
        await jobs.run(f"{JOBS}:refuses", b"")
    assert [(one.code, one.path) for one in caught.value.refusals] == [("confined.busy", "Biểu!B12")]
    with pytest.raises(ConfinedFaultError, match="one of ours"):
        await jobs.run(f"{JOBS}:is_wrong", b"")


@pytest.mark.parametrize("name", ["waits", "computes", "grows", "dies", "writes"])
async def test_ends_what_needs_too_much(jobs: Confined, name: str) -> None:
    began = time.monotonic()
    limits = Limits(wall_s=0.5, cpu_s=5, file_mib=1)
    assert await code(jobs, name, limits) == "confined.too_heavy"
    assert time.monotonic() - began < 3
    assert await jobs.run(f"{JOBS}:turned", b"ab") == b"ba"


async def test_processor_time_has_a_limit_of_its_own(jobs: Confined) -> None:
    assert await code(jobs, "computes", Limits(wall_s=9, cpu_s=1)) == "confined.too_heavy"


async def test_knows_none_of_our_secrets(jobs: Confined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_MONGO_URL", "mongodb://secret")
    assert b"secret" not in await jobs.run(f"{JOBS}:environment", b"")


async def test_the_loop_goes_on_while_jobs_run(jobs: Confined) -> None:
    await jobs.run(f"{JOBS}:turned", b"")
    running = asyncio.create_task(jobs.run(f"{JOBS}:computes", bytes(5 * 2**20), limits=SHORT))
    longest = 0.0
    while not running.done():
        before = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - before)
    assert longest < 0.25
    with pytest.raises(PermanentError):
        await running


async def test_too_many_jobs_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "MOST_WAITING", 1)
    async with Confined([JOBS], at_once=1) as jobs:
        running = [asyncio.create_task(jobs.run(f"{JOBS}:computes", b"", limits=SHORT)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(TransientError) as caught:
            await jobs.run(f"{JOBS}:turned", b"")
        assert caught.value.codes == ["confined.busy"]
        await asyncio.gather(*running, return_exceptions=True)
        assert await jobs.run(f"{JOBS}:turned", b"ab") == b"ba"


async def test_starts_again_after_its_server_was_killed(jobs: Confined) -> None:
    await jobs.run(f"{JOBS}:turned", b"")
    assert jobs._process is not None
    os.kill(jobs._process.pid, 9)
    await jobs._process.wait()
    assert await jobs.run(f"{JOBS}:turned", b"ab") == b"ba"


async def test_a_service_ends_it_by_cancelling_its_watch() -> None:
    jobs = Confined([JOBS])
    watch = asyncio.create_task(jobs.watch())
    await jobs.run(f"{JOBS}:turned", b"")
    process = jobs._process
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    assert process is not None
    assert process.returncode is not None
