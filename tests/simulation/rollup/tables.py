"""Documents, filters and updates as MongoDB understands them: as many as the product uses. Anything else is refused aloud.

Documents are kept as BSON, so that what MongoDB would not take is not taken here, and nobody shares an object with the store.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions
from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from tests.simulation.rollup.loop import NotFakedError

Document = dict[str, Any]
Order = list[tuple[str, int]]  # fields, and 1 or -1
READ: Final = CodecOptions[Document](tz_aware=True)
MISSING: Final = object()


class DuplicateError(Exception):
    """Another document has this `_id`."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write: insert, replace, update or delete. `is_guarded`: an upsert whose filter names more than the `_id`."""

    kind: str
    filter: Document
    change: Any  # a document, or an update's pipeline
    is_upsert: bool = False
    is_many: bool = False

    @property
    def is_guarded(self) -> bool:
        return self.is_upsert and len(self.filter) > 1


def writes_of(operation: object) -> list[Write]:
    """The writes that pymongo's own description says. An update of many is one for each that is asked for: others come between."""
    match operation:
        case InsertOne():
            return [Write("insert", {"_id": operation._doc["_id"]}, operation._doc)]
        case ReplaceOne():
            return [Write("replace", dict(operation._filter), dict(operation._doc), bool(operation._upsert))]
        case UpdateOne():
            return [Write("update", dict(operation._filter), operation._doc, bool(operation._upsert))]
        case UpdateMany():
            if operation._upsert or list(operation._filter) != ["_id"]:
                raise NotFakedError("an update of many that are not named by _id")
            return [Write("update", {"_id": key}, operation._doc) for key in operation._filter["_id"]["$in"]]
        case DeleteOne() | DeleteMany():
            return [Write("delete", dict(operation._filter), {}, is_many=isinstance(operation, DeleteMany))]
    raise NotFakedError(f"write {operation!r}")


Watcher = Callable[[str, Document | None, Document | None], None]


@dataclass
class Table:
    """One collection: its documents by `_id`, in the order of their insertion. `watch` is told of every change."""

    name: str
    watch: Watcher
    rows: dict[Any, tuple[Document, bytes]] = field(default_factory=dict)

    def find(self, filter_: Mapping[str, Any], order: Order, most: int, projection: Mapping[str, int] | None) -> list[Document]:
        """Copies of the documents that fit, as many as `most` (0: all); the fields asked for."""
        rows = self._fitting(filter_)
        for name, direction in reversed(order):
            rows.sort(key=lambda row: _in_order(_at(row[0], name)), reverse=direction < 0)
        raws = (bson.encode(projected(document, projection)) if projection else raw for document, raw in rows[: most or None])
        return [bson.decode(raw, READ) for raw in raws]

    def count(self, filter_: Mapping[str, Any]) -> int:
        return len(self._fitting(filter_))

    def has_room_for(self, write: Write) -> bool:
        """Whether an upsert would insert: nothing fits, and nobody has its `_id`."""
        return write.filter.get("_id", MISSING) not in self.rows

    def do(self, write: Write, codec: CodecOptions[Any]) -> int:
        """Carries out one write; how many documents it found. Raises DuplicateError."""
        if write.kind == "insert":
            self._put_new(write.change, codec)
            return 0
        found = [document for document, _ in self._fitting(write.filter)]
        if not write.is_many:
            found = found[:1]
        for document in found:
            if write.kind == "delete":
                self.remove(document["_id"])
            else:
                self._put(changed(document, write) if write.kind == "update" else {"_id": document["_id"], **write.change}, codec)
        if not found and write.is_upsert:
            start = {key: value for key, value in write.filter.items() if not key.startswith("$") and not isinstance(value, dict)}
            new = changed(start, write, is_insert=True) if write.kind == "update" else {"_id": start.get("_id"), **write.change}
            if new.get("_id") is None:
                raise NotFakedError(f"an upsert without _id in {self.name}")
            self._put_new(new, codec)
        return len(found)

    def remove(self, key: Any) -> None:
        """Deletes the document that is there."""
        document, _ = self.rows.pop(key)
        self.watch(self.name, document, None)

    def _fitting(self, filter_: Mapping[str, Any]) -> list[tuple[Document, bytes]]:
        """The documents that fit; of what is asked for by `_id` no other is looked at."""
        wanted = filter_.get("_id", MISSING)
        if wanted is MISSING or isinstance(wanted, dict):
            return [row for row in self.rows.values() if fits(row[0], filter_)]
        row = self.rows.get(wanted)
        if row is None or (len(filter_) > 1 and not fits(row[0], filter_)):
            return []
        return [row]

    def _put_new(self, document: Document, codec: CodecOptions[Any]) -> None:
        if document["_id"] in self.rows:
            raise DuplicateError(document["_id"])
        self._put(document, codec)

    def take(self, key: Any, row: tuple[Document, bytes]) -> None:
        """Keeps a document as it was stored elsewhere."""
        before = self.rows.get(key)
        self.rows[key] = row
        self.watch(self.name, before[0] if before else None, row[0])

    def _put(self, document: Document, codec: CodecOptions[Any]) -> None:
        raw = bson.encode(document, codec_options=codec)
        stored = bson.decode(raw, READ)
        self.take(stored["_id"], (stored, raw))


def changed(document: Document, write: Write, *, is_insert: bool = False) -> Document:
    """The document after an update; top-level or dotted fields."""
    copy = bson.decode(bson.encode(document), READ) if document else {}
    if isinstance(write.change, list):
        return _piped(copy, write.change)
    for operator, fields in write.change.items():
        for name, value in fields.items():
            if "." in name:
                raise NotFakedError(f"update of {name}")
            match operator:
                case "$set":
                    copy[name] = value
                case "$setOnInsert":
                    if is_insert:
                        copy[name] = value
                case "$inc":
                    copy[name] = copy.get(name, 0) + value
                case "$max":
                    copy[name] = value if name not in copy else max(copy[name], value)
                case "$min":
                    copy[name] = value if name not in copy else min(copy[name], value)
                case "$unset":
                    copy.pop(name, None)
                case _:
                    raise NotFakedError(f"update operator {operator}")
    return copy


def _piped(document: Document, stages: list[Document]) -> Document:
    """The document after a pipeline, whose stages set whole fields."""
    for stage in stages:
        if list(stage) != ["$set"]:
            raise NotFakedError(f"stage {stage}")
        document |= {name: _computed(document, expression) for name, expression in stage["$set"].items()}
    return document


def _computed(document: Document, expression: Any) -> Any:
    match expression:
        case {"$add": [*parts]}:
            return sum(_computed(document, part) for part in parts)
        case dict():
            return {name: _computed(document, inner) for name, inner in expression.items()}
        case str() if expression.startswith("$"):
            return _at(document, expression[1:])
        case int():
            return expression
    raise NotFakedError(f"expression {expression!r}")


def fits(document: Document, filter_: Mapping[str, Any]) -> bool:
    """Whether a document is one that a filter asks for."""
    return all(_rule(document, name, wanted) for name, wanted in filter_.items())


def _rule(document: Document, name: str, wanted: Any) -> bool:
    if name == "$or":
        return any(fits(document, some) for some in wanted)
    if name == "$and":
        return all(fits(document, some) for some in wanted)
    if name.startswith("$"):
        raise NotFakedError(f"filter {name}")
    value = _at(document, name)
    if isinstance(wanted, dict):
        if any(key.startswith("$") for key in wanted):
            return all(_compare(value, *rule) for rule in wanted.items())
        return _embedded_equal(value, wanted)
    return _equal(value, wanted)


def _equal(value: Any, wanted: Any) -> bool:
    """None is also what is not there."""
    return bool(value == wanted) or (wanted is None and value is MISSING)


def _embedded_equal(value: Any, wanted: Mapping[str, Any]) -> bool:
    """Embedded documents are equal when their fields are, in the same order."""
    return isinstance(value, dict) and list(value.items()) == list(wanted.items())


def _at(document: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(document, dict) or name not in document:
            return MISSING
        document = document[name]
    return document


def _compare(value: Any, operator: str, other: Any) -> bool:
    match operator:
        case "$in":
            return any(_equal(value, one) for one in other)
        case "$nin":
            return not any(_equal(value, one) for one in other)
        case "$eq":
            return _equal(value, other)
        case "$ne":
            return not _equal(value, other)
        case "$exists":
            return (value is not MISSING) == bool(other)
        case "$lte" | "$gte" if other is None:
            return _equal(value, None)
        case "$lt" | "$lte" | "$gt" | "$gte":
            return value is not MISSING and value is not None and _ordered(value, operator, other)
    raise NotFakedError(f"comparison {operator}")


def _ordered(value: Any, operator: str, other: Any) -> bool:
    if isinstance(other, dict):  # embedded documents: field by field, names included
        if not isinstance(value, dict):
            return False
        left, right = list(value.items()), list(other.items())
    else:
        if isinstance(value, str) != isinstance(other, str):
            return False
        left, right = value, other
    match operator:
        case "$lt":
            return bool(left < right)
        case "$lte":
            return bool(left <= right)
        case "$gt":
            return bool(left > right)
    return bool(left >= right)


def projected(document: Document, projection: Mapping[str, int]) -> Document:
    """The fields asked for; `_id` unless it is left out."""
    if all(not flag for name, flag in projection.items()):
        return _without(document, projection)
    found: Document = {} if projection.get("_id") == 0 or "_id" not in document else {"_id": document["_id"]}
    for name, flag in projection.items():
        value = _at(document, name)
        if flag and value is not MISSING:
            _place(found, name, value)
    return found


def _without(document: Document, paths: Iterable[str]) -> Document:
    """A document without some fields."""
    left = {name: value for name, value in document.items() if name not in paths}
    for first, _, rest in (path.partition(".") for path in paths):
        if rest and isinstance(left.get(first), dict):
            left[first] = _without(left[first], [rest])
    return left


def _in_order(value: Any) -> tuple[int, Any]:
    """The place of a value in a sort: by kind, then by value. What is not there comes first, like None."""
    match value:
        case _ if value is MISSING or value is None:
            return 0, 0
        case bool():
            return 3, value
        case int() | float():
            return 1, value
        case str():
            return 2, value
        case datetime():
            return 4, value
    raise NotFakedError(f"a sort by {value!r}")


def _place(into: Document, path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        into = into.setdefault(name, {})
    into[last] = value


def rules(order: Any, direction: int | None) -> Order:
    """The order of a sort as pairs, however it was said."""
    return [(order, direction or 1)] if isinstance(order, str) else list(order)
