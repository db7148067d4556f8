"""Sentences about what a report says beside its figures: notes, estimates, who entered it, and what is unusual about its figures."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # notes
    "report.note_too_long": (
        "Giải trình dài {size} ký tự, giới hạn là {most} ký tự. Rút gọn.",
        "The note has {size} characters; the limit is {most}. Shorten it.",
    ),
    "report.note_blank": (
        "Giải trình không có chữ nào đọc được. Ghi nội dung, hoặc bỏ mục này.",
        "The note has no text that can be read. Write one, or remove this entry.",
    ),
    # estimates
    "report.unknown_status": (
        "Trạng thái của số liệu chỉ có thể là “estimate” (số ước). Ghi “estimate”, hoặc bỏ mục này nếu là số chính thức.",
        "The status of a figure can only be “estimate”. Write “estimate”, or remove this entry if the figure is official.",
    ),
    "report.status_without_value": (
        "Báo cáo đánh dấu số ước cho một chỉ tiêu không có giá trị. Ghi giá trị trong “values”, hoặc bỏ mục này.",
        "The report marks an indicator as an estimate but has no value for it. Add the value to “values”, or remove this entry.",
    ),
    "report.estimates_not_taken": (
        "Chế độ “{regime}” không nhận số ước. Gửi số chính thức và bỏ “status”.",
        "The regime “{regime}” takes no estimates. Send official figures and remove “status”.",
    ),
    "report.estimate_too_late": (
        "Số ước chỉ được nhận trước {until}; báo cáo này nhận lúc {received}. Gửi số chính thức và bỏ “status”.",
        "Estimates are accepted only before {until}; this report was received at {received}. Send official figures and remove “status”.",
    ),
    # who entered it
    "event.enteredby_forbidden": (
        "Phần mềm của đơn vị không được ghi đơn vị nhập thay: chỉ trang web của hệ thống được ghi. Bỏ trường “enteredby” rồi gửi với mã"
        " sự kiện mới.",
        "A unit's software cannot say which unit entered a report: only the system's own pages can. Leave out “enteredby” and send under"
        " a new event id.",
    ),
    "event.entered_no_report": (
        "Chỉ nhập thay được báo cáo ({type}). Bỏ trường “enteredby”, hoặc để đơn vị tự làm việc này.",
        "Only a report ({type}) can be entered for another unit. Leave out “enteredby”, or let the unit do this itself.",
    ),
    "event.entered_and_imported": (
        "Một sự kiện không thể vừa là nhập thay vừa là nhập lại. Bỏ “enteredby”, hoặc bỏ “receivedat” và “imported”.",
        "An event cannot be both entered for a unit and imported. Leave out “enteredby”, or “receivedat” and “imported”.",
    ),
    "event.entered_by_person": (
        "Chỉ người dùng của trang web được nhập thay. Ghi mã người dùng vào “actor”, hoặc bỏ “enteredby”.",
        "Only a person of the portal may enter a report for a unit. Set “actor” to the id of a person, or leave out “enteredby”.",
    ),
    "event.entered_for_itself": (
        "Đơn vị nhập thay trùng với đơn vị gửi. Bỏ “enteredby”: đơn vị tự gửi báo cáo của mình.",
        "The unit that entered the report is its sender. Leave out “enteredby”: the unit sends its own report.",
    ),
    "report.entering_not_allowed": (
        "Chế độ “{regime}” không cho nhập thay. Để đơn vị tự gửi báo cáo.",
        "Nobody may enter a report for a unit in the regime “{regime}”. Let the unit send its report itself.",
    ),
    "report.may_not_enter": (
        "Đơn vị “{entered_by}” không được nhập thay báo cáo của đơn vị “{unit}”: chế độ chỉ cho {who}. Nhờ một trong các đơn vị ấy nhập.",
        "The unit “{entered_by}” may not enter the report of the unit “{unit}”: the regime allows only {who}. Ask one of them to enter it.",
    ),
}
