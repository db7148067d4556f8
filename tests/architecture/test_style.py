"""What the style of this code asks and no linter checks: short handlers, no `try` in them, one place for clocks, ids and documents."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(file for folder in ("services", "shared") for file in (ROOT / folder).rglob("*.py"))
LONGEST = 15  # statements of a handler
HTTP = {"get", "post", "put", "patch", "delete"}

CLOCK = "shared/shell/clock.py"
MACHINE = ("services/devstack/",)  # starts processes and waits for them by the machine's own clock
FROM_THIN_AIR = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"), ("time", "time_ns"), ("uuid", "uuid4")}

DRIVER = ("shared/plumbing/mongo.py", "shared/plumbing/driver.py")
STORES = (
    "shared/plumbing/data_format.py",
    "shared/plumbing/reference_store.py",
    "services/aggregate/plain_store.py",
    "services/aggregate/rebuild_store.py",
    "services/aggregate/store.py",
    "services/cli/stored.py",
    "services/ingest/store.py",
    "services/notify/store/",
    "services/portal/reading/store.py",
    "services/portal/reading/duty_store.py",
)
OF_COLLECTIONS = {
    *("find", "find_one", "find_one_and_update", "aggregate", "count_documents", "distinct", "bulk_write"),
    *("insert_one", "insert_many", "update_one", "update_many", "replace_one", "delete_one", "delete_many"),
}


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_handler(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a message, a request or the clock calls the function: `on_…`, a route, `tick`."""
    calls = [one.func for one in function.decorator_list if isinstance(one, ast.Call)]
    is_route = any(isinstance(one, ast.Attribute) and one.attr in HTTP for one in calls)
    return is_route or function.name == "tick" or (function.name.startswith("on_") and isinstance(function, ast.AsyncFunctionDef))


def statements(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """The statements of a function without its docstring, nested ones too."""
    found = [node for part in function.body for node in ast.walk(part) if isinstance(node, ast.stmt)]
    return found[1:] if ast.get_docstring(function) else found


def too_much(source: str) -> list[str]:
    """What is wrong with the handlers of a module."""
    wrong = []
    for function in functions(source):
        if not is_handler(function):
            continue
        parts = statements(function)
        if len(parts) > LONGEST:
            wrong.append(f"{function.name}: {len(parts)} statements")
        if any(isinstance(part, ast.Try) for part in parts):
            wrong.append(f"{function.name}: try")
    return wrong


def out_of_thin_air(source: str) -> list[str]:
    """Where a module asks the machine for the time of day or for an id: `line: call`."""
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    wrong = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(value=ast.Name(id=owner), attr=called):
                pair = (imported.get(owner, ("", owner))[1], called)
            case ast.Name(id=called):
                pair = imported.get(called, ("", ""))
            case _:
                continue
        if pair in FROM_THIN_AIR:
            wrong.append(f"{node.lineno}: {'.'.join(pair)}")
    return wrong


def questions(source: str) -> list[str]:
    """Where a module asks a collection: `line: method`. A function of an imported module is none, nor is `find` in a text."""
    tree = ast.parse(source)
    imported = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return [
        f"{node.lineno}: {node.func.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OF_COLLECTIONS
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id in imported)
        if not (node.func.attr == "find" and node.args and isinstance(node.args[0], ast.Constant))
    ]


def faults(check: Callable[[str], list[str]], *excepted: str) -> dict[str, list[str]]:
    """What `check` says of each module, but for those whose path begins with one of `excepted`; only modules with a fault."""
    assert len(MODULES) > 200
    checked = {name(file): check(file.read_text(encoding="utf-8")) for file in MODULES if not name(file).startswith(excepted)}
    return {module: wrong for module, wrong in checked.items() if wrong}


def test_handlers_are_short_and_catch_nothing() -> None:
    assert faults(too_much) == {}


def test_the_time_of_day_and_ids_are_arguments() -> None:
    assert faults(out_of_thin_air, CLOCK, *MACHINE) == {}


def test_only_a_store_asks_the_database() -> None:
    assert faults(questions, *DRIVER, *STORES) == {}


def test_the_stores_are_there() -> None:
    assert [path for path in (*DRIVER, *STORES, CLOCK) if not (ROOT / path).exists()] == []


LONG = "async def on_inbox():\n" + "    pass\n" * 16
CAUGHT = "@router.get('/')\nasync def view():\n    try:\n        pass\n    except ValueError:\n        pass\n"


def test_what_is_wrong_is_seen() -> None:
    assert too_much(LONG) == ["on_inbox: 16 statements"]
    assert too_much(CAUGHT) == ["view: try"]
    assert too_much("def helper():\n" + "    pass\n" * 16) == []
    assert out_of_thin_air("from datetime import UTC, datetime\nat = datetime.now(UTC)\n") == ["2: datetime.now"]
    assert out_of_thin_air("from uuid import uuid4 as new\nid = new()\n") == ["2: uuid.uuid4"]
    assert out_of_thin_air("import time\nat = time.time()\n") == ["2: time.time"]
    assert out_of_thin_air("import time\nat = time.monotonic()\n") == []
    assert questions("async def f(database):\n    await database['units'].find_one({})\n") == ["2: find_one"]
    assert questions("at = text.find('x')\n") == []
