"""Sentences about parked messages: what senders spoiled, and what we could not do."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "message.failed": (
        "Hệ thống chưa xử lý được thông điệp này vì lỗi của chính hệ thống ({error}). Xem dòng message.failed trong nhật ký của ingest, sửa"
        " lỗi rồi chạy `tonghop parked replay {id}`.",
        "The system could not process this message because of a fault of its own ({error}). See the line message.failed in the log of"
        " ingest, remove the fault, then run `tonghop parked replay {id}`.",
    ),
    "ingest.stopped": (
        "Dịch vụ ingest ngừng nhận: {failed} trong {seen} thông điệp gần nhất không xử lý được vì lỗi của chính hệ thống. Xem các dòng"
        " message.failed trong nhật ký của ingest và sửa lỗi; dịch vụ đang thử lại và tự chạy tiếp khi một thông điệp xử lý được.",
        "Ingest has stopped: {failed} of the last {seen} messages could not be processed because of a fault of our own. See the lines"
        " message.failed in the log of ingest and remove the fault; the service tries again, and goes on by itself when one succeeds.",
    ),
    "door.too_many_spoiled": (
        "Hôm nay đơn vị đã gửi hơn {most} nội dung hỏng. Sửa phần mềm gửi; nội dung đúng vẫn được nhận, nội dung hỏng thì ngày mai mới được"
        " xem lại.",
        "The unit has sent more than {most} spoiled bodies today. Correct the sending software; good bodies are still accepted, and spoiled"
        " ones are looked at again tomorrow.",
    ),
    "parked.unknown": (
        "Không có thông điệp nào được giữ lại dưới mã “{id}”. Xem mã bằng `tonghop parked list --all`.",
        "No message is parked under the id “{id}”. See the ids with `tonghop parked list --all`.",
    ),
    "parked.not_event": (
        "Thông điệp “{id}” không phải một sự kiện ({why}) nên không gửi lại nguyên trạng được. Lưu ra tệp bằng `tonghop parked show {id}"
        " --raw`, sửa tệp rồi chạy `tonghop parked replay {id} --with TỆP`.",
        "The message “{id}” is not an event ({why}), so it cannot be replayed as it is. Save it with `tonghop parked show {id} --raw`,"
        " correct the file, then run `tonghop parked replay {id} --with FILE`.",
    ),
    "parked.file_not_event": (
        "Tệp không phải một sự kiện ({why}) nên không gửi được. Sửa tệp rồi chạy lại lệnh.",
        "The file is not an event ({why}), so it cannot be sent. Correct the file, then run the command again.",
    ),
    "parked.other_sender": (
        "Sự kiện ghi source “{found}”, còn thông điệp do đơn vị “{sender}” gửi. Ghi source là /units/{sender}.",
        "The event has the source “{found}”, but the message was sent by the unit “{sender}”. Set the source to /units/{sender}.",
    ),
    "parked.not_whole": (
        "Chỉ còn {kept} byte đầu trong {size} byte của thông điệp “{id}” nên không gửi lại được. Xin đơn vị gửi lại, hoặc chạy `tonghop"
        " parked replay {id} --with TỆP` với nội dung đầy đủ.",
        "Only the first {kept} of {size} bytes of the message “{id}” are left, so it cannot be replayed. Ask the unit to send it again, or"
        " run `tonghop parked replay {id} --with FILE` with the whole content.",
    ),
    "parked.state_unknown": (
        "Thông điệp “{id}” ở trạng thái “{state}” mà phiên bản này không biết. Dùng phiên bản mới hơn.",
        "The message “{id}” is in the state “{state}”, which this version does not know. Use a later version.",
    ),
    "parked.received_in_future": (
        "Thông điệp “{id}” có thời điểm nhận {at}, muộn hơn bây giờ. Chỉnh đồng hồ của các máy chủ rồi chạy lại lệnh.",
        "The message “{id}” was received at {at}, which is later than now. Correct the clocks of the servers, then run the command again.",
    ),
    "parked.not_waiting": (
        "Thông điệp “{id}” không còn chờ: {state} lúc {at} bởi {by}. Không cần làm gì.",
        "The message “{id}” is not waiting any more: {state} at {at} by {by}. There is nothing to do.",
    ),
    "parked.one_file": (
        "Tùy chọn --with chỉ dùng với một mã. Chạy lệnh riêng cho từng thông điệp.",
        "The option --with goes with one id only. Run the command for each message.",
    ),
    "parked.bad_reason": (
        "Lý do phải có chữ đọc được, tối đa {most} ký tự, trên một dòng. Ghi lại --reason.",
        "The reason must be readable text on one line, of at most {most} characters. Write --reason again.",
    ),
}
