"""Sentences about the audit log."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "audit.changed": (
        "Mục {number} đã bị sửa: nội dung không còn khớp với chuỗi mã kiểm tra. Tìm xem ai có quyền ghi vào MongoDB; khôi phục từ bản sao.",
        "Entry {number} was changed: it no longer fits the chain of hashes. Find out who can write to MongoDB; restore it from a backup.",
    ),
    "audit.missing": (
        "Thiếu mục {number}: mục này đã bị xóa, hoặc chỗ của nó có một tài liệu lạ. Tìm xem ai có quyền ghi vào MongoDB; khôi phục từ bản"
        " sao.",
        "Entry {number} is missing: it was deleted, or a foreign document is in its place. Find out who can write to MongoDB; restore it"
        " from a backup.",
    ),
    "audit.moved": (
        "Mục {number} không ở đúng chỗ: nội dung này vốn là mục {origin}. Tìm xem ai có quyền ghi vào MongoDB; khôi phục từ bản sao.",
        "Entry {number} was moved: this was entry {origin}. Find out who can write to MongoDB; restore it from a backup.",
    ),
    "audit.cut": (
        "Thiếu mục {number} đến mục {last} ở cuối nhật ký: {source} nêu mục {last}. Tìm xem ai có quyền ghi vào MongoDB; khôi phục từ bản"
        " sao.",
        "Entries {number} to {last} at the end are missing: {source} names entry {last}. Find out who can write to MongoDB; restore them"
        " from a backup.",
    ),
    "audit.rewritten": (
        "Có mục bị sửa trong khoảng từ mục {number} đến mục {last}, rồi các mã kiểm tra được tính lại: mã của mục {last} khác với mã trong"
        " {source}. Đối chiếu với thư gửi hằng ngày.",
        "Among entries {number} to {last} an entry was changed and the hashes were computed again: the hash of entry {last} is not the one"
        " in {source}. Compare it with the daily mails.",
    ),
    "audit.no_head": (
        "Tài liệu `audit` trong `identity` không còn, nên không biết nhật ký có thiếu mục cuối hay không. Đối chiếu với thư gửi hằng ngày:"
        " `tonghop audit verify --head SỐ:MÃ`.",
        "The document `audit` in `identity` is gone, so entries may be missing at the end. Compare with a daily mail:"
        " `tonghop audit verify --head NUMBER:HASH`.",
    ),
    "audit.bad_head": (
        "Mã kiểm tra “{text}” không có dạng SỐ:MÃ. Chép nguyên dòng trong thư: số mục, dấu hai chấm, 64 chữ số thập lục phân.",
        "The head “{text}” is not NUMBER:HASH. Copy it from the mail: the number of the entry, a colon, 64 hexadecimal digits.",
    ),
    "audit.unknown_action": (
        "Không có việc “{text}”. Các việc được ghi: {known}.",
        "There is no action “{text}”. The recorded actions are: {known}.",
    ),
}
