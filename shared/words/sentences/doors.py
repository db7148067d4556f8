"""Sentences of the HTTP doors of ingest and the portal."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "door.unsupported": (
        "Content-Type “{media_type}” không được nhận. Gửi từng sự kiện CloudEvents dạng JSON với Content-Type: "
        "application/cloudevents+json.",
        "The Content-Type “{media_type}” is not accepted. Send one CloudEvent in JSON at a time, with Content-Type: "
        "application/cloudevents+json.",
    ),
    "door.charset": (
        "Bảng mã “{charset}” không được nhận. Gửi JSON mã hóa UTF-8.",
        "The character set “{charset}” is not accepted. Send JSON in UTF-8.",
    ),
    "door.encoded": (
        "Nội dung có Content-Encoding “{encoding}” không được nhận. Gửi nội dung không nén, bỏ Content-Encoding.",
        "A body with Content-Encoding “{encoding}” is not accepted. Send it uncompressed, without Content-Encoding.",
    ),
    "door.bad_http": (
        "Đây không phải một yêu cầu HTTP/1.1 hợp lệ nên kết nối bị đóng. Kiểm tra phần mềm gửi, hoặc dùng một thư viện HTTP thông dụng.",
        "This is not a valid request of HTTP/1.1, so the connection is closed. Check the sending software, or use a common HTTP library.",
    ),
    "door.two_lengths": (
        "Yêu cầu có cả Content-Length và Transfer-Encoding nên không rõ nội dung kết thúc ở đâu. Chỉ gửi một trong hai.",
        "The request has both Content-Length and Transfer-Encoding, so it is unclear where the body ends. Send only one of them.",
    ),
    "door.head_too_large": (
        "Địa chỉ và các header của yêu cầu quá dài. Gửi tối đa {lines} header, tổng cộng {size} KiB.",
        "The address and the headers of the request are too long. Send at most {lines} headers and {size} KiB in all.",
    ),
    "door.too_slow": (
        "Nội dung không đến đủ trong {within_s} giây nên yêu cầu bị dừng, chưa có gì được nhận. Kiểm tra đường truyền rồi gửi lại; sự kiện"
        " thì gửi với cùng mã sự kiện.",
        "The body did not arrive within {within_s} seconds, so the request was stopped and nothing was accepted. Check the line and send it"
        " again; an event with the same id.",
    ),
    "door.no_such_receipt": (
        "Chưa có biên nhận cho sự kiện “{event_id}” của đơn vị “{unit}”. Kiểm tra mã sự kiện, hoặc thử lại sau ít giây.",
        "There is no receipt for the event “{event_id}” of the unit “{unit}”. Check the event id, or try again in a few seconds.",
    ),
    "door.broker_away": (
        "Hệ thống tạm thời chưa nhận được báo cáo. Gửi lại sau ít phút với cùng mã sự kiện.",
        "The system cannot accept reports at the moment. Send the event again in a few minutes with the same id.",
    ),
    "inbox.full": (
        "Đơn vị đã gửi nhiều sự kiện đến mức hộp thư của đơn vị bị đầy nên sự kiện này chưa được nhận. Ngừng gửi lặp lại; gửi lại sau một"
        " giờ với cùng mã sự kiện.",
        "The unit has sent so many events that its inbox is full, so this event was not accepted. Stop repeating events; send this one"
        " again in an hour with the same id.",
    ),
    "door.no_such_view": (
        "Không có bảng tổng hợp {regime}/{period}/{unit}. Kiểm tra chế độ, kỳ và đơn vị.",
        "There is no view {regime}/{period}/{unit}. Check regime, period and unit.",
    ),
    "door.no_such_report": (
        "Không có báo cáo {regime}/{period}/{unit} vì đơn vị này không phải báo cáo. Kiểm tra chế độ, kỳ và đơn vị.",
        "There is no report {regime}/{period}/{unit}, because this unit does not report. Check regime, period and unit.",
    ),
    "door.no_such_reform": (
        "Không có đợt sắp xếp “{reform}” nào đã áp dụng. Kiểm tra mã đợt.",
        "No reform “{reform}” was applied. Check its id.",
    ),
    "door.no_such_unit": (
        "Không có đơn vị “{unit}”. Kiểm tra mã đơn vị.",
        "There is no unit “{unit}”. Check the code.",
    ),
    "door.unit_of_other_days": (
        "Ngày {day} (ngày chốt của kỳ) không có đơn vị “{unit}”. {then}. Dùng mã đơn vị của ngày đó.",
        "On {day} (the reference day of the period) there is no unit “{unit}”. {then}. Use a code of that day.",
    ),
    "door.regime_ended": (
        "Chế độ “{regime}” kết thúc ngày {day} nên không có kỳ “{period}”. Xem các kỳ trước đó.",
        "The regime “{regime}” ended on {day}, so it has no period “{period}”. Look at earlier periods.",
    ),
    "view.cannot_recut_backwards": (
        "Không tính lại được số liệu kỳ {period} theo các đơn vị của ngày {day}: số liệu của đơn vị đã sáp nhập không tách ngược được. "
        "Bỏ “units” để xem theo đơn vị của ngày chốt kỳ ({at}), hoặc ghi một ngày trong kỳ trước đợt sắp xếp.",
        "The figures of the period {period} cannot be computed for the units of {day}: figures of merged units cannot be divided again. "
        "Leave out “units” to get the units of the reference day ({at}), or give a day of the period before a reform.",
    ),
    "view.not_recut": (
        "Chưa có số liệu kỳ {period} quy về các đơn vị của ngày {day}. Bỏ “units” để xem theo đơn vị của ngày chốt kỳ ({at}).",
        "The figures of the period {period} are not recut to the units of {day}. Leave out “units” to get the units of the reference day "
        "({at}).",
    ),
    "door.no_such_feed": (
        "Luồng tổng hợp chỉ có theo tỉnh (đơn vị không có cấp trên), không có theo “{unit}”. Dùng mã tỉnh.",
        "Feeds exist only for provinces (units without a parent), not for “{unit}”. Use the code of a province.",
    ),
    "door.not_found": (
        "Không có địa chỉ này. Kiểm tra lại đường dẫn.",
        "There is no such address. Check the path.",
    ),
    "door.cursor_ahead": (
        "Luồng chưa tới vị trí {after} vì luồng đã được lập lại. Đọc lại từ đầu, không kèm “after”.",
        "The stream does not reach {after}, because it was created again. Start from the beginning, without “after”.",
    ),
    "door.database_away": (
        "Hệ thống tạm thời chưa đọc được số liệu. Thử lại sau ít phút.",
        "The figures cannot be read at the moment. Try again in a few minutes.",
    ),
    "door.bad_query": (
        "Tham số “{name}” không hợp lệ. Ghi {wanted}.",
        "The parameter “{name}” is not valid. Write {wanted_en}.",
    ),
    "door.bad_cursor": (
        "Giá trị của “{name}” không phải là mốc mà danh sách này đã trả về với cùng lựa chọn. Đọc lại từ đầu, không kèm “{name}”.",
        "The value of “{name}” was not returned by this list for the same selection. Start from the beginning, without “{name}”.",
    ),
    "door.bad_request": (
        "Không đọc được yêu cầu (mã {status}). Kiểm tra lại địa chỉ và phần mềm gửi.",
        "The request could not be read (status {status}). Check the address and the sending software.",
    ),
    "door.method_not_allowed": (
        "Địa chỉ này không nhận {method}. Dùng {allowed}.",
        "This address does not accept {method}. Use {allowed}.",
    ),
    "door.too_many_rows": (
        "Bảng có hơn {most} dòng. Chọn hẹp hơn: một chế độ, một kỳ hoặc một đơn vị.",
        "The table has more than {most} rows. Narrow it down to one regime, one period or one unit.",
    ),
    "door.too_many_readers": (
        "Quá nhiều trang đang chờ tin mới cùng lúc. Không cần làm gì, trang này tự thử lại.",
        "Too many pages are waiting for updates. There is nothing to do: this page tries again by itself.",
    ),
    "door.feed_away": (
        "Hệ thống tạm thời chưa đọc được luồng số liệu tổng hợp. Thử lại sau ít phút.",
        "The feed of views cannot be read at the moment. Try again in a few minutes.",
    ),
    "door.cumulative_unit_differs": (
        "Không có số lũy kế vì “{unit}” không có bảng tổng hợp của {periods}: {why}. Xem riêng từng kỳ.",
        "There is no sum since the beginning of the year, because “{unit}” has no view in {periods}: {why}. Look at each period by itself.",
    ),
    "door.cumulative_not_computed": (
        "Chưa có số lũy kế vì các bảng tổng hợp đang được tính lại. Xem lại sau ít phút.",
        "There is no sum since the beginning of the year yet, because the views are being computed again. Try again in a few minutes.",
    ),
    "door.fault": (
        "Hệ thống gặp lỗi khi trả lời. Thử lại; nếu vẫn lỗi, báo cho quản trị hệ thống kèm địa chỉ và thời điểm.",
        "The system failed to answer. Try again; if it fails again, tell the operator the address and the time.",
    ),
}
