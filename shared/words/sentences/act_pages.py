"""Sentences about acts on the portal's pages: why an act cannot be done now, and what is wrong with a form."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "act.not_recipient": (
        "Chỉ cơ quan nhận báo cáo làm được việc này: {recipient}. Nhờ cán bộ tổng hợp của cơ quan ấy.",
        "Only the recipient may do this: {recipient}. Ask its reviewer.",
    ),
    "act.not_confirmer": (
        "Bảng này do {confirmers} chốt. Nhờ cán bộ tổng hợp của cơ quan ấy.",
        "This view is confirmed by {confirmers}. Ask a reviewer there.",
    ),
    "act.nobody_confirms": (
        "Chế độ báo cáo không quy định ai chốt bảng này. Không cần chốt.",
        "No unit confirms this view in this regime. There is nothing to confirm.",
    ),
    "act.nothing_to_return": (
        "Báo cáo {state} nên không có gì để trả lại. Chờ đơn vị nộp.",
        "The report {state}, so there is nothing to return. Wait until the unit reports.",
    ),
    "act.confirmed_before": (
        "Số liệu này đã được cơ quan mình chốt. Hủy chốt trước, rồi trả lại báo cáo.",
        "Your own unit has confirmed these figures. Undo the confirmation first, then return the report.",
    ),
    "act.not_opened": (
        "Kỳ {period} chưa được mở nên chưa có hạn nộp. Mở kỳ trước.",
        "The period {period} has not been opened, so it has no deadline. Open it first.",
    ),
    "act.not_begun": (
        "Kỳ báo cáo bắt đầu ngày {day}. Chờ đến ngày ấy.",
        "The period begins on {day}. Wait until then.",
    ),
    "act.before_reform": (
        "Đơn vị sẽ được sắp xếp lại sau ngày {day}, trước khi kỳ này kết thúc. Chốt sau ngày ấy, theo đơn vị mới.",
        "The units change after {day}, before the period ends. Confirm after that day, with the new units.",
    ),
    "act.nothing_to_confirm": (
        "Chưa có báo cáo nào được tính nên chưa có số liệu để chốt. Chờ báo cáo đầu tiên.",
        "No report counts yet, so there are no figures to confirm. Wait for the first report.",
    ),
    "act.not_changed": (
        "Đã chốt lúc {at}, chưa có thay đổi. Không cần chốt lại.",
        "Confirmed at {at}, and nothing has changed since. There is no need to confirm again.",
    ),
    "act.nothing_to_undo": (
        "Bảng này chưa chốt, hoặc đã hủy chốt. Không có gì để hủy.",
        "This view is not confirmed, or no longer. There is nothing to undo.",
    ),
    "act.undone_by_others": (
        "Chỉ hủy chốt được từ {confirmers}, vì số liệu đã được dùng để chốt ở đó. Nhờ cơ quan ấy hủy chốt.",
        "Only {confirmers} may undo this confirmation, because it was used there. Ask them.",
    ),
    "act.confirmation_closed": (
        "Bản chốt này thuộc phần trước ngày sắp xếp đơn vị và không thay đổi nữa. Xem bảng của đơn vị mới.",
        "This confirmation belongs to the time before a reform and no longer changes. See the view of the new unit.",
    ),
    "act.nobody_owes": (
        "Mọi đơn vị đã nộp và đã chốt. Không cần đôn đốc.",
        "Every unit has reported and confirmed. There is nobody to remind.",
    ),
    "act.asked_today": (
        "Các đơn vị còn việc đều đã được đôn đốc hôm nay, mỗi đơn vị một lần một ngày. Làm lại vào ngày mai.",
        "All units that owe something were asked today already, once a unit and day. Ask again tomorrow.",
    ),
    "act.view_moved": (
        "Số liệu đã thay đổi sau khi mở trang này, nên chưa chốt gì. Xem thay đổi ở dưới, rồi bấm “Xem số liệu mới”.",
        "The figures have changed since this page was opened, so nothing was confirmed. See what changed, then look at the new figures.",
    ),
    "act.no_such_confirmation": (
        "Bản chốt trên biểu không còn là bản đang có hiệu lực. Xem bản hiện nay ở dưới rồi hủy lại.",
        "The confirmation in the form no longer stands. See the present one below, then undo that.",
    ),
    "act.returned_meanwhile": (
        "Trong lúc xem, đơn vị đã nộp lần {newest}. Xem số liệu mới ở dưới; nếu vẫn trả lại, đó là trả lại lần {newest}.",
        "Meanwhile the unit has sent revision {newest}. See the new figures below; what you return now is revision {newest}.",
    ),
    "act.reason_missing": (
        "Chưa có lý do. Chọn một lý do có sẵn hoặc ghi lý do.",
        "The reason is missing. Choose one of the list, or write one.",
    ),
    "act.reason_why": (
        "Phải ghi lý do vì {why}. Ghi lý do vào ô.",
        "A reason is needed, because {why}. Write it into the box.",
    ),
    "act.text_too_long": (
        "Nội dung dài {size} ký tự, tối đa {most}. Viết ngắn lại.",
        "The text has {size} characters; at most {most} are allowed. Shorten it.",
    ),
    "act.text_forbidden": (
        "Nội dung có ký tự điều khiển {character}, không hiển thị được. Gõ lại hoặc dán lại dạng chữ thường.",
        "The text has the control character {character}, which cannot be shown. Type it again.",
    ),
    "act.no_day": (
        "Ngày “{text}” không có trong lịch. Ghi ngày, tháng, năm như 05/12/2026.",
        "The day “{text}” is not in the calendar. Write day, month and year, such as 05/12/2026.",
    ),
    "act.day_passed": (
        "Ngày {day} đã qua. Chọn từ hôm nay, {today}, trở đi.",
        "The day {day} has passed. Choose today, {today}, or a later day.",
    ),
    "act.day_too_far": (
        "Năm {year} quá xa. Kiểm tra lại năm.",
        "The year {year} is too far away. Check the year.",
    ),
    "act.not_later": (
        "Hạn hiện nay của {unit} là {present}, không sớm hơn ngày chọn. Chọn ngày muộn hơn, hoặc đánh dấu “sửa hạn đã ghi nhầm”.",
        "The present deadline of {unit} is {present}, which is not before the chosen day. Choose a later day, or mark it as a correction.",
    ),
    "act.none_chosen": (
        "Chưa chọn đơn vị nào. Đánh dấu ít nhất một đơn vị.",
        "No unit is chosen. Tick at least one.",
    ),
    "act.not_owing": (
        "Đơn vị “{unit}” không còn việc phải làm, hoặc đã được đôn đốc hôm nay. Tải lại trang rồi chọn lại.",
        "The unit “{unit}” owes nothing any more, or was asked today already. Load the page again and choose.",
    ),
    "act.unknown_unit": (
        "Đơn vị “{unit}” không có trong danh sách của trang này. Tải lại trang rồi chọn lại.",
        "The unit “{unit}” is not in the list of this page. Load the page again and choose.",
    ),
    "act.unknown_indicator": (
        "Chỉ tiêu “{code}” không có trong báo cáo của đơn vị. Tải lại trang rồi chọn lại.",
        "The indicator “{code}” is not in the unit's report. Load the page again and choose.",
    ),
    "act.no_period": (
        "Chế độ báo cáo không có kỳ “{text}”. Chọn một kỳ trong danh sách.",
        "The regime has no period “{text}”. Choose one of the list.",
    ),
    "act.not_on_call": (
        "Chế độ này có hạn cố định nên không phải mở kỳ. Cần thêm thời gian thì gia hạn cho đơn vị.",
        "This regime has fixed deadlines, so no period is opened. Give units more time instead.",
    ),
    "act.broker_away": (
        "Hệ thống nhận tạm thời không liên lạc được nên việc này có thể chưa được ghi nhận. Nội dung vẫn còn nguyên: bấm gửi lại sau ít"
        " phút, hệ thống chỉ tính một lần.",
        "The system that takes acts cannot be reached, so this may not have been recorded. Send it again in a few minutes; it counts once.",
    ),
}
