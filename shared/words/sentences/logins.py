"""Sentences about logins, sessions and accounts in the portal."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "identity.forged": (
        "Yêu cầu này không do trang của hệ thống gửi nên không được thực hiện. Mở lại trang của hệ thống rồi gửi từ đó.",
        "This request was not sent by a page of the system and was not carried out. Open the page of the system and send it from there.",
    ),
    "identity.no_secret_key": (
        "Thiếu khóa bí mật của cổng. Đặt một chuỗi ngẫu nhiên ít nhất 32 ký tự và giữ bản sao; deploy/secrets.sh tự tạo.",
        "The portal's secret key is missing. Set a random text of at least 32 characters and keep a copy; deploy/secrets.sh makes one.",
    ),
    "form.malformed": (
        "Không đọc được biểu mẫu đã gửi. Mở lại trang rồi gửi từ đó.",
        "The form that was sent cannot be read. Open the page again and send it from there.",
    ),
    "form.too_large": (
        "Biểu mẫu lớn hơn {most} KB nên không được nhận. Rút ngắn rồi gửi lại.",
        "The form is larger than {most} KB and was not accepted. Shorten it and send it again.",
    ),
}
