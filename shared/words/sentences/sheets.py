"""Sentences about workbooks: the official form as a file, filled and sent back."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "confined.too_heavy": (
        "Tệp cần quá nhiều thời gian hoặc bộ nhớ để đọc nên không được nhận. Tải lại biểu, chép số liệu sang rồi gửi lại.",
        "The file needs too much time or memory to be read, so it is not taken. Get the form again, copy the figures into it and send it.",
    ),
    "confined.busy": (
        "Hệ thống đang đọc quá nhiều tệp. Tệp chưa được nhận: gửi lại sau một phút.",
        "Too many files are being read. The file was not taken: send it again in a minute.",
    ),
    "sheet.too_large": (
        "Tệp nặng {size} MB, quá {most} MB. Tải lại biểu, chép số liệu sang (không chép ảnh) rồi gửi lại.",
        "The file has {size} MiB, more than {most} MiB. Get the form again, copy the figures into it (no pictures) and send it.",
    ),
    "sheet.not_a_workbook": (
        "Tệp không phải là bảng tính .xlsx. Mở biểu bằng Excel hoặc LibreOffice, chọn “Lưu thành”, kiểu .xlsx, rồi gửi lại.",
        "The file is not an .xlsx workbook. Open the form in Excel or LibreOffice, save it as .xlsx, and send it again.",
    ),
    "sheet.old_format": (
        "Tệp ở định dạng Excel cũ (.xls). Mở tệp, chọn “Lưu thành”, kiểu “Excel Workbook (.xlsx)”, rồi gửi tệp mới.",
        "The file has the old format of Excel (.xls). Open it, save it as an Excel workbook (.xlsx), and send the new file.",
    ),
    "sheet.binary": (
        "Tệp là bảng tính nhị phân (.xlsb). Mở tệp, chọn “Lưu thành”, kiểu “Excel Workbook (.xlsx)”, rồi gửi tệp mới.",
        "The file is a binary workbook (.xlsb). Open it, save it as an Excel workbook (.xlsx), and send the new file.",
    ),
    "sheet.open_document": (
        "Tệp ở định dạng OpenDocument (.ods). Mở tệp, chọn “Lưu thành”, kiểu “Excel 2007–365 (.xlsx)”, rồi gửi tệp mới.",
        "The file is an OpenDocument spreadsheet (.ods). Open it, save it as .xlsx, and send the new file.",
    ),
    "sheet.encrypted": (
        "Tệp có mật khẩu nên không đọc được. Mở tệp, bỏ mật khẩu (Tệp → Thông tin → Bảo vệ sổ làm việc), lưu lại rồi gửi.",
        "The file has a password, so it cannot be read. Open it, remove the password, save it and send it.",
    ),
    "sheet.macros": (
        "Tệp có macro nên không được nhận. Lưu thành kiểu “Excel Workbook (.xlsx)”, không có macro, rồi gửi lại.",
        "The file has macros, so it is not taken. Save it as an Excel workbook (.xlsx) without macros, and send it again.",
    ),
    "sheet.embedded": (
        "Tệp có đối tượng nhúng nên không được nhận. Xóa các đối tượng nhúng, hoặc tải lại biểu và chép số liệu sang, rồi gửi lại.",
        "The file has embedded objects, so it is not taken. Delete them, or get the form again and copy the figures into it.",
    ),
    "sheet.damaged": (
        "Tệp bị hỏng hoặc không đúng cấu trúc .xlsx nên không đọc được. Mở tệp bằng Excel hoặc LibreOffice, lưu lại rồi gửi.",
        "The file is damaged, or not built as .xlsx is, so it cannot be read. Open it in Excel or LibreOffice, save it and send it.",
    ),
    "sheet.entities": (
        "Tệp có khai báo kiểu tài liệu (DOCTYPE), là điều .xlsx không có, nên không được nhận. Tải lại biểu và chép số liệu sang.",
        "The file declares a document type (DOCTYPE), which no .xlsx has, so it is not taken. Get the form again and copy the figures.",
    ),
    "sheet.unpacks_too_much": (
        "Nội dung tệp khi giải nén vượt {most} MB hoặc {ratio} lần kích thước tệp nên không được nhận. Tải lại biểu và chép số liệu sang.",
        "The file unpacks to more than {most} MiB, or {ratio} times its size, so it is not taken. Get the form again and copy the figures.",
    ),
    "sheet.too_many_rows": (
        "Tệp có quá nhiều hàng hoặc ô (giới hạn {most} hàng có số liệu). Xóa các hàng thừa, hoặc tải lại biểu và chép số liệu sang.",
        "The file has too many rows or cells (limit: {most} filled rows). Delete what is not needed, or get a new form.",
    ),
    "sheet.too_many_merged": (
        "Tệp có quá {most} vùng ô gộp. Bỏ gộp ô ở các trang không thuộc biểu, hoặc tải lại biểu và chép số liệu sang, rồi gửi lại.",
        "The file has more than {most} merged ranges. Undo those that are not of the form, or get a new form and copy the figures.",
    ),
    "sheet.too_many_sheets": (
        "Tệp có quá {most} trang tính. Xóa các trang không thuộc biểu rồi gửi lại.",
        "The file has more than {most} sheets. Delete those that are not of the form, and send it again.",
    ),
    "sheet.no_form": (
        "Tệp không phải là biểu mẫu của hệ thống: không thấy mã biểu. Tải biểu Excel ở trang nhập báo cáo, chép số liệu sang rồi gửi.",
        "The file is not a form of the system: it has no stamp. Get the workbook at the form's page, copy the figures into it and send it.",
    ),
    "sheet.stamps_differ": (
        "Mã biểu ở các chỗ trong tệp không khớp nhau nên không biết tệp là biểu nào. Tải lại biểu, chép số liệu sang rồi gửi.",
        "The stamps in the file do not agree, so it is not known which form it is. Get the form again, copy the figures and send it.",
    ),
    "sheet.other_form": (
        "Tệp là biểu của {is}, không phải của {wanted}. Chọn đúng tệp, hoặc gửi tệp này ở đúng biểu của nó.",
        "The file is the form of {is}, not of {wanted}. Choose the right file, or send this one where it belongs.",
    ),
    "sheet.other_version": (
        "Biểu đã thay đổi từ khi tải tệp: {names}. Tải biểu mới (số liệu đã điền được chép sang), kiểm tra lại rồi gửi.",
        "The form has changed since the file was made: {names}. Get the new form (the figures are copied into it), check it and send it.",
    ),
    "sheet.lost_rows": (
        "Biểu đã mất hàng của chỉ tiêu: {names}. Tải lại biểu, chép số liệu sang rồi gửi; không xóa hàng, cột của biểu.",
        "Rows of the form are gone: {names}. Get the form again, copy the figures and send it; do not delete its rows and columns.",
    ),
    "sheet.external_links": (
        "Tệp có liên kết tới tệp khác nên không được nhận. Vào Dữ liệu → Sửa liên kết → Ngắt liên kết, lưu lại rồi gửi.",
        "The file has links to other files, so it is not taken. Break them (Data, Edit links, Break link), save it and send it.",
    ),
    "sheet.foreign_formula": (
        "Ô có công thức lấy số từ tệp khác. Chép ô rồi dán lại dưới dạng giá trị (Dán đặc biệt → Giá trị), lưu lại rồi gửi.",
        "The cell has a formula that points to another file. Copy it and paste it as a value, save the file and send it.",
    ),
    "sheet.not_computed": (
        "Ô có công thức chưa tính. Mở tệp bằng Excel hoặc LibreOffice, lưu lại rồi gửi; hoặc gõ thẳng số vào ô.",
        "The cell has a formula without a result. Open the file in Excel or LibreOffice, save it and send it; or type the number.",
    ),
    "sheet.error_value": (
        "Ô đang báo lỗi {text}. Sửa công thức hoặc gõ thẳng số vào ô; để trống nếu chưa có số liệu.",
        "The cell shows the error {text}. Correct the formula or type the number; leave the cell empty if there is no figure.",
    ),
    "sheet.date": (
        "Ô đang là ngày tháng, không phải số: chương trình bảng tính có thể đã đổi chữ vừa gõ. Đổi định dạng ô thành Số rồi gõ lại.",
        "The cell is a date, not a number: the program may have changed what was typed. Format it as a number and type it again.",
    ),
    "sheet.percent": (
        "Ô đang định dạng phần trăm nhưng chỉ tiêu tính bằng {measure}. Đổi định dạng ô thành Số rồi gõ lại.",
        "The cell is formatted as a percentage, but the figure is in {measure}. Format it as a number and type it again.",
    ),
    "sheet.not_a_flag": (
        "Ô ghi “{text}”; chỉ ghi {yes} hoặc {no}, hay để trống nếu chưa có số liệu.",
        "The cell says “{text}”. Write {yes} (yes) or {no} (no), or leave it empty if there is no answer.",
    ),
    "sheet.not_an_option": (
        "Ô ghi “{text}”, không có trong danh sách. Chọn một trong: {options}.",
        "The cell says “{text}”, which is not in the list. Choose one of: {options}.",
    ),
    "sheet.estimate_mark": (
        "Cột số ước ghi “{text}”; chỉ ghi x nếu là số ước, hoặc để trống.",
        "The column of estimates says “{text}”. Write x for an estimate, or leave it empty.",
    ),
    "sheet.merged": (
        "Ô bị gộp với ô {other} nên không biết nội dung là của ô nào. Bỏ gộp ô, ghi số vào từng ô rồi gửi lại.",
        "The cell is merged with {other}, so it is not known whose content it is. Unmerge them, and write what belongs in each.",
    ),
    "sheet.twice": (
        "Chỉ tiêu này có ở nhiều ô với số khác nhau: {cells}. Xóa hàng thừa rồi gửi lại.",
        "This figure is in several cells with different numbers: {cells}. Delete the rows that are not needed, and send the file again.",
    ),
    "sheet.moved_row": (
        "Hàng này ghi “{label}” nhưng là hàng của “{wanted}”: các hàng đã bị sắp xếp hoặc đổi chỗ. Tải lại biểu rồi chép số liệu sang.",
        "This row says “{label}” and is that of “{wanted}”: rows were sorted or moved. Get the form again and copy the figures.",
    ),
    "sheet.from_formula": (
        "Số lấy từ kết quả của công thức trong ô. Kiểm tra lại kết quả.",
        "The figure is the result of a formula in the cell. Check the result.",
    ),
    "sheet.not_marked": (
        "Không đánh dấu được lỗi vào tệp. Xem danh sách lỗi và sửa theo tên ô.",
        "The errors could not be marked in the file. See the list of errors, and correct the cells that it names.",
    ),
    "sheet.one_at_a_time": (
        "Đang đọc tệp gửi trước. Chờ có kết quả rồi gửi tệp tiếp theo.",
        "The file before is still being read. Wait for its answer, then send the next one.",
    ),
    "sheet.media_type": (
        "Nội dung gửi đến có kiểu “{media_type}”. Cần gửi chính tệp .xlsx làm nội dung, với Content-Type của kiểu tệp đó.",
        "The body has the media type “{media_type}”. Send the .xlsx file itself as the body, with the Content-Type of that kind of file.",
    ),
    "sheet.gone": (
        "Tệp không còn ở đây: hệ thống chỉ giữ một ngày, và chỉ cho người đã gửi. Gửi lại biểu để có tệp mới.",
        "The file is not here any more: it is kept for a day, for the one who sent it. Send the form again to get it anew.",
    ),
    "sheet.revision_taken": (
        "Lần nộp {revision} của báo cáo đã được ghi nhận với số liệu khác sau khi tải biểu; lần nộp tiếp theo là {next}. Tải lại biểu, kiểm"
        " tra các chỉ tiêu khác nhau: {differs}.",
        "Revision {revision} of the report was recorded with other figures after the form was made; the next one is {next}. Get the form"
        " again and check what differs: {differs}.",
    ),
}
