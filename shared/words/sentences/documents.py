"""Sentences about documents that the portal makes, and about their templates."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "document.no_office": (
        "Máy chủ chưa cài LibreOffice nên không tạo được PDF. Hãy tải bản Word (.docx), hoặc nhờ quản trị cài libreoffice-writer-nogui.",
        "LibreOffice is not installed on the server, so no PDF can be made. Take the DOCX, or have libreoffice-writer-nogui installed.",
    ),
    "document.too_many": (
        "Mỗi người được có {unfinished} tệp đang tạo và {daily} tệp một ngày. Chờ tệp đang tạo xong rồi yêu cầu lại.",
        "Each person may have {unfinished} files under way and {daily} a day. Wait until those are done, then ask again.",
    ),
    "document.too_long": (
        "Tạo tệp quá {seconds} giây nên đã dừng. Thử lại sau, hoặc chọn đơn vị nhỏ hơn.",
        "Making the file took more than {seconds} seconds and was stopped. Try again later, or choose a smaller unit.",
    ),
    "document.too_large": (
        "Tệp lớn hơn {most} MB. Chọn đơn vị nhỏ hơn.",
        "The file is larger than {most} MB. Choose a smaller unit.",
    ),
    "document.program_failed": (
        "Chương trình tạo tệp dừng giữa chừng. Thử lại sau; nếu vẫn lỗi, nhờ quản trị xem nhật ký của dịch vụ portal.",
        "The program that makes the file stopped half-way. Try again later; if it fails again, look at the portal's log.",
    ),
    "document.template_fails": (
        "Mẫu {file} không dùng được: {detail}. Nhờ quản trị kiểm tra mẫu bằng `tonghop templates check`.",
        "The template {file} cannot be used: {detail}. Have it checked with `tonghop templates check`.",
    ),
    "document.given_up": (
        "Đã thử {times} lần mà không tạo được tệp. Nhờ quản trị xem nhật ký của dịch vụ portal, rồi yêu cầu lại.",
        "The file could not be made in {times} attempts. Have the portal's log looked at, then ask again.",
    ),
    "document.empty_book": (
        "Chưa có báo cáo nào đang tính nên chưa lập được tập báo cáo. Chờ có báo cáo rồi yêu cầu lại.",
        "No report counts yet, so there is no book. Ask again when there are reports.",
    ),
    "document.book_too_large": (
        "Tập báo cáo có nhiều hơn {most} báo cáo. Lập theo từng đơn vị cấp dưới.",
        "The book would have more than {most} reports. Make one for each unit below.",
    ),
    "document.no_such_file": (
        "Không có tệp này, hoặc tệp đã quá một ngày, hoặc không phải của tài khoản này. Yêu cầu lại từ trang bảng tổng hợp.",
        "There is no such file, it is older than a day, or it is another account's. Ask again on the page of the view.",
    ),
    "document.not_done": (
        "Tệp chưa tạo xong. Mở trang của tệp để xem tiến độ.",
        "The file is not done yet. Open its page to see how far it is.",
    ),
}
