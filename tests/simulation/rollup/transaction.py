"""Transactions of the stand-in for MongoDB: all of their writes land at once, or none.

A transaction sees what was stored when its first operation arrived, and what it wrote itself. Its commit is one change: it may be
lost, land late, be sent twice. It lands only when nobody else wrote since what it writes: the first one wins, as on the server.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pymongo.errors import OperationFailure

from shared.plumbing.mongo import AWAY
from tests.simulation.rollup.tables import Table

if TYPE_CHECKING:
    from tests.simulation.rollup.store import Server

WRITE_CONFLICT = 112


class Transaction:
    """One attempt: its own picture of the tables, and what it wrote in it."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._before: dict[str, dict[Any, Any]] = {}
        self._tables: dict[str, Table] = {}
        self._written: dict[tuple[str, Any], None] = {}
        self._is_committed = False

    def table(self, name: str) -> Table:
        """A collection as this transaction sees it."""
        if not self._tables:
            for known, table in self._server.tables.items():
                self._before[known] = dict(table.rows)
                self._tables[known] = Table(known, self._wrote, dict(table.rows))
        return self._tables.setdefault(name, Table(name, self._wrote))

    @property
    def has_written(self) -> bool:
        return bool(self._written)

    def commit(self) -> None:
        """All of it lands. A commit that was sent twice lands once. Raises OperationFailure when somebody else was faster."""
        if self._is_committed:
            return
        for name, key in self._written:
            if self._server.table(name).rows.get(key) is not self._before.get(name, {}).get(key):
                raise OperationFailure("WriteConflict", WRITE_CONFLICT)
        self._is_committed = True
        for name, key in self._written:
            row = self._tables[name].rows.get(key)
            if row is not None:
                self._server.table(name).take(key, row)
            elif key in self._server.table(name).rows:
                self._server.table(name).remove(key)

    def _wrote(self, name: str, before: Any, after: Any) -> None:
        self._written[name, (after or before)["_id"]] = None


class Session:
    """What `client.start_session()` gives."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self.transaction = Transaction(server)

    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(self, *_: object) -> None:
        """A transaction that was not committed is forgotten."""

    async def with_transaction(self, act: Callable[["Session"], Awaitable[Any]], read_concern: object) -> Any:
        """As the driver's: attempts until one commits, commits sent until one is answered."""
        while True:
            self.transaction = Transaction(self._server)
            try:
                result = await act(self)
                if self.transaction.has_written:
                    await self._commit()
            except AWAY:
                continue
            except OperationFailure as error:
                if error.code != WRITE_CONFLICT:
                    raise
                self._server.conflicted()
            else:
                return result

    async def _commit(self) -> None:
        while True:
            try:
                await self._server.change("", "commit", self.transaction.commit)
            except AWAY:
                continue
            else:
                return
