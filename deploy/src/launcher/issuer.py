"""A small OIDC issuer for local runs and tests ONLY: never put it in front of real people or real data.

It knows client credentials and nothing else: no users, no login, no revocation, no throttling, no TLS. Any
OIDC provider with discovery and a JWKS replaces it in production by configuration alone.

    python -m launcher.issuer --port 8009 --config run/secrets/issuer.json
"""

from __future__ import annotations

import argparse
import base64
import binascii
import dataclasses
import hmac
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote_plus

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from launcher.clients import Client, full_division, lies_within
from launcher.ports import LOOPBACK
from launcher.tokens import ALGORITHM, LIFETIME, SigningKey, TokenMint

__all__ = ["Client", "SigningKey", "TokenMint", "create_issuer", "read_configuration", "write_configuration"]

LARGEST_FORM = 16384
"""Bytes; a token request is a few hundred."""

FORM = "application/x-www-form-urlencoded"
PERSON = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
ErrorCode = Literal[
    "invalid_request",
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    # RFC 8707: the audience asked for is not one this client may have.
    "invalid_target",
]


class TokenRefused(Exception):
    """A refused token request in the words of RFC 6749 §5.2."""

    def __init__(self, error: ErrorCode, description: str, *, challenge: bool = False) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.challenge = challenge

    def answer(self) -> JSONResponse:
        headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        if self.challenge:
            headers["WWW-Authenticate"] = 'Basic realm="yumin local issuer", charset="UTF-8"'
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, status_code=401 if self.error == "invalid_client" else 400, headers=headers)


def create_issuer(mint: TokenMint) -> Starlette:
    url = mint.issuer_url

    async def discovery(_: Request) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": url,
                "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/jwks.json",
                "grant_types_supported": ["client_credentials"],
                "response_types_supported": [],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "scopes_supported": sorted({scope for each in mint.clients.values() for scope in each.scopes}),
            }
        )

    async def keys(_: Request) -> JSONResponse:
        return JSONResponse(mint.jwks(), headers={"Cache-Control": "public, max-age=300"})

    async def token(request: Request) -> JSONResponse:
        try:
            form = await _form(request)
            client = _authenticated(mint, request.headers.get("Authorization"), form)
            body = _granted(mint, client, form)
        except TokenRefused as refused:
            return refused.answer()
        return JSONResponse(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks.json", keys),
            Route("/token", token, methods=["POST"]),
        ]
    )


async def _form(request: Request) -> dict[str, list[str]]:
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != FORM:
        raise TokenRefused("invalid_request", f"the request must be {FORM}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise TokenRefused("invalid_request", "the request is too large")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise TokenRefused("invalid_request", "the form cannot be read") from None
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        # RFC 6749 §3.2: a parameter without a value counts as left out.
        if value:
            form.setdefault(name, []).append(value)
    return form


def _single(form: dict[str, list[str]], name: str) -> str | None:
    values = form.get(name, [])
    if len(values) > 1:
        raise TokenRefused("invalid_request", f"{name} is given more than once")
    return values[0] if values else None


def _authenticated(mint: TokenMint, authorization: str | None, form: dict[str, list[str]]) -> Client:
    client_id, secret = _single(form, "client_id"), _single(form, "client_secret")
    if authorization is not None:
        if secret is not None:
            raise TokenRefused("invalid_request", "the client authenticates in two ways at once")
        named = client_id
        client_id, secret = _basic(authorization)
        if named not in (None, client_id):
            raise TokenRefused("invalid_request", "two different client ids")
    client = mint.clients.get(client_id or "")
    # Compared also for an unknown client, so that the time taken says nothing.
    is_same = hmac.compare_digest((client.secret if client else "").encode(), (secret or "").encode())
    if client is None or not secret or not is_same:
        raise TokenRefused("invalid_client", "unknown client or wrong secret", challenge=True)
    return client


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise TokenRefused("invalid_client", "only Basic is understood here", challenge=True)
    try:
        client_id, separator, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        separator = client_id = secret = ""
    if not separator:
        raise TokenRefused("invalid_client", "the Basic credentials cannot be read", challenge=True)
    # RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
    return unquote_plus(client_id), unquote_plus(secret)


def _granted(mint: TokenMint, client: Client, form: dict[str, list[str]]) -> dict[str, Any]:
    grant = _single(form, "grant_type")
    if grant is None:
        raise TokenRefused("invalid_request", "grant_type is missing")
    if grant != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "only client_credentials")
    audiences = _audiences(client, form)
    scopes = _narrowed_scopes(client, _single(form, "scope"))
    acting = dataclasses.replace(
        client,
        division=_narrowed_division(client, _single(form, "division")),
        person=_acting_person(client, _single(form, "person")),
    )
    claims = mint.claims(acting, audiences[0] if len(audiences) == 1 else audiences, scopes)
    return {
        "access_token": mint.sign(claims),
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "scope": claims["scope"],
    }


def _audiences(client: Client, form: dict[str, list[str]]) -> list[str]:
    """`audience` may be repeated, or hold several names with spaces between."""
    asked = list(dict.fromkeys(name for value in form.get("audience", []) for name in value.split()))
    if not asked:
        raise TokenRefused("invalid_request", "audience is missing: name the service the token is for")
    if not set(asked) <= set(client.audiences):
        raise TokenRefused("invalid_target", "this client may not call every audience asked for")
    return asked


def _narrowed_scopes(client: Client, asked: str | None) -> list[str]:
    if asked is None:
        return list(client.scopes)
    wanted = list(dict.fromkeys(asked.split()))
    if not wanted or not set(wanted) <= set(client.scopes):
        raise TokenRefused("invalid_scope", "this client does not have every scope asked for")
    return wanted


def _narrowed_division(client: Client, asked: str | None) -> str:
    if asked is None:
        return client.division
    try:
        division = full_division(asked)
    except ValueError as error:
        raise TokenRefused("invalid_request", str(error)) from None
    if not lies_within(division, client.division):
        raise TokenRefused("invalid_scope", "the division lies outside this client's own")
    return division


def _acting_person(client: Client, asked: str | None) -> str | None:
    if asked is None or asked == client.person:
        return client.person
    if not client.acts_for_persons:
        raise TokenRefused("unauthorized_client", "this client acts for nobody else")
    if not PERSON.fullmatch(asked):
        raise TokenRefused("invalid_request", "a person is named by lower-case letters, digits and hyphens")
    return asked


def write_configuration(path: Path, issuer_url: str, clients: Sequence[Client], keys: Sequence[SigningKey]) -> None:
    """The file `--config` reads; holds secrets, so the caller gives a path nobody else can read."""
    document = {
        "issuer": issuer_url,
        "clients": [dataclasses.asdict(client) for client in clients],
        "keys": [key.to_pem() for key in keys],
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def read_configuration(path: Path) -> TokenMint:
    document = json.loads(path.read_text(encoding="utf-8"))
    keys = [SigningKey.from_pem(pem) for pem in document["keys"]]
    return TokenMint(document["issuer"], [_client(row) for row in document["clients"]], keys)


def _client(row: dict[str, Any]) -> Client:
    for name in ("roles", "scopes", "audiences"):
        row[name] = tuple(row[name])
    return Client(**row)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="launcher.issuer", description=__doc__, allow_abbrev=False)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(arguments)
    app = create_issuer(read_configuration(options.config))
    uvicorn.run(app, host=LOOPBACK, port=options.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
