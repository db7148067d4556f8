"""Sentences about regime files. The path names file, line and field."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "regime.estimates_on_call": (
        "Chế độ báo cáo đột xuất (on_call) không nhận số ước. Bỏ “estimates”.",
        "A regime on call takes no estimates. Remove “estimates”.",
    ),
    # a field, or fields that belong together
    "regime.level_or_units": (
        "Nhóm phải nêu hoặc level hoặc units. Giữ một mục.",
        "A group names either level or units. Keep exactly one.",
    ),
    "regime.level_or_recipient": (
        "Mục confirm phải nêu hoặc level hoặc recipient: true. Giữ một mục.",
        "An entry of confirm names either level or recipient: true. Keep exactly one.",
    ),
    "regime.confirmed_twice": (
        "Mục confirm nêu hai lần: {names}. Mỗi cấp hoặc cơ quan nhận chỉ chốt một lần; giữ một mục.",
        "The list confirm names twice: {names}. Each level, and the recipient, confirms once; keep one entry.",
    ),
    "regime.changes_in_order": (
        "Các mục changes phải xếp theo ngày from tăng dần, mỗi ngày một mục. Xếp lại hoặc gộp các mục.",
        "The entries of changes must be in the order of their day (from), one for each day. Sort or merge them.",
    ),
    "regime.change_of_unknown_indicator": (
        "Mục changes nêu chỉ tiêu không có trong chế độ: {codes}. Sửa mã hoặc bỏ.",
        "An entry of changes names indicators that the regime does not have: {codes}. Correct the code or remove it.",
    ),
    "regime.change_of_nothing": (
        "Mục changes này không thay đổi gì. Nêu mục được thay, hoặc bỏ.",
        "This entry of changes changes nothing. Name what changes, or remove it.",
    ),
    "regime.change_of_no_period": (
        "Không kỳ nào được nêu có ngày thuộc thời gian của mục changes này. Sửa ngày from, thêm kỳ, hoặc bỏ mục.",
        "No period of the regime has a day on which this entry of changes is in force. Correct from, add a period, or remove the entry.",
    ),
    "regime.change_after_end": (
        "Chế độ đã kết thúc ngày {day} theo trường ends nên mục changes này không có tác dụng. Sửa ngày, hoặc bỏ mục.",
        "The regime ends on {day} by its field ends, so this entry of changes has no effect. Correct a day, or remove the entry.",
    ),
    "regime.ends_before_first_period": (
        "Chế độ kết thúc trước ngày chốt số liệu đầu tiên {day} nên không có kỳ nào. Sửa ends hoặc periods.",
        "The regime ends before its first cut-off {day}, so it has no period. Correct ends or periods.",
    ),
    "regime.recipient_without_view": (
        "Cơ quan nhận chốt bảng tổng hợp của on_behalf_of, nếu không có thì của within; chế độ không có cả hai. Thêm một mục.",
        "The recipient confirms the view of on_behalf_of, otherwise of within; the regime has neither. Add one of them.",
    ),
    "regime.change_of_on_call": (
        "Chế độ không chuyển được giữa báo cáo định kỳ và báo cáo đột xuất. Ghi ends để kết thúc chế độ này, rồi lập chế độ mới.",
        "A regime cannot change between fixed deadlines and on call. End this regime with ends, and write a new one.",
    ),
    "regime.one_day": (
        "Hạn phải nêu đúng một trong before, by, once, after_cut_off, day_of_next_month, after. Giữ một mục.",
        "A deadline names exactly one of before, by, once, after_cut_off, day_of_next_month, after. Keep one.",
    ),
    "regime.days_or_working_days": (
        "Mục after_cut_off phải nêu hoặc days hoặc working_days. Giữ một mục.",
        "The field after_cut_off names either days or working_days. Keep exactly one.",
    ),
    "regime.working_days_after_group": (
        "Mục working_days bên cạnh hạn phải đi cùng after. Thêm mục còn thiếu hoặc bỏ mục này.",
        "The fields after and working_days of a deadline belong together. Add the missing one or remove both.",
    ),
    "regime.inclusive_of_counted_day": (
        "Mục inclusive không dùng cùng before, by, once: before không tính ngày hạn, by và once có tính. Bỏ mục này.",
        "The field inclusive is not used with before, by, once: before excludes its day, by and once include it. Remove it.",
    ),
    "regime.after_unknown_group": (
        "Mục after nêu nhóm “{name}” không có hạn. Chọn một trong: {groups}.",
        "The field after names the group “{name}”, which has no deadline. Choose from: {groups}.",
    ),
    "regime.after_in_circle": (
        "Các hạn chờ nhau theo vòng: {groups}. Cho một nhóm hạn riêng.",
        "The deadlines wait for each other: {groups}. Give one group a deadline of its own.",
    ),
    "regime.cumulative_of_sum": (
        "Mục cumulative (lũy kế) chỉ dùng cho tỷ lệ và số lượng được cộng (aggregation là sum). Bỏ mục này.",
        "The field cumulative is allowed only for ratios and for quantities with the aggregation sum. Remove it.",
    ),
    "regime.deadlines_or_on_call": (
        "Nghĩa vụ phải nêu hoặc deadlines hoặc on_call. Giữ một mục.",
        "An obligation names either deadlines or on_call. Keep exactly one.",
    ),
    "regime.options_of_choice": (
        "Mục options phải có khi kind là choice và chỉ dùng khi đó. Sửa options hoặc kind.",
        "The field options is required for the kind choice and allowed only there. Correct options or kind.",
    ),
    "regime.aggregation_of_quantity": (
        "Mục aggregation chỉ dùng khi kind là quantity. Bỏ mục này.",
        "The field aggregation is allowed only for the kind quantity. Remove it.",
    ),
    "regime.too_many_decimals": (
        'Số {text} có quá {most} chữ số thập phân; dấu chấm là dấu thập phân. Nếu là một nghìn, ghi "1000".',
        'The number {text} has more than {most} decimals; the point is the decimal sign. Write a thousand as "1000".',
    ),
    "regime.min_above_max": ("Giá trị min lớn hơn max. Sửa một trong hai.", "The value min is larger than max. Correct one of them."),
    "regime.unknown_calendar": (
        "Mục calendar là year, report_year hoặc ngày chốt dạng MM-DD. Chọn một trong ba.",
        "The field calendar is year, report_year or a cut-off day MM-DD. Choose one of the three.",
    ),
    "regime.no_period": (
        "Chưa nêu kỳ nào nên không có báo cáo nào. Nêu ít nhất một kỳ.",
        "No period is named, so there are no reports. Name at least one period.",
    ),
    "regime.no_such_period": (
        "Giá trị “{period}” không phải là kỳ của lịch {calendar}. Sửa kỳ hoặc calendar.",
        "The value “{period}” is not a period of the calendar {calendar}. Correct the period or calendar.",
    ),
    "regime.no_period_range": (
        'Khoảng kỳ phải có from và to là hai kỳ cùng độ dài, from không sau to, như from: "2026-01", to: "2030-12". Sửa lại.',
        'A range has from and to, two periods of one length in order, as in from: "2026-01", to: "2030-12". Correct it.',
    ),
    "regime.not_every_year": (
        "Không có ngày {day}, hoặc không phải năm nào cũng có ngày này. Chọn ngày khác.",
        "The day {day} does not exist, or not in every year. Choose another one.",
    ),
    "regime.reporters_missing": (
        "Chế độ thiếu reporters hoặc obligation. Thêm mục còn thiếu.",
        "The regime lacks reporters or obligation. Add what is missing.",
    ),
    "regime.repeated_indicator": (
        "Các chỉ tiêu này được nêu hai lần: {codes}. Bỏ một lần.",
        "These indicators occur twice: {codes}. Remove one of each.",
    ),
    "regime.repeated_id": (
        "Các chế độ này được nêu hai lần: {ids}. Bỏ một lần.",
        "These regimes occur twice: {ids}. Remove one of each.",
    ),
    "regime.any_period_on_call": (
        "Giá trị any của periods chỉ dùng cùng on_call. Nêu các kỳ.",
        "The value any of periods is allowed only with on_call. Name the periods.",
    ),
    "regime.deadlines_of_groups": (
        "Mục deadlines phải nêu đúng các nhóm của reporters: {groups}. Thêm hoặc bỏ cho khớp.",
        "The field deadlines names exactly the groups of reporters: {groups}. Add or remove some.",
    ),
    "regime.asked_of_unknown": (
        "Mục asked nêu nhóm hoặc đơn vị không có: {unknown}. Chọn trong: {known}.",
        "The field asked names groups or units that do not exist: {unknown}. Choose from: {known}.",
    ),
    # a derived regime
    "regime.derived_has_own": (
        "Chế độ dẫn xuất không có reporters, obligation, indicators riêng. Bỏ các mục ấy.",
        "A derived regime has no reporters, obligation or indicators of its own. Remove them.",
    ),
    "regime.unknown_source": (
        "Không có chế độ nguồn “{source}”, hoặc chế độ ấy cũng là dẫn xuất. Sửa derived_from.",
        "There is no source regime “{source}”, or it is derived too. Correct derived_from.",
    ),
    "regime.unknown_derived_groups": (
        "Chế độ nguồn không có các nhóm này: {names}. Sửa derived_groups.",
        "The source regime does not have these groups: {names}. Correct derived_groups.",
    ),
    "regime.unknown_derived_indicators": (
        "Chế độ nguồn không có các chỉ tiêu này: {codes}. Sửa derived_indicators.",
        "The source regime does not have these indicators: {codes}. Correct derived_indicators.",
    ),
    "regime.only_derived": (
        "Mục này chỉ dùng cùng derived_from. Bỏ mục này.",
        "This field is allowed only with derived_from. Remove it.",
    ),
    "regime.taken_from_source": (
        "Mục này lấy từ chế độ nguồn {source}. Bỏ mục này.",
        "This field is taken from the source regime {source}. Remove it.",
    ),
    "regime.no_derived_group": (
        "Chưa nêu nhóm nào của chế độ nguồn nên không có đơn vị nào. Nêu ít nhất một nhóm.",
        "No group of the source regime is named, so there are no units. Name at least one group.",
    ),
    "regime.narrative_not_in_source": (
        "Chế độ nguồn {source} không có mục thuyết minh này nên không đơn vị nào gửi. Bỏ mục này.",
        "The source regime {source} has no such narrative, so no unit sends it. Remove it.",
    ),
    "regime.indicator_of_no_derived_group": (
        "Chỉ tiêu {code} không giao cho nhóm nào của derived_groups. Bỏ chỉ tiêu, hoặc thêm nhóm.",
        "The indicator {code} is asked of no group of derived_groups. Remove it, or add a group.",
    ),
    # files together, and with what is stored
    "regime.in_two_files": (
        "Chế độ “{regime}” đã có ở tệp {other}. Bỏ một tệp.",
        "The regime “{regime}” is in the file {other} too. Remove one file.",
    ),
    "regime.file_name_differs": (
        "Mã “{regime}” khác tên tệp. Đổi tên tệp thành {regime}.yaml hoặc sửa id.",
        "The id “{regime}” differs from the file's name. Rename the file {regime}.yaml or correct the id.",
    ),
    "regime.would_hide_reports": (
        "Tệp {what} {codes}, nên {count} báo cáo đã tiếp nhận sẽ không còn được hiển thị, toàn bộ hoặc một phần. Ghi lại mục đã bỏ, hoặc"
        " nạp bằng `tonghop regimes load --yes` nếu đúng là muốn bỏ.",
        "The file {what} {codes}, so {count} accepted reports would no longer be shown, wholly or in part. Put back what was removed, or"
        " load the file by `tonghop regimes load --yes` if that is what you want.",
    ),
    "regime.meaning_changed": (
        "Chỉ tiêu đã được nạp với kind {kind}, decimals {decimals}; hai mục này không đổi được. Đặt mã mới cho chỉ tiêu.",
        "The indicator was loaded with kind {kind}, decimals {decimals}; these cannot be changed. Give it a new code.",
    ),
    "regime.unknown_unit": (
        "Không có đơn vị “{code}” trong danh mục. Kiểm tra mã đơn vị.",
        "There is no unit “{code}”. Check its code.",
    ),
    "regime.no_units_imported": (
        "Danh mục đơn vị còn trống nên không có “{code}”. Chạy `tonghop units import` trước.",
        "No units are imported yet, so there is no “{code}”. Run `tonghop units import` first.",
    ),
    # what would have no effect
    "regime.blank_label": (
        "Mục này không có chữ nào đọc được. Ghi tên mà người đọc thấy được.",
        "This field has no text that can be read. Write a name that people can see.",
    ),
    "regime.repeated_value": ("Giá trị “{value}” được nêu hai lần. Bỏ một lần.", "The value “{value}” occurs twice. Remove one."),
    "regime.kind_without_level": (
        "Mục kind chỉ dùng cùng level, còn nhóm này đã nêu units. Bỏ kind.",
        "The field kind is allowed only with level, but this group names units. Remove kind.",
    ),
    "regime.unit_in_two_groups": (
        "Các đơn vị này cũng ở nhóm khác: {codes}. Mỗi đơn vị chỉ ở một nhóm.",
        "These units are in another group too: {codes}. Keep each unit in one group.",
    ),
    "regime.unit_in_group": (
        "Đơn vị “{code}” đã ở nhóm {group}. Mỗi đơn vị chỉ ở một nhóm.",
        "The unit “{code}” is in the group {group} already. Keep each unit in one group.",
    ),
    "regime.unused_by_kind": (
        "Mục này không có tác dụng khi kind là {kind}. Bỏ mục này.",
        "This field has no effect for the kind {kind}. Remove it.",
    ),
    "regime.no_value_allowed": (
        "Giá trị min lớn đến mức không số nào nộp được với decimals này. Giảm min hoặc decimals.",
        "The value min is so large that no figure could be reported with these decimals. Lower min or decimals.",
    ),
    "regime.percent_above_100": (
        "Mục tiêu này là phần trăm nên không lớn hơn 100. Sửa lại số.",
        "This goal is a percentage, so it is at most 100. Correct the number.",
    ),
    "regime.due_before_period": (
        "Hạn này đã qua khi kỳ {period} bắt đầu, ngày {day}. Sửa hạn hoặc kỳ.",
        "This deadline has passed when the period {period} begins, on {day}. Correct the deadline or the period.",
    ),
    "regime.no_working_day_left": (
        "Kỳ {period} phải có ít nhất một ngày làm việc sau ngày chốt số liệu {day}, theo NĐ 09/2019/NĐ-CP. Lùi hạn gửi báo cáo.",
        "The period {period} needs at least one working day after the cut-off {day} (decree 09/2019). Set a later deadline.",
    ),
    "regime.no_working_day_after_group": (
        "Kỳ {period}: hạn này phải để lại ít nhất một ngày làm việc sau hạn của nhóm “{group}”. Tăng working_days, hoặc lùi hour.",
        "Period {period}: this deadline must leave at least one working day after that of the group “{group}”. Raise working_days, or set a"
        " later hour.",
    ),
    "regime.due_too_late": (
        "Hạn của kỳ {period} là ngày {day}, quá lâu sau ngày chốt số liệu. Đặt hạn muộn nhất vào ngày {latest}.",
        "The deadline of the period {period} is {day}, too long after the cut-off. Set a day up to {latest}.",
    ),
    "regime.due_after_next_period": (
        "Hạn của kỳ {period} là ngày {day}, sau khi kỳ tiếp theo {next} đã kết thúc. Dùng after_cut_off hoặc day_of_next_month cho kỳ"
        " ngắn hơn một năm.",
        "The deadline of the period {period} is {day}, after the end of the next period {next}. Use after_cut_off or day_of_next_month for"
        " periods shorter than a year.",
    ),
    "regime.one_date_for_all_periods": (
        "Một ngày cụ thể không thể là hạn của nhiều kỳ ({first}, {other}…). Ghi hạn dạng MM-DD, after_cut_off hoặc day_of_next_month.",
        "One full date cannot be the deadline of several periods ({first}, {other}…). Write MM-DD, after_cut_off or day_of_next_month.",
    ),
    "regime.no_such_day_in_month": (
        "Kỳ {period}: tháng {month} không có ngày {day}. Chọn ngày khác.",
        "Period {period}: there is no day {day} in the month {month}. Choose another day.",
    ),
    "regime.confirmed_before_reported": (
        "Hạn chốt của kỳ {period} trước hạn gửi báo cáo. Lùi hạn chốt.",
        "The views of the period {period} are to be confirmed before the reports are due. Set a later day in confirm.",
    ),
    "regime.days_out_of_range": (
        "Giá trị {days} không hợp lệ. Ghi số ngày từ 1 đến {most}.",
        "The value {days} is not valid. Write a number of days from 1 to {most}.",
    ),
    "regime.reminder_never_comes": (
        "Mức nhắc {step} không bao giờ đến vì sau hạn nộp. Bỏ mức nhắc, hoặc chọn giờ sớm hơn.",
        "The reminder {step} never comes, because it is after the deadline. Remove it, or choose an earlier hour.",
    ),
    "regime.reminder_before_period": (
        "Mức nhắc {step} đến trước khi kỳ {period} bắt đầu, ngày {day}. Giảm số ngày.",
        "The reminder {step} comes before the period {period} begins, on {day}. Lower the number of days.",
    ),
    "regime.cumulative_of_one_period": (
        "Mục cumulative (lũy kế) không có tác dụng vì mỗi năm chỉ có một kỳ. Bỏ mục này.",
        "The field cumulative has no effect, because a year has only one of these periods. Remove it.",
    ),
    "regime.no_unit_on_cut_off": (
        "Không có đơn vị nào vào ngày chốt số liệu; danh mục đơn vị bắt đầu từ ngày {day}. Bỏ kỳ này, hoặc nạp đơn vị của thời gian ấy.",
        "There is no unit on the cut-off; the units begin on {day}. Remove this period, or import the units of that time.",
    ),
    "regime.unit_of_no_period": (
        "Đơn vị “{code}” không có hiệu lực vào ngày chốt số liệu của kỳ nào. Sửa mã hoặc kỳ.",
        "The unit “{code}” is not valid on the cut-off of any period. Correct the code or the periods.",
    ),
    "regime.grouping_is_no_area": (
        "Mã “{code}” là của đơn vị, không phải của địa bàn. Nêu mã của địa bàn trong groupings.",
        "The code “{code}” is that of a unit and not of an area. Name the codes of areas in groupings.",
    ),
    "regime.area_cannot_act": (
        "Mã “{code}” là của địa bàn, không phải của đơn vị, nên không báo cáo, nhận hay chốt được. Nêu mã của đơn vị; địa bàn nêu trong"
        " within hoặc groupings.",
        "The code “{code}” is that of an area and not of a unit: it cannot report, receive or confirm. Name a unit here, and areas in"
        " within or groupings.",
    ),
    "regime.grouping_without_reporters": (
        "Không đơn vị báo cáo nào thuộc địa bàn “{code}” nên địa bàn không có bảng tổng hợp. Bỏ mã này, hoặc sửa reporters.",
        "No reporter is in the area “{code}”, so it has no view. Remove the code, or correct reporters.",
    ),
    "regime.reform_not_applied": (
        "Từ ngày {day}, chế độ theo đơn vị, địa bàn chưa có trong danh mục: {names}. Đợt sắp xếp chưa áp dụng, nên phần này chưa được kiểm"
        " tra và các kỳ từ ngày ấy chưa có đủ đơn vị báo cáo. Áp dụng đợt sắp xếp.",
        "From {day} on, the regime names units or areas that do not exist yet: {names}. A reform is not applied, so this part is not"
        " checked, and later periods lack reporters. Apply the reform.",
    ),
    "regime.code_of_two_units": (
        "Mã “{code}” là {was} ở kỳ {then}, nhưng là đơn vị khác, {now}, ở các kỳ: {periods}. Nêu lại mục này trong changes từ ngày sắp xếp,"
        " hoặc kết thúc chế độ bằng ends.",
        "The code “{code}” means {was} in the period {then}, but another unit, {now}, in the periods: {periods}. Say in changes, from the"
        " day of the reform, what the field is then, or end the regime with ends.",
    ),
    "regime.units_gone": (
        "Nhóm {group} không có đơn vị nào: các đơn vị được nêu không còn. Sửa units.",
        "The group {group} has no unit: the units that it names are gone. Correct units.",
    ),
    "regime.empty_group": (
        "Nhóm {group} không có đơn vị nào: không đơn vị nào có level “{level}”, kind {kind}. Các cấp hiện có: {levels}.",
        "The group {group} has no unit: none has the level “{level}” and the kind {kind}. These levels exist: {levels}.",
    ),
    "regime.empty_group_within": (
        "Nhóm {group} không có đơn vị nào: trong “{within}” không đơn vị nào có level “{level}”, kind {kind}. Các cấp trong “{within}”:"
        " {levels}. Các cấp của cả danh mục: {others}.",
        "The group {group} has no unit: none inside “{within}” has the level “{level}” and the kind {kind}. Levels inside “{within}”:"
        " {levels}. Levels of all units: {others}.",
    ),
    "regime.asked_of_nobody": (
        "Tên “{name}” trong asked không có đơn vị báo cáo nào. Sửa hoặc bỏ tên này.",
        "The name “{name}” in asked has no reporting unit. Correct or remove it.",
    ),
    "regime.nobody_confirms": (
        "Không đơn vị nào chốt vì không có level “{level}”. Các cấp hiện có: {levels}.",
        "Nobody confirms, because there is no level “{level}”. These levels exist: {levels}.",
    ),
    "regime.confirmers_without_view": (
        "Không đơn vị nào ở level “{level}” có đơn vị báo cáo bên dưới. Chọn level khác.",
        "No unit of the level “{level}” has reporting units below it. Choose another level.",
    ),
    "regime.recipient_confirms_nothing": (
        "Không đơn vị báo cáo nào thuộc “{view}” nên cơ quan nhận không có bảng tổng hợp để chốt. Sửa on_behalf_of, within hoặc confirm.",
        "No reporter is in “{view}”, so there is no view for the recipient to confirm. Correct on_behalf_of, within or confirm.",
    ),
    "regime.recipient_confirms_twice": (
        "Cơ quan nhận “{recipient}” chốt hai lần trong một kỳ: theo recipient và theo level. Bỏ một mục của confirm.",
        "The recipient “{recipient}” would confirm twice in a period: by recipient and by level. Remove one entry of confirm.",
    ),
    "regime.goal_without_view": (
        "Không có bảng tổng hợp ở level “{level}”. Chọn một trong: {levels}.",
        "There is no view at the level “{level}”. Choose one of: {levels}.",
    ),
}
