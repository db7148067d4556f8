"""A country whose portal is measured: all real units, a province of 145 communes directly below it, three regimes, and people by role."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx2

from shared.plumbing import tasks
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests import identities
from tests.benchmarks import load
from tests.benchmarks.machine import NATIONAL, YEAR, national_regime
from tests.browser import form_desk
from tests.portal import wide
from tests.running import with_all_settings

PROVINCE: Final = wide.PROVINCE
COMMUNE: Final = wide.FIRST
FORM: Final = form_desk.WIDE
REAL: Final = "44"  # a real province: districts, and communes below them
ROLES: Final = ("reviewer", "reader", "officer", "operator")
SETTLE_S: Final = 240.0
KEPT_S: Final = 2.0  # the client closes idle connections sooner than the portal does


def regimes() -> list[Regime]:
    """Of all communes; of the wide province, with all indicators of ct27; and a form of 200 fields for the same communes."""
    of_form = wide.regime().model_dump(exclude_unset=True, by_alias=True, exclude={"indicators", "rules"})
    listed = form_desk.regime().model_dump(exclude_unset=True, by_alias=True)["indicators"]
    return [national_regime(), wide.regime(), Regime.model_validate({**of_form, "id": FORM, "title": "Biểu rộng", "indicators": listed})]


@dataclass(frozen=True)
class Country:
    """The services of a country, reachable at `url`, and the cookie of a session of each role."""

    connections: Connections
    url: str
    sessions: dict[str, str]

    @asynccontextmanager
    async def visitor(self, role: str) -> AsyncIterator[httpx2.AsyncClient]:
        """A browser of a person in a role."""
        headers, limits = {"Sec-Fetch-Site": "same-origin"}, httpx2.Limits(keepalive_expiry=KEPT_S)
        cookies = {identities.COOKIE: self.sessions[role]}
        async with httpx2.AsyncClient(base_url=self.url, cookies=cookies, timeout=60, headers=headers, limits=limits) as http:
            yield http

    async def report(self, regime: Regime, units: Sequence[Unit]) -> None:
        """One report of each unit, through the inbox."""
        for unit, payload in load.sent(regime, YEAR, units, len(units)):
            await self.connections.streams.jetstream.publish_async(subjects.inbox(unit), payload)

    async def settled(self, counts: dict[str, int]) -> None:
        """Waits until so many reports of each regime are stored, and counted as done by the notifier."""
        reports, duties = self.connections.database["reports"], self.connections.database["duties"]
        deadline = time.perf_counter() + SETTLE_S
        for regime, count in counts.items():
            while (
                await reports.count_documents({"regime": regime}) < count
                or await duties.count_documents({"regime": regime, "first_received_at": {"$ne": None}}) < count
            ):
                if time.perf_counter() > deadline:
                    raise TimeoutError(f"reports of {regime} are not stored")
                await asyncio.sleep(0.2)

    @asynccontextmanager
    async def reports(self, regime: Regime, units: Sequence[Unit], per_s: float) -> AsyncIterator[None]:
        """While the block runs, the units report again and again."""

        async def send() -> None:
            made = load.sent(regime, YEAR, units, 1_000_000, first=len(units))
            async for _, (unit, payload) in load.at_rate(made, per_s):
                await self.connections.streams.jetstream.publish_async(subjects.inbox(unit), payload)

        sending = asyncio.create_task(send())
        try:
            yield
            if sending.done():
                await sending
        finally:
            await tasks.end(sending)


async def populated(connections: Connections) -> Country:
    """The country with people of every role: a reviewer and an officer of the wide province, who reads everything, an operator."""
    tops = {unit.id for unit in (await connections.reference.current()).registry.units if unit.parent is None}
    grants = {
        "reviewer": [identities.grant("reviewer", PROVINCE)],
        "reader": [identities.grant("viewer", top) for top in sorted(tops)],
        "officer": [identities.grant("officer", COMMUNE)],
        "operator": [identities.grant("operator", None)],
    }
    url = f"http://127.0.0.1:{with_all_settings(connections).settings.portal_port}"
    return Country(connections, url, {role: await identities.session_with(connections.database, *grants[role]) for role in ROLES})


async def communes(connections: Connections, regime: Regime) -> list[Unit]:
    """The communes that a regime asks, by code."""
    reference = await connections.reference.current()
    setting = reference.setting(regime.id, YEAR)
    assert setting is not None
    return sorted((setting.tree.by_id[unit_id] for unit_id in setting.groups), key=lambda unit: unit.code)


def path(role: str) -> dict[str, str]:
    """The pages that are asked for in a role, by name."""
    of_province, of_commune = f"{wide.WIDE}/{YEAR}/{PROVINCE}", f"{wide.WIDE}/{YEAR}/{COMMUNE}"
    indicator = wide.regime().indicators[1].code
    return {
        "reviewer": {
            "work": "/viec-cua-toi",
            "overview": "/tong-quan",
            "overview_unit": f"/tong-quan?unit={PROVINCE}",
            "view": f"/bang/{of_province}",
            "view_chosen": f"/bang/{of_province}?q=an&sort={indicator}&rank={indicator}",
            "missing": f"/bang/{of_province}/chua-nop",
            "narratives": f"/thuyet-minh/{of_province}",
            "explain": f"/giai-trinh/{of_province}/{indicator}",
            "report": f"/bao-cao/{of_commune}",
            "return": f"/bao-cao/{of_commune}/tra-lai",
            "extend": f"/bang/{of_province}/gia-han",
            "remind": f"/bang/{of_province}/don-doc",
            "duty": f"/nghia-vu/{of_commune}",
            "duties_reviewer": "/nghia-vu",
            "people": "/quan-tri/nguoi-dung",
        },
        "reader": {
            "overview_national": "/tong-quan",
            "view_district": f"/bang/{NATIONAL}/{YEAR}/{REAL}",
            "explain_district": f"/giai-trinh/{NATIONAL}/{YEAR}/{REAL}/so_0",
            "duties": "/nghia-vu",
            "duties_found": "/nghia-vu?state=received&q=quang",
            "search": "/tim?q=quang",
            "regimes": "/che-do",
            "regime": f"/che-do/{wide.WIDE}",
            "reforms": "/sap-xep",
            "api": "/api",
        },
        "officer": {
            "work_officer": "/viec-cua-toi",
            "duties_officer": "/nghia-vu",
            "form": f"/bieu-mau/{FORM}/{YEAR}/{COMMUNE}",
        },
        "operator": {
            "state": "/quan-tri/tinh-trang",
            "parked": "/quan-tri/thu-hong",
            "audit": "/quan-tri/nhat-ky",
            "keys": "/quan-tri/khoa",
        },
    }[role]


PAGES: Final = {name: (role, address) for role in ROLES for name, address in path(role).items()}
"""Every page that is measured: who asks for it, and its address."""
VIEW: Final = f"{wide.WIDE}/{YEAR}/{PROVINCE}"
