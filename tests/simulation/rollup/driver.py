"""The face of MongoDB's driver on the stand-in for its server: as many operations as the product uses, anything else is refused aloud."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions
from pymongo import InsertOne

from tests.simulation.rollup import tables
from tests.simulation.rollup.loop import NotFakedError
from tests.simulation.rollup.store import Server
from tests.simulation.rollup.tables import Document, Table, Write
from tests.simulation.rollup.transaction import Session


class Database:
    """What `client[name]` gives."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def client(self) -> "Database":
        return self

    async def start_session(self) -> Session:
        return Session(self._server)

    def __getitem__(self, name: str) -> "Collection":
        return Collection(self._server, name)

    async def list_collection_names(self) -> list[str]:
        names: list[str] = await self._server.read("", "collections", lambda: list(self._server.tables))
        return names


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion gives."""

    deleted_count: int


class Cursor:
    """A query that is sent when its first result is wanted."""

    def __init__(
        self,
        collection: "Collection",
        filter_: Mapping[str, Any],
        projection: Mapping[str, int] | None,
        order: Any,
        table: Callable[[], Table],
    ) -> None:
        self._collection = collection
        self._table = table
        self._filter = filter_
        self._projection = projection
        self._order = tables.rules(order, None) if order else []
        self._limit = 0
        self._rest: list[Document] | None = None

    def sort(self, order: Any, direction: int | None = None) -> "Cursor":
        self._order = tables.rules(order, direction)
        return self

    def limit(self, most: int) -> "Cursor":
        self._limit = most
        return self

    def _found(self) -> list[Document]:
        return self._table().find(self._filter, self._order, self._limit, self._projection)

    async def to_list(self, length: int | None = None) -> list[Document]:
        """The next results; all of them are read by the first call."""
        if self._rest is None:
            self._rest = await self._collection.server.read(self._collection.name, "find", self._found)
        end = len(self._rest) if length is None else length
        found, self._rest = self._rest[:end], self._rest[end:]
        return found

    async def __aiter__(self) -> AsyncIterator[Document]:
        for document in await self.to_list():
            yield document


class Collection:
    """As much of a collection as the product uses."""

    def __init__(self, server: Server, name: str, codec: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS) -> None:
        self.server = server
        self.name = name
        self._codec = codec

    def __getattr__(self, name: str) -> Any:
        raise NotFakedError(f"collection.{name}")

    def with_options(self, codec_options: CodecOptions[Any]) -> "Collection":
        return Collection(self.server, self.name, codec_options)

    def find(
        self,
        filter_: Mapping[str, Any] | None = None,
        projection: Mapping[str, int] | None = None,
        sort: Any = None,
        batch_size: int = 0,
        session: Session | None = None,
    ) -> Cursor:
        return Cursor(self, filter_ or {}, projection, sort, self._table(session))

    async def find_one(
        self,
        filter_: Mapping[str, Any] | None = None,
        projection: Mapping[str, int] | None = None,
        sort: Any = None,
        session: Session | None = None,
    ) -> Document | None:
        found = await Cursor(self, filter_ or {}, projection, sort, self._table(session)).limit(1).to_list()
        return found[0] if found else None

    async def count_documents(self, filter_: Mapping[str, Any]) -> int:
        count: int = await self.server.read(self.name, "count", lambda: self.server.table(self.name).count(filter_))
        return count

    async def estimated_document_count(self) -> int:
        return await self.count_documents({})

    async def insert_many(self, documents: Sequence[Document], ordered: bool = True) -> None:
        await self.bulk_write([InsertOne(document) for document in documents], ordered)

    async def bulk_write(self, operations: Sequence[Any], ordered: bool = True, session: Session | None = None) -> None:
        if ordered or not operations:
            raise NotFakedError(f"{self.name}: an ordered or empty bulk")
        writes = [write for operation in operations for write in tables.writes_of(operation)]
        if session is None:
            return await self.server.bulk(self.name, "bulk", writes, self._codec)
        await self._change(f"bulk {len(writes)}", writes, session)

    async def insert_one(self, document: Document) -> None:
        await self._one(Write("insert", {}, document))

    async def replace_one(self, filter_: Document, document: Document, upsert: bool = False) -> None:
        await self._one(Write("replace", filter_, document, upsert))

    async def update_one(self, filter_: Document, change: Document, upsert: bool = False, session: Session | None = None) -> None:
        await self._change("update", [Write("update", filter_, change, upsert)], session)

    async def update_many(self, filter_: Document, change: Document) -> None:
        await self._one(Write("update", filter_, change, is_many=True))

    async def delete_one(self, filter_: Document, session: Session | None = None) -> "Deleted":
        return Deleted(await self._change("delete", [Write("delete", filter_, {})], session))

    async def delete_many(self, filter_: Document) -> "Deleted":
        return Deleted(await self._change("delete", [Write("delete", filter_, {}, is_many=True)]))

    async def drop(self) -> None:
        await self.server.change(self.name, "drop", lambda: self.server.tables.pop(self.name, None))

    async def rename(self, target: str, dropTarget: bool = False) -> None:
        if not dropTarget:
            raise NotFakedError("rename without dropTarget")
        await self.server.change(self.name, "rename", lambda: self.server.rename(self.name, target))

    async def create_index(self, keys: Sequence[tuple[str, int]], **options: Any) -> None:
        if options.get("unique"):
            raise NotFakedError("a unique index")
        await self.server.change(self.name, "index", lambda: self.server.table(self.name))

    async def _one(self, write: Write) -> None:
        await self._change(write.kind, [write])

    def _table(self, session: Session | None = None) -> Callable[[], Table]:
        """This collection when an operation arrives: the server's, or a transaction's picture of it."""
        of = self.server.table if session is None else session.transaction.table
        return lambda: of(self.name)

    async def _change(self, what: str, writes: Sequence[Write], session: Session | None = None) -> int:
        table = self._table(session)

        def effect() -> int:
            return sum(table().do(write, self._codec) for write in writes)

        count: int = await self.server.change(self.name, what, effect)
        return count
