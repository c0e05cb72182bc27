"""Personal data at rest: authenticated encryption per column, key versions, and keyed blind indexes.

A sealed value is ``algorithm:key id:base64(nonce, ciphertext, tag)`` and is bound to its table, column, row and
key id, so that a value moved to another row does not open. Algorithms: AES-256-GCM, or SM4-GCM where the
commercial cryptography rules (GB/T 39786-2021) ask for it. A blind index is a keyed hash: it answers equality
and nothing else, and is never an unkeyed digest, because identity numbers can be enumerated.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
TAG_BYTES = 16
INDEX_BYTES = 16


class Unreadable(Exception):
    """A sealed value was altered, moved to another place, or sealed with a key that is no longer accepted."""


def _seal_sm4(key: bytes, nonce: bytes, plain: bytes, place: bytes) -> bytes:
    encryptor = Cipher(SM4(key[:16]), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(place)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _open_sm4(key: bytes, nonce: bytes, sealed: bytes, place: bytes) -> bytes:
    decryptor = Cipher(SM4(key[:16]), GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
    decryptor.authenticate_additional_data(place)
    return decryptor.update(sealed[:-TAG_BYTES]) + decryptor.finalize()


SealBytes = Callable[[bytes, bytes, bytes, bytes], bytes]
ALGORITHMS: dict[str, tuple[SealBytes, SealBytes]] = {
    "AES-256-GCM": (
        lambda key, nonce, plain, place: AESGCM(key).encrypt(nonce, plain, place),
        lambda key, nonce, sealed, place: AESGCM(key).decrypt(nonce, sealed, place),
    ),
    "SM4-GCM": (_seal_sm4, _open_sm4),
}


class Confidential:
    """Seals, opens and indexes personal data with the keys of one service.

    ``keyring`` is ``{"current": id, "keys": {id: base64 of 32 bytes}, "algorithm": name, "index": id}``;
    ``index`` names the key behind blind indexes and defaults to the first key, so that rotating the
    sealing key does not change any index.
    """

    def __init__(self, keyring: dict[str, Any]) -> None:
        self._keys = {kid: base64.b64decode(key) for kid, key in keyring["keys"].items()}
        if any(len(key) != 32 for key in self._keys.values()):
            raise ValueError("every key of the keyring has 32 bytes")
        self._current: str = keyring["current"]
        if any(":" in kid for kid in self._keys):
            raise ValueError("a key id has no colon")
        self._algorithm: str = keyring.get("algorithm", "AES-256-GCM")
        self._index_key: str = keyring.get("index", next(iter(self._keys)))
        if self._current not in self._keys or self._index_key not in self._keys or self._algorithm not in ALGORITHMS:
            raise ValueError("the keyring names a key or an algorithm that it does not hold")
        self.derive = lru_cache(maxsize=512)(self._derived)

    @classmethod
    def from_file(cls, path: Path) -> Confidential:
        """Read the mounted keyring file."""
        return cls(json.loads(path.read_text()))

    @property
    def current(self) -> str:
        """The id of the key that seals today."""
        return self._current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys in the ring."""
        return tuple(self._keys)

    def _derived(self, kid: str, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._keys[kid])

    def seal(self, column: str, row: UUID, value: str) -> str:
        """Encrypt ``value`` for ``column`` (written ``table.column``) of the row with key ``row``."""
        algorithm, kid, nonce = self._algorithm, self._current, os.urandom(NONCE_BYTES)
        seal, _ = ALGORITHMS[algorithm]
        place = f"{column}|{row}|{kid}".encode()
        sealed = seal(self.derive(kid, f"seal|{algorithm}|{column}"), nonce, value.encode(), place)
        return f"{algorithm}:{kid}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, column: str, row: UUID, sealed: str) -> str:
        """Decrypt; raises :class:`Unreadable` when anything about the value or its place is wrong."""
        try:
            algorithm, kid, payload = sealed.split(":")
            raw = base64.b64decode(payload, validate=True)
            if base64.b64encode(raw).decode() != payload:
                raise ValueError("not the one way to write these bytes")
            _, unseal = ALGORITHMS[algorithm]
            place = f"{column}|{row}|{kid}".encode()
            key = self.derive(kid, f"seal|{algorithm}|{column}")
            return unseal(key, raw[:NONCE_BYTES], raw[NONCE_BYTES:], place).decode()
        except (KeyError, ValueError, InvalidTag):
            raise Unreadable(f"a value of {column} cannot be opened") from None

    def blind(self, column: str, value: str) -> bytes:
        """The 128-bit blind index of ``value`` for ``column``; equal values give equal indexes, per column."""
        key = self.derive(self._index_key, f"index|{column}")
        return hmac.new(key, value.encode(), hashlib.sha256).digest()[:INDEX_BYTES]

    def mac(self, purpose: str, message: bytes) -> bytes:
        """A 128-bit message code for things handed out and expected back, such as page cursors."""
        return hmac.new(self.derive(self._index_key, f"mac|{purpose}"), message, hashlib.sha256).digest()[:16]
