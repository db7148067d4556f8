"""What the portal encrypts."""

from datetime import UTC, datetime, timedelta

import pytest

from services.portal.sessions import seals
from services.portal.sessions.seals import Seals
from shared.words.failures import ConfigurationError

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
OURS = Seals("k" * 32)


def test_a_sealed_text_can_be_opened_for_its_purpose_only() -> None:
    sealed = OURS.seal("login", "bí mật", NOW)

    assert "bí mật" not in sealed
    assert OURS.opened("login", sealed, NOW) == "bí mật"
    assert OURS.opened("form", sealed, NOW) is None
    assert Seals("x" * 32).opened("login", sealed, NOW) is None


@pytest.mark.parametrize(
    "text", ["", "x", "bí mật", "gAAAAA==", OURS.seal("login", "x", NOW)[:-1]], ids=["empty", "letter", "words", "short", "cut"]
)
def test_another_text_is_not_opened(text: str) -> None:
    assert OURS.opened("login", text, NOW) is None


def test_a_sealed_text_can_have_an_end() -> None:
    sealed = OURS.seal("login", "x", NOW)

    assert OURS.opened("login", sealed, NOW + timedelta(minutes=10), timedelta(minutes=10)) == "x"
    assert OURS.opened("login", sealed, NOW + timedelta(minutes=10, seconds=1), timedelta(minutes=10)) is None
    assert OURS.opened("login", sealed, NOW + timedelta(days=999)) == "x"


def test_a_derived_secret_follows_from_the_key_the_purpose_and_the_parts() -> None:
    secret = OURS.derived("calendar", "p1", "1")

    assert len(secret) == 43
    assert OURS.derived("calendar", "p1", "1") == secret
    others = {OURS.derived("calendar", "p1", "2"), OURS.derived("device", "p1", "1"), Seals("x" * 32).derived("calendar", "p1", "1")}
    assert len(others | {secret}) == 4
    assert OURS.derived("calendar", "a", "bc") != OURS.derived("calendar", "ab", "c")


def test_the_portal_does_not_start_without_a_key() -> None:
    with pytest.raises(ConfigurationError, match="TONGHOP_SECRET_KEY"):
        seals.require("none")
