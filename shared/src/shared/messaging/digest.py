"""Anti-entropy: a short digest of every published entity's version, so that two databases can compare.

Entities fall into buckets by the last byte of their id. Per bucket: the count, the sum of versions, and the
exclusive or of a 64-bit hash of ``id:epoch:version``. Equal digests mean equal versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Text, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

BUCKETS = 256


@dataclass(frozen=True, order=True)
class BucketDigest:
    """The digest of one bucket; ``fingerprint`` is a signed 64-bit integer written as text."""

    bucket: int
    count: int
    versions: int
    fingerprint: str


@dataclass(frozen=True, order=True)
class EntityVersion:
    """One entity and the version somebody holds of it."""

    entity_id: UUID
    epoch: int
    version: int


def _bucket(entity_id: ColumnElement[UUID]) -> ColumnElement[int]:
    return func.get_byte(func.uuid_send(entity_id), 15)


async def digest(
    connection: AsyncConnection,
    table: FromClause,
    entity_id: ColumnElement[UUID],
    *conditions: ColumnElement[bool],
) -> list[BucketDigest]:
    """Digests of all non-empty buckets of ``table``, at one snapshot."""
    bucket = _bucket(entity_id).label("bucket")
    text = (
        cast(entity_id, Text) + literal_column("':'") + cast(table.c.epoch, Text)
        + literal_column("':'") + cast(table.c.version, Text)
    )  # fmt: skip
    rows = await connection.execute(
        select(
            bucket,
            func.count().label("entities"),
            func.sum(table.c.version).label("versions"),
            func.bit_xor(func.hashtextextended(text, 0)).label("fingerprint"),
        )
        .where(*conditions)
        .group_by(bucket)
        .order_by(bucket)
    )
    return [BucketDigest(row.bucket, row.entities, int(row.versions), str(row.fingerprint)) for row in rows]


async def versions_in(
    connection: AsyncConnection,
    table: FromClause,
    entity_id: ColumnElement[UUID],
    buckets: list[int],
    *conditions: ColumnElement[bool],
) -> list[EntityVersion]:
    """Every entity of the given buckets with its version."""
    rows = await connection.execute(
        select(entity_id.label("entity_id"), table.c.epoch, table.c.version)
        .where(_bucket(entity_id).in_(buckets), *conditions)
        .order_by(entity_id)
    )
    return [EntityVersion(row.entity_id, row.epoch, row.version) for row in rows]


def differing(ours: list[BucketDigest], theirs: list[BucketDigest]) -> list[int]:
    """Buckets whose digests are not equal on both sides."""
    mine, other = {d.bucket: d for d in ours}, {d.bucket: d for d in theirs}
    return sorted(bucket for bucket in mine.keys() | other.keys() if mine.get(bucket) != other.get(bucket))
