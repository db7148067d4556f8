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
    # what is unusual about the figures
    "report.unusual": (
        "Số liệu khác xa kỳ trước: {said}. Kiểm tra lại số và đơn vị tính; nếu đúng, gửi lần {next} kèm giải trình (trường notes) cho chỉ"
        " tiêu này.",
        "The figure is far from earlier ones: {said}. Check the number and its unit of measure; if it is right, send revision {next} with"
        " a note for this indicator.",
    ),
    "report.rule": (
        "Số liệu bất thường theo quy tắc “{rule}”: {message}. Kiểm tra lại; nếu đúng, gửi lần {next} kèm giải trình (trường notes) cho một"
        " trong các chỉ tiêu: {codes}.",
        "The figures are unusual by the rule “{rule}”: {message}. Check them; if they are right, send revision {next} with a note for"
        " one of: {codes}.",
    ),
    "report.more_warnings": (
        "Còn {count} lưu ý về số liệu chưa nêu ở đây. Kiểm tra lại cả báo cáo.",
        "There are {count} more warnings about figures that are not listed. Check the whole report.",
    ),
    # regime files
    "regime.unusual_of_number": (
        "Mục unusual chỉ dùng khi kind là quantity hoặc ratio. Bỏ mục này.",
        "The field unusual is allowed only for the kinds quantity and ratio. Remove it.",
    ),
    "regime.unusual_factor": (
        "Mục factor phải lớn hơn 1 và không quá {most}. Sửa lại số.",
        "The field factor is more than 1 and at most {most}. Correct the number.",
    ),
    "regime.unusual_above": ("Mục above không nhận số âm. Sửa lại số.", "The field above is not negative. Correct the number."),
    "regime.unusual_without_earlier": (
        "Chế độ không có kỳ trước cùng độ dài, cũng không có cùng kỳ năm trước, nên không có gì để so sánh. Bỏ unusual.",
        "The regime has no earlier period of the same length to compare with. Remove unusual.",
    ),
    "regime.rule_unreadable": (
        "Mục if phải có dạng A op B: op là <, <=, =, >= hoặc >; A và B là tổng (+) của số và mã chỉ tiêu. Viết lại, với ít nhất một và"
        " nhiều nhất {most} chỉ tiêu, tối đa 500 ký tự.",
        "The field if has the form A op B: op is <, <=, =, >= or >; A and B are sums (+) of numbers and codes. Write it again, with at"
        " least one and at most {most} codes, in at most 500 characters.",
    ),
    "regime.rule_message": (
        "Mục message_vi là một dòng 1–{most} ký tự đọc được. Viết lại.",
        "The field message_vi is one line of 1–{most} visible characters. Write it again.",
    ),
    "regime.too_many_rules": (
        "Chế độ có quá {most} quy tắc trong rules. Bỏ bớt.",
        "The regime has more than {most} rules. Remove some.",
    ),
    "regime.repeated_rule": (
        "Các quy tắc này được nêu hai lần: {ids}. Đặt mã khác hoặc bỏ một lần.",
        "These rules occur twice: {ids}. Rename or remove one of each.",
    ),
    "regime.rule_of_unknown_indicator": (
        "Quy tắc nêu chỉ tiêu không có trong chế độ: {code}. Sửa mã.",
        "The rule names an indicator that the regime does not have: {code}. Correct the code.",
    ),
    "regime.rule_of_no_number": (
        "Quy tắc chỉ dùng chỉ tiêu kiểu quantity hoặc ratio, còn {code} là {kind}. Bỏ chỉ tiêu này.",
        "A rule uses only quantities and ratios, but {code} is a {kind}. Remove it.",
    ),
    "regime.rule_part": (
        "Chỉ tiêu {code} có kind {kind}: tỷ lệ phải kèm .numerator hoặc .denominator, số lượng thì không. Sửa lại.",
        "The indicator {code} has the kind {kind}: a ratio needs .numerator or .denominator, a quantity has none. Correct it.",
    ),
    "regime.rule_never_judged": (
        "Không nhóm nào báo cáo đủ các chỉ tiêu của quy tắc này nên quy tắc không bao giờ được xét. Sửa hoặc bỏ quy tắc.",
        "No group reports all the figures of this rule, so it would never be judged. Correct or remove it.",
    ),
    "regime.no_confirmers": (
        "Không ai chốt bảng tổng hợp của chế độ này nên confirmers không có tác dụng. Bỏ confirmers.",
        "Nobody confirms a view of this regime, so confirmers has no effect. Remove it.",
    ),
    "regime.official_before_reports": (
        "Hạn số chính thức của kỳ {period} đến trước hạn nộp báo cáo của nhóm {group}. Lùi hạn estimates.until.",
        "The official figures of {period} are due before the reports of the group {group}. Set a later estimates.until.",
    ),
    "regime.official_after_next_period": (
        "Hạn số chính thức của kỳ {period} là {day}, sau hạn nộp báo cáo của kỳ sau {next}. Đặt hạn estimates.until sớm hơn.",
        "The official figures of {period} are due on {day}, after the reports of the next period {next}. Set an earlier estimates.until.",
    ),
}
