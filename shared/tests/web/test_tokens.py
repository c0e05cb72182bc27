"""A broken token is 401, whatever is broken about it, and never 500; the provider's absence is survived."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from launcher.tokens import TokenMint
from shared.testing.under_test import ISSUER, ServiceUnderTest
from shared.web import tokens
from shared.web.tokens import NotAuthenticated, TokenVerifier

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLIENT, AUDIENCE = "caseworker", "ledger"


def part(document: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def unverified(header: Any, claims: Any = "e30") -> str:
    return f"{header if isinstance(header, str) else part(header)}.{claims}.AAAA"


def good(mint: TokenMint, **claims: Any) -> str:
    return mint.token(CLIENT, AUDIENCE, scopes=["ledger:read"], **claims)


def now() -> int:
    return int(time.time())


BROKEN: dict[str, Callable[[TokenMint], str]] = {
    "expired": lambda mint: mint.expired(CLIENT, AUDIENCE),
    "expired a little more than the leeway": lambda mint: mint.expired(CLIENT, AUDIENCE, seconds=35),
    "without exp": lambda mint: good(mint, exp=None),
    "without iat": lambda mint: good(mint, iat=None),
    "without aud": lambda mint: good(mint, aud=None),
    "without iss": lambda mint: good(mint, iss=None),
    "without sub": lambda mint: good(mint, sub=None),
    "without organisation": lambda mint: good(mint, org_code=None),
    "without division": lambda mint: good(mint, division=None),
    "for another audience": lambda mint: mint.token(CLIENT, "assistance", scopes=["ledger:read"]),
    "for a list of other audiences": lambda mint: mint.token(CLIENT, ["assistance", "marriage"]),
    "of another issuer": lambda mint: good(mint, iss="http://elsewhere.test"),
    "of an issuer that only begins alike": lambda mint: good(mint, iss=ISSUER + ".evil"),
    "not valid yet": lambda mint: good(mint, nbf=now() + 600),
    "issued in the future": lambda mint: good(mint, iat=now() + 600, exp=now() + 900),
    "living too long": lambda mint: good(mint, exp=now() + 3_600),
    "living for ever": lambda mint: good(mint, exp=10**18),
    "ending before it began": lambda mint: good(mint, iat=now() + 20, exp=now() + 10),
    "exp as text": lambda mint: good(mint, exp=str(now() + 300)),
    "exp as nonsense": lambda mint: good(mint, exp="soon"),
    "exp as a list": lambda mint: good(mint, exp=[now() + 300]),
    "exp as true": lambda mint: good(mint, exp=True),
    "exp infinite": lambda mint: good(mint, exp=float("inf")),
    "exp not a number": lambda mint: good(mint, exp=float("nan")),
    "iat as text": lambda mint: good(mint, iat=str(now())),
    "sub a number": lambda mint: good(mint, sub=12),
    "organisation empty": lambda mint: good(mint, org_code=""),
    "organisation an object": lambda mint: good(mint, org_code={"a": 1}),
    "division outside the city": lambda mint: good(mint, division="110000000000"),
    "division nonsense": lambda mint: good(mint, division="everything"),
    "division a number": lambda mint: good(mint, division=500103),
    "division in full-width digits": lambda mint: good(mint, division="５００１０３"),
    "roles unhashable": lambda mint: good(mint, roles=[{"a": 1}]),
    "unsigned": lambda mint: mint.unsigned(good(mint)),
    "HS256 with our public key": lambda mint: mint.signed_with_public_key(good(mint)),
    "tampered scope": lambda mint: mint.tampered(good(mint), scope="ledger:open"),
    "tampered division": lambda mint: mint.tampered(good(mint), division="500000000000", exp=now() + 500),
    "signed by a stranger": lambda mint: good(mint, signed_by="stranger"),
    "a stranger's signature under our key's name": lambda mint: mint.sign(
        {"sub": "x"}, headers={"kid": mint.jwks()["keys"][0]["kid"]}, signed_by="stranger"
    ),
    "an identity token": lambda mint: good(mint, headers={"typ": "JWT"}),
    "without a type": lambda mint: good(mint, headers={"typ": None}),
    "type a number": lambda _mint: unverified({"alg": "ES256", "typ": 7, "kid": "x"}),
    "without a key id": lambda mint: good(mint, headers={"kid": ""}),
    "key id a number": lambda _mint: unverified({"alg": "ES256", "typ": "at+jwt", "kid": 7}),
    "its own key inside": lambda mint: good(mint, signed_by="stranger", headers={"jwk": mint.jwks()["keys"][0]}),
    "its own key elsewhere": lambda mint: good(mint, signed_by="stranger", headers={"jku": "http://evil.test/jwks"}),
    "an extension that must be understood": lambda mint: good(mint, headers={"crit": ["exp"]}),
    "algorithm a list": lambda _mint: unverified({"alg": ["ES256"], "typ": "at+jwt", "kid": "x"}),
    "header a list": lambda _mint: unverified([]),
    "header nested deeply": lambda _mint: unverified(base64.urlsafe_b64encode(b"[" * 5_000).decode().rstrip("=")),
    "claims nested deeply": lambda mint: unverified(
        good(mint).split(".")[0], base64.urlsafe_b64encode(b"[" * 5_000).decode().rstrip("=")
    ),
    "huge": lambda mint: good(mint, padding="x" * 10_000),
    "not base64": lambda _mint: "a.b.c",
    "one part": lambda _mint: "token",
    "five parts": lambda mint: good(mint) + ".a.b",
    "dots": lambda _mint: "..",
    "without its signature": lambda mint: good(mint).rpartition(".")[0] + ".",
    "the signature's last byte cut": lambda mint: good(mint)[:-2],
}


@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_token_is_refused(ledger: ServiceUnderTest, make: Callable[[TokenMint], str]) -> None:
    async with ledger.bare_client(Authorization=f"Bearer {make(ledger.mint)}") as client:
        answer = await client.get("/v1/accounts")
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dTpw", "bearer a b", "Bearer \xff", "Token x"])
async def test_a_broken_header_is_refused(ledger: ServiceUnderTest, header: str) -> None:
    async with ledger.bare_client() as client:
        answer = await client.get("/v1/accounts", headers={"Authorization": header.encode("latin-1")})  # type: ignore[dict-item]
    assert answer.status_code == 401, answer.text


async def test_good_tokens_are_accepted(ledger: ServiceUnderTest) -> None:
    mint = ledger.mint
    accepted = [
        good(mint),
        good(mint, signed_by="previous"),
        good(mint, iat=now() - 600, exp=now() + 290),
        mint.token(CLIENT, ["other", AUDIENCE], scopes=["ledger:read"]),
        good(mint, headers={"typ": "application/at+jwt"}),
        good(mint, person=None),
        good(mint, iat=now() - 600, exp=now() - 10),
    ]
    for token in accepted:
        async with ledger.bare_client(Authorization=f"Bearer {token}") as client:
            assert (await client.get("/v1/accounts")).status_code == 200, jwt.decode(
                token, options={"verify_signature": False}
            )


async def test_a_missing_scope_is_403_and_leaves_an_audit_entry(ledger: ServiceUnderTest) -> None:
    async with ledger.client("ledger:open", person="officer-curious") as client:
        answer = await client.get("/v1/accounts")
    assert answer.status_code == 403
    assert answer.json()["code"] == "not-permitted"
    entries = await ledger.rows("SELECT action, result FROM audit_entry WHERE person = 'officer-curious'")
    assert [tuple(row) for row in entries] == [("GET /v1/accounts", "not-permitted")]


class Provider:
    """An OpenID provider that counts, and can be away."""

    def __init__(self, mint: TokenMint) -> None:
        self.mint, self.fetches, self.answer = mint, 0, self._keys

    def _keys(self) -> httpx.Response:
        return httpx.Response(200, json=self.mint.jwks())

    async def __call__(self, _request: httpx.Request) -> httpx.Response:
        self.fetches += 1
        await asyncio.sleep(0)
        return self.answer()

    def away(self) -> httpx.Response:
        raise httpx.ConnectError("away")

    def verifier(self, ledger: ServiceUnderTest) -> TokenVerifier:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return TokenVerifier(ledger.running.settings.identity, client)


class Watch:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    @staticmethod
    def time() -> float:
        return time.time()


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    stopped = Watch()
    monkeypatch.setattr(tokens, "time", stopped)
    return stopped


async def test_a_thousand_unknown_keys_cause_two_fetches_at_most(ledger: ServiceUnderTest) -> None:
    provider = Provider(ledger.mint)
    verifier = provider.verifier(ledger)

    async def attack(number: int) -> None:
        with pytest.raises(NotAuthenticated):
            await verifier.principal(good(ledger.mint, headers={"kid": f"random-{number}"}))

    await asyncio.gather(*(attack(number) for number in range(1_000)))
    assert provider.fetches <= 2
    assert (await verifier.principal(good(ledger.mint))).organisation == "township-window"


async def test_a_new_key_is_found_after_the_pause(ledger: ServiceUnderTest, watch: Watch) -> None:
    provider = Provider(ledger.mint)
    verifier = provider.verifier(ledger)
    await verifier.principal(good(ledger.mint))
    provider.mint = TokenMint.fresh(ISSUER)
    with pytest.raises(NotAuthenticated):
        await verifier.principal(good(provider.mint))
    watch.now += 31
    assert await verifier.principal(good(provider.mint))
    with pytest.raises(NotAuthenticated):
        await verifier.principal(good(ledger.mint, jti="withdrawn key"))


async def test_the_provider_may_be_away_for_a_day(ledger: ServiceUnderTest, watch: Watch) -> None:
    provider = Provider(ledger.mint)
    verifier = provider.verifier(ledger)
    await verifier.principal(good(ledger.mint))
    provider.answer = provider.away
    for hours in (1, 12, 23):
        watch.now = 1_000.0 + hours * 3_600
        assert await verifier.principal(good(ledger.mint, jti=str(hours)))
    watch.now = 1_000.0 + 25 * 3_600
    with pytest.raises(NotAuthenticated):
        await verifier.principal(good(ledger.mint, jti="too late"))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"keys": []}),
        httpx.Response(200, json={"keys": [{"kty": "EC"}]}),
        httpx.Response(200, json={"keys": "x"}),
        httpx.Response(200, json={"keys": [], "padding": "x" * 200_000}),
    ],
    ids=lambda answer: f"{answer.status_code} {answer.text[:20]}",
)
async def test_a_broken_key_set_replaces_nothing(
    ledger: ServiceUnderTest, watch: Watch, answer: httpx.Response
) -> None:
    provider = Provider(ledger.mint)
    verifier = provider.verifier(ledger)
    provider.answer = lambda: answer
    with pytest.raises(NotAuthenticated):
        await verifier.principal(good(ledger.mint))
    provider.answer = provider._keys
    watch.now += 31
    assert await verifier.principal(good(ledger.mint))
    provider.answer = lambda: answer
    watch.now += 700
    assert await verifier.principal(good(ledger.mint, jti="again"))


async def test_known_keys_serve_while_a_slow_provider_is_asked(ledger: ServiceUnderTest, watch: Watch) -> None:
    provider = Provider(ledger.mint)
    released = asyncio.Event()
    verifier = provider.verifier(ledger)
    await verifier.principal(good(ledger.mint))
    watch.now += 700

    async def hang(_request: httpx.Request) -> httpx.Response:
        await released.wait()
        return httpx.Response(503)

    verifier._keys._client = httpx.AsyncClient(transport=httpx.MockTransport(hang))
    first = asyncio.create_task(verifier.principal(good(ledger.mint, jti="first")))
    await asyncio.sleep(0)
    async with asyncio.timeout(2):
        assert await verifier.principal(good(ledger.mint, jti="second"))
    assert not first.done()
    released.set()
    assert await first


async def test_two_issuers_with_the_same_subject_are_two_callers(ledger: ServiceUnderTest) -> None:
    verifier = Provider(ledger.mint).verifier(ledger)
    ours = await verifier.principal(good(ledger.mint))
    assert ours.key.startswith(f"{ISSUER}|")
    assert ours.key != ours.key.replace(ISSUER, "http://other.test")
