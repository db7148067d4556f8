"""What a changed regime file would hide of accepted reports, when the regime goes through a reform. The units are those of the product."""

from pathlib import Path
from typing import Final

from services.cli.data import REGIME_FILES
from services.cli.files import regime_files, regime_losses
from services.cli.files.regime_losses import Loss
from shared.words.reference import Reference, reference_day
from tests import seeds

CT27: Final = "ct27-van-quan"
NEW, OLD = "06253-2025", "06253"
REPORTED: Final = {CT27: {"2024": {OLD, "06256"}, "2025": {NEW, OLD}, "2026": {NEW}}}
"""For 2025 the old unit reported too, before the reform: that is its early block, in no total, and nothing can hide it."""


def losses(reference: Reference, folder: Path, *edits: tuple[str, str], stored_edits: tuple[tuple[str, str], ...] = ()) -> list[Loss]:
    """What a file would hide, if the file of before with other edits is stored."""
    return regime_losses.find(
        read(folder, *edits),
        [file.regime for file in read(folder, *stored_edits)],
        reference.registry,
        REPORTED,
        lambda regime, period: reference_day({}, regime, period),
    )


def read(folder: Path, *edits: tuple[str, str]) -> list[regime_files.RegimeFile]:
    path = folder / f"{CT27}.yaml"
    text = (REGIME_FILES[0] / path.name).read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return regime_files.read_each([path])


def found(given: list[Loss]) -> list[tuple[str, list[str], int]]:
    return [(loss.kind, list(loss.codes), loss.reports) for loss in given]


def test_the_same_file_hides_nothing(reformed: Reference, tmp_path: Path) -> None:
    assert losses(reformed, tmp_path) == []


def test_a_change_that_no_longer_asks_a_unit_hides_its_reports_of_that_time_only(reformed: Reference, tmp_path: Path) -> None:
    assert found(losses(reformed, tmp_path, ('"06253", "06280"', '"06280"'))) == [("groups", ["xa"], 2)]


def test_an_earlier_end_hides_the_periods_after_it(reformed: Reference, tmp_path: Path) -> None:
    [loss] = losses(reformed, tmp_path, ("\nchanges:", '\nends: "2026-01-01"\nchanges:'))

    assert (loss.kind, list(loss.codes), loss.reports) == ("ends", ["2026"], 1)
    assert ".".join(map(str, loss.fault.path)) == "ends"
    assert "cho chế độ kết thúc trước ngày chốt số liệu của kỳ 2026" in loss.fault.text("vi")


def test_a_file_without_changes_hides_what_was_reported_after_the_reform(reformed: Reference, tmp_path: Path) -> None:
    regime = next(regime for regime in seeds.changing_regimes() if regime.id == CT27)
    [file] = read(tmp_path)
    unchanged = regime_files.RegimeFile(file.path, file.root, seeds.first_published(regime))

    given = regime_losses.find([unchanged], [regime], reformed.registry, REPORTED)
    assert found(given) == [("groups", ["xa"], 2)]
