"""Screening: a figure is judged by its text, and logged in its normal form."""

import json
from typing import Any

import pytest

from services.ingest.domain import figures
from services.ingest.domain.decision import Rejected
from shared.words.numbers import MAX_SCALED
from shared.words.regime_parts import Indicator
from tests.builders import submitted
from tests.ingest.screening import OFFICE, Screen, logged_values, reasons, with_text

BOUNDED = Indicator(code="nhiet_do", label="Nhiệt độ", kind="quantity", decimals=1, min="-5.5", max="40")


@pytest.mark.parametrize(
    ("code", "text", "normal"),
    [
        ("gd_ngay_cong", "340", 340),
        ("gd_ngay_cong", '"340"', 340),
        ("gd_ngay_cong", "-0", 0),
        ("gd_ngay_cong", str(MAX_SCALED), MAX_SCALED),
        ("gd_tien_tai_tro", "125.5", "125.500"),
        ("gd_tien_tai_tro", '"125.5"', "125.500"),
        ("gd_tien_tai_tro", "125.500", "125.500"),
        ("gd_tien_tai_tro", '"-0"', "0.000"),
        ("gd_tien_tai_tro", "100000000000.000", "100000000000.000"),
        ("gd_tien_tai_tro", "0.001", "0.001"),
        ("vh_nha_van_hoa_thon", '{"numerator": 9, "denominator": 11}', {"numerator": 9, "denominator": 11}),
        ("vh_nha_van_hoa_thon", '{"denominator": "0", "numerator": 0}', {"numerator": 0, "denominator": 0}),
        ("mt_rac_xu_ly", '{"numerator": 9, "denominator": "11.5"}', {"numerator": "9.0", "denominator": "11.5"}),
        ("vh_nha_van_hoa_xa", "false", False),
    ],
)
def test_a_figure_is_logged_in_its_normal_form(screen: Screen, code: str, text: str, normal: Any) -> None:
    found = logged_values(screen(with_text(code, text)))[code]

    assert found == normal
    assert type(found) is type(normal)


@pytest.mark.parametrize(
    ("code", "text", "wrong"),
    [
        *[("gd_tien_tai_tro", text, "report.not_a_number") for text in ("1e2", "1E2", "1.5e0", "1e400", "9" * 31)],
        *[
            ("gd_tien_tai_tro", json.dumps(text), "report.not_a_number")
            for text in (
                "1e2",
                "1_000",
                "1,5",
                "1.234,5",
                "٣",
                "１２",
                " 5 ",
                "5\n",
                "",
                "+5",
                ".5",
                "5.",
                "NaN",
                "Infinity",
                "0x1F",
                "5\0",
                "\ud800",
                "²",
            )
        ],
        *[("gd_tien_tai_tro", text, "report.too_many_decimals") for text in ("125.5001", '"0.0001"', "1.0000000000000000001")],
        *[
            ("gd_ngay_cong", text, "report.too_many_decimals")
            for text in ("340.5", '"0.1"', '"1.000"', "1.000", "340.0", '"1.0"', '"-0.0"', '"12.000000"')
        ],
        *[("gd_tien_tai_tro", text, "report.too_many_decimals") for text in ("125.5000", '"1.0000"')],
        *[
            ("gd_ngay_cong", text, "report.out_of_range")
            for text in ("-1", '"-1"', str(MAX_SCALED + 1), "9" * 19, "9" * 30, "-" + "9" * 25)
        ],
        *[("gd_tien_tai_tro", text, "report.out_of_range") for text in ("100000000000.001", "-0.001", "1" + "0" * 14)],
        *[
            ("gd_ngay_cong", text, "report.wrong_kind")
            for text in ("true", "false", "null", "[]", "[5]", "{}", '{"numerator": 1, "denominator": 2}')
        ],
        *[("vh_nha_van_hoa_thon", text, "report.wrong_kind") for text in ("5", '"9/11"', "null", "[9, 11]", "true")],
        *[("vh_nha_van_hoa_xa", text, "report.wrong_kind") for text in ("1", "0", '"true"', '"có"', "null", "[]", "1.0")],
        ("vh_nha_van_hoa_thon", '{"numerator": 12, "denominator": 11}', "report.share_above_one"),
        ("vh_nha_van_hoa_thon", '{"numerator": 1, "denominator": 0}', "report.share_above_one"),
        ("gdtp_to_chuc", "5", "report.indicator_not_asked"),
        ("nv_tien_do", '"hoan_thanh"', "report.indicator_not_asked"),
        ("khong_co", "5", "report.unknown_indicator"),
    ],
)
def test_a_wrong_figure_is_refused_under_its_path(screen: Screen, code: str, text: str, wrong: str) -> None:
    assert reasons(screen(with_text(code, text))) == [(wrong, f"data.values.{code}")]


def test_a_part_of_a_ratio_is_judged_by_its_text_too(screen: Screen) -> None:
    decision = screen(with_text("vh_nha_van_hoa_thon", '{"numerator": "1.000", "denominator": 2000}'))

    assert reasons(decision) == [("report.too_many_decimals", "data.values.vh_nha_van_hoa_thon.numerator")]


def test_a_thousand_with_a_point_is_told_how_to_be_written(screen: Screen) -> None:
    decision = screen(with_text("gd_ngay_cong", '"1.000"'))

    assert isinstance(decision, Rejected)
    assert "một nghìn ghi 1000" in decision.reasons[0].message_vi
    assert "a thousand as 1000" in decision.reasons[0].message_en


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{}", {("event.missing_field", "numerator"), ("event.missing_field", "denominator")}),
        ('{"numerator": 9}', {("event.missing_field", "denominator")}),
        ('{"numerator": 9, "denominator": 11, "percent": 82}', {("event.unknown_field", "percent")}),
        ('{"numerator": -1, "denominator": 1.5}', {("report.out_of_range", "numerator"), ("report.too_many_decimals", "denominator")}),
        ('{"numerator": true, "denominator": null}', {("report.wrong_kind", "numerator"), ("report.wrong_kind", "denominator")}),
        ('{"numerator": "1e0", "denominator": {}}', {("report.not_a_number", "numerator"), ("report.wrong_kind", "denominator")}),
    ],
)
def test_each_wrong_part_of_a_ratio_is_named(screen: Screen, text: str, wrong: set[tuple[str, str]]) -> None:
    path = "data.values.vh_nha_van_hoa_thon"

    assert set(reasons(screen(with_text("vh_nha_van_hoa_thon", text)))) == {(code, f"{path}.{part}") for code, part in wrong}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('"xong"', "report.unknown_option"),
        ('""', "report.unknown_option"),
        ("1", "report.wrong_kind"),
        ("1.5", "report.wrong_kind"),
        ("true", "report.wrong_kind"),
    ],
)
def test_a_choice_is_one_of_its_options(screen: Screen, text: str, wrong: str) -> None:
    assert reasons(screen(with_text("nv_tien_do", text, OFFICE), sender=OFFICE)) == [(wrong, "data.values.nv_tien_do")]


def test_an_office_answers_for_its_own_field_only(screen: Screen) -> None:
    assert reasons(screen(submitted(OFFICE, values={"gd_truong_tu_chu": 2}))) == []
    assert reasons(screen(submitted("184-TP", values={"gd_truong_tu_chu": 2}))) == [
        ("report.indicator_not_asked", "data.values.gd_truong_tu_chu")
    ]


@pytest.mark.parametrize(("sent", "normal"), [("-5.5", "-5.5"), ("0", "0.0"), (40, "40.0"), ("40.0", "40.0")])
def test_a_quantity_on_its_bounds_is_taken(sent: object, normal: str) -> None:
    assert figures.judge(BOUNDED, sent) == (normal, ())


@pytest.mark.parametrize("sent", ["-5.6", -6, "40.1", 41])
def test_a_quantity_beyond_its_bounds_is_refused_and_told_them(sent: object) -> None:
    _, [reason] = figures.judge(BOUNDED, sent)

    assert (reason.code, reason.path) == ("report.out_of_range", "data.values.nhiet_do")
    assert all(bound in reason.message_en for bound in ("-5.5", "40.0"))
