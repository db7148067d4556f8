"""Accepts mail on port 1025. `GET /api/v1/messages` on port 8025 returns the received mails, newest first, as Mailpit does."""

import email
import email.policy
import http.server
import json
import socketserver
import threading
from typing import Any

CAUGHT: list[dict[str, Any]] = []


class Smtp(socketserver.StreamRequestHandler):
    """One conversation, as much of RFC 5321 as a mailer needs."""

    def handle(self) -> None:
        self.say("220 catcher")
        receivers: list[str] = []
        while line := self.rfile.readline().decode(errors="replace").strip():
            match line.partition(" ")[0].upper():
                case "EHLO" | "HELO":
                    self.say("250-catcher\r\n250-8BITMIME\r\n250 SMTPUTF8")
                case "RCPT":
                    receivers.append(line.partition(":")[2].split(" ")[0].strip("<>"))
                    self.say("250 OK")
                case "DATA":
                    self.say("354 go on")
                    self.keep(receivers)
                    receivers = []
                    self.say("250 OK")
                case "QUIT":
                    return self.say("221 bye")
                case _:
                    self.say("250 OK")

    def keep(self, receivers: list[str]) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        CAUGHT.append({"To": [{"Address": one} for one in receivers], "Subject": str(mail["subject"]), "ID": str(mail["message-id"])})

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"total": len(CAUGHT), "messages": CAUGHT[::-1]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


if __name__ == "__main__":
    threading.Thread(target=Threads(("0.0.0.0", 1025), Smtp).serve_forever, daemon=True).start()
    http.server.ThreadingHTTPServer(("0.0.0.0", 8025), Page).serve_forever()
