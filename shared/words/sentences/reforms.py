"""Sentences about reforms (đợt sắp xếp) that are stored: applying, reverting, and what they have decided."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "reform.unknown": (
        "Chưa từng áp dụng đợt sắp xếp “{id}”. Các đợt đã biết: {known}.",
        "The reform “{id}” was never applied. The known reforms are: {known}.",
    ),
    "reform.regimes_with_one": (
        "Chế độ báo cáo được nạp cùng một đợt sắp xếp. Nêu đúng một thư mục.",
        "Regimes are loaded with one reform. Name exactly one folder.",
    ),
    "reform.too_large": (
        "Tệp lineage.csv có quá nhiều dòng, tối đa {most}. Chia thành nhiều đợt.",
        "The file lineage.csv has too many lines; the limit is {most}. Divide the reform.",
    ),
    "reform.keeps_changing": (
        "Danh mục liên tục thay đổi trong khi áp dụng đợt sắp xếp “{id}”. Chưa có gì thay đổi; hãy chạy lại lệnh.",
        "The units kept changing while the reform “{id}” was being applied. Nothing has changed by it; run the command again.",
    ),
    "reform.built_on": (
        "Không thu hồi được đợt sắp xếp “{id}” vì các đợt sau dựa vào đợt này: {later}. Thu hồi các đợt ấy trước.",
        "The reform “{id}” cannot be reverted because later reforms build on it: {later}. Revert those first.",
    ),
    "reform.units_below": (
        "Không thu hồi được đợt sắp xếp “{id}” vì {count} đơn vị hoặc địa bàn nạp sau đó thuộc đơn vị của đợt này: {codes}.",
        "The reform “{id}” cannot be reverted because {count} units or areas that were loaded later belong to units of it: {codes}.",
    ),
    "reform.has_events": (
        "Đã tiếp nhận {count} sự kiện của hoặc về các đơn vị mới của đợt sắp xếp “{id}”. Nếu vẫn thu hồi, các sự kiện này không được tính"
        " cho đến khi áp dụng lại; khi đó thêm --with-reports.",
        "There are {count} accepted events of or about the new units of the reform “{id}”. If you revert it all the same, they do not count"
        " until it is applied again; then add --with-reports.",
    ),
    "reform.events_meanwhile": (
        "Trong lúc thu hồi đã tiếp nhận thêm {count} sự kiện của hoặc về các đơn vị mới; các sự kiện này không được tính cho đến khi áp"
        " dụng lại đợt sắp xếp “{id}”.",
        "While the reform was being reverted, {count} more events of or about its new units were accepted. They do not count until “{id}”"
        " is applied again.",
    ),
    "reform.regimes_kept": (
        "Các chế độ báo cáo sau đã được nạp lại sau khi áp dụng đợt sắp xếp nên giữ nguyên: {regimes}. Kiểm"
        " tra bằng `tonghop regimes check`.",
        "These regimes were loaded again after the reform was applied and are therefore kept: {regimes}. See `tonghop regimes check`.",
    ),
    "reform.regimes_not_loaded": (
        "Đợt sắp xếp “{id}” đã áp dụng từ trước nên không nạp chế độ báo cáo. Dùng `tonghop regimes load`.",
        "The reform “{id}” is applied already, so no regime was loaded. Use `tonghop regimes load`.",
    ),
    # units.csv against what a reform has decided
    "unit.closed_by_reform": (
        "Đơn vị “{code}” kết thúc hoạt động ngày {day} theo đợt sắp xếp “{reform}”. Bỏ valid_to, hoặc thu hồi đợt ấy.",
        "The unit “{code}” ends on {day} by the reform “{reform}”. Leave valid_to empty, or revert the reform.",
    ),
    "unit.begun_by_reform": (
        "Đơn vị “{code}” từ ngày {day} do đợt sắp xếp “{reform}” quy định, khác với dòng này. Bỏ dòng, hoặc sửa tệp của đợt sắp xếp.",
        "The unit “{code}” from {day} on is defined by the reform “{reform}”, which differs from this line. Remove the line, or correct the"
        " files of the reform.",
    ),
}
