import pytest
from pydantic import ValidationError

from shared.shell.settings import Settings
from shared.words import mailboxes


@pytest.mark.parametrize(
    ("mailbox", "expected"),
    [
        ("ten@co-quan.gov.vn", ("", "ten@co-quan.gov.vn")),
        ("Tổng Hợp <ten@co-quan.gov.vn>", ("Tổng Hợp", "ten@co-quan.gov.vn")),
        ('"Sở Y tế, tỉnh" <ten+bc@co-quan.gov.vn>', ("Sở Y tế, tỉnh", "ten+bc@co-quan.gov.vn")),
        ("<ten@co-quan.gov.vn>", ("", "ten@co-quan.gov.vn")),
    ],
)
def test_a_mailbox_is_an_address_with_or_without_a_name(mailbox: str, expected: tuple[str, str]) -> None:
    assert mailboxes.parts(mailbox) == expected


@pytest.mark.parametrize(
    "broken", ["", "ten", "ten@", "@a.vn", "a@b@c.vn", "a@b.vn\nBcc: c@d.vn", "a@b..vn", "a@b.vn, c@d.vn", "nguyễn@b.vn"]
)
def test_a_sender_that_no_mail_could_have_stops_the_start(broken: str) -> None:
    assert not mailboxes.is_address(broken)
    with pytest.raises(ValidationError, match=r"setting\.invalid_mailbox"):
        Settings(_env_file=None, mail_from=broken)
