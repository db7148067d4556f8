"""What the portal asks of a provider: its endpoints, a token for a code, its keys, and claims about the person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]  # no types
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]  # no types

from services.portal.oidc import config as configuration
from services.portal.oidc import id_tokens
from services.portal.oidc.config import Config
from services.portal.oidc.id_tokens import TokenRefused

DISCOVERY: Final = "/.well-known/openid-configuration"
PUBLISHED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
TIMEOUT_S: Final = 10
MOST_BYTES: Final = 1024 * 1024
MOST_SUBJECT: Final = 255  # characters (OpenID Connect Core, section 2)


class ProviderAway(Exception):
    """The provider does not answer, or answers something else than its protocol allows."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the provider is asked. `userinfo` is "" if it has none."""

    authorization: str
    token: str
    jwks: str
    userinfo: str


class Provider:
    """Asks one provider. Nothing is kept: logins are rare, and keys are current."""

    def __init__(self, config: Config) -> None:
        self.config = config

    async def authorization(self, state: str, nonce: str, verifier: str, redirect: str) -> str:
        """The address to which a browser is sent for a login. Raises ProviderAway."""
        config = self.config
        asked = {"nonce": nonce}
        if config.uses_pkce:
            asked |= {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}
        if config.acr_values:
            asked["acr_values"] = " ".join(config.acr_values)
        address = (await self._endpoints()).authorization
        return str(prepare_grant_uri(address, config.client_id, "code", redirect, " ".join(config.scopes), state, **asked))

    async def subject(self, code: str, nonce: str, verifier: str, redirect: str, now: datetime) -> str:
        """Who has logged in: the account's subject. Raises ProviderAway or TokenRefused."""
        config, endpoints = self.config, await self._endpoints()
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        if config.uses_pkce:
            asked["code_verifier"] = verifier
        answer = await self._post(endpoints.token, asked)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise TokenRefused("id_token")
        claims = id_tokens.claims(token, await self._get(endpoints.jwks), config, nonce, now)
        if config.subject_claim not in claims and endpoints.userinfo:
            claims |= await self._userinfo(endpoints.userinfo, answer.get("access_token"), claims["sub"])
        subject = claims.get(config.subject_claim)
        if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT:
            raise TokenRefused(config.subject_claim)
        return subject

    async def _endpoints(self) -> Endpoints:
        """Those of the settings, or those that the issuer publishes."""
        config = self.config
        if config.token_url:
            return Endpoints(config.authorization_url, config.token_url, config.jwks_url, config.userinfo_url)
        published = await self._get(f"{config.issuer.rstrip('/')}{DISCOVERY}")
        if published.get("issuer") != config.issuer:
            raise ProviderAway("issuer")
        authorization, token, jwks, userinfo = (
            url if isinstance(url := published.get(name), str) and configuration.is_safe(url) else "" for name in PUBLISHED
        )
        if not (authorization and token and jwks):
            raise ProviderAway("endpoints")
        return Endpoints(authorization, token, jwks, userinfo)

    async def _userinfo(self, url: str, access: object, subject: str) -> dict[str, Any]:
        if not isinstance(access, str):
            raise TokenRefused("access_token")
        found = await self._get(url, {"Authorization": f"Bearer {access}"})
        if found.get("sub") != subject:
            raise TokenRefused("sub")
        return found

    async def _post(self, url: str, asked: Mapping[str, str]) -> dict[str, Any]:
        """Asks as the client, whose id and secret are form-encoded before (RFC 6749, section 2.3.1)."""
        client = (_encoded(self.config.client_id), _encoded(self.config.client_secret))
        return await _answer("POST", url, data=dict(asked), auth=client)

    async def _get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return await _answer("GET", url, headers=dict(headers or {}))


async def _answer(method: str, url: str, **asked: Any) -> dict[str, Any]:
    """The JSON object that is answered. A code that is refused is no failure of the provider."""
    try:
        body = bytearray()
        async with httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client, client.stream(method, url, **asked) as response:
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise ProviderAway("too long")
        found = json.loads(body)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise ProviderAway(type(error).__name__) from None
    if method == "POST" and response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED):
        raise TokenRefused("code")
    if response.status_code != HTTPStatus.OK or not isinstance(found, dict):
        raise ProviderAway(str(response.status_code))
    return found


def _encoded(text: str) -> str:
    return urlencode({"": text})[1:]
