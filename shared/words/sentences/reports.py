"""Sentences about what a report says: regime, period, unit, figures, narratives, revisions."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "report.unknown_unit": (
        "Không có đơn vị mã “{unit}” tại ngày {day}. Kiểm tra mã đơn vị.",
        "No unit has the code “{unit}” on {day}. Check the unit code.",
    ),
    "report.unknown_regime": (
        "Không có chế độ báo cáo “{regime}”. Kiểm tra mã chế độ.",
        "There is no regime “{regime}”. Check the regime code.",
    ),
    "report.derived_regime": (
        "Chế độ “{regime}” được tính từ “{source}”. Chỉ nộp báo cáo cho “{source}”.",
        "The regime “{regime}” is computed from “{source}”. Report to “{source}” only.",
    ),
    "report.unknown_period": (
        "Chế độ “{regime}” không có kỳ “{period}”. Các kỳ: {known}.",
        "The regime “{regime}” has no period “{period}”. Its periods: {known}.",
    ),
    "report.period_not_begun": (
        "Kỳ {period} bắt đầu ngày {day}, chưa nhận báo cáo.",
        "The period {period} begins on {day}; reports are not taken yet.",
    ),
    "report.period_not_opened": (
        "Kỳ {period} chưa được cơ quan nhận báo cáo {recipient} mở.",
        "The period {period} has not been opened by the recipient {recipient}.",
    ),
    "report.unit_not_asked": (
        "Đơn vị “{unit}” không phải báo cáo theo chế độ “{regime}”.",
        "The unit “{unit}” does not report under the regime “{regime}”.",
    ),
    "report.unknown_indicator": (
        "Chế độ “{regime}” không có chỉ tiêu này. Bỏ chỉ tiêu hoặc sửa mã.",
        "The regime “{regime}” has no such indicator. Leave it out or correct its code.",
    ),
    "report.indicator_not_asked": (
        "Chỉ tiêu này không giao cho đơn vị “{unit}”. Bỏ chỉ tiêu.",
        "This indicator is not asked of the unit “{unit}”. Leave it out.",
    ),
    "report.wrong_kind": ("Chỉ tiêu này cần {wanted}.", "This indicator takes {wanted}."),
    "report.not_a_number": (
        "“{text}” không phải là số. Ghi số thập phân thường, ví dụ 1250.5: dấu chấm là dấu thập phân, không ghi dấu phẩy, dấu cách,"
        " dấu phân"
        " cách hàng nghìn, số mũ hay NaN.",
        "“{text}” is not a number. Write a plain decimal such as 1250.5: the point is the decimal sign; no comma, space, thousands"
        " separator,"
        " exponent or NaN.",
    ),
    "report.too_many_decimals": (
        "“{text}” có {found} chữ số sau dấu thập phân, chỉ tiêu này nhận tối đa {decimals}. Dấu chấm là dấu thập phân: một nghìn ghi 1000,"
        " không ghi 1.000. Nếu là số lẻ, làm tròn trước khi gửi.",
        "“{text}” has {found} digits after the decimal sign, this indicator takes at most {decimals}. The point is the decimal"
        " sign: write a"
        " thousand as 1000, not as 1.000. Round a fraction before sending.",
    ),
    "report.out_of_range": (
        "“{text}” nằm ngoài khoảng cho phép ({least} đến {most}).",
        "“{text}” is outside the range allowed ({least} to {most}).",
    ),
    "report.share_above_one": (
        "Tử số {numerator} lớn hơn mẫu số {denominator}. Kiểm tra lại hai số.",
        "The numerator {numerator} is larger than the denominator {denominator}. Check both.",
    ),
    "report.unknown_option": ("Chỉ chọn một trong: {options}.", "Choose one of: {options}."),
    "report.unknown_narrative": (
        "Chế độ “{regime}” không có mục thuyết minh này. Các mục: {known}.",
        "The regime “{regime}” has no such narrative. Its narratives: {known}.",
    ),
    "report.narrative_too_long": (
        "Thuyết minh dài {size} ký tự, tối đa {most}.",
        "The narrative has {size} characters, at most {most} are taken.",
    ),
    "report.empty": (
        "Báo cáo không có chỉ tiêu và không có thuyết minh nào đọc được. Điền ít nhất một mục.",
        "The report has no figure and no narrative that can be read. Fill in at least one.",
    ),
    "report.superseded": (
        "Lần gửi {revision} không làm thay đổi số liệu: lần gửi {standing} (sự kiện “{event_id}”, nhận lúc {at}) {state}. Muốn thay"
        " đổi, gửi"
        " với lần gửi lớn hơn {standing}.",
        "Revision {revision} changes no figure: revision {standing} (event “{event_id}”, received at {at}) {state}. To change it, send a"
        " revision above {standing}.",
    ),
    "report.revision_repeated": (
        "Lần gửi {revision} đã được gửi trước bằng sự kiện khác “{event_id}”, nhận lúc {at}; hệ thống tính bản nhận sau. Kiểm tra"
        " có hai nơi"
        " cùng gửi hay không.",
        "Revision {revision} had been sent by another event, “{event_id}”, received at {at}; the one received later counts. Check"
        " whether two"
        " places send.",
    ),
    "report.revision_returned": (
        "Lần gửi {revision} đã bị trả lại nên báo cáo này chưa được tính. Gửi với lần gửi lớn hơn {revision}.",
        "Revision {revision} was returned, so this report does not count yet. Send a revision above {revision}.",
    ),
    "report.nothing_to_withdraw": (
        "Đơn vị chưa có báo cáo nào đang được tính để rút.",
        "The unit has no report that counts and could be withdrawn.",
    ),
}
