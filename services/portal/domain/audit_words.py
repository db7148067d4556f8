"""What the details of the entries of the audit log are called on its page, and how their values read.

The log itself keeps the names under which the code records them; a name or value of a later version is shown as it is.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import orjson

from shared.words import vietnamese

LABELS: Final[Mapping[str, str]] = {
    "address": "địa chỉ máy",
    "adjusts": "là điều chỉnh",
    "all_others": "mọi phiên khác",
    "approver": "người duyệt gửi",
    "at": "thời điểm",
    "begins": "từ ngày",
    "changed": "thay đổi",
    "code": "mã lỗi",
    "confirmation": "lần chốt",
    "corrects": "là sửa hạn",
    "count": "số lần, số đơn vị",
    "cut": "đã cắt bớt",
    "deadline": "hạn",
    "drops_totp": "bỏ mã xác thực",
    "ends": "đến ngày",
    "entered_by": "đơn vị nhập thay",
    "event": "mã sự kiện",
    "event_id": "mã sự kiện",
    "events": "số sự kiện",
    "events_of_new_units": "số sự kiện của đơn vị mới",
    "expires": "hết hạn",
    "feeds": "luồng số liệu",
    "field": "ô",
    "fields": "số ô",
    "file": "loại tệp",
    "files": "tệp",
    "fix_by": "hạn sửa",
    "grant": "mã vai trò",
    "handed_in_by": "người trình",
    "hash": "mã kiểm tra",
    "id": "mã",
    "is_correction": "là sửa hạn",
    "is_put_back": "nạp lại",
    "issuer": "nơi cấp",
    "kind": "loại",
    "login": "tên đăng nhập",
    "may": "được",
    "missing": "số đơn vị chưa nộp",
    "moved_from": "chuyển từ",
    "note": "ý kiến",
    "parked_hash": "mã kiểm tra bản giữ lại",
    "query": "bộ lọc",
    "read": "số dòng đã đọc",
    "reason": "lý do",
    "regimes": "chế độ báo cáo",
    "revision": "lần nộp",
    "role": "vai trò",
    "saved_at": "lưu lúc",
    "sender": "đơn vị gửi",
    "sent_hash": "mã kiểm tra bản đã gửi",
    "since": "từ lúc",
    "step": "bước",
    "unit": "đơn vị",
    "units": "đơn vị",
    "until": "gia hạn đến hết",
    "version": "bản lưu số",
    "way": "bằng",
}
"""The names of details, by the names under which they are recorded."""

VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "role": {
        "officer": "cán bộ báo cáo",
        "reviewer": "cán bộ tổng hợp",
        "viewer": "người xem",
        "operator": "quản trị",
    },
    "may": {"read": "đọc", "send": "gửi"},
    "way": {"password": "mật khẩu", "code": "mã xác thực", "provider": "tài khoản của cơ quan"},
    "step": {"first": "tên đăng nhập, mật khẩu", "code": "mã xác thực", "provider": "tài khoản của cơ quan"},
    "kind": {"http": "khóa HTTP", "nats": "chứng thư NATS", "unit": "của đơn vị", "receiver": "của đơn vị nhận số liệu"},
}
SHORT: Final = 12  # characters of a hash that stands beside the name of its file
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def said(name: str, value: object, names: Mapping[str, str]) -> str:
    """One detail: `vai trò: cán bộ tổng hợp`. `names` are people's logins, by how the log names them (`people/3f2a`)."""
    return f"{LABELS.get(name, name)}: {_value(name, value, names)}"


def _value(name: str, value: object, names: Mapping[str, str]) -> str:
    match value:
        case bool():
            return "có" if value else "không"
        case None | []:
            return "không có"
        case int():
            return vietnamese.number(value)
        case str():
            login = names.get(value)
            return f"{login} ({value})" if login else VALUES.get(name, {}).get(value) or _moment(value)
        case list() if value:
            return ", ".join(_value(name, one, names) for one in value)
        case {"name": str() as file, "sha256": str() as sha256}:
            return f"{file} (mã kiểm tra {sha256[:SHORT]}…)"
        case _:
            return orjson.dumps(value).decode()


def _moment(text: str) -> str:
    """An instant or day as people write it; any other text as it is."""
    try:
        if INSTANT.fullmatch(text):
            return vietnamese.moment(datetime.fromisoformat(text))
        return vietnamese.day(date.fromisoformat(text)) if DAY.fullmatch(text) else text
    except ValueError:
        return text
