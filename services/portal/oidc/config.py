"""The provider of logins, as the settings describe it (ADR 0055)."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from shared.shell.settings import PortalSettings
from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

NONE: Final = "none"
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a public key. `none` and signatures with the client's secret are never taken."""


@dataclass(frozen=True)
class Config:
    """Issuer, client and endpoints. Endpoints are "" if the issuer publishes them (discovery)."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    authorization_url: str = ""
    token_url: str = ""
    jwks_url: str = ""
    userinfo_url: str = ""
    uses_pkce: bool = True
    acr_values: tuple[str, ...] = ()
    subject_claim: str = "sub"
    scopes: tuple[str, ...] = ("openid",)
    algorithms: tuple[str, ...] = ("RS256",)
    name: str = ""


def of(settings: PortalSettings) -> Config | None:
    """The provider; None if there is none. Raises ConfigurationError if a setting is missing or not allowed."""
    if settings.oidc_issuer == NONE:
        return None
    config = Config(
        issuer=settings.oidc_issuer,
        client_id=_text(settings.oidc_client_id),
        client_secret=_text(settings.oidc_client_secret),
        authorization_url=_text(settings.oidc_authorization_url),
        token_url=_text(settings.oidc_token_url),
        jwks_url=_text(settings.oidc_jwks_url),
        userinfo_url=_text(settings.oidc_userinfo_url),
        uses_pkce=settings.oidc_pkce == "on",
        acr_values=tuple(_text(settings.oidc_acr_values).split()),
        subject_claim=settings.oidc_subject_claim,
        scopes=tuple(settings.oidc_scopes.split()),
        algorithms=tuple(settings.oidc_algorithms.split()),
        name=settings.oidc_name,
    )
    _require(config)
    return config


def is_safe(url: str) -> bool:
    """Whether the provider may be asked there: over TLS, or on this machine."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
    except ValueError:
        return False


def _text(setting: str) -> str:
    return "" if setting == NONE else setting


def _require(config: Config) -> None:
    endpoints = {"AUTHORIZATION_URL": config.authorization_url, "TOKEN_URL": config.token_url, "JWKS_URL": config.jwks_url}
    missing = [name for name, url in endpoints.items() if not url]
    unsafe = {"ISSUER": config.issuer, "USERINFO_URL": config.userinfo_url, **endpoints}
    wrong = [
        *(["CLIENT_ID"] if not config.client_id else []),
        *(["CLIENT_SECRET"] if not config.client_secret else []),
        *(missing if len(missing) < len(endpoints) else []),
        *(name for name, url in unsafe.items() if url and not is_safe(url)),
        *(["ALGORITHMS"] if not config.algorithms or not set(config.algorithms) <= set(ALGORITHMS) else []),
        *(["SCOPES"] if "openid" not in config.scopes else []),
    ]
    if wrong:
        raise ConfigurationError(*(refusal("identity.provider_setting", f"TONGHOP_OIDC_{name}") for name in dict.fromkeys(wrong)))
