"""The name of every stream, subject, durable and collection is written in one module only."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.plumbing import streams
from shared.wire import collection_names, subjects

ROOT = Path(__file__).parents[2]
ON_ITS_OWN = "services/send/nats_door.py"  # the client is installed without the product; tests/send/test_on_servers.py has its subjects
ON_THE_WIRE, IN_MONGODB = "shared/wire/subjects.py", "shared/wire/collection_names.py"
FIRST_TOKENS = ("inbox", "reports", "feed", "alerts", "receipts", "parked")
SUBJECT = re.compile(rf"({'|'.join(FIRST_TOKENS)})\.($|[*>0-9{{$])")  # not `feed.repaired`, the name of something logged
STREAMS = {subjects.INBOX, subjects.REPORTS, subjects.FEED, subjects.ALERTS, subjects.PARKED}
COLLECTIONS = {value for name, value in vars(collection_names).items() if name.isupper()}


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of the texts of a module, f-strings in parts, but for docstrings and the sentences under constants."""
    documentation = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documentation:
            yield node.lineno, node.value


def collections(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of what a database is asked for by a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and is_database(node.value):
            yield from texts(node.slice)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_collection"):
            yield from (found for given in node.args for found in texts(given))


def is_database(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.strip("_") == "database"


def spelled(source: str) -> list[str]:
    """What a module spells that has a home elsewhere: `line: text`."""
    tree = ast.parse(source)
    found = [one for one in texts(tree) if SUBJECT.match(one[1]) or one[1] in STREAMS or one[1].startswith("aggregate/")]
    return [f"{line}: {text}" for line, text in (*found, *collections(tree))]


MODULES = sorted(str(file.relative_to(ROOT)) for folder in ("services", "shared") for file in (ROOT / folder).rglob("*.py"))


def test_no_module_spells_a_name_that_has_a_home() -> None:
    others = [module for module in MODULES if module not in (ON_THE_WIRE, IN_MONGODB, ON_ITS_OWN)]
    faults = {module: spelled((ROOT / module).read_text(encoding="utf-8")) for module in others}

    assert len(faults) > 200
    assert {module: wrong for module, wrong in faults.items() if wrong} == {}


@pytest.mark.parametrize(
    "line",
    [
        'x = "reports.>"',
        'x = f"inbox.{unit}"',
        'x = f"feed.*.{regime}"',
        'jetstream.stream_info("FEED")',
        'x = f"aggregate/{partition}"',
        'connections.database["views"].find()',
        'self._database["reports"]',
        'database.create_collection("units")',
    ],
)
def test_a_name_that_is_spelled_is_found(line: str) -> None:
    assert len(spelled(line)) == 1


@pytest.mark.parametrize("line", ['log.info("feed.repaired")', '"""As `reports.>`."""', 'document["duties"]', 'x = "report.unknown_unit"'])
def test_another_text_is_none(line: str) -> None:
    assert spelled(line) == []


def test_the_declared_streams_are_those_of_the_code_and_take_its_subjects() -> None:
    declared = {name: stream.subjects for name, stream in streams.read().streams.items()}
    token: Any = "*"

    assert declared == {
        subjects.INBOX: [subjects.inbox(token), subjects.inbox_of_people(token)],
        subjects.REPORTS: [subjects.reports(token, token)],
        subjects.FEED: [subjects.ALL_FEED],
        subjects.ALERTS: [subjects.alerts(token), subjects.audit_head()],
        subjects.PARKED: [subjects.parked(token)],
    }


def test_the_declared_durables_are_those_of_the_code() -> None:
    declared = yaml.safe_load(streams.DECLARATION.read_text(encoding="utf-8"))["consumers"]

    assert {name: consumer["stream"] for name, consumer in declared.items()} == {subjects.INGEST_DURABLE: subjects.INBOX}


def test_the_filters_of_a_stream_lie_within_it() -> None:
    first = {name: config.subjects[0].partition(".")[0] for name, config in streams.read().streams.items()}

    assert [subjects.ALL_REPORTS.partition(".")[0], subjects.reports_of(0).partition(".")[0]] == [first[subjects.REPORTS]] * 2
    assert subjects.ALL_FEED.partition(".")[0] == first[subjects.FEED]
    assert set(first.values()) | {subjects.receipts("x").partition(".")[0]} == set(FIRST_TOKENS)


def test_collections_are_those_of_the_design_that_the_product_has() -> None:
    reference = {"units", "regimes", "areas", "reforms", "checkpoints"}
    identity = {"people", "invitations", "sessions", "login_delays", "credentials", "credential_uses", "audit", "identity"}
    written = {"reports", "views", "early_views", "receipts", "parked", "parked_counts", "drafts", "duties", "alerts"}
    written |= {"files", "file_chunks", "sheets", "attachments.files", "attachments.chunks"}
    assert reference | identity | written == COLLECTIONS
