"""Regime files: every fault is named with its file, its line, its path and a reason."""

from datetime import date
from pathlib import Path

import pytest

from services.cli.data import REGIME_FILES
from services.cli.files import regime_files
from services.cli.files.faults import FaultsError
from services.cli.files.regime_files import RegimeFile
from shared.words.reference import Reference
from shared.words.refusals import refusal
from tests.cli.files import DERIVED, REGIME, regime


def faults(*paths: Path) -> list[tuple[str, str, str]]:
    """File name, place and reason of all that is wrong."""
    with pytest.raises(FaultsError) as found:
        regime_files.read_regimes(paths)
    return [(fault.file.name, fault.where, fault.refusal.line("vi")) for fault in found.value.faults]


def test_a_folder_of_regimes_is_read(tmp_path: Path) -> None:
    regime(tmp_path)
    regime(tmp_path, DERIVED, "dan-xuat.yaml")

    assert [found.id for found in regime_files.read_regimes([tmp_path])] == ["dan-xuat", "thu"]


def test_the_regimes_of_the_product_are_right_and_name_known_units(reformed: Reference, reference: Reference) -> None:
    read = regime_files.read_each(REGIME_FILES)

    assert len(read) == 8
    assert regime_files.judge(read, [], reformed.registry, date(2026, 11, 26)) == ([], [])
    assert regime_files.changed_meaning(read, {one.id: one.kinds for one in reference.regimes.values()}) == []


@pytest.mark.parametrize(
    ("old", "new", "where", "reason"),
    [
        ("title: Thử", "title: [Thử", "dòng 3", "yaml.not_yaml"),
        ("title: Thử", "title: Thử: lại", "dòng 2", "yaml.not_yaml"),
        ("title: Thử", "\ttitle: Thử", "dòng 2", "yaml.not_yaml"),
        ("title: Thử", "title: !!python/object:os.system Thử", "dòng 2", "yaml.not_yaml"),
        ("title: Thử", "? [title]\n: Thử", "dòng 2", "yaml.not_yaml"),
        ("title: Thử", "title: Thử\n---\nid: hai", "dòng 3", "yaml.not_yaml"),
        ("title: Thử", "title: Thử\ntitel: Thử", "dòng 3, titel", "Có thể tên đúng là “title”"),
        ("    kind: flag", "    kind: flag\n    kinds: flag", "dòng 20, indicators.1.kinds", "Có thể tên đúng là “kind”"),
        (
            "    kind: flag",
            "    kind: flags",
            "dòng 19, indicators.1.kind",
            "Chọn một trong: quantity, ratio, flag, choice.",
        ),
        ("    decimals: 2", "    decimals: 010", "dòng 16, indicators.0.decimals", "YAML đọc “010” thành 8."),
        ("    decimals: 2", "    decimals: 0b10", "dòng 16, indicators.0.decimals", "YAML đọc “0b10” thành 2."),
        ("    decimals: 2", "    decimals: 0_2", "dòng 16, indicators.0.decimals", "yaml.strange_number"),
        ("    decimals: 2", "    decimals: 2.5", "dòng 16, indicators.0.decimals", "“2.5” không đúng dạng. Ghi số nguyên"),
        (
            "    decimals: 2",
            "    decimals: 2\n    min: 0",
            "dòng 17, indicators.0.min",
            '“0” không phải là chữ. Đặt trong ngoặc kép, ví dụ "0".',
        ),
        ("    decimals: 2", "    decimals: 2\n    max: 1.000", "dòng 17, indicators.0.max", 'Ghi "1000"'),
        ('["2024"]', "[2024]", "dòng 4, periods.0", "“2024” không phải là chữ. Đặt trong ngoặc kép"),
        ('["2024"]', '["2024-13"]', "dòng 4, periods", "regime.no_such_period"),
        ('{before: "12-20"}', '{before: "20-12"}', "dòng 11, obligation.deadlines.huyen.before", "“20-12” không đúng dạng. Ghi ngày MM-DD"),
        ('{before: "12-20"}', "{before: 2024-12-20}", "dòng 11, obligation.deadlines.huyen.before", "“2024-12-20” không phải là chữ"),
        ('{before: "12-20"}', "{before: 2024-02-30}", "dòng 11", "yaml.no_such_day"),
        ("title: Thử\n", "", "dòng 1, title", "field.missing"),
        ("title: Thử", "title: Thử\ntitle: Lại", "dòng 3", "“title” xuất hiện hai lần, lần đầu ở dòng 2"),
        ("title: Thử", "title: &chu Thử\nwithin: *chu", "dòng 3", "yaml.alias"),
        ("title: Thử", "title: &chu [*chu]", "dòng 2", "yaml.alias"),
        ("title: Thử", "title: Thử\u202e", "dòng 2", "U+202E"),
        ("title: Thử", "title: no", "dòng 2, title", "“no” không phải là chữ"),
        ('recipient: "20"', "recipient: 06253", "dòng 5, recipient", 'ví dụ "06253"'),
        ("level: district", "level: district, units: [ab]", "dòng 8, reporters.huyen", "regime.level_or_units"),
        ('periods: ["2024"]', 'periods: "2024"', "dòng 4, periods", "“2024” không đúng dạng. Ghi danh sách"),
        ('periods: ["2024"]', 'within: "Lạng Sơn"', "dòng 4, within", "“Lạng Sơn” không đúng dạng. Ghi mã đơn vị"),
        ("    label: Có", "    label: Có\n    label: Không", "dòng 19", "“label” xuất hiện hai lần"),
        ("code: co", "code: so", "dòng 13, indicators", "hai lần: so."),
        ("id: thu", "id: khac", "dòng 1, id", "regime.file_name_differs"),
        ("calendar: report_year", "calendar: year", "dòng 11, obligation.deadlines.huyen", "NĐ 09/2019"),
        (
            'huyen: {before: "12-20"}',
            'huyen: {before: "12-20"}\n  confirm: {level: district, before: "12-19"}',
            "dòng 12, obligation.confirm",
            "regime.confirmed_before_reported",
        ),
    ],
)
def test_a_wrong_regime_file_is_named_with_line_path_and_reason(tmp_path: Path, old: str, new: str, where: str, reason: str) -> None:
    found = faults(regime(tmp_path, REGIME.replace(old, new, 1)))

    assert {name for name, _, _ in found} == {"thu.yaml"}
    assert found[0][1].startswith(where)
    assert reason in found[0][2]


def test_a_wrong_file_name_hides_no_other_fault(tmp_path: Path) -> None:
    found = faults(regime(tmp_path, REGIME.replace("calendar: report_year", "calendar: year"), "khac.yaml"))

    assert [reason.rpartition("[")[2].rstrip("]") for _, _, reason in found] == ["regime.file_name_differs", "regime.no_working_day_left"]


@pytest.mark.parametrize("text", ["", "# không có gì\n", "thu\n", "[]\n", "3\n", "\x00", "- " * 5000 + "x"], ids=range(7))
def test_what_is_no_regime_is_refused(tmp_path: Path, text: str) -> None:
    assert [name for name, _, _ in faults(regime(tmp_path, text))] == ["thu.yaml"]


def test_the_faults_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    found = faults(
        regime(tmp_path, REGIME.replace("flag", "flags").replace("decimals: 2", "decimals: -1")),
        regime(tmp_path, "id: [", "hai.yaml"),
        tmp_path / "ba.yaml",
    )

    assert [name for name, _, _ in found] == ["thu.yaml", "thu.yaml", "hai.yaml", "ba.yaml"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path) == [(tmp_path.name, "", refusal("file.folder_without_yaml").line("vi"))]


def test_a_regime_that_stands_in_two_files_is_named_with_both(tmp_path: Path) -> None:
    (tmp_path / "khac").mkdir()
    first, second = regime(tmp_path), regime(tmp_path / "khac")

    [(_, where, reason)] = faults(first, second)

    assert where == "dòng 1, id"
    assert f"đã có ở tệp {first}" in reason


def test_a_derived_regime_needs_its_source(tmp_path: Path) -> None:
    [(name, where, reason)] = faults(regime(tmp_path, DERIVED, "dan-xuat.yaml"))

    assert (name, where) == ("dan-xuat.yaml", "dòng 5, derived_from")
    assert "regime.unknown_source" in reason


def test_a_unit_that_the_registry_never_had_is_named_with_its_place(reference: Reference, tmp_path: Path) -> None:
    text = REGIME.replace('recipient: "20"', 'recipient: "98"').replace("level: district", 'units: ["184", "99"]')
    read = regime_files.read_each([regime(tmp_path, text)])

    assert [(fault.file.name, fault.where) for fault in regime_files.judge(read, [], reference.registry, date(2024, 11, 26)).faults] == [
        ("thu.yaml", "dòng 5, recipient"),
        ("thu.yaml", "dòng 8, reporters.huyen.units.1"),
    ]


def load(folder: Path, text: str = REGIME) -> list[RegimeFile]:
    return regime_files.read_each([regime(folder, text)])


@pytest.mark.parametrize(
    ("old", "new", "indicator"),
    [("kind: flag", "kind: quantity", "co"), ("decimals: 2", "decimals: 3", "so"), ("kind: quantity\n    decimals: 2", "kind: flag", "so")],
)
def test_an_indicator_never_changes_its_kind_or_decimals(tmp_path: Path, old: str, new: str, indicator: str) -> None:
    stored = {found.regime.id: found.regime.kinds for found in load(tmp_path)}

    found = regime_files.changed_meaning(load(tmp_path, REGIME.replace(old, new, 1)), stored)

    assert [(fault.file.name, fault.where.partition(", ")[2]) for fault in found] == [("thu.yaml", f"indicators.{indicator}")]


def test_an_indicator_may_change_its_label_and_a_new_one_may_come(tmp_path: Path) -> None:
    stored = {found.regime.id: found.regime.kinds for found in load(tmp_path)}
    changed = REGIME.replace("label: Số", "label: Số lượng") + "  - {code: moi, label: Mới, kind: flag}\n"

    assert regime_files.changed_meaning(load(tmp_path, changed), stored) == []
