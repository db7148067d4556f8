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
    # accounts
    "person.bad_login": (
        "Tên đăng nhập “{login}” không hợp lệ. Dùng {least}–{most} chữ cái, chữ số và dấu . _ @ - (không có dấu cách).",
        "The login “{login}” is not valid. Use {least}–{most} letters, digits and . _ @ - (no spaces).",
    ),
    "person.no_name": ("Chưa có họ tên. Hãy ghi họ tên.", "The name is missing. Give the person's name."),
    "person.long_name": ("Họ tên dài quá {most} ký tự. Hãy rút ngắn.", "The name has more than {most} characters. Shorten it."),
    "person.control_character": (
        "Có ký tự điều khiển {character}. Hãy gõ lại.",
        "There is a control character, {character}. Type the text again.",
    ),
    "person.bad_email": ("Địa chỉ thư “{email}” không hợp lệ.", "The mail address “{email}” is not valid."),
    "person.login_taken": (
        "Tên đăng nhập “{login}” đã có người dùng, kể cả tài khoản đã thu hồi. Chọn tên khác.",
        "The login “{login}” is taken, perhaps by an account that was revoked. Choose another one.",
    ),
    "person.unknown": ("Không có tài khoản này. Xem danh sách người dùng.", "There is no such account. See the list of people."),
    "person.revoked": (
        "Tài khoản “{login}” đã bị thu hồi, không sửa được nữa. Thêm tài khoản mới với tên đăng nhập khác.",
        "The account “{login}” was revoked and cannot be changed. Add an account with another login.",
    ),
    "person.not_yours": (
        "Bạn không được xem hoặc sửa tài khoản này: người ấy không có vai trò, hoặc còn vai trò khác, ngoài phạm vi của bạn.",
        "You may not see or change this account: its roles are not, or not all, at the units below yours.",
    ),
    # roles
    "role.own": (
        "Không ai tự cấp vai trò hoặc tự sửa tài khoản của mình ở đây. Nhờ quản trị khác.",
        "Nobody grants a role to himself, or changes his own account here. Ask another operator.",
    ),
    "role.not_yours": (
        "Bạn không được cấp vai trò này. Cán bộ tổng hợp chỉ cấp vai trò cán bộ báo cáo và người xem, trong phạm vi đơn vị của mình.",
        "You may not grant this role. A reviewer grants the roles officer and viewer, at the units below his own.",
    ),
    "role.operator_has_no_unit": (
        "Vai trò quản trị không gắn với đơn vị nào. Bỏ mã đơn vị.",
        "The role operator has no unit. Leave the unit out.",
    ),
    "role.needs_unit": ("Vai trò này phải gắn với một đơn vị. Ghi mã đơn vị.", "This role is at a unit. Give the unit's code."),
    "role.unknown_unit": (
        "Không có đơn vị “{unit}” trong danh mục. Kiểm tra mã đơn vị.",
        "There is no unit “{unit}”. Check the code.",
    ),
    "role.unit_ended": (
        "Đơn vị {unit} đã kết thúc hoạt động từ ngày {day}, không cấp vai trò ở đó nữa. Đơn vị kế thừa: {heir}.",
        "The unit {unit} ended on {day}: no role is granted there. Its heir: {heir}.",
    ),
    "role.unit_not_begun": (
        "Đơn vị {unit} hoạt động từ ngày {day}. Cấp vai trò từ ngày ấy.",
        "The unit {unit} begins on {day}. Grant the role from that day on.",
    ),
    "role.ends_too_early": (
        "Vai trò kết thúc ngày {day}, trước khi có hiệu lực ngày nào. Sửa ngày bắt đầu hoặc ngày kết thúc.",
        "The role ends on {day}, before it holds on any day. Change its first day or its end.",
    ),
    "role.approver_is_officer": (
        "Chỉ cán bộ báo cáo mới được duyệt gửi. Chọn vai trò cán bộ báo cáo, hoặc bỏ đánh dấu duyệt gửi.",
        "Only an officer can approve what is sent. Choose the role officer, or leave out the approval.",
    ),
    "role.already": ("Tài khoản “{login}” đã có vai trò này.", "The account “{login}” has this role already."),
    "role.unknown": (
        "Tài khoản “{login}” không có vai trò này, hoặc vai trò đã bị thu hồi.",
        "The account “{login}” does not have this role, or it was revoked.",
    ),
    "role.no_such_role": ("Không có vai trò “{role}”. Các vai trò: {known}.", "There is no role “{role}”. The roles are: {known}."),
    "role.unit_without_role": (
        "Muốn thu hồi một vai trò ở đơn vị này thì ghi cả --role. Muốn thu hồi cả tài khoản thì bỏ --unit.",
        "To revoke a role at this unit, add --role. To revoke the whole account, leave --unit out.",
    ),
    "role.not_a_day": (
        "Giá trị “{text}” không phải là ngày. Ghi theo ví dụ: 2026-12-31.",
        "The value “{text}” is not a day. Write it like this: 2026-12-31.",
    ),
    # roles that a reform ends
    "move.not_ended": (
        "Không có đơn vị “{unit}” kết thúc trong đợt sắp xếp này. Ghi --to MÃ_CŨ=MÃ_MỚI, mã cũ là mã trước ngày sắp xếp.",
        "No unit “{unit}” ends with this reform. Write --to OLD=NEW; OLD is the code before the reform.",
    ),
    "move.not_an_heir": (
        "Đơn vị “{unit}” không kế thừa {old}. Các đơn vị kế thừa: {known}.",
        "The unit “{unit}” does not follow {old}. The units that follow it: {known}.",
    ),
}
