"""Sentences about templates of documents, which agencies edit in Word (`tonghop templates check`)."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "template.too_large": (
        "Mẫu lớn hơn {most} MB hoặc có quá nhiều phần. Bỏ hình ảnh lớn rồi lưu lại.",
        "The template is larger than {most} MB or has too many parts. Remove large pictures and save it again.",
    ),
    "template.not_word": (
        "Tệp không phải văn bản Word .docx dùng được ({detail}). Mở bằng Word và lưu lại dạng “Word Document (*.docx)”.",
        "The file is no usable Word document, .docx ({detail}). Open it in Word and save it as “Word Document (*.docx)”.",
    ),
    "template.active": (
        "Mẫu có macro hoặc đối tượng nhúng: {parts}. Xóa các đối tượng ấy rồi lưu lại dạng .docx.",
        "The template has macros or embedded objects: {parts}. Delete them and save it as .docx.",
    ),
    "template.external": (
        "Mẫu liên kết tới nơi khác ({part}). Bỏ liên kết, chèn hẳn hình ảnh vào mẫu.",
        "The template links to something elsewhere ({part}). Remove the links, and insert pictures into the template.",
    ),
    "template.field_code": (
        "Mẫu có trường tự động không được dùng: {fields}. Chỉ dùng số trang (PAGE, NUMPAGES, SECTIONPAGES).",
        "The template has field codes that are not allowed: {fields}. Use page numbers only (PAGE, NUMPAGES, SECTIONPAGES).",
    ),
    "template.field_outside_text": (
        "Trong {part} có chỗ điền nằm ngoài phần chữ (trường tự động, liên kết, thuộc tính). Đưa chỗ điền vào phần chữ.",
        "In {part}, something to fill in stands outside the text (a field code, a link, an attribute). Move it into the text.",
    ),
    "template.forbidden_statement": (
        "Mẫu có lệnh không được dùng: {names}. Chỉ dùng for, if và chỗ điền.",
        "The template has statements that are not allowed: {names}. Use for, if and fields only.",
    ),
    "template.unknown_field": (
        "Mẫu có tên trường lạ: {fields}. Các trường có: {known}.",
        "The template has unknown fields: {fields}. The fields are: {known}.",
    ),
    "template.fails": (
        "Điền thử vào mẫu bị lỗi: {detail}. Sửa chỗ điền trong mẫu.",
        "Filling the template with an example fails: {detail}. Correct its fields.",
    ),
    "template.other_font": (
        "Mẫu có phông chữ khác Times New Roman: {fonts}. Chọn toàn bộ văn bản và các kiểu, đặt Times New Roman.",
        "The template has fonts other than Times New Roman: {fonts}. Set Times New Roman for all text and styles.",
    ),
    "template.part_missing": (
        "Mẫu thiếu thành phần: {parts}. Thêm vào theo Nghị định 30 năm 2020.",
        "The template lacks parts: {parts}. Add them as decree 30 of 2020 has them.",
    ),
    "template.has_national_title": (
        "Mẫu của cơ quan Đảng có Quốc hiệu. Bỏ Quốc hiệu và Tiêu ngữ.",
        "The template of a Party body has the national title. Remove it and the motto.",
    ),
    "template.field_missing": (
        "Mẫu không có các trường: {fields}. Thêm vào, nếu không văn bản sẽ thiếu nội dung ấy.",
        "The template lacks the fields {fields}. Add them, or the document will lack what they say.",
    ),
    "template.no_page_number": (
        "Đầu trang không có số trang. Chèn số trang (PAGE) vào giữa đầu trang.",
        "The header has no page number. Insert one (PAGE) in the middle of the header.",
    ),
    "template.number_on_first_page": (
        "Phần {number}: trang đầu không được ẩn số trang. Chọn “Different First Page” cho đầu trang.",
        "Section {number}: the first page's number is not hidden. Choose “Different First Page” for the header.",
    ),
    "template.not_a4": ("Phần {number}: khổ giấy không phải A4. Đặt khổ A4.", "Section {number} is not A4. Set it to A4."),
    "template.margins": (
        "Phần {number}: lề {sides} ngoài quy định. Đặt trên, dưới 20–25 mm, trái 30–35 mm, phải 15–20 mm.",
        "Section {number}: margins out of range ({sides}). Set top and bottom 20–25 mm, left 30–35 mm, right 15–20 mm.",
    ),
    "template.not_read": (
        "Không đọc được tệp mẫu. Kiểm tra tên và quyền đọc.",
        "The template cannot be read. Check its name and the permission to read it.",
    ),
    "template.not_written": (
        "Không ghi được mẫu ({detail}). Kiểm tra thư mục và quyền ghi.",
        "The templates cannot be written ({detail}). Check the folder and the permission to write.",
    ),
    "template.exists": (
        "Thư mục đã có {file}, có thể là mẫu của cơ quan. Chọn thư mục khác, hoặc xóa tệp ấy trước.",
        "The folder has {file} already, perhaps the agency's own template. Choose another folder, or delete that file first.",
    ),
}
