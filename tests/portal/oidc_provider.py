"""A provider of logins for tests: a real HTTP server that follows OpenID Connect, and can be told to do one thing wrong."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "cổng báo cáo", "bí mật+/="
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})


@dataclass
class TestProvider:
    """Its address, who logs in there, what it does wrong ("" nothing), and what it was asked."""

    __test__ = False

    url: str = ""
    subject: str = "nguyen-lan"
    wrong: str = ""
    has_discovery: bool = True
    has_pkce: bool = True
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    userinfo: dict[str, Any] = field(default_factory=dict)

    def approve(self, authorization: str) -> str:
        """What the person's browser gets after logging in at this address: the way back to the portal."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization).query).items()}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert ("code_challenge" in asked) is self.has_pkce
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, str] | None:
        """The answer to a code; None if it is refused."""
        client, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or (unquote_plus(client), unquote_plus(secret)) != (CLIENT, SECRET):
            return None
        if form["redirect_uri"] != asked["redirect_uri"]:
            return None
        if self.has_pkce:
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
                return None
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self.url, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 300, "nonce": nonce}
        wrong: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "another"},
            "audience": {"aud": "another"},
            "party": {"aud": [CLIENT, "another"], "azp": "another"},
            "no party": {"aud": [CLIENT, "another"]},
            "issuer": {"iss": "https://evil.example"},
            "expired": {"iat": now - 900, "exp": now - 600},
            "empty subject": {"sub": ""},
        }
        claims |= wrong.get(self.wrong, {}) | self.claims
        for missing in ("nonce", "exp", "sub", "aud", "iss"):
            if self.wrong == f"no {missing}":
                del claims[missing]
        if self.wrong == "alg none":
            return ".".join(_base64(part) for part in ({"alg": "none"}, claims)) + "."
        if self.wrong in ("client secret", "public key as secret"):
            signed = ".".join(_base64(part) for part in ({"alg": "HS256", "kid": "k1"}, claims))
            secret = SECRET.encode() if self.wrong == "client secret" else KEY.as_pem(private=False)
            return f"{signed}.{base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), 'sha256')).decode().rstrip('=')}"
        if self.wrong == "algorithm":
            return jwt.encode({"alg": "RS512", "kid": "k1"}, claims, KEY, algorithms=["RS512"])
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, OTHER if self.wrong == "key" else KEY)

    def answer(self, method: str, path: str, body: str, headers: Any) -> tuple[int, object]:
        """Status and JSON of an answer."""
        self.asked.append(path)
        if self.wrong == "away":
            return 503, {}
        if path == "/.well-known/openid-configuration" and self.has_discovery:
            issuer = "https://evil.example" if self.wrong == "discovered issuer" else self.url
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks", "userinfo_endpoint": "userinfo"}
            return 200, {"issuer": issuer} | {name: f"{self.url}/{end}" for name, end in names.items()}
        if path == "/jwks":
            return 200, {"keys": [KEY.as_dict(private=False)]}
        if path == "/userinfo" and headers.get("Authorization") == "Bearer opaque":
            return 200, {"sub": self.subject} | self.userinfo
        if path == "/token" and method == "POST":
            found = self.token({name: values[0] for name, values in parse_qs(body).items()}, headers.get("Authorization", ""))
            return (400, {"error": "invalid_grant"}) if found is None else (200, found)
        return 404, {}


def _base64(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@contextmanager
def serving() -> Iterator[TestProvider]:
    """The provider, on a free port."""
    provider = TestProvider()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            status, found = provider.answer(self.command, self.path, body, self.headers)
            text = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_port}"
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
