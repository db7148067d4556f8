"""Sentences about TLS: where it is required, and what is wrong with a certificate."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "setting.tls_required": (
        "Địa chỉ {address} nhận kết nối từ máy khác nên bắt buộc phải có TLS. Chạy `tonghop tls init` hoặc dùng chứng thư của cơ quan, rồi"
        " đặt TONGHOP_TLS_CERT và TONGHOP_TLS_KEY; nếu chỉ dùng trên máy này, đặt 127.0.0.1.",
        "The address {address} takes connections from other machines, so TLS is required. Run `tonghop tls init` or use the agency's"
        " certificate, then set TONGHOP_TLS_CERT and TONGHOP_TLS_KEY; for use on this machine alone, set 127.0.0.1.",
    ),
    "setting.tls_server_required": (
        "Máy chủ {hosts} không ở trên máy này nên bắt buộc phải kết nối bằng TLS. Ghi theo ví dụ: {example}.",
        "The server {hosts} is not on this machine, so the connection needs TLS. Write it like this: {example}.",
    ),
    "setting.tls_weakened": (
        "Tùy chọn {name} làm cho chứng thư của máy chủ không được kiểm tra. Bỏ tùy chọn này.",
        "The option {name} leaves the server's certificate unchecked. Remove the option.",
    ),
    "tls.unreadable": (
        "Tệp {file} không có, không đọc được, có mật khẩu, hoặc không phải là chứng thư hay khóa dạng PEM. Kiểm tra tệp và quyền đọc.",
        "The file {file} is missing, cannot be read, is encrypted, or is no certificate or key in PEM. Check the file and its permissions.",
    ),
    "tls.other_key": (
        "Khóa trong {file} không phải là khóa của chứng thư. Dùng đúng cặp chứng thư và khóa.",
        "The key in {file} is not the key of the certificate. Use a certificate and a key that belong together.",
    ),
    "tls.expired": (
        "Chứng thư {file} đã hết hạn ngày {day}. Chạy `tonghop tls renew`, hoặc xin cơ quan cấp chứng thư mới, rồi khởi động lại.",
        "The certificate {file} has expired on {day}. Run `tonghop tls renew`, or ask the agency for a new one, then start again.",
    ),
    "tls.not_valid_yet": (
        "Chứng thư {file} chỉ có hiệu lực từ ngày {day}. Kiểm tra đồng hồ của máy.",
        "The certificate {file} is valid only from {day}. Check the clock of the machine.",
    ),
    "tls.ends_soon": (
        "Chứng thư của dịch vụ còn {days} ngày. Chạy `tonghop tls renew`, hoặc xin cơ quan cấp chứng thư mới, rồi khởi động lại dịch vụ.",
        "The certificate of the service ends in {days} days. Run `tonghop tls renew`, or ask the agency for a new one, then restart the"
        " service.",
    ),
    "tls.not_a_host": (
        "Giá trị “{text}” không phải là tên máy hay địa chỉ IP. Ghi theo ví dụ: bao-cao.tinh.gov.vn hoặc 10.0.0.7.",
        "The value “{text}” is not a host name or an IP address. Write it like this: bao-cao.tinh.gov.vn or 10.0.0.7.",
    ),
    "tls.name_taken": (
        "Tên chứng thư {name} bị trùng hoặc dành cho CA. Đặt tên khác trước dấu “=”.",
        "The name {name} is used twice, or is that of the authority. Write another name before “=”.",
    ),
    "tls.no_authority": (
        "Thư mục không có CA của hệ thống, hoặc thiếu hay hỏng ca.key, ca/ca.crt. Chép lại đúng tệp; `tonghop tls init` không"
        " thay CA đã có.",
        "The folder has no authority of the installation, or ca.key or ca/ca.crt is missing or damaged. Put the right files back;"
        " `tonghop tls init` never replaces an authority.",
    ),
    "tls.outside_authority": (
        "CA này không được ký cho {hosts}. Dùng tên khác, hoặc tạo CA mới bằng `tonghop tls init --out` với thư mục khác và cho các máy tin"
        " cậy CA đó.",
        "This authority may not sign for {hosts}. Use other names, or make a new authority in another folder (`tonghop tls init --out`)"
        " that the machines then have to trust.",
    ),
    "tls.not_written": (
        "Không ghi được vào thư mục này ({detail}). Kiểm tra quyền ghi.",
        "This folder cannot be written to ({detail}). Check its permissions.",
    ),
    "nats.certificate_refused": (
        "Chứng thư của NATS không được chấp nhận ({detail}). Kiểm tra TONGHOP_TLS_CA, tên máy trong TONGHOP_NATS_URL và hạn của chứng thư.",
        "The certificate of NATS is not accepted ({detail}). Check TONGHOP_TLS_CA, the host in TONGHOP_NATS_URL, and when it expires.",
    ),
    "nats.not_encrypted": (
        "NATS không dùng TLS nhưng TONGHOP_NATS_URL yêu cầu TLS. Cấu hình máy chủ theo deploy/nats/cluster.conf.",
        "NATS does not use TLS, but TONGHOP_NATS_URL asks for it. Configure the server as in deploy/nats/cluster.conf.",
    ),
    "mongo.certificate_refused": (
        "Chứng thư của MongoDB không được chấp nhận ({detail}). Kiểm tra tlsCAFile, tên máy trong TONGHOP_MONGO_URL và hạn của chứng thư.",
        "The certificate of MongoDB is not accepted ({detail}). Check tlsCAFile, the host in TONGHOP_MONGO_URL, and when it expires.",
    ),
}
