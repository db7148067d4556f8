"""The fields that a template of documents can use. Their names are Vietnamese, because agencies write them in Word (docs/operations.md).

Every text is on one line, in NFC, and free of control characters.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DonVi:
    """What one unit says under a heading: its letter, name, and paragraphs."""

    chu: str
    ten: str
    doan: list[str]


@dataclass(frozen=True, slots=True)
class ThuyetMinh:
    """A heading with the texts of the units below it."""

    ten: str
    don_vi: list[DonVi]


@dataclass(frozen=True, slots=True)
class ChiTieu:
    """A figure as a point of the text."""

    chu: str
    noi_dung: str


@dataclass(frozen=True, slots=True)
class Nhom:
    """A section of indicators: its number within part I, title and points."""

    so: str
    ten: str
    chi_tieu: list[ChiTieu]


@dataclass(frozen=True, slots=True)
class Dong:
    """A row of the table of figures; of a section only `ten`, and `la_nhom`."""

    la_nhom: bool
    tt: str
    ten: str
    dvt: str = ""
    ke_hoach: str = ""
    thuc_hien: str = ""
    ty_le: str = ""
    cung_ky: str = ""
    so_sanh: str = ""
    da_bao_cao: str = ""
    ghi_chu: str = ""


@dataclass(frozen=True, slots=True)
class ChuaNop:
    """A unit without a report."""

    tt: str
    ten: str
    ma: str
    tinh_trang: str
    han: str


@dataclass(frozen=True, slots=True)
class TongHop:
    """The consolidated report (báo cáo tổng hợp)."""

    co_quan_chu_quan: str
    co_quan_ban_hanh: list[str]
    ten_co_quan: str
    ky_hieu: str
    dia_danh: str
    ngay_ban_hanh: str
    trich_yeu: str
    kinh_gui: list[str]
    can_cu: list[str]
    mo_dau: str
    tinh_hinh: str
    so_muc_thuyet_minh: str
    tinh_trang_so_lieu: str
    don_vi_tinh: str
    cung_ky_la: str
    ghi_chu_cung_ky: str
    ky_bao_cao: str
    ten_che_do: str
    don_vi: str
    da_nop: int
    phai_nop: int
    nhom: list[Nhom]
    so_lieu: list[Dong]
    ket_qua: list[ThuyetMinh]
    kho_khan: list[ThuyetMinh]
    phuong_huong: list[ThuyetMinh]
    kien_nghi: list[ThuyetMinh]
    chua_nop: list[ChuaNop]
    phu_luc_so_lieu: str
    phu_luc_chua_nop: str
    chu_ky: list[str]
    noi_nhan: list[str]
    cau_ket: str
    xuat_luc: str
    chot: str = ""
    """Who confirmed the figures, and when; "" while nobody has."""


@dataclass(frozen=True, slots=True)
class BaoCao:
    """One unit's report, as it was sent or stands."""

    so: str
    ten: str
    ma: str
    lan: str
    nhan_luc: str
    tinh_trang: str
    bien_nhan: str
    ma_bam: str
    so_lieu: list[Dong]
    thuyet_minh: list[ThuyetMinh]
    ghi_chu: list[str] = field(default_factory=list)
    dinh_kem: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BanSao:
    """Copies of units' reports: one that was sent, or a part of a book."""

    tieu_de: str
    ten_che_do: str
    ky_bao_cao: str
    xuat_luc: str
    bao_cao: list[BaoCao]


@dataclass(frozen=True, slots=True)
class DongMucLuc:
    """A row of a book's contents."""

    tt: str
    ten: str
    tinh_trang: str
    trang: str


@dataclass(frozen=True, slots=True)
class MucLuc:
    """The first pages of a book: cover and contents."""

    don_vi: str
    ten_che_do: str
    ky_bao_cao: str
    da_nop: int
    phai_nop: int
    tinh_trang_so_lieu: str
    xuat_luc: str
    muc: list[DongMucLuc]
    chua_nop: list[str]
