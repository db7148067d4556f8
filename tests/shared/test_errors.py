"""The catalogue of errors: every used code is in it, every entry has a text, and the text of an entry can be stored."""

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from string import Formatter

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words.failures import ConfigurationError
from shared.words.refusals import CATALOGUE, QUOTED_TEXT, refusal

ROOT = Path(__file__).parents[2]
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=[]))


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def refusals_in_source() -> Iterator[tuple[str, ast.Call]]:
    for folder in ("services", "shared"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(source)) if "refusal(" in source else ():
                if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "refusal":
                    yield f"{path.relative_to(ROOT)}:{node.lineno}:{node.col_offset}", node


CALLS = dict(refusals_in_source())


def code_of(call: ast.Call) -> str:
    first = call.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def test_every_entry_can_be_said_in_both_languages() -> None:
    for code, (vietnamese, english) in CATALOGUE.items():
        said = refusal(code, "data", **dict.fromkeys(fields(vietnamese) | fields(english), "điều gì đó"))

        assert said.code == code
        for sentence, text in ((vietnamese, said.message_vi), (english, said.message_en)):
            assert text.endswith("."), code
            assert not set(text) & set("{}"), code
            assert text.count("điều gì đó") == len([name for _, name, _, _ in Formatter().parse(sentence) if name]), code


def test_every_code_that_is_used_is_in_the_catalogue_and_gets_all_its_details() -> None:
    assert len(CALLS) > 200
    assert {place: code_of(call) for place, call in CALLS.items() if code_of(call) not in CATALOGUE} == {}
    assert [place for place, call in CALLS.items() if not has_all_details(call)] == []


def has_all_details(call: ast.Call) -> bool:
    """Whether a refusal gets the details that its sentences ask for; with `**details`, only a test that says it can know."""
    vietnamese, english = CATALOGUE[code_of(call)]
    details = {keyword.arg for keyword in call.keywords}
    return None in details or details - {"path"} == fields(vietnamese) | fields(english)


def test_every_entry_of_the_catalogue_is_used() -> None:
    assert {code_of(call) for call in CALLS.values()} == set(CATALOGUE)


def test_a_long_text_of_a_sender_is_cut() -> None:
    said = refusal("report.not_a_number", "data", text="9" * 1000)

    assert "9" * QUOTED_TEXT + "…" in said.message_vi
    assert "9" * (QUOTED_TEXT + 1) not in said.message_vi


@given(ANY_TEXT, ANY_TEXT)
def test_whatever_a_sender_wrote_a_refusal_can_be_stored(path: str, text: str) -> None:
    said = asdict(refusal("report.not_a_number", path, text=text))

    assert "\0" not in "".join(said.values())
    assert orjson.loads(orjson.dumps(said)) == said


def test_braces_in_a_senders_text_are_left_alone() -> None:
    assert "{path}{0}" in refusal("report.not_a_number", text="{path}{0}").message_vi


VIETNAMESE = re.compile(r"[^\x00-\x7f“”…–]")  # typographic quotes and dashes are of both


def both_in_source() -> Iterator[tuple[str, str, str]]:
    """Every phrase in two languages: where it stands, Vietnamese, English; as far as it is written out."""
    for folder in ("services", "shared"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Both" and len(node.args) == 2:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", _written(node.args[0]), _written(node.args[1])


def _written(part: ast.expr) -> str:
    return "".join(node.value for node in ast.walk(part) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_the_english_sentences_are_english() -> None:
    assert [code for code, (_, english) in CATALOGUE.items() if VIETNAMESE.search(english)] == []


def test_the_english_phrases_are_english() -> None:
    phrases = list(both_in_source())

    assert len(phrases) > 20
    assert [place for place, _, english in phrases if VIETNAMESE.search(english)] == []


def test_a_phrase_inside_a_sentence_has_two_languages() -> None:
    """What is Vietnamese would be in the English sentence too."""
    assert [f"{place}: {name}" for place, call in CALLS.items() for name in only_vietnamese(call)] == []


def only_vietnamese(call: ast.Call) -> list[str | None]:
    """The details of an English sentence that the code writes in Vietnamese alone."""
    in_english = fields(CATALOGUE[code_of(call)][1])
    written = {keyword.arg: _written(keyword.value) for keyword in call.keywords if "Both" not in ast.unparse(keyword.value)}
    return [name for name, text in written.items() if name in in_english and VIETNAMESE.search(text)]


# Whole sentences, and nowhere else

OPENING = re.compile(r"[A-ZĐÂÊÔƠƯÁÀẢÃẠ]")  # a capital letter

CARRIERS = (
    "ConfigurationError",
    "TransientError",
    "PermanentError",
    "InvalidValueError",
    "Fault",
    "UnreadableError",
    "SettingsError",
    "ServerUnavailable",
)
SAYERS = ("stop", "wait_for", "warn", "wrong_use", "BadParameter")
TEXT = (ast.Constant, ast.JoinedStr, ast.BinOp)


def test_an_entry_is_whole_sentences_with_the_same_details_in_both_languages() -> None:
    for code, (vietnamese, english) in CATALOGUE.items():
        assert {name.removesuffix("_en") for name in fields(english)} == fields(vietnamese), code
        for sentences in (vietnamese, english):
            assert OPENING.match(sentences), code
            assert sentences.endswith("."), code
            words = re.sub(r"\S*://\S*|\S*[{}.]\S*|[<>]", "", sentences.replace("/units/", ""))
            assert not re.search(r"\w/\w", words) or code in WITH_SLASHES, code


WITH_SLASHES = {
    "event.actor_required",
    "event.import_by_operator",
    "door.unsupported",
    "attachment.form_body",
    "cli.not_a_view",
    "import.no_received_at",
}  # paths, days and media types, no words


def texts_outside_the_catalogue(source: str) -> Iterator[int]:
    """Lines where an exception, a fault or a command gets its sentence from the code around it."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        told = node.args if name in CARRIERS else node.args[1:] if name in SAYERS else []
        if name == "BadParameter":
            told = node.args
        if name in ("Fault", "InvalidValueError", "UnreadableError", "wrong_use"):
            told = [argument for argument in node.args[:2] if isinstance(argument, ast.JoinedStr | ast.BinOp)]
            told += [argument for argument in node.args[:1] if isinstance(argument, ast.Constant)]
        if any(isinstance(argument, TEXT) for argument in told):
            yield node.lineno


def test_no_code_says_anything_to_an_operator_in_words_of_its_own() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("services", "shared")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in texts_outside_the_catalogue(path.read_text(encoding="utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'raise ConfigurationError("REPORTS: partitions missing")',
        'raise TransientError(f"{stream} is away")',
        'session.stop(session.NO, "no such unit")',
        'readiness.wait_for("log", "reading")',
        'raise typer.BadParameter("wrong", param_hint="--at")',
        'Fault(path, f"{column} is missing", 3)',
        'raise InvalidValueError("min is larger than max", "max")',
    ],
)
def test_a_sentence_in_the_code_is_found(source: str) -> None:
    assert list(texts_outside_the_catalogue(source)) == [1]


HALF = re.compile(r"\((?!(?:ingest|aggregate|notify|portal)\))[a-z]+(?:[,;:]? [a-z']+)*\)")  # an English stub in brackets


def texts_but_docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of the texts of a module, without those that only a reader of the code sees."""
    tree = ast.parse(source)
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            yield node.lineno, node.value


def test_no_text_for_people_has_its_english_in_brackets() -> None:
    """Vietnamese with a few English words behind it: a whole sentence in neither language."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("services", "shared")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, text in texts_but_docstrings(path.read_text(encoding="utf-8"))
        if "\n" not in text and VIETNAMESE.search(text) and HALF.search(text)
    ]

    assert found == []


def test_an_exception_says_code_and_english_and_any_language_when_asked() -> None:
    error = ConfigurationError(refusal("nats.partitions_missing", "REPORTS"), refusal("mongo.standalone"))

    assert error.codes == ["nats.partitions_missing", "mongo.standalone"]
    assert str(error) == error.text("en")
    assert str(error).startswith("REPORTS: The stream lacks the metadata “partitions”.")
    assert error.text("vi").splitlines()[0].startswith("REPORTS: Luồng thiếu metadata “partitions”.")
