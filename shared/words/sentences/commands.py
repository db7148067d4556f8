"""Sentences of the command line."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "cli.stopped": ("Lệnh đã dừng theo yêu cầu.", "The command was stopped on request."),
    "cli.server_away": (
        "Máy chủ {server} không trả lời. Chạy `make up`, hoặc kiểm tra địa chỉ {setting}.",
        "No answer from {server}. Run `make up`, or check the address {setting}.",
    ),
    "cli.server_away_in_stack": (
        "Máy chủ {server} không trả lời dù hệ thống đang chạy. Xem `tonghop status`, nhật ký trong {logs} và địa chỉ {setting}.",
        "No answer from {server}, although the stack is running. See `tonghop status`, the logs in {logs} and the address {setting}.",
    ),
    "cli.service_away": (
        "Dịch vụ không trả lời. Chạy `make up`, hoặc xem nhật ký của dịch vụ.",
        "The service does not answer. Run `make up`, or see the log of the service.",
    ),
    "cli.contracts_need_checkout": (
        "Hợp đồng chỉ được sinh trong thư mục mã nguồn, bản đã cài chỉ so sánh được. Thêm --check.",
        "Contracts are written only in a checkout; an installation can only compare them. Add --check.",
    ),
    "cli.contracts_differ": (
        "Các tệp sau khác với mã nguồn: {names}. Chạy `make contracts`.",
        "These files differ from the code: {names}. Run `make contracts`.",
    ),
    # what a command names
    "cli.unknown_unit": (
        "Không có đơn vị {units} trong danh mục. Kiểm tra mã đơn vị.",
        "There is no unit {units}. Check the code.",
    ),
    "cli.unknown_regime": (
        "Không có chế độ báo cáo “{regime}”. Các chế độ đã nạp: {known}.",
        "There is no regime “{regime}”. The loaded regimes are: {known}.",
    ),
    "cli.unknown_regime_of_product": (
        "Không có chế độ báo cáo “{regime}”. MongoDB không trả lời hoặc chưa có gì, nên đã tìm trong các tệp kèm theo: {known}.",
        "There is no regime “{regime}”. MongoDB does not answer or is empty, so the product's own files were searched: {known}.",
    ),
    "cli.regime_on_call": (
        "Chế độ {regime} là báo cáo đột xuất: cơ quan nhận báo cáo ({recipient}) mở từng kỳ và ấn định hạn bằng `tonghop periods open`."
        " Xem hạn đã ấn định bằng `tonghop duties list`.",
        "The regime {regime} is on call: its recipient ({recipient}) opens each period with a deadline by `tonghop periods open`. See the"
        " deadlines that are set with `tonghop duties list`.",
    ),
    "cli.regime_without_deadlines": (
        "Chế độ {regime} lấy số liệu từ chế độ {source} nên không có hạn riêng. Xem lịch của chế độ {source}.",
        "The regime {regime} is derived from {source}, so it has no deadlines of its own. See the calendar of {source}.",
    ),
    "cli.no_period_of_year": (
        "Chế độ {regime} không có kỳ nào của năm {year}. Chọn --year trong: {years}.",
        "The regime {regime} has no period in the year {year}. Choose --year from: {years}.",
    ),
    "cli.not_an_instant": (
        "Giá trị “{text}” không phải là thời điểm có múi giờ. Ghi theo ví dụ: 2026-12-18T08:00:00+07:00.",
        "The value “{text}” is not an instant with an offset. Write it like this: 2026-12-18T08:00:00+07:00.",
    ),
    "cli.not_a_day_or_instant": (
        "Giá trị “{text}” không phải là ngày hoặc thời điểm có múi giờ. Ghi theo ví dụ: 2026-07-15, hoặc 2026-07-15T17:00:00+07:00.",
        "The value “{text}” is neither a day nor an instant with an offset. Write it like this: 2026-07-15, or 2026-07-15T17:00:00+07:00.",
    ),
    "cli.year_out_of_range": (
        "Thời điểm “{text}” nằm ngoài các năm từ {first} đến {last}. Kiểm tra lại năm.",
        "The instant “{text}” is outside the years {first} to {last}. Check the year.",
    ),
    "cli.not_a_view": (
        "Giá trị “{text}” không có dạng chế độ/kỳ/đơn vị. Ghi theo ví dụ: ct27-van-quan/2026/184.",
        "The value “{text}” does not have the form regime/period/unit. Write it like this: ct27-van-quan/2026/184.",
    ),
    "cli.corrects_with_reason": (
        "Hai tùy chọn --corrects và --reason phải dùng cùng nhau. Thêm tùy chọn còn thiếu.",
        "The options --corrects and --reason belong together. Add the missing one.",
    ),
    # answers
    "cli.not_accepted": (
        "Sự kiện không được tiếp nhận nên không có gì thay đổi. Lý do được nêu ở các dòng dưới.",
        "The event was not accepted, so nothing has changed. The lines below give the reasons.",
    ),
    "cli.no_mail_address": (
        "Đơn vị {unit} chưa có địa chỉ thư điện tử nên không gửi được thư thử. Nạp đầu mối bằng `tonghop contacts import`.",
        "The unit {unit} has no e-mail address, so no trial mail can be sent. Add contacts with `tonghop contacts import`.",
    ),
    "cli.period_not_counted": (
        "Nhật ký có {count} sự kiện của kỳ này mà không bảng tổng hợp nào tính. Nạp chế độ có kỳ này bằng `tonghop regimes load`, rồi xem"
        " `tonghop verify`.",
        "The log has {count} events of this period that no view counts. Load the regime with this period by `tonghop regimes load`, then"
        " see `tonghop verify`.",
    ),
    "cli.regime_has_derived": (
        "Không bỏ được chế độ này vì {derived} được tính từ nó. Bỏ các chế độ ấy trước.",
        "This regime cannot be removed, because {derived} are derived from it. Remove those first.",
    ),
    "cli.regime_has_events": (
        "Không bỏ được chế độ này vì đã tiếp nhận {count} sự kiện. Giữ nguyên chế độ.",
        "This regime cannot be removed, because {count} of its events were accepted. Keep it.",
    ),
    # the demo
    "demo.yes_without_remove": (
        "Tùy chọn --yes chỉ dùng cùng --remove. Bỏ --yes hoặc thêm --remove.",
        "The option --yes is allowed only with --remove. Leave it out or add --remove.",
    ),
    "demo.stack_not_running": (
        "Hệ thống chưa chạy. Chạy `make up` trước.",
        "The stack is not running. Run `make up` first.",
    ),
    "demo.without_reforms": (
        "Hệ thống này chưa áp dụng các đợt sắp xếp của năm 2025, mà số liệu mẫu đi qua các đợt ấy. Chạy `tonghop reform apply`.",
        "This system has not applied the reforms of 2025, which the sample data go through. Run `tonghop reform apply`.",
    ),
    "demo.elsewhere": (
        "Địa chỉ TONGHOP_NATS_URL hoặc TONGHOP_MONGO_URL trỏ đến nơi khác, mà số liệu mẫu chỉ vào hệ thống của `make up`. Bỏ các thiết"
        " đặt này.",
        "TONGHOP_NATS_URL or TONGHOP_MONGO_URL points elsewhere, but sample data go only into the stack of `make up`. Remove these"
        " settings.",
    ),
    "demo.services_behind": (
        "Các dịch vụ chưa xử lý xong số liệu mẫu. Xem `tonghop status`.",
        "The services have not processed the sample data yet. See `tonghop status`.",
    ),
    "demo.remove_elsewhere": (
        "Lệnh này chỉ xóa số liệu mẫu của hệ thống do `make up` chạy trên máy này. Nơi chạy bằng container, khi nhật ký chỉ có sự kiện mẫu:"
        " docker compose down --volumes, rồi docker compose up -d.",
        "This command removes sample data only from the stack that `make up` runs on this machine. With containers, when the log has only"
        " sample events: docker compose down --volumes, then docker compose up -d.",
    ),
    "demo.not_confirmed": (
        "Chưa xóa gì vì chưa được đồng ý. Để không phải trả lời, thêm --yes.",
        "Nothing was removed, because nobody agreed. Add --yes to answer in advance.",
    ),
    "demo.other_events": (
        "Không xóa gì vì hệ thống này không chỉ có số liệu mẫu. Các sự kiện khác: {events}.",
        "Nothing was removed, because this system has more than sample data. Other events: {events}.",
    ),
    "import.no_received_at": (
        "Không đọc được thời điểm đã nhận “{text}”. Biểu Excel cần --received-at, ví dụ 10/12/2024 hoặc 2024-12-10T09:30:00+07:00.",
        "No time of receipt: “{text}”. A workbook needs --received-at, for example 10/12/2024 or 2024-12-10T09:30:00+07:00.",
    ),
    "import.other_period": (
        "Dòng này thuộc kỳ “{found}”, lệnh ghi --period {period}. Chia tệp theo kỳ.",
        "This line is about the period “{found}”, the command says --period {period}. Split the file by period.",
    ),
    "import.not_screened": (
        "Mới có kết quả {done}/{all} sự kiện và ingest không làm tiếp. Xem `tonghop status`, rồi chạy lại lệnh: sự kiện đã nhập không bị"
        " nhập hai lần.",
        "Only {done} of {all} events have a verdict, and ingest makes no progress. Look at `tonghop status`, then run the command again:"
        " no event is imported twice.",
    ),
    "import.not_folded": (
        "Bảng tổng hợp chưa có các báo cáo vừa nhập nên chưa chốt được. Xem `tonghop status`, rồi chạy lại lệnh.",
        "The view does not have the imported reports yet, so it cannot be confirmed. Look at `tonghop status`, then run the command again.",
    ),
}
