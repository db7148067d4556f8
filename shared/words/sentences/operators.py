"""Sentences for operators: servers, settings, services, the calendar, the command line."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # settings; the path names the setting
    "setting.invalid_address": (
        "Giá trị không phải là địa chỉ của {server}. Ghi theo ví dụ: {example}. Trong mật khẩu, ký tự đặc biệt phải viết dạng %XX.",
        "The value is not an address of {server}. Write it like this: {example}. Write special characters of a password as %XX.",
    ),
    "setting.invalid_mailbox": (
        "Giá trị không phải là địa chỉ thư điện tử. Ghi theo ví dụ: ten@co-quan.gov.vn.",
        "The value is not an e-mail address. Write it like this: ten@co-quan.gov.vn.",
    ),
    "setting.invalid_partitions": (
        "Giá trị “{text}” không hợp lệ. Ghi all, hoặc các số từ 0 đến {last} cách nhau bằng dấu phẩy.",
        "The value “{text}” is not valid. Write all, or numbers from 0 to {last} separated by commas.",
    ),
    "setting.weak_writes": (
        "Địa chỉ có {name}={found}, nhưng phải là {name}={required}. Ghi yếu hơn sẽ làm mất báo cáo đã nhận.",
        "The address has {name}={found}, but {name}={required} is required. Weaker writes lose reports that were accepted.",
    ),
    "service.cannot_listen": (
        "Không mở được địa chỉ {address} để nhận kết nối ({detail}). Dừng chương trình đang dùng cổng này, hoặc đặt địa chỉ hay cổng khác.",
        "The address {address} cannot be opened for connections ({detail}). Stop the program that uses the port, or set another address or"
        " port.",
    ),
    # NATS; the path names the stream, the consumer or the server
    "nats.login_refused": (
        "Máy chủ NATS không nhận chứng thư NATS này: đã hết hạn, đã bị thu hồi, hoặc của hệ thống khác. Chạy `tonghop nats init`.",
        "The NATS server refuses these credentials: they have expired, were revoked, or belong to another installation. Run `tonghop nats"
        " init`.",
    ),
    "nats.other_keys": (
        "Khóa NATS trong thư mục này không phải của máy chủ đang chạy. Khôi phục thư mục khóa đúng, hoặc sửa cài đặt TONGHOP_NATS_KEYS.",
        "The NATS keys in this folder are not those of the running servers. Restore the right folder, or correct the setting"
        " TONGHOP_NATS_KEYS.",
    ),
    "nats.not_pushed": (
        "Máy chủ NATS chưa nhận quyền mới của tài khoản {account}. Việc thu hồi chưa có hiệu lực: chạy lại `tonghop nats push`.",
        "The NATS servers have not taken the new claims of the account {account}. Revocations are not in force yet: run `tonghop nats push`"
        " again.",
    ),
    "nats.no_creds": (
        "Không có chứng thư NATS trong {file}. Trên một máy: chạy `make up`; nơi khác: `tonghop nats init`, hoặc sửa TONGHOP_NATS_CREDS.",
        "No NATS credentials are in {file}. On one machine: run `make up`; elsewhere: `tonghop nats init`, or set TONGHOP_NATS_CREDS.",
    ),
    "nats.no_keys": (
        "Thư mục này không có khóa NATS. Trên một máy: chạy `make up`; nơi khác: `tonghop nats init`, hoặc sửa TONGHOP_NATS_KEYS.",
        "This folder has no NATS keys. On one machine: run `make up`; elsewhere: `tonghop nats init`, or set TONGHOP_NATS_KEYS.",
    ),
    "nats.away": (
        "NATS không trả lời. Dịch vụ đang chờ kết nối lại.",
        "NATS does not answer. The service is waiting to connect again.",
    ),
    "nats.no_leader": (
        "Luồng không có leader hoặc không trả lời. Cần quá nửa số máy chủ NATS hoạt động; dịch vụ đang chờ.",
        "The stream has no leader or does not answer. More than half of the NATS servers must run; the service is waiting.",
    ),
    "nats.not_declared": (
        "NATS chưa có luồng hoặc consumer này. Chạy `tonghop streams apply`.",
        "NATS does not have this stream or consumer yet. Run `tonghop streams apply`.",
    ),
    "nats.refused": (
        "NATS từ chối yêu cầu với lý do: {detail}. Kiểm tra cấu hình và nhật ký của nats-server.",
        "NATS refused the request with the reason: {detail}. Check the configuration and the log of nats-server.",
    ),
    "nats.not_acknowledged": (
        "NATS chưa xác nhận thông điệp vừa ghi vào luồng. Dịch vụ sẽ ghi lại.",
        "NATS has not acknowledged a message to the stream. The service will publish it again.",
    ),
    "nats.partitions_missing": (
        "Luồng thiếu metadata “partitions”. Chạy `tonghop streams apply`.",
        "The stream lacks the metadata “partitions”. Run `tonghop streams apply`.",
    ),
    "nats.stream_differs": (
        "Thiết đặt {setting} là {found}, khác với khai báo {declared}. Chạy `tonghop streams apply`.",
        "The setting {setting} is {found}, but {declared} is declared. Run `tonghop streams apply`.",
    ),
    "nats.change_refused": (
        "NATS từ chối tạo hoặc sửa với lý do: {detail}. So lại với deploy/nats/streams.yaml.",
        "NATS refused to create or change this with the reason: {detail}. Compare it with deploy/nats/streams.yaml.",
    ),
    "nats.unscreened_surplus": (
        "Có {count} chủ đề ({subjects}) nhiều hơn {most} thông điệp, và luồng còn thông điệp chưa xử lý: đặt giới hạn bây giờ sẽ làm mất"
        " chúng. Chạy ingest của phiên bản cũ đến khi xử lý xong, rồi chạy lại `tonghop streams apply`.",
        "There are {count} subjects ({subjects}) with more than {most} messages, and messages that are not screened yet: setting the limit"
        " now would lose them. Run ingest of the earlier version until it has screened all, then repeat `tonghop streams apply`.",
    ),
    "nats.derived_stream_refused": (
        "Luồng chỉ chứa dữ liệu suy ra được. Chạy `tonghop streams apply --remake-derived` để xóa và tạo lại; aggregate nạp đầy lại trong"
        " một phút.",
        "The stream has only derived data. Run `tonghop streams apply --remake-derived` to delete and create it; aggregate fills it within"
        " a minute.",
    ),
    "nats.others_changed": (
        "Các luồng khác đã được tạo hoặc sửa: {names}.",
        "Other streams were created or changed: {names}.",
    ),
    "nats.not_created_again": (
        "Luồng đã được xóa nhưng chưa tạo lại được. Chạy lại `tonghop streams apply`.",
        "The stream was deleted, but could not be created again yet. Run `tonghop streams apply` again.",
    ),
    "nats.too_few_servers": (
        "Cụm NATS chưa đủ máy chủ cho số bản sao TONGHOP_REPLICAS ({detail}). Chạy máy chủ còn thiếu rồi thử lại.",
        "The NATS cluster has too few servers for TONGHOP_REPLICAS copies ({detail}). Start the missing servers, then try again.",
    ),
    "nats.monitor_away": (
        "Máy chủ nats-server không trả lời ở địa chỉ giám sát: {addresses}. Kiểm tra địa chỉ và máy chủ.",
        "The nats-server does not answer at its monitoring address: {addresses}. Check the address and the server.",
    ),
    "nats.sync_unknown": (
        "Không biết nats-server có ghi ngay xuống đĩa hay không, vì thiết đặt này là none. Ghi địa chỉ giám sát, ví dụ"
        " http://127.0.0.1:8222.",
        "It is not known whether nats-server writes to disk at once, because this setting is none. Give the monitoring address, such as"
        " http://127.0.0.1:8222.",
    ),
    "nats.sync_too_late": (
        "Máy chủ nats-server có jetstream.sync_interval là {interval}, nhưng phải là always. Cấu hình theo deploy/nats/nats-server.conf.",
        "The nats-server has jetstream.sync_interval {interval}, but it must be always. Configure it as in deploy/nats/nats-server.conf.",
    ),
    "nats.jetstream_off": (
        "Máy chủ nats-server không bật JetStream. Cấu hình theo deploy/nats/nats-server.conf.",
        "The nats-server has JetStream turned off. Configure it as in deploy/nats/nats-server.conf.",
    ),
    # MongoDB
    "mongo.away": (
        "MongoDB không trả lời hoặc chưa có primary. Dịch vụ đang chờ.",
        "MongoDB does not answer or has no primary yet. The service is waiting.",
    ),
    "mongo.refused": (
        "MongoDB từ chối thao tác; dịch vụ đang thử lại. Xem chi tiết ở “task.failed” trong nhật ký.",
        "MongoDB refused an operation; the service is trying again. See “task.failed” in the log.",
    ),
    "mongo.login_refused": (
        "MongoDB từ chối với lý do: {detail}. Kiểm tra tên, mật khẩu và quyền của người dùng trong TONGHOP_MONGO_URL;"
        " nếu chưa đặt biến này và chưa chạy `tonghop up`, lệnh hỏi máy chủ ở cổng 27017 của máy này.",
        "MongoDB refused with the reason: {detail}. Check name, password and rights of the user in TONGHOP_MONGO_URL. If it is not"
        " set and `tonghop up` has not run, commands use the server on port 27017 of this machine.",
    ),
    "mongo.standalone": (
        "Máy chủ MongoDB chạy độc lập, nên có thể mất dữ liệu đã nhận. Cấu hình máy chủ thành replica set (replSetName).",
        "The MongoDB server is standalone and may lose acknowledged data. Configure it as a replica set (replSetName).",
    ),
    "mongo.newer_data": (
        "Dữ liệu có định dạng {found}, phiên bản này chỉ đọc được đến định dạng {most}. Chạy phiên bản đã ghi dữ liệu này.",
        "The data have format {found}, but this version reads only up to format {most}. Run the version that wrote them.",
    ),
    # what a service is doing or waiting for
    "server.away": ("Một máy chủ không trả lời. Dịch vụ đang thử lại.", "A server does not answer. The service is trying again."),
    "service.starting": ("Dịch vụ đang khởi động.", "The service is starting."),
    "service.unexpected_error": (
        "Dịch vụ gặp lỗi ngoài dự kiến và đang thử lại. Xem chi tiết ở “task.failed” trong nhật ký.",
        "The service met an unexpected error and is trying again. See “task.failed” in the log.",
    ),
    "service.log_went_back": (
        "Luồng REPORTS không còn sự kiện đã đọc ở vị trí {sequence}: NATS đã được khôi phục từ bản cũ. Chạy `tonghop rebuild`.",
        "REPORTS no longer has the event that was read at sequence {sequence}: NATS was restored from an older copy. Run"
        " `tonghop rebuild`.",
    ),
    "ingest.batch_not_stored": (
        "Chưa lưu được các sự kiện vừa đọc. Dịch vụ đang thử lại.",
        "The events that were just read could not be stored. The service is trying again.",
    ),
    "ingest.receipts_not_readable": (
        "MongoDB chưa cho đọc lại biên nhận vừa ghi. Dịch vụ đang thử lại.",
        "MongoDB does not return the receipts that were just written. The service is trying again.",
    ),
    "ingest.standstill": (
        "Thông điệp ngay sau vị trí {floor} quá {seconds} giây chưa được xử lý xong, nên chưa nhắc được đơn vị nào. Xem nhật ký của"
        " ingest.",
        "The message after sequence {floor} has not been processed for more than {seconds} seconds, so no unit can be reminded. See the log"
        " of ingest.",
    ),
    "ingest.behind": (
        "Dịch vụ ingest chưa xử lý hết sự kiện đã nhận, nên chưa nhắc đơn vị nào. Thử lại sau ít phút.",
        "The service ingest has not processed all received events, so no unit was reminded. Try again in some minutes.",
    ),
    "ingest.busy": (
        "Dịch vụ ingest chưa xử lý xong sự kiện đã nhận; chế độ báo cáo chưa được bỏ. Chạy lại lệnh sau ít phút.",
        "The service ingest is still processing received events; the regime was not removed. Run the command again in some minutes.",
    ),
    "ingest.no_verdict": (
        "Dịch vụ ingest chưa trả lời. Sự kiện “{event_id}” đã ở trong INBOX và sẽ được xử lý; không cần gửi lại.",
        "The service ingest has not answered. The event “{event_id}” is in INBOX and will be processed; do not send it again.",
    ),
    "aggregate.loading": (
        "Dịch vụ đang nạp các báo cáo đã lưu.",
        "The service is loading the stored reports.",
    ),
    "aggregate.stream_not_read": (
        "Chưa đọc được hết luồng. Dịch vụ đang đọc lại.",
        "The stream could not be read to its end. The service is reading it again.",
    ),
    "aggregate.rebuild_running": (
        "Một lần dựng lại khác đang chạy. Chờ lần đó xong rồi chạy lại lệnh.",
        "Another rebuild is running. Wait until it ends, then run the command again.",
    ),
    "notify.reading_log": (
        "Dịch vụ đang đọc nhật ký báo cáo.",
        "The service is reading the log of reports.",
    ),
    "notify.behind": (
        "Dịch vụ đôn đốc chưa đọc hết nhật ký báo cáo. Thử lại sau ít phút.",
        "The notifier has not read the whole log of reports yet. Try again in some minutes.",
    ),
    # the agency's calendar; the path names file and line
    "calendar.off_and_working": (
        "Ngày {day} có ở cả hai danh sách off và working. Bỏ ở một danh sách.",
        "The day {day} is in both lists, off and working. Remove it from one.",
    ),
    "calendar.lists_missing": (
        "Tệp không có dạng “off: danh sách ngày” và “working: danh sách ngày”. Sửa theo mẫu ấy.",
        "The file does not have the form “off: list of days” and “working: list of days”. Write it in that form.",
    ),
    "calendar.unknown_list": (
        "Không có danh sách “{name}”. Chỉ dùng off và working.",
        "There is no list “{name}”. Use only off and working.",
    ),
    "calendar.not_a_list": (
        "Mục “{name}” không phải là danh sách. Ghi mỗi ngày một dòng, bắt đầu bằng dấu gạch ngang.",
        "The entry “{name}” is not a list. Write each day on a line of its own that begins with a hyphen.",
    ),
    "calendar.not_a_day": (
        "Giá trị “{text}” không phải là ngày. Ghi ngày dạng YYYY-MM-DD.",
        "The value “{text}” is not a day. Write the day as YYYY-MM-DD.",
    ),
    "calendar.year_out_of_range": (
        "Ngày “{text}” nằm ngoài các năm từ {first} đến {last}. Kiểm tra lại năm.",
        "The day “{text}” is outside the years {first} to {last}. Check the year.",
    ),
    "calendar.off_anyway": (
        "Ngày {day} vốn là ngày nghỉ. Kiểm tra xem có ghi nhầm không.",
        "The day {day} is a day off anyway. Check whether it is a slip.",
    ),
    "calendar.working_anyway": (
        "Ngày {day} vốn là ngày làm việc. Kiểm tra xem có ghi nhầm không.",
        "The day {day} is a working day anyway. Check whether it is a slip.",
    ),
}
