"""Sentences about the content of a report: regime, period, unit, figures, narratives, revisions."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "report.unknown_unit": (
        "Không có đơn vị mã “{unit}” tại ngày {day}. Kiểm tra mã đơn vị.",
        "No unit has the code “{unit}” on {day}. Check the code.",
    ),
    "report.unknown_regime": (
        "Không có chế độ báo cáo “{regime}”. Kiểm tra mã chế độ.",
        "There is no regime “{regime}”. Check the code.",
    ),
    "report.derived_regime": (
        "Chế độ “{regime}” được tính từ “{source}”. Chỉ nộp báo cáo cho “{source}”.",
        "The regime “{regime}” is computed from “{source}”. Send reports only for “{source}”.",
    ),
    "report.unknown_period": (
        "Chế độ “{regime}” không có kỳ “{period}”. Các kỳ: {known}.",
        "The regime “{regime}” has no period “{period}”. Its periods are: {known}.",
    ),
    "report.regime_ended": (
        "Chế độ “{regime}” kết thúc ngày {day} nên không có kỳ “{period}”. Chỉ gửi cho các kỳ chốt số liệu trước ngày đó.",
        "The regime “{regime}” ended on {day}, so it has no period “{period}”. Send only for periods whose cut-off is before that day.",
    ),
    "report.period_not_begun": (
        "Kỳ {period} bắt đầu ngày {day} nên chưa nhận báo cáo. Gửi lại từ ngày đó.",
        "The period {period} begins on {day}, so reports are not accepted yet. Send the report from that day on.",
    ),
    "report.period_not_opened": (
        "Kỳ {period} chưa được cơ quan nhận báo cáo {recipient} mở. Gửi lại sau khi kỳ được mở.",
        "The recipient {recipient} has not opened the period {period} yet. Send the report after it is opened.",
    ),
    "report.unit_not_asked": (
        "Đơn vị “{unit}” không phải báo cáo theo chế độ “{regime}”. Kiểm tra mã đơn vị và mã chế độ.",
        "The unit “{unit}” does not report under the regime “{regime}”. Check both codes.",
    ),
    "report.other_unit_then": (
        "Kỳ {period}, mã {code} là {name} cũ (kết thúc {day}); {what}.",
        "In the period {period}, the code {code} was {name}, which ended on {day}; {what}.",
    ),
    "report.not_a_successor": (
        "Trường “as_successor”: true chỉ dành cho đơn vị kế thừa gửi thay đơn vị đã kết thúc; {why}. Kiểm tra lại đơn vị, hoặc bỏ trường"
        " này.",
        "The field “as_successor”: true is only for the heir that acts for a unit that has ended; {why}. Check the unit, or leave the field"
        " out.",
    ),
    "report.heir_not_declared": (
        "Đơn vị {code} ({name} cũ) kết thúc {day} và chưa khai đơn vị kế thừa, nên chưa ai được gửi thay. Cơ quan quản lý khai đơn vị kế"
        " thừa trong đợt sắp xếp.",
        "The unit {code} ({name}) ended on {day} and no heir is declared, so nobody may act for it yet. An authority has to declare the"
        " heir in the reform.",
    ),
    "report.unknown_indicator": (
        "Chế độ “{regime}” không có chỉ tiêu này. Bỏ chỉ tiêu hoặc sửa mã.",
        "The regime “{regime}” has no such indicator. Remove it or correct its code.",
    ),
    "report.indicator_not_asked": (
        "Chỉ tiêu này không giao cho đơn vị “{unit}”. Bỏ chỉ tiêu.",
        "The unit “{unit}” is not asked for this indicator. Remove it.",
    ),
    "report.wrong_kind": (
        "Giá trị của chỉ tiêu không đúng loại. Ghi {wanted}.",
        "The value of this indicator has the wrong type. Write {wanted}.",
    ),
    "report.not_a_number": (
        "Giá trị “{text}” không phải là số. Ghi số thập phân thường, ví dụ 1250.5: dấu chấm là dấu thập phân, không ghi dấu phẩy, dấu"
        " cách, dấu phân cách hàng nghìn, số mũ hay NaN.",
        "The value “{text}” is not a number. Write a plain decimal such as 1250.5: the point is the decimal sign; commas, spaces, "
        "thousands separators, exponents and NaN are not allowed.",
    ),
    "report.too_many_decimals": (
        "Giá trị “{text}” có {found} chữ số sau dấu thập phân, giới hạn của chỉ tiêu này là {decimals}. Dấu chấm là dấu thập phân: "
        "một nghìn ghi 1000, không ghi 1.000. Nếu là số lẻ, làm tròn trước khi gửi.",
        "The value “{text}” has {found} digits after the decimal point; the limit for this indicator is {decimals}. The point is the "
        "decimal sign: write a thousand as 1000, not as 1.000. Round a fraction before sending.",
    ),
    "report.out_of_range": (
        "Giá trị “{text}” nằm ngoài khoảng cho phép ({least} đến {most}). Kiểm tra lại số.",
        "The value “{text}” is outside the allowed range ({least} to {most}). Check the number.",
    ),
    "report.share_above_one": (
        "Tử số {numerator} lớn hơn mẫu số {denominator}. Kiểm tra lại hai số.",
        "The numerator {numerator} is larger than the denominator {denominator}. Check both numbers.",
    ),
    "report.unknown_option": (
        "Lựa chọn không hợp lệ. Chọn một trong: {options}.",
        "The option is not valid. Choose one of: {options}.",
    ),
    "report.unknown_narrative": (
        "Chế độ “{regime}” không có mục thuyết minh này. Các mục: {known}.",
        "The regime “{regime}” has no such narrative. Its narratives are: {known}.",
    ),
    "report.narrative_too_long": (
        "Thuyết minh dài {size} ký tự, giới hạn là {most} ký tự. Rút gọn.",
        "The narrative has {size} characters; the limit is {most}. Shorten it.",
    ),
    "report.empty": (
        "Báo cáo không có chỉ tiêu và cũng không có thuyết minh nào đọc được. Điền ít nhất một mục.",
        "The report has neither figures nor readable narratives. Fill in at least one.",
    ),
    "report.superseded": (
        "Lần gửi {revision} không làm thay đổi số liệu: lần gửi {standing} (sự kiện “{event_id}”, nhận lúc {at}) {state}. Muốn thay "
        "đổi, gửi lần {next}.",
        "Revision {revision} changes no figures: revision {standing} (event “{event_id}”, received at {at}) {state}. To change the "
        "figures, send revision {next}.",
    ),
    "report.revision_repeated": (
        "Lần gửi {revision} đã được gửi trước đó bằng một sự kiện khác, “{event_id}”, nhận lúc {at}; hệ thống tính bản nhận sau. Kiểm"
        " tra xem có hai nơi cùng gửi hay không; muốn thay đổi, gửi lần {next}.",
        "Revision {revision} was already sent in another event, “{event_id}”, received at {at}. The later one counts. Check whether "
        "two places are sending reports; to change the figures, send revision {next}.",
    ),
    "report.revision_returned": (
        "Lần gửi {revision} đã bị trả lại nên báo cáo này chưa được tính. Gửi lần {next}.",
        "Revision {revision} was returned, so this report does not count yet. Send revision {next}.",
    ),
    "report.nothing_to_withdraw": (
        "Đơn vị chưa có báo cáo nào đang được tính để rút. Kiểm tra lại kỳ và đơn vị.",
        "The unit has no report that counts, so there is nothing to withdraw. Check the period and the unit.",
    ),
}
