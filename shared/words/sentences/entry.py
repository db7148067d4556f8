"""Sentences about what a person types into the form of a report, and sends."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "report.ambiguous_number": (
        "Số “{text}” có hai cách hiểu: {many} hoặc {few}. Gõ {thousands} hoặc gõ {few} cho rõ.",
        "The number “{text}” has two readings: {many} or {few} (with a decimal comma). Type {thousands} or {few}.",
    ),
    "report.unreadable_number": (
        "Không đọc được “{text}” thành một số. Chỉ dùng chữ số 0–9, dấu chấm hoặc dấu cách ngăn hàng nghìn, dấu phẩy trước phần thập phân.",
        "The text “{text}” cannot be read as a number. Use the digits 0–9, points or spaces between thousands, a comma before decimals.",
    ),
    "report.whole_number": (
        "Chỉ tiêu này là số nguyên nên “{text}” không dùng được. Bỏ phần thập phân; hàng nghìn viết 1.234 hoặc 1234.",
        "The figure is a whole number, so “{text}” does not fit. Leave out the decimals; write thousands as 1.234 or 1234.",
    ),
    "report.other_measure": (
        "Số “{text}” có đơn vị tính khác với biểu. Đổi ra {measure} rồi chỉ ghi số.",
        "The figure “{text}” has another unit of measure than the form. Convert it to {measure} and type only the number.",
    ),
    "report.number_only": (
        "Ô “{text}” có chữ sau số. Chỉ ghi số.",
        "The figure “{text}” has words behind the number. Type only the number.",
    ),
    "form.unknown_field": (
        "Biểu không có ô “{name}”: chế độ báo cáo có thể vừa thay đổi. Kiểm tra lại các ô rồi gửi.",
        "The form has no field “{name}”: the regime may have changed just now. Check the fields and send again.",
    ),
    "form.moved": (
        "Trong lúc nhập, lần nộp {newest} của báo cáo này đã được ghi nhận. Xem báo cáo, so với các ô dưới đây; nếu vẫn gửi, đây là lần nộp"
        " {next}.",
        "While the form was open, revision {newest} of this report was recorded. Compare it with the fields; if they are sent, they are"
        " revision {next}.",
    ),
    "form.broker_away": (
        "Hệ thống nhận báo cáo tạm thời không liên lạc được nên báo cáo có thể chưa được gửi. Các ô vẫn còn nguyên: bấm Gửi lại sau ít"
        " phút, hệ thống chỉ tính một lần.",
        "The system that receives reports cannot be reached, so the report may not have been sent. The fields are unchanged: send again"
        " in a few minutes; it counts once.",
    ),
    "form.not_checked": (
        "Chưa kiểm tra được với hệ thống nhận báo cáo lúc này. Các ô vẫn còn nguyên: bấm Kiểm tra lại sau ít phút, hoặc gửi luôn.",
        "The form cannot be checked now. The fields are unchanged: check again in a few minutes, or send it.",
    ),
    "form.not_yours": (
        "Tài khoản này không nộp hay nhập thay báo cáo của {unit} được. Nhờ cán bộ báo cáo của đơn vị, hoặc đơn vị được nhập thay theo chế"
        " độ.",
        "This account can neither send nor enter the report of {unit}. Ask an officer of the unit, or the unit that may enter it.",
    ),
    "form.no_receipt": (
        "Không có biên nhận này cho báo cáo. Kiểm tra lại địa chỉ, hoặc xem lịch sử trên trang báo cáo.",
        "There is no such receipt for this report. Check the address, or see the history on the report's page.",
    ),
}
