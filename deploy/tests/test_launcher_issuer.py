"""Tokens of the local issuer: what it grants, what it refuses, and the broken ones tests need."""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from starlette.applications import Starlette

from launcher.clients import (
    area_of,
    client_ids,
    known_scopes,
    lies_within,
    load_clients,
    service_names,
)
from launcher.cluster import SERVICES
from launcher.credentials import Credentials
from launcher.issuer import (
    Client,
    SigningKey,
    TokenMint,
    create_issuer,
    read_configuration,
)
from launcher.ports import free_port
from launcher.probe import is_ok
from launcher.processes import Process, wait_until

ISSUER = "http://127.0.0.1:8009"
WINDOW = Client(
    client_id="window",
    secret="s3cret/+:",
    sub="window",
    org_code="township-window",
    roles=("caseworker",),
    scopes=("assistance:accept", "assistance:read"),
    division="500103000000",
    person="officer-a",
    audiences=("assistance", "eldercare"),
    org_name="窗口",
    acts_for_persons=True,
)
MACHINE = Client(
    "machine",
    "m",
    "machine",
    "grafana",
    ("reader",),
    ("monitoring:read",),
    "500000000000",
    None,
    ("monitoring",),
)


@pytest.fixture(scope="module")
def mint() -> TokenMint:
    return TokenMint.fresh(ISSUER, [WINDOW, MACHINE])


class Caller:
    """Calls the issuer in process, one request at a time."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app)

    def get(self, path: str) -> httpx.Response:
        return self._call("GET", path)

    def post(self, path: str, **request: Any) -> httpx.Response:
        return self._call("POST", path, **request)

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url=ISSUER) as client:
                return await client.request(method, path, **request)

        return asyncio.run(send())


@pytest.fixture(scope="module")
def http(mint: TokenMint) -> Caller:
    return Caller(create_issuer(mint))


def post(http: Caller, **form: Any) -> Any:
    asked = {
        "grant_type": "client_credentials",
        "audience": "assistance",
        "client_id": "window",
        "client_secret": WINDOW.secret,
    }
    return http.post("/token", data={name: value for name, value in {**asked, **form}.items() if value is not None})


def verified(mint: TokenMint, token: str, audience: str = "assistance") -> dict[str, Any]:
    """As a careful service does it."""
    header = jwt.get_unverified_header(token)
    if header.get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("type")
    keys = {key["kid"]: jwt.PyJWK(key) for key in mint.jwks()["keys"]}
    if header.get("kid") not in keys:
        raise jwt.InvalidTokenError("key")
    claims: dict[str, Any] = jwt.decode(
        token,
        keys[header["kid"]],
        algorithms=["ES256"],
        audience=audience,
        issuer=ISSUER,
        options={"require": ["exp", "iat", "iss", "aud", "sub", "jti", "client_id"]},
    )
    return claims


def test_a_granted_token_says_who_for_whom_and_where(http: Caller, mint: TokenMint) -> None:
    answer = post(http)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == (
        "Bearer",
        600,
        "assistance:accept assistance:read",
    )
    claims = verified(mint, body["access_token"])
    assert claims["exp"] - claims["iat"] == 600
    expected = {
        "iss": ISSUER,
        "sub": "window",
        "aud": "assistance",
        "client_id": "window",
        "org_code": "township-window",
        "org_name": "窗口",
        "roles": ["caseworker"],
        "division": "500103000000",
        "person": "officer-a",
    }
    assert {name: claims[name] for name in expected} == expected


def test_the_secret_may_come_as_basic_credentials(http: Caller) -> None:
    form = {"grant_type": "client_credentials", "audience": "assistance"}
    credentials = base64.b64encode(b"window:s3cret%2F%2B%3A").decode()
    answer = http.post("/token", data=form, headers={"Authorization": f"Basic {credentials}"})
    assert answer.status_code == 200


def test_scope_division_and_person_narrow_the_token(http: Caller, mint: TokenMint) -> None:
    answer = post(http, scope="assistance:read", division="500103001000", person="officer-z")
    claims = verified(mint, answer.json()["access_token"])
    assert (claims["scope"], claims["division"], claims["person"]) == (
        "assistance:read",
        "500103001000",
        "officer-z",
    )


def test_several_audiences_give_one_token_for_all(http: Caller, mint: TokenMint) -> None:
    token = post(http, audience=["assistance", "eldercare"]).json()["access_token"]
    assert verified(mint, token)["aud"] == ["assistance", "eldercare"]
    assert verified(mint, post(http, audience="assistance eldercare").json()["access_token"], "eldercare")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"client_id": ["window", "machine"]}, 400, "invalid_request"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"audience": None}, 400, "invalid_request"),
        ({"audience": "marriage"}, 400, "invalid_target"),
        ({"audience": ["assistance", "marriage"]}, 400, "invalid_target"),
        ({"scope": "assistance:read assistance:decide"}, 400, "invalid_scope"),
        ({"scope": " "}, 400, "invalid_scope"),
        ({"division": "500105000000"}, 400, "invalid_scope"),
        ({"division": "500000000000"}, 400, "invalid_scope"),
        ({"division": "5001"}, 400, "invalid_request"),
        ({"division": "五〇〇一〇三"}, 400, "invalid_request"),
        ({"person": "Officer A"}, 400, "invalid_request"),
        (
            {"client_id": "machine", "client_secret": "m", "audience": "monitoring", "person": "officer-a"},
            400,
            "unauthorized_client",
        ),
    ],
)
def test_a_refusal_is_named_as_in_rfc_6749(http: Caller, form: dict[str, Any], status: int, error: str) -> None:
    answer = post(http, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", {"Content-Type": "application/json"}),
        (b"x=" + b"y" * 20000, {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"grant_type=%ff", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"\xff", {"Content-Type": "application/x-www-form-urlencoded"}),
    ],
)
def test_an_unreadable_request_is_refused(http: Caller, body: bytes, headers: dict[str, str]) -> None:
    answer = http.post("/token", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("credentials", ["Basic", "Basic !!!", "Basic /w==", "Bearer abc", "Basic d2luZG93"])
def test_bad_basic_credentials_are_refused(http: Caller, credentials: str) -> None:
    answer = http.post("/token", data={"grant_type": "client_credentials"}, headers={"Authorization": credentials})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_discovery_names_the_keys_and_no_private_part_is_published(http: Caller) -> None:
    found = http.get("/.well-known/openid-configuration").json()
    assert found["issuer"] == ISSUER
    assert found["jwks_uri"] == f"{ISSUER}/jwks.json"
    keys = http.get("/jwks.json").json()["keys"]
    assert len({key["kid"] for key in keys}) == 2
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in keys)


def test_a_token_of_the_previous_key_is_still_good(mint: TokenMint) -> None:
    assert verified(mint, mint.token("window", "assistance", signed_by="previous"))


@pytest.mark.parametrize(
    "make",
    [
        lambda mint: mint.expired("window", "assistance"),
        lambda mint: mint.token("window", "marriage"),
        lambda mint: mint.token("window", "assistance", iss="http://elsewhere"),
        lambda mint: mint.token("window", "assistance", exp=None),
        lambda mint: mint.token("window", "assistance", aud=None),
        lambda mint: mint.token("window", "assistance", iat=int(time.time()) + 3600),
        lambda mint: mint.token("window", "assistance", headers={"typ": "JWT"}),
        lambda mint: mint.token("window", "assistance", signed_by="stranger"),
        lambda mint: mint.unsigned(mint.token("window", "assistance")),
        lambda mint: mint.signed_with_public_key(mint.token("window", "assistance")),
        lambda mint: mint.tampered(mint.token("window", "assistance"), division="500000000000"),
    ],
)
def test_every_broken_token_is_refused_by_a_careful_verifier(mint: TokenMint, make: Any) -> None:
    with pytest.raises(jwt.InvalidTokenError):
        verified(mint, make(mint))


@pytest.mark.parametrize(
    ("division", "area"),
    [
        ("500000000000", "50"),
        ("500100000000", "50"),
        ("500103000000", "500103"),
        ("500103", "500103"),
        ("500229000000", "500229"),
        ("500103001000", "500103001"),
        ("500103001002", "500103001002"),
        ("510100000000", "5101"),
    ],
)
def test_an_area_is_the_digits_all_its_divisions_share(division: str, area: str) -> None:
    assert area_of(division) == area


def test_the_counties_of_a_municipality_lie_in_the_city() -> None:
    assert lies_within("500229000000", "500100000000")
    assert not lies_within("500100000000", "500103000000")
    assert not lies_within("500104000000", "500103000000")


def test_the_shipped_clients_are_complete() -> None:
    clients = {client.client_id: client for client in load_clients(dict.fromkeys(client_ids(), "x"))}
    assert service_names() == SERVICES
    assert {f"service-{name}" for name in SERVICES} < set(clients)
    assert {"caseworker", "county-reviewer", "city-admin", "auditor", "app-backend", "grafana-reader"} < set(clients)
    granted = {scope for client in clients.values() for scope in client.scopes}
    assert granted == known_scopes()
    assert "x" not in repr(clients["caseworker"]).replace("app", "")


def test_secrets_and_signing_keys_outlive_a_restart_and_are_closed(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "secrets")
    first = read_configuration(credentials.issuer_configuration(ISSUER))
    again = read_configuration(Credentials(tmp_path / "secrets").issuer_configuration(ISSUER))
    assert first.jwks() == again.jwks()
    assert first.clients == again.clients
    credentials.keyring_file("assistance")
    assert credentials.client_secret_file("service-marriage").read_text() == first.clients["service-marriage"].secret
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}


def test_the_issuer_runs_as_a_process(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    config = Credentials(tmp_path / "secrets").issuer_configuration(url)
    argv = [sys.executable, "-m", "launcher.issuer", "--port", str(port), "--config", str(config)]
    process = Process("issuer", argv, tmp_path / "issuer.log")
    process.start()
    try:
        wait_until(lambda: is_ok(f"{url}/jwks.json"), 20, "issuer", process)
    finally:
        process.stop()


def test_a_key_keeps_its_id_through_pem() -> None:
    key = SigningKey.fresh()
    assert SigningKey.from_pem(key.to_pem()).kid == key.kid
