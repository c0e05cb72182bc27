"""Access tokens of the local issuer, and the broken ones a verifier must refuse."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from launcher.clients import Client, client_ids, load_clients

ALGORITHM = "ES256"
TOKEN_TYPE = "at+jwt"
LIFETIME = 600
"""Seconds."""

Signer = Literal["current", "previous", "stranger"]


@dataclass(frozen=True)
class SigningKey:
    """A P-256 key; its id is the RFC 7638 thumbprint, so the same key has the same id after every restart."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def fresh(cls) -> SigningKey:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: str) -> SigningKey:
        private = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise ValueError("a signing key must be an EC key")
        return cls(private)

    def to_pem(self) -> str:
        encoding, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
        return self.private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, no_password).decode()

    def public_pem(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form)

    @property
    def kid(self) -> str:
        point = self._point()
        canonical = json.dumps({name: point[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
        return _b64(hashlib.sha256(canonical.encode()).digest())

    def jwk(self) -> dict[str, str]:
        return {**self._point(), "kid": self.kid, "use": "sig", "alg": ALGORITHM}

    def _point(self) -> dict[str, str]:
        return {name: str(value) for name, value in ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True).items()}


class TokenMint:
    """Makes tokens without a server; two keys are published, only the first signs."""

    def __init__(self, issuer_url: str, clients: Iterable[Client], keys: Sequence[SigningKey]) -> None:
        self.issuer_url = issuer_url
        self.clients = {client.client_id: client for client in clients}
        self._keys = {"current": keys[0], "previous": keys[1], "stranger": SigningKey.fresh()}

    @classmethod
    def fresh(cls, issuer_url: str, clients: Iterable[Client] | None = None) -> TokenMint:
        """New keys; without `clients` those of `clients.toml` with random secrets."""
        if clients is None:
            clients = load_clients({client_id: secrets.token_urlsafe(24) for client_id in client_ids()})
        return cls(issuer_url, clients, [SigningKey.fresh(), SigningKey.fresh()])

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._keys["current"].jwk(), self._keys["previous"].jwk()]}

    def token(
        self,
        client_id: str,
        audience: str | Sequence[str],
        scopes: Iterable[str] | None = None,
        *,
        headers: Mapping[str, Any] = MappingProxyType({}),
        signed_by: Signer = "current",
        **claim_overrides: Any,
    ) -> str:
        """A signed token; nothing is checked, so wrong ones can be made too.

        An override of None leaves the claim out: `exp=None`, `aud=None`. `signed_by="stranger"` uses a key
        that is not published, under an id that is not either.
        """
        client = self.clients[client_id]
        claims = self.claims(client, audience, client.scopes if scopes is None else scopes)
        claims.update(claim_overrides)
        return self.sign(
            {name: value for name, value in claims.items() if value is not None},
            headers=headers,
            signed_by=signed_by,
        )

    def claims(self, client: Client, audience: str | Sequence[str], scopes: Iterable[str]) -> dict[str, Any]:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer_url,
            "sub": client.sub,
            "aud": audience if isinstance(audience, str) else list(audience),
            "exp": now + LIFETIME,
            "iat": now,
            "jti": str(uuid.uuid4()),
            "client_id": client.client_id,
            "scope": " ".join(scopes),
            "org_code": client.org_code,
            "org_name": client.org_name,
            "roles": list(client.roles),
            "division": client.division,
        }
        if client.person is not None:
            claims["person"] = client.person
        return claims

    def sign(
        self,
        claims: Mapping[str, Any],
        *,
        headers: Mapping[str, Any] = MappingProxyType({}),
        signed_by: Signer = "current",
    ) -> str:
        key = self._keys[signed_by]
        return jwt.encode(dict(claims), key.private, ALGORITHM, headers={"typ": TOKEN_TYPE, "kid": key.kid, **headers})

    def expired(self, client_id: str, audience: str | Sequence[str], *, seconds: int = 3600) -> str:
        """A token that ended `seconds` ago."""
        end = int(time.time()) - seconds
        return self.token(client_id, audience, exp=end, iat=end - LIFETIME)

    def unsigned(self, token: str) -> str:
        """The same claims under `alg: none`."""
        header, claims = _parts(token)
        return f"{_b64(_json({**header, 'alg': 'none'}))}.{_b64(_json(claims))}."

    def signed_with_public_key(self, token: str) -> str:
        """The same claims under HS256 with our *public* key as the secret: the RS/HS confusion attack."""
        header, claims = _parts(token)
        # By hand, because PyJWT rightly refuses to do this.
        signed = f"{_b64(_json({**header, 'alg': 'HS256'}))}.{_b64(_json(claims))}"
        mac = hmac.new(self._keys["current"].public_pem(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_b64(mac)}"

    def tampered(self, token: str, **claim_overrides: Any) -> str:
        """Other claims under the signature of this token."""
        header, claims = _parts(token)
        return f"{_b64(_json(header))}.{_b64(_json({**claims, **claim_overrides}))}.{token.rpartition('.')[2]}"


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return json.loads(_unb64(header)), json.loads(_unb64(claims))


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
