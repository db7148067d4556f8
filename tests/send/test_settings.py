"""Where to send and as whom: every wrong setting is told, and no secret goes over plain text or into a text."""

from pathlib import Path
from typing import Any

import pytest

from services.send import settings
from services.send.complaints import Complaint, SendError
from services.send.settings import Options, Settings
from tests.send.office import KEY, UNIT

HERE = {"TONGHOP_KEY": KEY, "TONGHOP_UNIT": UNIT, "HOME": "/home/a"}
JWT = "eyJ0eXAiOiJKV1QifQ.eyJuYW1lIjogIjA2MjUzLTIwMjUifQ.x"  # {"name": "06253-2025"}
CREDS = f"""-----BEGIN NATS USER JWT-----
{JWT}
------END NATS USER JWT------
-----BEGIN USER NKEY SEED-----
SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY
------END USER NKEY SEED------
"""
HANDED_OVER = f"""Xã Văn Quan (mã 06253, mã định danh {UNIT})

KHÓA TRUY CẬP HTTP

  {KEY}

Gửi báo cáo:        POST https://a.vn/v1/reports
Xem biên nhận:      GET https://a.vn/v1/receipts/{UNIT}/<mã sự kiện>
Trong sự kiện:      "source": "/units/{UNIT}"
"""


def codes(environment: dict[str, str] | None = None, **options: Any) -> list[str]:
    """The codes of everything that is wrong; none if nothing is."""
    found: tuple[Complaint, ...] = ()
    try:
        settings.read(Options(**options), HERE if environment is None else environment)
    except SendError as error:
        found = error.complaints if error.exit_code == 2 else ()
    assert not any(KEY in one.message_vi + one.place for one in found)
    return [one.code for one in found]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1/", "https://a.vn", " https://a.vn:8443/ ", "http://127.9.9.9"]
)
def test_an_address_is_encrypted_or_on_this_machine(url: str) -> None:
    assert codes(url=url) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://a.vn",
        "http://10.0.0.1:8080",
        "http://0.0.0.0",
        "http://localhost.a.vn",
        "http://127.0.0.1.a.vn",
        "http://[::]",
        "http://2130706433",
        "http://[fe80::1]",
    ],
)
def test_a_key_never_goes_to_another_machine_in_plain_text(url: str) -> None:
    assert codes(url=url) == ["send.not_encrypted"]


@pytest.mark.parametrize(
    "url",
    [
        "a.vn",
        "ftp://a.vn",
        "https://",
        "https://a.vn/v1/reports",
        "https://a.vn?x=1",
        "https://a.vn#x",
        "https://th_x@a.vn",
        "https://a:b@a.vn",
        "https://a.vn:x",
        "https://a.vn:99999",
        "https://[",
        "https://a\nb",
        "file:///etc/passwd",
        "nats://127.0.0.1",
        "https://a.vn\x00",
    ],
)
def test_what_is_no_address_of_a_door_is_told(url: str) -> None:
    assert codes(url=url) == ["send.wrong_address"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("nats://127.0.0.1:4222", []),
        ("tls://a.vn:4222", []),
        ("nats://a.vn:4222", ["send.not_encrypted"]),
        ("https://a.vn", ["send.wrong_address"]),
        ("nats://user:pass@127.0.0.1", ["send.wrong_address"]),
        (None, ["send.no_address"]),
    ],
)
def test_an_address_of_nats_is_encrypted_or_on_this_machine(tmp_path: Path, url: str | None, found: list[str]) -> None:
    (tmp_path / "u.creds").write_text(CREDS)

    assert codes(via="nats", nats_url=url, creds=str(tmp_path / "u.creds")) == found


def test_everything_that_is_missing_is_told_at_once() -> None:
    assert codes({}) == ["send.no_address", "send.no_key", "send.no_unit", "send.no_folder"]
    assert codes({}, via="nats") == ["send.no_address", "send.no_creds", "send.no_unit", "send.no_folder"]


def read(environment: dict[str, str], **options: Any) -> Settings:
    return settings.read(Options(**{"url": "https://a.vn", **options}), {"HOME": "/home/a", **environment})


def test_the_file_that_was_handed_over_has_key_and_unit(tmp_path: Path) -> None:
    (tmp_path / "k.txt").write_text(HANDED_OVER, encoding="utf-8-sig")

    found = read({"TONGHOP_KEY": "th_" + "x" * 43}, key_file=str(tmp_path / "k.txt"))

    assert (found.key, found.sender, found.outbox) == (KEY, UNIT, Path("/home/a/.local/share/tonghop-send") / UNIT)
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (KEY, []),
        (f"\n{KEY}\r\n", []),
        ("", ["send.no_key"]),
        ("th_short", ["send.wrong_key"]),
        (f"{KEY}\nth_{'z' * 43}", ["send.wrong_key"]),
        (HANDED_OVER.replace(UNIT, "06280-2025"), ["send.units_differ"]),
    ],
    ids=["key", "lines", "empty", "short", "two", "other"],
)
def test_a_key_file_holds_one_key(tmp_path: Path, text: str, found: list[str]) -> None:
    (tmp_path / "k.txt").write_bytes(text.encode())
    expected = ["send.wrong_key"] if found == ["send.no_key"] else found

    assert codes(url="https://a.vn", key_file=str(tmp_path / "k.txt")) == expected


@pytest.mark.parametrize("key", ["abc", "Bearer th_" + "k" * 43, "th_" + "k" * 43 + "\nX: y", "th_khóa" + "k" * 40])
def test_a_key_of_another_shape_is_told_and_not_sent(key: str) -> None:
    assert codes({**HERE, "TONGHOP_KEY": key}, url="https://a.vn") == ["send.wrong_key"]


@pytest.mark.parametrize("name", ["khong-co.txt", "", "/dev/null/x", "a\x00b"])
def test_a_key_file_that_is_not_there_is_told(name: str) -> None:
    found = codes(url="https://a.vn", key_file=name) if name else codes({"TONGHOP_UNIT": UNIT, "HOME": "/h"}, url="https://a.vn")

    assert found[0] == ("send.file_not_read" if name else "send.no_key")


def test_the_credentials_name_the_unit(tmp_path: Path) -> None:
    (tmp_path / "u.creds").write_text(CREDS)

    found = read({"TONGHOP_CREDS": str(tmp_path / "u.creds"), "TONGHOP_NATS_URL": "tls://a.vn"}, via="nats")

    assert (found.sender, found.address) == (UNIT, "tls://a.vn")
    assert codes({**HERE, "TONGHOP_UNIT": "06280-2025"}, via="nats", nats_url="tls://a.vn", creds=str(tmp_path / "u.creds")) == [
        "send.units_differ"
    ]


@pytest.mark.parametrize("text", ["", "x", CREDS.replace("SUAC", "XXAC"), CREDS.replace("NATS USER JWT", "X"), KEY])
def test_what_are_no_credentials_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "u.creds").write_text(text)

    assert codes(via="nats", nats_url="tls://a.vn", creds=str(tmp_path / "u.creds")) == ["send.wrong_creds"]


@pytest.mark.parametrize("jwt", ["a.b.c", "a", "a..c", "a.W10.c", "a." + "A" * 5000 + ".c", "a.eyJuYW1lIjogIi4uLyJ9.c"])
def test_credentials_that_name_no_unit_need_one(tmp_path: Path, jwt: str) -> None:
    (tmp_path / "u.creds").write_text(CREDS.replace(JWT, jwt))
    more: dict[str, Any] = {"via": "nats", "nats_url": "tls://a.vn", "creds": str(tmp_path / "u.creds")}

    assert codes({"HOME": "/h"}, **more) == ["send.no_unit"]
    assert codes(**more) == []


@pytest.mark.parametrize("unit", ["../../x", "a.b", "a b", "*", ">", "đơn-vị", "x" * 65])
def test_a_unit_is_an_id(unit: str) -> None:
    assert codes(url="https://a.vn", unit=unit) == ["send.wrong_unit"]


def test_an_authority_is_a_file_of_certificates(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("x")

    assert codes(url="https://a.vn", ca=str(tmp_path / "ca.crt")) == ["send.wrong_ca"]
    assert codes(url="https://a.vn", ca=str(tmp_path / "none.crt")) == ["send.wrong_ca"]
