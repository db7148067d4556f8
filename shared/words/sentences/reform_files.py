"""Sentences about the folder of a reform (đợt sắp xếp). The path names file, line and field."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # the folder and reform.yaml
    "reform.unknown_file": (
        "Thư mục có tệp “{name}” không được dùng đến. Các tệp được dùng: {files}. Sửa tên tệp hoặc bỏ tệp.",
        "The folder has the file “{name}”, which is not used. These files are: {files}. Correct its name or remove it.",
    ),
    "reform.no_change": (
        "Đợt sắp xếp không thay đổi đơn vị hoặc địa bàn nào. Bổ sung units.csv, lineage.csv hoặc areas.csv.",
        "The reform changes no unit and no area. Fill in units.csv, lineage.csv or areas.csv.",
    ),
    "reform.repeated_id": (
        "Đợt sắp xếp “{id}” đã có trong thư mục {other}. Đổi id hoặc bỏ một thư mục.",
        "The reform “{id}” is in the folder {other} too. Change the id or leave one folder out.",
    ),
    "reform.other_content": (
        "Đợt sắp xếp “{id}” đã áp dụng với nội dung khác. Thu hồi đợt đã áp dụng trước khi áp dụng nội dung mới, hoặc đặt id khác.",
        "The reform “{id}” is applied with other content. Revert it before you apply the new content, or choose another id.",
    ),
    "reform.after_not_applied": (
        "Đợt sắp xếp “{id}” phải áp dụng trước nhưng chưa áp dụng. Áp dụng đợt ấy trước, hoặc sửa after.",
        "The reform “{id}” must be applied before this one, but it is not. Apply it first, or correct after.",
    ),
    "reform.before_first_day": (
        "Danh mục đơn vị bắt đầu từ ngày {first} nên không có đơn vị nào vào ngày {day}. Sửa valid_from.",
        "The units begin on {first}, so there is none on {day}. Correct valid_from.",
    ),
    "reform.expect_not_met": (
        "Khai báo {level} {count}: {expected}; tính từ các tệp: {counted}. Sửa số khai báo hoặc các tệp.",
        "The file expects {level} {count}: {expected}; the other files give {counted}. Correct the number or the files.",
    ),
    # codes
    "reform.unknown_unit": (
        "Không có đơn vị nào từng mang mã “{code}”. Sửa mã.",
        "No unit ever had the code “{code}”. Correct it.",
    ),
    "reform.lost_zero": (
        "Không có mã “{code}”. Có phải “{near}”? Số 0 ở đầu mã có thể đã mất khi lưu từ bảng tính.",
        "There is no code “{code}”. Is it “{near}”? A spreadsheet may have removed the zero in front.",
    ),
    "reform.unit_not_valid": (
        "Mã “{code}” không thuộc đơn vị nào vào ngày {day}. Sửa mã, hoặc kiểm tra các đợt sắp xếp trước.",
        "No unit has the code “{code}” on {day}. Correct it, or check the reforms before this one.",
    ),
    "reform.not_listed": (
        "Mã mới “{code}” không có trong units.csv. Bổ sung đơn vị ấy vào units.csv hoặc sửa mã.",
        "The new code “{code}” is not in units.csv. Add that unit to units.csv or correct the code.",
    ),
    "reform.without_source": (
        "Đơn vị mới “{code}” không được hình thành từ đơn vị nào. Bổ sung dòng vào lineage.csv hoặc sửa mã.",
        "Nothing leads to the new unit “{code}”. Add a line to lineage.csv or correct the code.",
    ),
    "reform.code_still_borne": (
        "Đơn vị “{code}” nhận thêm địa bàn nhưng mã ấy vẫn thuộc {name}, đơn vị không có dòng nào kết thúc. Bổ sung dòng {code},{code}"
        " vào lineage.csv.",
        "The unit “{code}” receives land, but {name} still has that code, because no line ends that unit. Add a line {code},{code} to"
        " lineage.csv.",
    ),
    "reform.orphan": (
        "Đơn vị {name} ({code}) không có dòng nào trong lineage.csv hoặc units.csv nhưng đơn vị cấp trên {parent} kết thúc. Bổ sung một"
        " dòng cho đơn vị ấy.",
        "No line of lineage.csv or units.csv names {name} ({code}), although the unit above it, {parent}, ends. Add a line for it.",
    ),
    "reform.parent_ended": (
        "Đơn vị cấp trên “{code}” kết thúc vào ngày {day}. Ghi mã của đơn vị cấp trên mới.",
        "The unit above, “{code}”, ends on {day}. Write the code of the new one.",
    ),
    "reform.applied_later": (
        "Đơn vị “{code}” đã thay đổi từ ngày {day} theo một đợt sắp xếp sau. Thu hồi đợt sau trước khi áp dụng đợt này.",
        "The unit “{code}” was already changed from {day} on by a later reform. Revert the later reform before you apply this one.",
    ),
    # lines of lineage.csv
    "reform.repeated_pair": (
        "Cặp {old},{new} được nêu hai lần. Bỏ một dòng.",
        "The pair {old},{new} occurs twice. Remove one line.",
    ),
    "reform.unknown_share": (
        "Cột share có giá trị “{text}” không hợp lệ. Chọn whole (toàn bộ), part (một phần) hoặc none (không có địa bàn).",
        "The column share has the invalid value “{text}”. Choose whole, part or none.",
    ),
    "reform.whole_beside_others": (
        "Đơn vị “{code}” có dòng whole (toàn bộ) bên cạnh các dòng khác. Đổi thành part, hoặc bỏ các dòng khác.",
        "The unit “{code}” has a line with whole beside other lines. Make it a part, or remove the other lines.",
    ),
    "reform.lone_part": (
        "Đơn vị “{code}” chỉ có một dòng part (một phần). Đổi thành whole, hoặc bổ sung các phần còn lại.",
        "The unit “{code}” has only one line with part. Make it whole, or add the other parts.",
    ),
    "reform.weight_missing": (
        "Dòng part thiếu trọng số. Ghi một số nguyên dương, ví dụ số dân của phần ấy.",
        "The part has no weight. Write a whole number above 0, such as the number of people in it.",
    ),
    "reform.invalid_weight": (
        "Trọng số “{text}” không phải là số nguyên dương. Chỉ ghi chữ số, không có dấu phân nhóm hoặc phần thập phân.",
        "The weight “{text}” is not a whole number above 0. Write digits only, without grouping or decimals.",
    ),
    "reform.weight_too_large": (
        "Trọng số {text} lớn hơn {most}. Dùng đơn vị tính lớn hơn cho mọi phần.",
        "The weight {text} is larger than {most}. Use a larger unit of measure for all parts.",
    ),
    "reform.weight_without_part": (
        "Cột weight và basis chỉ dùng cho dòng part. Để trống hai cột ấy.",
        "The columns weight and basis are only for a part. Leave both empty.",
    ),
    "reform.basis_missing": (
        "Dòng part thiếu căn cứ của trọng số. Ghi declared (được khai), derived (suy từ nguồn khác) hoặc assumed (giả định).",
        "The part does not say where its weight is from. Write declared, derived or assumed in the column basis.",
    ),
    "reform.unknown_basis": (
        "Cột basis có giá trị “{text}” không hợp lệ. Chọn declared, derived hoặc assumed.",
        "The column basis has the invalid value “{text}”. Choose declared, derived or assumed.",
    ),
    "reform.unknown_heir": (
        "Cột heir có giá trị “{text}” không hợp lệ. Ghi x ở dòng của đơn vị kế thừa, ghi ? nếu chưa ai khai, để trống ở các dòng khác.",
        "The column heir has the invalid value “{text}”. Write x on the line of the heir, ? if nobody has declared one, nothing elsewhere.",
    ),
    "reform.no_heir": (
        "Đơn vị “{code}” không có đơn vị kế thừa. Ghi x ở một dòng, hoặc ? nếu chưa ai khai.",
        "The unit “{code}” has no heir. Write x on one line, or ? if nobody has declared one.",
    ),
    "reform.two_heirs": (
        "Đơn vị “{code}” có nhiều đơn vị kế thừa. Giữ một dòng có x hoặc ?.",
        "The unit “{code}” has several heirs. Keep x or ? on one line.",
    ),
    # areas
    "reform.area_names_differ": (
        "Địa bàn “{code}” có tên khác ở dòng {first}. Ghi cùng một tên.",
        "The area “{code}” has another name on line {first}. Write one name.",
    ),
    "reform.area_code_taken": (
        "Mã địa bàn “{code}” đang thuộc đơn vị {name}. Đặt mã khác.",
        "The unit {name} has the area's code “{code}”. Choose another code.",
    ),
    "reform.repeated_member": (
        "Địa bàn “{area}” nêu đơn vị “{code}” hai lần. Bỏ một dòng.",
        "The area “{area}” names the unit “{code}” twice. Remove one line.",
    ),
    "reform.unknown_member": (
        "Không có đơn vị “{code}” vào ngày {day}. Sửa mã.",
        "There is no unit “{code}” on {day}. Correct the code.",
    ),
    "reform.area_nested": (
        "Đơn vị “{code}” là một địa bàn; địa bàn chỉ gồm đơn vị. Ghi các đơn vị của địa bàn ấy.",
        "The member “{code}” is an area; an area has only units. Write the units of that area.",
    ),
    "reform.members_nested": (
        "Đơn vị “{code}” nằm trong đơn vị “{other}” của cùng địa bàn nên sẽ được tính hai lần. Bỏ một dòng.",
        "The unit “{code}” is below “{other}” in the same area, so it would count twice. Remove one line.",
    ),
    "reform.no_former_unit": (
        "Đợt sắp xếp không kết thúc đơn vị “{code}” hoặc không có địa bàn nào của đơn vị ấy được chuyển. Sửa mã.",
        "The reform does not end the unit “{code}”, or passes on none of its land. Correct the code.",
    ),
    # contacts
    "reform.contact_of_untouched": (
        "Đợt sắp xếp không thay đổi đơn vị “{code}”. Bỏ dòng này và nạp đầu mối bằng `tonghop contacts import`.",
        "The reform does not change the unit “{code}”. Remove the line and use `tonghop contacts import`.",
    ),
    # warnings
    "reform.assumed_weights": (
        "Trọng số của {units} đơn vị bị chia ({lines} dòng) là giả định. Cơ quan có thẩm quyền cần khai trọng số.",
        "The weights of {units} units that are divided ({lines} lines) are assumed. An authority should declare them.",
    ),
    "reform.open_heirs": (
        "Chưa ai khai đơn vị kế thừa của {count} đơn vị, ví dụ: {first}. Không ai được báo cáo thay các đơn vị ấy cho đến khi khai.",
        "Nobody has declared the heir of {count} units, such as: {first}. Until then nobody may report for them.",
    ),
    "reform.several_provinces": (
        "Có {count} đơn vị mới hình thành từ đơn vị của nhiều tỉnh cũ, ví dụ: {first}. Kiểm tra lại nguồn.",
        "There are {count} new units whose sources were in several former provinces, such as: {first}. Check the sources.",
    ),
    "reform.namesakes": (
        "Trong “{province}” có {units} đơn vị cũ cùng tên {name} ({codes}) cùng nhập vào {targets}. Có thể đã nhầm hai đơn vị; kiểm tra"
        " từng dòng.",
        "In “{province}”, {units} former units with the name {name} ({codes}) lead to the same new unit {targets}. Two units may have been"
        " mistaken for each other; check each line.",
    ),
    "reform.level_without_units": (
        "Từ ngày {day} không còn đơn vị nào ở level “{level}”. Chế độ báo cáo nêu level ấy sẽ không có đơn vị báo cáo.",
        "From {day} on there is no unit of the level “{level}”. A regime that names it will have no reporters there.",
    ),
    "reform.without_contact": (
        "Có {count} đơn vị mới chưa có đầu mối liên hệ, ví dụ: {first}. Bổ sung contacts.csv hoặc nạp sau bằng `tonghop contacts import`.",
        "There are {count} new units without contacts, such as: {first}. Add contacts.csv, or use `tonghop contacts import` later.",
    ),
    "reform.area_ends": (
        "Địa bàn {name} ({code}) kết thúc vì có thành viên kết thúc. Nêu lại địa bàn trong areas.csv nếu còn dùng.",
        "The area {name} ({code}) ends because one of its members does. Name it again in areas.csv if it is still needed.",
    ),
    # what an authority still has to declare
    "reform.weights_to_declare": (
        "Phải khai trọng số các phần của {name} ({code}), {province}: {targets}.",
        "The weights of the parts of {name} ({code}), {province}, must be declared: {targets}.",
    ),
    "reform.heir_to_declare": (
        "Phải khai đơn vị kế thừa của {name} ({code}), {province}, trong số: {targets}.",
        "The heir of {name} ({code}), {province}, must be declared, one of: {targets}.",
    ),
    # comparison with an official list
    "reform.only_in_list": (
        "Danh sách có {name} ({code}) mà đợt sắp xếp không có. Kiểm tra units.csv.",
        "The list has {name} ({code}), which the reform does not have. Check units.csv.",
    ),
    "reform.not_in_list": (
        "Đợt sắp xếp có {name} ({code}) mà danh sách không có. Kiểm tra units.csv.",
        "The reform has {name} ({code}), which the list does not have. Check units.csv.",
    ),
    "reform.differs_from_list": (
        "Mã {code}, cột {column}: danh sách ghi “{listed}”, đợt sắp xếp ghi “{ours}”. Kiểm tra units.csv.",
        "Code {code}, column {column}: the list has “{listed}”, the reform has “{ours}”. Check units.csv.",
    ),
}
