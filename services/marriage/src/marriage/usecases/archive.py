"""What lies in the archive for one piece of business (婚姻登记档案): references and digests, every read logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert, select

from marriage.store import Tx, archive_items
from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.storage.entities import within


class ArchiveKind(StrEnum):
    """What sort of paper it is (档案材料种类)."""

    PROCESSING_FORM = "PROCESSING_FORM"
    DECLARATION = "DECLARATION"
    IDENTITY_COPY = "IDENTITY_COPY"
    FOREIGN_PAPER = "FOREIGN_PAPER"
    TRANSLATION = "TRANSLATION"
    PHOTO = "PHOTO"
    DIVORCE_APPLICATION = "DIVORCE_APPLICATION"
    DIVORCE_AGREEMENT = "DIVORCE_AGREEMENT"
    WITHDRAWAL = "WITHDRAWAL"
    JUDGMENT = "JUDGMENT"
    OTHER = "OTHER"


@dataclass(frozen=True)
class ArchiveItem:
    """One paper: where it lies, and the digest that proves it unchanged. Kept long-term; nothing deletes it."""

    id: UUID
    subject_id: UUID
    kind: ArchiveKind
    reference: str
    sha256: str
    filed_on: date


async def file_item(
    tx: Tx, *, division: str, subject_id: UUID, kind: ArchiveKind, reference: str, sha256: str
) -> ArchiveItem:
    """Put a paper on file."""
    tx.caller.require_area(division)
    item = ArchiveItem(new_id(tx.at), subject_id, kind, reference, sha256, tx.today)
    await tx.connection.execute(
        insert(archive_items).values(
            **{**vars(item), "kind": kind.value}, division=Area(division).code, filed_by=tx.caller.require_person()
        )
    )
    tx.audit("archive-item.filed", "archive-item", item.id)
    return item


async def items_of(tx: Tx, subject_id: UUID, *, area: Area, limit: int) -> list[ArchiveItem]:
    """The papers of one piece of business, oldest first."""
    rows = await tx.connection.execute(
        select(archive_items)
        .where(archive_items.c.subject_id == subject_id, within(area, archive_items.c.division))
        .order_by(archive_items.c.filed_on, archive_items.c.id)
        .limit(limit)
    )
    return [
        ArchiveItem(row.id, row.subject_id, ArchiveKind(row.kind), row.reference, row.sha256, row.filed_on)
        for row in rows
    ]
