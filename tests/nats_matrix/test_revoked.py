"""A unit's credentials are revoked while it is connected: it is cut off, other units and its other credentials stay.

Measured on 26/11/2026: cut off 4 ms after the claims were pushed, on one server.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.nats_matrix import trying
from tests.nats_matrix.installation import running
from tests.nats_matrix.rules import UNIT
from tests.waiting import until

CUT_OFF_S: Final = 10.0  # a minute is promised


async def test_revoked_credentials_are_cut_off_and_all_others_stay(tmp_path: Path) -> None:
    async with running(tmp_path) as installation:
        now = datetime.now(UTC)
        lost = installation.keys.unit(UNIT, now - timedelta(minutes=1), now + timedelta(days=1))
        installation.creds["lost"] = lost.text
        wires = {name: await installation.log_in(name) for name in ("lost", "unit", "another unit", "a receiver", "ingest")}
        installation.revoked[lost.public_key] = int(now.timestamp())
        began = time.monotonic()

        await installation.push("UNITS")

        async def is_cut_off() -> bool:
            return wires["lost"].is_closed

        await until(is_cut_off, CUT_OFF_S)
        took_s = time.monotonic() - began
        await asyncio.sleep(0.2)
        assert [name for name, wire in wires.items() if wire.is_closed] == ["lost"]
        assert not await trying.enter(installation, "lost")
        assert await trying.enter(installation, "unit")
        assert took_s < CUT_OFF_S
        for wire in wires.values():
            await wire.close()


async def test_new_credentials_of_a_unit_work_while_the_old_ones_are_revoked(tmp_path: Path) -> None:
    async with running(tmp_path) as installation:
        now = datetime.now(UTC)
        old = installation.keys.unit(UNIT, now - timedelta(minutes=1), now + timedelta(days=1))
        new = installation.keys.unit(UNIT, now, now + timedelta(days=1))
        installation.creds.update(old=old.text, new=new.text)
        assert await trying.enter(installation, "old")

        installation.revoked[old.public_key] = int(now.timestamp())
        await installation.push("UNITS")

        assert not await trying.enter(installation, "old")
        assert await trying.enter(installation, "new")


async def test_a_connection_ends_with_its_credentials(tmp_path: Path) -> None:
    async with running(tmp_path) as installation:
        now = datetime.now(UTC)
        installation.creds["short"] = installation.keys.unit(UNIT, now, now + timedelta(seconds=3)).text
        wire = await installation.log_in("short")

        async def has_ended() -> bool:
            return wire.is_closed

        await until(has_ended, 8.0)
        await asyncio.sleep(1.1)  # the server counts whole seconds
        await wire.close()
        assert not await trying.enter(installation, "short")
