from decimal import Decimal
from typing import get_args

from services.portal.domain import content, figures, progress
from services.portal.domain.figures import Row, Section
from services.portal.reading.store import as_json
from shared.wire.views import Reporting, View
from shared.words.regime_parts import Indicator
from tests.portal import builders


def view_rows() -> dict[str, Row]:
    return by_code(sections())


def sections() -> list[Section]:
    asked = dict.fromkeys(builders.regime().by_code, frozenset(builders.reporters()))
    return figures.view_sections(View.model_validate(as_json(builders.view())), builders.regime(), asked)


def by_code(sections: list[Section]) -> dict[str, Row]:
    return {row.code: row for section in sections for row in section.rows}


def report_row(code: str, value: object) -> Row:
    sent = content.value_sent(value)
    return by_code(figures.report_sections({} if sent is None else {code: sent}, [builders.regime().by_code[code]]))[code]


def test_sections_stand_in_the_regimes_order() -> None:
    titles = [section.title for section in sections()]
    assert titles[:3] == ["Giáo dục – đào tạo", "Giáo dục nghề nghiệp", "Y tế"]


def test_a_total_that_nobody_reported_is_a_dash() -> None:
    rows = view_rows()
    assert (rows["yt_von_xhh"].value, rows["yt_von_xhh"].is_reported) == ("–", False)
    assert (rows["mt_du_an"].value, rows["mt_du_an"].is_reported) == ("–", False)


def test_zero_is_a_figure() -> None:
    row = view_rows()["gd_dat_hien"]
    assert (row.value, row.is_reported) == ("0,0", True)


def test_a_ratio_shows_its_sums_its_percent_and_its_target() -> None:
    row = view_rows()["vh_nha_van_hoa_thon"]
    assert (row.value, row.measure, row.percent) == ("131 / 148", "thôn, phố", "88,5 %")
    assert (row.target, row.is_met, row.missing) == ("≥ 100 % đến 2030", False, 9)
    assert (row.reported, row.asked) == (12, 22)
    assert [segment.width for segment in row.bar] == [Decimal("88.50")]


def test_a_figure_that_is_not_summed_says_so() -> None:
    assert view_rows()["yt_ttyt_tu_chu"].measure == "% (cao nhất)"


def test_every_aggregation_has_a_word() -> None:
    assert set(figures.AGGREGATIONS) == set(get_args(Indicator.model_fields["aggregation"].annotation))


def test_a_choice_is_a_bar_of_its_options() -> None:
    row = view_rows()["nv_tien_do"]
    assert [segment.text for segment in row.bar] == ["Chưa triển khai: 1", "Đang thực hiện: 4", "Hoàn thành: 2"]


def test_the_parts_of_a_bar_never_reach_beyond_its_end() -> None:
    segments = figures.bar([(1, "a", ""), (1, "b", ""), (1, "c", ""), (0, "d", "")], 3)
    assert len(segments) == 3
    assert segments[-1].x + segments[-1].width <= 100


def test_a_bar_of_nothing_is_empty() -> None:
    assert figures.bar([(0, "a", "")], 0) == ()


def test_progress_tells_on_time_late_and_missing() -> None:
    found = progress.bar(Reporting(expected=22, received=13, on_time=12, late=1, missing=[], rate=None, timely_rate=None))
    assert [segment.text for segment in found] == ["Đúng hạn: 12", "Nộp muộn: 1", "Chưa nộp: 9"]


def test_a_units_figures_are_shown_by_kind() -> None:
    assert report_row("gd_tien_tai_tro", "125.5").value == "125,5"
    assert report_row("vh_nha_van_hoa_xa", False).value == "Không"
    assert report_row("nv_tien_do", "cham").value == "Chậm tiến độ"
    ratio = report_row("mt_rac_xu_ly", {"numerator": "62.5", "denominator": 100})
    assert (ratio.value, ratio.percent) == ("62,5 / 100", "62,5 %")


def test_a_ratio_of_nothing_has_no_percent() -> None:
    row = report_row("vh_nha_van_hoa_thon", {"numerator": 0, "denominator": 0})
    assert (row.percent, row.bar) == ("–", ())


def test_a_figure_left_out_is_not_zero() -> None:
    row = report_row("gd_ngay_cong", None)
    assert (row.value, row.is_reported) == ("chưa báo cáo", False)


def test_a_target_lacks_only_the_units_that_are_asked_for_the_indicator() -> None:
    view = View.model_validate(as_json(builders.view()))
    missing, indicator = view.reporting.missing, builders.regime().by_code["vh_nha_van_hoa_xa"]
    some = figures.view_row(view, indicator, {*missing[:2], builders.COMMUNE})
    none = figures.view_row(view, indicator, {builders.COMMUNE})
    assert (some.missing, some.asked, some.is_waiting) == (2, 3, False)
    assert (none.missing, none.asked, none.is_waiting) == (0, 1, True)
