"""Sentences about the approval of a unit's drafts by its approver."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "approval.not_yours": (
        "Báo cáo của đơn vị phải được duyệt trước khi gửi, nên chưa gửi. Nội dung vẫn còn: bấm Trình duyệt để {approvers} duyệt và gửi.",
        "This unit's reports are sent by an approver, so nothing was sent. What you typed is kept: hand it in for {approvers} to send.",
    ),
    "approval.waiting": (
        "Bản nháp đang chờ duyệt gửi: {by} trình lúc {at}. Nội dung vừa nhập chưa được lưu. Muốn sửa, mở lại biểu rồi bấm Rút lại.",
        "The draft waits for approval: {by} handed it in at {at}. What you typed was not saved. To change it, take it back in the form.",
    ),
    "approval.not_waiting": (
        "Bản nháp không còn chờ duyệt: đã được rút lại, gửi hoặc bỏ. Xem lại các ô rồi chọn việc cần làm.",
        "The draft does not wait for approval any more: it was taken back, sent or discarded. Look at the fields and choose again.",
    ),
    "approval.moved": (
        "Bản nháp vừa thay đổi ở cửa sổ khác nên chưa được trình. Xem lại các ô rồi bấm Trình duyệt lại.",
        "The draft has just changed in another window, so it was not handed in. Look at the fields and hand it in again.",
    ),
    "approval.not_approver": (
        "Tài khoản này không duyệt gửi báo cáo của {unit}. Nhờ người duyệt gửi của đơn vị.",
        "This account does not approve the reports of {unit}. Ask the unit's approver.",
    ),
    "approval.not_wanted": (
        "Đơn vị {unit} không có người duyệt gửi nên không phải trình duyệt. Nội dung vẫn còn: bấm Gửi báo cáo.",
        "The unit {unit} has no approver, so nothing needs approval. What you typed is kept: send the report.",
    ),
    "approval.no_note": (
        "Chưa ghi nội dung cần sửa. Ghi một dòng để người soạn biết.",
        "Say what is to be changed, so that the writer knows.",
    ),
    "approval.long_note": (
        "Nội dung cần sửa dài quá {most} ký tự. Rút gọn lại.",
        "The note is longer than {most} characters. Shorten it.",
    ),
}
