"""Sentences about people: passwords, accounts, roles."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # passwords
    "password.too_short": (
        "Mật khẩu phải có ít nhất {least} ký tự. Có thể dùng một câu dễ nhớ, có dấu và dấu cách.",
        "A password has at least {least} characters. A sentence that is easy to remember will do.",
    ),
    "password.too_long": ("Mật khẩu có nhiều nhất {most} ký tự.", "A password has at most {most} characters."),
    "password.control_character": (
        "Mật khẩu có ký tự điều khiển không gõ được bằng bàn phím thường. Hãy gõ lại.",
        "The password has a control character. Type it again.",
    ),
    "password.common": (
        "Mật khẩu này quá phổ biến nên dễ bị đoán. Hãy chọn mật khẩu khác.",
        "This password is common and easy to guess. Choose another one.",
    ),
    "password.own_name": (
        "Mật khẩu chỉ gồm tên đăng nhập, họ tên, tên hoặc mã đơn vị, hay tên hệ thống, thêm vài ký tự. Hãy chọn mật khẩu khác.",
        "The password is little more than the login, the person's name, a unit's name or code, or the system's name. Choose another one.",
    ),
}
