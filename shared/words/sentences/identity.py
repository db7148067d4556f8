"""Sentences about who somebody is and what he may do: logins, sessions, keys, roles."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "identity.required": (
        "Cần đăng nhập hoặc có khóa truy cập còn hiệu lực. Đăng nhập lại, hoặc gửi khóa trong “Authorization: Bearer”.",
        "A valid key or session is required. Log in again, or send a key as “Authorization: Bearer”.",
    ),
    "identity.keys_not_read": (
        "Hệ thống chưa đọc được danh sách khóa truy cập. Gửi lại sau ít giây với cùng khóa.",
        "The system has not read the list of keys yet. Send the request again in a few seconds, with the same key.",
    ),
    "identity.out_of_scope": (
        "Tài khoản hoặc khóa này không có quyền với nội dung này. Kiểm tra địa chỉ và đơn vị; nếu cần, đề nghị người quản trị cấp quyền.",
        "This account or key may not read or do this. Check the address and the unit; if you need it, ask an operator for the right.",
    ),
    "identity.too_many_requests": (
        "Khóa này gửi quá nhanh: tối đa {per_second} yêu cầu mỗi giây. Chờ {wait_s} giây rồi gửi lại.",
        "This key sends too fast: at most {per_second} requests a second. Wait {wait_s} seconds, then send again.",
    ),
}
