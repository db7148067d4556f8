"""A mail server for tests that refuses or postpones some recipients."""

from aiosmtpd.smtp import SMTP, Envelope, Session


class Choosy:
    """Answers some recipients with a code of its own; `accepted` are the recipients of the mails that it took."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.accepted: list[str] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.accepted += envelope.rcpt_tos
        return "250 OK"
