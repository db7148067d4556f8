"""Sentences about what recipients and confirmers do: return, extend, open, confirm."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "action.not_recipient": (
        "Chỉ cơ quan nhận báo cáo {recipient} được làm việc này. Gửi nhân danh cơ quan ấy.",
        "Only the recipient {recipient} may do this. Send the event in its name.",
    ),
    "action.not_confirmer": (
        "Đơn vị “{unit}” không có bảng tổng hợp phải chốt ở chế độ “{regime}”. Kiểm tra mã đơn vị và mã chế độ.",
        "The unit “{unit}” has no view to confirm in the regime “{regime}”. Check both codes.",
    ),
    "action.other_confirmer": (
        "Bảng tổng hợp của “{unit}” do {confirmer} chốt. Gửi nhân danh cơ quan ấy.",
        "The view of “{unit}” is confirmed by {confirmer}. Send the event in its name.",
    ),
    "action.not_on_call": (
        "Chế độ “{regime}” có hạn nộp cố định nên không mở kỳ bằng sự kiện. Chỉ mở kỳ của chế độ đột xuất.",
        "The regime “{regime}” has fixed deadlines, so its periods cannot be opened. Open periods only of regimes on call.",
    ),
    "action.no_such_revision": (
        "Đơn vị “{unit}” chưa gửi lần {revision}. Lần gửi gần nhất là {standing}.",
        "The unit “{unit}” has not sent revision {revision}. Its latest revision is {standing}.",
    ),
    "action.not_standing": (
        "Lần gửi {revision} của đơn vị “{unit}” không phải là lần đang được tính: lần gửi {standing} {state}. Tải lại trang rồi xem lại.",
        "Revision {revision} of the unit “{unit}” is not the one that counts: revision {standing} {state}. Reload the page and look again.",
    ),
    "action.not_later": (
        "Hạn “{text}” không muộn hơn hạn hiện tại {present} nên không có tác dụng. Muốn sửa một hạn đã ghi nhầm, gửi với “corrects”: "
        "true và lý do (dòng lệnh: thêm --corrects và --reason).",
        "The deadline “{text}” is not later than the current deadline {present}, so it would change nothing. To correct a mistake, "
        "send “corrects”: true with a reason (on the command line: add --corrects and --reason).",
    ),
    "action.nothing_to_correct": (
        "Chưa có hạn nào được ghi để sửa, hoặc hạn sau khi sửa vẫn là {present}. Kiểm tra lại hạn.",
        "There is no deadline to correct, or the corrected deadline would still be {present}. Check the deadline.",
    ),
    "action.reason_required": (
        "Phải nêu lý do ở trường “reason” vì {why}. Ghi lý do.",
        "A reason is required in the field “reason”, because {why}. Write one.",
    ),
    "action.hash_differs": (
        "Số liệu gửi kèm có mã kiểm {found}, khác với “view_hash”. Gửi nguyên vẹn reporting, indicators, narratives như bảng tổng hợp"
        " đưa ra.",
        "The attached figures have the hash {found}, which differs from “view_hash”. Send reporting, indicators and narratives "
        "exactly as the view gives them.",
    ),
    "action.view_moved": (
        "Bảng tổng hợp đã thay đổi, mã kiểm hiện tại là {present}. Xem số liệu mới rồi chốt.",
        "The view has changed; its hash is now {present}. Look at the new figures, then confirm.",
    ),
    "action.no_such_view": (
        "Chưa có bảng tổng hợp của đơn vị “{unit}” cho kỳ {period}. Thử lại sau ít phút.",
        "There is no view of the unit “{unit}” for the period {period} yet. Try again in a few minutes.",
    ),
    "action.nothing_to_confirm": (
        "Chưa có đơn vị nào nộp báo cáo ({received}/{expected}) nên chưa có số liệu để chốt. Chờ báo cáo đầu tiên.",
        "No unit has reported yet ({received} of {expected}), so there are no figures to confirm. Wait for the first report.",
    ),
    "action.already_confirmed": (
        "Số liệu này đã được chốt lúc {at} (sự kiện “{event_id}”) và chưa thay đổi. Không cần chốt lại.",
        "These figures were confirmed at {at} (event “{event_id}”) and have not changed since. There is no need to confirm again.",
    ),
    "action.date_not_after": (
        "Ngày “{text}” không sau thời điểm nhận {received}. Chọn ngày muộn hơn.",
        "The day “{text}” is not after the time of receipt {received}. Choose a later day.",
    ),
    "action.deadline_before_period": (
        "Hạn “{text}” phải sau ngày kỳ báo cáo bắt đầu, {day}: trước ngày đó chưa nhận báo cáo. Kiểm tra lại kỳ và năm.",
        "The deadline “{text}” must be after the first day of the period, {day}: no reports are accepted before that day. Check the "
        "period and the year.",
    ),
}
