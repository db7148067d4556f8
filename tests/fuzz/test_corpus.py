"""What the fuzzer found and kept, once more: no input breaks a property. New inputs: `make fuzz`."""

from pathlib import Path
from typing import Final

import pytest

from services.ingest.domain import screening
from tests.fuzz import properties

CORPUS: Final = Path(__file__).parent / "corpus"
MOST_FILES, MOST_BYTES = 300, 300 * 1024


def inputs() -> list[bytes]:
    return [path.read_bytes() for path in sorted(CORPUS.iterdir())]


def test_no_input_breaks_a_property() -> None:
    for path in sorted(CORPUS.iterdir()):
        try:
            properties.check(path.read_bytes())
        except Exception as error:
            raise AssertionError(f"{path.name} breaks a property") from error


def test_every_reader_has_inputs_and_all_of_them_are_small() -> None:
    found = inputs()
    assert {data[:1] for data in found} >= set(properties.READERS)
    assert len(found) <= MOST_FILES
    assert sum(map(len, found)) <= MOST_BYTES


def test_a_decision_that_raises_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "reasons", lambda _: ())
    with pytest.raises(AssertionError):
        properties.check(b'e{"id":"event-abc"}')
