"""The navigation at the top of every page: which parts of the portal a person's roles open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from shared.words.principals import Role

WORK: Final = "/viec-cua-toi"
OVERVIEW: Final = "/tong-quan"
HOME: Final = "/"
OPERATION: Final = "/quan-tri/"
Current = Literal["page", "true", ""]
"""As in `aria-current`: this very page, a page of this part, another part."""


@dataclass(frozen=True, slots=True)
class Item:
    """One part of the portal. `path` is its first page, `parts` the beginnings of the addresses of its other pages."""

    text: str
    path: str
    parts: tuple[str, ...] = ()

    def current(self, path: str) -> Current:
        """Whether the page at `path` is this part's first page, or another one of its pages."""
        if path == self.path:
            return "page"
        return "true" if path.startswith((f"{self.path}/", *self.parts)) else ""


MY_WORK: Final = Item("Việc của tôi", WORK, ("/bieu-mau/", "/ban-nhap-cu"))
OF_ALL: Final = Item("Tổng quan", OVERVIEW, ("/bang/", "/bao-cao/", "/giai-trinh/", "/thuyet-minh/"))
DUTIES: Final = Item("Nghĩa vụ", "/nghia-vu")
FORMS: Final = Item("Biểu mẫu", "/che-do")
GUIDES: Final = Item("Hướng dẫn", "/huong-dan")
PEOPLE: Final = Item("Người dùng", "/quan-tri/nguoi-dung")
OPERATING: Final = Item("Quản trị", "/quan-tri/tinh-trang", (OPERATION,))


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the navigation."""

    text: str
    path: str
    current: Current


def first(roles: Collection[Role]) -> str:
    """Where a person lands: who reports at what is owed, who only runs the system at its state, everybody else at the overview."""
    if "officer" in roles:
        return WORK
    return OPERATING.path if "operator" in roles and not {"reviewer", "viewer"} & set(roles) else OVERVIEW


def of(roles: Collection[Role], path: str) -> Sequence[Entry]:
    """The links for a person with these roles (those that hold today), on the page at `path`."""
    has_work, reads = bool({"officer", "reviewer"} & set(roles)), bool({"officer", "reviewer", "viewer"} & set(roles))
    shown = [
        *([MY_WORK] if has_work else []),
        *([OF_ALL, DUTIES] if reads else []),
        FORMS,
        *([PEOPLE] if "reviewer" in roles and "operator" not in roles else []),
        *([OPERATING] if "operator" in roles else []),
        GUIDES,
    ]
    return [Entry(item.text, item.path, item.current(first(roles) if path == HOME else path)) for item in shown]
