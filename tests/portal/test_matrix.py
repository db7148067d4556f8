"""Every route of the portal with every kind of principal, for units of every relation: what is answered, and that nothing of other units
is in any byte of the answers. What each kind reads is written down in `tests/portal/matrix.py`; a route without a row here fails.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import pytest
import pytest_asyncio
from fastapi.routing import iter_route_contexts

from services.portal import live
from services.portal.app import create_app
from shared.shell.settings import PortalSettings
from shared.words.scope import Reach, Scope
from tests.portal import matrix, tour
from tests.portal.conftest import Stack, empty
from tests.portal.matrix import KINDS, TARGETS, Answer, Kind, Target, World
from tests.portal.reformed import reference

loop = pytest.mark.asyncio(loop_scope="session")

Needs = Literal[
    "nobody",
    "person",
    "governs",
    "operator",
    "public",
    "figures",
    "feed",
    "view",
    "follow",
    "below",
    "report",
    "enter",
    "act",
    "receive",
    "confirm",
]
"""What a route asks of a principal: a session, the right to grant roles, the role of an operator, public knowledge, any figures,
a feed, or a target: its totals, what its page follows, its view with everything below, its report, to enter its report, to act on it as a
reviewer of the recipient (a report, or a view), to confirm its view.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """The rule of a route. `by_key`: a key serves too."""

    needs: Needs
    by_key: bool = False
    early: bool = False
    """Whether the route shows early blocks."""
    script: bool = False
    """Whether the script of a page asks here: it gets no page of the login."""
    also: frozenset[int] = frozenset()
    """Other statuses of its answers."""


API: Final = "/api/v1"
ORDERED: Final = frozenset({303, 429, 501})
"""A file is made in the background; a person may have only some; without LibreOffice there are no PDFs."""
ROWS: Final[dict[str, Row]] = {
    "GET /healthz": Row("nobody"),
    "GET /dang-nhap": Row("nobody"),
    "POST /dang-nhap": Row("nobody"),
    "POST /dang-nhap/tiep-tuc": Row("nobody"),
    "POST /dang-xuat": Row("nobody"),
    "GET /openapi.json": Row("person", by_key=True),
    f"GET {API}/views/{{regime}}/{{period}}/{{unit}}": Row("view", by_key=True, early=True),
    f"GET {API}/views/{{regime}}/{{period}}/{{unit}}/children": Row("below", by_key=True),
    f"GET {API}/reports/{{regime}}/{{period}}/{{unit}}": Row("report", by_key=True),
    f"GET {API}/explain/{{regime}}/{{period}}/{{unit}}/{{indicator}}": Row("below", by_key=True),
    f"GET {API}/feeds/{{province}}/{{regime}}": Row("feed", by_key=True),
    f"GET {API}/duties": Row("figures", by_key=True),
    f"GET {API}/reforms": Row("public", by_key=True),
    f"GET {API}/reforms/{{reform}}": Row("public", by_key=True),
    f"GET {API}/units/{{unit}}/lineage": Row("public", by_key=True),
    "GET /live/{regime}/{period}/{unit}": Row("follow", by_key=True),
    "GET /live/views": Row("person", by_key=True),
    "GET /bang/{regime}/{period}/{unit}": Row("view", early=True),
    "GET /bang/{regime}/{period}/{unit}.xlsx": Row("view"),
    "GET /bang/{regime}/{period}/{unit}.csv": Row("view"),
    "GET /bang/{regime}/{period}/{unit}/chua-nop": Row("below"),
    "GET /bang/{regime}/{period}/{unit}/chua-nop.txt": Row("below"),
    "GET /bang/{regime}/{period}/{unit}.docx": Row("below", also=ORDERED),
    "GET /bang/{regime}/{period}/{unit}.pdf": Row("below", also=ORDERED),
    "GET /bang/{regime}/{period}/{unit}.sach.pdf": Row("below", also=ORDERED),
    "GET /bieu-mau/{regime}/{period}/{unit}/bien-nhan/{event}.pdf": Row("report", also=ORDERED),
    "GET /bieu-mau/{regime}/{period}/{unit}/bien-nhan/{event}.docx": Row("report", also=ORDERED),
    "GET /ban-nhap-cu": Row("person"),  # of the person's own units
    "GET /ban-nhap-cu/{old}": Row("person"),  # 404 for anybody else
    "POST /bieu-mau/{regime}/{period}/{unit}/nhap-cu": Row("enter"),
    "GET /tep/{file}": Row("person"),  # of the person alone: 404 for anybody else
    "GET /tep/{file}/tai-ve": Row("person"),
    "GET /bao-cao/{regime}/{period}/{unit}": Row("report", early=True),
    "GET /bao-cao/{regime}/{period}/{unit}/dinh-kem/{ref}": Row("report", early=True),
    "GET /bieu-mau/{regime}/{period}/{unit}/dinh-kem": Row("enter"),
    "GET /bieu-mau/{regime}/{period}/{unit}/bieu.csv": Row("enter"),
    "GET /bieu-mau/{regime}/{period}/{unit}/bieu.xlsx": Row("enter"),
    "GET /bieu-mau/{regime}/{period}/{unit}/excel": Row("enter"),
    "POST /bieu-mau/{regime}/{period}/{unit}/excel": Row("enter"),
    "GET /bieu-mau/{regime}/{period}/{unit}/excel/{sheet}": Row("enter"),
    "POST /bieu-mau/{regime}/{period}/{unit}/dinh-kem": Row("enter"),
    "POST /bieu-mau/{regime}/{period}/{unit}/dinh-kem/bo": Row("enter"),
    "GET /bieu-mau/{regime}/{period}/{unit}/dinh-kem/{ref}": Row("enter"),
    "GET /bieu-mau/{regime}/{period}/{unit}": Row("enter"),
    "POST /bieu-mau/{regime}/{period}/{unit}": Row("enter"),
    "GET /bieu-mau/{regime}/{period}/{unit}/cac-lan-luu": Row("enter"),
    "POST /bieu-mau/{regime}/{period}/{unit}/cac-lan-luu": Row("enter"),
    "GET /bieu-mau/{regime}/{period}/{unit}/bien-nhan/{event}": Row("report"),
    "POST /bieu-mau/{regime}/{period}/{unit}/doc-thu": Row("enter", script=True),
    "GET /bieu-mau/{regime}/{period}/{unit}/nhap": Row("enter", script=True),
    "PUT /bieu-mau/{regime}/{period}/{unit}/nhap": Row("enter", script=True),
    "GET /phien": Row("person", script=True),
    "POST /phien": Row("person", script=True),
    "GET /bao-cao/{regime}/{period}/{unit}/tra-lai": Row("act"),
    "POST /bao-cao/{regime}/{period}/{unit}/tra-lai": Row("act"),
    "GET /bao-cao/{regime}/{period}/{unit}/gia-han": Row("act"),
    "POST /bao-cao/{regime}/{period}/{unit}/gia-han": Row("act"),
    "GET /bang/{regime}/{period}/{unit}/gia-han": Row("receive"),
    "POST /bang/{regime}/{period}/{unit}/gia-han": Row("receive"),
    "GET /bang/{regime}/{period}/{unit}/don-doc": Row("receive"),
    "POST /bang/{regime}/{period}/{unit}/don-doc": Row("receive"),
    "GET /bang/{regime}/{period}/{unit}/chot": Row("confirm"),
    "POST /bang/{regime}/{period}/{unit}/chot": Row("confirm"),
    "GET /bang/{regime}/{period}/{unit}/huy-chot": Row("confirm"),
    "POST /bang/{regime}/{period}/{unit}/huy-chot": Row("confirm"),
    "GET /che-do/{regime}/mo-ky": Row("receive"),
    "POST /che-do/{regime}/mo-ky": Row("receive"),
    "GET /thuyet-minh/{regime}/{period}/{unit}": Row("below"),
    "GET /thuyet-minh/{regime}/{period}/{unit}.xlsx": Row("below"),
    "GET /thuyet-minh/{regime}/{period}/{unit}.csv": Row("below"),
    "GET /giai-trinh/{regime}/{period}/{unit}/{indicator}": Row("below"),
    "GET /nghia-vu": Row("figures"),
    "GET /nghia-vu.csv": Row("figures"),
    "GET /nghia-vu.xlsx": Row("figures"),
    "GET /nghia-vu/{regime}/{period}/{unit}": Row("report"),
    "GET /lich/{address}.ics": Row("nobody"),  # a secret address
    "GET /moi/{secret}": Row("nobody"),
    "GET /dang-nhap/nha-cung-cap": Row("nobody"),
    "GET /dang-nhap/tra-ve": Row("nobody"),
    "GET /": Row("person"),
    "GET /tong-quan": Row("person"),
    "GET /viec-cua-toi": Row("person"),
    "GET /favicon.ico": Row("person"),
    "GET /tim": Row("public"),
    "GET /che-do": Row("public"),
    "GET /che-do/{regime}": Row("public"),
    "GET /huong-dan": Row("person"),
    "GET /huong-dan/{guide}": Row("person"),
    "GET /sap-xep": Row("public"),
    "GET /sap-xep/{reform}": Row("public"),
    "GET /sap-xep/{reform}.csv": Row("public"),
    "GET /api": Row("person"),
    "GET /tai-khoan": Row("person"),
    "GET /tai-khoan/ma-xac-thuc": Row("person", also=frozenset({303})),
    "POST /tai-khoan/mat-khau": Row("person"),
    "POST /tai-khoan/ma-xac-thuc": Row("person"),
    "POST /tai-khoan/ma-xac-thuc/tat": Row("person"),
    "POST /tai-khoan/phien": Row("person"),
    "POST /tai-khoan/lich": Row("person"),
    "GET /quan-tri/nguoi-dung": Row("governs"),
    "POST /quan-tri/nguoi-dung": Row("governs"),
    "GET /quan-tri/nguoi-dung/{person}": Row("governs", also=frozenset({403})),  # an account out of the subtree
    "POST /quan-tri/nguoi-dung/{person}/vai-tro": Row("governs"),
    "POST /quan-tri/nguoi-dung/{person}/vai-tro/{role}/thu-hoi": Row("governs"),
    "POST /quan-tri/nguoi-dung/{person}/thu-hoi": Row("governs"),
    "POST /quan-tri/nguoi-dung/{person}/mat-khau": Row("governs"),
    "GET /quan-tri/thu-hong": Row("operator"),
    "GET /quan-tri/nhat-ky": Row("operator"),
    "GET /quan-tri/khoa": Row("operator"),
    "GET /quan-tri/khoa/{credential}/thu-hoi": Row("operator"),
    "POST /quan-tri/khoa/{credential}/thu-hoi": Row("operator"),
    "GET /quan-tri/tinh-trang": Row("operator"),
}
OF_TWO: Final = {route for route, row in ROWS.items() if row.needs in ("act", "receive", "confirm")} - {
    "GET /bao-cao/{regime}/{period}/{unit}/tra-lai",
    "GET /bang/{regime}/{period}/{unit}/chot",
}
"""Routes of acts, which all decide alike: one of reports and one of views is asked for every target."""
FOLLOWED: Final = {"own": "parent", "sibling": "parent", "source": "abolishedparent", "abolished": "abolishedparent"} | {
    "derived": "derivedparent",
    "other": "otherparent",
}
"""The page of a report follows the view of the unit above."""
REFORM: Final = "2025-07-01"
OFFERED: Final = {"officer": "/bieu-mau/{regime}/{period}/{unit}?", "operator": "/quan-tri/nhat-ky?"} | {
    "reviewer": "/bang/{regime}/{period}/{unit}.sach.pdf?",
    "reviewer at a recipient": "/bao-cao/{regime}/{period}/{unit}/tra-lai?",
}
"""A page that only such a person is led to."""
AT_ONCE: Final = 8
"""Requests, so that the portal works while the database answers."""


@dataclass(frozen=True, slots=True)
class Case:
    route: str
    path: str
    target: Target | None = None

    @property
    def row(self) -> Row:
        return ROWS[self.route]

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]


def cases() -> Iterator[Case]:
    """The paths of every route, for every target if the route names a unit in a period."""
    for route in ROWS:
        path = route.partition(" ")[2]
        if "{regime}/{period}" in path:
            targets = [target for target in TARGETS if ROWS[route].early or not target.early]
            if ROWS[route].needs in ("report", "enter", "act"):
                targets = [target for target in targets if _reports(target)]
            if route in OF_TWO:
                targets = [target for target in targets if target.name in ("own", "parent", "derivedparent")]
            yield from (Case(route, _path(path, target), target) for target in targets)
        else:
            yield Case(route, _path(path, TARGETS[0]))
    for route in (f"GET {API}/duties", "GET /nghia-vu", "GET /nghia-vu.csv", "GET /nghia-vu.xlsx"):
        yield from (Case(route, f"{route.partition(' ')[2]}?unit={target.unit}", target) for target in TARGETS if not target.early)
    yield Case("GET /tim", "/tim?q=van+quan")
    yield Case("GET /", "/?x=1")


def _reports(target: Target) -> bool:
    known = reference()
    regime = known.regimes[target.regime]
    period = regime.period(target.period)
    setting = None if period is None else known.setting_on(regime, period, target.day)
    return setting is not None and target.unit in setting.groups


def _path(path: str, target: Target) -> str:
    indicator = next(iter(reference().regimes[target.regime].by_code))
    names = {
        "regime": target.regime,
        "period": target.period,
        "unit": target.unit,
        "indicator": indicator,
        "province": "20",
        "reform": REFORM,
        "person": "p-unknown",
        "role": "r-unknown",
        "credential": "0" * 16,
        "event": "0" * 32,
        "file": "f-unknown",
        "old": "x",
        "guide": "xa",
        "address": "A" * 43,
        "secret": "A" * 43,
        "ref": "A" * 43,
        "sheet": "A" * 43,
    }
    return path.format(**names) + target.query


def expected(kind: Kind, case: Case) -> set[int]:
    """The statuses that a kind of principal may get."""
    row, answered = case.row, {200, 204, 307, 400, 404} | case.row.also
    if row.needs == "nobody":
        return {200, 303, 400, 401, 403, 404, 422, 429}
    if not kind.is_known or not (kind.is_person or row.by_key):
        return {401} if row.by_key or row.script or case.method == "POST" else {303}
    if row.needs == "enter" and case.target is not None and case.target.regime == matrix.VHTT and case.target.name in kind.below:
        return {404}  # a derived regime has no form, whoever reads its reports
    return answered if _may(kind, case) else {403}


def _may(kind: Kind, case: Case) -> bool:
    name = case.target.name if case.target else ""
    match case.row.needs:
        case "person":
            return kind.is_person or case.row.by_key
        case "governs":
            return kind.governs
        case "operator":
            return kind.name == "operator"
        case "public":
            return kind.reads_public
        case "feed":
            return "20" in kind.feeds
        case "view":
            return name in kind.below | kind.totals
        case "follow":
            return {name, FOLLOWED.get(name, name)} <= kind.below | kind.totals
        case "below" | "report":
            return name in kind.below
        case "enter":
            return name in kind.enters
        case "act" | "receive":
            return name in kind.receives if name else bool(kind.receives)
        case "confirm":
            return name in kind.confirms
        case _:
            return bool(kind.below) if case.target is None else _reads_any_of(kind, case.target)


def _reads_any_of(kind: Kind, target: Target) -> bool:
    """Whether a list of the duties of a unit and those below it has anything that is in scope: own units are below these."""
    above_own = {"parent", "abolishedparent", "derivedparent"} if kind.below & {"own", "source"} else set()
    same_unit = {other.name for other in TARGETS if other.unit == target.unit}
    return bool((kind.below | above_own) & same_unit)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(running: Stack) -> AsyncIterator[World]:
    """One for all: its index of names, its contract and its compiled pages cost more than the answers to a kind of principal."""
    await empty(running)
    async with matrix.world(running) as made:
        yield made


async def answers(world: World, kind: Kind, below: str = "/") -> dict[Case, Answer]:
    """The answers to one kind of principal, of paths that begin so; forms that would act are only sent by those who may not send them."""
    may_act = kind.is_person and kind.is_known
    asked = [case for case in cases() if case.method == "GET" or not may_act or 403 in expected(kind, case)]
    asked = [case for case in asked if case.path != "/dang-xuat" and case.path.startswith(below)]
    turns = asyncio.Semaphore(AT_ONCE)

    async def answer(case: Case) -> Answer:
        async with turns:
            return await world.ask(kind, case.path, case.method)

    return dict(zip(asked, await asyncio.gather(*map(answer, asked)), strict=True))


def wrong(kind: Kind, found: dict[Case, Answer]) -> list[str]:
    """The answers with an unexpected status, and the texts and figures of units that the principal does not read."""
    unexpected = [
        f"{kind.name}: {case.method} {case.path}: {answer.status} is not in {sorted(expected(kind, case))}"
        for case, answer in found.items()
        if answer.status not in expected(kind, case)
    ]
    canaries = hidden(kind)
    seen = {case: answer.seen for case, answer in found.items()}
    leaks = [f"{kind.name}: {case.path}: has {canary}" for case, text in seen.items() for canary in canaries if canary in text]
    return unexpected + leaks


def hidden(kind: Kind) -> list[str]:
    """What must never reach a principal."""
    fed = {"parent"} if kind.feeds else set()
    asked = {target.contact for target in TARGETS if kind.asks and target.name in kind.below}
    texts = [target.text for target in TARGETS if target.name not in kind.below]
    texts += [target.contact for target in TARGETS if target.contact not in asked]
    figures = [target.figure for target in TARGETS if target.name not in kind.below | kind.totals | fed]
    return [*texts, *(form for figure in figures for form in (str(figure), f"{figure:,}".replace(",", ".")))]


def test_every_route_has_a_row() -> None:
    app = create_app(PortalSettings(_env_file=None))
    routes = {f"{method} {route.path}" for route in iter_route_contexts(app.routes) for method in (route.methods or ()) if method != "HEAD"}
    assert routes == ROWS.keys()


@loop
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "_"))
async def test_every_route_answers_each_principal_as_its_rule_says_and_nothing_leaks(world: World, kind: Kind) -> None:
    found = await answers(world, kind)
    assert wrong(kind, found) == []
    if kind.name == "reviewer":
        whoever_reads_everything_of_a_province_receives_all_its_canaries(kind, found)


def whoever_reads_everything_of_a_province_receives_all_its_canaries(kind: Kind, found: dict[Case, Answer]) -> None:
    """Otherwise their absence would prove nothing."""
    received = "".join(answer.seen for answer in found.values())
    shown = [target for target in TARGETS if target.name in kind.below and target.regime != matrix.VHTT]
    assert [target.name for target in shown if _reports(target) and target.text not in received] == []
    assert [target.name for target in shown if str(target.figure) not in received] == []


@loop
@pytest.mark.parametrize("name", ["officer", "reviewer", "reviewer at a recipient", "operator"], ids=lambda name: name.replace(" ", "_"))
async def test_every_link_that_a_person_is_offered_leads_somewhere(world: World, name: str) -> None:
    [kind] = [kind for kind in KINDS if kind.name == name]
    asked, broken = await tour.walked(world.app, partial(world.ask, kind))
    assert not broken, "".join(f"\nBROKEN {one}" for one in broken)
    assert {OFFERED[name], "/tai-khoan?"} <= asked


@loop
@pytest.mark.parametrize("loosened", [{"reports"}, {"views"}, {"reports", "whole", "views"}])
async def test_the_matrix_reports_a_loosened_rule(world: World, loosened: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    [officer] = [kind for kind in KINDS if kind.name == "officer"]
    real = Scope._reach

    def loose(self: Scope, version: object) -> Reach:
        found = real(self, version)  # type: ignore[arg-type]
        everything = frozenset(version.tree.by_id)  # type: ignore[attr-defined]
        more = {name: everything if name in loosened else getattr(found, name) for name in ("reports", "whole", "views")}
        return Reach(**more, is_everything=False)

    monkeypatch.setattr(Scope, "_reach", loose)
    found = wrong(officer, await answers(world, officer, below=API))
    assert any("200 is not in [403]" in line for line in found)
    assert any("has" in line for line in found)


@loop
async def test_a_stream_ends_when_its_session_or_key_has_ended(world: World, running: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of the module: it ends every session and every key."""
    monkeypatch.setattr(live, "LOOK_S", 0.1)
    for name, collection in (("officer", "sessions"), ("unit key", "credentials")):
        path = _path("/live/{regime}/{period}/{unit}", TARGETS[0])
        open_stream = asyncio.create_task(matrix.ask(world.app, "GET", path, world.shown[name], stays=True))
        await asyncio.sleep(0.5)
        assert not open_stream.done()
        await matrix.end(running, collection)
        await world.app.state.keys.look()
        answer = await asyncio.wait_for(open_stream, 10)
        assert b"event: view" in answer.body
        assert b": still" in answer.body
