"""Sentences about who somebody is and what he may do: logins, sessions, keys, roles."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "identity.required": (
        "Cần đăng nhập hoặc có khóa truy cập còn hiệu lực. Đăng nhập lại, hoặc gửi khóa trong “Authorization: Bearer”.",
        "A valid key or session is required. Log in again, or send a key as “Authorization: Bearer”.",
    ),
}
