"""Every total is explained by exactly the reports that count, and they add up to it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregate.domain.fold import Fold
from services.aggregate.feed import plain
from services.portal.domain import content, explain
from services.portal.domain.explain import Explanation
from services.portal.domain.standing import Entry
from shared.wire import events, subjects
from shared.wire.events import Logged
from shared.words.reference import Reference
from tests.aggregate.every_kind import EVERY_KIND, every_kind
from tests.aggregate.histories import DEADLINE_MS, PERIOD, REGIME, histories, logged
from tests.portal import builders
from tests.portal.builders import CT27, report
from tests.portal.conftest import Stack
from tests.portal.test_pages import text_of

NOW = datetime(2026, 12, 25, tzinfo=UTC)
PARTITIONS = 8
COMMUNE = "06253"
API = f"/api/v1/explain/{CT27}/2024/184"


def folded(reference: Reference, history: list[Logged], regime: str = REGIME) -> dict[str, dict[str, Any]]:
    """The views of the history, by id; an event's sequence is its place in it, from 1."""
    source = reference.regimes[regime].source_id
    fold = Fold(reference, subjects.partition_of(source, PERIOD, PARTITIONS), PARTITIONS)
    fold.open(NOW)
    fold.take([(event, place) for place, event in enumerate(history, start=1)])
    return {view.id: plain(view.document) for view in fold.changed()}


def explained(reference: Reference, history: list[Logged], view: dict[str, Any], code: str) -> Explanation:
    regime = reference.regimes[view["regime"]]
    period = regime.period(PERIOD)
    assert period is not None
    tree = reference.registry.at(period.cut_off)
    groups = regime.group_of(tree)
    reporters = sorted((unit for unit in tree.subtree(view["unit"]["id"]) if unit.id in groups), key=lambda unit: unit.code)
    entries: dict[str, list[Entry]] = {unit.id: [] for unit in reporters}
    for place, event in enumerate(history, start=1):
        if event.unit_id in entries:
            entries[event.unit_id].append(Entry(event.id, event.type, event.unit_id, event.revision, event.received_ms, 0, place))
    counted = explain.standing_reports(reporters, entries, view["position"]["sequence"])
    contents = {event.id: content.read(event.data) for event in history}
    return explain.explain(regime.by_code[code], view["indicators"][code], reporters, counted, contents)


@settings(max_examples=60, deadline=None)
@given(history=histories())
def test_the_reports_of_every_total_add_up_to_it_in_derived_regimes_too(reference: Reference, history: list[Logged]) -> None:
    for view in folded(reference, history).values():
        for code in view["indicators"]:
            found = explained(reference, history, view, code)
            assert found.computed == found.stored
            assert len(found.parts) == view["indicators"][code]["reported"]
            assert [unit.code for unit in found.missing] == view["reporting"]["missing"]
            assert len(found.parts) + len(found.silent) + len(found.missing) == view["reporting"]["expected"]


@settings(max_examples=60, deadline=None)
@given(sent=st.lists(every_kind, max_size=15))
def test_every_kind_and_aggregation_adds_up(reference: Reference, sent: list[dict[str, Any]]) -> None:
    known = Reference(1, reference.registry, {EVERY_KIND.id: EVERY_KIND}, {})
    communes = [unit.id for unit in reference.registry.units if unit.parent == "184" and unit.level == "commune"]
    history = [
        logged(events.SUBMITTED, unit, number, DEADLINE_MS, {"revision": 1, "values": values}, regime=EVERY_KIND.id)
        for number, (unit, values) in enumerate(zip(communes, sent, strict=False))
    ]
    for view in folded(known, history, EVERY_KIND.id).values():
        for code in view["indicators"]:
            assert explained(known, history, view, code).adds_up


def submitted(number: int, unit: str, revision: int, amount: int) -> Logged:
    return logged(events.SUBMITTED, unit, number, DEADLINE_MS + number, {"revision": revision, "values": {"gd_ngay_cong": amount}})


def test_a_correction_stands_alone_and_a_returned_report_does_not_stand(reference: Reference) -> None:
    history = [
        submitted(1, "06253", 1, 5),
        submitted(2, "06253", 2, 7),
        submitted(3, "06256", 1, 11),
        logged(events.RETURNED, "06256", 4, DEADLINE_MS, {"revision": 1, "reason": "sai", "fix_by": "2026-12-30"}),
    ]
    view = folded(reference, history)[f"{REGIME}/{PERIOD}/184"]

    found = explained(reference, history, view, "gd_ngay_cong")

    assert [(part.unit.code, part.entry.revision, part.entry.event_id, part.value) for part in found.parts] == [
        ("06253", 2, "event-0002", 7)
    ]
    assert "06256" in [unit.code for unit in found.missing]


def test_what_was_logged_after_the_view_is_not_in_its_explanation(reference: Reference) -> None:
    history = [submitted(1, "06253", 1, 5), submitted(2, "06253", 2, 7)]
    view = folded(reference, history[:1])[f"{REGIME}/{PERIOD}/184"]

    found = explained(reference, history, view, "gd_ngay_cong")

    assert (found.adds_up, [part.value for part in found.parts]) == (True, [5])


def test_a_total_that_is_not_the_sum_of_its_reports_does_not_add_up(reference: Reference) -> None:
    history = [submitted(1, "06253", 1, 5)]
    view = folded(reference, history)[f"{REGIME}/{PERIOD}/184"]
    view["indicators"]["gd_ngay_cong"]["total"] = 6

    assert not explained(reference, history, view, "gd_ngay_cong").adds_up


# The API and the page


def three_reports(total: int = 12) -> dict[str, list[dict[str, Any]]]:
    """Two units with a figure, one that left it out; the view says `total`."""
    view = builders.view()
    target = {"at_least": "1", "by": "2030", "met": False}
    figure = {"kind": "quantity", "total": total, "measure": "công", "reported": 2, "target": target}
    view["indicators"] = {"gd_ngay_cong": figure}
    reports = [
        report(unit=COMMUNE, values={"gd_ngay_cong": 5}, sequence=1),
        report(unit="06256", values={"gd_ngay_cong": 7}, sequence=2),
        report(unit="06268", narratives={"kho_khan": "Thiếu vốn"}, sequence=3),
    ]
    return {"views": [view], "reports": reports}


@pytest.mark.asyncio(loop_scope="session")
async def test_the_api_lists_the_reports_of_a_total(stack: Stack) -> None:
    await stack.put(**three_reports())

    found = (await stack.http.get(f"{API}/gd_ngay_cong")).json()

    assert found["adds_up"] is True
    assert found["figure"] == found["computed"] == {"kind": "quantity", "total": 12, "measure": "công", "reported": 2}
    assert (found["expected"], found["reported"], found["silent"], found["missing"], found["next"]) == (15, 2, 1, 12, None)
    assert found["reports"][0] == {
        "unit": {"id": COMMUNE, "code": COMMUNE, "name": "Thị trấn Văn Quan"},
        "revision": 1,
        "event_id": f"submitted-0001-{COMMUNE}",
        "received_at": "2024-12-10T02:30:00.000Z",
        "position": {"partition": 3, "sequence": 1},
        "value": 5,
    }


@pytest.mark.asyncio(loop_scope="session")
async def test_a_unit_that_was_never_asked_for_a_figure_is_not_said_to_have_left_it_out(stack: Stack) -> None:
    before = three_reports()
    office = report(unit="184-GDDT", narratives={"kho_khan": "Thiếu vốn"}, sequence=4)
    await stack.put(views=before["views"], reports=[*before["reports"], office])

    found = (await stack.http.get(f"{API}/gd_ngay_cong")).json()

    assert (found["expected"], found["reported"], found["silent"], found["missing"]) == (15, 2, 1, 12)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_long_list_is_read_page_by_page(stack: Stack) -> None:
    await stack.put(**three_reports())

    first = (await stack.http.get(f"{API}/gd_ngay_cong?limit=1")).json()
    second = (await stack.http.get(f"{API}/gd_ngay_cong?limit=1&after={first['next']}")).json()

    assert [row["value"] for row in first["reports"] + second["reports"]] == [5, 7]
    assert (first["reported"], first["adds_up"], second["next"]) == (2, True, None)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_unit_of_page_one_that_withdraws_hides_nobody_of_page_two_and_the_position_tells(stack: Stack) -> None:
    await stack.put(**three_reports())
    first = (await stack.http.get(f"{API}/gd_ngay_cong?limit=1")).json()
    await stack.put(reports=[report(events.WITHDRAWN, unit=COMMUNE, revision=2, sequence=1300)])
    figure = {"position.sequence": 1300, "indicators.gd_ngay_cong.total": 7, "indicators.gd_ngay_cong.reported": 1}
    await stack.database["views"].update_many({}, {"$set": figure})

    second = (await stack.http.get(f"{API}/gd_ngay_cong?limit=1&after={first['next']}")).json()

    assert [row["unit"]["code"] for row in first["reports"] + second["reports"]] == [COMMUNE, "06256"]
    assert (first["position"]["sequence"], second["position"]["sequence"], second["next"]) == (1234, 1300, None)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_total_that_was_changed_by_hand_does_not_add_up(stack: Stack) -> None:
    await stack.put(**three_reports(total=13))

    found = (await stack.http.get(f"{API}/gd_ngay_cong")).json()

    assert (found["adds_up"], found["figure"]["total"], found["computed"]["total"]) == (False, 13, 12)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("khong-co/2024/184/gd_ngay_cong", 404, "report.unknown_regime"),
        (f"{CT27}/2031/184/gd_ngay_cong", 404, "report.unknown_period"),
        (f"{CT27}/2024/99999/gd_ngay_cong", 404, "report.unknown_unit"),
        (f"{CT27}/2024/184/khong_co", 404, "report.unknown_indicator"),
        (f"{CT27}/2024/{COMMUNE}/gd_ngay_cong", 404, "door.no_such_view"),
        (f"{CT27}/2024/%24ne/gd_ngay_cong", 400, "door.bad_query"),
        (f"{CT27}/2024/184/gd_ngay_cong?limit=0", 422, "door.bad_query"),
    ],
)
async def test_what_cannot_be_explained_is_refused_by_code(stack: Stack, path: str, status: int, code: str) -> None:
    await stack.put(**three_reports())

    answer = await stack.http.get(f"/api/v1/explain/{path}")

    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["path"] for error in said["errors"]} <= {"", "regime", "period", "unit", "indicator", "limit"}
    assert "2024-12-14" not in said["detail"]  # a day as people here write it


@pytest.mark.asyncio(loop_scope="session")
async def test_the_page_of_a_total_is_reached_from_the_view_and_lists_its_reports(stack: Stack) -> None:
    await stack.put(**three_reports())
    link = f"/giai-trinh/{CT27}/2024/184/gd_ngay_cong"

    assert f'href="{link}"' in (await stack.http.get(f"/bang/{CT27}/2024/184")).text
    shown = (await stack.http.get(link)).text

    assert "2 báo cáo dưới đây cộng lại đúng bằng số" in shown
    assert "15 đơn vị được giao, 2 đã báo cáo; 1 đã nộp báo cáo nhưng bỏ trống chỉ tiêu này; 12 chưa nộp." in shown
    assert "Mục tiêu: ≥ 1 công đến 2030 Chưa đạt còn thiếu 2 đơn vị" in text_of(shown)
    assert "Thị trấn Văn Quan" in shown
    assert "10/12/2024 09:30" in shown
