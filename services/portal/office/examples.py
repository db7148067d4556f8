"""Examples with which templates are tried: every field has a value, every list an entry."""

from collections.abc import Mapping
from typing import Final, Literal

from services.portal.domain.document_fields import (
    BanSao,
    BaoCao,
    ChiTieu,
    ChuaNop,
    Dong,
    DongMucLuc,
    DonVi,
    MucLuc,
    Nhom,
    ThuyetMinh,
    TongHop,
)

Purpose = Literal["state", "plain", "copy", "book"]
"""What a template is for: a state body's report, one without Quốc hiệu, copies of reports, the front of a book."""

_ROWS: Final = [
    Dong(True, "I", "Giáo dục"),
    Dong(False, "1", "Tiền tài trợ", "triệu đồng", "≥ 100", "1.234,5", "91,7 %", "1.000", "+234,5 (+23,5 %)", "11/15", "ước 10 %"),
]
_TEXTS: Final = [ThuyetMinh("Kết quả thực hiện", [DonVi("a)", "Xã Tri Lễ", ["Đoạn một.", "Đoạn hai."])])]
_FILES: Final = [f"Báo cáo có chữ ký.pdf (PDF, 1,5 MB), SHA-256: {'0' * 64}"]

EXAMPLES: Final[Mapping[Purpose, TongHop | BanSao | MucLuc]] = {
    **dict.fromkeys(
        ("state", "plain"),
        TongHop(
            co_quan_chu_quan="UBND HUYỆN VĂN QUAN",
            co_quan_ban_hanh=["PHÒNG TÀI CHÍNH - KẾ HOẠCH"],
            ten_co_quan="Phòng Tài chính - Kế hoạch",
            ky_hieu="BC-TCKH",
            dia_danh="Văn Quan",
            ngay_ban_hanh="ngày 05 tháng 12 năm 2026",
            trich_yeu="Kết quả thực hiện chế độ báo cáo, năm 2026",
            kinh_gui=["Ủy ban nhân dân huyện Văn Quan"],
            can_cu=["Căn cứ Kế hoạch số 89/KH-UBND."],
            mo_dau="Phòng Tài chính - Kế hoạch báo cáo như sau:",
            tinh_hinh="11/15 đơn vị đã nộp.",
            so_muc_thuyet_minh="3",
            tinh_trang_so_lieu="Số liệu tạm tính",
            don_vi_tinh="triệu đồng",
            cung_ky_la="năm 2025",
            ghi_chu_cung_ky="Không so sánh được.",
            ky_bao_cao="năm 2026",
            ten_che_do="Chế độ báo cáo",
            don_vi="Huyện Văn Quan",
            da_nop=11,
            phai_nop=15,
            nhom=[Nhom("2", "Giáo dục", [ChiTieu("a)", "Tiền tài trợ: 1.234,5 triệu đồng.")])],
            so_lieu=_ROWS,
            ket_qua=_TEXTS,
            kho_khan=_TEXTS,
            phuong_huong=[],
            kien_nghi=_TEXTS,
            chua_nop=[ChuaNop("1", "Xã Tri Lễ", "06313", "Chưa nộp", "trước ngày 20/12/2026")],
            phu_luc_so_lieu="Phụ lục I",
            phu_luc_chua_nop="Phụ lục II",
            chu_ky=["TRƯỞNG PHÒNG"],
            noi_nhan=["Như trên;", "Lưu: VT, TCKH."],
            cau_ket="Trên đây là báo cáo",
            xuat_luc="05/12/2026 08:00",
            chot="Số liệu được chốt lúc 08:00 ngày 05/12/2026.",
        ),
    ),
    "copy": BanSao(
        "BẢN SAO BÁO CÁO ĐÃ GỬI",
        "Chế độ báo cáo",
        "năm 2026",
        "05/12/2026 08:00",
        [
            BaoCao(
                "1", "Xã Tri Lễ", "06313", "lần 1", "05/12/2026 08:00", "đúng hạn", "0" * 32, "0" * 64, _ROWS, _TEXTS, ["Ghi chú"], _FILES
            )
        ],
    ),
    "book": MucLuc(
        "Huyện Văn Quan",
        "Chế độ báo cáo",
        "năm 2026",
        1,
        2,
        "Số liệu tạm tính",
        "05/12/2026 08:00",
        [DongMucLuc("1", "Xã Tri Lễ", "đúng hạn", "1")],
        ["Xã An Sơn"],
    ),
}
