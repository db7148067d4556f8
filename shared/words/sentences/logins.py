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
    "identity.login_failed": (
        "Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng. Kiểm tra rồi nhập lại.",
        "Login, password or one-time code is wrong. Check them and try again.",
    ),
    "identity.login_delayed": (
        "Có nhiều lần đăng nhập sai. Chờ {seconds} giây rồi nhập lại; mật khẩu đúng vẫn đăng nhập được.",
        "There were many failed logins. Wait {seconds} seconds and try again; the right password still works.",
    ),
    "identity.login_expired": (
        "Lần đăng nhập này đã hết thời gian, hoặc tài khoản vừa thay đổi. Đăng nhập lại từ đầu.",
        "This login took too long, or the account has just changed. Log in again from the beginning.",
    ),
    "identity.wrong_code": (
        "Mã xác thực không đúng. Chờ ứng dụng hiện mã mới rồi nhập lại; kiểm tra đồng hồ của điện thoại.",
        "The one-time code is wrong. Wait for the next code and try again; check the clock of the telephone.",
    ),
    "identity.passwords_differ": (
        "Hai lần nhập mật khẩu mới không giống nhau. Nhập lại cả hai.",
        "The two new passwords are not the same. Type both again.",
    ),
    "identity.same_password": (
        "Mật khẩu mới phải khác mật khẩu hiện tại. Chọn mật khẩu khác.",
        "The new password must not be the present one. Choose another one.",
    ),
    "identity.wrong_password": (
        "Mật khẩu hiện tại không đúng. Nhập lại.",
        "The present password is wrong. Type it again.",
    ),
    "identity.codes_required": (
        "Cơ quan yêu cầu mã xác thực với vai trò của tài khoản này nên không tắt được.",
        "The agency requires one-time codes for the roles of this account, so they stay on.",
    ),
    "identity.provider_setting": (
        "Giá trị thiếu hoặc không được phép. Cần đủ mã và bí mật của ứng dụng; cả ba địa chỉ hoặc không địa chỉ nào; https; scope có "
        "openid; chữ ký bằng khóa công khai.",
        "This value is missing or not allowed. Set client id and secret; all three endpoints or none; https; the scope openid; signatures "
        "with a public key.",
    ),
    "identity.provider_state": (
        "Lần đăng nhập này không bắt đầu từ trình duyệt này, đã dùng rồi hoặc quá 10 phút. Đăng nhập lại từ đầu.",
        "This login did not begin in this browser, was used before, or took more than 10 minutes. Log in again from the beginning.",
    ),
    "identity.provider_refused": (
        "Nhà cung cấp đăng nhập không xác nhận được người đăng nhập. Đăng nhập lại; nếu vẫn vậy, báo quản trị hệ thống.",
        "The provider did not confirm who has logged in. Log in again; if it happens again, inform the operators.",
    ),
    "identity.provider_away": (
        "Nhà cung cấp đăng nhập chưa trả lời. Thử lại sau ít phút, hoặc đăng nhập bằng mật khẩu.",
        "The provider of logins does not answer. Try again in a few minutes, or log in with a password.",
    ),
    "identity.not_bound": (
        "Tài khoản này chưa được liên kết với người nào ở đây. Đề nghị quản trị hệ thống hoặc cán bộ tổng hợp của đơn vị cấp trên gửi lời "
        "mời.",
        "This account is not bound to anybody here. Ask an operator, or the reviewer of the unit above, for an invitation.",
    ),
    "identity.invitation_used": (
        "Lời mời này không tồn tại, đã dùng hoặc quá 7 ngày. Đề nghị người đã mời gửi lời mời mới.",
        "This invitation does not exist, was used, or is older than 7 days. Ask for a new one.",
    ),
    "identity.form_not_kept": (
        "Phiên đăng nhập đã hết nên biểu mẫu chưa được gửi, và nội dung không giữ lại được. Đăng nhập rồi nhập lại.",
        "The session has ended, so the form was not sent and could not be kept. Log in and fill it in again.",
    ),
}
