"""Statements that anybody can check with the published keys, and nobody can alter."""

import base64
import os

import jwt
import pytest

from shared.storage.confidential import Confidential
from shared.storage.signing import SignatureInvalid, Signer, verify


def ring(*ids: str, current: str) -> Confidential:
    keys = {kid: base64.b64encode(kid.ljust(32, "#").encode()).decode() for kid in ids}
    return Confidential({"current": current, "keys": keys})


def test_a_statement_is_checked_with_the_published_keys_alone() -> None:
    signer = Signer("ledger", ring("k1", current="k1"))
    statement = signer.sign("proof+jws", {"number": "A1"})
    claims = verify("proof+jws", statement, signer.jwks(), issuer="ledger")
    assert claims == {"number": "A1", "iss": "ledger"}
    assert "d" not in signer.jwks()["keys"][0], "only the public half is published"


def test_another_library_accepts_the_published_key() -> None:
    signer = Signer("ledger", ring("k1", current="k1"))
    key = jwt.PyJWK(signer.jwks()["keys"][0])
    assert jwt.decode(signer.sign("proof+jws", {"n": 1}), key, ["EdDSA"])["n"] == 1


def test_old_statements_stay_good_after_a_rotation_and_fall_with_their_key() -> None:
    old = Signer("ledger", ring("k1", current="k1")).sign("proof+jws", {"n": 1})
    assert Signer("ledger", ring("k1", "k2", current="k2")).verify("proof+jws", old)["n"] == 1
    with pytest.raises(SignatureInvalid):
        Signer("ledger", ring("k2", current="k2")).verify("proof+jws", old)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s[:-4] + ("AAAA" if not s.endswith("AAAA") else "BBBB"),
        lambda s: (
            s.split(".")[0] + "." + base64.urlsafe_b64encode(b'{"iss":"ledger","n":2}').decode() + "." + s.split(".")[2]
        ),
        lambda _: "",
        lambda _: "a.b.c",
        lambda _: jwt.encode({"iss": "ledger", "n": 1}, "x" * 32, "HS256", {"kid": "ledger-k1", "typ": "proof+jws"}),
        lambda _: jwt.encode({"iss": "ledger"}, None, "none", {"kid": "ledger-k1", "typ": "proof+jws"}),
    ],
)
def test_an_altered_statement_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    signer = Signer("ledger", ring("k1", current="k1"))
    with pytest.raises(SignatureInvalid):
        signer.verify("proof+jws", spoil(signer.sign("proof+jws", {"n": 1})))


def test_a_statement_serves_one_purpose_and_one_service() -> None:
    keys = ring("k1", current="k1")
    statement = Signer("ledger", keys).sign("proof+jws", {"n": 1})
    with pytest.raises(SignatureInvalid):
        Signer("ledger", keys).verify("snapshot+jws", statement)
    with pytest.raises(SignatureInvalid):
        Signer("other", keys).verify("proof+jws", statement)


def test_rings_without_a_common_key_sign_differently() -> None:
    one = Confidential({"current": "k", "keys": {"k": base64.b64encode(os.urandom(32)).decode()}})
    other = Confidential({"current": "k", "keys": {"k": base64.b64encode(os.urandom(32)).decode()}})
    assert Signer("ledger", one).jwks() != Signer("ledger", other).jwks()
