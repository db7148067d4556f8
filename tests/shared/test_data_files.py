"""The location of the product's own files in a checkout. For an installation see tests/install."""

from pathlib import Path

from services.cli.data import REGIME_FILES, UNIT_FILES
from services.cli.known_reforms import REFORM_FILES
from shared.plumbing import data_files, streams

ROOT = Path(__file__).resolve().parents[2]


def test_a_checkout_uses_the_files_that_people_edit_there() -> None:
    assert data_files.CHECKOUT == data_files.HOME == ROOT
    assert ROOT / "deploy" == data_files.FOLDER
    for path in (*UNIT_FILES, *REGIME_FILES, REFORM_FILES, streams.DECLARATION):
        assert path.is_relative_to(ROOT / "deploy")
        assert path.exists()


def test_a_setting_names_a_file_of_the_product_one_below_its_home_or_any_other() -> None:
    assert data_files.path("deploy/calendar/days.yaml") == ROOT / "deploy/calendar/days.yaml"
    assert data_files.path("ours/days.yaml") == ROOT / "ours/days.yaml"
    assert data_files.path("/etc/tonghop/days.yaml") == Path("/etc/tonghop/days.yaml")


def test_no_module_of_the_product_counts_its_parent_folders() -> None:
    modules = [path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")]
    assert len(modules) > 100
    assert [str(path) for path in modules if "parents[" in path.read_text("utf-8") or ".parent.parent" in path.read_text("utf-8")] == []
