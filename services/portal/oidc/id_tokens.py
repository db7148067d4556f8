"""The ID token of a provider: its signature and its claims (OpenID Connect Core 1.0, section 3.1.3.7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.portal.oidc.config import Config

LEEWAY_S: Final = 60  # clocks differ


class TokenRefused(Exception):
    """The token does not prove who has logged in."""


def claims(token: str, keys: Mapping[str, Any], config: Config, nonce: str, now: datetime) -> dict[str, Any]:
    """The claims of a token for us and for this login. Raises TokenRefused."""
    try:
        found = jwt.decode(token, KeySet.import_key_set({"keys": list(keys["keys"])}), algorithms=list(config.algorithms)).claims
        required = {"iss": config.issuer, "aud": config.client_id, "nonce": nonce}
        options: dict[str, Any] = {name: {"essential": True, "value": value} for name, value in required.items()}
        options |= {name: {"essential": True} for name in ("exp", "iat", "sub")}
        jwt.JWTClaimsRegistry(now=int(now.timestamp()), leeway=LEEWAY_S, **options).validate(found)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise TokenRefused(type(error).__name__) from None
    _require_party(found, config)
    if config.acr_values and found.get("acr") not in config.acr_values:
        raise TokenRefused("acr")
    return dict(found)


def _require_party(found: Mapping[str, Any], config: Config) -> None:
    """A token for several clients, or given to one of them, must have been given to us."""
    audience = found["aud"]
    party = found.get("azp")
    if (isinstance(audience, list) and len(audience) > 1 and party is None) or party not in (None, config.client_id):
        raise TokenRefused("azp")
