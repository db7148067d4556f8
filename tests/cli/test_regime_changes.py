"""What `regimes check` says about a file that changes over time: each version is judged by the units of its own periods, and every fault
has its place and line. The units are those of the product, with the reforms of 2025.
"""

import json
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from services.cli.data import REGIME_FILES
from services.cli.docs import regime_file
from services.cli.files import regime_files
from services.cli.files.faults import Fault, FaultsError
from services.cli.files.regime_files import Judged
from shared.words.reference import Reference
from shared.words.units import Registry
from tests import seeds

NAME: Final = "vi-du-qua-dot-sap-xep.yaml"
TEXT: Final = (regime_file.EXAMPLES / NAME).read_text(encoding="utf-8")
TODAY: Final = date(2026, 11, 26)
DERIVED: Final = """id: dan-xuat
title: Dẫn xuất
legal_basis: ["Kế hoạch số 2"]
recipient: 184-VHTT
derived_from: vi-du-qua-dot-sap-xep
derived_groups: [xa]
derived_indicators: [so_ho]
changes:
  - from: "2025-07-01"
    recipient: 20-SVHTTDL
    groupings: [184-VQ]
"""


def edited(*edits: tuple[str, str], text: str = TEXT) -> str:
    """The example with texts replaced, each from its last occurrence, which is in `changes` if it is there too."""
    for old, new in edits:
        head, found, tail = text.rpartition(old)
        assert found, old
        text = f"{head}{new}{tail}"
    return text


def judged(folder: Path, registry: Registry, text: str, derived: str = "") -> Judged:
    folder.joinpath(NAME).write_text(text, encoding="utf-8")
    if derived:
        folder.joinpath("dan-xuat.yaml").write_text(derived, encoding="utf-8")
    try:
        return regime_files.judge(regime_files.read_each([folder]), [], registry, TODAY)
    except FaultsError as error:
        return Judged(error.faults, [])


def said(faults: list[Fault]) -> list[tuple[str, str, str]]:
    """Code, path and the text of the line of each fault."""
    lines = {fault.file: fault.file.read_text(encoding="utf-8").splitlines() for fault in faults}
    return [
        (fault.refusal.code, ".".join(map(str, fault.path)), lines[fault.file][(fault.line or 1) - 1].split("#")[0].strip())
        for fault in faults
    ]


def test_the_example_is_right_with_the_reforms_and_only_warned_about_without_them(
    reformed: Reference, reference: Reference, tmp_path: Path
) -> None:
    assert judged(tmp_path, reformed.registry, TEXT, DERIVED) == ([], [])

    faults, warnings = judged(tmp_path, reference.registry, TEXT, DERIVED)
    assert faults == []
    assert said(warnings) == [
        ("regime.reform_not_applied", "changes.0", '- from: "2025-07-01"'),
        ("regime.reform_not_applied", "changes.0", '- from: "2025-07-01"'),
    ]
    assert "20-STC, 184-VQ. Đợt sắp xếp chưa áp dụng" in warnings[1].text("vi")


FROM: Final = 'from: "2025-07-01"'
XA: Final = '{label: "UBND xã", level: commune}'
CONFIRM: Final = '{recipient: true, before: "02-28"}'
DEADLINE: Final = 'xa: {before: "02-20"}'
ASKED: Final = "truong_dat_chuan: [xa]"
ENDS: Final = 'ends: "2031-01-01"'
ALL_PERIODS: Final = '"2024", "2025", "2026", "2027", "2028", "2029", "2030"'

SHAPES: Final = [
    ((FROM, 'from: "2025-02-30"'), "regime.not_every_year", "changes.0.from"),
    ((FROM, 'from: "07-01"'), "field.wrong_form", "changes.0.from"),
    ((FROM, "from: 2025-07-01"), "field.not_text", "changes.0.from"),
    (("- from:", "- tu:"), "field.missing", "changes.0.from"),
    (("    recipient: 20-STC", "    recipent: 20-STC"), "field.misspelt", "changes.0.recipent"),
    (("    recipient: 20-STC", "    kinds: {}"), "field.misspelt", "changes.0.kinds"),
    (("recipient: 20-STC", 'recipient: "sở"'), "field.wrong_form", "changes.0.recipient"),
    (("groupings: [184-VQ]", "groupings: 184-VQ"), "field.wrong_form", "changes.0.groupings"),
    (("so_ho: {level: area}", "so_ho: {}"), "field.missing", "changes.0.targets.so_ho.level"),
    (("so_ho: {level: area}", "khac: {level: area}"), "regime.change_of_unknown_indicator", "changes.0"),
    ((XA, '{label: "UBND xã"}'), "regime.level_or_units", "changes.0.reporters.xa"),
    ((CONFIRM, '{recipient: true, level: province, before: "02-28"}'), "regime.level_or_recipient", "changes.0.obligation.confirm.0"),
    ((CONFIRM, '{before: "02-28"}'), "regime.level_or_recipient", "changes.0.obligation.confirm.0"),
    ((CONFIRM, '{recipient: false, before: "02-28"}'), "field.not_an_option", "changes.0.obligation.confirm.0.recipient"),
    ((CONFIRM, f"[{CONFIRM}, {CONFIRM}]"), "regime.confirmed_twice", "changes.0.obligation.confirm"),
    ((ENDS, 'ends: "2031-02-30"'), "regime.not_every_year", "ends"),
    ((ENDS, 'ends: "2031"'), "field.wrong_form", "ends"),
]
"""What has the wrong shape."""
CONTRADICTIONS: Final = [
    (("      xa: {label", "      thon: {label"), "regime.deadlines_of_groups", "changes.0.obligation.deadlines"),
    ((ASKED, "truong_dat_chuan: [phong]"), "regime.asked_of_unknown", "changes.0.asked.truong_dat_chuan"),
    ((ASKED, "so_ho: [xa]"), "regime.asked_of_unknown", "changes.0.asked.truong_dat_chuan"),
    (("    within: 184-VQ ", '    within: "" '), "regime.recipient_without_view", "changes.0.obligation.confirm.0.recipient"),
    ((CONFIRM, '{recipient: true, before: "02-19"}'), "regime.confirmed_before_reported", "changes.0.obligation.confirm.0"),
    ((DEADLINE, 'xa: {before: "01-01"}'), "regime.no_working_day_left", "changes.0.obligation.deadlines.xa"),
    ((DEADLINE, 'xa: {before: "2026-02-20"}'), "regime.one_date_for_all_periods", "changes.0.obligation.deadlines.xa"),
    (
        ("    asked:\n", "      ladder: {before_days: [0]}\n    asked:\n"),
        "regime.days_out_of_range",
        "changes.0.obligation.ladder.before_days.0",
    ),
    (
        (f"changes:\n  - {FROM}", f"changes:\n  - {FROM}\n    recipient: 184-GDDT\n  - {FROM}"),
        "regime.changes_in_order",
        "changes.1.from",
    ),
]
"""What does not fit the rest of the file."""
WITHOUT_EFFECT: Final = [
    (("changes:\n", 'changes:\n  - from: "2025-03-01"\n    legal_basis: [Luật]\n'), "regime.change_of_nothing", "changes.0"),
    (("changes:\n", 'changes:\n  - from: "2025-03-01"\n    recipient: 184-TCKH\n'), "regime.change_of_nothing", "changes.0"),
    ((ENDS, 'ends: "2025-06-01"'), "regime.change_after_end", "changes.0.from"),
    ((ENDS, 'ends: "2024-12-31"'), "regime.ends_before_first_period", "ends"),
    ((ALL_PERIODS, '"2024"'), "regime.change_of_no_period", "changes.0.from"),
    ((FROM, 'from: "2031-07-01"'), "regime.change_after_end", "changes.0.from"),
    (('legal_basis: ["Nghị', 'legal_basis: [" ", "Nghị'), "regime.blank_label", "changes.0.legal_basis.0"),
    ((XA, '{label: " ", level: commune}'), "regime.blank_label", "changes.0.reporters.xa.label"),
    (("groupings: [184-VQ]", "groupings: [184-VQ, 184-VQ]"), "regime.repeated_value", "changes.0.groupings.1"),
    ((ASKED, "truong_dat_chuan: [xa, xa]"), "regime.repeated_value", "changes.0.asked.truong_dat_chuan.1"),
    ((XA, '{label: Xã, units: ["06253", "06253"]}'), "regime.repeated_value", "changes.0.reporters.xa.units.1"),
    ((XA, '{label: Xã, units: ["06253"], kind: office}'), "regime.kind_without_level", "changes.0.reporters.xa.kind"),
]
OF_UNITS: Final = [
    (("recipient: 20-STC", "recipient: 20-STX"), "regime.unknown_unit", "changes.0.recipient"),
    (("recipient: 20-STC", "recipient: 184-GDDT"), "regime.unit_of_no_period", "changes.0.recipient"),
    (("    recipient: 20-STC\n", ""), "regime.unit_of_no_period", "recipient"),
    (("within: 184-VQ", 'within: "184"'), "regime.unit_of_no_period", "changes.0.within"),
    (("recipient: 20-STC", "recipient: 184-VQ"), "regime.area_cannot_act", "changes.0.recipient"),
    (('    on_behalf_of: "" ', "    on_behalf_of: 184-VQ "), "regime.area_cannot_act", "changes.0.on_behalf_of"),
    ((XA, '{label: Xã, units: ["06253", 184-VQ]}'), "regime.area_cannot_act", "changes.0.reporters.xa.units.1"),
    ((XA, '{label: Xã, units: ["06256"]}'), "regime.unit_of_no_period", "changes.0.reporters.xa.units.0"),
    ((XA, "{label: Xã, level: district}"), "regime.empty_group_within", "changes.0.reporters.xa.level"),
    (("groupings: [184-VQ]", "groupings: [184-VX]"), "regime.unknown_unit", "changes.0.groupings.0"),
    (("groupings: [184-VQ]", 'groupings: ["20"]'), "regime.grouping_is_no_area", "changes.0.groupings.0"),
    (("groupings: [184-VQ]", "groupings: [44-QB]"), "regime.grouping_without_reporters", "changes.0.groupings.0"),
    ((CONFIRM, '{level: district, before: "02-28"}'), "regime.nobody_confirms", "changes.0.obligation.confirm.0.level"),
    (('on_behalf_of: "" ', 'on_behalf_of: "44" '), "regime.recipient_confirms_nothing", "changes.0.obligation.confirm.0.recipient"),
    (("so_ho: {level: area}", "so_ho: {level: district}"), "regime.goal_without_view", "changes.0.targets.so_ho.level"),
    (("    targets:\n      so_ho: {level: area}\n", ""), "regime.goal_without_view", "indicators.0.target.level"),
]
"""What does not fit the units of the version's periods."""
AT = {"changes.0": "- from:", "changes.0.obligation.deadlines": "xa: ", "changes.0.targets.so_ho.level": "so_ho: "}
"""What is on the fault's line, if it is not the path's last field."""


@pytest.mark.parametrize(("edit", "code", "path"), [*SHAPES, *CONTRADICTIONS, *WITHOUT_EFFECT, *OF_UNITS])
def test_what_is_wrong_in_a_change_has_its_code_path_and_line(
    reformed: Reference, tmp_path: Path, edit: tuple[str, str], code: str, path: str
) -> None:
    found = said(judged(tmp_path, reformed.registry, edited(edit)).faults)

    lines = [line for of, where, line in found if (of, where) == (code, path)]
    assert lines, found
    if code != "field.missing" and edit[0] != ASKED:  # what is missing has no line of its own
        assert all(AT.get(path, [part for part in path.split(".") if not part.isdecimal()][-1]) in line for line in lines), lines


@pytest.mark.parametrize(
    ("recipient", "view", "within", "level"),
    [
        pytest.param("20", "20", "20", "province", id="one view"),
        pytest.param("06253", "20", "184-VQ", "commune", id="its own view and another"),
    ],
)
def test_a_recipient_that_would_confirm_twice_is_refused(
    reformed: Reference, tmp_path: Path, recipient: str, view: str, within: str, level: str
) -> None:
    """A unit has one duty to confirm in a period."""
    text = edited(
        ("recipient: 20-STC", f'recipient: "{recipient}"'),
        ('on_behalf_of: "" ', f'on_behalf_of: "{view}" '),
        ("within: 184-VQ", f'within: "{within}"'),
        (CONFIRM, f'[{{level: {level}, before: "02-25"}}, {CONFIRM}]'),
    )

    [(code, path, _)] = said(judged(tmp_path, reformed.registry, text).faults)
    assert (code, path) == ("regime.recipient_confirms_twice", "changes.0.obligation.confirm.1.recipient")


@pytest.mark.parametrize(
    ("edits", "code", "path"),
    [
        ([("    recipient: 20-SVHTTDL\n    groupings: [184-VQ]", '    within: "20"')], "regime.taken_from_source", "changes.0.within"),
        ([("    groupings: [184-VQ]", "    asked: {so_ho: [xa]}")], "regime.derived_has_own", "derived_from"),
        ([("    recipient: 20-SVHTTDL\n", "")], "regime.unit_of_no_period", "recipient"),
        ([("groupings: [184-VQ]", "groupings: [44-QB]")], "regime.grouping_without_reporters", "changes.0.groupings.0"),
        ([("recipient: 20-SVHTTDL\n    groupings: [184-VQ]", "legal_basis: []")], "regime.change_of_nothing", "changes.0"),
    ],
)
def test_what_is_wrong_in_a_change_of_a_derived_regime(
    reformed: Reference, tmp_path: Path, edits: list[tuple[str, str]], code: str, path: str
) -> None:
    found = said(judged(tmp_path, reformed.registry, TEXT, edited(*edits, text=DERIVED)).faults)
    assert (code, path) in [(one[0], one[1]) for one in found], found


def test_a_change_may_say_again_what_was_said_if_the_code_means_another_unit_from_then_on(reformed: Reference, tmp_path: Path) -> None:
    same = edited(("changes:\n", 'changes:\n  - from: "2025-03-01"\n    on_behalf_of: "184"\n'))
    assert [(code, path) for code, path, _ in said(judged(tmp_path, reformed.registry, same).faults)] == [
        ("regime.change_of_nothing", "changes.0")
    ]

    head = TEXT.partition("changes:")[0].replace("184-TCKH", "44-SNV").replace('"184"', '"44"').replace("184-GDDT", "44-SYT")
    another = f"{head}changes:\n  - {FROM}\n    recipient: 44-SNV\n"
    assert "regime.change_of_nothing" not in [code for code, _, _ in said(judged(tmp_path, reformed.registry, another).faults)]


def test_a_fault_of_a_later_version_says_since_when(reformed: Reference, tmp_path: Path) -> None:
    [fault] = judged(tmp_path, reformed.registry, edited(("    recipient: 20-STC\n", ""))).faults

    assert fault.text("vi").startswith(f"{tmp_path / NAME}: dòng 10, recipient, từ 01/07/2025: Đơn vị “184-TCKH” không có hiệu lực")
    assert "line 10, recipient, from 2025-07-01: The unit “184-TCKH”" in fault.text("en")
    assert fault.as_dict()["since"] == "2025-07-01"


def test_what_is_wrong_before_a_change_says_no_day(reformed: Reference, tmp_path: Path) -> None:
    [fault] = judged(tmp_path, reformed.registry, TEXT.replace("184-TCKH", "20-STC")).faults

    assert fault.text("vi").startswith(f"{tmp_path / NAME}: dòng 10, recipient: Đơn vị “20-STC” không có hiệu lực")
    assert "since" not in fault.as_dict()


def test_a_mistake_in_a_later_change_hides_none_in_the_regime_itself(reformed: Reference, tmp_path: Path) -> None:
    text = edited(("recipient: 20-STC", "recipient: 20-STX")).replace("recipient: 184-TCKH", "recipient: 184-TCKX")

    assert [(code, path) for code, path, _ in said(judged(tmp_path, reformed.registry, text).faults)] == [
        ("regime.unknown_unit", "recipient"),
        ("regime.unknown_unit", "changes.0.recipient"),
    ]


def test_a_regime_on_call_that_has_ended_is_judged_by_the_units_of_its_last_day(reformed: Reference, tmp_path: Path) -> None:
    head, _, rest = TEXT.partition("obligation:")
    body = f"{head}obligation: {{on_call: true}}\n\nindicators:{rest.partition('indicators:')[2].partition('changes:')[0]}"
    text = body.replace('periods: ["2024", "2025", "2026", "2027", "2028", "2029", "2030"]', "periods: any")

    assert judged(tmp_path, reformed.registry, f'{text}ends: "2025-07-01"\n') == ([], [])
    assert "recipient" in [path for _, path, _ in said(judged(tmp_path, reformed.registry, text).faults)]


def test_a_code_that_means_another_unit_in_later_periods_is_warned_about(reformed: Reference, tmp_path: Path) -> None:
    """A file that is loaded after the reform, and was written before it: 44 is Quảng Bình in 2024, and Quảng Trị from 2025 on."""
    path = tmp_path / "nq68-quang-binh.yaml"
    first = next(regime for regime in seeds.first_regimes() if regime.id == path.stem)
    path.write_text(json.dumps(first.model_dump(mode="json", exclude_unset=True, by_alias=True), ensure_ascii=False), encoding="utf-8")

    faults, warnings = regime_files.judge(regime_files.read_each([path]), [], reformed.registry, TODAY)
    assert faults == []
    assert {fault.refusal.code for fault in warnings} == {"regime.code_of_two_units"}
    assert {"on_behalf_of", "within", "reporters.so.units.0"} <= {".".join(map(str, fault.path)) for fault in warnings}
    said_of_within = next(fault.text("vi") for fault in warnings if fault.path == ("within",))
    assert "Mã “44” là Tỉnh Quảng Bình ở kỳ 2024, nhưng là đơn vị khác, Tỉnh Quảng Trị, ở các kỳ: 2025, " in said_of_within


def test_the_regimes_of_the_product_say_what_their_codes_mean_in_every_period(reformed: Reference) -> None:
    assert regime_files.judge(regime_files.read_each(REGIME_FILES), [], reformed.registry, TODAY) == ([], [])
