"""Sentences about the shape of an event: JSON, CloudEvents attributes, names of fields, any text."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "event.malformed": (
        "Nội dung không phải là một sự kiện CloudEvents dạng JSON: {detail}. Kiểm tra lại phần mềm gửi.",
        "Not a CloudEvents event in JSON: {detail}. Check the sending software.",
    ),
    "event.not_structured": (
        "Chỉ nhận CloudEvents dạng structured: các thuộc tính specversion, id, source, type và data nằm trong nội dung JSON, không"
        " nằm trong"
        " tiêu đề (ce-…). Gửi cả sự kiện trong nội dung.",
        "CloudEvents are taken in structured mode only: the attributes specversion, id, source, type and data stand in the JSON"
        " body, not in"
        " headers (ce-…). Send the whole event in the body.",
    ),
    "event.too_large": (
        "Sự kiện dài {size} byte, tối đa {most} byte. Rút gọn phần thuyết minh.",
        "The event has {size} bytes, at most {most} are taken. Shorten the narratives.",
    ),
    "event.duplicate_key": (
        "Trường “{key}” xuất hiện hai lần. Chỉ gửi một giá trị.",
        "The field “{key}” stands twice. Send one value.",
    ),
    "event.invalid_field": ("Trường “{field}” không hợp lệ: cần {wanted}.", "The field “{field}” is not valid: wanted is {wanted}."),
    "event.unknown_field": (
        "Trường “{field}” không có trong mẫu sự kiện. Bỏ trường này.",
        "The event has no field “{field}”. Leave it out.",
    ),
    "event.missing_field": ("Thiếu trường bắt buộc “{field}”.", "The required field “{field}” is missing."),
    "event.too_many_faults": (
        "Sự kiện có {size} lỗi, chỉ nêu {most} lỗi đầu. Kiểm tra lại phần mềm gửi.",
        "The event has {size} faults, the first {most} are named. Check the sending software.",
    ),
    "event.unknown_type": (
        "Không nhận loại sự kiện “{type}”. Dùng một trong: {known}.",
        "The event type “{type}” is not taken here. Use one of: {known}.",
    ),
    "event.subject_mismatch": (
        "Đơn vị gửi “{sender}” không khớp với đơn vị trong sự kiện “{claimed}”. Mỗi đơn vị chỉ gửi cho chính mình.",
        "The sender “{sender}” does not match the unit in the event “{claimed}”. A unit writes only for itself.",
    ),
    "event.actor_required": (
        "Việc do người làm phải ghi rõ người làm. Ghi “actor”: people/<mã người> hoặc operator/<tên đăng nhập>.",
        "What a person does must say who did it. Set “actor” to people/<id> or operator/<login>.",
    ),
    "event.actor_forbidden": (
        "Phần mềm của đơn vị không được ghi người làm: chỉ trang web và dòng lệnh của hệ thống được ghi. Bỏ trường “actor”.",
        "A unit's software cannot say who acted: only the system's own pages and command line can. Leave out “actor”.",
    ),
    "event.id_reused": (
        "Mã sự kiện “{event_id}” đã dùng cho nội dung khác. Gửi lại với mã mới.",
        "The event id “{event_id}” was used for other content. Send again under a new id.",
    ),
    "text.control_character": (
        "Văn bản chứa ký tự điều khiển {character}, người đọc không thấy được. Xóa ký tự này; chỉ dùng xuống dòng và tab.",
        "The text holds the control character {character}, which nobody can see. Delete it; only newlines and tabs are taken.",
    ),
}
