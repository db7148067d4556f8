"""The documents that the aggregator and the imports store match the models of `shared/wire/documents/`, field by field."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, get_type_hints

import orjson
import pytest
from bson.decimal128 import Decimal128

from services.aggregate import feed
from services.aggregate.domain.fold import Fold
from shared.shell.service import Connections
from shared.wire import collection_names
from shared.wire.documents import by_collection
from shared.wire.documents.checkpoints import AggregateCheckpointDocument, FormatDocument, GenerationDocument, ShownDocument
from shared.wire.documents.views import FigureDocument, ViewDocument
from shared.wire.views import View, ViewUpdated
from shared.words.reference import Reference
from tests.aggregate.running import aggregating, log_reports, until_stored
from tests.documents import differences

CHECKPOINTS = {
    "aggregate": AggregateCheckpointDocument,
    "shown": ShownDocument,
    "format": FormatDocument,
    "generation": GenerationDocument,
}


async def test_what_is_stored_has_the_fields_of_its_model(loaded: Connections) -> None:
    async with aggregating(loaded):
        await until_stored(loaded, await log_reports(loaded))
    found, count = [], 0
    for name in (collection_names.UNITS, collection_names.REGIMES, collection_names.REPORTS, collection_names.VIEWS):
        [model] = by_collection.MODELS[name]
        async for document in loaded.database[name].find():
            count += 1
            found += [f"{name}/{document['_id']}{wrong}" for wrong in differences(document, model)]
    async for document in loaded.database[collection_names.CHECKPOINTS].find():
        count += 1
        found += differences(document, CHECKPOINTS[document["_id"].partition("/")[0]])

    assert found == []
    assert count > 1000


@pytest.mark.parametrize(
    ("stored", "model", "wrong"),
    [
        ({"_id": "format", "value": 5}, FormatDocument, []),
        ({"_id": "format"}, FormatDocument, [".value: is not there"]),
        ({"_id": "format", "value": 5, "more": 1}, FormatDocument, [".more: is no field"]),
        ({"_id": "other", "value": "5"}, FormatDocument, ["._id: 'other'", ".value: str"]),
        (Decimal128("1.5"), int | Decimal | None, []),
        (None, int | Decimal | None, []),
        (True, int, [": bool"]),
        ([["a", 1], ["b", "c"]], list[tuple[str, int]], [".1.1: str"]),
        ({"a": {"kind": "choice", "counts": {}, "reported": "1"}}, dict[str, FigureDocument], [".a.reported: str"]),
        (datetime.now(UTC), Annotated[datetime, "an instant"], []),
    ],
)
def test_a_field_that_differs_from_its_model_is_named(stored: Any, model: Any, wrong: list[str]) -> None:
    assert sorted(differences(stored, model)) == sorted(wrong)


def test_what_feed_publishes_is_the_published_model(reference: Reference) -> None:
    """Building the model for each message would take fifty times as long as writing the document as JSON, so this is compared here."""
    count = 0
    for partition in range(8):
        fold = Fold(reference, partition, 8)
        fold.open(datetime(2026, 12, 25, tzinfo=UTC))
        fold.mark_all()
        for view in fold.changed():
            text = feed.payload(view)
            event = ViewUpdated.model_validate_json(text)
            assert orjson.loads(event.model_dump_json(exclude_unset=True)) == orjson.loads(text)
            assert set(View.model_fields) | {"_id"} == view.document.keys() == get_type_hints(ViewDocument).keys()
            count += 1
    assert count > 40
