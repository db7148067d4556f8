"""Sentences of the HTTP doors of ingest and the portal."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "door.unsupported": (
        "Content-Type là “{media_type}”. Gửi từng sự kiện CloudEvents dạng JSON với Content-Type: application/cloudevents+json.",
        "The Content-Type is “{media_type}”. Send one CloudEvent in JSON at a time, with Content-Type: application/cloudevents+json.",
    ),
    "door.no_such_receipt": (
        "Chưa có biên nhận cho sự kiện “{event_id}” của đơn vị “{unit}”.",
        "There is no receipt for the event “{event_id}” of the unit “{unit}”.",
    ),
    "door.broker_away": (
        "Hệ thống tạm thời chưa nhận được báo cáo. Gửi lại sau ít phút với cùng mã sự kiện.",
        "The system cannot take the report now. Send it again in some minutes under the same event id.",
    ),
    "door.no_such_view": (
        "Không có bảng tổng hợp {regime}/{period}/{unit}.",
        "There is no view {regime}/{period}/{unit}.",
    ),
    "door.no_such_report": (
        "Không có báo cáo {regime}/{period}/{unit}: đơn vị này không phải báo cáo.",
        "There is no report {regime}/{period}/{unit}: this unit does not report.",
    ),
    "door.no_such_unit": ("Không có đơn vị “{unit}”. Kiểm tra mã đơn vị.", "There is no unit “{unit}”. Check its code."),
    "door.no_such_feed": (
        "Luồng tổng hợp chỉ có theo đơn vị cấp cao nhất (tỉnh), không có theo “{unit}”. Dùng mã tỉnh.",
        "There is a feed for each province (a unit that has none above it), not for “{unit}”. Use the province's code.",
    ),
    "door.not_found": (
        "Không có địa chỉ này. Kiểm tra lại đường dẫn.",
        "There is no such address. Check the path.",
    ),
    "door.cursor_ahead": (
        "Luồng chưa tới vị trí {after}: luồng đã được lập lại. Đọc lại từ đầu, không kèm “after”.",
        "The stream has not reached {after}: it was made anew. Begin again, without “after”.",
    ),
    "door.database_away": (
        "Hệ thống tạm thời chưa đọc được số liệu. Thử lại sau ít phút.",
        "The figures cannot be read now. Try again in some minutes.",
    ),
    "door.bad_query": ("Tham số “{name}” không hợp lệ: cần {wanted}.", "Invalid parameter “{name}”: wanted is {wanted_en}."),
    "door.bad_cursor": (
        "“{name}” không phải là mốc mà danh sách này đã trả về với cùng lựa chọn. Đọc lại từ đầu, không kèm “{name}”.",
        "“{name}” is no place that this list has given for the same choice. Begin again, without “{name}”.",
    ),
    "door.bad_request": (
        "Không đọc được yêu cầu ({status}). Kiểm tra lại địa chỉ và phần mềm gửi.",
        "The request cannot be read ({status}). Check the address and the sending software.",
    ),
    "door.method_not_allowed": (
        "Địa chỉ này không nhận {method}; dùng {allowed}.",
        "This address does not take {method}; use {allowed}.",
    ),
    "door.too_many_rows": (
        "Bảng có hơn {most} dòng. Chọn hẹp hơn: một chế độ, một kỳ hoặc một đơn vị.",
        "The table has more than {most} rows. Choose fewer: one regime, one period or one unit.",
    ),
    "door.too_many_readers": (
        "Quá nhiều trang đang chờ tin mới cùng lúc. Trang này tự thử lại.",
        "Too many pages wait for news at once. This page tries again by itself.",
    ),
    "door.feed_away": (
        "Hệ thống tạm thời chưa đọc được luồng số liệu tổng hợp. Thử lại sau ít phút.",
        "The feed of views cannot be read now. Try again in some minutes.",
    ),
    "door.fault": (
        "Hệ thống gặp lỗi khi trả lời. Thử lại; nếu vẫn lỗi, báo cho người vận hành kèm địa chỉ và thời điểm.",
        "The system failed to answer. Try again; if it fails again, tell the operator the address and the time.",
    ),
}
