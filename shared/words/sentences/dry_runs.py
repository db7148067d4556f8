"""Sentences of dry runs: why it cannot be said now what an event would change, and what is wrong with a request for it."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "preview.not_ready": (
        "Số liệu tổng hợp đang được nạp. Thử lại sau ít giây.",
        "The totals are being loaded. Try again in a few seconds.",
    ),
    "preview.busy": (
        "Đang có quá nhiều yêu cầu gửi thử. Thử lại sau ít giây.",
        "There are too many dry runs at the moment. Try again in a few seconds.",
    ),
    "preview.unreadable": (
        "Yêu cầu gửi thử không chứa sự kiện của phân vùng {partition}. Gửi sự kiện đúng dạng của nhật ký.",
        "The request holds no event of the partition {partition}. Send an event in the form of the log.",
    ),
    "preview.too_large": (
        "Sự kiện làm thay đổi quá nhiều số liệu nên không liệt kê được. Gửi luôn sự kiện, không gửi thử.",
        "The event would change too many figures to list. Send it without a dry run.",
    ),
    "dry_run.bad_parameter": (
        "Địa chỉ này chỉ nhận tham số dry_run, một lần, với giá trị true hoặc false. Sửa tham số “{name}”; sự kiện chưa được gửi.",
        "This address accepts only the parameter dry_run, once, with the value true or false. Correct “{name}”; the event was not sent.",
    ),
}
