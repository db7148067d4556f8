"""ADR-0003: to move from Motor to PyMongo's asynchronous client, only the import line of `shared/plumbing/mongo.py` must change."""

import ast
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from motor import motor_asyncio
from pymongo.asynchronous import client_session, collection, cursor, database, mongo_client

from shared.plumbing import driver

ROOT = Path(__file__).parents[2]
SUCCESSOR = Path(__file__).with_name("successor")

DRIVERS: list[tuple[type, type, type]] = [
    (driver.Client, motor_asyncio.AsyncIOMotorClient, mongo_client.AsyncMongoClient),
    (driver.Documents, motor_asyncio.AsyncIOMotorDatabase, database.AsyncDatabase),
    (driver.Collection, motor_asyncio.AsyncIOMotorCollection, collection.AsyncCollection),
    (driver.Session, motor_asyncio.AsyncIOMotorClientSession, client_session.AsyncClientSession),
    (driver.Cursor, motor_asyncio.AsyncIOMotorCursor, cursor.AsyncCursor),
]


def members(shape: type) -> Iterator[tuple[str, bool]]:
    """What a shape has, and whether it is awaited."""
    for name, member in vars(shape).items():
        if isinstance(member, property):
            yield name, False
        elif inspect.isfunction(member) and (not name.startswith("_") or name in ("__getitem__", "__aiter__")):
            yield name, "Awaitable" in str(member.__annotations__["return"])


def is_awaited(owner: type, name: str) -> bool:
    """Whether a driver's method gives something to be awaited. Motor marks its methods, but for those that give a future."""
    member = getattr(owner, name)
    is_motor = owner.__module__.startswith("motor")
    gives_future = is_motor and inspect.isfunction(member) and "get_future" in inspect.getsource(member)
    return inspect.iscoroutinefunction(member) or bool(getattr(member, "is_async_method", False)) or gives_future


@pytest.mark.parametrize(("shape", "motor", "successor"), DRIVERS, ids=lambda owner: owner.__name__)
def test_what_is_used_of_the_driver_is_awaited_with_both_or_with_none(shape: type, motor: type, successor: type) -> None:
    wanted = dict(members(shape))
    assert wanted

    assert {name: is_awaited(successor, name) for name in wanted} == wanted
    assert {name: is_awaited(motor, name) for name in wanted} == wanted


@pytest.mark.parametrize("name", ["aggregate", "watch", "list_indexes"])
def test_a_call_whose_shape_differs_is_seen(name: str) -> None:
    assert is_awaited(motor_asyncio.AsyncIOMotorCollection, name) != is_awaited(collection.AsyncCollection, name)
    assert not hasattr(driver.Collection, name)


def test_only_one_module_connects() -> None:
    """Whoever makes a client of his own, of either driver, would have to move too. The embedded servers' set-up is PyMongo's for good."""
    importers = set()
    for file in (path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import | ast.ImportFrom) else set()
            module = getattr(node, "module", None) or ""
            if module.startswith(("motor", "pymongo.asynchronous")) or names & {"motor", "MongoClient", "AsyncMongoClient"}:
                importers.add(str(file.relative_to(ROOT)))
    assert importers == {"shared/plumbing/mongo.py", "services/devstack/mongo_users.py"}


def test_every_store_works_with_the_successor_when_that_one_line_is_changed(tmp_path: Path) -> None:
    """The tests marked `stores`, in a Python for which that line is another."""
    path = os.pathsep.join([str(SUCCESSOR), str(ROOT)])
    note = tmp_path / "changed"
    environment = {**os.environ, "PYTHONPATH": path, "PYTEST_ADDOPTS": "", "SUCCESSOR_NOTE": str(note)}
    folders = [f"tests/{name}" for name in ("shared", "ingest", "aggregate", "notify", "portal")]
    options = ["-q", "-x", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'base'}", "-m", "stores"]
    command = [sys.executable, "-m", "pytest", *options, *folders]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert note.exists(), "the line was not changed"
