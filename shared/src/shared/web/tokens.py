"""Bearer tokens (RFC 9068) of any OpenID provider, verified against its published keys.

Libraries accept tokens without ``exp`` or ``aud`` unless told otherwise; here everything is demanded: the
algorithm allow-list, the type ``at+jwt``, issuer, audience, lifetime.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import Any

import httpx
import jwt
import structlog

from shared.kernel.divisions import Area
from shared.kernel.errors import Refusal
from shared.kernel.principal import Principal
from shared.runtime.settings import IdentitySettings

REQUIRED_CLAIMS = ["exp", "iat", "iss", "aud", "sub", "org_code", "division"]
TEXT_CLAIMS = ["iss", "sub", "org_code", "division"]
KEYS_FRESH_SECONDS = 600
KEYS_KEPT_SECONDS = 86_400
REFETCH_SECONDS = 30
FIRST_FETCH_SECONDS = 1
MAX_KEY_SET_BYTES = 100_000
MAX_KEYS = 32
REMEMBER_SECONDS = 60
REMEMBERED_TOKENS = 10_000
MAX_TOKEN_CHARACTERS = 8_192

log = structlog.get_logger()


class NotAuthenticated(Exception):
    """The token is missing, malformed, expired, for somebody else, or signed by nobody we trust."""


class PublishedKeys:
    """The provider's key set: cached, refetched for an unknown key at most every 30 s, kept through an outage."""

    def __init__(self, settings: IdentitySettings, client: httpx.AsyncClient) -> None:
        self._url, self._client = str(settings.jwks_url), client
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = self._tried = float("-inf")
        self._fetching = asyncio.Lock()

    async def key(self, kid: str) -> jwt.PyJWK:
        """The key with this id; raises :class:`NotAuthenticated` if the provider has none."""
        stale = time.monotonic() - self._fetched > KEYS_FRESH_SECONDS
        if kid not in self._keys or (stale and not self._fetching.locked()):
            await self._refetch()
        if kid not in self._keys or time.monotonic() - self._fetched > KEYS_KEPT_SECONDS:
            raise NotAuthenticated("unknown key")
        return self._keys[kid]

    async def _refetch(self) -> None:
        async with self._fetching:
            pause = REFETCH_SECONDS if self._keys else FIRST_FETCH_SECONDS
            if time.monotonic() - self._tried < pause:
                return
            try:
                answer = await self._client.get(self._url)
                answer.raise_for_status()
                if len(answer.content) > MAX_KEY_SET_BYTES:
                    raise ValueError("a key set of this size is not one")
                found = jwt.PyJWKSet.from_dict(answer.json())
                self._keys = {key.key_id: key for key in found.keys[:MAX_KEYS] if key.key_id}
                self._fetched = time.monotonic()
            except (httpx.HTTPError, jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
                log.warning("key set not available", error=type(error).__name__)
            finally:
                self._tried = time.monotonic()


class TokenVerifier:
    """Turns a bearer token into a :class:`Principal`; remembers a verified token for a minute at most."""

    def __init__(self, settings: IdentitySettings, client: httpx.AsyncClient) -> None:
        self._settings, self._keys = settings, PublishedKeys(settings, client)
        self._known: dict[bytes, tuple[Principal, float]] = {}

    async def principal(self, token: str) -> Principal:
        """The caller named by ``token``; raises :class:`NotAuthenticated`."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise NotAuthenticated("too long")
        fingerprint = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = self._known.get(fingerprint)
        if known and time.time() < known[1]:
            return known[0]
        claims = await self._claims(token)
        principal = self._principal(claims)
        if len(self._known) >= REMEMBERED_TOKENS:
            self._known.clear()
        until = min(time.time() + REMEMBER_SECONDS, claims["exp"] + self._settings.leeway_seconds)
        self._known[fingerprint] = (principal, until)
        return principal

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ", "").lower() not in ("at+jwt", "application/at+jwt"):
                raise NotAuthenticated("not an access token")
            if header.get("alg") not in self._settings.algorithms:
                raise NotAuthenticated("algorithm not allowed")
            key = await self._keys.key(str(header.get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(self._settings.algorithms),
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=self._settings.leeway_seconds,
                options={"require": REQUIRED_CLAIMS},
            )
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as refused:
            raise NotAuthenticated(type(refused).__name__) from None
        begins, ends = claims["iat"], claims["exp"]
        if type(begins) not in (int, float) or type(ends) not in (int, float):
            raise NotAuthenticated("times are not numbers")
        if not 0 <= ends - begins <= self._settings.max_lifetime_seconds:
            raise NotAuthenticated("lives too long")
        return claims

    @staticmethod
    def _principal(claims: dict[str, Any]) -> Principal:
        try:
            if not all(isinstance(claims[name], str) and claims[name] for name in TEXT_CLAIMS):
                raise NotAuthenticated("claims unusable")
            return Principal(
                issuer=claims["iss"],
                subject=claims["sub"],
                organisation=claims["org_code"],
                area=Area(claims["division"]),
                person=str(claims["person"]) if claims.get("person") else None,
                roles=frozenset(claims.get("roles") or ()),
                scopes=frozenset(str(claims.get("scope", "")).split()),
            )
        except (Refusal, TypeError, ValueError):
            raise NotAuthenticated("claims unusable") from None
