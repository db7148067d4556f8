"""The generated pages of docs/ are complete, and their examples are accepted."""

from datetime import date

from services.cli.docs import data_model, errors, pages, regime_file
from services.cli.files import regime_files
from shared.wire import collection_names
from shared.wire.documents import by_collection
from shared.words.refusals import CATALOGUE
from shared.words.regimes import Regime
from tests import seeds


def test_the_committed_pages_are_what_the_code_makes() -> None:
    assert pages.differing(pages.pages()) == []


def test_every_error_has_its_line_with_both_sentences() -> None:
    page = errors.page()
    for code, sentences in CATALOGUE.items():
        [line] = [line for line in page.splitlines() if line.startswith(f"| `{code}` |")]
        assert all(" ".join(sentence.split()) in line for sentence in sentences)


def test_every_error_of_the_catalogue_is_used_by_a_service() -> None:
    assert [code for code, users in errors.used_by().items() if not users] == []


def test_every_collection_says_who_writes_it_and_who_reads_it() -> None:
    names = {value for name, value in vars(collection_names).items() if name.isupper()}
    assert names == by_collection.MODELS.keys()
    for models in by_collection.MODELS.values():
        for model in models:
            assert "Written by:" in (model.__doc__ or "")
            assert "Read by:" in (model.__doc__ or "")


def test_every_field_of_a_document_says_what_it_means() -> None:
    silent = [
        f"{model.__name__}.{name}"
        for model in data_model.models()
        for name, (holds, means) in data_model.fields(model).items()
        if not means and not holds.startswith("`")
    ]
    assert silent == []


def test_every_key_of_a_regime_file_says_what_it_means_and_has_an_example() -> None:
    schema = Regime.model_json_schema()
    models = {"Regime": schema, **schema["$defs"]}
    silent = {(name, key) for name, model in models.items() for key, field in model["properties"].items() if not field.get("description")}
    assert silent == set()
    assert regime_file.keys() == regime_file.samples().keys()


def test_the_example_regimes_would_be_loaded() -> None:
    read = regime_files.read_each([regime_file.EXAMPLES])
    assert regime_files.judge(read, [], seeds.reformed_reference().registry, date(2026, 11, 26)) == ([], [])
