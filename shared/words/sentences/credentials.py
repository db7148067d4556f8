"""Sentences about issuing and revoking keys on the command line."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "credentials.nobody_named": (
        "Chưa nêu đơn vị. Ghi mã các đơn vị, hoặc --regime để cấp cho mọi đơn vị của một chế độ.",
        "No unit is named. Give the codes of units, or --regime for all units of a regime.",
    ),
    "credentials.unit_ended": (
        "Đơn vị {unit} đã kết thúc từ ngày {day}, không cấp được. Đơn vị kế thừa: {heir}.",
        "The unit {unit} ended on {day}, so it cannot get credentials. Its heir: {heir}.",
    ),
    "credentials.unit_not_begun": (
        "Đơn vị {unit} bắt đầu từ ngày {day}. Cấp từ ngày đó.",
        "The unit {unit} begins on {day}. Issue its credentials from that day on.",
    ),
    "credentials.unsafe_id": (
        "Mã định danh {units} có ký tự không được phép. Mã định danh chỉ gồm A–Z, a–z, 0–9, “_” và “-”, tối đa 64 ký tự.",
        "The ids {units} have characters that are not allowed. An id has only A–Z, a–z, 0–9, “_” and “-”, at most 64 characters.",
    ),
    "credentials.regime_ended": (
        "Chế độ {regime} đã kết thúc nên không có đơn vị nào phải báo cáo. Chọn chế độ khác.",
        "The regime {regime} has ended, so no unit reports in it. Choose another one.",
    ),
    "credentials.folder_is_open": (
        "Người khác đọc được thư mục {folder}. Chọn thư mục mới, hoặc chạy chmod 700.",
        "Others can read the folder {folder}. Choose a new folder, or run chmod 700.",
    ),
    "credentials.file_exists": (
        "Đã có tệp {files}, không ghi đè. Chọn thư mục khác.",
        "The files {files} exist and are not overwritten. Choose another folder.",
    ),
    "credentials.not_written": (
        "Không ghi được tệp {file}. Chọn thư mục khác. Đơn vị nào không có đủ tệp trong thư mục này thì cấp lại; khóa không ghi được thì"
        " không ai biết.",
        "The file {file} could not be written. Choose another folder. Issue again to units whose files are not all in this folder; nobody"
        " knows a key that was not written.",
    ),
    "credentials.revoked_not_on_nats": (
        "Đã ghi việc thu hồi; HTTP từ chối khóa. Máy chủ NATS chưa nhận: `tonghop nats keep` gửi lại, hoặc chạy lại lệnh này khi máy chủ "
        "trả lời.",
        "The revocation is stored, and HTTP refuses the key. The NATS servers do not have it yet: `tonghop nats keep` sends it, or run "
        "this command again when they answer.",
    ),
    "credentials.not_a_coming_day": (
        "Giá trị “{text}” không phải là một ngày sắp tới. Ghi theo ví dụ: 2027-12-31.",
        "The value “{text}” is not a day to come. Write it like this: 2027-12-31.",
    ),
    "credentials.not_an_overlap": (
        "Giá trị “{text}” không phải là số ngày. Ghi theo ví dụ: 14d.",
        "The value “{text}” is not a number of days. Write it like this: 14d.",
    ),
    "credentials.unknown_right": (
        "Giá trị “{text}” không phải là quyền của khóa. Ghi send, read hoặc send,read.",
        "The value “{text}” is not a right of a key. Write send, read or send,read.",
    ),
    "credentials.no_such": (
        "Không có khóa số “{number}” của “{name}”. Xem `tonghop credentials list`.",
        "There is no credential “{number}” of “{name}”. See `tonghop credentials list`.",
    ),
    "credentials.not_revocable": (
        "Không có khóa hay chứng thư nào còn hiệu lực có số này. Xem lại danh sách khóa.",
        "There is no valid key or NATS credential with this number. See the list of keys.",
    ),
    "credentials.not_a_receiver": (
        "Tên “{name}” không dùng được cho đơn vị nhận số liệu. Tên chỉ gồm A–Z, a–z, 0–9, “_” và “-”, và không trùng mã của đơn vị nào.",
        "The name “{name}” cannot be that of a receiver. A name has only A–Z, a–z, 0–9, “_” and “-”, and is not the code of a unit.",
    ),
    "credentials.not_at_the_top": (
        "Đơn vị {units} có đơn vị cấp trên nên không có luồng số liệu riêng. Nêu đơn vị cấp cao nhất, ví dụ tỉnh.",
        "The units {units} have a unit above them, so there is no feed of theirs. Name the unit at the top, such as the province.",
    ),
}
