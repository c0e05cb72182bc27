"""Identifiers in the order of time (标识): UUID version 7 of RFC 9562.

    48 bits  milliseconds since 1970-01-01T00:00Z
     4 bits  version, 7
    12 bits  upper part of the tail
     2 bits  variant, binary 10
    62 bits  lower part of the tail

The 74-bit tail starts at a random number with its top bit clear. Within one millisecond it grows by a
random step, so two identifiers of one process never tie, keep their order, and cannot be guessed from
each other.
"""

from __future__ import annotations

import secrets
import threading
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.kernel.clock import CHINA, in_china
from shared.kernel.errors import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TAIL_BITS = 74
_STEP_BITS = 32


class NotTimeOrdered(Invalid):
    """标识不含时间（不是第 7 版 UUID）"""


class IdSequence:
    """A thread-safe source of version 7 identifiers; `random_bits(n)` gives n random bits."""

    def __init__(self, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._random_bits = random_bits
        self._lock = threading.Lock()
        self._millisecond = -1
        self._tail = 0

    def next_at(self, millisecond: int) -> UUID:
        """An identifier of exactly this millisecond, greater than earlier ones of the same millisecond.

        Going back in time is allowed and starts a new tail: simulations replay the past.
        """
        with self._lock:
            if millisecond != self._millisecond:
                self._millisecond, self._tail = millisecond, self._random_bits(_TAIL_BITS - 1)
            else:
                self._grow()
            return _pack(self._millisecond, self._tail)

    def next_rising(self, millisecond: int) -> UUID:
        """An identifier greater than every earlier one, even if the machine's clock has jumped back."""
        with self._lock:
            if millisecond > self._millisecond:
                self._millisecond, self._tail = millisecond, self._random_bits(_TAIL_BITS - 1)
            else:
                self._grow()
            return _pack(self._millisecond, self._tail)

    def _grow(self) -> None:
        self._tail += 1 + self._random_bits(_STEP_BITS)
        if self._tail >> _TAIL_BITS:
            self._millisecond, self._tail = self._millisecond + 1, self._random_bits(_TAIL_BITS - 1)


def _pack(millisecond: int, tail: int) -> UUID:
    upper, lower = tail >> 62, tail & ((1 << 62) - 1)
    return UUID(int=millisecond << 80 | 0x7 << 76 | upper << 64 | 0b10 << 62 | lower)


# Two sequences, so that a test or a replay that names its own moments cannot push the live one ahead.
_live = IdSequence()
_told = IdSequence()


def new_id(at: datetime | None = None) -> UUID:
    """A new identifier of the given moment (aware), or of now.

    Without `at`, the identifiers of one process rise strictly. With `at`, they rise as long as the moments
    do not fall, and `moment_of` gives back the moment cut to the millisecond.
    """
    if at is None:
        return _live.next_rising(_milliseconds(datetime.now(CHINA)))
    return _told.next_at(_milliseconds(in_china(at)))


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def moment_of(id: UUID) -> datetime:
    """The moment written in a version 7 identifier, at +08:00, to the millisecond."""
    if id.version != 7:
        raise NotTimeOrdered
    return (_EPOCH + (id.int >> 80) * _MILLISECOND).astimezone(CHINA)


def partition_of(id: UUID, partitions: int = 32) -> int:
    """The partition (分区) of a subject, from 0 to partitions - 1, the same on every machine and forever."""
    if partitions < 1:
        raise ValueError("there must be at least one partition")
    return zlib.crc32(id.bytes) % partitions
