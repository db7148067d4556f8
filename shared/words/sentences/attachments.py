"""Sentences about files that are attached to reports."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "attachment.empty": (
        "Tệp không có nội dung nên không được nhận. Kiểm tra tệp rồi gửi lại.",
        "The file is empty, so it is not taken. Check the file and send it again.",
    ),
    "attachment.too_large": (
        "Tệp đính kèm lớn hơn {most} MB. Quét lại với độ phân giải thấp hơn (200 dpi, đen trắng), hoặc tách thành nhiều tệp.",
        "The attachment is larger than {most} MiB. Scan it again at a lower resolution (200 dpi, black and white), or split it.",
    ),
    "attachment.unknown_kind": (
        "Nội dung tệp không phải PDF, PNG hay JPEG, dù tên tệp là gì. Quét hoặc xuất văn bản ra PDF rồi gửi lại.",
        "The content of the file is not PDF, PNG or JPEG, whatever its name is. Scan or export the document as PDF and send it again.",
    ),
    "attachment.damaged": (
        "Tệp {kind} bị hỏng hoặc thiếu phần cuối nên không được nhận. Mở tệp để kiểm tra, quét hoặc xuất lại rồi gửi lại.",
        "The {kind} file is damaged or incomplete, so it is not taken. Open it to check, scan or export it anew and send it again.",
    ),
    "attachment.two_kinds": (
        "Tệp {kind} còn chứa một tệp loại khác ({other}) nên không được nhận. Quét hoặc xuất lại văn bản rồi gửi lại.",
        "The {kind} file is also a file of another kind ({other}), so it is not taken. Scan or export the document anew and send it again.",
    ),
    "attachment.not_clean": (
        "Phần mềm kiểm tra mã độc của cơ quan không chấp nhận tệp này. Kiểm tra máy tính, quét lại văn bản rồi gửi lại.",
        "The agency's scanner does not accept this file. Check the computer, scan the document anew and send it again.",
    ),
    "attachment.not_scanned": (
        "Chưa kiểm tra được mã độc của tệp nên tệp chưa được nhận. Gửi lại sau ít phút; nếu vẫn vậy, báo quản trị hệ thống.",
        "The file could not be scanned, so it was not taken. Send it again in a few minutes; if this goes on, tell the operators.",
    ),
    "attachment.too_many_unused": (
        "Đơn vị đã có {most} tệp chưa gắn với báo cáo nào nên chưa nhận thêm. Gửi báo cáo dùng các tệp ấy, hoặc chờ: tệp không dùng"
        " được xóa"
        " sau 7 ngày.",
        "The unit has {most} files that no report uses, so no more are taken. Send the reports that use them, or wait: unused files"
        " are removed"
        " after 7 days.",
    ),
    "attachment.busy": (
        "Đang có nhiều tệp được gửi cùng lúc nên tệp này chưa được nhận. Gửi lại sau ít giây, từng tệp một.",
        "Many files are being sent just now, so this one was not taken. Send it again in a few seconds, one file at a time.",
    ),
    "attachment.form_body": (
        "Content-Type là của một biểu mẫu web. Gửi chính tệp: curl -H 'Content-Type: application/pdf' --data-binary @ban-quet.pdf.",
        "The Content-Type is that of a web form. Send the file itself: curl -H 'Content-Type: application/pdf' --data-binary @scan.pdf.",
    ),
    "attachment.unknown": (
        "Đơn vị không có tệp đính kèm “{ref}”. Gửi tệp lên trước, bằng khóa của chính đơn vị gửi báo cáo, rồi ghi ref nhận được.",
        "The unit has no attachment “{ref}”. Send the file first, with the key of the unit that sends the"
        " report, and"
        " put the ref of the answer here.",
    ),
    "attachment.gone": (
        "Tệp đính kèm “{name}” được gửi lên quá 7 ngày trước báo cáo nên không còn dùng được. Gửi lại tệp, rồi gửi báo cáo với ref mới.",
        "The attachment “{name}” was sent more than 7 days before the report, so it can no longer be used. Send the file again, then"
        " the report"
        " with the new ref.",
    ),
    "attachment.differs": (
        "Tệp đính kèm “{name}”: {field} trong báo cáo là {said}, của tệp đã nhận là {stored}. Ghi đúng như câu trả lời khi gửi tệp.",
        "The attachment “{name}”: the report says {field} {said}, but the file that was taken has {stored}. Repeat the answer to the"
        " upload.",
    ),
    "attachment.used": (
        "Tệp đính kèm “{name}” đã dùng cho báo cáo {report}. Mỗi tệp chỉ dùng cho một báo cáo: gửi lại tệp để có ref mới.",
        "The attachment “{name}” is used by the report {report}. A file is for one report: send it again to get a new ref.",
    ),
    "attachment.listed_twice": (
        "Tệp đính kèm “{name}” được ghi hai lần trong báo cáo. Bỏ một lần.",
        "The attachment “{name}” is listed twice in the report. Leave one out.",
    ),
    "attachment.no_file": (
        "Chưa chọn tệp nào. Chọn một tệp PDF, PNG hoặc JPEG rồi bấm Tải lên.",
        "No file was chosen. Choose a PDF, PNG or JPEG file and press the button again.",
    ),
    "attachment.bad_form": (
        "Không đọc được biểu mẫu tải tệp lên. Mở lại trang tệp đính kèm rồi chọn lại tệp.",
        "The form with the file cannot be read. Open the page of attachments again and choose the file once more.",
    ),
    "attachment.list_full": (
        "Báo cáo đã có {most} tệp đính kèm. Bỏ bớt một tệp, hoặc gộp các trang quét thành một tệp PDF.",
        "The report has {most} attachments already. Remove one, or combine the scanned pages into one PDF.",
    ),
    "attachment.not_found": (
        "Báo cáo này không có tệp đính kèm ấy. Mở lại trang của báo cáo và chọn tệp trong danh sách.",
        "This report has no such attachment. Open the page of the report again and choose the file from the list.",
    ),
}
