"""Sentences about acts of a recipient or confirmer: return, extend, open, confirm."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "action.not_recipient": (
        "Chỉ cơ quan nhận báo cáo {recipient} được làm việc này.",
        "Only the recipient {recipient} may do this.",
    ),
    "action.not_confirmer": (
        "Đơn vị “{unit}” không có bảng tổng hợp phải chốt ở chế độ “{regime}”.",
        "The unit “{unit}” has no view to confirm in the regime “{regime}”.",
    ),
    "action.not_on_call": (
        "Chế độ “{regime}” có hạn nộp cố định, không mở kỳ bằng sự kiện.",
        "The regime “{regime}” has fixed deadlines; its periods are not opened by an event.",
    ),
    "action.no_such_revision": (
        "Đơn vị “{unit}” chưa gửi lần {revision}. Lần gửi gần nhất: {standing}.",
        "The unit “{unit}” has not sent the revision {revision}. Its last one: {standing}.",
    ),
    "action.not_standing": (
        "Lần gửi {revision} của đơn vị “{unit}” không phải là lần đang được tính: lần gửi {standing} {state}. Tải lại trang rồi xem lại.",
        "Revision {revision} of the unit “{unit}” is not the one that counts: revision {standing} {state}. Load the page again.",
    ),
    "action.not_later": (
        "“{text}” không muộn hơn hạn hiện tại {present} nên không có tác dụng. Muốn sửa một hạn đã ghi nhầm, gửi với “corrects”:"
        " true và lý do (dòng lệnh: thêm --corrects và --reason).",
        "“{text}” is not later than the present deadline {present}, so it would change nothing. To correct a slip, send “corrects”:"
        " true with a reason (on the command line: add --corrects and --reason).",
    ),
    "action.nothing_to_correct": (
        "Chưa có hạn nào được ghi để sửa, hoặc hạn sau khi sửa vẫn là {present}.",
        "There is no deadline to correct yet, or it would still be {present}.",
    ),
    "action.reason_required": (
        "Cần nêu lý do (trường “reason”): {why}.",
        "A reason is wanted (the field “reason”): {why}.",
    ),
    "action.hash_differs": (
        "Số liệu gửi kèm có mã kiểm {found}, không phải “view_hash”. Gửi nguyên vẹn reporting, indicators, narratives như bảng tổng"
        " hợp đưa ra.",
        "The figures sent have the hash {found}, which is not “view_hash”. Send reporting, indicators, narratives as the view gives them.",
    ),
    "action.view_moved": (
        "Bảng tổng hợp đã thay đổi: mã kiểm hiện tại là {present}. Xem lại số liệu mới rồi chốt.",
        "The view has moved: its hash is now {present}. Look at the new figures, then confirm.",
    ),
    "action.no_such_view": (
        "Chưa có bảng tổng hợp của đơn vị “{unit}” cho kỳ {period}. Thử lại sau ít phút.",
        "There is no view of the unit “{unit}” for the period {period} yet. Try again in some minutes.",
    ),
    "action.nothing_to_confirm": (
        "Chưa có đơn vị nào nộp báo cáo ({received}/{expected}) nên chưa có số liệu để chốt.",
        "No unit has reported yet ({received} of {expected}), so there are no figures to confirm.",
    ),
    "action.already_confirmed": (
        "Số liệu này đã được chốt lúc {at} (sự kiện “{event_id}”) và chưa thay đổi.",
        "These figures were confirmed at {at} (event “{event_id}”) and have not changed since.",
    ),
    "action.date_not_after": (
        "“{text}” phải sau thời điểm nhận {received}.",
        "“{text}” must be after the time of receipt {received}.",
    ),
    "action.deadline_before_period": (
        "Hạn “{text}” phải sau khi kỳ báo cáo bắt đầu, ngày {day}: trước ngày ấy chưa nhận báo cáo. Kiểm tra lại kỳ và năm.",
        "The deadline “{text}” must be after the period begins, on {day}: no report is taken before. Check the period and the year.",
    ),
}
