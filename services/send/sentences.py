"""What the client says when something is wrong, by code: Vietnamese, English. One sentence says what is wrong, the next what to do."""

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    # files
    "send.file_not_read": (
        "Không đọc được tệp này ({why}). Kiểm tra tên và quyền đọc; chưa gửi gì.",
        "The file cannot be read ({why}). Check its name and who may read it; nothing was sent.",
    ),
    "send.no_such_file": (
        "Không có tệp này. Kiểm tra tên tệp; chưa gửi gì.",
        "There is no such file. Check its name; nothing was sent.",
    ),
    "send.not_a_file": (
        "Đây là thư mục hoặc thiết bị. Ghi tên một tệp; chưa gửi gì.",
        "This is a folder or a device. Name a file; nothing was sent.",
    ),
    "send.file_too_large": ("Tệp lớn hơn {most} MiB. Chia thành nhiều tệp.", "The file is larger than {most} MiB. Split it."),
    "send.not_utf8": (
        "Không phải mã hóa UTF-8. Lưu lại tệp dạng UTF-8.",
        "This is not UTF-8. Save the file as UTF-8.",
    ),
    "send.no_reports": (
        "Tệp không có báo cáo nào. Ghi một báo cáo JSON, một danh sách, hoặc mỗi dòng một báo cáo.",
        "The file has no report. Give one report as JSON, a list, or one report on each line.",
    ),
    "send.not_json": (
        "Không đọc được JSON ở cột {column}. Sửa dấu phẩy, ngoặc hoặc dấu nháy.",
        "This is not JSON at column {column}. Correct a comma, a bracket or a quotation mark.",
    ),
    "send.duplicate_key": (
        "Khóa “{key}” có hai lần. Giữ một lần.",
        "The key “{key}” stands here twice. Keep one of them.",
    ),
    "send.not_a_number": (
        "“{text}” không phải là số. Ghi số thập phân như 12.5, hoặc bỏ chỉ tiêu này.",
        "“{text}” is no number. Write a plain decimal such as 12.5, or leave the figure out.",
    ),
    "send.too_deep": (
        "Lồng quá sâu. Ghi báo cáo theo mẫu trong README.",
        "This is nested too deeply. Write the report as the README shows.",
    ),
    "send.no_character": (
        "Có ký tự không hợp lệ (nửa cặp surrogate). Xóa ký tự đó.",
        "A text has half a character (a lone surrogate). Delete it.",
    ),
    "send.not_an_object": (
        "Đây không phải là một báo cáo. Ghi một đối tượng {{…}} có regime, period, values.",
        "This is no report. Write an object {{…}} with regime, period and values.",
    ),
    "send.unknown_field": (
        "Trường “{field}” không có trong báo cáo. Các trường: {known}.",
        "A report has no field “{field}”. The fields are {known}.",
    ),
    "send.field_missing": ("Thiếu trường “{field}”. Bổ sung.", "The field “{field}” is missing. Add it."),
    "send.wrong_text": (
        'Trường “{field}” không phải là một mã. Ghi mã trong dấu nháy, như "06253".',
        'The field “{field}” is no code. Write the code in quotation marks, such as "06253".',
    ),
    "send.wrong_type": (
        "Trường “{field}” không đúng dạng. Xem mẫu trong README.",
        "The field “{field}” has the wrong shape. Compare with the README.",
    ),
    "send.revision_given": (
        "Không ghi “revision” trong báo cáo. Chương trình tự đánh số; muốn tự đánh số thì gửi cả CloudEvent.",
        "Leave “revision” out. The program numbers revisions; to number them yourself, send whole CloudEvents.",
    ),
    "send.event_too_large": (
        "Báo cáo dài {size} byte, nhiều nhất là {most}. Rút ngắn phần thuyết minh.",
        "The report has {size} bytes; at most {most} are taken. Shorten the narratives.",
    ),
    "send.wrong_event_id": (
        "“id” của sự kiện phải có 8 đến 64 ký tự ASCII nhìn thấy được. Ghi lại “id”.",
        "The event's “id” must have 8 to 64 visible ASCII characters. Give it another one.",
    ),
    "send.not_an_event": (
        "CloudEvent thiếu “type” hoặc “data”. Bổ sung, hoặc chỉ ghi báo cáo.",
        "The CloudEvent lacks “type” or “data”. Add them, or write the report alone.",
    ),
    "send.other_sender": (
        "“source” của sự kiện là {source}. Đơn vị gửi ở đây là {sender}: sửa “source”, hoặc dùng khóa của đơn vị kia.",
        "The event's “source” is {source}. The unit that sends is {sender}: correct “source”, or use the other unit's key.",
    ),
    # settings
    "send.no_address": (
        "Chưa có địa chỉ. Đặt {setting}, hoặc dùng {option}.",
        "There is no address. Set {setting}, or use {option}.",
    ),
    "send.wrong_address": (
        "Địa chỉ không hợp lệ. Ghi như {example}, không có khóa, mật khẩu hay tham số.",
        "The address is not valid. Write it like {example}, without a key, a password or parameters.",
    ),
    "send.not_encrypted": (
        "Địa chỉ này không mã hóa. Chỉ dùng {plain} trên chính máy này; tới máy khác dùng {encrypted}.",
        "This address is not encrypted. Use {plain} on this machine only, and {encrypted} to any other one.",
    ),
    "send.no_key": (
        "Chưa có khóa. Đặt TONGHOP_KEY, hoặc --key-file là tệp được giao; không ghi khóa trong dòng lệnh.",
        "There is no key. Set TONGHOP_KEY, or give the file that was handed over as --key-file; never write a key as an argument.",
    ),
    "send.wrong_key": (
        "Không có khóa th_… nào ở đây. Chép đúng khóa được giao.",
        "There is no key th_… here. Copy the key that was handed over.",
    ),
    "send.no_unit": (
        "Chưa rõ đơn vị gửi. Đặt TONGHOP_UNIT hoặc --unit là mã định danh đơn vị, như 06253-2025.",
        "It is not known which unit sends. Set TONGHOP_UNIT or --unit to the unit's id, such as 06253-2025.",
    ),
    "send.wrong_unit": (
        "“{unit}” không phải là mã định danh đơn vị. Ghi như 06253-2025.",
        "“{unit}” is no id of a unit. Write it like 06253-2025.",
    ),
    "send.units_differ": (
        "Khóa hoặc chứng thư là của đơn vị {theirs}. Bỏ --unit {ours}, hoặc dùng tệp của đơn vị đó.",
        "The key or the credentials are those of {theirs}. Leave --unit {ours} out, or use that unit's file.",
    ),
    "send.no_creds": (
        "Gửi qua NATS cần tệp chứng thư. Dùng --creds là tệp .creds được giao.",
        "Sending over NATS needs credentials. Give the .creds file that was handed over as --creds.",
    ),
    "send.wrong_creds": (
        "Đây không phải là tệp chứng thư NATS. Dùng tệp .creds được giao, không sửa.",
        "This is no file with NATS credentials. Use the .creds file that was handed over, unchanged.",
    ),
    "send.nats_not_installed": (
        "Máy này chưa cài phần NATS. Chạy: pip install 'tonghop-send[nats]'.",
        "The NATS part is not installed here. Run: pip install 'tonghop-send[nats]'.",
    ),
    "send.wrong_ca": (
        "Đây không phải là tệp chứng thư PEM. Dùng ca.crt được giao.",
        "This is no PEM file of certificates. Use the ca.crt that was handed over.",
    ),
    "send.dry_run_without_files": (
        "Gửi thử cần có tệp. Ghi tên tệp sau --dry-run.",
        "A dry run needs files. Name them after --dry-run.",
    ),
    "send.dry_run_over_nats": (
        "Qua NATS không gửi thử được. Dùng --via http.",
        "There is no dry run over NATS. Use --via http.",
    ),
    # outbox
    "send.no_folder": (
        "Máy này không cho biết thư mục dữ liệu. Dùng --outbox là một thư mục.",
        "This machine names no folder for data. Give one as --outbox.",
    ),
    "send.outbox_not_written": (
        "Không ghi được vào hộp thư đi ({why}). Kiểm tra thư mục và quyền ghi; báo cáo chưa có trong hộp thư đi thì chưa gửi.",
        "The outbox cannot be written ({why}). Check the folder and who may write there; what is not in it was not sent.",
    ),
    "send.disk_full": (
        "Đĩa đầy, không ghi được vào hộp thư đi. Giải phóng dung lượng rồi chạy lại; báo cáo chưa có trong hộp thư đi thì chưa gửi.",
        "The disk is full, and the outbox cannot be written. Free some space and run again; what is not in it was not sent.",
    ),
    "send.outbox_busy": (
        "Một lệnh gửi khác đang dùng hộp thư đi này. Đợi lệnh đó xong.",
        "Another process is using this outbox. Wait until it has ended.",
    ),
    "send.set_aside": (
        "Tệp này của hộp thư đi bị hỏng và được cất riêng. Xem báo cáo nào trong đó rồi gửi lại từ tệp gốc.",
        "This file of the outbox is damaged and was set aside. See which report it had, and send that again from its source.",
    ),
    "send.outbox_newer": (
        "Hộp thư đi này do phiên bản mới hơn ghi. Cập nhật tonghop-send.",
        "A newer version wrote this outbox. Update tonghop-send.",
    ),
    "send.others_wait": (
        "{count} báo cáo của đơn vị khác ({units}) còn trong hộp thư đi này. Gửi bằng khóa của đơn vị đó.",
        "{count} reports of other units ({units}) are in this outbox. Send them with those units' keys.",
    ),
    # the line
    "send.away": (
        "Máy chủ không trả lời ({why}). Kiểm tra mạng và địa chỉ, rồi chạy lại lệnh này.",
        "The server does not answer ({why}). Check the line and the address, and run this command again.",
    ),
    "send.certificate_refused": (
        "Không tin được chứng thư của máy chủ ({why}). Dùng --ca là tệp ca.crt được giao; không tắt việc kiểm tra.",
        "The server's certificate is not trusted ({why}). Give the ca.crt that was handed over as --ca; never turn the check off.",
    ),
    "send.login_refused": (
        "Máy chủ không nhận khóa hoặc chứng thư. Kiểm tra hạn và tệp được giao, hoặc xin khóa mới.",
        "The server refuses the key or the credentials. Check when they end and the file, or ask for new ones.",
    ),
    "send.redirected": (
        "Máy chủ chuyển sang địa chỉ khác; khóa không được gửi theo. Hỏi quản trị địa chỉ đúng.",
        "The server leads to another address; the key is not sent there. Ask the operator for the right address.",
    ),
    "send.odd_answer": (
        "Câu trả lời không phải của Tổng Hợp (trạng thái {status}). Kiểm tra địa chỉ và máy chủ trung gian.",
        "This is no answer of Tổng Hợp (status {status}). Check the address and proxies.",
    ),
    "send.busy": (
        "Máy chủ đang bận hoặc đơn vị gửi quá nhiều (trạng thái {status}). Chạy lại lệnh này sau.",
        "The server is busy, or the unit sends too much (status {status}). Run this command again later.",
    ),
    "send.no_verdict": (
        "Máy chủ đã nhận nhưng chưa có kết quả. Chạy lại lệnh này sau để lấy biên nhận.",
        "The server has the report but no verdict yet. Run this command again later to get the receipt.",
    ),
    "send.unit_not_known": (
        'Chưa biết mã của đơn vị trong kỳ này. Ghi "unit" vào báo cáo, như "06253".',
        'The unit\'s code in this period is not known. Write "unit" into the report, such as "06253".',
    ),
    "send.earlier_waits": (
        "Một báo cáo gửi trước cho cùng kỳ này chưa có kết quả. Báo cáo này sẽ được gửi sau báo cáo đó; chạy lại lệnh này sau.",
        "An earlier report about the same period has no verdict yet. This one is sent after it; run this command again later.",
    ),
    "send.no_dry_run": (
        "Máy chủ này không biết gửi thử, nên chưa gửi gì. Báo quản trị cập nhật máy chủ, hoặc bỏ --dry-run để gửi thật.",
        "This server knows no dry run, so nothing was sent. Tell the operator to update it, or leave --dry-run out to send.",
    ),
    "send.dry_run_was_real": (
        "Máy chủ không biết gửi thử và đã nhận báo cáo này thật. Xem lại trên trang của đơn vị; báo quản trị cập nhật máy chủ.",
        "The server knows no dry run and has taken this report in. Look at the unit's page; tell the operator to update the server.",
    ),
    "send.files_over_nats": (
        "Tệp CSV và XLSX chỉ gửi qua HTTP. Bỏ --via nats.",
        "CSV and XLSX files go over HTTP only. Leave --via nats out.",
    ),
    "send.attach_over_nats": (
        "Tệp đính kèm chỉ gửi qua HTTP. Bỏ --via nats, dùng --url và --key-file.",
        "Attached files go over HTTP only. Leave --via nats out, and use --url and --key-file.",
    ),
    "send.attach_in_dry_run": (
        "Gửi thử không lưu gì nên không gửi tệp đính kèm. Bỏ --attach để thử số liệu, hoặc bỏ --dry-run để gửi thật.",
        "A dry run stores nothing, so it sends no files. Leave --attach out to try the figures, or --dry-run to send.",
    ),
    "send.attach_one_report": (
        "Tệp đính kèm đi với một báo cáo. Chạy lệnh cho từng báo cáo JSON, mỗi lần một tệp báo cáo và các tệp đính kèm của nó.",
        "Files are attached to one report. Run the command once for each report (JSON), with that report and its files.",
    ),
    "send.attach_too_many": (
        "Một báo cáo có nhiều nhất {most} tệp đính kèm. Gộp các trang quét vào một tệp PDF.",
        "A report has at most {most} attached files. Put the scanned pages into one PDF.",
    ),
    "send.attach_size": (
        "Tệp đính kèm phải có nội dung và không quá {most} MiB. Quét lại ở độ phân giải thấp hơn, hoặc tách tệp.",
        "An attached file must not be empty, nor larger than {most} MiB. Scan it again at a lower resolution, or split it.",
    ),
    "send.attach_refused": (
        "Máy chủ không nhận tệp đính kèm nên báo cáo chưa được gửi và không nằm trong hộp thư đi. Sửa tệp rồi chạy lại lệnh này.",
        "The server does not take the file, so the report was not sent and is not in the outbox. Correct the file and run this again.",
    ),
    "send.attach_waits": (
        "Tệp đính kèm chưa gửi được nên báo cáo chưa được gửi và không nằm trong hộp thư đi. Chạy lại lệnh này khi có mạng.",
        "The file could not be sent, so the report was not sent and is not in the outbox. Run this command again when the line is there.",
    ),
    "send.no_attachments": (
        "Máy chủ này chưa nhận tệp đính kèm, nên báo cáo chưa được gửi. Báo quản trị cập nhật máy chủ, hoặc gửi không có --attach.",
        "This server does not take attached files, so nothing was sent. Tell the operator to update it, or send without --attach.",
    ),
    "send.no_files": (
        "Máy chủ này chưa nhận tệp CSV hay XLSX, nên tệp chưa được gửi. Báo quản trị cập nhật máy chủ, hoặc gửi báo cáo dạng JSON.",
        "This server does not take CSV or XLSX files, so nothing was sent. Tell the operator to update it, or send reports as JSON.",
    ),
    "send.files_wait": (
        "Còn {count} tệp chưa được máy chủ nhận. Chạy lại lệnh này với các tệp ấy; tệp gửi lại không tính hai lần.",
        "The server has not taken {count} files. Run this command again with them; a file that is sent again counts once.",
    ),
    "send.marked": (
        "Máy chủ đã đánh dấu các ô sai trong tệp này, giữ một ngày tại {address}.",
        "The server has marked the wrong cells in this file, and keeps it for a day at {address}.",
    ),
    "send.renewed": (
        "Biểu của tệp này đã thay đổi. Biểu mới, đã chép số liệu sang, được giữ một ngày tại {address}.",
        "The form of this file has changed. The new form, with its figures, is kept for a day at {address}.",
    ),
    # results
    "send.unchanged": (
        "Báo cáo này đã có kết quả ngày {at} và không đổi, nên không gửi lại. Muốn gửi lại thì thêm --again.",
        "This report was answered on {at} and is unchanged, so it is not sent again. To send it again, add --again.",
    ),
    "send.still_superseded": (
        "Nơi khác liên tục gửi lần nộp mới hơn nên báo cáo này chưa được tính. Thống nhất ai gửi, rồi chạy lại với --again.",
        "Someone else keeps sending newer revisions, so this report does not count. Agree who sends, then run again with --again.",
    ),
    "send.waiting": (
        "Còn {count} báo cáo chờ trong hộp thư đi {folder}. Chạy lại lệnh này sau, không cần tên tệp.",
        "{count} reports wait in the outbox {folder}. Run this command again later, without files.",
    ),
    "send.stopped": (
        "Đã dừng. Báo cáo đã ghi vào hộp thư đi sẽ được gửi ở lần chạy sau.",
        "Stopped. What is in the outbox is sent at the next run.",
    ),
    "send.wrong_use": (
        "{why}. Xem --help.",
        "{why}. See --help.",
    ),
}
