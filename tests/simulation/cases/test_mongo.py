"""The stand-in for MongoDB does what MongoDB does: each case runs on both. The cases: `mongo_cases`."""

from collections.abc import AsyncIterator

import pytest

from shared.plumbing import mongo
from shared.plumbing.mongo import Documents
from shared.shell.settings import Settings
from tests.simulation.cases.cases import Case
from tests.simulation.cases.mongo_cases import CASES
from tests.simulation.cases.rigs import on_the_fake_mongo


@pytest.fixture
async def real(settings: Settings) -> AsyncIterator[Documents]:
    client = mongo.connect(settings.mongo_url)
    await client.drop_database(settings.database)
    yield client[settings.database]
    await client.drop_database(settings.database)
    await mongo.close(client)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_stand_in(case: Case[Documents]) -> None:
    on_the_fake_mongo(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_the_real_server(case: Case[Documents], real: Documents) -> None:
    await case(real)
