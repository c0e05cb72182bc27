"""The public halves of the keys a service signs with, for anybody who checks a statement of it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from shared.web.access import public
from shared.web.fields import ApiModel
from shared.web.running import running_of
from shared.web.strict_json import StrictRoute

router = APIRouter(tags=["签名公钥"], route_class=StrictRoute)


class PublicKeyView(ApiModel):
    """One Ed25519 key (RFC 8037)."""

    kty: str
    crv: str
    alg: str
    use: str
    kid: str
    x: str


class KeySetView(ApiModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[PublicKeyView]


@router.get("/.well-known/jwks.json", response_model=KeySetView, summary="签名公钥", dependencies=[public])
async def signing_keys(request: Request) -> dict[str, Any]:
    return running_of(request).database.around.signer.jwks()
