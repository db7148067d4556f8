"""One-time codes, with the values of RFC 6238, appendix B (SHA-1, the last six digits)."""

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pytest

from services.portal.domain import one_time_codes

SECRET = b32encode(b"12345678901234567890").decode()
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}


@pytest.mark.parametrize(("at", "code"), VECTORS.items())
def test_the_values_of_the_standard(at: int, code: str) -> None:
    assert one_time_codes.step_of(SECRET, code, datetime.fromtimestamp(at, UTC)) == at // 30


@pytest.mark.parametrize(("by_s", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_is_taken_one_step_before_and_after(by_s: int, is_taken: bool) -> None:
    now = datetime.fromtimestamp(1111111111, UTC) + timedelta(seconds=by_s)

    assert (one_time_codes.step_of(SECRET, "050471", now) is not None) is is_taken


def test_a_space_between_the_digits_is_taken() -> None:
    assert one_time_codes.step_of(SECRET, "050 471", datetime.fromtimestamp(1111111111, UTC)) is not None


@pytest.mark.parametrize("code", ["", "05047", "0504711", "05047a", "٠٥٠٤٧١", "050471\n", "-50471"])
def test_what_is_no_code_is_not_taken(code: str) -> None:
    assert one_time_codes.step_of(SECRET, code, datetime.fromtimestamp(1111111111, UTC)) is None


def test_an_app_gets_secret_login_and_name() -> None:
    address = one_time_codes.address(SECRET, "lan")

    assert address.startswith("otpauth://totp/T%E1%BB%95ng%20H%E1%BB%A3p:lan?")
    assert f"secret={SECRET}" in address
