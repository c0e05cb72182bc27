"""Signatures that anybody can check without asking us: Ed25519 in the compact form of JWS (RFC 7515, RFC 8037).

The keys are derived from the service's keyring, so rotating the keyring rotates them; the public halves of all
keys still in the ring are published as a JWKS (RFC 7517) and old signatures stay checkable.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.storage.confidential import Confidential

ALGORITHM = "EdDSA"
PURPOSE = "sign|Ed25519"


class SignatureInvalid(Exception):
    """The text is not one that the named service signed for this purpose, or it was altered."""


class Signer:
    """Signs statements of one service (签名) and checks them.

    ``kind`` is the ``typ`` of a statement, such as ``certificate-proof+jws``: a signature for one purpose is never
    accepted for another.
    """

    def __init__(self, service: str, confidential: Confidential) -> None:
        self._service, self._confidential = service, confidential
        self._key = lru_cache(maxsize=16)(self._derived)

    def sign(self, kind: str, claims: Mapping[str, Any]) -> str:
        """The compact JWS of ``claims``; the service's name is added as ``iss``."""
        kid = self._confidential.current
        headers = {"kid": self._kid(kid), "typ": kind}
        return jwt.encode({**claims, "iss": self._service}, self._key(kid), ALGORITHM, headers)

    def verify(self, kind: str, statement: str) -> dict[str, Any]:
        """The claims of a statement of ours; raises :class:`SignatureInvalid`."""
        return verify(kind, statement, self.jwks(), issuer=self._service)

    def jwks(self) -> dict[str, Any]:
        """The public keys, for anybody (RFC 7517)."""
        return {"keys": [self._public(kid) for kid in self._confidential.key_ids]}

    def _derived(self, kid: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._confidential.derive(kid, PURPOSE))

    def _kid(self, kid: str) -> str:
        return f"{self._service}-{kid}"

    def _public(self, kid: str) -> dict[str, Any]:
        x = base64.urlsafe_b64encode(self._key(kid).public_key().public_bytes_raw()).decode().rstrip("=")
        return {"kty": "OKP", "crv": "Ed25519", "alg": ALGORITHM, "use": "sig", "kid": self._kid(kid), "x": x}


def verify(kind: str, statement: str, jwks: Mapping[str, Any], *, issuer: str) -> dict[str, Any]:
    """Check a statement with published keys alone, as somebody without a connection would.

    :raises SignatureInvalid: another kind, another issuer, an unknown key, or altered text.
    """
    try:
        header = jwt.get_unverified_header(statement)
        key = next(one for one in jwks["keys"] if one["kid"] == header["kid"])
        if header.get("typ") != kind:
            raise SignatureInvalid("another kind of statement")
        public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "=" * (-len(key["x"]) % 4)))
        claims: dict[str, Any] = jwt.decode(
            statement, public, [ALGORITHM], issuer=issuer, options={"require": ["iss"], "verify_aud": False}
        )
    except (jwt.PyJWTError, StopIteration, KeyError, ValueError, TypeError):
        raise SignatureInvalid("the signature does not fit") from None
    return claims
