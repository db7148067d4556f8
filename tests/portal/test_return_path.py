"""Where a login leads."""

import pytest

from services.portal.domain import return_path


@pytest.mark.parametrize("path", ["/", "/bang/ct27/2025/184", "/nghia-vu?unit=184&state=owed", "/tim?q=%C4%90%E1%BB%93ng", "/tim?q=50%25"])
def test_a_path_of_the_portal_is_kept(path: str) -> None:
    assert return_path.checked(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/%2F/evil.example"[:4] + "/evil.example",
        "/%2fevil.example",
        "/%252fevil.example",
        "%2F%2Fevil.example",
        "/%5Cevil.example",
        "/%5cevil.example",
        "/%255cevil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/%09/evil.example",
        "/%0d%0aSet-Cookie:x=y",
        "/\x00",
        "/\u202eevil",
        " //evil.example",
        "/\u2028/evil.example",
        "/dang-nhap?tiep=/",
        "/dang-xuat",
        "/" + "a" * 2000,
    ],
)
def test_anything_else_leads_home(path: str) -> None:
    assert return_path.checked(path) == "/"
