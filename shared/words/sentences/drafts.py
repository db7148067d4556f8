"""Sentences about drafts: what people have typed into the form of a report and not sent yet."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "draft.not_json": (
        "Bản nháp phải gửi dưới dạng application/json. Tải lại biểu rồi thử lại.",
        "A draft must be sent as application/json. Reload the form and try again.",
    ),
    "draft.malformed": (
        "Không đọc được nội dung bản nháp. Tải lại biểu rồi thử lại; các ô đã lưu vẫn còn.",
        "The draft cannot be read: it must be JSON with version, form, fields and perhaps over. Reload the form; what was saved is kept.",
    ),
    "draft.too_large": (
        "Bản nháp dài hơn mức cho phép nên chưa được lưu. Rút gọn phần thuyết minh rồi lưu lại.",
        "The draft is longer than allowed, so it was not saved. Shorten the narratives and save again.",
    ),
    "draft.busy": (
        "Nhiều người đang lưu cùng một bản nháp nên lần lưu này chưa được ghi. Thử lại sau vài giây.",
        "Several people are saving the same draft, so this save was not stored. Try again in a few seconds.",
    ),
    "draft.ended": (
        "Bản nháp này đã được gửi hoặc đã bị bỏ ở cửa sổ khác, nên chưa có gì được gửi từ trang này. Xem lại các ô; nếu vẫn cần, bấm lại.",
        "This draft was sent or discarded in another window, so nothing was sent from this page. Check the fields, then press again.",
    ),
    "draft.changed_since_check": (
        "Bản nháp đã thay đổi sau khi kiểm tra nên chưa được gửi. Xem lại các ô rồi kiểm tra lại.",
        "The draft has changed since it was checked, so it was not sent. Look at the fields and check again.",
    ),
    "draft.no_earlier_text": (
        "Nội dung này không còn được giữ, hoặc ô của nó không còn trong biểu. Xem lại danh sách.",
        "This text is not kept any more, or the form has no such field. Look at the list again.",
    ),
    "draft.no_old_draft": (
        "Không có bản nháp cũ này: đã quá thời gian giữ, hoặc là của đơn vị khác. Xem lại danh sách ở trang Bản nháp cũ.",
        "There is no such old draft: it is not kept any more, or belongs to another unit. Look at the list of old drafts.",
    ),
    "draft.field_changed": (
        "Ô này vừa được sửa, hoặc bản nháp đã được gửi hay bị bỏ, sau khi trang được tải. Chưa có gì bị ghi đè; xem lại nội dung đang có"
        " rồi lấy lại lần nữa.",
        "This field was changed, or the draft was sent or discarded, after the page was loaded. Nothing was overwritten; look at the"
        " present text and take it back again.",
    ),
    "draft.newer_revision": (
        "Sau khi lập bản nháp này, lần nộp {newest} của báo cáo đã được ghi nhận. Xem báo cáo và so lại các ô; nếu vẫn gửi, đây là lần nộp"
        " {next}.",
        "After this draft was begun, revision {newest} of the report was recorded. Compare it with the fields; if sent, they are revision"
        " {next}.",
    ),
    "draft.returned_since": (
        "Sau khi lập bản nháp này, lần nộp {revision} đã bị trả lại. Xem lý do trả lại rồi sửa các ô trước khi gửi.",
        "After this draft was begun, revision {revision} was returned. Read the reason and correct the fields before you send.",
    ),
    "draft.fields_gone": (
        "Chế độ báo cáo đã thay đổi: biểu không còn các ô {names}, nội dung của các ô đó không được gửi.",
        "The regime has changed: the form no longer has the fields {names}, and what they say is not sent.",
    ),
    "draft.not_opened": (
        "Kỳ báo cáo này chưa được mở nên chưa gửi được; bản nháp vẫn được giữ.",
        "This period is not opened, so nothing can be sent; the draft is kept.",
    ),
}
