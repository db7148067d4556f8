"""Style rules that no linter checks: short handlers, no `try` in handlers, one place for clocks, ids and documents."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(file for folder in ("services", "shared") for file in (ROOT / folder).rglob("*.py"))
LONGEST = 15  # statements of a handler
HTTP = {"get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route", "websocket"}

CLOCK = "shared/shell/clock.py"
CLIENTS_CLOCK = "services/send/clock.py"  # the client imports nothing of the product
MACHINE = ("services/devstack/",)  # starts processes and waits for them by the machine's own clock
FROM_THIN_AIR = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime"),
    *("uuid.uuid1", "uuid.uuid4", "secrets.token_hex", "secrets.token_urlsafe", "os.urandom"),
}

DRIVER = ("shared/plumbing/mongo.py", "shared/plumbing/driver.py")
STORES = (
    "shared/plumbing/attachment_store.py",
    "shared/plumbing/audit_store.py",
    "shared/plumbing/credential_store.py",
    "shared/plumbing/data_format.py",
    "shared/plumbing/identity_changes.py",
    "shared/plumbing/invitation_store.py",
    "shared/plumbing/parked_store.py",
    "shared/plumbing/people_store.py",
    "shared/plumbing/person_changes.py",
    "shared/plumbing/reference_store.py",
    "shared/plumbing/reform_store.py",
    "shared/plumbing/sheet_store.py",
    "services/aggregate/plain_store.py",
    "services/aggregate/rebuild_store.py",
    "services/aggregate/store.py",
    "services/cli/stored.py",
    "services/cli/stored_reform.py",
    "services/ingest/form_store.py",
    "services/ingest/parked.py",
    "services/ingest/parked_counts.py",
    "services/ingest/store.py",
    "services/notify/store/",
    "services/portal/drafts/draft_store.py",
    "services/portal/files/store.py",
    "services/portal/reading/alert_store.py",
    "services/portal/reading/draft_ages.py",
    "services/portal/reading/handed_drafts.py",
    "services/portal/drafts/old_draft_store.py",
    "services/portal/reading/operation.py",
    "services/portal/reading/record_store.py",
    "services/portal/reading/reforms.py",
    "services/portal/reading/work_duties.py",
    "services/portal/reading/store.py",
    "services/portal/reading/duty_store.py",
    "services/portal/reading/receipt_store.py",
    "services/portal/sessions/calendar_store.py",
    "services/portal/sessions/code_store.py",
    "services/portal/sessions/delay_store.py",
    "services/portal/sessions/session_store.py",
)
OF_COLLECTIONS = {
    *("find", "find_one", "find_one_and_update", "find_one_and_replace", "find_one_and_delete", "aggregate", "distinct", "bulk_write"),
    *("count_documents", "estimated_document_count", "create_index"),
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
        if any(isinstance(part, ast.Try | ast.TryStar) for part in parts):
            wrong.append(f"{function.name}: try")
    return wrong


def imports(tree: ast.AST) -> dict[str, str]:
    """What each imported name is: `{"new": "uuid.uuid4"}`, `{"datetime": "datetime.datetime"}`."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module or ''}.{alias.name}" for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
    return found


def full_name(node: ast.AST, imported: dict[str, str]) -> str:
    """A name with its dots, `datetime.datetime.now`; "" for any other expression."""
    match node:
        case ast.Name(id=name):
            return imported.get(name, name)
        case ast.Attribute(value=owner, attr=attribute) if prefix := full_name(owner, imported):
            return f"{prefix}.{attribute}"
    return ""


def out_of_thin_air(source: str) -> list[str]:
    """Where a module asks the machine for the time of day or for an id, or hands on the function that does: `line: function`."""
    tree = ast.parse(source)
    imported = imports(tree)
    wrong = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            last_two = ".".join(full_name(node, imported).split(".")[-2:])
            if last_two in FROM_THIN_AIR:
                wrong.append(f"{node.lineno}: {last_two}")
    return wrong


def questions(source: str) -> list[str]:
    """Where a module uses a method of collections: `line: method`. A function of an imported module is none, nor is `find` in a text."""
    tree = ast.parse(source)
    modules = {name for name in imports(tree) if name.islower()}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {id(call.func) for call in calls}
    texts = {id(call.func) for call in calls if call.args and isinstance(call.args[0], ast.Constant)}
    return [
        f"{node.lineno}: {node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in OF_COLLECTIONS
        if not (isinstance(node.value, ast.Name) and node.value.id in modules)
        if not (node.attr == "find" and id(node) in texts)
        if not (node.attr == "aggregate" and id(node) not in called)  # the service
    ]


def faults(check: Callable[[str], list[str]], *excepted: str) -> dict[str, list[str]]:
    """What `check` says of each module, but for those whose path begins with one of `excepted`; only modules with a fault."""
    assert len(MODULES) > 200
    checked = {name(file): check(file.read_text(encoding="utf-8")) for file in MODULES if not name(file).startswith(excepted)}
    return {module: wrong for module, wrong in checked.items() if wrong}


def test_handlers_are_short_and_catch_nothing() -> None:
    assert faults(too_much) == {}


def test_the_time_of_day_and_ids_are_arguments() -> None:
    assert faults(out_of_thin_air, CLOCK, CLIENTS_CLOCK, *MACHINE) == {}


def test_only_a_store_asks_the_database() -> None:
    assert faults(questions, *DRIVER, *STORES) == {}


def test_the_stores_are_there() -> None:
    assert [path for path in (*DRIVER, *STORES, CLOCK, CLIENTS_CLOCK) if not (ROOT / path).exists()] == []


LONG = "async def on_inbox():\n" + "    pass\n" * 16
CAUGHT = "@router.get('/')\nasync def view():\n    try:\n        pass\n    except ValueError:\n        pass\n"


def test_what_is_wrong_is_seen() -> None:
    assert too_much(LONG) == ["on_inbox: 16 statements"]
    assert too_much(CAUGHT) == ["view: try"]
    assert too_much(CAUGHT.replace("except", "except*")) == ["view: try"]
    assert too_much("def helper():\n" + "    pass\n" * 16) == []
    assert out_of_thin_air("from datetime import UTC, datetime\nat = datetime.now(UTC)\n") == ["2: datetime.now"]
    assert out_of_thin_air("from uuid import uuid4 as new\nid = new()\n") == ["2: uuid.uuid4"]
    assert out_of_thin_air("import time\nat = time.time()\n") == ["2: time.time"]
    assert out_of_thin_air("import datetime as dt\nat = dt.datetime.now(dt.UTC)\n") == ["2: datetime.now"]
    assert out_of_thin_air("import time as t\nat = t.time()\n") == ["2: time.time"]
    assert out_of_thin_air("from datetime import datetime\nnow = datetime.now\nat = now()\n") == ["2: datetime.now"]
    assert out_of_thin_air("from dataclasses import field\nfrom uuid import uuid4\nid = field(default_factory=uuid4)\n") == [
        "3: uuid.uuid4"
    ]
    assert out_of_thin_air("import time\nat = time.monotonic()\n") == []
    assert questions("async def f(database):\n    await database['units'].find_one({})\n") == ["2: find_one"]
    assert questions("ask = database['units'].find_one\nask({})\n") == ["1: find_one"]
    assert questions("from x import UNITS\nUNITS.insert_one({})\n") == ["2: insert_one"]
    assert questions("at = text.find('x')\n") == []
