"""Entries of a regime file that would have no effect are refused, with their place and what the registry has instead."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.cli.files import regime_files
from services.cli.files.faults import FaultsError
from shared.shell.language import chosen
from shared.words.reference import Reference
from shared.words.units import Registry

TODAY = date(2026, 11, 26)

REGIME = """id: thu
title: Thử
legal_basis: ["Kế hoạch 1"]
periods: ["2024", "2025"]
recipient: "20"
calendar: report_year
within: "184"
reporters:
  xa: {label: Xã, level: commune}
  phong: {label: Phòng, units: [184-TP, 184-TTYT]}
obligation:
  deadlines:
    xa: {before: "12-20"}
    phong: {before: "12-20"}
  confirm: {level: district, before: "12-25"}
indicators:
  - code: so
    label: Số
    kind: quantity
    decimals: 2
    asked: [xa]
    target: {at_least: "1", by: "2030", level: district}
  - code: ty_le
    label: Tỷ lệ
    kind: ratio
    asked: [184-TP]
  - code: co
    label: Có
    kind: flag
  - code: chon
    label: Chọn
    kind: choice
    options: {mot: Một, hai: Hai}
narratives: {ket_qua: Kết quả}
"""
DERIVED = """id: dan-xuat
title: Dẫn xuất
legal_basis: []
recipient: "20"
derived_from: thu
derived_groups: [xa]
derived_indicators: [so, co]
"""


def write(folder: Path, text: str, name: str = "thu.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def judged(registry: Registry, *paths: Path) -> Iterator[str]:
    """All that `regimes check` says of files."""
    try:
        read = regime_files.read_each(paths)
    except FaultsError as error:
        yield from (fault.text("vi") for fault in error.faults)
    else:
        yield from (fault.text("vi") for fault in regime_files.judge(read, [], registry, TODAY).faults)


def test_a_regime_of_which_all_has_effect_is_right(reference: Reference, tmp_path: Path) -> None:
    write(tmp_path, REGIME)
    write(tmp_path, DERIVED, "dan-xuat.yaml")

    assert list(judged(reference.registry, tmp_path)) == []


LADDER = '  confirm: {level: district, before: "12-25"}\n'


@pytest.mark.parametrize(
    ("old", "new", "where", "reason"),
    [
        ("level: commune", "level: xã", "dòng 9, reporters.xa.level", "commune (peoples_committee)"),
        ("level: commune", "level: xã", "dòng 9, reporters.xa.level", "level “xã”"),
        ("level: commune", "level: commune, kind: office", "dòng 9, reporters.xa.level", "kind office"),
        ("level: commune", "level: province", "dòng 9, reporters.xa.level", "Các cấp của cả danh mục:"),
        ("[184-TP, 184-TTYT]", "[184-TP, 184-TTYT], kind: office", "dòng 10, reporters.phong.kind", "regime.kind_without_level"),
        ("[184-TP, 184-TTYT]", "[184-TP, 184-TP]", "dòng 10, reporters.phong.units.1", "hai lần"),
        ("[184-TP, 184-TTYT]", '[184-TP, "06253"]', "dòng 10, reporters.phong", "cũng ở nhóm khác: 06253"),
        ("[184-TP, 184-TTYT]", "[184-TP, 184-KHAC]", "dòng 10, reporters.phong.units.1", "Không có đơn vị “184-KHAC”"),
        ('within: "184"', 'within: "06253"', "dòng 15, obligation.confirm.0.level", "regime.nobody_confirms"),
        ('within: "184"', 'within: "184-TP"', "dòng 9, reporters.xa.level", "Các cấp trong “184-TP”: district (office)"),
        ("{level: district, before", "{level: huyện, before", "dòng 15, obligation.confirm.0.level", "district"),
        ('["2024", "2025"]', '["2024", "2020"]', "dòng 4, periods.1", "danh mục đơn vị bắt đầu từ ngày 01/01/2024"),
        ('["2024", "2025"]', '["2024", "2024"]', "dòng 4, periods.1", "hai lần"),
        ("level: district}\n  - code: ty_le", "level: huyện}\n  - code: ty_le", "dòng 22, indicators.0.target.level", "commune, district"),
        ("    asked: [xa]\n", "    asked: [xa, xa]\n", "dòng 21, indicators.0.asked.1", "hai lần"),
        ("    decimals: 2\n", "    decimals: 2\n    share: false\n", "dòng 21, indicators.0.share", "kind là quantity"),
        ("    decimals: 2\n", "    decimals: 2\n    numerator_label: Tử\n", "dòng 21, indicators.0.numerator_label", "kind là quantity"),
        ("    decimals: 2\n", '    decimals: 9\n    min: "99999999999999"\n', "dòng 21, indicators.0.min", "không số nào nộp được"),
        ('at_least: "1"', 'at_least: "1.000"', "dòng 22, indicators.0.target.at_least", 'ghi "1000"'),
        ("    decimals: 2\n", '    decimals: 2\n    min: "0.000"\n', "dòng 21, indicators.0.min", 'ghi "1000"'),
        ("    decimals: 2\n", '    decimals: 2\n    max: "1.000"\n', "dòng 21, indicators.0.max", 'ghi "1000"'),
        ("asked: [184-TP]", "asked: [184-TC]", "dòng 26, indicators.ty_le.asked", "184-TC. Chọn trong: 184-TP, 184-TTYT, phong, xa"),
        ("    kind: ratio\n", "    kind: ratio\n    options: {a: A}\n", "dòng 26, indicators.1.options", "regime.options_of_choice"),
        ("    phong: {before", "    khac: {before", "dòng 13, obligation.deadlines", "các nhóm của reporters: xa, phong"),
        ('phong: {before: "12-20"}', 'phong: {before: "02-30"}', "dòng 14, obligation.deadlines.phong", "Không có ngày 30/02"),
        ("- code: co\n", "- code: so\n", "dòng 17, indicators", "hai lần: so"),
        ("kind: ratio\n", 'kind: ratio\n    min: "5"\n', "dòng 26, indicators.1.min", "kind là ratio"),
        ("kind: ratio\n", 'kind: ratio\n    max: "5"\n', "dòng 26, indicators.1.max", "kind là ratio"),
        (
            "kind: ratio\n",
            'kind: ratio\n    target: {at_least: "101", by: "2030"}\n',
            "dòng 26, indicators.1.target.at_least",
            "không lớn hơn 100",
        ),
        ("kind: flag\n", "kind: flag\n    measure: nhà\n", "dòng 30, indicators.2.measure", "kind là flag"),
        ("kind: flag\n", "kind: flag\n    decimals: 1\n", "dòng 30, indicators.2.decimals", "kind là flag"),
        ("kind: choice\n", 'kind: choice\n    target: {at_least: "1", by: "2030"}\n', "dòng 33, indicators.3.target", "kind là choice"),
        ("hai: Hai", 'hai: "\\u200b"', "dòng 33, indicators.3.options.hai", "regime.blank_label"),
        ("title: Thử", 'title: " "', "dòng 2, title", "regime.blank_label"),
        ("label: Tỷ lệ", 'label: ""', "dòng 24, indicators.1.label", "regime.blank_label"),
        ("{ket_qua: Kết quả}", '{ket_qua: "\\u00a0"}', "dòng 34, narratives.ket_qua", "regime.blank_label"),
        ('["Kế hoạch 1"]', '[""]', "dòng 3, legal_basis.0", "regime.blank_label"),
        (LADDER, LADDER + "  ladder: {before_days: [-3]}\n", "dòng 16, obligation.ladder.before_days.0", "từ 1 đến 366"),
        (LADDER, LADDER + "  ladder: {after_days: [1, 0]}\n", "dòng 16, obligation.ladder.after_days.1", "từ 1 đến 366"),
        (LADDER, LADDER + "  ladder: {before_days: [99999999999]}\n", "dòng 16, obligation.ladder.before_days.0", "từ 1 đến 366"),
        (LADDER, LADDER + "  ladder: {after_days: [3, 3]}\n", "dòng 16, obligation.ladder.after_days.1", "hai lần"),
        ("title: Thử", "title: Thử\nderived_groups: [xa]", "dòng 3, derived_groups", "regime.only_derived"),
        ('["2024", "2025"]', "[]", "dòng 4, periods", "regime.no_period"),
        ("    decimals: 2\n", "    decimals: 2\n    cumulative: true\n", "dòng 21, indicators.0.cumulative", "mỗi năm chỉ có một kỳ"),
        (
            'xa: {before: "12-20"}',
            'xa: {once: "2024-12-01"}',
            "dòng 13, obligation.deadlines.xa",
            "đã qua khi kỳ 2025 bắt đầu, ngày 15/12/2024",
        ),
    ],
)
def test_what_has_no_effect_is_refused(reference: Reference, tmp_path: Path, old: str, new: str, where: str, reason: str) -> None:
    assert old in REGIME
    path = write(tmp_path, REGIME.replace(old, new, 1))

    found = list(judged(reference.registry, path))

    assert any(line.startswith(f"{path}: {where}: ") and reason in line for line in found), found


@pytest.mark.parametrize(
    ("old", "new", "where", "reason"),
    [
        ("[so, co]", "[ty_le]", "dòng 7, derived_indicators.0", "Chỉ tiêu ty_le không giao cho nhóm nào"),
        ("[so, co]", "[so, so]", "dòng 7, derived_indicators.1", "hai lần"),
        ("[xa]", "[]", "dòng 6, derived_groups", "Nêu ít nhất một nhóm"),
        ("[xa]", "[thon]", "dòng 6, derived_groups", "thon"),
        ("title: Dẫn xuất", 'title: Dẫn xuất\nwithin: "184"', "dòng 3, within", "regime.taken_from_source"),
        ("title: Dẫn xuất", 'title: Dẫn xuất\nperiods: ["2024"]', "dòng 3, periods", "regime.taken_from_source"),
        ("title: Dẫn xuất", "title: Dẫn xuất\ncalendar: year", "dòng 3, calendar", "regime.taken_from_source"),
        ("title: Dẫn xuất", "title: Dẫn xuất\nnarratives: {khac: Khác}", "dòng 3, narratives.khac", "Chế độ nguồn"),
    ],
)
def test_what_has_no_effect_in_a_derived_regime_is_refused(
    reference: Reference, tmp_path: Path, old: str, new: str, where: str, reason: str
) -> None:
    write(tmp_path, REGIME)
    path = write(tmp_path, DERIVED.replace(old, new, 1), "dan-xuat.yaml")

    found = list(judged(reference.registry, tmp_path))

    assert any(line.startswith(f"{path}: {where}: ") and reason in line for line in found), found


def test_a_reminder_after_the_hour_of_the_deadline_is_refused(reference: Reference, tmp_path: Path) -> None:
    text = REGIME.replace('confirm: {level: district, before: "12-25"}', 'ladder: {last_day: ["08:00", "14:00"]}')
    text = text.replace('["2024", "2025"]', '["2024"]')  # a Friday: on a Saturday the steps of its last day are those of Friday
    path = write(tmp_path, text.replace('{before: "12-20"}', '{by: "12-20", hour: "10:00"}'))

    [found] = judged(reference.registry, path)

    assert found.startswith(f"{path}: dòng 15, obligation.ladder.last_day.1: Mức nhắc 14:00 không bao giờ đến")


MONTHS = (
    REGIME.replace('["2024", "2025"]', '{from: "2026-01", to: "2027-12"}')
    .replace('{before: "12-20"}', "{after_cut_off: {working_days: 2}}")
    .replace('before: "12-25"', "after: xa, working_days: 3")
    .replace("    decimals: 2\n", "    decimals: 2\n    cumulative: true\n", 1)
)


def test_a_reminder_that_comes_before_its_period_begins_is_refused(reference: Reference, tmp_path: Path) -> None:
    ladder = "  ladder: {before_days: [60, 30, 3]}\nindicators:\n"
    assert list(judged(reference.registry, write(tmp_path, MONTHS))) == []

    path = write(tmp_path, MONTHS.replace("indicators:\n", ladder))

    [found] = judged(reference.registry, path)
    assert found.startswith(
        f"{path}: dòng 16, obligation.ladder.before_days.0: Mức nhắc 60 đến trước khi kỳ 2026-01 bắt đầu, ngày 15/12/2025"
    )


@pytest.mark.parametrize(
    "periods",
    [
        '{from: "2026-12", to: "2026-01"}',
        '{from: "2026", to: "2030-12"}',
        '{from: "2026-01"}',
        '{first: "2026-01", last: "2026-12"}',
        '{from: "2026-01", to: "2026-12", step: 3}',
        "{from: 2026, to: 2030}",
        '[{from: "2026-01", to: "2026-12"}]',
        '["2٠26"]',
        '["2026-01\\n"]',
        '"2026-01"',
        "[2026-01-01]",
        "null",
    ],
)
def test_periods_that_are_no_list_and_no_range_are_refused(reference: Reference, tmp_path: Path, periods: str) -> None:
    path = write(tmp_path, MONTHS.replace('{from: "2026-01", to: "2027-12"}', periods))

    assert next(judged(reference.registry, path)).startswith(f"{path}: dòng 4, periods")


def test_of_a_range_that_begins_before_there_are_units_the_first_period_is_named(reference: Reference, tmp_path: Path) -> None:
    path = write(tmp_path, MONTHS.replace('from: "2026-01"', 'from: "2023-01"'))

    [found] = judged(reference.registry, path)
    assert found.startswith(f"{path}: dòng 4, periods.0: ")
    assert "regime.no_unit_on_cut_off" in found


def test_a_list_of_months_and_quarters_has_no_yearly_deadline(reference: Reference, tmp_path: Path) -> None:
    text = MONTHS.replace('{from: "2026-01", to: "2027-12"}', '["2026-01", "2026-Q1"]')
    assert list(judged(reference.registry, write(tmp_path, text))) == []

    path = write(tmp_path, text.replace("xa: {after_cut_off: {working_days: 2}}", 'xa: {before: "03-20"}'))

    assert next(judged(reference.registry, path)).startswith(f"{path}: dòng 13, obligation.deadlines.xa: Hạn của kỳ 2026-01")


@pytest.mark.parametrize("written", ['"false"', "0", "null", '"không"'])
def test_inclusive_is_true_or_false_and_no_text(reference: Reference, tmp_path: Path, written: str) -> None:
    path = write(tmp_path, MONTHS.replace("{working_days: 2}}", f"{{working_days: 2}}, inclusive: {written}}}", 1))

    assert next(judged(reference.registry, path)).startswith(f"{path}: dòng 13, obligation.deadlines.xa.inclusive: ")


def test_a_group_has_a_name_that_people_can_read(reference: Reference, tmp_path: Path) -> None:
    path = write(tmp_path, REGIME.replace("  phong: {", '  " ": {'))

    assert any(
        line.startswith(f"{path}: dòng 10, reporters. : ") and "regime.blank_label" in line for line in judged(reference.registry, path)
    )


def test_a_regime_on_call_is_judged_by_the_units_of_today(reference: Reference, tmp_path: Path) -> None:
    text = REGIME.replace('periods: ["2024", "2025"]\n', "").replace("report_year", "year")
    head, _, rest = text.partition("obligation:")
    path = write(tmp_path, f"{head}obligation: {{on_call: true}}\nindicators:{rest.partition('indicators:')[2]}")
    assert list(judged(reference.registry, path)) == []

    path.write_text(path.read_text().replace("level: commune", "level: thôn"))

    assert "level “thôn”" in next(judged(reference.registry, path))


def test_no_regime_is_right_while_there_are_no_units(tmp_path: Path) -> None:
    assert "không có “20”" in next(judged(Registry([]), write(tmp_path, REGIME)))


@pytest.mark.parametrize(
    ("language", "said"), [("en", "line 5, recipient: No units are imported"), ("vi", "dòng 5, recipient: Danh mục đơn vị")]
)
def test_a_command_says_what_is_wrong_in_the_language_of_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setenv("TONGHOP_LANG", language)
    path = write(tmp_path, REGIME)
    [fault, *_] = regime_files.judge(regime_files.read_each([path]), [], Registry([]), TODAY).faults

    assert chosen() == language
    assert fault.text(chosen()).startswith(f"{path}: {said}")


@pytest.mark.parametrize("language", ["", "VI", "fr", "english"])
def test_in_any_other_language_a_command_speaks_vietnamese(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("TONGHOP_LANG", language)

    assert chosen() == "vi"
