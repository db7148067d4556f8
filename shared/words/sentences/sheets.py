"""Sentences about workbooks: the official form as a file, filled and sent back."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "confined.too_heavy": (
        "Tệp cần quá nhiều thời gian hoặc bộ nhớ để đọc nên không được nhận. Tải lại biểu, chép số liệu sang rồi gửi lại.",
        "The file needs too much time or memory to be read, so it is not taken. Get the form again, copy the figures into it and send it.",
    ),
    "confined.busy": (
        "Hệ thống đang đọc quá nhiều tệp. Tệp chưa được nhận: gửi lại sau một phút.",
        "Too many files are being read. The file was not taken: send it again in a minute.",
    ),
}
