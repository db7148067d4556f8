"""The daily mail with the head of the audit log: number and hash of the last entry, and how the log is verified with them."""

from datetime import datetime

from services.notify.texts import mail
from services.notify.texts.mail import Mail
from shared.words import numbers, periods, vietnamese
from shared.words.audit import Head


def written(head: Head, at: datetime, to: str) -> Mail:
    """The mail to one address. Its id is the same on the whole day, so that mail programs recognise a mail that was sent twice."""
    day, number = periods.local_day(at), numbers.vietnamese(head.number)
    parts = [
        "Kính gửi: Người giữ mã kiểm tra của nhật ký kiểm soát,",
        f"Lúc {vietnamese.time_of_day(at)}, nhật ký kiểm soát của hệ thống Tổng Hợp có {number} mục. Mã kiểm tra của mục cuối:",
        f"{head.number}:{head.hash}",
        "Xin lưu thư này ở ngoài hệ thống. Khi cần biết nhật ký có bị sửa, bị xóa hay không, chạy lệnh:",
        f"tonghop audit verify --head {head.number}:{head.hash}",
        "Nếu một mục bất kỳ từ mục 1 đến mục nêu trên đã bị sửa, bị xóa hoặc bị chuyển chỗ, lệnh nêu mục đó và kết thúc với mã thoát 1."
        " Nếu một ngày không có thư này mà hệ thống vẫn chạy, xin báo cho người quản trị.",
        mail.signature(),
    ]
    subject = f"[Nhật ký kiểm soát] Mã kiểm tra ngày {vietnamese.day(day)}: mục {number}"
    return Mail(mail.hashed(f"audit-head/{day.isoformat()}/{to}"), to, subject, mail.body(parts))
