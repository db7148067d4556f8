"""The generated documents are up to date with the code, complete, and correct for running services."""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import typer
from faststream.nats import NatsRouter
from faststream.nats.subscriber.usecases import LogicSubscriber
from typer.testing import CliRunner

from services.cli.contracts import command, documents
from services.portal import live
from services.portal.http.hub import Hub
from shared.plumbing import streams
from shared.wire import subjects
from shared.words.refusals import refusal

Json = dict[str, Any]
NO_SUBJECTS = ("feed_of", "reports_of", "reports_about")  # they take a subject apart, filter on one, or compute a token


@pytest.fixture
def asyncapi() -> Json:
    document: Json = json.loads(documents.stored()["asyncapi.json"])
    return document


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The committed documents in a folder of the test's own."""
    for path, text in documents.stored().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.setattr(documents, "FOLDER", tmp_path)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    """The exit code and the text of `tonghop contracts …`."""
    app = typer.Typer()
    command.add_to(app)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def pattern(subject: str) -> str:
    """A subject with `*` for each token that varies."""
    return re.sub(r"\{\w+\}", "*", subject)


def test_the_committed_documents_are_what_the_code_makes() -> None:
    assert documents.differing(documents.documents()) == []


def test_the_check_names_what_differs_and_changes_nothing(copy: Path) -> None:
    # given an edited document, a missing one, and one that nothing makes
    (copy / "asyncapi.json").write_text("{}\n", encoding="utf-8")
    (copy / "schemas" / "view.json").unlink()
    (copy / "schemas" / "old.json").write_text("{}\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in copy.rglob("*.json")}

    code, output = run("--check")

    assert code == 1
    names = (f"shared/contracts/{name}" for name in ("asyncapi.json", "schemas/old.json", "schemas/view.json"))
    assert refusal("cli.contracts_differ", names=list(names)).line("vi") in output
    assert {path: path.read_bytes() for path in copy.rglob("*.json")} == before


def test_generating_mends_what_differs(copy: Path) -> None:
    (copy / "asyncapi.json").write_text("{}\n", encoding="utf-8")
    (copy / "schemas" / "old.json").write_text("{}\n", encoding="utf-8")

    assert run()[0] == 0

    assert run("--check")[0] == 0
    assert not (copy / "schemas" / "old.json").exists()


def test_every_subject_has_a_channel(asyncapi: Json) -> None:
    documented = {pattern(channel["address"]) for channel in asyncapi["channels"].values()}
    assert documented == {subject for _, subject in subjects_made()}


def test_every_stream_is_described_as_declared(asyncapi: Json) -> None:
    declaration = streams.read()
    described = {found["name"]: found for channel in asyncapi["channels"].values() if (found := channel.get("x-stream"))}
    assert described.keys() == declaration.streams.keys()
    for name, stream in declaration.streams.items():
        assert described[name].items() >= stream.model_dump().items()
    assert described[subjects.REPORTS]["partitions"] == declaration.partitions


def test_a_channel_stands_in_the_stream_that_takes_its_subject(asyncapi: Json) -> None:
    declared = {name: stream.subjects for name, stream in streams.read().streams.items()}
    for channel in asyncapi["channels"].values():
        takers = [name for name, filters in declared.items() if any(takes(wanted, pattern(channel["address"])) for wanted in filters)]
        assert takers == ([channel["x-stream"]["name"]] if "x-stream" in channel else [])


def test_every_declared_consumer_is_read_by_one_operation(asyncapi: Json) -> None:
    read = [found["durable"] for operation in asyncapi["operations"].values() if (found := operation.get("x-consumer"))]
    assert read == list(streams.read().consumers)


@pytest.mark.parametrize(("service", "router"), [("portal", live.feed_router(Hub()))])
def test_what_faststream_subscribes_to_is_an_operation(asyncapi: Json, service: str, router: NatsRouter) -> None:
    received = {
        pattern(asyncapi["channels"][operation["channel"]["$ref"].rpartition("/")[2]]["address"])
        for operation in asyncapi["operations"].values()
        if operation["action"] == "receive" and operation["tags"] == [{"name": service}]
    }
    subscribed = [subscriber.subject.broker_address for subscriber in router.subscribers if isinstance(subscriber, LogicSubscriber)]
    assert subscribed
    assert set(subscribed) <= received


def test_every_reference_in_the_asyncapi_leads_somewhere(asyncapi: Json) -> None:
    for reference in references(asyncapi):
        found: Any = asyncapi
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_every_message_of_the_asyncapi_has_an_example_that_fits(asyncapi: Json) -> None:
    for name, message in asyncapi["components"]["messages"].items():
        judge = jsonschema_rs.validator_for({**message["payload"], "components": asyncapi["components"]})
        assert message["examples"], name
        assert all(judge.is_valid(example["payload"]) for example in message["examples"]), name


@pytest.mark.parametrize("service", documents.APPS)
def test_every_service_has_an_openapi_document_without_what_only_the_monitor_listener_answers(service: str) -> None:
    document = json.loads(documents.stored()[f"openapi-{service}.json"])
    assert document["openapi"].startswith("3.1")
    assert document["paths"].keys() & {"/healthz", "/readyz", "/metrics"} == {"/healthz"}


def subjects_made() -> Iterator[tuple[str, str]]:
    """Every function of `shared.wire.subjects` that makes a subject, and its pattern."""
    for name, function in inspect.getmembers(subjects, inspect.isfunction):
        if inspect.signature(function).return_annotation is str and name not in NO_SUBJECTS:
            yield name, function(*["*"] * len(inspect.signature(function).parameters))


def takes(wanted: str, subject: str) -> bool:
    """Whether a stream's filter takes a subject, token by token."""
    if wanted.endswith(".>"):
        return subject.startswith(wanted[:-1])
    return pattern(wanted).split(".")[0] == subject.split(".")[0] and len(wanted.split(".")) == len(subject.split("."))


def references(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        if isinstance(found := document.get("$ref"), str):
            yield found
        for inner in document.values():
            yield from references(inner)
    elif isinstance(document, list):
        for inner in document:
            yield from references(inner)
