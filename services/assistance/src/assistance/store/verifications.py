"""Verification orders: identity numbers, declared amounts and answers are sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Column, DateTime, select

from assistance.domain.verification import VerificationOrder, VerificationUnknown
from assistance.events import verification_state
from assistance.store.dossiers import Dossiers, dossier_table
from shared.contracts.envelope import EntityState
from shared.kernel.divisions import Area
from shared.storage.entities import within

verifications = dossier_table("verification", Column("ask_at", DateTime(timezone=True)))


class Verifications(Dossiers[VerificationOrder]):
    """Orders by case; ``ask_at`` is when the worker asks next."""

    table, noun, missing = verifications, "verification", VerificationUnknown
    adapter, opened = TypeAdapter(VerificationOrder), "requested_on"
    sealed = frozenset({"subjects", "inquiries", "reports", "contest_ground"})

    def further(self, aggregate: VerificationOrder) -> Mapping[str, Any]:
        """When to ask next."""
        return {"ask_at": aggregate.ask_at}

    def state(self, aggregate: VerificationOrder) -> EntityState:
        """Aggregate → published state."""
        return verification_state(aggregate)

    async def due(self, now: datetime, limit: int) -> list[UUID]:
        """Orders whose sources are to be asked now, the longest waiting first."""
        statement = (
            select(verifications.c.id)
            .where(verifications.c.ask_at <= now)
            .order_by(verifications.c.ask_at, verifications.c.id)
            .limit(limit)
        )
        return list((await self.tx.connection.execute(statement)).scalars())

    async def of_case(self, application_id: UUID, *, area: Area) -> list[VerificationOrder]:
        """The orders of one case, oldest first."""
        statement = (
            select(verifications)
            .where(verifications.c.application_id == application_id, within(area, verifications.c.division))
            .order_by(verifications.c.id)
        )
        return [self.load(row) for row in await self.tx.connection.execute(statement)]
