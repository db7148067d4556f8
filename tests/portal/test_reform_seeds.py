"""The product's own regimes over the reforms of 2025: their pages and API answer for every period and its units."""

from datetime import UTC, date, datetime

import pytest

from tests import seeds
from tests.portal import builders, reformed
from tests.portal.conftest import Stack

loop = pytest.mark.asyncio(loop_scope="session")
LATER = datetime(2026, 11, 3, 2, tzinfo=UTC)


@loop
async def test_the_first_page_shows_each_period_by_the_version_of_its_day(stack: Stack) -> None:
    known = seeds.reformed_reference()
    views = []
    for regime in known.regimes.values():
        for setting in known.settings(regime.id):
            unit = setting.tree.by_code.get(setting.regime.within)
            if unit is not None and setting.period.code in ("2024", "2025", "2026"):
                named = {"id": unit.id, "code": unit.code, "name": unit.name, "level": unit.level, "parent": unit.parent}
                document = builders.view("184", regime="ct27-van-quan", period=setting.period.code)
                views.append(document | {"_id": f"{regime.id}/{setting.period.code}/{unit.id}", "regime": regime.id, "unit": named})
    await stack.put(views=views)
    async with reformed.portal(stack, LATER, known) as http:
        first = (await http.get("/")).text
        answers = {view["_id"]: await http.get(f"/bang/{view['regime']}/{view['period']}/{view['unit']['code']}") for view in views}
    assert {key: answer.status_code for key, answer in answers.items() if answer.status_code != 200} == {}
    for path in ("nq68-quang-binh/2024/44", "nq68-quang-binh/2025/44-QB", "ct27-van-quan/2024/184", "ct27-van-quan/2026/20"):
        assert f'href="/bang/{path}"' in first
    assert "kl62-binh-dinh/2025" not in first
    assert "Chế độ kết thúc ngày 01/07/2025" in first


def test_every_reporter_of_every_period_has_notes_that_name_only_other_units() -> None:
    from services.portal.domain import address, unit_notes

    known = seeds.reformed_reference()
    for code in ("2024", "2025"):
        setting = known.setting("nq68-quang-binh", code)
        assert setting is not None
        for unit_id in setting.groups:
            unit = setting.tree.by_id[unit_id]
            at = address.named(known, "nq68-quang-binh", code, unit.code)
            said = [note.plain for note in unit_notes.of_page(at, {}, date(2025, 11, 3))]
            assert said or known.registry.valid(unit_id, date(2025, 11, 3)) is not None
            assert at.unit.id == unit_id
