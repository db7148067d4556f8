"""Sentences about the shape of an event: JSON, CloudEvents attributes, field names, texts."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "event.malformed": (
        "Nội dung không phải là một sự kiện CloudEvents dạng JSON: {detail}. Kiểm tra lại phần mềm gửi.",
        "The message is not a CloudEvent in JSON: {detail}. Check the sending software.",
    ),
    "event.not_structured": (
        "Chỉ nhận CloudEvents ở chế độ structured: các thuộc tính specversion, id, source, type và data nằm trong nội dung JSON, "
        "không nằm trong tiêu đề (ce-…). Gửi cả sự kiện trong nội dung.",
        "Only structured CloudEvents are accepted: the attributes specversion, id, source, type and data must be in the JSON body, "
        "not in headers (ce-…). Send the whole event in the body.",
    ),
    "event.too_many_fields": (
        "Sự kiện có {size} trường, tối đa {most}. Chỉ gửi các chỉ tiêu và mục của biểu mẫu.",
        "The event has {size} fields, at most {most} are accepted. Send only the indicators and texts of the form.",
    ),
    "event.too_large": (
        "Sự kiện dài {size} byte, giới hạn là {most} byte. Rút gọn phần thuyết minh.",
        "The event has {size} bytes; the limit is {most}. Shorten the narratives.",
    ),
    "event.duplicate_key": (
        "Trường “{key}” xuất hiện hai lần. Chỉ gửi một giá trị.",
        "The field “{key}” occurs twice. Send it once.",
    ),
    "event.invalid_field": (
        "Trường “{field}” không hợp lệ. Ghi {wanted}.",
        "The field “{field}” is not valid. Write {wanted}.",
    ),
    "event.unknown_field": (
        "Trường “{field}” không có trong mẫu sự kiện. Bỏ trường này.",
        "The event has no field “{field}”. Remove it.",
    ),
    "event.missing_field": (
        "Thiếu trường bắt buộc “{field}”. Thêm trường này.",
        "The required field “{field}” is missing. Add it.",
    ),
    "event.too_many_faults": (
        "Sự kiện có {size} lỗi, ở đây chỉ nêu {most} lỗi đầu. Kiểm tra lại phần mềm gửi.",
        "The event has {size} errors; only the first {most} are listed. Check the sending software.",
    ),
    "event.unknown_type": (
        "Không nhận loại sự kiện “{type}”. Dùng một trong: {known}.",
        "The event type “{type}” is not accepted. Use one of: {known}.",
    ),
    "event.subject_mismatch": (
        "Đơn vị gửi “{sender}” không khớp với đơn vị “{claimed}” trong sự kiện. Mỗi đơn vị chỉ được gửi cho chính mình.",
        "The sender “{sender}” does not match the unit “{claimed}” in the event. A unit may send only for itself.",
    ),
    "sender.unknown": (
        "Không có đơn vị gửi “{sender}”. Ghi mã định danh của đơn vị{hint}.",
        "There is no sender “{sender}”. Use the id of the unit{hint}.",
    ),
    "sender.ended": (
        "Đơn vị gửi {name} ({sender}) kết thúc hoạt động ngày {day} nên không gửi được nữa; {heir}.",
        "The sender {name} ({sender}) ended on {day}, so it can no longer send; {heir}.",
    ),
    "sender.not_begun": (
        "Đơn vị gửi {name} ({sender}) hoạt động từ ngày {day}. Trước ngày đó, đơn vị cũ tự gửi.",
        "The sender {name} ({sender}) begins on {day}. Before that day the former units send for themselves.",
    ),
    "event.actor_required": (
        "Việc do người làm phải ghi rõ người làm. Ghi “actor”: people/<mã người> hoặc operator/<tên đăng nhập>, rồi gửi với mã"
        " sự kiện mới.",
        "What a person does must say who did it. Set “actor” to people/<id> or operator/<login>, and send under a new event id.",
    ),
    "event.actor_forbidden": (
        "Phần mềm của đơn vị không được ghi người làm: chỉ trang web và dòng lệnh của hệ thống được ghi. Bỏ trường"
        " “actor” rồi gửi với mã sự kiện mới.",
        "A unit's software cannot say who acted: only the system's own pages and command line can. Leave out “actor” and send"
        " under a new event id.",
    ),
    "event.receivedat_forbidden": (
        "Đơn vị không được tự ghi thời điểm nhận: hệ thống ghi thời điểm nhận. Bỏ trường “receivedat” rồi gửi với mã sự kiện mới.",
        "A unit cannot say when an event was received: the system records it. Leave out “receivedat” and send under a new event id.",
    ),
    "event.imported_forbidden": (
        "Đơn vị không được đánh dấu sự kiện là nhập lại: chỉ quản trị hệ thống được nhập lại. Bỏ trường “imported” rồi gửi với mã sự"
        " kiện mới.",
        "A unit cannot mark an event as imported: only an operator can import. Leave out “imported” and send under a new event id.",
    ),
    "event.import_incomplete": (
        "Nhập lại một sự kiện cần cả “imported”: true và “receivedat”. Ghi đủ hai trường.",
        "An imported event needs both “imported”: true and “receivedat”. Set both.",
    ),
    "event.import_by_operator": (
        "Chỉ quản trị hệ thống được nhập lại sự kiện cũ. Ghi “actor”: operator/<tên đăng nhập>, hoặc bỏ “receivedat” và “imported”.",
        "Only an operator may import earlier events. Set “actor” to operator/<login>, or leave out “receivedat” and “imported”.",
    ),
    "event.received_in_future": (
        "Thời điểm nhận “{text}” sau thời điểm hiện tại {now}. Kiểm tra lại ngày, giờ và múi giờ.",
        "The time of receipt “{text}” is after the present time {now}. Check the day, the time and the offset.",
    ),
    "event.id_reused": (
        "Mã sự kiện “{event_id}” đã được dùng cho nội dung khác. Gửi lại với mã mới.",
        "The event id “{event_id}” was already used for other content. Send the event again with a new id.",
    ),
    "text.too_many_marks": (
        "Văn bản có hơn {most} dấu liền nhau trên một chữ. Xóa các dấu thừa.",
        "The text has more than {most} marks in a row on one letter. Delete the surplus marks.",
    ),
    "text.control_character": (
        "Văn bản chứa ký tự điều khiển {character}, người đọc không thấy được. Xóa ký tự này; chỉ dùng xuống dòng và tab.",
        "The text contains the invisible control character {character}. Delete it; only line breaks and tabs are allowed.",
    ),
}
