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
        "Tài khoản hoặc khóa này không được xem nội dung này. Kiểm tra lại địa chỉ; nếu cần xem, đề nghị người quản trị cấp vai trò.",
        "This account or key may not read this. Check the address; if you need to read it, ask an operator for a role.",
    ),
}
