"""A sealed value opens at its own place and nowhere else; a blind index answers equality and nothing else."""

import base64
import os
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

from shared.storage.confidential import ALGORITHMS, Confidential, Unreadable

ROW = UUID("0197f3a1-0000-7000-8000-000000000001")
COLUMN = "member.identity"
PLAIN = "11010519491231002X"
ALGORITHM = sorted(ALGORITHMS)


def fresh_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def keyring(algorithm: str = "AES-256-GCM", **changes: Any) -> dict[str, Any]:
    return {"current": "k1", "keys": {"k1": fresh_key()}, "algorithm": algorithm, **changes}


@pytest.mark.parametrize("algorithm", ALGORITHM)
@pytest.mark.parametrize("plain", ["", "x", PLAIN, "阿卜杜拉·买买提𠮷", "字" * 5_000])
def test_what_was_sealed_opens_again(algorithm: str, plain: str) -> None:
    confidential = Confidential(keyring(algorithm))
    sealed = confidential.seal(COLUMN, ROW, plain)
    assert confidential.open(COLUMN, ROW, sealed) == plain
    assert sealed.startswith(f"{algorithm}:k1:")
    if len(plain) > 1:
        assert plain not in sealed
        assert plain.encode() not in base64.b64decode(sealed.rpartition(":")[2])


@pytest.mark.parametrize("algorithm", ALGORITHM)
def test_equal_values_do_not_look_equal(algorithm: str) -> None:
    confidential = Confidential(keyring(algorithm))
    assert len({confidential.seal(COLUMN, ROW, PLAIN) for _ in range(200)}) == 200


@pytest.mark.parametrize("algorithm", ALGORITHM)
def test_a_value_moved_to_another_row_or_column_does_not_open(algorithm: str) -> None:
    confidential = Confidential(keyring(algorithm))
    sealed = confidential.seal(COLUMN, ROW, PLAIN)
    for column, row in ((COLUMN, uuid4()), ("member.name", ROW), ("member.identit", ROW), ("", ROW)):
        with pytest.raises(Unreadable):
            confidential.open(column, row, sealed)


@pytest.mark.parametrize("algorithm", ALGORITHM)
def test_a_value_renamed_to_another_key_or_algorithm_does_not_open(algorithm: str) -> None:
    shared = fresh_key()
    confidential = Confidential(keyring(algorithm, keys={"k1": shared, "k2": shared, "k3": fresh_key()}))
    sealed = confidential.seal(COLUMN, ROW, PLAIN)
    other = next(name for name in ALGORITHM if name != algorithm)
    for changed in (
        sealed.replace(":k1:", ":k2:"),  # even where both ids hold the same key
        sealed.replace(":k1:", ":k3:"),
        sealed.replace(":k1:", ":gone:"),
        sealed.replace(algorithm, other),
        sealed.replace(algorithm, "ROT13"),
    ):
        with pytest.raises(Unreadable):
            confidential.open(COLUMN, ROW, changed)


@pytest.mark.parametrize("algorithm", ALGORITHM)
def test_every_flipped_bit_is_noticed(algorithm: str) -> None:
    confidential = Confidential(keyring(algorithm))
    head, _, payload = confidential.seal(COLUMN, ROW, PLAIN).rpartition(":")
    raw = base64.b64decode(payload)
    for place in range(len(raw)):
        for bit in range(8):
            flipped = bytearray(raw)
            flipped[place] ^= 1 << bit
            with pytest.raises(Unreadable):
                confidential.open(COLUMN, ROW, f"{head}:{base64.b64encode(flipped).decode()}")


@pytest.mark.parametrize("algorithm", ALGORITHM)
@pytest.mark.parametrize("plain", [PLAIN, PLAIN + "1", PLAIN + "12"])
def test_every_changed_character_is_noticed(algorithm: str, plain: str) -> None:
    confidential = Confidential(keyring(algorithm))
    sealed = confidential.seal(COLUMN, ROW, plain)
    for place, character in enumerate(sealed):
        for other in "AZ+=: é":
            if other != character:
                with pytest.raises(Unreadable):
                    confidential.open(COLUMN, ROW, sealed[:place] + other + sealed[place + 1 :])
    for shorter in range(len(sealed)):
        with pytest.raises(Unreadable):
            confidential.open(COLUMN, ROW, sealed[:shorter])
    for addition in ("A", "=", "\n", ":x"):
        with pytest.raises(Unreadable):
            confidential.open(COLUMN, ROW, sealed + addition)


def test_after_a_rotation_new_values_have_the_new_key_and_old_ones_open() -> None:
    before = keyring()
    old = Confidential(before)
    first = old.seal(COLUMN, ROW, PLAIN)
    after = {**before, "current": "k2", "keys": {**before["keys"], "k2": fresh_key()}, "algorithm": "SM4-GCM"}
    new = Confidential(after)
    second = new.seal(COLUMN, ROW, PLAIN)
    assert second.startswith("SM4-GCM:k2:")
    assert new.open(COLUMN, ROW, first) == new.open(COLUMN, ROW, second) == PLAIN
    assert new.blind(COLUMN, PLAIN) == old.blind(COLUMN, PLAIN)
    assert new.mac("cursor", b"x") == old.mac("cursor", b"x")
    # Once the old key is withdrawn, what it sealed is gone; the index must have been moved by then.
    without = Confidential({**after, "keys": {"k2": after["keys"]["k2"]}})
    assert without.open(COLUMN, ROW, second) == PLAIN
    with pytest.raises(Unreadable):
        without.open(COLUMN, ROW, first)


def test_the_blind_index_is_per_column_and_per_key() -> None:
    one, two = Confidential(keyring()), Confidential(keyring())
    assert one.blind(COLUMN, PLAIN) == one.blind(COLUMN, PLAIN)
    assert len(one.blind(COLUMN, PLAIN)) == 16
    different = {
        one.blind(COLUMN, PLAIN), one.blind("spouse.identity", PLAIN), one.blind(COLUMN, PLAIN.lower()),
        one.blind(COLUMN, ""), two.blind(COLUMN, PLAIN), one.mac(COLUMN, PLAIN.encode()),
    }  # fmt: skip
    assert len(different) == 6


def test_the_index_key_may_be_named() -> None:
    keys = {"k1": fresh_key(), "k2": fresh_key()}
    implicit = Confidential(keyring(keys=keys))
    named = Confidential(keyring(keys=keys, index="k2"))
    assert implicit.blind(COLUMN, PLAIN) != named.blind(COLUMN, PLAIN)


@pytest.mark.parametrize(
    "broken",
    [
        keyring(current="k2"),
        keyring(index="k2"),
        keyring(algorithm="AES-128-CBC"),
        keyring(keys={"k1": base64.b64encode(b"too short").decode()}),
        keyring(keys={"k:1": fresh_key()}, current="k:1"),
    ],
    ids=["current", "index", "algorithm", "length", "colon"],
)
def test_a_keyring_that_cannot_work_is_refused_at_once(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="key"):
        Confidential(broken)


def test_sm4_is_the_one_of_the_standard() -> None:
    """GB/T 32907-2016, annex A, example 1."""
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(SM4(block), ECB()).encryptor()
    assert encryptor.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


def test_columns_algorithms_and_purposes_have_keys_of_their_own() -> None:
    confidential = Confidential(keyring())
    purposes = [f"{use}|{column}" for use in ("seal|AES-256-GCM", "seal|SM4-GCM", "index", "mac") for column in "ab"]
    derived = sorted(confidential._derived("k1", purpose) for purpose in purposes)
    assert all(one != two for one, two in pairwise(derived))
