"""A mail with any letters arrives unchanged, headers and text, through a real SMTP server and with other decoders."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.devstack import mailbox, mailcatcher
from services.devstack.ports import Ports
from services.notify.channels import letter
from services.notify.channels.email import Answer, SmtpServer
from services.notify.domain import reminders
from services.notify.domain.alerts import Handed
from services.notify.domain.book import Book
from services.notify.domain.ledger import Ledger
from services.notify.domain.roster import Roster
from services.notify.texts import reminder
from services.notify.texts.content import Content
from services.notify.texts.mail import Mail
from tests import seeds
from tests.notify.builders import vn

SENDER, TO, AT = "tong-hop@bao-cao.example", "06253@xa.example", datetime(2026, 12, 18, 1, tzinfo=UTC)
MOST_IN_A_LINE = 78  # RFC 5322, 2.1.1
WORDS = st.sampled_from(["lại", "báo", "cáo", "–", "Phường", "UBND", "[Nhắc lần 1]", "100", "đơn vị", "=?utf-8?q?x?=", "x" * 90, "ệ" * 90])
SPACED = st.lists(st.one_of(WORDS, st.sampled_from([" ", "  ", "\u00a0", "\u3000"])), max_size=30).map("".join)
ANY = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300)


def _mail(subject: str, body: str = "Thư thử\n") -> Mail:
    return Mail("a1", TO, subject, body)


def _decoded(encoded: str) -> str:
    """By RFC 2047 alone: no header classes of the modern policy."""
    return "".join(part if isinstance(part, str) else part.decode(charset or "ascii") for part, charset in decode_header(encoded))


@given(st.one_of(SPACED, ANY))
def test_any_subject_and_any_name_decode_to_the_text_that_was_meant(text: str) -> None:
    name = " ".join(text.translate(dict.fromkeys(map(ord, '"<>'))).split()) or "Tổng Hợp"
    raw = letter.written(_mail(text), f"{name} <{SENDER}>", AT)
    modern, plain = email.message_from_bytes(raw, policy=policy.default), email.message_from_bytes(raw)
    assert modern["Subject"] == text
    assert _decoded(plain["Subject"]) == text
    assert modern["From"].addresses[0].addr_spec == SENDER
    assert _decoded(plain["From"]).removesuffix(f"<{SENDER}>").strip() == name
    subject = raw[raw.index(b"Subject:") : raw.index(b"Date:")]
    assert all(len(line) <= MOST_IN_A_LINE for line in subject.split(b"\r\n"))


@given(st.lists(st.one_of(SPACED, ANY), max_size=8).map("\n".join))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    raw = letter.written(_mail("Thư thử", f"{text}\n"), SENDER, AT)
    assert email.message_from_bytes(raw, policy=policy.default).get_content().replace("\r\n", "\n") == f"{text}\n"
    assert raw.isascii()


@given(st.text(max_size=80))
def test_no_subject_makes_a_header_of_its_own(text: str) -> None:
    text = text.encode(errors="ignore").decode()
    for hostile in (f"{text}\r\nBcc: x@y.example\r\n\r\n{text}", f"{text}\nBcc: x@y.example", f"{text}\u2028Bcc: x@y.example"):
        message = email.message_from_bytes(letter.written(_mail(hostile), SENDER, AT))
        assert sorted(message.keys()) == sorted(email.message_from_bytes(letter.written(_mail("x"), SENDER, AT)).keys())


def test_a_long_name_of_the_sender_keeps_its_spaces_for_readers_that_add_some_between_encoded_words() -> None:
    name = "Hệ thống Tổng Hợp của Ủy ban nhân dân tỉnh Lạng Sơn, các huyện và các xã, phường, thị trấn trong tỉnh"
    raw = letter.written(_mail("Thư thử"), f'"{name}" <{SENDER}>', AT)
    assert email.message_from_bytes(raw, policy=policy.default)["From"].addresses[0].display_name == name
    assert _decoded(email.message_from_bytes(raw)["From"]).removesuffix(f"<{SENDER}>").strip() == name


HOSTILE = ["", " ", "ai", "a@b\r\nBcc: x@y.example", "a@b, c@d.example", "\u200b@xa.example", "\u200b", "nguyễn@xa.vn", "a b@xa.example"]


@pytest.mark.parametrize(
    "to",
    ["", " ", "ai", "a@b\r\nBcc: x@y.example", "a@b, c@d.example", "\u200b@xa.example", "\u200b", "nguyễn@xa.example", "a b@xa.example"],
)
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match=r"setting\.invalid_mailbox"):
        letter.written(Mail("a1", to, "Thư thử", "x"), SENDER, AT)


def _real_subjects() -> set[str]:
    """Of every unit that owes something by the real regimes: the subject at each rung."""
    reference = seeds.first_reference()
    known = reference.regimes
    book = Book(Roster(replace(reference, loaded_at={})), Ledger())
    now = vn("2026-12-01")
    subjects = set()
    for duty in book.duties(now):
        for step, alert in enumerate(reminders.of_duty(duty).alerts):
            content = Content(alert, duty.unit, duty.unit, known[duty.regime], None, alert.rung.at, None, Handed())
            subjects.add(reminder.compose(content, "", step + 1).subject)
    return subjects


@pytest.mark.long
def test_the_subjects_of_all_real_units_at_all_rungs_come_out_as_they_were_meant() -> None:
    subjects = _real_subjects()
    assert len(subjects) > 3000
    for subject in subjects:
        raw = letter.written(_mail(subject), SENDER, AT)
        assert email.message_from_bytes(raw, policy=policy.default)["Subject"] == subject
        assert _decoded(email.message_from_bytes(raw)["Subject"]) == subject


async def test_subjects_and_texts_pass_a_real_server_unchanged(ports: Ports, tmp_path: Path) -> None:
    subjects = [*sorted(_real_subjects())[::60], "  hai dấu cách  giữa  câu  ", "x" * 300, "ệ" * 300, "=?utf-8?q?x?= là chữ"]
    mails = [_mail(subject, f"{subject}\n.\n..{subject}\nFrom {subject}\n") for subject in subjects]
    server = SmtpServer("127.0.0.1", ports.smtp, SENDER, lambda: AT)
    async with mailcatcher.catching(tmp_path, ports.smtp), server.connected() as connection:
        assert {await connection.send(mail) for mail in mails} == {Answer.SENT}
    caught = mailbox.mails(tmp_path)
    assert [mail["Subject"] for mail in caught] == subjects
    assert [mail.get_content().replace("\r\n", "\n") for mail in caught] == [mail.body for mail in mails]
