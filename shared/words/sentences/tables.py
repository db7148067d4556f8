"""Sentences about tables (CSV) from other software: each fault with its line and column."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "table.too_large": (
        "Tệp CSV nặng {size} MB, quá {most} MB. Chia thành nhiều tệp rồi gửi từng tệp.",
        "The CSV file has {size} MiB, more than {most} MiB. Split it and send one file after the other.",
    ),
    "table.too_many_rows": (
        "Tệp CSV có quá {rows} dòng hoặc {cells} ô có nội dung. Chia thành nhiều tệp, mỗi tệp một kỳ, rồi gửi từng tệp.",
        "The CSV file has more than {rows} rows or {cells} cells with content. Split it, one period each, and send one file after the"
        " other.",
    ),
    "table.too_many_columns": (
        "Dòng tên cột có quá {most} cột. Kiểm tra dấu phân cách của tệp rồi gửi lại.",
        "The line with the names has more than {most} columns. Check the separator of the file and send it again.",
    ),
    "table.empty": (
        "Tệp CSV không có nội dung. Dòng đầu phải là tên các cột, mỗi dòng sau là một đơn vị hoặc một số liệu.",
        "The CSV file is empty. Its first line has to name the columns; each line below is one unit or one figure.",
    ),
    "table.no_rows": (
        "Tệp CSV chỉ có dòng tên cột. Ghi số liệu vào các dòng bên dưới rồi gửi lại.",
        "The CSV file only names columns. Write the figures into the lines below and send it again.",
    ),
    "table.not_text": (
        "Đây là {found}, không phải CSV. Biểu Excel thì gửi bằng tệp .xlsx; bảng khác thì lưu thành “CSV UTF-8” rồi gửi lại.",
        "This is {found}, not CSV. Send a form as a workbook; save any other table as “CSV UTF-8” and send it again.",
    ),
    "table.encoding": (
        "Bảng mã của tệp CSV là {name} nên chữ Việt không đọc được chắc chắn. Trong Excel chọn Lưu thành, “CSV UTF-8”, rồi gửi lại.",
        "The encoding of the CSV file is {name}, so its text cannot be read for certain. In Excel, choose Save As, “CSV UTF-8”, and send it"
        " again.",
    ),
    "table.windows_1258": (
        "Bảng mã của tệp CSV là Windows-1258 (CSV kiểu cũ của Excel). Trong Excel chọn Lưu thành, “CSV UTF-8”, rồi gửi lại.",
        "The encoding of the CSV file is Windows-1258 (the old CSV of Excel). In Excel, choose Save As, “CSV UTF-8”, and send it again.",
    ),
    "table.character": (
        "Tệp CSV có ký tự điều khiển {character}. Xóa ký tự ấy trong phần mềm đã xuất tệp rồi gửi lại.",
        "The CSV file has the control character {character}. Remove it in the software that wrote the file and send it again.",
    ),
    "table.quote_open": (
        "Ô này mở bằng dấu nháy kép mà không có dấu đóng nên phần còn lại của tệp không đọc được. Thêm dấu đóng rồi gửi lại.",
        "This cell begins with a double quote that is never closed, so the rest of the file cannot be read. Close it and send it again.",
    ),
    "table.quote_inside": (
        "Sau dấu nháy kép đóng của ô này còn chữ. Dấu nháy kép bên trong ô phải viết hai lần; sửa rồi gửi lại.",
        "Something follows the closing double quote of this cell. A double quote inside a cell is written twice; correct it and send"
        " it again.",
    ),
    "table.cell_too_long": (
        "Ô này dài quá {most} ký tự. Rút gọn văn bản, hoặc kiểm tra dấu nháy kép, rồi gửi lại.",
        "This cell has more than {most} characters. Shorten the text, or check the double quotes, and send it again.",
    ),
    "table.more_cells": (
        "Dòng này có ô nằm ngoài {columns} cột đã đặt tên. Kiểm tra dấu phân cách; ô có dấu ấy phải nằm trong dấu nháy kép.",
        "This line has a cell beyond the {columns} columns that are named. Check the separator; a cell with it has to be in double quotes.",
    ),
    "table.fewer_cells": (
        "Dòng này chỉ có {found} ô, trong khi có {columns} cột. Xuất lại tệp, hoặc thêm dấu phân cách cho các ô trống.",
        "This line has only {found} cells, but there are {columns} columns. Export the file again, or add separators for empty cells.",
    ),
    "table.no_column": (
        "Tệp CSV không có cột “{name}”. Thêm cột ấy vào dòng tên cột rồi gửi lại.",
        "The CSV file has no column “{name}”. Add it to the line with the names and send it again.",
    ),
    "table.unknown_column": (
        "Không chế độ báo cáo nào trong tệp có cột “{name}”. Dùng mã hoặc tên chỉ tiêu như trong biểu mẫu, hoặc bỏ cột.",
        "No regime of the file has the column “{name}”. Use the code or the label of an indicator as in the form, or remove the column.",
    ),
    "table.unnamed_column": (
        "Cột này có nội dung nhưng không có tên ở dòng đầu. Đặt tên cột bằng mã chỉ tiêu, hoặc xóa nội dung.",
        "This column has content but no name in the first line. Name it by the code of an indicator, or clear it.",
    ),
    "table.same_column": (
        "Hai cột {first} và {second} cùng là “{name}”. Bỏ một cột rồi gửi lại.",
        "The columns {first} and {second} are both “{name}”. Remove one and send it again.",
    ),
    "table.ambiguous_column": (
        "Tên cột “{name}” có thể là nhiều chỉ tiêu: {codes}. Đặt tên cột bằng mã chỉ tiêu.",
        "The name “{name}” fits several indicators: {codes}. Name the column by the code of one.",
    ),
    "table.not_asked": (
        "Chế độ {regime} không có chỉ tiêu “{name}” cho đơn vị này. Bỏ nội dung ô, hoặc sửa tên cột.",
        "The regime {regime} has no indicator “{name}” for this unit. Clear the cell, or correct the name of the column.",
    ),
    "table.no_key": (
        "Dòng này không ghi “{name}”. Ghi vào ô ấy rồi gửi lại.",
        "This line does not say its “{name}”. Fill the cell and send it again.",
    ),
    "table.other_form": (
        "Dòng này ghi {is}, không thuộc biểu đang mở ({wanted}). Xóa dòng này, hoặc đưa tệp lên ở đúng biểu của nó.",
        "This line says {is}, so it is not of the form that is open ({wanted}). Delete it, or send the file where it belongs.",
    ),
    "table.other_unit": (
        "Dòng này là của đơn vị “{unit}”; khóa này chỉ gửi cho {own}. Bỏ dòng, hoặc gửi bằng khóa của đơn vị ấy.",
        "This line is of the unit “{unit}”; the key sends only for {own}. Remove the line, or send it with the key of that unit.",
    ),
    "table.repeated_report": (
        "Báo cáo {regime}/{period}/{unit} đã có ở dòng {first}. Mỗi báo cáo ghi một dòng; bỏ một dòng rồi gửi lại.",
        "The report {regime}/{period}/{unit} is in line {first} already. A report has one line; remove one and send it again.",
    ),
    "table.differs": (
        "Dòng này ghi “{text}”, khác với các dòng trước của cùng báo cáo (từ dòng {first}). Ghi như nhau, hoặc chỉ ghi ở một dòng.",
        "This line says “{text}”, other than the lines of the same report before it (from line {first}). Write one of them only.",
    ),
    "table.two_parts": (
        "Tử số hoặc mẫu số này có hai số khác nhau trong dòng: {first} và {second}. Chỉ ghi một chỗ.",
        "This numerator or denominator has two numbers in the line: {first} and {second}. Write it in one place.",
    ),
    "table.repeated_figure": (
        "Chỉ tiêu này của cùng báo cáo đã có ở dòng {first}. Bỏ một dòng rồi gửi lại.",
        "This indicator of the same report is in line {first} already. Remove one line and send it again.",
    ),
    "table.wrong_revision": (
        "Lần nộp “{text}” không đọc được. Ghi một số từ 1 đến 1.000.000, giống nhau ở mọi dòng của báo cáo, hoặc bỏ cột.",
        "The revision “{text}” cannot be read. Write a number from 1 to 1,000,000, the same in all lines of a report, or leave it out.",
    ),
    "table.not_a_flag": (
        "Giá trị “{text}” không phải có hoặc không. Ghi “có” hoặc “không”.",
        "The value “{text}” is neither yes nor no. Write “yes” or “no”.",
    ),
    "table.not_a_ratio": (
        "Chỉ tiêu {code} là một số, không có tử số và mẫu số. Ghi số ấy vào cột giá trị, để trống hai cột kia.",
        "The indicator {code} is one number, without numerator and denominator. Write it into the column of values and leave these blank.",
    ),
    "table.not_a_choice": (
        "Giá trị “{text}” không phải một lựa chọn của chỉ tiêu. Ghi một trong: {options}.",
        "The value “{text}” is not an option of the indicator. Write one of: {options}.",
    ),
    "table.not_an_estimate": (
        "Giá trị “{text}” không cho biết là số ước hay không. Ghi “x” nếu là số ước, để trống nếu là số chính thức.",
        "The value “{text}” does not say whether the figure is an estimate. Write “x” if it is, nothing if it is official.",
    ),
    "table.too_many_to_try": (
        "Tệp có {found} báo cáo, quá {most} báo cáo cho một lần thử. Thử với một phần của tệp.",
        "The file has {found} reports, more than {most} for one trial. Try a part of the file.",
    ),
    "table.bad_parameter": (
        "Tham số “{name}” không được nhận. Chỉ nhận dry_run (true hoặc false) và decimal (comma hoặc point), mỗi tham số một lần.",
        "The parameter “{name}” is not accepted. Use only dry_run (true or false) and decimal (comma or point), each once.",
    ),
    "table.not_csv": (
        "Content-Type “{media_type}” không được nhận. Gửi tệp CSV với Content-Type: text/csv.",
        "The Content-Type “{media_type}” is not accepted. Send the CSV file with Content-Type: text/csv.",
    ),
}
