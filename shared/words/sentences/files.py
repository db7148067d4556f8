"""Sentences about files that people write (text, YAML, CSV), about units and contacts, and about the fields of any document or setting."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # any text file
    "file.missing": ("Không có tệp này. Kiểm tra lại tên và thư mục.", "There is no such file. Check its name and folder."),
    "file.is_folder": ("Đây là thư mục, không phải tệp. Nêu tên một tệp.", "This is a folder, not a file. Name a file."),
    "file.no_permission": ("Không có quyền đọc tệp. Cấp quyền đọc.", "There is no permission to read the file. Grant it."),
    "file.unreadable": ("Máy không đọc được tệp. Kiểm tra tên tệp và ổ đĩa.", "The file cannot be read. Check its name and the disk."),
    "file.too_large": ("Tệp lớn hơn {most} MB. Chia thành nhiều tệp.", "The file is larger than {most} MB. Split it."),
    "file.not_text": (
        "Tệp là {found}, không phải tệp văn bản; {remedy}.",
        "The file is {found}, not a text file; {remedy}.",
    ),
    "file.utf_16": (
        "Tệp có mã hóa UTF-16 (“Unicode Text”), cần mã hóa UTF-8; {remedy}.",
        "The file is encoded as UTF-16 (“Unicode Text”); UTF-8 is required; {remedy}.",
    ),
    "file.not_utf_8": (
        "Tệp không có mã hóa UTF-8, có lẽ là Windows-1258 hoặc Windows-1252; {remedy}.",
        "The file is not encoded as UTF-8, perhaps as Windows-1258 or Windows-1252; {remedy}.",
    ),
    "file.forbidden_character": (
        "Dòng này có ký tự không được dùng {character}. Xóa ký tự ấy.",
        "This line has the character {character}, which is not allowed. Delete it.",
    ),
    "file.empty": ("Tệp để trống. Ghi nội dung hoặc bỏ tệp.", "The file is empty. Fill it in or remove it."),
    "file.folder_without_yaml": (
        "Thư mục không có tệp *.yaml nào. Kiểm tra lại tên thư mục.",
        "The folder has no *.yaml file. Check the name of the folder.",
    ),
    # YAML
    "yaml.not_yaml": (
        "Dòng này không đúng dạng YAML ({detail}). Kiểm tra thụt dòng (dùng dấu cách, không dùng tab), dấu hai chấm và dấu ngoặc.",
        "This line is not valid YAML ({detail}). Check the indentation (spaces, no tabs), colons and brackets.",
    ),
    "yaml.too_long": ("Tệp dài quá {most} ký tự. Chia thành nhiều tệp.", "The file has more than {most} characters. Split it."),
    "yaml.too_deep": ("Các mục lồng nhau quá sâu. Giảm số cấp.", "The entries are nested too deeply. Use fewer levels."),
    "yaml.alias": (
        "Không được dùng bí danh “*”. Viết đầy đủ nội dung.",
        "Aliases (“*”) are not allowed. Write the content out.",
    ),
    "yaml.no_such_day": ("Không có ngày “{text}” trong lịch. Sửa lại ngày.", "There is no day “{text}”. Correct it."),
    "yaml.strange_number": (
        "YAML đọc “{text}” thành {value}. Ghi số chỉ bằng chữ số, không có số 0 ở đầu.",
        "YAML reads “{text}” as {value}. Write a number with digits only, without leading zeros.",
    ),
    "yaml.repeated_key": (
        "Mục “{key}” xuất hiện hai lần, lần đầu ở dòng {first}. Bỏ một lần.",
        "The key “{key}” occurs twice, first on line {first}. Remove one.",
    ),
    # fields of a document or a setting
    "field.missing": ("Thiếu mục bắt buộc này. Thêm mục vào tệp.", "This required field is missing. Add it to the file."),
    "field.unknown": ("Không có mục “{name}”. Sửa tên hoặc bỏ mục này.", "There is no field “{name}”. Correct its name or remove it."),
    "field.misspelt": (
        "Không có mục “{name}”. Có thể tên đúng là “{near}”; sửa tên hoặc bỏ mục này.",
        "There is no field “{name}”. It may be “{near}”; correct its name or remove it.",
    ),
    "field.not_text": (
        'Giá trị {shown} không phải là chữ. Đặt trong ngoặc kép, ví dụ "{example}".',
        'The value {shown} is not text. Put it in quotes, such as "{example}".',
    ),
    "field.grouped_number": (
        'Giá trị {shown} không phải là chữ, và dấu chấm là dấu thập phân. Ghi "{plain}", trong ngoặc kép và không có dấu phân nhóm.',
        'The value {shown} is not text, and the point is the decimal sign. Write "{plain}", in quotes and without grouping.',
    ),
    "field.wrong_form": ("Giá trị {shown} không đúng dạng. Ghi {expected}.", "The value {shown} has the wrong form. Write {expected}."),
    "field.not_an_option": (
        "Giá trị {shown} không hợp lệ. Chọn một trong: {options}.",
        "The value {shown} is not valid. Choose one of: {options}.",
    ),
    "field.too_small": (
        "Giá trị {shown} quá nhỏ. Ghi một số từ {least} trở lên.",
        "The value {shown} is too small. Write at least {least}.",
    ),
    "field.too_large": (
        "Giá trị {shown} quá lớn. Ghi một số không lớn hơn {most}.",
        "The value {shown} is too large. Write at most {most}.",
    ),
    "field.invalid": (
        "Giá trị {shown} không hợp lệ ({kind}). Xem ví dụ trong tài liệu.",
        "The value {shown} is not valid ({kind}). See the examples in the documentation.",
    ),
    "field.more_faults": (
        "Còn {count} lỗi nữa chưa nêu. Sửa những lỗi trên rồi kiểm tra lại.",
        "There are {count} more faults. Correct those above, then check again.",
    ),
    # CSV
    "csv.not_csv": ("Tệp không đúng dạng CSV ({detail}). Lưu lại tệp.", "The file is not valid CSV ({detail}). Save it again."),
    "csv.wrong_columns": (
        "Dòng đầu không đúng. Ghi đúng các cột: {columns}.",
        "The first line is wrong. Write exactly these columns: {columns}.",
    ),
    "csv.wrong_separator": (
        "Các ô cách nhau bằng {separator}, cần dấu phẩy và các cột {columns}. Trong Windows, chọn Control Panel, Region, Additional"
        " settings, List separator “,”, rồi lưu lại từ Excel với loại “CSV UTF-8”.",
        "The cells are separated by {separator}; use commas and the columns {columns}. In Windows, choose Control Panel, Region,"
        " Additional settings, List separator “,”, then save the file from Excel as “CSV UTF-8”.",
    ),
    "csv.first_line_blank": (
        "Dòng đầu để trống. Ghi ở dòng đầu các cột: {columns}.",
        "The first line is blank. Write these columns there: {columns}.",
    ),
    "csv.wrong_number_of_cells": (
        "Dòng này thừa hoặc thiếu ô. Ghi đúng {count} ô.",
        "This line has too many or too few cells. Write {count} cells.",
    ),
    # units
    "unit.invalid_code": (
        "Cột {column} có giá trị “{text}” không hợp lệ. Chỉ dùng chữ không dấu, số và gạch nối, tối đa 32 ký tự.",
        "The column {column} has the invalid value “{text}”. Use letters a–z, digits and hyphens, at most 32.",
    ),
    "unit.blank": ("Cột {column} để trống. Điền giá trị.", "The column {column} is empty. Fill it in."),
    "unit.several_lines": (
        "Cột {column} có xuống dòng. Ghi trên một dòng.",
        "The column {column} has a line break. Write it on one line.",
    ),
    "unit.unknown_kind": ("Cột kind không hợp lệ. Chọn một trong: {kinds}.", "The column kind is not valid. Choose one of: {kinds}."),
    "unit.not_a_day": (
        "Cột {column} có giá trị “{text}” không phải là ngày. Ghi ngày dạng YYYY-MM-DD.",
        "The column {column} has “{text}”, which is not a day. Write it as YYYY-MM-DD.",
    ),
    "unit.ends_before_it_begins": (
        "Ngày valid_to không sau ngày valid_from. Sửa lại hai ngày.",
        "The day valid_to is not after valid_from. Correct the two days.",
    ),
    "unit.repeated": ("Đơn vị “{code}” được nêu hai lần. Bỏ một dòng.", "The unit “{code}” occurs twice. Remove one line."),
    "unit.code_taken": (
        "Mã “{code}” cùng lúc thuộc đơn vị “{other}”. Sửa mã hoặc thời gian hiệu lực.",
        "The unit “{other}” has the code “{code}” at the same time. Correct the code or the days of validity.",
    ),
    "unit.id_taken": (
        "Định danh “{id}” đã thuộc đơn vị “{other}”. Sửa mã hoặc ngày bắt đầu.",
        "The id “{id}” belongs to the unit “{other}”. Correct the code or the first day.",
    ),
    "unit.unknown_parent": (
        "Không có đơn vị cấp trên “{code}” tại ngày {day}. Kiểm tra mã và thời gian hiệu lực.",
        "There is no parent unit “{code}” on {day}. Check its code and days of validity.",
    ),
    "unit.below_itself": (
        "Đơn vị “{code}” nằm dưới chính nó. Sửa cột parent.",
        "The unit “{code}” is below itself. Correct the column parent.",
    ),
    # contacts
    "contact.unknown_unit": (
        "Không có đơn vị “{code}” trong danh mục. Kiểm tra mã, hoặc nạp đơn vị trước.",
        "There is no unit “{code}”. Check the code, or import the unit first.",
    ),
    "contact.invalid_email": (
        "Địa chỉ thư điện tử không đúng dạng. Ghi mỗi dòng một địa chỉ, ví dụ ten@co-quan.gov.vn.",
        "The e-mail address is not valid. Write one address on each line, such as ten@co-quan.gov.vn.",
    ),
    "contact.unreachable": (
        "Dòng này không có điện thoại và không có email nên không liên hệ được. Điền ít nhất một; để bỏ đầu mối, chạy `tonghop contacts"
        " remove MÃ`.",
        "This line has neither phone nor e-mail, so nobody can be reached. Fill in at least one; to remove contacts, run `tonghop contacts"
        " remove CODE`.",
    ),
    "contact.repeated": (
        "Đơn vị “{code}” có cùng một địa chỉ hai lần. Bỏ một dòng.",
        "The unit “{code}” has the same address twice. Remove one line.",
    ),
}
