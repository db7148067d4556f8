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
    "action.no_such_confirmation": (
        "Không có lần chốt “{named}” của bảng tổng hợp “{unit}” trong kỳ này. Tải lại trang rồi xem lại.",
        "There is no confirmation “{named}” of the view of “{unit}” in this period. Reload the page and look again.",
    ),
    "action.already_undone": (
        "Lần chốt “{named}” đã được hủy trước đó. Không cần hủy lại.",
        "The confirmation “{named}” was undone before. There is no need to undo it again.",
    ),
    "action.confirmation_closed": (
        "Lần chốt “{named}” nhận lúc {at} là của số liệu trước ngày sắp xếp đơn vị, nay không thay đổi nữa nên không hủy được.",
        "The confirmation “{named}”, received at {at}, is of the figures before the reform, which no longer change: it cannot be undone.",
    ),
    "action.other_undoes": (
        "Lần chốt của “{unit}” lúc này chỉ do {confirmers} hủy được. Đề nghị cơ quan ấy hủy chốt.",
        "The confirmation of “{unit}” can be undone now only by {confirmers}. Ask that office to undo it.",
    ),
    "action.confirmed_above": (
        "Cơ quan gửi đã chốt bảng tổng hợp có báo cáo này lúc {at} (sự kiện “{event_id}”). Hủy chốt trước rồi mới trả lại báo cáo.",
        "The sender has confirmed the view that has this report at {at} (event “{event_id}”). Undo the confirmation before returning it.",
    ),
    "action.asked_today": (
        "Trong ngày {day} đã đôn đốc: {units}. Mỗi đơn vị chỉ được đôn đốc một lần một ngày; bỏ các đơn vị này rồi gửi lại.",
        "These units were already asked on {day}: {units}. A unit is asked once a day; leave them out and send again.",
    ),
    "action.owes_nothing": (
        "Các đơn vị sau không còn nghĩa vụ nào trong kỳ này: {units}. Bỏ các đơn vị này rồi gửi lại.",
        "These units owe nothing in this period any more: {units}. Leave them out and send again.",
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
