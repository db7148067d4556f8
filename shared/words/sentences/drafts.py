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
}
